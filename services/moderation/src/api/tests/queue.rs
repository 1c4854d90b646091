//! The queue: longest wait first, by pages, filtered.

use dossier_proto::{EntryId, Micros};
use serde_json::json;

use super::room::*;

#[tokio::test]
async fn longest_wait_first_with_titles_and_waiting_time() {
    let mut room = Room::open().await;
    room.submit(ENTRY, 1, &content("The elder")).await;
    room.clock.pass(3_600 * Micros::SECOND);
    room.submit(OTHER, 1, &content("The younger")).await;
    let queue = room.get("moderator-a", "/reviews").await.is(200);
    let titles: Vec<_> = queue.body["items"].as_array().unwrap().iter().map(|line| line["title"].clone()).collect();
    assert_eq!(titles, ["The elder", "The younger"]);
    assert!(queue.body["items"][0]["waiting_seconds"].as_u64().unwrap() >= 3_600);
    assert_eq!(queue.body.get("next"), None);
}

#[tokio::test]
async fn pages_go_on_where_they_ended_whatever_happens_between() {
    let mut room = Room::open().await;
    for number in 1..=7 {
        room.submit(EntryId([number; 16]), 1, &content("An event")).await;
    }
    let mut seen = Vec::new();
    let mut path = "/reviews?limit=3".to_owned();
    loop {
        let page = room.get("moderator-a", &path).await.is(200);
        let items = page.body["items"].as_array().unwrap();
        assert!(items.len() <= 3);
        seen.extend(items.iter().map(|line| line["entry"].as_str().unwrap().to_owned()));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/reviews?limit=3&cursor={next}");
    }
    let expected: Vec<_> = (1..=7).map(|number| EntryId([number; 16]).to_string()).collect();
    assert_eq!(seen, expected);
    let whole = room.get("moderator-a", "/reviews?limit=7").await.is(200);
    assert_eq!(whole.body.get("next"), None, "a full page that is the last says so");
}

#[tokio::test]
async fn filters_by_state_type_body_and_mine() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("One")).await;
    room.submit(OTHER, 1, &content("Two")).await;
    room.act("moderator-a", "approve", json!({ "digest": first.digest })).await.is(200);
    room.post("moderator-a", &format!("/reviews/{OTHER}/claim"), json!({})).await.is(200);
    for (who, query, expected) in [
        ("moderator-a", "", vec![OTHER]),
        ("moderator-a", "?state=in-review", vec![OTHER]),
        ("moderator-a", "?state=approved", vec![ENTRY]),
        ("moderator-a", "?state=any", vec![OTHER, ENTRY]),
        ("moderator-a", "?state=refused", vec![]),
        ("moderator-a", "?type=event", vec![OTHER]),
        ("moderator-a", "?type=pledge", vec![]),
        ("moderator-a", "?body=KAZ", vec![OTHER]),
        ("moderator-a", "?body=KEN", vec![]),
        ("moderator-a", "?mine=true", vec![OTHER]),
        ("moderator-b", "?mine=true", vec![]),
        ("moderator-b", "?mine=false", vec![OTHER]),
    ] {
        let queue = room.get(who, &format!("/reviews{query}")).await.is(200);
        let found: Vec<_> = queue.body["items"].as_array().unwrap().iter().map(|line| &line["entry"]).collect();
        let expected: Vec<_> = expected.iter().map(|entry: &EntryId| json!(entry.to_string())).collect();
        assert_eq!(found, expected.iter().collect::<Vec<_>>(), "{who} {query}");
    }
    for query in ["?state=open", "?cursor=AQAAAAAAABJncZdtDg", "?sort=age"] {
        room.get("moderator-a", &format!("/reviews{query}")).await.is(400);
    }
    for query in ["?limit=0", "?limit=201", "?body=kaz", "?mine=maybe"] {
        room.get("moderator-a", &format!("/reviews{query}")).await.is(422);
    }
}

#[tokio::test]
async fn a_cursor_of_another_list_is_told() {
    let mut room = Room::open().await;
    for entry in [ENTRY, OTHER] {
        room.submit(entry, 1, &content("An event")).await;
    }
    let page = room.get("moderator-a", "/reviews?limit=1").await.is(200);
    let next = page.text("/next").to_owned();
    room.get("moderator-a", &format!("/reviews?state=approved&cursor={next}")).await.is(400);
    room.get("administrator", &format!("/designations?cursor={next}")).await.is(400);
}
