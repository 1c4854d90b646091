//! Tokens that are bound to one body, and what of a request stands in the clear.

use dossier_proto::Payload;
use serde_json::json;

use super::room::*;

const BOUND: &str = "token-bound-to-another-body";

async fn room() -> (Room, Filed) {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    for (who, to, name) in [
        ("moderator-a", "KAZ", "moderator for KAZ"),
        ("moderator-a", "KEN", "moderator for KEN"),
        ("administrator", "KAZ", "administrator for KAZ"),
        ("contributor-ke", "KEN", "stranger for KEN"),
    ] {
        room.bind(who, to, name);
    }
    (room, filed)
}

/// A moderator's token for one body claimed and released what was of another.
#[tokio::test]
async fn a_bound_token_acts_for_its_body_alone() {
    let (room, filed) = room().await;
    let size = room.size();
    let digest = filed.digest;
    for (act, body) in [
        ("claim", json!({})),
        ("release", json!({})),
        ("comment", json!({ "digest": digest, "text": "Hm." })),
        ("request-changes", json!({ "digest": digest, "items": [{ "text": "Hm." }] })),
        ("approve", json!({ "digest": digest })),
        ("refuse", json!({ "digest": digest, "code": "incomplete", "reason": "Hm." })),
    ] {
        let refused = room.act("moderator for KEN", act, body).await.is(403);
        assert_eq!(refused.text("/reason"), BOUND, "{act}");
    }
    assert_eq!(room.size(), size, "nothing was decided");
    room.act("moderator for KAZ", "claim", json!({})).await.is(200);
    room.act("moderator for KAZ", "approve", json!({ "digest": digest })).await.is(200);
}

/// It read them, too.
#[tokio::test]
async fn a_bound_token_reads_of_its_body_alone() {
    let (room, _) = room().await;
    assert_eq!(room.look("moderator for KEN").await.is(403).text("/reason"), BOUND);
    room.look("moderator for KAZ").await.is(200);
    let lines = |reply: Reply| reply.is(200).body["items"].as_array().unwrap().len();
    assert_eq!(lines(room.get("moderator for KEN", "/reviews?state=any").await), 0);
    assert_eq!(lines(room.get("moderator for KAZ", "/reviews?state=any").await), 1);
    let designations = room.get("administrator for KAZ", "/designations?limit=200").await.is(200);
    let bodies: Vec<_> = designations.body["items"].as_array().unwrap().iter().map(|one| one["body"].clone()).collect();
    assert!(!bodies.is_empty() && bodies.iter().all(|body| body == "KAZ"), "{bodies:?}");
}

/// With a token for one body an administrator gave out rights for all of them.
#[tokio::test]
async fn a_bound_token_designates_for_its_body_alone() {
    let (room, _) = room().await;
    let size = room.size();
    let subject = room.subject("nobody");
    for body in [json!(null), json!("KEN")] {
        let grant = json!({ "subject": subject, "role": "moderator", "body": body });
        let refused = room.post("administrator for KAZ", "/designations", grant).await.is(403);
        assert_eq!(refused.text("/reason"), BOUND, "{body}");
    }
    let held = room.get("administrator", "/designations?role=moderator").await.is(200);
    let id = held.text("/items/0/id");
    let refused = room.post("administrator for KAZ", &format!("/designations/{id}/revoke"), json!({})).await.is(403);
    assert_eq!(refused.text("/reason"), BOUND);
    assert_eq!(room.size(), size);
    let grant = json!({ "subject": subject, "role": "moderator", "body": "KAZ" });
    let granted = room.post("administrator for KAZ", "/designations", grant).await.is(201);
    let id = granted.text("/id");
    room.post("administrator for KAZ", &format!("/designations/{id}/revoke"), json!({})).await.is(200);
}

/// Whoever may not know of an entry was told by the check of the token whose it is.
#[tokio::test]
async fn a_bound_token_tells_a_stranger_nothing() {
    let (room, filed) = room().await;
    room.look("stranger for KEN").await.is(404);
    let refused = room.act("stranger for KEN", "approve", json!({ "digest": filed.digest })).await.is(403);
    assert_ne!(refused.text("/reason"), BOUND);
    assert!(!refused.body.to_string().contains("KAZ"), "{:#}", refused.body);
}

