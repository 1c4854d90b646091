//! One entry as it stood (P8): a random story is told, every answer in it remembered, and each is given again later.

use dossier_engine::{Clock as _, testing::Dice};
use dossier_proto::{EntryId, Micros};
use dossier_registry::{Cardinality, Registry};
use dossier_web::moment;
use http::{Request, header};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::house::{House, content_with};
use crate::Service;

const HOUR: i64 = 3_600 * Micros::SECOND;

/// What was answered of one entry at a moment.
struct Answered {
    id: EntryId,
    instant: String,
    place: String,
    entry: Value,
    history: Value,
}

async fn read(service: &Service, token: &str, path: &str) -> (u16, Value) {
    let request = Request::get(format!("/contribute/api/v1{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(axum::body::Body::empty())
        .unwrap();
    let response = service.router().oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    (status, serde_json::from_slice(&bytes).unwrap_or_default())
}

async fn remember(house: &House, id: EntryId) -> Answered {
    let token = house.person("bolat").token;
    let entry = read(&house.service, &token, &format!("/entries/{id}")).await.1;
    let history = read(&house.service, &token, &format!("/entries/{id}/history?limit=200")).await.1;
    let size = house.service.engine().journal().head().size;
    let instant = moment::written(house.clock.now());
    Answered { id, instant, place: format!("submission/{}", size - 1), entry, history }
}

/// A registry that asks for something else: what is missing is judged by that of its moment.
fn another_registry(number: u64) -> Registry {
    let mut document = Registry::embedded().document().clone();
    document.version = format!("2030.{number}");
    for kind in &mut document.types {
        for field in kind.fields.iter_mut().filter(|field| field.key == "geographic_scope") {
            field.cardinality = if number.is_multiple_of(2) { Cardinality::One } else { Cardinality::Optional };
        }
    }
    Registry::from_document(document).unwrap()
}

async fn something_happens(house: &House, dice: &mut Dice, entries: &mut Vec<EntryId>) {
    if entries.is_empty() || dice.one_in(8) {
        return entries.push(house.started("aigerim").await.id());
    }
    let id = *dice.pick(entries);
    let before = house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200);
    let with_body = ["draft", "changes-requested"].contains(&before.body["state"].as_str().unwrap());
    match (before.body["state"].as_str().unwrap(), dice.below(8)) {
        (_, 0) if dice.one_in(4) => house.adopt(&another_registry(dice.below(4))).await,
        (_, 1) => drop(
            house
                .designate(&format!("person {}", dice.below(50)), dossier_identity::Role::Contributor, Some("KAZ"))
                .await,
        ),
        ("in-review", 2 | 3) => drop(house.changes_requested(id, "Say where.").await),
        ("in-review", 4 | 5) => house.published(id, 1).await,
        ("in-review", _) => drop(house.post(&format!("/entries/{id}/recall")).by("bolat").send().await),
        ("published", _) => drop(house.post(&format!("/entries/{id}/revise")).by("bolat").send().await),
        (_, 2..=4) if with_body => {
            let body = json!({ "what_changed": "this and that", "certify": true });
            house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&body).send().await;
        }
        _ if with_body => {
            let scope = *dice.pick(&["global", "regional", "national"]);
            let mut content = content_with("geographic_scope", json!(scope));
            content["title"] = json!({ "en": format!("Title {}", dice.below(100)) });
            if dice.one_in(3) {
                content.as_object_mut().unwrap().remove("geographic_scope");
            }
            let body = json!({ "content": content });
            house.put(&format!("/entries/{id}/draft")).by("bolat").json(&body).if_match(&before.etag()).send().await;
        }
        _ => {}
    }
}

async fn compare(service: &Service, token: &str, then: &Answered, seed: u64) {
    for as_of in [&then.instant, &then.place] {
        let what = format!("{} as of {as_of}, DOSSIER_SEED={seed}", then.id);
        let (status, mut entry) = read(service, token, &format!("/entries/{}?as_of={as_of}", then.id)).await;
        assert_eq!(status, 200, "{what}: {entry:#}");
        let shown = entry.as_object_mut().unwrap().remove("as_of").unwrap();
        assert_eq!(format!("submission/{}", shown["position"]["sequence"]), then.place, "{what}");
        // Days left are as of the moment, and a place is a little before the instant.
        assert_eq!(entry, then.entry, "{what}");
        let path = format!("/entries/{}/history?limit=200&as_of={as_of}", then.id);
        assert_eq!(read(service, token, &path).await.1, then.history, "{what}");
    }
}

