//! A journal that goes on after a loss: what was published before stays published.

use serde_json::Value;

use crate::tests::{House, entry, sample};

async fn document(house: &House, path: &str) -> Value {
    house.get(path).send().await.expect(200).json()
}

/// Editions were read by their sequence in the current epoch: after a loss every older edition was answered with a failure, or
/// with another one that happened to have its number.
#[tokio::test]
async fn editions_of_a_former_epoch_stay_readable() {
    let mut house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let second = house.publish(entry(2), "KEN", None, &sample()).await;
    let paths = ["/api/v1/entries/EVT-2026-00001", "/api/v1/entries/EVT-2026-00002/editions/1", "/api/v1/entries"];
    let mut before = Vec::new();
    for path in paths {
        before.push(document(&house, path).await);
    }
    house.begin_epoch();
    assert_eq!(house.service.engine().journal().epochs().len(), 2);
    for (path, was) in paths.iter().zip(before) {
        assert_eq!(document(&house, path).await, was, "{path}");
    }
    house.page("/entries/EVT-2026-00001", "en").await.expect(200);

    // As many events again, so that the sequences of the former epoch all exist in this one.
    house.publish(entry(1), "KAZ", Some(1), &sample()).await;
    for number in 3..=6 {
        house.publish(entry(number), "KAZ", None, &sample()).await;
    }
    let first = document(&house, "/api/v1/entries/EVT-2026-00001/editions/1").await;
    assert_eq!((&first["edition"], &first["place"]["epoch"]), (&1.into(), &0.into()));
    assert_eq!(first["digest_holds"], true);
    let newest = document(&house, "/api/v1/entries/EVT-2026-00001").await;
    assert_eq!((&newest["edition"], &newest["place"]["epoch"]), (&2.into(), &1.into()));

    // A request and a retraction in the new epoch, of an edition of the old one.
    house.ask_retraction(entry(2), second, 1, "We named the wrong city.").await;
    let asked = house.get("/api/v1/retraction-requests").by("publisher").send().await.expect(200).json();
    assert_eq!(asked["items"][0]["reason"], "We named the wrong city.");
    assert_eq!(asked["items"][0]["place"]["epoch"], 1);
    house.retract("EVT-2026-00002").await.expect(200);
    let tombstone = house.get("/api/v1/entries/EVT-2026-00002").send().await.expect(410).json();
    assert_eq!((&tombstone["place"]["epoch"], &tombstone["editions"][0]["place"]["epoch"]), (&1.into(), &0.into()));
}

/// The list was ordered by sequence alone: the first editions of a new epoch came after those of the old one, and pages of the
/// list lost some.
#[tokio::test]
async fn the_list_goes_on_over_epochs() {
    let mut house = House::open().await;
    for number in 1..=4 {
        house.publish(entry(number), "KAZ", None, &sample()).await;
    }
    house.begin_epoch();
    house.publish(entry(5), "KAZ", None, &sample()).await;
    let (mut seen, mut query) = (Vec::new(), String::new());
    loop {
        let page = document(&house, &format!("/api/v1/entries?limit=2{query}")).await;
        seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["number"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        query = format!("&cursor={next}");
    }
    assert_eq!(seen, [5, 4, 3, 2, 1].map(|number| format!("EVT-2026-{number:05}")));
}

/// The receipt on the page of an older edition could not be proved any more.
#[tokio::test]
async fn the_place_of_an_older_edition_is_proved_in_its_own_epoch() {
    let mut house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let before = house.page("/entries/EVT-2026-00001", "en").await.expect(200).text;
    house.begin_epoch();
    let after = house.page("/entries/EVT-2026-00001", "en").await.expect(200).text;
    assert!(before.contains("class=\"verdict\"") && after.contains("class=\"verdict\""));
    assert_eq!(after, before, "the page of an edition does not change, its receipt included");
}
