//! A service that has not heard moderation of late: nobody's command is decided, nothing typed is lost, and it goes on by
//! itself.

use dossier_engine::AUTHORITY_LASTS;
use serde_json::json;

use super::house::{House, content, content_with, start};

#[tokio::test]
async fn who_may_write_is_asked_to_try_again_while_moderation_is_silent() {
    let mut house = House::open().await;
    let entry = house.started("aigerim").await.id();
    let ear = house.at_a_distance();
    ear.hear();
    let path = format!("/entries/{entry}/draft");
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    let save = |key: &'static str, version: &'static str| {
        house.put(&path).by("aigerim").header("idempotency-key", key).json(&body).if_match(version)
    };
    assert_eq!(save("one", "\"d1\"").send().await.expect(200).etag(), "\"d2\"");

    ear.pass(AUTHORITY_LASTS + std::time::Duration::from_millis(1));
    let keys = || house.vault.counts().live - house.vault.counts().spare;
    let (size, before) = (house.service.engine().journal().head().size, keys());
    let other = json!({"content": content()});
    let later = || house.put(&path).by("aigerim").header("idempotency-key", "two").json(&other).if_match("\"d2\"");
    let told = later().send().await.expect(503);
    assert_eq!(told.body["type"], "/problems/authority-not-heard");
    assert_eq!(told.headers["retry-after"], "3");
    assert!(told.body["detail"].as_str().unwrap().contains("moderation"), "{}", told.body);
    // Without a key, for something new, and from somebody without a right: nothing is decided, nothing sealed.
    for who in ["aigerim", "nobody"] {
        let begin = house.post("/entries").by(who).json(&start(&content()));
        assert_eq!(begin.send().await.expect(503).body["type"], "/problems/authority-not-heard");
    }
    assert_eq!((house.service.engine().journal().head().size, keys()), (size, before));
    // What took effect before is answered, and readers are.
    assert_eq!(save("one", "\"d1\"").send().await.expect(200).etag(), "\"d2\"");
    house.get(&format!("/entries/{entry}")).by("aigerim").send().await.expect(200);

    ear.hear();
    assert_eq!(later().send().await.expect(200).etag(), "\"d3\"", "the same request under the same key");
}
