//! Whoever may make a stream of its own decides what the stream records and what it repeats. That must not lead past the
//! permissions: it would in one account for all (measured on nats-server 2.15.1), which is why each service has its own.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dossier_deploy::{
    Client, Deployment,
    client::{arrived, next},
};
use serde_json::json;

async fn recorded(client: &Client, stream: &str) -> u64 {
    client.api("INFO", stream, &json!(null)).await["state"]["messages"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_repeats_its_messages_forges_nothing() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let submission = deployment.client(&broker, "submission").await;
    let moderation = deployment.client(&broker, "moderation").await;
    let audit = deployment.client(&broker, "audit").await;
    submission.make_stream(&json!({})).await;
    submission.store("true", 0).await;
    let mut live = moderation.subscribe("dossier.event.submission.>").await;
    audit
        .make_stream(&json!({"republish": {"src": "dossier.event.audit.*", "dest": "dossier.event.submission.forged"}}))
        .await;
    audit.store("forged", 0).await;
    // The broker repeats before it confirms the next one.
    audit.store("forged again", 1).await;
    submission.store("also true", 1).await;
    assert_eq!(next(&mut live).await.payload, "also true");
    assert!(arrived(&mut live).is_empty());
    assert_eq!(moderation.read("submission", 1).await, ["true", "also true"]);
    assert_eq!(recorded(&submission, "DOSSIER_SUBMISSION").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_records_anothers_inbox_hears_nothing() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let submission = deployment.client(&broker, "submission").await;
    let publication = deployment.client(&broker, "publication").await;
    let audit = deployment.client(&broker, "audit").await;
    // Everything that may be recorded at all: others' inboxes, questions, answers.
    let subjects =
        ["dossier.event.publication.*", "_INBOX_audit.>", "dossier.keys.submission.>", "_R_.>", "_INBOX_submission.>"];
    publication.make_stream(&json!({"subjects": subjects})).await;
    let mut desk = submission.subscribe("dossier.keys.submission.*").await;
    let (answer, ()) = tokio::join!(audit.ask("dossier.keys.submission.audit", "which?"), async {
        let question = next(&mut desk).await;
        submission.answer(&question, "the keys").await;
    });
    assert_eq!(answer.unwrap().payload, "the keys");
    submission.round_trip().await;
    assert_eq!(recorded(&publication, "DOSSIER_PUBLICATION").await, 0);
}

/// A stream that takes another's subjects would keep the other from ever making its own again.
#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_takes_anothers_subjects_takes_nothing_away() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let submission = deployment.client(&broker, "submission").await;
    let audit = deployment.client(&broker, "audit").await;
    audit.make_stream(&json!({"subjects": ["dossier.event.>"]})).await;
    submission.make_stream(&json!({})).await;
    assert_eq!(submission.store("mine", 0).await, 1);
    assert_eq!(audit.read("submission", 1).await, ["mine"]);
}
