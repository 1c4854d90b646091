//! Entries and editions: readable for ever, and holding nobody.

use dossier_proto::Micros;
use serde_json::{Value, json};

use crate::tests::{CONTRIBUTOR, House, corrected, entry, sample};

#[tokio::test]
async fn an_entry_is_read_by_id_and_by_number() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let by_number = house.get("/api/v1/entries/EVT-2026-00001").send().await.expect(200);
    let by_id = house.get(&format!("/api/v1/entries/{}", entry(1))).send().await.expect(200);
    assert_eq!(by_number.text, by_id.text);
    assert_eq!((by_number.etag(), by_id.etag()), ("\"e1\"".to_owned(), "\"e1\"".to_owned()));
    let document = by_number.json();
    assert_eq!(document["id"], entry(1).to_string());
    assert_eq!(document["number"], "EVT-2026-00001");
    assert_eq!(document["state"], "published");
    assert_eq!(document["version"], 1);
    assert_eq!(document["type"], "event");
    assert_eq!(document["body"], json!({"code": "KAZ", "name": "Kazakhstan"}));
    assert_eq!((&document["edition"], &document["current_edition"]), (&json!(1), &json!(1)));
    assert!(document["published_at"].as_str().unwrap().starts_with("2026-01-12T12:00:00"));
    assert_eq!(document["original_language"], "en");
    assert_eq!(document["languages"], json!(["en"]));
    assert_eq!(document["content"], sample());
    assert_eq!(document["digest_holds"], true);
    assert_eq!(document["what_changed"], "Put in order.");
    assert_eq!(document["notices"][0]["key"], "kosovo-1244");
    assert!(document["notices"][0]["text"]["en"].as_str().unwrap().contains("1244 (1999)"));
    let kinds: Vec<&str> =
        document["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    let expected = [
        "submitted",
        "cleared",
        "changes-requested",
        "changes-requested",
        "resubmitted",
        "stage-passed",
        "approved",
        "published",
    ];
    assert_eq!(kinds, expected);
    assert_eq!(document["steps"][2]["count"], 3);
    assert_eq!(document["public_address"], "/entries/EVT-2026-00001");
    assert_eq!(document["receipt"], "/audit/api/v1/receipts/EVT-2026-00001/1");
    assert_eq!(document["place"]["origin"], "publication");
}

#[tokio::test]
async fn every_edition_stays_readable() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.wait(Micros::DAY);
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    let read = async |path: &str| house.get(path).send().await.expect(200).json();
    let current = read("/api/v1/entries/EVT-2026-00001").await;
    assert_eq!((&current["edition"], &current["content"]), (&json!(2), &corrected()));
    assert_eq!(read("/api/v1/entries/EVT-2026-00001/editions/2").await, current);
    let first = read("/api/v1/entries/EVT-2026-00001/editions/1").await;
    assert_eq!((&first["edition"], &first["content"]), (&json!(1), &sample()));
    assert_eq!((&first["state"], &first["current_edition"]), (&json!("superseded"), &json!(2)));
    let editions = read("/api/v1/entries/EVT-2026-00001/editions").await;
    let numbers: Vec<&Value> =
        editions["items"].as_array().unwrap().iter().map(|edition| &edition["edition"]).collect();
    assert_eq!(numbers, [2, 1]);
    assert_eq!(editions["items"][1]["address"], "/api/v1/entries/EVT-2026-00001/editions/1");
    assert_eq!(editions["items"][1]["digest"], first["digest"]);
    for path in ["/editions/3", "/editions/0", "/editions/01", "/editions/-1", "/editions/x", "/editions/99999999999"] {
        house.get(&format!("/api/v1/entries/EVT-2026-00001{path}")).send().await.expect(404);
    }
}

#[tokio::test]
async fn what_the_reader_has_is_not_sent_again_until_it_changes() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let path = "/api/v1/entries/EVT-2026-00001";
    let read = async |path: &str, tag: &str| house.get(path).header("if-none-match", tag).send().await;
    assert_eq!(read(path, "\"e1\"").await.expect(304).text, "");
    assert_eq!(read(path, "\"e9\", W/\"e1\"").await.expect(304).etag(), "\"e1\"");
    read(path, "\"d1\"").await.expect(200);
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    assert_eq!(read(path, "\"e1\"").await.expect(200).etag(), "\"e2\"");
    read(&format!("{path}/editions/1"), "\"e1\"").await.expect(200);
    read(&format!("{path}/editions/1"), "\"e2\"").await.expect(304);
    house.retract("EVT-2026-00001").await.expect(200);
    assert_eq!(read(path, "\"e2\"").await.expect(410).etag(), "\"e3\"");
    read(path, "\"e3\"").await.expect(410);
}

