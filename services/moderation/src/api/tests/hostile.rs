//! Hostile input: never a 5xx, nothing half done, and a sound request afterwards succeeds.

use axum::body::Body;
use http::{Request, header};
use serde_json::{Value, json};

use super::room::*;

#[tokio::test]
async fn what_does_not_fit_is_told_where() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let digest = filed.digest.to_string();
    let long = "x".repeat(16 * 1024 + 1);
    let items = |item: Value| json!({ "digest": digest, "items": [item] });
    for (act, body, pointer) in [
        ("approve", json!({}), ""),
        ("approve", json!({ "digest": "abc" }), "/digest"),
        ("approve", json!({ "digest": 7 }), "/digest"),
        ("approve", json!({ "digest": digest, "note": long }), "/note"),
        ("approve", json!({ "digest": digest, "force": true }), "/force"),
        ("approve", json!([]), ""),
        ("comment", json!({ "digest": digest, "text": "  " }), "/text"),
        ("comment", json!({ "digest": digest, "text": "\u{200B}\u{200F}" }), "/text"),
        ("comment", json!({ "digest": digest, "text": "Hm.", "field": "titel" }), "/field"),
        ("comment", json!({ "digest": digest, "text": "Hm.", "field": "A sentence with words" }), "/field"),
        ("comment", json!({ "digest": digest, "text": "Hm.", "field": "title.he-is-a-thief" }), "/field"),
        ("comment", json!({ "digest": digest, "text": "Hm.", "field": "title/en/thief" }), "/field"),
        ("comment", json!({ "digest": digest, "text": "Hm.", "field": "title", "language": "tlh" }), "/language"),
        ("comment", json!({ "digest": digest, "text": long }), "/text"),
        ("refuse", json!({ "digest": digest, "code": "spam", "reason": "" }), "/reason"),
        ("refuse", json!({ "digest": digest, "code": "spam", "reason": "\u{A0}\u{FE0F}" }), "/reason"),
        ("refuse", json!({ "digest": digest, "code": "x".repeat(65), "reason": "No" }), "/code"),
        ("request-changes", json!({ "digest": digest, "items": [] }), "/items"),
        ("request-changes", json!({ "digest": digest, "items": vec![json!({ "text": "Hm" }); 65] }), "/items"),
        ("request-changes", items(json!({ "text": "" })), "/items/0/text"),
        ("request-changes", items(json!({ "text": "\u{2060}" })), "/items/0/text"),
        ("request-changes", items(json!({ "text": "x".repeat(4097) })), "/items/0/text"),
        ("request-changes", items(json!({ "text": "Hm", "quote": "x".repeat(2049) })), "/items/0/quote"),
        ("request-changes", items(json!({ "text": "Hm", "field": "nope" })), "/items/0/field"),
        ("claim", json!({ "for": "ever" }), "/for"),
    ] {
        let size = room.size();
        let refused = room.act("moderator-a", act, body.clone()).await.is(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer, "{act}");
        assert_eq!(room.size(), size, "{act}: slips of the pen are no history");
    }
    room.act("moderator-a", "approve", json!({ "digest": digest })).await.is(200);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_a_sound_request_afterwards_succeeds() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let path = format!("/review/api/v1/reviews/{ENTRY}/approve");
    let nested = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let bodies: [(&[u8], u16); 7] = [
        (b"", 400),
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b"{\"digest\":\"a\",\"digest\":\"b\"}", 400),
        (nested.as_bytes(), 400),
        (&[b' '; 2 * 1024 * 1024], 413),
        (b"null", 422),
    ];
    for (body, status) in bodies {
        let request = Request::post(&path).header(header::CONTENT_TYPE, "application/json");
        room.send("moderator-a", request, Body::from(body.to_vec())).await.is(status);
    }
    let plain = Request::post(&path).header(header::CONTENT_TYPE, "text/plain");
    room.send("moderator-a", plain, Body::from("{}")).await.is(415);
    for (name, value, status) in [
        ("if-match", "r1", 400),
        ("if-match", "W/\"r1\"", 400),
        ("idempotency-key", "with blanks", 400),
        ("if-match", "\"r18446744073709551615\"", 412),
    ] {
        let body = json!({ "digest": filed.digest });
        room.post_with("moderator-a", &format!("/reviews/{ENTRY}/approve"), body, &[(name, value)]).await.is(status);
    }
    for path in ["/reviews/nonsense", "/reviews/%FF", "/reviews/01ARZ3NDEKTSV4RRFFQ69G5FAV/nonsense", "/nothing"] {
        let status = room.get("moderator-a", path).await.status;
        assert!(status.is_client_error(), "{path}: {status}");
    }
    let wrong =
        Request::get(format!("/review/api/v1/reviews/{ENTRY}")).header(header::AUTHORIZATION, "Bearer dsr_nope");
    room.send("a stranger", wrong, Body::empty()).await.is(401);
    let deleted = Request::delete(format!("/review/api/v1/reviews/{ENTRY}"));
    room.send("moderator-a", deleted, Body::empty()).await.is(405);
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
}

/// What the largest admitted request leads to fits an event.
#[tokio::test]
async fn the_largest_request_for_changes_goes_through() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let item = json!({ "field": "title", "language": "en", "quote": "q".repeat(2048), "text": "t".repeat(4096) });
    let body = json!({ "digest": filed.digest, "items": vec![item; 64] });
    room.act("moderator-a", "request-changes", body).await.is(200);
    let shown = room.look("contributor-kz").await.is(200);
    assert_eq!(shown.body["requested_changes"].as_array().unwrap().len(), 64);
    assert_eq!(shown.text("/requested_changes/63/text").len(), 4096);
}

/// P11: destroyed with their key, the words are gone; what happened is still told.
#[tokio::test]
async fn erased_words_are_gone_and_the_review_is_still_shown() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    room.forget(&filed);
    let shown = room.look("moderator-a").await.is(200);
    assert_eq!(shown.body.get("content"), None);
    assert_eq!(shown.body["submission"]["what_changed"], json!(null));
    let queue = room.get("moderator-a", "/reviews").await.is(200);
    assert_eq!(queue.body["items"][0].get("title"), None);
    let refused = room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(410);
    assert_eq!(refused.text("/type"), "/problems/gone");
}
