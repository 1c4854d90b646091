use dossier_proto::{Origin, Payload, v1};
use serde_json::{Value, json};

use super::house::{House, content_with};

#[tokio::test]
async fn a_published_entry_has_number_and_address_and_keeps_them_while_it_is_revised() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(told.body["state"], "published");
    assert_eq!(told.body["number"], "EVT-2026-00001");
    assert_eq!(told.body["public_address"], "/entries/EVT-2026-00001");
    assert_eq!((&told.body["edition"], &told.body["turn"]["who"]), (&json!(1), &json!("nobody")));

    let told = house.post(&format!("/entries/{id}/revise")).by("bolat").send().await.expect(200);
    assert_eq!((&told.body["state"], &told.body["base_edition"]), (&json!("draft"), &json!(1)));
    assert_eq!((&told.body["number"], &told.body["edition"]), (&json!("EVT-2026-00001"), &json!(1)));
    assert_eq!(told.etag(), "\"d2\"");

    let submit = json!({"what_changed": "nothing", "certify": true});
    let same = house.post(&format!("/entries/{id}/submit")).by("bolat").json(&submit).send().await.expect(409);
    assert_eq!(same.body["detail"], "Nothing changed since edition 1.");

    let changed = json!({"content": content_with("geographic_scope", json!("national"))});
    let path = format!("/entries/{id}/draft");
    house.put(&path).by("bolat").json(&changed).if_match("\"d2\"").send().await.expect(200);
    let back = json!({"content": super::house::content()});
    house.put(&path).by("bolat").json(&back).if_match("\"d3\"").send().await.expect(200);
    let same = house.post(&format!("/entries/{id}/submit")).by("bolat").json(&submit).send().await.expect(409);
    assert_eq!((&same.body["code"], &same.body["edition"]), (&json!("wrong-state"), &json!(1)), "written back by hand");

    house.put(&path).by("bolat").json(&changed).if_match("\"d4\"").send().await.expect(200);
    house.submitted("bolat", id).await;
    assert_eq!(house.submission(id).1.base_edition, Some(1));
    house.published(id, 2).await;
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!((&told.body["edition"], &told.body["base_edition"]), (&json!(2), &Value::Null));
}

#[tokio::test]
async fn a_base_that_became_outdated_is_refused_with_the_difference() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(200);
    let changed = json!({"content": content_with("geographic_scope", json!("national"))});
    let path = format!("/entries/{id}/draft");
    house.put(&path).by("aigerim").json(&changed).if_match("\"d2\"").send().await.expect(200);

    // Somebody else corrected the public edition.
    let words = crate::words::Words::new(house.vault.clone());
    let mut corrected = content_with("event_type", json!("meeting"));
    corrected["original_language"] = json!("en");
    let content = words.seal_content(id, 90, corrected, &[], &[]).unwrap();
    let published = v1::EditionPublished {
        command: Some(v1::PublishEdition { approved: Some(v1::Place { origin: 2, epoch: 0, sequence: 900 }) }),
        number: "EVT-2026-00001".to_owned(),
        edition: 2,
        content: Some(content),
        ..Default::default()
    };
    house.hear(Origin::Publication, Some(id), Payload::EditionPublished(published)).await;

    let submit = json!({"what_changed": "the scope", "certify": true});
    let submit_path = format!("/entries/{id}/submit");
    let told = house.post(&submit_path).by("aigerim").json(&submit).send().await.expect(409);
    assert_eq!(told.body["code"], "base-outdated");
    assert_eq!((&told.body["base_edition"], &told.body["current_edition"]), (&json!(1), &json!(2)));
    assert_eq!(told.body["difference"]["changed"][0]["field"], "event_type");

    let told = house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(200);
    assert_eq!(told.body["content"]["geographic_scope"], "national", "what was typed is kept");
    assert_eq!(told.body["base_edition"], 2);
    house.post(&submit_path).by("aigerim").json(&submit).send().await.expect(200);
}

#[tokio::test]
async fn a_retraction_is_asked_and_its_tombstone_is_told() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let path = format!("/entries/{id}/ask-retraction");
    let reason = json!({"reason": "it never took place"});
    house.post(&path).by("aigerim").json(&reason).send().await.expect(409);
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    let told = house.post(&path).by("aigerim").json(&reason).send().await.expect(202);
    assert_eq!(told.body["turn"]["who"], "publisher");
    house.post(&path).by("bolat").json(&reason).send().await.expect(409);

    let command = v1::RetractEntry { reason: "did_not_take_place".to_owned(), explanation: None };
    let retracted = v1::EntryRetracted { command: Some(command), edition: 1 };
    house.hear(Origin::Publication, Some(id), Payload::EntryRetracted(retracted)).await;
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!((&told.body["state"], &told.body["number"]), (&json!("retracted"), &json!("EVT-2026-00001")));
    assert_eq!(told.body["messages"][0]["code"], "did_not_take_place");
    house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(409);
}