async fn tell_a_story(seed: u64) {
    let mut dice = Dice::new(seed);
    let house = House::open().await;
    let (mut entries, mut moments) = (Vec::new(), Vec::new());
    for step in 0..90 {
        something_happens(&house, &mut dice, &mut entries).await;
        house.wait(Micros::SECOND);
        let id = *dice.pick(&entries);
        moments.push(remember(&house, id).await);
        house.wait(i64::try_from(dice.below(3)).unwrap() * HOUR + Micros::SECOND);
        if step == 40 {
            house.service.engine().snapshot().await.unwrap();
        }
    }
    let token = house.person("bolat").token;
    let mut order: Vec<usize> = (0..moments.len()).collect();
    order.sort_by_cached_key(|_| dice.below(1_000_000));
    for at in &order {
        compare(&house.service, &token, &moments[*at], seed).await;
    }
    // P2: from the journal alone, without snapshots.
    let again = house.start_again();
    for at in order.iter().step_by(3) {
        compare(&again, &token, &moments[*at], seed).await;
    }
}

#[tokio::test]
async fn what_was_answered_of_an_entry_is_answered_again() {
    let seed = std::env::var("DOSSIER_SEED").ok().map_or_else(
        || u64::from_be_bytes(*dossier_engine::fresh_id().0.last_chunk().unwrap()) >> 32,
        |seed| seed.parse().unwrap(),
    );
    println!("DOSSIER_SEED={seed}");
    tell_a_story(seed).await;
}

#[tokio::test]
async fn a_moment_selects_facts_and_never_rights() {
    let house = House::open().await;
    let designated = house.designate("passing", dossier_identity::Role::Contributor, Some("KAZ")).await;
    let id = house.started("aigerim").await.id();
    house.wait(HOUR);
    let instant = moment::written(house.clock.now());
    house.wait(HOUR);
    for path in [format!("/entries/{id}?as_of={instant}"), format!("/entries/{id}/history?as_of={instant}")] {
        for by in ["aigerim", "bolat", "passing"] {
            house.get(&path).by(by).send().await.expect(200);
        }
        for by in ["wanjiru", "moderator", "auditor", "nobody"] {
            house.get(&path).by(by).send().await.expect(404);
        }
    }
    house.revoke(&designated).await;
    house.get(&format!("/entries/{id}?as_of={instant}")).by("passing").send().await.expect(404);
    let told = house.get(&format!("/entries/{id}?as_of={instant}")).by("bolat").send().await.expect(200);
    assert!(!told.headers.contains_key(header::ETAG), "nothing can be changed in the past");
    // Erased words stay erased.
    let key = house.key_of_revision(id, 1);
    house.vault.erase(key).unwrap();
    let told = house.get(&format!("/entries/{id}?as_of={instant}")).by("bolat").send().await.expect(200);
    assert_eq!(told.body["content"], Value::Null);
}

#[tokio::test]
async fn before_it_was_there_and_after_now_are_told_apart() {
    let house = House::open().await;
    house.wait(HOUR);
    let before = moment::written(house.clock.now());
    house.wait(HOUR);
    let id = house.started("aigerim").await.id();
    for path in ["", "/history"] {
        let told = house.get(&format!("/entries/{id}{path}?as_of={before}")).by("bolat").send().await.expect(404);
        assert_eq!(told.body["code"], "not-there-yet", "{:#}", told.body);
        let told = house.get(&format!("/entries/{id}{path}?as_of=2099-01-01T00:00:00Z")).by("bolat").send().await;
        assert!(told.expect(409).body["type"].as_str().unwrap().ends_with("/not-settled"));
        house.get(&format!("/entries/{id}{path}?as_of=yesterday")).by("bolat").send().await.expect(400);
        // Whoever may not see it is not told when it began.
        let told = house.get(&format!("/entries/{id}{path}?as_of={before}")).by("wanjiru").send().await.expect(404);
        assert_eq!(told.body["code"], Value::Null);
    }
}