#[tokio::test]
async fn nothing_public_names_a_person() {
    let mut house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let key = house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    house.publish(entry(2), "KAZ", None, &sample()).await;
    house.ask_retraction(entry(2), key, 1, "wrong").await;
    house.retract("EVT-2026-00002").await.expect(200);
    let people: Vec<String> = [CONTRIBUTOR, "publisher", "publisher of kenya", "moderator", "nobody"]
        .iter()
        .flat_map(|name| [(*name).to_owned(), house.person(name).subject.to_string()])
        .filter(|word| word != "publisher" && word != "moderator" && word != "nobody")
        .collect();
    house.start_again();
    for path in [
        "/api/v1/entries",
        "/api/v1/entries/EVT-2026-00001",
        "/api/v1/entries/EVT-2026-00001/editions",
        "/api/v1/entries/EVT-2026-00001/editions/1",
        "/api/v1/entries/EVT-2026-00002",
        "/api/v1/entries/EVT-2026-00002/editions",
        "/",
        "/entries/EVT-2026-00001",
        "/entries/EVT-2026-00002",
    ] {
        // With a token it is the same: reading knows no caller.
        for asked in [house.get(path), house.get(path).by("publisher")] {
            let told = asked.send().await;
            for person in &people {
                assert!(!told.text.contains(person.as_str()), "{path} names {person}: {}", told.text);
            }
        }
    }
}

/// P2.
#[tokio::test]
async fn after_a_restart_everything_is_answered_the_same() {
    let mut house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    house.publish(entry(1), "KAZ", Some(1), &corrected()).await;
    house.publish(entry(2), "KEN", None, &sample()).await;
    house.retract("EVT-2026-00002").await.expect(200);
    let paths = [
        "/api/v1/entries",
        "/api/v1/entries?text=forum&country=KAZ&limit=1",
        "/api/v1/entries/EVT-2026-00001",
        "/api/v1/entries/EVT-2026-00001/editions/1",
        "/api/v1/entries/EVT-2026-00002",
        "/api/v1/entries/EVT-2026-00002/editions",
        "/api/v1/openapi.json",
        "/",
        "/entries/EVT-2026-00001",
        "/entries/EVT-2026-00001/editions/1",
        "/entries/EVT-2026-00002",
    ];
    let mut before = Vec::new();
    for path in paths {
        before.push(house.get(path).send().await);
    }
    house.start_again();
    for (path, before) in paths.iter().zip(before) {
        let after = house.get(path).send().await;
        assert_eq!((after.status, &after.text), (before.status, &before.text), "{path}");
        assert_eq!(after.headers, before.headers, "{path}");
    }
}

#[tokio::test]
async fn a_query_waits_for_the_position_it_names() {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let last = house.service.engine().journal().head().size - 1;
    house.get(&format!("/api/v1/entries/EVT-2026-00001?min_sequence={last}")).send().await.expect(200);
    house.get("/api/v1/entries/EVT-2026-00001?min_sequence=x").send().await.expect(400);
}

#[tokio::test]
async fn the_document_of_the_interface_names_every_route() {
    let house = House::open().await;
    let document = house.get("/api/v1/openapi.json").send().await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/api/v1/entries",
            "/api/v1/entries.csv",
            "/api/v1/entries/{name}",
            "/api/v1/entries/{name}/editions",
            "/api/v1/entries/{name}/editions/{edition}",
            "/api/v1/entries/{name}/editions/{edition}/files/{digest}",
            "/api/v1/entries/{name}/reinstate",
            "/api/v1/entries/{name}/retract",
            "/api/v1/entries/{name}/supersede",
            "/api/v1/entries/{name}/suspend",
            "/api/v1/retraction-requests",
            "/api/v1/retraction-requests/{name}/decline",
            "/api/v1/scheduled",
            "/api/v1/scheduled/{name}/publish",
            "/api/v1/scheduled/{name}/reschedule",
        ]
    );
    assert_eq!(document["servers"][0]["url"], "https://dossier.example");
}
