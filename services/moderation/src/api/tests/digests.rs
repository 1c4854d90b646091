//! P5 over HTTP: the difference is in the answer, and nothing typed is lost.

use serde_json::json;

use super::room::*;

#[tokio::test]
async fn the_unseen_edit_is_not_approved_and_the_difference_is_shown() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    room.recall(ENTRY, &first).await;
    let second = room.submit(ENTRY, 2, &content("Another forum")).await;
    let body = json!({ "digest": first.digest, "note": "I read it twice." });
    let refused = room.act("moderator-a", "approve", body.clone()).await.is(409);
    assert_eq!(refused.text("/type"), "/problems/digest-mismatch");
    assert_eq!(refused.text("/code"), "digest-mismatch");
    assert_eq!(refused.text("/digest"), second.digest.to_string());
    assert_eq!(refused.text("/difference/digest"), first.digest.to_string());
    assert_eq!(refused.text("/difference/changed/0/field"), "title");
    assert_eq!(refused.body["sent"], body);
    assert_eq!(refused.text("/state"), "in-review");
    assert_eq!(room.look("moderator-a").await.text("/state"), "in-review", "nothing was decided");
    room.act("moderator-a", "approve", json!({ "digest": second.digest })).await.is(200);
}

#[tokio::test]
async fn every_act_on_content_gives_back_what_was_typed() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    room.recall(ENTRY, &first).await;
    let second = room.submit(ENTRY, 2, &content("Another forum")).await;
    for (act, body) in [
        ("comment", json!({ "digest": first.digest, "field": "title", "language": "en", "text": "Hm." })),
        ("refuse", json!({ "digest": first.digest, "code": "spam", "reason": "This is spam." })),
        (
            "request-changes",
            json!({ "digest": first.digest, "items": [{ "field": "title", "language": "en", "quote": "A", "text": "The" }] }),
        ),
    ] {
        let refused = room.act("moderator-a", act, body.clone()).await.is(409);
        assert_eq!(refused.text("/digest"), second.digest.to_string(), "{act}");
        assert_eq!(refused.body["sent"], body, "{act}");
        assert!(refused.body["difference"].is_object(), "{act}");
    }
}

#[tokio::test]
async fn a_digest_never_submitted_for_this_entry_has_no_difference() {
    let mut room = Room::open().await;
    room.submit(ENTRY, 1, &content("A forum")).await;
    let elsewhere = room.submit(OTHER, 1, &content("Secret plans")).await;
    for digest in ["ab".repeat(32), elsewhere.digest.to_string()] {
        let refused = room.act("moderator-a", "approve", json!({ "digest": digest })).await.is(409);
        assert_eq!(refused.body["difference"], json!(null));
        assert!(!refused.body.to_string().contains("Secret"));
    }
}

/// P11: no word of all this stands in the journal.
#[tokio::test]
async fn no_words_in_the_journal() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("Unmistakable title")).await;
    let said = json!({ "digest": first.digest, "field": "title", "language": "en", "text": "Unmistakable comment" });
    room.act("moderator-a", "comment", said).await.is(200);
    let wrong = json!({ "digest": "00".repeat(32), "note": "Unmistakable note" });
    room.act("moderator-a", "approve", wrong).await.is(409);
    let items = json!([{ "quote": "Unmistakable quote", "text": "Unmistakable request" }]);
    room.act("moderator-a", "request-changes", json!({ "digest": first.digest, "items": items })).await.is(200);
    for recorded in room.service.engine().of_entry(ENTRY).unwrap() {
        let text = String::from_utf8_lossy(&recorded.bytes).into_owned();
        let beside = recorded.beside.map(|beside| format!("{:?}", beside.encode())).unwrap_or_default();
        for held in [text, beside] {
            assert!(!held.contains("Unmistakable") && !held.contains("What we changed"));
        }
    }
    let seen = room.look("moderator-a").await.is(200).body.to_string();
    for said in ["Unmistakable title", "Unmistakable comment", "Unmistakable quote", "Unmistakable request"] {
        assert!(seen.contains(said), "{said} is there for those who may read it");
    }
}
