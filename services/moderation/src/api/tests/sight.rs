//! The table of DOMAIN section 5, cell by cell, at the review's own interface. Who may not know of a review gets 404.

use serde_json::{Value, json};

use super::room::*;

/// Everything there is to see about one entry: a comment, a note, a message, names.
async fn full() -> Room {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    let comment = json!({ "digest": first.digest, "field": "title", "language": "en", "text": "The internal remark" });
    room.act("moderator-a", "comment", comment).await.is(200);
    room.act("moderator-b", "approve", json!({ "digest": "00".repeat(32), "note": "Refused note" })).await.is(409);
    let items = json!([{ "text": "The message to the contributor" }]);
    room.act("moderator-a", "request-changes", json!({ "digest": first.digest, "items": items })).await.is(200);
    room.submit(ENTRY, 2, &content("A better forum")).await;
    room
}

/// What somebody sees of the words and names there are.
struct Seen {
    contributor: bool,
    moderator: bool,
    internal: bool,
    message: bool,
    content: bool,
}

fn seen(body: &Value) -> Seen {
    let text = body.to_string();
    Seen {
        contributor: text.contains("Name of contributor-kz"),
        moderator: text.contains("Name of moderator"),
        internal: text.contains("The internal remark")
            || text.contains("comment-made")
            || text.contains("command-refused"),
        message: text.contains("The message to the contributor"),
        content: text.contains("A better forum"),
    }
}

async fn cells(room: &Room, who: &str) -> Option<[bool; 5]> {
    let reply = room.look(who).await;
    if reply.status == 404 {
        return None;
    }
    let Seen { contributor, moderator, internal, message, content } = seen(&reply.is(200).body);
    Some([contributor, moderator, internal, message, content])
}

#[tokio::test]
async fn submitted_and_undecided() {
    let room = full().await;
    let all = Some([true; 5]);
    for (who, expected) in [
        ("moderator-a", all),
        ("moderator-b", all),
        ("reviewer", all),
        ("auditor", all),
        ("contributor-kz", Some([true, false, false, true, true])),
        ("authority-kz", Some([true, false, false, true, true])),
        ("contributor-ke", None),
        ("publisher", None),
        ("administrator", None),
        ("nobody", None),
    ] {
        assert_eq!(cells(&room, who).await, expected, "{who}: contributor, moderator, internal, message, content");
    }
    let body = room.look("contributor-kz").await.body;
    let by = &body["requested_changes"][0]["by"];
    assert_eq!(by, &json!({ "role": "moderator" }), "the role only");
    assert_eq!(body["comments"], json!([]));
}

#[tokio::test]
async fn approved_and_published() {
    let mut room = full().await;
    let digest = room.look("moderator-a").await.text("/digest").to_owned();
    let approve = json!({ "digest": digest, "note": "The internal remark, again" });
    room.act("moderator-a", "approve", approve).await.is(200);
    for edition in [None, Some(1)] {
        if let Some(edition) = edition {
            room.publish(ENTRY, edition).await;
        }
        let publisher = room.look("publisher").await.is(200).body;
        let Seen { contributor, moderator, internal, message, content } = seen(&publisher);
        assert!(contributor && moderator && message && content && !internal, "a publisher, {edition:?}");
        assert_eq!(publisher["difference"], json!(null), "what was returned is not shown to a publisher");
        let hidden = room.get("publisher", &format!("/reviews/{ENTRY}?against=submission")).await.is(200);
        assert_eq!(hidden.body["difference"], json!(null), "however it is asked");
        assert_eq!(cells(&room, "contributor-kz").await, Some([true, false, false, true, true]));
        for who in ["contributor-ke", "administrator", "nobody"] {
            assert_eq!(cells(&room, who).await, None, "{who}: the dossier of a public entry is not public");
        }
    }
}

#[tokio::test]
async fn refused() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A better forum")).await;
    let reason = json!({ "digest": filed.digest, "code": "spam", "reason": "The message to the contributor" });
    room.act("moderator-a", "refuse", reason).await.is(200);
    for (who, expected) in [
        ("moderator-b", Some([true, true, false, true, true])),
        ("auditor", Some([true, true, false, true, true])),
        ("contributor-kz", Some([true, false, false, true, true])),
        ("publisher", None),
        ("contributor-ke", None),
        ("administrator", None),
    ] {
        assert_eq!(cells(&room, who).await, expected, "{who}");
    }
}

#[tokio::test]
async fn the_queue_shows_each_what_they_may_know() {
    let mut room = full().await;
    room.submit(OTHER, 1, &content("Another")).await;
    for (who, expected) in [
        ("moderator-a", 2),
        ("reviewer", 2),
        ("auditor", 2),
        ("contributor-kz", 2),
        ("contributor-ke", 0),
        ("publisher", 0),
    ] {
        let queue = room.get(who, "/reviews?state=any").await.is(200);
        assert_eq!(queue.body["items"].as_array().unwrap().len(), expected, "{who}");
    }
    for who in ["administrator", "nobody"] {
        let refused = room.get(who, "/reviews").await.is(403);
        assert_eq!(refused.text("/code"), "no-designation", "{who}");
    }
    room.get("a stranger", "/reviews").await.is(401);
}

