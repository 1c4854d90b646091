//! A review, designations and the registry as they stood (P8): a random story is told, every answer in it remembered, and each is given again
//! later, to whoever may see it today.

use dossier_engine::{Clock as _, testing::Dice};
use dossier_proto::{EntryId, Micros};
use serde_json::{Value, json};

use super::room::*;

const HOUR: i64 = 3_600 * Micros::SECOND;

/// What was answered at a moment.
struct Answered {
    entry: EntryId,
    instant: String,
    place: Option<String>,
    review: (u16, Value),
    designations: Value,
    registry: Value,
}

fn numbered(number: u64) -> EntryId {
    EntryId([u8::try_from(number).unwrap() + 1; 16])
}

fn plain(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.remove("as_of");
        // The story's clock moves by microseconds while it is looked at.
        if let Some(seconds) = members.get_mut("held_seconds") {
            *seconds = json!(seconds.as_u64().unwrap() / 60);
        }
    }
    value
}

async fn answers(room: &Room, entry: EntryId, as_of: Option<&str>) -> [(u16, Value); 3] {
    let one = as_of.map(|as_of| format!("?as_of={as_of}")).unwrap_or_default();
    let also = as_of.map(|as_of| format!("&as_of={as_of}")).unwrap_or_default();
    let review = room.get("moderator-a", &format!("/reviews/{entry}{one}")).await;
    let designations = room.get("administrator", &format!("/designations?limit=200{also}")).await;
    let registry = room.get("moderator-a", &format!("/registry{one}")).await;
    [review, designations, registry].map(|reply| (reply.status.as_u16(), plain(reply.body)))
}

async fn remember(room: &Room, entry: EntryId) -> Answered {
    let last = room.service.engine().recorded(room.size() - 1).unwrap().event.head;
    // As of a place it is the moment of that event: where nothing happened for hours since, a claim may have run out.
    let is_fresh = room.clock.now().0 - last.recorded_at.0 < 5 * Micros::SECOND;
    let place = is_fresh.then(|| format!("moderation/{}", last.place.sequence));
    let [review, designations, registry] = answers(room, entry, None).await;
    let instant = dossier_web::moment::written(room.clock.now());
    Answered { entry, instant, place, review, designations: designations.1, registry: registry.1 }
}

async fn adopt_another(room: &Room, number: u64) {
    let mut document = dossier_registry::Registry::embedded().document().clone();
    document.version = format!("2030.{number}");
    for question in &mut document.checklist {
        question.key = format!("{}{number}", question.key.trim_end_matches(char::is_numeric));
    }
    let Ok(registry) = dossier_registry::Registry::from_document(document) else { return };
    let body: Value = serde_json::from_slice(registry.bytes()).unwrap();
    room.post("registrar", "/registry", body).await;
}

async fn something_happens(room: &mut Room, dice: &mut Dice, id: EntryId) {
    let path = format!("/reviews/{id}");
    let review = room.get("moderator-a", &path).await;
    let title = format!("A forum on {}", dice.pick(&["paper", "line", "water"]));
    let Some(digest) = review.body["digest"].as_str() else {
        room.submit(id, 1, &content(&title)).await;
        return;
    };
    let with_the_body = ["changes-requested", "recalled"].contains(&review.text("/state"));
    if with_the_body && dice.one_in(2) {
        let revision = u32::try_from(review.body["revision"].as_u64().unwrap()).unwrap() + 1;
        room.submit(id, revision, &content(&title)).await;
        return;
    }
    let who = *dice.pick(&["moderator-a", "moderator-b"]);
    let change = json!({ "field": "title", "language": "en", "text": "Shorter" });
    let comment =
        json!({ "digest": digest, "field": "title", "language": "en", "text": "Is it so?", "audience": "moderation" });
    let whose = *dice.pick(&["contributor-kz", "publisher", "moderator-b"]);
    let subject = room.subject(whose).to_string();
    let (act, body) = match dice.below(14) {
        0 => ("claim", json!({})),
        1 => ("release", json!({})),
        2 | 3 => ("request-changes", json!({ "digest": digest, "items": [change] })),
        4 => ("hold", json!({ "awaited": "contributor", "reason": "We ask" })),
        5 => ("resume", json!({})),
        6 => ("refuse", json!({ "digest": digest, "code": "spam", "reason": "It is spam" })),
        7 | 8 => ("comment", comment),
        9 => ("object", json!({ "digest": digest, "reason": "Not in order" })),
        10 if dice.one_in(3) => return adopt_another(room, dice.below(5)).await,
        11 => {
            let body = json!({ "subject": subject, "role": "reviewer", "reviewer_kind": "peer" });
            room.post("administrator", "/designations", body).await;
            return;
        }
        _ => ("approve", json!({ "digest": digest })),
    };
    // What is refused is a part of the story too.
    room.post(who, &format!("{path}/{act}"), body).await;
    if room.get("moderator-a", &path).await.body["state"] == "approved" && dice.one_in(2) {
        room.publish(id, 1).await;
    }
}

