//! P4: a command takes effect once, however often it is repeated with the same key.

use dossier_identity::Role;
use serde_json::json;

use super::house::{House, content, content_with, start};

#[tokio::test]
async fn the_same_request_with_the_same_key_takes_effect_once() {
    let house = House::open().await;
    let ask = || house.post("/entries").by("aigerim").header("idempotency-key", "start-1").json(&start(&content()));
    let first = ask().send().await.expect(201);
    let size = house.service.engine().journal().head().size;
    let second = ask().send().await.expect(201);
    assert_eq!(second.id(), first.id());
    assert_eq!(second.body, first.body);
    assert_eq!(house.service.engine().journal().head().size, size);

    let id = first.id();
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    let save = || {
        let ask = house.put(&format!("/entries/{id}/draft")).by("aigerim").header("idempotency-key", "save-1");
        ask.json(&body).if_match("\"d1\"")
    };
    assert_eq!(save().send().await.expect(200).etag(), "\"d2\"");
    assert_eq!(save().send().await.expect(200).etag(), "\"d2\"", "not 412: it is the same command");
    let submit = || {
        let ask = house.post(&format!("/entries/{id}/submit")).by("aigerim").header("idempotency-key", "submit-1");
        ask.json(&json!({"certify": true}))
    };
    submit().send().await.expect(200);
    submit().send().await.expect(200);
    assert_eq!(house.service.engine().journal().head().size, size + 2);
}

#[tokio::test]
async fn the_same_key_with_another_request_is_refused() {
    let house = House::open().await;
    let ask = |content| house.post("/entries").by("aigerim").header("idempotency-key", "k").json(&start(&content));
    ask(content()).send().await.expect(201);
    let told = ask(content_with("geographic_scope", json!("national"))).send().await.expect(422);
    assert_eq!(told.body["type"], "/problems/idempotency-key-reused");
    let other = house.post("/entries").by("wanjiru").header("idempotency-key", "k").json(&start(&content()));
    other.send().await.expect(201);
}

#[tokio::test]
async fn a_recorded_refusal_is_answered_again_as_it_was() {
    let house = House::open().await;
    let ask = || house.post("/entries").by("nobody").header("idempotency-key", "k").json(&start(&content()));
    let first = ask().send().await.expect(403);
    let size = house.service.engine().journal().head().size;
    let second = ask().send().await.expect(403);
    assert_eq!((&first.body["reason"], &first.body["recorded"]), (&second.body["reason"], &second.body["recorded"]));
    assert_eq!(house.service.engine().journal().head().size, size);
}

/// P11: the digest of a request stands in the clear. It must not be a digest of short words that can be guessed.
#[tokio::test]
async fn equal_requests_leave_different_digests() {
    let house = House::open().await;
    let mut digests = Vec::new();
    for _ in 0..2 {
        let id = house.started("aigerim").await.id();
        let event = house.service.engine().of_entry(id).unwrap().remove(0).into_event();
        digests.push(event.head.command.unwrap().request_digest);
    }
    assert_ne!(digests[0], digests[1]);
}

/// Every repeat of a save, and every save that was refused, was sealed under a key of its own first: 128 bytes each that stayed
/// and opened nothing.
#[tokio::test]
async fn a_repeated_or_refused_save_leaves_no_key() {
    let house = House::open().await;
    let keys = || house.vault.counts().live - house.vault.counts().spare;
    let start = || house.post("/entries").by("aigerim").header("idempotency-key", "start").json(&start(&content()));
    let before = keys();
    let id = start().send().await.expect(201).id();
    assert_eq!(keys(), before + 1, "a revision has a key");
    let again = start().send().await.expect(201);
    assert_eq!(again.id(), id);
    assert_eq!(again.headers["location"], format!("/contribute/api/v1/entries/{id}"));
    assert_eq!(keys(), before + 1, "a repeated start");

    let save = |key: &'static str, scope: &str, etag: &str| {
        let body = json!({"content": content_with("geographic_scope", json!(scope))});
        let ask = house.put(&format!("/entries/{id}/draft")).by("aigerim").header("idempotency-key", key);
        ask.json(&body).if_match(etag).send()
    };
    save("save", "national", "\"d1\"").await.expect(200);
    assert_eq!(keys(), before + 2);
    save("save", "national", "\"d1\"").await.expect(200);
    assert_eq!(keys(), before + 2, "a repeated save");
    let stale = save("stale", "regional", "\"d1\"").await.expect(412);
    assert!(stale.body["difference"].is_object(), "{:#}", stale.body);
    save("save", "regional", "\"d2\"").await.expect(422);
    house.submitted("aigerim", id).await;
    save("late", "regional", "\"d2\"").await.expect(409);
    assert_eq!(keys(), before + 2, "a stale one, one under a key that was used, one too late");
}

/// A repeat was answered with the draft as it is now, also to somebody whose designation had been revoked since (P13).
#[tokio::test]
async fn a_repeat_shows_nothing_to_who_may_see_it_no_more() {
    let house = House::open().await;
    let granted = house.designate("gulnara", Role::Contributor, Some("KAZ")).await;
    let ask = || house.post("/entries").by("gulnara").header("idempotency-key", "k").json(&start(&content()));
    ask().send().await.expect(201);
    house.revoke(&granted).await;
    let told = ask().send().await.expect(404);
    assert!(!told.body.to_string().contains("delegation"), "{:#}", told.body);
}
