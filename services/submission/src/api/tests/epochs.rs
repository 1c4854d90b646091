//! A journal that goes on after a loss: what was written before can still be read and gone on with.

use serde_json::json;

use super::house::{House, content_with};

#[tokio::test]
async fn drafts_of_a_former_epoch_are_read_saved_and_submitted() {
    let mut house = House::open().await;
    let id = house.started("aigerim").await.id();
    let before = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    house.begin_epoch();
    let after = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(after.body, before.body);
    let body = json!({"content": content_with("geographic_scope", json!("national"))});
    let save = house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&body).if_match("\"d1\"");
    assert_eq!(save.send().await.expect(200).etag(), "\"d2\"");
    assert_eq!(house.submitted("aigerim", id).await.body["state"], "in-review");
    house.get(&format!("/entries/{id}/history")).by("aigerim").send().await.expect(200);
}
