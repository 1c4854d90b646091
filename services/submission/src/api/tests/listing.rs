use serde_json::{Value, json};

use super::house::House;

fn ids(told: &Value) -> Vec<String> {
    told["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_list_has_the_entries_of_the_callers_bodies_the_newest_first() {
    let house = House::open().await;
    let mut begun = Vec::new();
    for by in ["aigerim", "bolat", "aigerim", "bolat", "aigerim"] {
        begun.push(house.started(by).await.id().to_string());
    }
    house.started("wanjiru").await;
    begun.sort_unstable();
    begun.reverse();
    let told = house.get("/entries").by("bolat").send().await.expect(200);
    assert_eq!(ids(&told.body), begun);
    assert_eq!(told.body["items"][0]["title"], "The participation of the delegation of Kazakhstan");

    let mut paged = Vec::new();
    let mut next = "/entries?limit=2".to_owned();
    loop {
        let page = house.get(&next).by("bolat").send().await.expect(200);
        paged.extend(ids(&page.body));
        let Some(cursor) = page.body["next"].as_str() else { break };
        next = format!("/entries?limit=2&cursor={cursor}");
    }
    assert_eq!(paged, begun);
}

#[tokio::test]
async fn the_list_is_filtered_by_state() {
    let house = House::open().await;
    let draft = house.started("aigerim").await.id();
    let review = house.started("aigerim").await.id();
    house.submitted("aigerim", review).await;
    let returned = house.started("aigerim").await.id();
    house.submitted("aigerim", returned).await;
    house.changes_requested(returned, "Say where.").await;
    for (query, expected) in [
        ("?state=draft", vec![draft]),
        ("?state=in-review", vec![review]),
        ("?state=changes-requested", vec![returned]),
        ("?state=published", vec![]),
        ("?state=draft&state=in-review", vec![review, draft]),
    ] {
        let told = house.get(&format!("/entries{query}")).by("aigerim").send().await.expect(200);
        let mut expected: Vec<String> = expected.iter().map(ToString::to_string).collect();
        expected.sort_unstable();
        expected.reverse();
        assert_eq!(ids(&told.body), expected, "{query}");
    }
    let told = house.get("/entries?state=changes-requested").by("aigerim").send().await.expect(200);
    assert_eq!(told.body["items"][0]["days_left"], 83);
    for wrong in ["?state=lost", "?limit=0", "?limit=201", "?cursor=abc", "?cursor=AQAAAAAA"] {
        house.get(&format!("/entries{wrong}")).by("aigerim").send().await.expect(422);
    }
    house.get("/entries?page=2").by("aigerim").send().await.expect(400);
}

#[tokio::test]
async fn a_read_waits_for_what_was_written() {
    let house = House::open().await;
    let begun = house.started("aigerim").await;
    let sequence = begun.body["sequence"].as_u64().unwrap();
    let path = format!("/entries/{}?min_sequence={sequence}", begun.id());
    let told = house.get(&path).by("aigerim").send().await.expect(200);
    assert_eq!(told.body["sequence"], json!(sequence));
}
