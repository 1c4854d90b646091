//! What seems to be the same is offered before it is submitted, and nobody's draft is revealed by it.

use dossier_identity::Role;
use dossier_proto::{EntryId, Origin, Payload, v1};
use serde_json::{Value, json};

use super::house::{House, content, content_with, start};

async fn asked(house: &House, id: EntryId, by: &str) -> Value {
    house.get(&format!("/entries/{id}/duplicates")).by(by).send().await.expect(200).body
}

#[tokio::test]
async fn what_ones_own_body_has_begun_or_published_is_offered() {
    let house = House::open().await;
    let first = house.started("aigerim").await.id();
    let apart = content_with("title", json!({"en": "Launch of the annual report on remittances"}));
    house.post("/entries").by("aigerim").json(&start(&apart)).send().await.expect(201);
    let second = house.started("bolat").await.id();
    let told = asked(&house, second, "bolat").await;
    assert_eq!((told["items"].as_array().unwrap().len(), &told["looked_at"]), (1, &json!(2)));
    let item = &told["items"][0];
    assert_eq!(
        (&item["id"], &item["state"], &item["body"]),
        (&json!(first.to_string()), &json!("draft"), &json!("KAZ"))
    );
    assert_eq!((&item["likeness"], &item["alike"]), (&json!(100), &json!(["title"])));
    assert_eq!(item["title"], "The participation of the delegation of Kazakhstan");
    house.submitted("aigerim", first).await;
    house.published(first, 1).await;
    let item = asked(&house, second, "bolat").await["items"][0].clone();
    assert_eq!((&item["state"], &item["public_address"]), (&json!("published"), &json!("/entries/EVT-2026-00001")));
}

/// P13: of others only what everybody can read, as everybody can read it.
#[tokio::test]
async fn drafts_of_others_are_never_revealed_and_what_they_published_is() {
    let house = House::open().await;
    let theirs = house.started("wanjiru").await.id();
    let own = house.started("aigerim").await.id();
    assert_eq!(asked(&house, own, "aigerim").await, json!({"items": [], "looked_at": 0}));
    house.submitted("wanjiru", theirs).await;
    assert_eq!(asked(&house, own, "aigerim").await["looked_at"], 0, "in review is not public");
    house.published(theirs, 1).await;
    let item = asked(&house, own, "aigerim").await["items"][0].clone();
    assert_eq!(
        (&item["id"], &item["number"], &item["state"]),
        (&Value::Null, &json!("EVT-2026-00001"), &json!("published"))
    );
    assert!(!item.to_string().contains(&theirs.to_string()), "{item}");

    // They write on it again: what is compared is the public edition, twice over, out of what was kept too.
    house.post(&format!("/entries/{theirs}/revise")).by("wanjiru").send().await.expect(200);
    let secret = json!({"content": content_with("title", json!({"en": "A secret meeting of ministers"}))});
    house
        .put(&format!("/entries/{theirs}/draft"))
        .by("wanjiru")
        .json(&secret)
        .if_match("\"d2\"")
        .send()
        .await
        .expect(200);
    let told = asked(&house, own, "aigerim").await;
    assert_eq!((&told["items"][0]["state"], &told["items"][0]["likeness"]), (&json!("published"), &json!(100)));
    let same = json!({"content": content_with("title", json!({"en": "A secret meeting of ministers"}))});
    house.put(&format!("/entries/{own}/draft")).by("aigerim").json(&same).if_match("\"d1\"").send().await.expect(200);
    assert_eq!(asked(&house, own, "aigerim").await["items"], json!([]), "the draft of the other body is nothing here");

    let suspended = v1::EntrySuspended { command: None, edition: 1 };
    house.hear(Origin::Publication, Some(theirs), Payload::EntrySuspended(suspended)).await;
    assert_eq!(
        asked(&house, own, "aigerim").await["looked_at"],
        0,
        "what was taken from view is not shown here either"
    );
}

#[tokio::test]
async fn what_was_erased_is_alike_to_nothing() {
    let house = House::open().await;
    let theirs = house.started("wanjiru").await.id();
    house.submitted("wanjiru", theirs).await;
    house.published(theirs, 1).await;
    let own = house.started("aigerim").await.id();
    assert_eq!(asked(&house, own, "aigerim").await["items"].as_array().unwrap().len(), 1);
    house.vault.erase(house.key_of_revision(theirs, 1)).unwrap();
    assert_eq!(asked(&house, own, "aigerim").await["items"], json!([]), "not out of what was kept in memory either");
}

/// Whoever files papers for a body sees what was filed, and not what the body writes itself.
#[tokio::test]
async fn who_files_papers_is_not_shown_the_drafts_of_the_body() {
    let house = House::open().await;
    house.designate("records", Role::RecordsManager, None).await;
    house.started("wanjiru").await;
    let mut body = start(&content());
    body["on_behalf_of"] = json!("KEN");
    body["paper"] = json!({"received_at": "2025-12-30T08:30:00Z", "signatory": "Amina Otieno"});
    let filed = house.post("/entries").by("records").json(&body).send().await.expect(201).id();
    assert_eq!(asked(&house, filed, "records").await["items"], json!([]));
    assert_eq!(asked(&house, filed, "wanjiru").await["items"].as_array().unwrap().len(), 1);
}
