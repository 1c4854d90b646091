//! What people of a body are told, and what they have read of it.

use dossier_identity::{Role, accounts::Language};
use dossier_post::{
    Post,
    letters::{Letterbox, Tongue},
};
use dossier_proto::{Micros, Origin, Payload, v1};
use serde_json::{Value, json};

use super::house::{House, Told, content_with};
use crate::letters;

async fn inbox(house: &House, name: &str, query: &str) -> Value {
    house.get(&format!("/inbox{query}")).by(name).send().await.expect(200).body
}

fn kinds(inbox: &Value) -> Vec<&str> {
    inbox["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect()
}

async fn read(house: &House, name: &str, through: &Value) -> Told {
    house.post("/inbox/read").by(name).json(&json!({ "through": through })).send().await
}

/// An entry that Aigerim submitted and moderation gave back.
async fn returned(house: &House) -> dossier_proto::EntryId {
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "Which city?").await;
    id
}

#[tokio::test]
async fn everybody_of_a_body_is_told_whose_move_it_is_and_nobody_of_their_own_deeds() {
    let house = House::open().await;
    let id = returned(&house).await;
    let told = inbox(&house, "aigerim", "").await;
    assert_eq!((kinds(&told), told["unread"].as_u64()), (vec!["changes-requested"], Some(1)));
    let letter = &told["items"][0];
    assert_eq!(letter["entry"], id.to_string());
    assert_eq!(letter["title"], "The participation of the delegation of Kazakhstan");
    assert_eq!(
        (&letter["yours"], &letter["read"], &letter["turn"]),
        (&json!(true), &json!(false), &json!("contributor"))
    );
    assert_eq!(letter["next"]["what"], "answer-and-submit");
    let entry = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200).body;
    assert_eq!(letter["next"]["by"], entry["next"]["by"], "the same deadline everywhere");
    assert_eq!(kinds(&inbox(&house, "bolat", "").await), ["changes-requested", "submitted"]);
    assert_eq!(kinds(&inbox(&house, "bolat", "?turn=mine").await), ["changes-requested"]);
    for other in ["wanjiru", "moderator", "auditor", "nobody"] {
        assert_eq!(kinds(&inbox(&house, other, "").await), Vec::<&str>::new(), "{other}");
    }
    house.get("/inbox").send().await.expect(401);
}

#[tokio::test]
async fn a_letter_names_what_it_is_about_and_never_a_draft_and_its_mail_names_nothing() {
    let house = House::open().await;
    let box_ = letters::Postbox::of(house.service.office().clone(), &Post::off("https://registry.example"));
    assert!(box_.record(Vec::new()).await, "mail begins");
    let id = returned(&house).await;
    let path = format!("/entries/{id}/draft");
    let draft = async |title: &str| {
        let content = json!({"content": content_with("title", json!({ "en": title }))});
        let version = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
        house.put(&path).by("aigerim").json(&content).if_match(&version.etag()).send().await.expect(200);
    };
    let titles = async || {
        let inbox = inbox(&house, "bolat", "").await;
        let items = inbox["items"].as_array().unwrap().iter();
        items.map(|item| (item["kind"].clone(), item["title"].clone())).collect::<Vec<_>>()
    };
    let first = "The participation of the delegation of Kazakhstan";
    draft("A name that nobody outside may know").await;
    assert_eq!(titles().await, [(json!("changes-requested"), json!(first)), (json!("submitted"), json!(first))]);
    house.submitted("aigerim", id).await;
    assert_eq!(titles().await[0], (json!("submitted"), json!("A name that nobody outside may know")));
    house.published(id, 1).await;
    house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(200);
    draft("The next edition").await;
    assert_eq!(titles().await[0], (json!("published"), json!("A name that nobody outside may know")));
    assert_eq!(titles().await[4], (json!("submitted"), json!(first)), "the letters of before are about what was then");

    let due = box_.some(None, 100);
    assert!(due.len() >= 5, "{due:?}");
    for (_, due) in due {
        let about = letters::about(house.service.office(), "", &due.letter, Language::Fr).unwrap();
        let tongue = Tongue::of(Language::Fr);
        let words = format!("{}\n{}", tongue.subject(&due.letter, &about), tongue.text(&due.letter, &about));
        assert!(words.contains(&about.record_type) && words.contains(&id.to_string()), "{words}");
        for title in [first, "A name that nobody", "The next edition"] {
            assert!(!words.contains(title), "{words}");
        }
    }
}

#[tokio::test]
async fn a_letter_is_in_the_language_that_was_asked_for() {
    let house = House::open().await;
    returned(&house).await;
    let french = inbox(&house, "aigerim", "?lang=fr").await;
    assert_eq!(french["items"][0]["text"], "Des modifications sont demandées (1)");
    let answer =
        house.get("/inbox").by("aigerim").header("accept-language", "es-MX, en;q=0.5").send().await.expect(200);
    assert_eq!(answer.body["items"][0]["text"], "Se pidieron cambios (1)");
}

