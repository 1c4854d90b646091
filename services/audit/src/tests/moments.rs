//! An entry as it was, and what changed between two moments, through the doors.

use std::time::Duration;

use dossier_identity::Role;
use dossier_proto::{Actor, Micros, Origin, Payload, Place, v1};
use dossier_vault::Purpose;
use serde_json::{Value, json};

use super::house::{CONTRIBUTOR, ENTRY, House, World};

fn path(what: &str) -> String {
    format!("/entries/{ENTRY}/{what}")
}

fn written(place: Place) -> String {
    format!("{}/{}", place.origin, place.sequence)
}

/// Until every origin was asked late enough: events of 1970 are long over.
async fn settled(house: &House) {
    let until = std::time::Instant::now() + Duration::from_secs(30);
    while house.get(&path("moment?as_of=2001-01-01T00:00:00Z"), Some("auditor")).await.status == 409 {
        assert!(std::time::Instant::now() < until, "the moment was never settled");
        tokio::time::sleep(Duration::from_millis(20)).await; // between looks
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_is_shown_as_it_stood_at_each_event_of_any_service() {
    let house = House::open().await.follow();
    house.world.designate("auditor", Role::Auditor, "");
    let [submitted, approved, published] = house.world.published();
    house.level().await;
    settled(&house).await;
    let started = Place { sequence: submitted.sequence - 1, ..submitted };
    for (place, work, public) in [
        (started, "draft", Value::Null),
        (submitted, "in-review", Value::Null),
        (approved, "approved", Value::Null),
        (published, "published", json!("published")),
    ] {
        let told = house.get(&path(&format!("moment?as_of={}", written(place))), Some("auditor")).await.expect(200);
        assert_eq!(told.body["happened_by"]["work"]["state"], work, "{}", told.text);
        assert_eq!(told.body["happened_by"]["public"]["state"], public);
        // The same by its instant.
        let instant = told.body["as_of"]["instant"].as_str().unwrap();
        let again = house.get(&path(&format!("moment?as_of={instant}")), Some("auditor")).await.expect(200);
        assert_eq!(again.body, told.body);
    }
    let before = house.get(&path("moment?as_of=1969-12-31T00:00:00Z"), Some("auditor")).await.expect(404);
    assert_eq!(before.body["code"], "not-there-yet");
    // Each look is a reading of its own kind, with the moment that was looked at.
    let read: Vec<_> = house
        .recorded()
        .into_iter()
        .filter_map(|payload| match payload {
            Payload::TrailRead(read) => read.command,
            _ => None,
        })
        .filter(|read| read.scope == v1::read_trail::Scope::Moment as i32 && read.body == "KAZ")
        .collect();
    assert!(read.len() >= 9 && read.iter().all(|read| read.as_of.is_some()), "{read:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_service_had_not_heard_of_is_told_apart_from_what_had_happened() {
    let house = House::open().await.follow();
    house.world.designate("auditor", Role::Auditor, "");
    let [submitted, approved, _] = house.world.published();
    let received = v1::Received { place: Some(approved.into()), hash: vec![0; 32] };
    let by = Actor::System(Origin::Submission);
    house.world.happens(Origin::Submission, by, Some(ENTRY), Payload::Received(received));
    house.level().await;
    settled(&house).await;
    let query = format!("moment?as_of={}&known_to=submission", written(approved));
    let told = house.get(&path(&query), Some("auditor")).await.expect(200);
    assert_eq!(told.body["happened_by"]["work"]["state"], "approved");
    assert_eq!(told.body["known_by"]["stand"]["work"]["state"], "in-review", "{}", told.text);
    assert_eq!(told.body["known_by"]["differs"][0]["what"], "work");
    assert_eq!(told.body["on_the_way"][0]["place"], serde_json::to_value(approved).unwrap());
    assert_eq!(told.body["on_the_way"][0]["to"], "submission");
    assert_eq!(told.body["happened_by"]["submitted"]["place"], serde_json::to_value(submitted).unwrap());
    house.get(&path(&format!("{query}x")), Some("auditor")).await.expect(422);
    let own = house.get(&path("moment?as_of=2001-01-01T00:00:00Z&known_to=audit"), Some("auditor")).await;
    own.expect(422);
}

/// Another text is submitted.
fn submitted_again(world: &World, text: &str) -> Place {
    let (key, content) = world.content(2, text);
    world.give(key);
    let payload = Payload::Submitted(v1::Submitted {
        content: Some(content),
        round: 2,
        record_type: "event".to_owned(),
        body: "KAZ".to_owned(),
        command: Some(v1::Submit {
            what_changed: Some(world.sealed(Purpose::WhatChanged, "the title")),
            ..v1::Submit::default()
        }),
        ..v1::Submitted::default()
    });
    world.happens(Origin::Submission, Actor::Person(CONTRIBUTOR), Some(ENTRY), payload)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_difference_of_two_moments_is_where_it_stood_the_words_and_what_happened_between() {
    let house = House::open().await.follow();
    house.world.designate("auditor", Role::Auditor, "");
    let [submitted, _, published] = house.world.published();
    let again = submitted_again(&house.world, r#"{"title":{"en":"A forum on line"}}"#);
    house.level().await;
    settled(&house).await;
    let between = |from, to, more: &str| path(&format!("difference?from={}&to={}{more}", written(from), written(to)));
    let told = house.get(&between(submitted, again, "&contents=true"), Some("auditor")).await.expect(200);
    let changed: Vec<_> = told.body["changed"].as_array().unwrap().iter().map(|axis| axis["what"].clone()).collect();
    for axis in ["public", "submitted", "round", "approved", "edition"] {
        assert!(changed.contains(&json!(axis)), "{axis}: {}", told.text);
    }
    let words = &told.body["words"]["fields"][0]["words"];
    assert_eq!(words.as_array().unwrap().last().unwrap()["text"], " on line", "{}", told.text);
    let kinds: Vec<_> = told.body["steps"].as_array().unwrap().iter().map(|step| step["kind"].clone()).collect();
    assert_eq!(kinds, ["approved", "edition-published", "submitted"], "what was by the first moment is not between");
    // Without the contents there are none, and of one moment there is no difference.
    let told = house.get(&between(submitted, again, ""), Some("auditor")).await.expect(200);
    assert!(told.body.get("words").is_none());
    let told = house.get(&between(published, published, ""), Some("auditor")).await.expect(200);
    assert_eq!((&told.body["changed"], &told.body["steps"]), (&json!([]), &json!([])));
    house.get(&between(again, submitted, ""), Some("auditor")).await.expect(422);
    // Whoever was shown words is on record as having read words, not as having looked at a moment.
    let between = house.recorded().into_iter().filter_map(|payload| match payload {
        Payload::TrailRead(read) => read.command.filter(|read| read.after.is_some()).map(|read| read.scope),
        _ => None,
    });
    let (words, moment) = (v1::read_trail::Scope::Content as i32, v1::read_trail::Scope::Moment as i32);
    assert_eq!(between.collect::<Vec<_>>(), [words, moment, moment]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_look_back_is_judged_by_the_rights_of_today() {
    let house = House::with_an_entry().await;
    house.world.designate("auditor-of-kenya", Role::Auditor, "KEN");
    house.world.designate("moderator", Role::Moderator, "");
    house.level().await;
    settled(&house).await;
    let refused = house.recorded().len();
    for name in ["auditor-of-kenya", "moderator", "nobody"] {
        for what in
            ["moment?as_of=2001-01-01T00:00:00Z", "difference?from=2001-01-01T00:00:00Z&to=2001-01-01T00:00:00Z"]
        {
            house.get(&path(what), Some(name)).await.expect(403);
        }
    }
    assert!(house.recorded().len() > refused, "that they tried is on record");
    house.get(&path("moment?as_of=2001-01-01T00:00:00Z"), None).await.expect(401);
    let told = house.get(&path("moment?as_of=2001-01-01T00:00:00Z"), Some("auditor@KEN")).await;
    told.expect(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_that_some_service_has_not_passed_is_a_conflict() {
    // Nobody is followed: what the others have is not here.
    let world = World::new();
    let house = House::open_with(std::sync::Arc::clone(&world), |_| {}).await.follow();
    world.designate("auditor", Role::Auditor, "");
    world.published();
    house.level().await;
    settled(&house).await;
    for as_of in ["2999-01-01T00:00:00Z", "moderation/17", "moderation/1/0"] {
        let told = house.get(&path(&format!("moment?as_of={as_of}")), Some("auditor")).await.expect(409);
        assert!(told.body["type"].as_str().unwrap().ends_with("/not-settled"), "{}", told.text);
        assert!(!told.body["origins"].as_array().unwrap().is_empty());
    }
    for as_of in ["yesterday", "kitchen/1", "moderation/-1"] {
        house.get(&path(&format!("moment?as_of={as_of}")), Some("auditor")).await.expect(400);
    }
    // Of a service that is silent nothing is known after its last event.
    let passed = house.service.copies().passed();
    assert!(!passed.is_behind(Origin::Submission, Micros(i64::MAX / 2)));
    assert!(passed.is_behind(Origin::Submission, Micros(1)));
}
