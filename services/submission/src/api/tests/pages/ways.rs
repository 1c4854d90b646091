use dossier_identity::Role;
use serde_json::json;

use super::Browser;
use crate::api::tests::house::{House, content_with};

/// From nothing to a submission, with a browser and without a script.
#[tokio::test]
async fn an_entry_is_begun_written_checked_and_submitted() {
    let house = House::open().await;
    let aigerim = Browser::of(&house, "aigerim");
    let home = aigerim.get("/contribute").await.expect(200);
    home.says("Kazakhstan").says("href=\"/contribute/new\"");
    let new = aigerim.get("/contribute/new").await.expect(200);
    let begun = aigerim.form(&new, "/contribute/new").set("type", "event").set("language", "en").press("", "").await;
    let entry = begun.expect(303).location();
    assert!(entry.starts_with("/contribute/entries/"), "{entry}");

    let form = aigerim.get(&entry).await.expect(200);
    let saved = aigerim
        .form(&form, &entry)
        .set("/title/en", "The participation of the delegation")
        .set("/description/en", "In 2018, Member States agreed.\r\n\r\nA second paragraph.")
        .set("/event_type", "conference")
        .set("/organizers/0", "A ministry that no list knows")
        .set("/location/city", "Astana")
        .set("/location/country", "Kazakhstan")
        .set("/dates/start", "2022-05-17")
        .set("/dates/start-time", "09:00")
        .set("/dates/zone", "America/New_York")
        .set("/languages/0", "English")
        .set("/geographic_scope", "global")
        .set("/workstream_output", "false")
        .set("/regional_review", "false")
        .press("then", "submit")
        .await
        .expect(303);
    assert_eq!(saved.location(), format!("{entry}/submit"));
    let id = entry.rsplit('/').next().unwrap();
    let read = house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200);
    let content = &read.body["content"];
    assert_eq!(content["description"]["en"], "In 2018, Member States agreed.\n\nA second paragraph.");
    assert_eq!(content["organizers"], json!([{"text": "A ministry that no list knows"}]));
    assert_eq!(content["location"], json!({"city": "Astana", "country": "KAZ"}));
    assert_eq!(content["dates"], json!({"start": "2022-05-17T09:00", "zone": "America/New_York"}));
    assert_eq!((&content["workstream_output"], &content["languages"]), (&json!(false), &json!(["en"])));

    let submit = aigerim.get(&format!("{entry}/submit")).await.expect(200);
    let action = format!("{entry}/submit");
    submit.says("Nothing is to be mended").says("on behalf of Kazakhstan");
    let refused = aigerim.form(&submit, &action).set("what_changed", "All of it").press("", "").await.expect(422);
    refused.says("Tick the declaration").says("All of it");
    let done = aigerim.form(&refused, &action).set("certify", "true").press("", "").await.expect(303);
    let page = aigerim.get(&done.location()).await.expect(200);
    page.says("In review").says("It is submitted").says("A moderator has the next move");
    let home = aigerim.get("/contribute").await.expect(200);
    home.says("Waiting for others").says("The participation of the delegation");
}

#[tokio::test]
async fn requested_changes_stand_beside_their_fields_and_are_answered() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "Say where it took place.").await;
    let aigerim = Browser::of(&house, "aigerim");
    aigerim.get("/contribute").await.expect(200).says("1 change is asked for").says("Your turn (1)");
    let entry = format!("/contribute/entries/{id}");
    let form = aigerim.get(&entry).await.expect(200);
    form.says("Say where it took place.").says("Nur-Sultan").says("Changes requested");
    let place = form.html.find("id=\"field-location\"").unwrap();
    let asked = form.html.find("Say where it took place.").unwrap();
    assert!(asked < place && place - asked < 4_000, "it stands before its field in reading order");
    // The answer is kept with the draft, and comes back.
    let saved = aigerim.form(&form, &entry).set("answer:1:1", "At Headquarters.").set("/location/city", "New York");
    saved.press("then", "stay").await.expect(303);
    aigerim.get(&entry).await.expect(200).says("At Headquarters.").says("New York");
    let bolat = Browser::of(&house, "bolat");
    bolat.get(&entry).await.expect(200).says_not("At Headquarters.").says("New York");
    let submit = aigerim.get(&format!("{entry}/submit")).await.expect(200);
    submit.says("At Headquarters.");
    let filled = aigerim.form(&submit, &format!("{entry}/submit")).set("certify", "true");
    let nothing_said = filled.press("", "").await.expect(422);
    let filled = aigerim.form(&nothing_said, &format!("{entry}/submit"));
    assert_eq!(filled.value("answer:1:1"), "At Headquarters.");
    filled.set("what_changed", "The place").press("", "").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["requested_changes"][0]["answer"], "At Headquarters.");
    let timeline = aigerim.get(&format!("{entry}/timeline")).await.expect(200);
    timeline.says("Changes requested").says("a moderator").says("The place").says("aigerim, contributor");
}