#[tokio::test]
async fn what_was_read_stays_read_and_a_second_time_is_nothing() {
    let house = House::open().await;
    let id = returned(&house).await;
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    let all = inbox(&house, "bolat", "").await;
    assert_eq!(kinds(&all), ["published", "approved", "submitted", "changes-requested", "submitted"]);
    assert_eq!(all["items"][0]["name"], "EVT-2026-00001");
    let third = all["items"][2]["place"].clone();
    let after = read(&house, "bolat", &third).await.expect(200).body;
    assert_eq!(after["unread"], 2);
    let size = house.service.engine().journal().head().size;
    read(&house, "bolat", &third).await.expect(200);
    read(&house, "bolat", &all["items"][4]["place"]).await.expect(200);
    assert_eq!(house.service.engine().journal().head().size, size, "no event for what is so already");
    assert_eq!(inbox(&house, "bolat", "").await["unread"], 2);
    assert_eq!(inbox(&house, "aigerim", "").await["unread"], 3, "an inbox is its owner's");
    // Again after a start: what was read stands in the journal.
    let again = house.start_again();
    let entries = again.engine().view();
    let bolat = house.person("bolat").subject;
    let unread = entries.inboxes().of(bolat, None).filter(|letter| !entries.inboxes().is_read(bolat, letter)).count();
    assert_eq!(unread, 2);
}

#[tokio::test]
async fn a_page_follows_another_and_what_is_no_place_is_refused() {
    let house = House::open().await;
    for _ in 0..3 {
        returned(&house).await;
    }
    let (mut query, mut seen) = ("?limit=2".to_owned(), Vec::new());
    loop {
        let page = inbox(&house, "bolat", &query).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["place"]["sequence"].as_u64().unwrap()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("?limit=2&cursor={next}");
    }
    assert_eq!(seen.len(), 6);
    assert!(seen.is_sorted_by(|a, b| a > b), "{seen:?}");
    house.get("/inbox?cursor=AAAA").by("bolat").send().await.expect(422);
    house.get("/inbox?turn=theirs").by("bolat").send().await.expect(422);
    for through in [
        json!({"origin": "submission", "epoch": 0, "sequence": 100_000}),
        json!({"origin": "moderation", "epoch": 0, "sequence": 1}),
        json!({"origin": "submission", "epoch": 7, "sequence": 0}),
    ] {
        read(&house, "bolat", &through).await.expect(422);
    }
}

#[tokio::test]
async fn whoever_lost_the_right_is_told_nothing_any_more() {
    let house = House::open().await;
    let granted = house.designate("serik", Role::Contributor, Some("KAZ")).await;
    returned(&house).await;
    assert_eq!(kinds(&inbox(&house, "serik", "").await).len(), 2);
    house.revoke(&granted).await;
    let after = inbox(&house, "serik", "").await;
    assert_eq!((kinds(&after), after["unread"].as_u64()), (Vec::new(), Some(0)), "nor of what they were told before");
}

#[tokio::test]
async fn a_state_s_authority_is_told_what_waits_for_it_and_a_focal_point_all_that_concerns_the_state() {
    let house = House::open().await;
    house.designate("damir", Role::PublishingAuthority, Some("KAZ")).await;
    house.designate("focal", Role::NationalFocalPoint, Some("KAZ")).await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    let reason = json!({"reason": "It was cancelled."});
    house.post(&format!("/entries/{id}/ask-retraction")).by("aigerim").json(&reason).send().await.expect(202);
    let damir = inbox(&house, "damir", "").await;
    assert_eq!(kinds(&damir), ["retraction-asked", "published"]);
    assert_eq!(damir["items"][0]["turn"], "publisher");
    assert_eq!(kinds(&inbox(&house, "focal", "").await), ["retraction-asked", "published", "approved", "submitted"]);
}

#[tokio::test]
async fn a_reminder_says_how_many_days_are_left() {
    let house = House::open().await;
    returned(&house).await;
    house.wait(8 * Micros::DAY);
    assert!(house.service.engine().fire_due().await);
    let mut told = inbox(&house, "bolat", "").await;
    for _ in 0..600 {
        if kinds(&told)[0] == "reminder" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await; // between looks
        told = inbox(&house, "bolat", "").await;
    }
    let letter = &told["items"][0];
    assert_eq!((letter["kind"].as_str(), letter["yours"].as_bool()), (Some("reminder"), Some(true)));
    assert_eq!(letter["text"], "Reminder: an answer is awaited, days left: 76");
    assert_eq!(letter["next"]["by"], told["items"][1]["next"]["by"]);
}

#[tokio::test]
async fn comments_that_stay_inside_moderation_are_told_to_nobody_here() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    for (audience, count) in [(v1::Audience::Unspecified, 0), (v1::Audience::Contributor, 1)] {
        let command = Some(v1::Comment { audience: audience.into(), ..v1::Comment::default() });
        house.hear(Origin::Moderation, Some(id), Payload::CommentMade(v1::CommentMade { command })).await;
        let told = inbox(&house, "aigerim", "").await;
        assert_eq!(kinds(&told).iter().filter(|kind| **kind == "comment").count(), count);
    }
}
