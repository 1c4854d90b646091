use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use dossier_identity::Role;
use dossier_journal::{MemoryStore, MemoryTrouble};
use dossier_proto::Origin;
use serde_json::json;

use super::house::{ENTRY, Gate, House, World};
use crate::{Copies, start_on};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trail_of_an_entry_tells_it_from_the_first_draft_to_the_edition() {
    let house = House::with_an_entry().await;
    let told = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    let steps = told.body["steps"].as_array().unwrap();
    let kinds: Vec<_> = steps.iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["draft-started", "submitted", "approved", "edition-published", "trail-read"]);
    assert_eq!(told.body["number"], "EVT-2026-00001");
    assert_eq!((&told.body["body"], &told.body["type"]), (&json!("KAZ"), &json!("event")));
    assert_eq!(steps[2]["cause"], steps[1]["place"]);
    assert_eq!(steps[3]["sentence"], "Edition 1 was published as EVT-2026-00001.");
    assert_eq!(steps[1]["since_previous"], 1_000);
    // Who read it, as what, under which designation: this very reading.
    let reading = &steps[4];
    assert_eq!(reading["sentence"], "An auditor read the trail.");
    assert_eq!(reading["by"]["name"], "auditor");
    assert_eq!(reading["authority"]["granted"], json!({"origin": "moderation", "epoch": 0, "sequence": 0}));
    let by_number = house.get("/entries/EVT-2026-00001/trail", Some("auditor")).await.expect(200);
    assert_eq!(by_number.body["entry"], told.body["entry"]);
    assert_eq!(by_number.body["total"], 6, "the second reading is in the trail as well");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn auditors_alone_read_and_refusals_are_history() {
    let house = House::with_an_entry().await;
    for (name, role, body) in [
        ("administrator", Role::Administrator, ""),
        ("moderator", Role::Moderator, ""),
        ("publisher", Role::Publisher, ""),
        ("contributor", Role::Contributor, "KAZ"),
        ("auditor-of-kenya", Role::Auditor, "KEN"),
    ] {
        house.world.designate(name, role, body);
    }
    house.level().await;
    let trail = format!("/entries/{ENTRY}/trail");
    let before = house.recorded().len();
    for name in ["administrator", "moderator", "publisher", "contributor", "auditor-of-kenya", "nobody"] {
        let told = house.get(&trail, Some(name)).await.expect(403);
        assert_eq!(told.body["type"], "/problems/not-entitled", "{name}");
        house.get("/events?origin=submission", Some(name)).await.expect(403);
        house.get("/readings", Some(name)).await.expect(403);
        if name != "auditor-of-kenya" {
            house.get("/findings", Some(name)).await.expect(403);
            house.get("/state", Some(name)).await.expect(403);
        }
    }
    for path in [&trail, "/events?origin=submission", "/readings", "/findings", "/state"] {
        house.get(path, None).await.expect(401);
    }
    assert_eq!(house.recorded().len(), before + 12, "each attempt to read is on record: a trail and a range for six");
    let readings = house.get("/readings?limit=200", Some("auditor")).await.expect(200);
    let items = readings.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 12);
    assert!(items.iter().all(|item| item["refused"].is_string()), "{items:?}");
    assert_eq!((&items[0]["name"], &items[0]["scope"]), (&json!("nobody"), &json!("events")));
    assert_eq!(items[3]["refused"], "designated-for-another-body");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_there_is_and_what_there_is_not_look_the_same_to_who_may_not_read() {
    let house = House::with_an_entry().await;
    let there = house.get(&format!("/entries/{ENTRY}/trail"), Some("nobody")).await.expect(403);
    let nowhere = house.get("/entries/01K9ZV3Q0M5T7N8R2W4X6Y8Z0A/trail", Some("nobody")).await.expect(403);
    let public = |told: &super::house::Told| {
        let mut body = told.body.as_object().unwrap().clone();
        body.remove("instance");
        body.remove("number");
        body
    };
    assert_eq!(public(&there), public(&nowhere));
    house.get("/entries/01K9ZV3Q0M5T7N8R2W4X6Y8Z0A/trail", Some("auditor")).await.expect(404);
    house.get("/entries/EVT-2026-00002/trail", Some("auditor")).await.expect(404);
}

