//! What nats.conf lets each service do, and nothing more: every service tries every subject.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeSet;

use dossier_broker::Broker;
use dossier_deploy::{
    Client, Deployment, SERVICES,
    client::{arrived, next},
    subjects::{stream, to_publish, to_subscribe},
};
use serde_json::json;

/// The subject that the broker names in a refusal, as it was written.
fn named(refusal: &str, of: &str) -> Option<String> {
    let refusal = refusal.to_ascii_lowercase();
    let rest = refusal.split_once(&format!("permissions violation for {of} to \""))?.1;
    rest.split_once('"').map(|(subject, _)| subject.to_owned())
}

/// So many are tried at once: the client keeps at most 128 remarks of the broker, and drops the rest.
const AT_ONCE: usize = 50;

fn forbidden(tried: &[(String, bool)]) -> BTreeSet<String> {
    tried.iter().filter(|(_, may)| !may).map(|(subject, _)| subject.to_ascii_lowercase()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_subject_is_refused_to_whom_it_does_not_belong() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    for me in SERVICES {
        let client = deployment.client(&broker, me).await;
        let all = to_publish(me);
        let mut refused = BTreeSet::new();
        for some in all.chunks(AT_ONCE) {
            for (subject, _) in some {
                client.publish(subject, "").await;
            }
            refused = client.wait_until_refuses(&forbidden(some), |refusal| named(refusal, "publish")).await;
        }
        assert_eq!(refused, forbidden(&all), "{me} may publish otherwise than the plan says");
        assert!(all.len() - refused.len() > 20, "{me} may do what it needs");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_listens_where_he_has_nothing_to_hear() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    for me in SERVICES {
        let client = deployment.client(&broker, me).await;
        let all = to_subscribe(me);
        let (mut refused, mut open) = (BTreeSet::new(), Vec::new());
        for some in all.chunks(AT_ONCE) {
            for (subject, _) in some {
                open.push(client.subscribe(subject).await);
            }
            refused = client.wait_until_refuses(&forbidden(some), |refusal| named(refusal, "subscription")).await;
        }
        assert_eq!(refused, forbidden(&all), "{me} may listen otherwise than the plan says");
    }
}

/// Four clients, each with its own stream.
async fn four(deployment: &Deployment, broker: &Broker) -> [Client; 4] {
    let mut clients = Vec::new();
    for service in SERVICES {
        let client = deployment.client(broker, service).await;
        client.make_stream(&json!({})).await;
        clients.push(client);
    }
    clients.try_into().unwrap_or_else(|_| panic!("there are four"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_services_need_works() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let [submission, moderation, _, audit] = four(&deployment, &broker).await;

    // Events: heard at once, and read later, also by those who were not there.
    let mut live = moderation.subscribe("dossier.event.submission.>").await;
    assert_eq!(submission.store("first", 0).await, 1);
    assert_eq!(submission.store("second", 1).await, 2);
    assert_eq!(next(&mut live).await.payload, "first");
    assert_eq!(audit.read("submission", 1).await, ["first", "second"]);
    assert_eq!(submission.read("submission", 2).await, ["second"]);

    // A stream's owner makes it anew from any number on, empties it, and looks at it.
    submission.api("DELETE", "DOSSIER_SUBMISSION", &json!(null)).await;
    submission.make_stream(&json!({"first_seq": 41})).await;
    assert_eq!(submission.store("forty-first", 40).await, 41);
    assert_eq!(submission.api("INFO", "DOSSIER_SUBMISSION", &json!(null)).await["state"]["last_seq"], 41);
    let purged = submission.api("PURGE", "DOSSIER_SUBMISSION", &json!(null)).await;
    assert_eq!(purged["success"], true);

    // Questions and answers, between services and between two instances of one.
    let mut desk = submission.subscribe("dossier.keys.submission.*").await;
    let asking = audit.ask("dossier.keys.submission.audit", "which?");
    let answering = async {
        let question = next(&mut desk).await;
        assert_eq!(question.subject.as_str(), "dossier.keys.submission.audit");
        submission.answer(&question, "these").await;
    };
    let (answer, ()) = tokio::join!(asking, answering);
    assert_eq!(answer.unwrap().payload, "these");
    let second = deployment.client(&broker, "submission").await;
    let mut first = submission.subscribe("dossier.presence.submission").await;
    let (found, ()) = tokio::join!(second.ask("dossier.presence.submission", "anybody?"), async {
        let question = next(&mut first).await;
        submission.answer(&question, "I am").await;
    });
    assert_eq!(found.unwrap().payload, "I am");
    for client in [&submission, &moderation, &audit, &second] {
        assert!(client.refused().is_empty(), "{:?}", client.refused());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_forges_anothers_event() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let [submission, moderation, publication, _] = four(&deployment, &broker).await;
    let mut live = moderation.subscribe("dossier.event.submission.>").await;
    publication.publish("dossier.event.submission.-", "forged").await;
    publication.wait_until_refused(1).await;
    submission.store("true", 0).await;
    assert_eq!(next(&mut live).await.payload, "true");
    assert_eq!(moderation.read("submission", 1).await, ["true"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_touches_anothers_stream() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let [submission, _, publication, _] = four(&deployment, &broker).await;
    submission.store("kept", 0).await;
    let own = submission.stream(&json!({"max_msgs": 1})).to_string();
    for (tried, verb) in ["CREATE", "UPDATE", "PURGE", "DELETE", "MSG.DELETE"].into_iter().enumerate() {
        publication.publish(&format!("$JS.API.STREAM.{verb}.{}", stream("submission")), own.clone()).await;
        publication.wait_until_refused(tried + 1).await;
    }
    assert_eq!(publication.read("submission", 1).await, ["kept"]);
    let info = submission.api("INFO", "DOSSIER_SUBMISSION", &json!(null)).await;
    assert_eq!(info["config"]["max_msgs"], -1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_in_anothers_name() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let [submission, _, publication, audit] = four(&deployment, &broker).await;
    let mut desk = submission.subscribe("dossier.keys.submission.*").await;
    publication.publish("dossier.keys.submission.audit", "give me").await;
    publication.wait_until_refused(1).await;
    // What comes is what audit itself asks.
    audit.publish("dossier.keys.submission.audit", "honestly").await;
    assert_eq!(next(&mut desk).await.payload, "honestly");
    assert!(arrived(&mut desk).is_empty());
}

/// Publication even knows the address that submission was given for its answer.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_answers_in_anothers_place() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let [submission, _, publication, audit] = four(&deployment, &broker).await;
    let mut desk = submission.subscribe("dossier.keys.submission.*").await;
    let mut listening = publication.subscribe("dossier.keys.submission.*").await;
    publication.wait_until_refused(1).await;
    let asking = audit.ask("dossier.keys.submission.audit", "which?");
    let answering = async {
        let question = next(&mut desk).await;
        let address = question.reply.clone().unwrap();
        publication.publish(&address, "forged").await;
        publication.round_trip().await;
        submission.answer(&question, "true").await;
    };
    let (answer, ()) = tokio::join!(asking, answering);
    assert_eq!(answer.unwrap().payload, "true");
    assert!(arrived(&mut listening).is_empty(), "a question of others was heard");
}
