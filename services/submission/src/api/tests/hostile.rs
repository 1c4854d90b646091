//! Hostile input is told what is wrong with it; it is never a failure on our side, and leaves nothing behind.

use http::Method;
use serde_json::{Value, json};

use super::house::{House, content, content_with, start};

#[tokio::test]
async fn nothing_hostile_gives_a_failure_on_our_side() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let size = house.service.engine().journal().head().size;
    let deep = format!("{}1{}", "[".repeat(4_000), "]".repeat(4_000));
    let bodies: Vec<Vec<u8>> = vec![
        Vec::new(),
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"\"text\"".to_vec(),
        vec![0xff, 0xfe, 0x00],
        deep.into_bytes(),
        br#"{"type":"event","type":"event","content":{}}"#.to_vec(),
        br#"{"type":7,"content":"x","language":{},"on_behalf_of":[]}"#.to_vec(),
        br#"{"content":{"title":{"en":"\u0000"}}}"#.to_vec(),
        br#"{"content":{"title":{"en":1e999}}}"#.to_vec(),
        br#"{"content":null,"certify":"yes","reason":{},"what_changed":[]}"#.to_vec(),
        br#"{"certify":true,"answers":[{"item":-1,"text":"x"}]}"#.to_vec(),
        br#"{"certify":true,"answers":[{"item":4294967296,"text":"x"}]}"#.to_vec(),
        br#"{"certify":true,"unknown":1}"#.to_vec(),
        format!(r#"{{"content":{{"title":{{"en":"{}"}}}}}}"#, "x".repeat(2_000_000)).into_bytes(),
    ];
    let paths = ["/entries".to_owned(), format!("/entries/{id}/draft"), format!("/entries/{id}/submit")];
    let more = [format!("/entries/{id}/withdraw"), format!("/entries/{id}/ask-retraction")];
    for path in paths.iter().chain(&more) {
        let method = if path.ends_with("/draft") { Method::PUT } else { Method::POST };
        for body in &bodies {
            let told =
                house.ask(method.clone(), path).by("aigerim").if_match("\"d1\"").bytes(body.clone()).send().await;
            let start = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
            assert!(told.status.is_client_error(), "{} for {method} {path} with {start}", told.status);
        }
    }
    assert_eq!(house.service.engine().journal().head().size, size, "nothing was written");
    house.started("aigerim").await;
}

#[tokio::test]
async fn wrong_tokens_headers_and_addresses_are_told() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.get(&format!("/entries/{id}")).token("dsr_0000000000000000000000").send().await.expect(401);
    house.get(&format!("/entries/{id}")).token("x").send().await.expect(401);
    for path in ["/entries/0", "/entries/%ff", "/entries/01K9ZV3Q0M5T7N8R2W4X6Y8Z0AA", "/entries/..%2f"] {
        let told = house.get(path).by("aigerim").send().await;
        assert!(told.status.is_client_error(), "{path}: {}", told.status);
    }
    let draft = format!("/entries/{id}/draft");
    let body = json!({"content": content()});
    for wrong in ["d1", "W/\"d1\"", "\"d1", "nonsense"] {
        house.put(&draft).by("aigerim").json(&body).if_match(wrong).send().await.expect(400);
    }
    for stale in ["\"d0\"", "\"d99999999999\"", "\"r1\"", "\"x\""] {
        house.put(&draft).by("aigerim").json(&body).if_match(stale).send().await.expect(412);
    }
    let ask = house.put(&draft).by("aigerim").json(&body).if_match("\"d1\"");
    ask.header("idempotency-key", "two words").send().await.expect(400);
}

#[tokio::test]
async fn a_content_at_the_limit_goes_through_and_one_beyond_is_told() {
    let house = House::open().await;
    // Descriptions take 40 000 characters a language; links fill the rest. Cyrillic takes two bytes a letter.
    let languages = ["ar", "zh", "en", "fr", "ru", "es"];
    let text: serde_json::Map<String, Value> =
        languages.iter().map(|tag| ((*tag).to_owned(), "ж".repeat(36_000).into())).collect();
    let large = content_with("description", Value::Object(text));
    let told = house.post("/entries").by("aigerim").json(&start(&large)).send().await.expect(201);
    let submit = json!({"certify": true, "what_changed": "ж".repeat(2_000)});
    house.post(&format!("/entries/{}/submit", told.id())).by("aigerim").json(&submit).send().await.expect(200);

    let beyond: serde_json::Map<String, Value> =
        languages.iter().map(|tag| ((*tag).to_owned(), "ж".repeat(39_000).into())).collect();
    let beyond = content_with("description", Value::Object(beyond));
    let told = house.post("/entries").by("aigerim").json(&start(&beyond)).send().await.expect(413);
    assert_eq!(told.body["type"], "/problems/too-large");
}

#[tokio::test]
async fn a_content_that_imitates_a_token_is_refused() {
    let house = House::open().await;
    let token = json!({"$commitment": "0".repeat(64)});
    for content in [content_with("title", token.clone()), content_with("location", token)] {
        house.post("/entries").by("aigerim").json(&start(&content)).send().await.expect(422);
    }
}

/// Reasons and answers made of zero-width spaces were sealed and sent to people who saw nothing.
#[tokio::test]
async fn a_reason_that_nobody_sees_is_no_reason() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    for unseen in ["", " ", "\u{200B}\u{FEFF}", "\u{A0}", "\u{2800}\u{FE0F}"] {
        let withdraw = house.post(&format!("/entries/{id}/withdraw")).by("aigerim").json(&json!({"reason": unseen}));
        let told = withdraw.send().await.expect(422);
        assert_eq!(told.body["errors"][0]["pointer"], "/reason", "{unseen:?}");
    }
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "Say where.").await;
    for (unseen, pointer) in [("what_changed", "/what_changed"), ("answer", "/answers/0/text")] {
        let said = |member: &str| if unseen == member { "\u{200B}" } else { "We did." };
        let body = json!({"certify": true, "what_changed": said("what_changed"), "answers": [{"item": 1, "text": said("answer")}]});
        let told = house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&body).send().await.expect(422);
        assert_eq!(told.body["errors"][0]["pointer"], pointer);
    }
}

/// A title that nobody sees went to moderation.
#[tokio::test]
async fn a_title_that_nobody_sees_is_told_at_the_field() {
    let house = House::open().await;
    let unseen = start(&content_with("title", json!({"en": "\u{200B}\u{200F}"})));
    let id = house.post("/entries").by("aigerim").json(&unseen).send().await.expect(201).id();
    let submit = house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&json!({"certify": true}));
    let told = submit.send().await.expect(422);
    assert_eq!(told.body["errors"][0]["pointer"], "/content/title", "{:#}", told.body);
}