#[tokio::test]
async fn an_entry_is_recalled_withdrawn_revised_and_its_retraction_asked_for() {
    let house = House::open().await;
    let aigerim = Browser::of(&house, "aigerim");
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    house.submitted("aigerim", id).await;
    aigerim.get(&entry).await.expect(200).says(&format!("{entry}/recall")).says_not(&format!("{entry}/retract"));
    let page = aigerim.get(&format!("{entry}/recall")).await.expect(200);
    let form = aigerim.form(&page, &format!("{entry}/recall"));
    let fields = form.fields.clone();
    let asked = form.press("", "").await.expect(303);
    assert_eq!(asked.location(), format!("{entry}?done=recall"));
    // A double click asks once.
    aigerim.post(&format!("{entry}/recall"), &fields).await.expect(303);
    let asks = house.service.engine().of_entry(id).unwrap();
    let recalls = asks.iter().filter(|one| matches!(one.event.payload, Some(dossier_proto::Payload::RecallAsked(_))));
    assert_eq!(recalls.count(), 1);

    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    let entry = format!("/contribute/entries/{id}");
    let page = aigerim.get(&format!("{entry}/retract")).await.expect(200);
    let empty = aigerim.form(&page, &format!("{entry}/retract")).press("", "").await.expect(422);
    let form = aigerim.form(&empty, &format!("{entry}/retract"));
    form.set("reason", "It never took place.").press("", "").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["retraction"]["state"], "asked");
    let page = aigerim.get(&format!("{entry}/revise")).await.expect(200);
    aigerim.form(&page, &format!("{entry}/revise")).press("", "").await.expect(303);
    aigerim.get(&entry).await.expect(200).says("data-autosave").says("See edition 1");
    let page = aigerim.get(&format!("{entry}/withdraw")).await.expect(200);
    let form = aigerim.form(&page, &format!("{entry}/withdraw"));
    form.set("reason", "Begun by mistake.").press("", "").await.expect(303);
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["state"], "published");
    aigerim.get(&format!("{entry}/dance")).await.expect(404);
}

#[tokio::test]
async fn the_preview_shows_what_a_reader_will_see_and_nothing_private() {
    let house = House::open().await;
    let mut content = content_with("description", json!({"en": "A *word*.\n\n- one\n- two"}));
    content["contact"] = json!({"name": "Rowan"});
    let start = json!({"type": "event", "language": "en", "content": content});
    let told = house.post("/entries").by("aigerim").json(&start).send().await;
    let id = if told.status == 201 {
        told.id()
    } else {
        content.as_object_mut().unwrap().remove("contact");
        let start = json!({"type": "event", "language": "en", "content": content});
        house.post("/entries").by("aigerim").json(&start).send().await.expect(201).id()
    };
    let page = Browser::of(&house, "bolat").get(&format!("/contribute/entries/{id}/preview")).await.expect(200);
    page.says("<em>word</em>").says("<li>one</li>").says("Type of event").says("resolution 1244").says_not("Rowan");
}

#[tokio::test]
async fn each_sees_their_own_and_nobody_elses() {
    let house = House::open().await;
    house.designate("authority", Role::PublishingAuthority, Some("KAZ")).await;
    let id = house.started("aigerim").await.id();
    let entry = format!("/contribute/entries/{id}");
    for page in ["", "/preview", "/timeline", "/submit", "/withdraw"] {
        let path = format!("{entry}{page}");
        for stranger in ["wanjiru", "moderator", "nobody"] {
            Browser::of(&house, stranger).get(&path).await.expect(404);
        }
        let out = Browser::signed_out(&house).get(&path).await.expect(303);
        assert!(out.location().starts_with("/review/sign-in?next=%2Fcontribute") || out.location().contains("next="));
    }
    for path in ["/contribute", "/contribute/new", "/contribute/clearance"] {
        Browser::signed_out(&house).get(path).await.expect(303);
    }
    Browser::of(&house, "nobody").get("/contribute").await.expect(200).says("You are not designated");
    // An authority reads the draft of its state and does not write on it.
    let read = Browser::of(&house, "authority").get(&entry).await.expect(200);
    read.says("The participation of the delegation").says_not("data-autosave");
    let own = Browser::of(&house, "aigerim").get(&entry).await.expect(200);
    // Without what only a page drawn for this session can hold, nothing is done.
    let form = own.html.replace("name=\"form\"", "name=\"other\"");
    let aigerim = Browser::of(&house, "aigerim");
    let page = super::browser::Shown { html: form, ..own };
    let told = aigerim.form(&page, &entry).set("/title/en", "Forged").press("then", "stay").await;
    assert_ne!(told.status, 303);
    let foreign = http::Request::post(&entry)
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site");
    aigerim.send(foreign, axum::body::Body::from("version=1")).await.expect(403);
    let read = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(read.body["revision"], 1);
}
