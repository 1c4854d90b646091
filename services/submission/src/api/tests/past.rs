//! The list as it stood (P8): what was answered then is answered again, to whoever may see it today.

use dossier_engine::Clock as _;
use dossier_proto::Micros;
use dossier_web::moment;
use serde_json::{Value, json};

use super::house::House;

const HOUR: i64 = 3_600 * Micros::SECOND;

async fn listed(house: &House, by: &str, query: &str) -> Value {
    let told = house.get(&format!("/entries?limit=200{query}")).by(by).send().await.expect(200);
    told.body["items"].clone()
}

/// The instant now, with an hour before and after it.
fn now_and_later(house: &House) -> String {
    house.wait(HOUR);
    let instant = moment::written(house.clock.now());
    house.wait(HOUR);
    instant
}

#[tokio::test]
async fn what_was_listed_then_is_listed_again() {
    let house = House::open().await;
    let mut then = Vec::new();
    for number in 0..4 {
        let id = house.started("aigerim").await.id();
        if number % 2 == 0 {
            house.submitted("aigerim", id).await;
        }
        if number == 2 {
            house.changes_requested(id, "Say where.").await;
        }
        let place = house.service.engine().journal().head().size - 1;
        let lists = (listed(&house, "bolat", "").await, listed(&house, "bolat", "&state=in-review").await);
        then.push((now_and_later(&house), place, lists));
    }
    for (instant, place, (all, in_review)) in then.into_iter().rev() {
        for as_of in [instant, format!("submission/{place}")] {
            assert_eq!(listed(&house, "bolat", &format!("&as_of={as_of}")).await, all, "{as_of}");
            assert_eq!(listed(&house, "bolat", &format!("&state=in-review&as_of={as_of}")).await, in_review, "{as_of}");
            let told = house.get(&format!("/entries?as_of={as_of}")).by("bolat").send().await.expect(200);
            assert_eq!(told.body["as_of"]["position"]["sequence"], place);
        }
    }
}

#[tokio::test]
async fn a_moment_gives_nobody_rights_they_do_not_have_today() {
    let house = House::open().await;
    house.started("aigerim").await;
    let as_of = format!("&as_of={}", now_and_later(&house));
    assert_eq!(listed(&house, "bolat", &as_of).await.as_array().unwrap().len(), 1);
    for other in ["wanjiru", "nobody", "moderator", "administrator"] {
        assert_eq!(listed(&house, other, &as_of).await, json!([]), "{other}");
    }
    // Who writes for the body only since then sees what its colleagues see.
    house.designate("new", dossier_identity::Role::Contributor, Some("KAZ")).await;
    assert_eq!(listed(&house, "new", &as_of).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn pages_of_a_moment_hold_still_and_their_cursors_belong_to_it() {
    let house = House::open().await;
    for _ in 0..3 {
        house.started("aigerim").await;
    }
    let as_of = now_and_later(&house);
    let first = house.get(&format!("/entries?limit=2&as_of={as_of}")).by("aigerim").send().await.expect(200);
    let next = first.body["next"].as_str().unwrap();
    house.started("aigerim").await;
    let rest = house.get(&format!("/entries?limit=2&as_of={as_of}&cursor={next}")).by("aigerim").send().await;
    assert_eq!(rest.expect(200).body["items"].as_array().unwrap().len(), 1);
    house.get(&format!("/entries?limit=2&cursor={next}")).by("aigerim").send().await.expect(422);
}

#[tokio::test]
async fn a_moment_that_is_not_settled_is_a_conflict() {
    let house = House::open().await;
    let size = house.service.engine().journal().head().size;
    for as_of in ["2099-01-01T00:00:00Z".to_owned(), format!("submission/{size}")] {
        let told = house.get(&format!("/entries?as_of={as_of}")).by("aigerim").send().await.expect(409);
        assert!(told.body["type"].as_str().unwrap().ends_with("/not-settled"));
    }
    for as_of in ["yesterday", "moderation/1", "submission"] {
        house.get(&format!("/entries?as_of={as_of}")).by("aigerim").send().await.expect(400);
    }
}
