//! P2: the journal is the only truth.

use axum::body::Body;
use http::{Request, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::house::{House, content_with};
use crate::Service;

async fn read(service: &Service, token: &str, path: &str) -> Value {
    let request = Request::get(format!("/contribute/api/v1{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
        .unwrap();
    let response = service.router().oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

#[tokio::test]
async fn a_service_started_again_from_its_journal_gives_the_same_answers() {
    let house = House::open().await;
    let first = house.started("aigerim").await.id();
    house.submitted("aigerim", first).await;
    house.changes_requested(first, "Say where.").await;
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    house.put(&format!("/entries/{first}/draft")).by("bolat").json(&body).if_match("\"d1\"").send().await.expect(200);
    let second = house.started("bolat").await.id();
    house.submitted("bolat", second).await;
    house.published(second, 1).await;
    house.post(&format!("/entries/{second}/revise")).by("bolat").send().await.expect(200);
    house.post("/entries").by("nobody").json(&super::house::start(&json!({}))).send().await.expect(403);

    let token = house.person("aigerim").token;
    let paths = [
        "/entries".to_owned(),
        format!("/entries/{first}"),
        format!("/entries/{first}/history"),
        format!("/entries/{second}"),
        format!("/entries/{second}/history"),
    ];
    let mut before = Vec::new();
    for path in &paths {
        before.push(read(&house.service, &token, path).await);
    }
    let digests = house.service.engine().digests().await.unwrap();
    let again = house.start_again();
    let redone = again.engine().digests().await.unwrap();
    assert_eq!((redone.state, redone.view), (digests.state, digests.view));
    for (path, told) in paths.iter().zip(before) {
        assert_eq!(read(&again, &token, path).await, told, "{path}");
    }
}
