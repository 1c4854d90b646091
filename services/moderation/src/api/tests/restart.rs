//! P2: after a start everything is as it was, from the journal alone.

use serde_json::json;

use super::room::*;

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
