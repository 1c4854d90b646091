use dossier_identity::Role;
use serde_json::json;

use super::Browser;
use crate::api::tests::{clearance, house::House};

#[tokio::test]
async fn an_authority_reads_what_changed_and_clears_or_returns() {
    let house = House::open().await;
    house.designate("authority", Role::PublishingAuthority, Some("KAZ")).await;
    let (id, _) = clearance::asked(&house).await;
    let authority = Browser::of(&house, "authority");
    let list = authority.get("/contribute/clearance").await.expect(200);
    let page = format!("/contribute/clearance/{id}");
    list.says(&page).says("It waits for you to clear or return it");
    Browser::of(&house, "aigerim").get(&page).await.expect(404);
    Browser::of(&house, "wanjiru").get(&page).await.expect(404);
    let shown = authority.get(&page).await.expect(200);
    shown.says("Nothing of it was cleared before").says("<ins><span class=\"vh\">added: </span>");
    let mute = authority.form(&shown, &page).press("decision", "return").await.expect(422);
    let returned = authority.form(&mute, &page).set("reason", "Name the ministry.").press("decision", "return").await;
    returned.expect(303);
    let aigerim = Browser::of(&house, "aigerim");
    let entry = format!("/contribute/entries/{id}");
    aigerim.get(&entry).await.expect(200).says("Name the ministry.").says("Returned by the publishing authority");

    house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&json!({"certify": true})).send().await.expect(200);
    let shown = authority.get(&page).await.expect(200);
    authority.form(&shown, &page).set("note", "Cleared in full.").press("decision", "clear").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["state"], "in-review");
    authority.get("/contribute/clearance").await.expect(200).says("Nothing waits for your clearance");
    aigerim.get("/contribute/clearance").await.expect(200).says("You are not the publishing authority");
}
