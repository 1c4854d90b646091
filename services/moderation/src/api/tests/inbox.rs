//! What people of moderation are told, and what is not told to forty of them at once.

use dossier_identity::{ReviewerKind, Role};
use dossier_proto::{Actor, Micros, Origin, Payload, v1};
use serde_json::{Value, json};

use super::room::*;

async fn inbox(room: &Room, who: &str) -> Value {
    room.get(who, "/inbox").await.is(200).body
}

async fn kinds(room: &Room, who: &str) -> Vec<String> {
    let inbox = inbox(room, who).await;
    inbox["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect()
}

/// The mails that would go out to somebody.
fn due(room: &Room, who: &str) -> usize {
    let (subject, view) = (room.subject(who), room.service.engine().view());
    view.inboxes.due().filter(|due| due.subject == subject).count()
}

/// From now on letters go out by mail.
async fn mail_begins(room: &Room) {
    let box_ = crate::letters::Postbox(room.desk());
    assert!(dossier_post::letters::Letterbox::record(&box_, Vec::new()).await);
}

#[tokio::test]
async fn what_waits_for_a_moderator_is_told_to_all_and_rings_once() {
    let mut room = Room::open().await;
    mail_begins(&room).await;
    room.submit(ENTRY, 1, &content("A workshop")).await;
    let told = inbox(&room, "moderator-a").await;
    let letter = &told["items"][0];
    assert_eq!((letter["kind"].as_str(), letter["title"].as_str()), (Some("waiting"), Some("A workshop")));
    assert_eq!((letter["yours"].as_bool(), letter["turn"].as_str()), (Some(true), Some("moderator")));
    assert_eq!(letter["next"]["what"], "decide");
    for other in ["reviewer", "publisher", "auditor", "contributor-kz", "administrator", "nobody"] {
        assert_eq!(kinds(&room, other).await, Vec::<String>::new(), "{other}");
    }
    room.submit(OTHER, 1, &content("Another workshop")).await;
    assert_eq!(
        (kinds(&room, "moderator-a").await.len(), due(&room, "moderator-a")),
        (2, 1),
        "one mail until they look"
    );
    let through = inbox(&room, "moderator-a").await["items"][0]["place"].clone();
    let read = room.post("moderator-a", "/inbox/read", json!({ "through": through })).await.is(200);
    assert_eq!(read.body["unread"], 0);
    room.act("moderator-b", "claim", json!({})).await.is(200);
    room.act("moderator-b", "release", json!({})).await.is(200);
    room.clock.pass(Micros::DAY + 1);
    room.submit(dossier_proto::EntryId([3; 16]), 1, &content("A third")).await;
    assert_eq!((due(&room, "moderator-a"), due(&room, "moderator-b")), (2, 2));
    room.post("moderator-a", "/inbox/read", json!({"through": {"origin": "submission", "epoch": 0, "sequence": 1}}))
        .await
        .is(422);
    room.get("a stranger", "/inbox").await.is(401);
}

#[tokio::test]
async fn who_asked_for_changes_is_told_of_the_answer_and_who_is_assigned_of_that() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A workshop")).await;
    let items = json!({ "digest": filed.digest, "items": [{ "field": "title", "text": "Longer, please" }] });
    room.act("moderator-a", "request-changes", items).await.is(200);
    room.submit(ENTRY, 2, &content("A longer workshop")).await;
    assert_eq!(kinds(&room, "moderator-a").await, ["answered", "waiting"]);
    assert_eq!(kinds(&room, "moderator-b").await, ["waiting", "waiting"]);
    let subject = room.subject("moderator-b").to_string();
    room.act("moderator-a", "assign", json!({ "subject": subject })).await.is(200);
    let told = inbox(&room, "moderator-b").await;
    assert_eq!(
        (told["items"][0]["kind"].as_str(), told["items"][0]["yours"].as_bool()),
        (Some("assigned"), Some(true))
    );
    assert_eq!(kinds(&room, "moderator-a").await, ["answered", "waiting"], "nobody is told of their own deeds");
}

#[tokio::test]
async fn a_stage_is_told_to_those_who_sit_in_it_and_an_end_to_those_who_had_a_part() {
    let mut room = Room::open().await;
    for (who, kind) in [("peer-in", ReviewerKind::Internal), ("peer-a", ReviewerKind::External)] {
        let subject = room.arrive(who);
        room.service.designate_reviewer(subject, kind, None, &[]).await.unwrap();
    }
    let practice = |submitted: &mut v1::Submitted| submitted.record_type = "practice".to_owned();
    let filed = room.submit_with(ENTRY, 1, &content("A practice"), practice).await;
    assert_eq!(kinds(&room, "peer-a").await, Vec::<String>::new(), "the desk comes first");
    let digest = filed.digest;
    room.act("moderator-a", "approve", json!({ "digest": digest })).await.is(200);
    for peer in ["peer-in", "peer-a"] {
        let told = inbox(&room, peer).await;
        assert_eq!(told["items"][0]["next"]["what"], "give-opinion", "{peer}: {told:#}");
    }
    assert_eq!(kinds(&room, "reviewer").await, Vec::<String>::new(), "of whom it was not said where they come from");
    assert_eq!(kinds(&room, "publisher").await, Vec::<String>::new());
    room.act("peer-in", "object", json!({ "digest": digest, "reason": "Not replicable" })).await.is(200);
    let refusal = json!({ "digest": digest, "code": "out_of_scope", "reason": "No." });
    room.act("moderator-b", "refuse", refusal).await.is(200);
    for (who, last) in [("peer-in", "refused"), ("moderator-a", "refused"), ("peer-a", "waiting")] {
        assert_eq!(kinds(&room, who).await[0], last, "{who}");
    }
    room.appeal(ENTRY, &filed, "It is.").await;
    assert_eq!(kinds(&room, "moderator-b").await, ["appealed-against", "waiting"], "somebody else decides");
    assert_eq!(kinds(&room, "moderator-a").await[0], "waiting");
}

