//! The list: filters by the names in people's bookmarks, pages, cursors.

use serde_json::{Value, json};

use crate::tests::{House, corrected, entry, sample, sample_with};

async fn numbers(house: &House, query: &str) -> Vec<String> {
    let document = house.get(&format!("/api/v1/entries{query}")).send().await.expect(200).json();
    of(&document)
}

fn of(document: &Value) -> Vec<String> {
    let items = document["items"].as_array().unwrap();
    items.iter().map(|item| item["number"].as_str().unwrap().to_owned()).collect()
}

async fn furnished() -> House {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &corrected()).await;
    let russian = sample_with(&json!({
        "original_language": "ru",
        "title": {"ru": "Встреча в Астане"},
        "description": {"ru": "Текст о миграции."},
        "geographic_scope": "regional",
        "regional_networks": ["europe-central-asia"],
        "gcm_objectives": ["5", "23"],
    }));
    house.publish(entry(2), "KAZ", None, &russian).await;
    house.publish(entry(3), "KEN", None, &sample()).await;
    house
}

#[tokio::test]
async fn filters_keep_the_names_of_bookmarks() {
    let house = furnished().await;
    let (one, two, three) = ("EVT-2026-00001", "EVT-2026-00002", "EVT-2026-00003");
    for (query, expected) in [
        ("", vec![three, two, one]),
        ("?country=KAZ", vec![three, two, one]),
        ("?country=KEN", vec![three]),
        ("?country=USA", vec![one]),
        ("?country=USA&country=KEN", vec![three, one]),
        ("?region=europe-central-asia", vec![two]),
        ("?gcm_objectives=5", vec![two]),
        ("?gcm_objectives=23", vec![three, two, one]),
        ("?type_of_resource=event", vec![three, two, one]),
        ("?type_of_resource=pledge", vec![]),
        ("?resource_language=ru", vec![two]),
        ("?geographic_scope=regional", vec![two]),
        ("?cross_cutting_theme=human-rights", vec![]),
        ("?text=%D0%B0%D1%81%D1%82%D0%B0%D0%BD%D0%B5", vec![two]),
        ("?text=Kenya", vec![three]),
        ("?text=civil+society+forum", vec![three, one]),
        ("?text=EVT-2026-00002", vec![two]),
        ("?text=forum&resource_language=ru", vec![]),
        ("?text=&country=", vec![three, two, one]),
        ("?page=1&limit=2", vec![three, two]),
        ("?page=2&limit=2", vec![one]),
        ("?page=0&limit=2", vec![three, two]),
        ("?page=9", vec![]),
    ] {
        assert_eq!(numbers(&house, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn the_answer_counts_what_a_choice_would_give() {
    let house = furnished().await;
    let document = house.get("/api/v1/entries?country=KEN").send().await.expect(200).json();
    assert_eq!(document["total"], 1);
    assert_eq!(document["facets"]["country"], json!({"KAZ": 3, "KEN": 1, "USA": 1}));
    assert_eq!(document["facets"]["geographic_scope"], json!({"global": 1}));
    let item = &document["items"][0];
    assert_eq!(item["title"]["en"], sample()["title"]["en"]);
    assert_eq!(item["body"], json!({"code": "KEN", "name": "Kenya"}));
    assert_eq!((&item["edition"], &item["public_address"]), (&json!(1), &json!("/entries/EVT-2026-00003")));
}

#[tokio::test]
async fn a_list_is_walked_by_cursor_whatever_is_published_meanwhile() {
    let house = House::open().await;
    for number in 1..=7 {
        house.publish(entry(number), "KAZ", None, &sample()).await;
    }
    let (mut seen, mut query) = (Vec::new(), "?limit=3".to_owned());
    loop {
        let document = house.get(&format!("/api/v1/entries{query}")).send().await.expect(200).json();
        seen.extend(of(&document));
        house.publish(entry(100 + u8::try_from(seen.len()).unwrap()), "KAZ", None, &sample()).await;
        let Some(next) = document["next"].as_str() else { break };
        query = format!("?limit=3&cursor={next}");
    }
    let wanted: Vec<String> = (1..=7).rev().map(|number| format!("EVT-2026-{number:05}")).collect();
    assert_eq!(seen, wanted);
}

#[tokio::test]
async fn a_new_edition_takes_the_place_of_the_old_one_in_the_list() {
    let house = furnished().await;
    assert_eq!(numbers(&house, "?country=USA").await, ["EVT-2026-00001"]);
    house.publish(entry(1), "KAZ", Some(1), &sample()).await;
    assert_eq!(numbers(&house, "?country=USA").await, Vec::<String>::new());
    assert_eq!(numbers(&house, "").await, ["EVT-2026-00001", "EVT-2026-00003", "EVT-2026-00002"]);
    house.retract("EVT-2026-00001").await.expect(200);
    assert_eq!(numbers(&house, "").await, ["EVT-2026-00003", "EVT-2026-00002"]);
}

#[tokio::test]
async fn what_does_not_fit_is_told() {
    let house = furnished().await;
    let long = "a".repeat(201);
    for (query, status) in [
        ("?colour=red".to_owned(), 400),
        ("?text=%FF".to_owned(), 400),
        ("?text=%zz".to_owned(), 400),
        ("?limit=0".to_owned(), 422),
        ("?limit=201".to_owned(), 422),
        ("?limit=x".to_owned(), 422),
        ("?page=-1".to_owned(), 422),
        ("?page=99999".to_owned(), 422),
        ("?cursor=nonsense".to_owned(), 422),
        ("?page=1&cursor=AQAAAAAAABJncZdtDg".to_owned(), 422),
        (format!("?text={long}"), 422),
        (format!("?country={long}"), 422),
        (format!("?{}", "country=KAZ&".repeat(65)), 422),
        (format!("?text={}", "a".repeat(5_000)), 414),
    ] {
        let told = house.get(&format!("/api/v1/entries{query}")).send().await.expect(status);
        assert_eq!(told.headers["content-type"], "application/problem+json", "{query}");
    }
}

#[tokio::test]
async fn a_list_the_reader_has_is_not_sent_again() {
    let house = furnished().await;
    let first = house.get("/api/v1/entries?country=KEN").send().await.expect(200);
    let again = || house.get("/api/v1/entries?country=KEN").header("if-none-match", &first.etag()).send();
    again().await.expect(304);
    house.publish(entry(9), "KEN", None, &sample()).await;
    again().await.expect(200);
}