async fn compare(room: &Room, then: &Answered, seed: u64) {
    for as_of in [Some(&then.instant), then.place.as_ref()].into_iter().flatten() {
        let what = format!("{} as of {as_of}, DOSSIER_SEED={seed}", then.entry);
        let [review, designations, registry] = answers(room, then.entry, Some(as_of)).await;
        assert_eq!(review.0, then.review.0, "{what}: {:#}", review.1);
        if review.0 == 200 {
            assert_eq!(review.1, then.review.1, "{what}");
        }
        assert_eq!(registry.1, then.registry, "{what}");
        assert_eq!(designations.1, then.designations, "{what}");
    }
}

async fn tell_a_story(seed: u64) {
    let mut dice = Dice::new(seed);
    let mut room = Room::open().await;
    let mut moments = Vec::new();
    for step in 0..70 {
        let id = numbered(dice.below(4));
        something_happens(&mut room, &mut dice, id).await;
        room.clock.pass(Micros::SECOND);
        moments.push(remember(&room, numbered(dice.below(4))).await);
        room.clock.pass(i64::try_from(dice.below(3)).unwrap() * HOUR + Micros::SECOND);
        if step == 35 {
            room.service.engine().snapshot().await.unwrap();
        }
    }
    let seen = moments.iter().filter(|then| then.review.0 == 200).count();
    assert!(seen > 20, "the story showed too little: {seen}, DOSSIER_SEED={seed}");
    for then in &moments {
        compare(&room, then, seed).await;
    }
    // P2: from the journal, in a service that was started anew.
    let room = room.restarted().await;
    for then in moments.iter().rev().step_by(4) {
        compare(&room, then, seed).await;
    }
}

#[tokio::test]
async fn what_was_answered_of_a_review_is_answered_again() {
    let seed = std::env::var("DOSSIER_SEED").ok().map_or_else(
        || u64::from_be_bytes(*dossier_engine::fresh_id().0.last_chunk().unwrap()) >> 32,
        |seed| seed.parse().unwrap(),
    );
    println!("DOSSIER_SEED={seed}");
    tell_a_story(seed).await;
}

#[tokio::test]
async fn before_it_was_there_and_after_now_are_told_apart() {
    let mut room = Room::open().await;
    room.clock.pass(HOUR);
    let before = dossier_web::moment::written(room.clock.now());
    room.clock.pass(HOUR);
    room.submit(ENTRY, 1, &content("The first")).await;
    let path = format!("/reviews/{ENTRY}");
    let told = room.get("moderator-a", &format!("{path}?as_of={before}")).await.is(404);
    assert_eq!(told.body["code"], "not-there-yet");
    let told = room.get("contributor-ke", &format!("{path}?as_of={before}")).await.is(404);
    assert_eq!(told.body["code"], Value::Null, "who may not know of it is told nothing");
    for path in [path.as_str(), "/designations", "/registry"] {
        room.get("moderator-a", &format!("{path}?as_of=2099-01-01T00:00:00Z")).await.is(409);
        room.get("moderator-a", &format!("{path}?as_of=moderation/{}", room.size())).await.is(409);
        room.get("moderator-a", &format!("{path}?as_of=yesterday")).await.is(400);
    }
    room.get("moderator-a", "/registry?as_of=2000-01-01T00:00:00Z").await.is(404);
    let none = room.get("administrator", "/designations?as_of=2000-01-01T00:00:00Z").await.is(200);
    assert_eq!(none.body["items"], json!([]));
}

/// A moment selects facts, never rights: what somebody sees of then is what they may see today.
#[tokio::test]
async fn a_moment_gives_nobody_rights_they_do_not_have_today() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("As submitted")).await;
    let other = room.submit(OTHER, 1, &content("To be erased")).await;
    room.clock.pass(HOUR);
    let instant = dossier_web::moment::written(room.clock.now());
    room.clock.pass(HOUR);
    let path = format!("/reviews/{ENTRY}?as_of={instant}");
    room.get("publisher", &path).await.is(404);
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    let seen = room.get("publisher", &path).await.is(200);
    assert_eq!(seen.body["state"], "in-review", "it is approved today, and was in review then");
    assert_eq!(seen.body["content"]["title"]["en"], "As submitted");
    room.forget(&other);
    let erased = room.get("moderator-b", &format!("/reviews/{OTHER}?as_of={instant}")).await.is(200);
    assert_eq!(erased.body.get("content"), None, "erased words stay erased");
    let designations = room.get("administrator", "/designations?limit=200").await.is(200);
    let subject = room.subject("moderator-b").to_string();
    let held = designations.body["items"].as_array().unwrap().iter();
    let id = held.filter(|held| held["subject"] == json!(subject)).map(|held| held["id"].as_str().unwrap()).next();
    room.post("administrator", &format!("/designations/{}/revoke", id.unwrap()), json!({})).await.is(200);
    room.get("moderator-b", &path).await.is(404);
    let own = room.get("moderator-b", &format!("/designations?as_of={instant}")).await.is(200);
    assert_eq!(own.body["items"].as_array().unwrap().len(), 1, "who lost the role sees of then their own designation");
    assert_eq!((&own.body["items"][0]["valid"], own.body["items"][0].get("revoked_at")), (&json!(true), None));
}