#[tokio::test]
async fn whoever_declared_a_conflict_or_lost_the_right_is_not_rung_for_it() {
    let mut room = Room::open().await;
    let subject = room.arrive("late");
    let id = room.service.designate(subject, Role::Moderator, None, &[]).await.unwrap();
    let filed = room.submit(ENTRY, 1, &content("A workshop")).await;
    room.act("moderator-a", "declare-conflict", json!({ "reason": "A cousin" })).await.is(200);
    let items = json!({ "digest": filed.digest, "items": [{ "field": "title", "text": "Longer, please" }] });
    room.act("moderator-b", "request-changes", items).await.is(200);
    assert_eq!(kinds(&room, "late").await, ["waiting"]);
    room.post("administrator", &format!("/designations/{id}/revoke"), json!({})).await.is(200);
    assert_eq!(kinds(&room, "late").await, Vec::<String>::new());
    room.submit(ENTRY, 2, &content("A longer workshop")).await;
    assert_eq!(kinds(&room, "moderator-a").await, ["waiting"], "of before");
    assert_eq!(kinds(&room, "moderator-b").await, ["answered", "waiting"]);
}

#[tokio::test]
async fn a_correction_waits_for_a_second_moderator_and_its_author_hears_how_it_ended() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A workshop")).await;
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    room.publish(ENTRY, 1).await;
    let objected = Payload::CorrectionObjected(v1::CorrectionObjected::default());
    room.hear(Actor::Person(room.subject("contributor-kz")), Origin::Submission, ENTRY, objected).await;
    assert!(
        !kinds(&room, "contributor-kz").await.contains(&"correction-objected".to_owned()),
        "they are told where they write"
    );
}

#[tokio::test]
async fn publishers_are_told_here_what_waits_for_them_in_publication() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A workshop")).await;
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    room.publish(ENTRY, 1).await;
    let by = Actor::Person(room.subject("contributor-kz"));
    let reason = room.seal_for_submission(ENTRY, dossier_vault::Purpose::Reason, "It was cancelled.");
    let command = Some(v1::AskRetraction { reason: Some(reason) });
    let asked = Payload::RetractionAsked(v1::RetractionAsked { command, edition: 1 });
    room.hear(by, Origin::Submission, ENTRY, asked).await;
    let told = inbox(&room, "publisher").await;
    let letter = &told["items"][0];
    assert_eq!((letter["kind"].as_str(), letter["name"].as_str()), (Some("retraction-asked"), Some("EVT-2026-00001")));
    assert_eq!(letter["next"]["what"], "decide-retraction");
    assert_eq!(kinds(&room, "moderator-a").await, ["waiting"]);
    let other = Actor::Person(room.subject("publisher"));
    let suspended = Payload::EntrySuspended(v1::EntrySuspended::default());
    room.hear(other, Origin::Publication, ENTRY, suspended.clone()).await;
    assert_eq!(kinds(&room, "publisher").await.len(), 1, "nobody is told of their own deeds");
    room.hear(Actor::Person(room.subject("moderator-b")), Origin::Publication, ENTRY, suspended).await;
    assert_eq!(kinds(&room, "publisher").await, ["suspended", "retraction-asked"]);
}

#[tokio::test]
async fn publishers_are_told_what_concerns_the_edition_whatever_becomes_of_a_revision_of_it() {
    for how in ["open", "changes-requested", "refused"] {
        let mut room = Room::open().await;
        mail_begins(&room).await;
        let filed = room.submit(ENTRY, 1, &content("A workshop")).await;
        room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
        room.publish(ENTRY, 1).await;
        let filed = room.submit(ENTRY, 2, &content("What nobody has approved")).await;
        let digest = filed.digest;
        match how {
            "changes-requested" => {
                let items = json!([{ "field": "title", "text": "Longer, please" }]);
                room.act("moderator-b", "request-changes", json!({ "digest": digest, "items": items })).await.is(200);
            }
            "refused" => {
                let refusal = json!({ "digest": digest, "code": "out_of_scope", "reason": "No." });
                room.act("moderator-b", "refuse", refusal).await.is(200);
            }
            _ => {}
        }
        assert_eq!(kinds(&room, "publisher").await, Vec::<String>::new(), "{how}: of the revision they do not know");
        let by = Actor::Person(room.subject("contributor-kz"));
        let reason = room.seal_for_submission(ENTRY, dossier_vault::Purpose::Reason, "It was cancelled.");
        let command = Some(v1::AskRetraction { reason: Some(reason) });
        let asked = Payload::RetractionAsked(v1::RetractionAsked { command, edition: 1 });
        room.hear(by, Origin::Submission, ENTRY, asked).await;
        let suspended = Payload::EntrySuspended(v1::EntrySuspended::default());
        room.hear(Actor::Person(room.subject("moderator-b")), Origin::Publication, ENTRY, suspended).await;
        let told = inbox(&room, "publisher").await;
        assert_eq!(kinds(&room, "publisher").await, ["suspended", "retraction-asked"], "{how}");
        for letter in told["items"].as_array().unwrap() {
            assert_eq!((&letter["title"], &letter["name"]), (&json!("A workshop"), &json!("EVT-2026-00001")), "{how}");
        }
        assert_eq!(due(&room, "publisher"), 1, "{how}");
    }
}