/// Administrators have no say on content; the same goes for everybody who is no moderator. Each refusal says why, and
/// is recorded.
#[tokio::test]
async fn who_is_no_moderator_decides_nothing() {
    let room = full().await;
    let digest = room.look("moderator-a").await.text("/digest").to_owned();
    for who in ["administrator", "contributor-kz", "contributor-ke", "authority-kz", "publisher", "auditor", "nobody"] {
        for (act, body) in [
            ("claim", json!({})),
            ("release", json!({})),
            ("comment", json!({ "digest": digest, "text": "Hm." })),
            ("request-changes", json!({ "digest": digest, "items": [{ "text": "Hm." }] })),
            ("approve", json!({ "digest": digest })),
            ("refuse", json!({ "digest": digest, "code": "spam", "reason": "Hm." })),
        ] {
            let refused = room.act(who, act, body).await.is(403);
            assert_eq!((refused.text("/type"), refused.text("/code")), ("/problems/not-entitled", "no-designation"));
            assert_eq!(refused.text("/reason"), "no-designation", "{who} {act}");
            assert!(refused.text("/detail").contains("not designated"), "{who} {act}");
            assert!(refused.body.get("difference").is_none(), "{who} {act}");
        }
    }
    assert_eq!(room.look("moderator-a").await.text("/state"), "in-review");
}

/// Names of entries that somebody tries out tell nothing apart: no such entry, and one that is not theirs to know.
#[tokio::test]
async fn what_is_not_there_and_what_is_not_to_be_known_look_the_same() {
    let room = full().await;
    let unknown = dossier_proto::EntryId([9; 16]);
    for who in ["administrator", "nobody", "contributor-ke", "publisher"] {
        let (there, not_there) =
            (room.look(who).await.is(404), room.get(who, &format!("/reviews/{unknown}")).await.is(404));
        assert_eq!((&there.body["type"], &there.body["title"]), (&not_there.body["type"], &not_there.body["title"]));
        let act = |entry| format!("/reviews/{entry}/claim");
        let (there, not_there) =
            (room.post(who, &act(ENTRY), json!({})).await, room.post(who, &act(unknown), json!({})).await);
        assert_eq!((there.status, &there.body["code"]), (not_there.status, &not_there.body["code"]), "{who}");
        for stale in ["\"r999\"", "\"d1\"", "*"] {
            let guessed = room.post_with(who, &act(ENTRY), json!({}), &[("if-match", stale)]).await;
            assert_eq!(guessed.status, 403, "{who}: a version is no way to find out either");
            assert_eq!(guessed.headers.get("etag"), None, "{who}");
        }
    }
    room.get("moderator-a", &format!("/reviews/{unknown}")).await.is(404);
    room.post("moderator-a", &format!("/reviews/{unknown}/claim"), json!({})).await.is(404);
}

/// It did: a refusal that named its place in the journal was one of an entry that is there.
#[tokio::test]
async fn a_stranger_is_not_told_where_a_refusal_was_recorded() {
    let room = full().await;
    let digest = room.look("moderator-a").await.text("/digest").to_owned();
    let unknown = dossier_proto::EntryId([9; 16]).to_string();
    let approve = |entry: &str| (format!("/reviews/{entry}/approve"), json!({ "digest": digest }));
    let members = |problem: &serde_json::Value| {
        problem.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
    };
    for who in ["administrator", "nobody", "contributor-ke", "publisher"] {
        let before = room.size();
        let (path, body) = approve(&ENTRY.to_string());
        let there = room.post(who, &path, body).await.is(403);
        assert_eq!(room.size(), before + 1, "{who}: it is recorded all the same");
        let (path, body) = approve(&unknown);
        let not_there = room.post(who, &path, body).await.is(403);
        assert_eq!(members(&there.body), members(&not_there.body), "{who}");
    }
    let (path, body) = approve(&ENTRY.to_string());
    let told = room.post("contributor-kz", &path, body).await.is(403);
    assert!(told.body["recorded"]["sequence"].is_u64(), "who knows of it may look it up");
}

/// Seen in Wagtail: compare views show revisions to people without the right.
#[tokio::test]
async fn wagtail_a_comparison_shows_nothing_to_those_who_may_not_read() {
    let room = full().await;
    let digest = room.look("moderator-a").await.text("/digest").to_owned();
    for who in ["administrator", "contributor-ke", "nobody", "publisher"] {
        for query in ["edition", "submission", &digest] {
            room.get(who, &format!("/reviews/{ENTRY}?against={query}")).await.is(404);
        }
    }
}