/// Anybody with an account could have keys made without end: one for each request that was refused.
#[tokio::test]
async fn for_whoever_has_no_part_in_the_review_no_key_is_made() {
    let (room, filed) = room().await;
    let digest = filed.digest;
    let before = room.keys();
    for (act, body) in [
        ("comment", json!({ "digest": digest, "text": "Hm." })),
        ("request-changes", json!({ "digest": digest, "items": [{ "text": "Hm.", "quote": "A" }] })),
        ("approve", json!({ "digest": digest, "note": "Hm." })),
        ("refuse", json!({ "digest": digest, "code": "incomplete", "reason": "Hm." })),
    ] {
        let refused = room.act("contributor-ke", act, body).await.is(403);
        assert_eq!(refused.text("/sent/digest"), digest.to_string(), "{act}: what was typed comes back");
    }
    assert_eq!(room.keys(), before);
    room.act("reviewer", "comment", json!({ "digest": digest, "text": "Hm." })).await.is(200);
    assert_eq!(room.keys(), before + 1);
}

/// Repeats, and acts that are refused without a record, each left a key on disk that nobody would ever use.
#[tokio::test]
async fn what_is_repeated_or_refused_without_a_record_leaves_no_key() {
    let (room, filed) = room().await;
    let digest = filed.digest;
    let path = format!("/reviews/{ENTRY}/comment");
    let before = room.keys();
    let comment = json!({ "digest": digest, "text": "Hm." });
    let stale = [("if-match", "\"r9\"")];
    room.post_with("moderator-a", &path, comment.clone(), &stale).await.is(412);
    assert_eq!(room.keys(), before, "somebody else was faster");
    room.act("moderator-b", "claim", json!({})).await.is(200);
    for (act, body) in [
        ("request-changes", json!({ "digest": digest, "items": [{ "text": "Hm.", "quote": "A" }] })),
        ("refuse", json!({ "digest": digest, "code": "incomplete", "reason": "Hm." })),
        ("approve", json!({ "digest": digest, "note": "Hm." })),
    ] {
        let refused = room.act("moderator-a", act, body).await.is(409);
        assert_eq!(refused.text("/sent/digest"), digest.to_string(), "{act}: what was typed comes back");
        assert!(refused.text("/detail").contains("claimed"), "{act}: {:#}", refused.body);
    }
    assert_eq!(room.keys(), before, "another moderator has claimed it");
    let path = format!("/reviews/{ENTRY}/request-changes");
    let request = json!({ "digest": digest, "items": [{ "text": "Hm." }] });
    let key = [("idempotency-key", "once")];
    let first = room.post_with("moderator-b", &path, request.clone(), &key).await.is(200);
    assert_eq!(room.keys(), before + 1);
    let again = room.post_with("moderator-b", &path, request, &key).await.is(200);
    assert_eq!((&again.body["recorded"], &again.body["repeated"]), (&first.body["recorded"], &json!(true)));
    let other = json!({ "digest": digest, "items": [{ "text": "Hm, hm." }] });
    room.post_with("moderator-b", &path, other, &key).await.is(422);
    assert_eq!(room.keys(), before + 1, "a repeat");
}

/// P11: what is no code stood in the clear in the record of a refused refusal, whatever it said; a record type as well.
#[tokio::test]
async fn what_is_no_code_does_not_reach_the_journal() {
    let (room, filed) = room().await;
    let words = "he_is_a_thief";
    let refuse = json!({ "digest": filed.digest, "code": words, "reason": "Hm." });
    room.act("contributor-ke", "refuse", refuse.clone()).await.is(403);
    assert_eq!(room.act("moderator-a", "refuse", refuse).await.is(422).text("/code"), "unknown-code");
    let grant = json!({ "subject": room.subject("nobody"), "role": "moderator", "record_types": [words] });
    for who in ["nobody", "administrator"] {
        assert_eq!(
            room.post(who, "/designations", grant.clone()).await.is(422).text("/errors/0/pointer"),
            "/record_types"
        );
    }
    let engine = room.service.engine();
    let events: Vec<_> = (0..room.size()).map(|sequence| engine.recorded(sequence).unwrap()).collect();
    let refused = events.iter().filter(|one| matches!(one.event.payload, Some(Payload::ModerationRefused(_)))).count();
    assert_eq!(refused, 1, "the attempt itself is on record");
    let holds = |bytes: &[u8]| bytes.windows(words.len()).any(|window| window == words.as_bytes());
    assert!(!events.iter().any(|one| holds(&one.bytes)));
}
