//! P2: after a start everything is as it was, from the journal alone. P10: each command is decided again the same.

use dossier_engine::Redecider;
use serde_json::json;

use super::room::*;
use crate::domain::Moderation;

#[tokio::test]
async fn a_restart_changes_no_answer() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    let comment = json!({ "digest": first.digest, "field": "title", "language": "en", "text": "Short." });
    room.act("moderator-a", "comment", comment).await.is(200);
    room.act("moderator-a", "claim", json!({})).await.is(200);
    room.submit(OTHER, 1, &content("Another forum")).await;
    room.act("moderator-b", "approve", json!({ "digest": "00".repeat(32) })).await.is(409);
    let paths = [
        "/reviews?state=any".to_owned(),
        format!("/reviews/{ENTRY}"),
        "/designations".to_owned(),
        "/registry".to_owned(),
    ];
    let people = ["moderator-a", "moderator-b", "contributor-kz", "auditor", "administrator"];
    let before = answers(&room, &paths, &people).await;
    let digests = room.service.engine().digests().await.unwrap();
    let room = room.restarted().await;
    assert_eq!(room.service.engine().digests().await.unwrap(), digests);
    assert_eq!(answers(&room, &paths, &people).await, before);
    room.act("moderator-a", "approve", json!({ "digest": first.digest })).await.is(200);
    assert!(!room.service.first_administrator(room.subject("nobody")).await.unwrap(), "there was one");
}

#[tokio::test]
async fn every_recorded_command_is_decided_again_the_same() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    room.act("moderator-a", "claim", json!({})).await.is(200);
    room.act("moderator-a", "comment", json!({ "digest": first.digest, "field": null, "text": "Hm." })).await.is(200);
    room.act("moderator-a", "release", json!({})).await.is(200);
    room.act("administrator", "approve", json!({ "digest": first.digest })).await.is(403);
    room.act("moderator-b", "approve", json!({ "digest": "00".repeat(32), "note": "Blind" })).await.is(409);
    room.act("reviewer", "request-changes", json!({ "digest": first.digest, "items": [{ "text": "Hm" }] }))
        .await
        .is(200);
    room.act("moderator-b", "refuse", json!({ "digest": first.digest, "code": "spam", "reason": "No" })).await.is(409);
    let second = room.submit(ENTRY, 2, &content("A better forum")).await;
    room.act("moderator-a", "approve", json!({ "digest": second.digest, "note": "Good" })).await.is(200);
    room.recall(ENTRY, &second).await;
    let other = room.submit(OTHER, 1, &content("Another")).await;
    room.recall(OTHER, &other).await;
    let grant = json!({ "subject": room.subject("nobody"), "role": "moderator" });
    let id = room.post("administrator", "/designations", grant.clone()).await.is(201).text("/id").to_owned();
    room.post("moderator-a", "/designations", grant).await.is(403);
    room.post("administrator", &format!("/designations/{id}/revoke"), json!({})).await.is(200);
    let engine = room.service.engine();
    let mut again = Redecider::<Moderation>::default();
    for sequence in 0..room.size() {
        let recorded = engine.recorded(sequence).unwrap();
        again.take(recorded.event, recorded.beside.as_ref());
    }
    let (fold, deviations) = again.finish();
    assert_eq!(deviations, []);
    assert_eq!(fold.state, engine.view().state);
}

async fn answers(room: &Room, paths: &[String], people: &[&str]) -> Vec<(u16, serde_json::Value)> {
    let mut answers = Vec::new();
    for path in paths {
        for who in people {
            let mut reply = room.get(who, path).await;
            scrub(&mut reply.body);
            answers.push((reply.status.as_u16(), reply.body));
        }
    }
    answers
}

/// What tells the moment of asking, and the number of a problem, differ by nature.
fn scrub(body: &mut serde_json::Value) {
    match body {
        serde_json::Value::Object(members) => {
            for name in ["waiting_seconds", "number", "instance"] {
                members.remove(name);
            }
            members.values_mut().for_each(scrub);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(scrub),
        _ => {}
    }
}