/// A token bound to another body told whoever had one that there is such an entry, and whose it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_bound_to_another_body_reads_nothing_and_tells_a_stranger_nothing() {
    let house = House::with_an_entry().await;
    house.world.designate("auditor@KEN", Role::Auditor, "");
    house.world.designate("auditor@KAZ", Role::Auditor, "");
    house.level().await;
    let trail = format!("/entries/{ENTRY}/trail");
    let stranger = house.get(&trail, Some("nobody@KEN")).await.expect(403);
    assert!(!stranger.body.to_string().contains("KAZ"), "{:#}", stranger.body);
    let auditor = house.get(&trail, Some("auditor@KEN")).await.expect(403);
    assert_eq!(auditor.body["reason"], "token-bound-to-another-body");
    house.get(&trail, Some("auditor@KAZ")).await.expect(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_is_durable_before_it_is_answered() {
    let world = World::new();
    let gate = Arc::new(Gate::default());
    let house = House::open_with(Arc::clone(&world), |config| config.engine.faults = gate.clone()).await.follow();
    world.designate("auditor", Role::Auditor, "");
    world.published();
    house.level().await;
    for (path, count) in [
        (format!("/entries/{ENTRY}/trail"), 1),
        (format!("/entries/{ENTRY}/trail?contents=true"), 2),
        ("/events?origin=moderation".to_owned(), 3),
    ] {
        gate.set(true);
        let reached = gate.waiting.load(Ordering::SeqCst);
        let mut asking = Box::pin(house.get(&path, Some("auditor")));
        // The answer waits for the disk, however long that takes.
        let early = tokio::time::timeout(Duration::from_millis(200), &mut asking).await;
        assert!(early.is_err(), "{path} was answered before its reading was durable");
        assert_eq!(gate.waiting.load(Ordering::SeqCst), reached + 1, "the reading was on its way to the disk");
        assert_eq!(house.readings(), count - 1);
        gate.set(false);
        asking.await.expect(200);
        assert_eq!(house.readings(), count);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_shown_when_the_reading_cannot_be_recorded() {
    let world = World::new();
    let copies = Copies::open_on(&world.copies_settings(), |_| Ok(MemoryStore::new())).unwrap();
    let store = MemoryStore::new();
    let service = start_on(store.clone(), world.config(copies)).unwrap();
    let house = House::over(service, Arc::clone(&world)).await.follow();
    world.designate("auditor", Role::Auditor, "");
    world.published();
    house.level().await;
    store.fail_next(MemoryTrouble::Sync);
    for path in [format!("/entries/{ENTRY}/trail?contents=true"), "/events?origin=submission".to_owned()] {
        let told = house.get(&path, Some("auditor")).await.expect(503);
        assert!(!told.text.contains("forum") && told.body.get("steps").is_none(), "{}", told.text);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_shown_as_they_are_and_their_words_as_key_and_length() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let house = House::with_an_entry().await;
    let told = house.get("/events?origin=submission&from=1&limit=1", Some("auditor")).await.expect(200);
    let items = told.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["place"], json!({"origin": "submission", "epoch": 0, "sequence": 1}));
    let bytes = STANDARD.decode(items[0]["bytes"].as_str().unwrap()).unwrap();
    assert_eq!(items[0]["hash"], dossier_proto::hash_of(&bytes).to_string());
    let event = &items[0]["event"];
    assert_eq!(event["entry"], ENTRY.to_string());
    assert_eq!(event["origin"], "ORIGIN_SUBMISSION");
    assert_eq!(event["submitted"]["command"]["certified"], true);
    let sealed = &event["submitted"]["content"]["sealed"]["sealed"];
    assert_eq!(sealed["key"].as_str().unwrap().len(), 32);
    assert!(sealed["bytes"].as_u64().unwrap() >= 26, "{sealed}");
    assert!(!told.text.contains("ciphertext"));
    assert_eq!(told.body.get("next"), None, "the end of what is held");
    // From the beginning, on and on.
    let first = house.get("/events?origin=submission&limit=1", Some("auditor")).await.expect(200);
    assert_eq!(first.body["next"], json!({"origin": "submission", "epoch": 0, "sequence": 1}));
    let own = house.get("/events?origin=audit", Some("auditor")).await.expect(200);
    assert!(own.body["items"][0]["beside"].is_string(), "a designation that was received stands beside");
    assert!(own.body["items"][0]["event"]["received"].is_object());
    for wrong in ["/events", "/events?origin=nobody", "/events?origin=audit&limit=0", "/events?origin=audit&limit=201"]
    {
        assert!(house.get(wrong, Some("auditor")).await.status.is_client_error(), "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn checkpoints_are_for_everybody() {
    let house = House::with_an_entry().await;
    let seen = || house.service.copies().seen().newest(Origin::Submission).is_some_and(|seen| seen.size() == 2);
    house.until("the newest checkpoint is kept", seen).await;
    let note = house.get("/checkpoints/submission", None).await.expect(200);
    assert!(note.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    let signed = dossier_proof::SignedCheckpoint::parse(&note.text).unwrap();
    let key = dossier_exchange::conformance::signer(Origin::Submission).verifier();
    assert_eq!(signed.verify_from("test/submission/0", &[key]).unwrap().size, 2);
    let document = house.get("/checkpoints/submission?format=json", None).await.expect(200);
    assert_eq!((&document.body["note"], &document.body["size"]), (&json!(note.text), &json!(2)));
    let own = house.get("/checkpoints/audit", None).await.expect(200);
    let key = dossier_exchange::conformance::signer(Origin::Audit).verifier();
    let signed = dossier_proof::SignedCheckpoint::parse(&own.text).unwrap();
    assert_eq!(signed.verify_from("test/audit/0", &[key]).unwrap().size, house.service.engine().journal().head().size);
    let all = house.get("/checkpoints", None).await.expect(200);
    assert_eq!(all.body.as_array().unwrap().len(), 4);
    let verifier: dossier_proof::VerifierKey = all.body[1]["verifier"].as_str().unwrap().parse().unwrap();
    assert_eq!(verifier, dossier_exchange::conformance::signer(Origin::Moderation).verifier());
    house.get("/checkpoints/nobody", None).await.expect(404);
    assert_eq!(house.readings(), 0, "what is public is read without a record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_interface_describes_itself() {
    let house = House::open().await;
    let told = house.get("/openapi.json", None).await.expect(200);
    assert_eq!(told.body["openapi"], "3.1.0");
    let paths = told.body["paths"].as_object().unwrap();
    for path in
        ["/entries/{id}/trail", "/events", "/checkpoints", "/checkpoints/{origin}", "/state", "/findings", "/readings"]
    {
        assert!(paths.contains_key(path), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_trail_comes_in_pages_that_fit_together() {
    let house = House::with_an_entry().await;
    for _ in 0..1_200 {
        let by = dossier_proto::Actor::Person(super::house::MODERATOR);
        let claimed = dossier_proto::Payload::ReviewClaimed(dossier_proto::v1::ReviewClaimed::default());
        house.world.happens(Origin::Moderation, by, Some(ENTRY), claimed);
    }
    house.level().await;
    let mut places = Vec::new();
    let mut path = format!("/entries/{ENTRY}/trail");
    let mut pages = 0;
    loop {
        let told = house.get(&path, Some("auditor")).await.expect(200);
        pages += 1;
        for step in told.body["steps"].as_array().unwrap() {
            assert_eq!(
                step.get("since_previous").is_some(),
                !places.is_empty(),
                "the first step of all has none before it"
            );
            places.push(step["place"].to_string());
        }
        let Some(next) = told.body["next"].as_str() else { break };
        path = format!("/entries/{ENTRY}/trail?cursor={next}");
    }
    let count = places.len();
    // The readings of later pages are of later: all pages are of the moment of the first.
    assert_eq!((pages, count), (7, 4 + 1_200 + 1), "six pages of 200 and five steps");
    assert_eq!(house.readings(), pages, "each page was a reading");
    places.sort();
    places.dedup();
    assert_eq!(places.len(), count, "no step twice");
}
