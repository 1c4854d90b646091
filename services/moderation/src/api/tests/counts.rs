//! How many, and the oldest of each: what a list would show, counted.

use dossier_identity::Role;
use dossier_proto::{EntryId, Micros};
use serde_json::{Value, json};

use super::room::*;

const HOUR: i64 = 3_600 * Micros::SECOND;

fn numbered(number: u8) -> EntryId {
    EntryId([number; 16])
}

/// The counts that a whole list amounts to.
fn counted(lines: &[Value]) -> Value {
    let mut counts = json!({ "all": none(), "states": {}, "types": {}, "turns": {}, "stages": {}, "claimed": none(), "unclaimed": none() });
    for line in lines {
        let waiting = line["waiting_seconds"].as_u64().unwrap();
        let of = |of: &str, key: &str| format!("/{of}/{key}");
        let mut pointers = vec![
            "/all".to_owned(),
            of("states", line["state"].as_str().unwrap()),
            of("types", line["type"].as_str().unwrap()),
            of("turns", line["turn"]["who"].as_str().unwrap()),
        ];
        pointers.extend(line["stage"].as_str().map(|stage| of("stages", stage)));
        if ["in-review", "on-hold"].contains(&line["state"].as_str().unwrap()) {
            pointers.push(if line.get("claim").is_some() { "/claimed" } else { "/unclaimed" }.to_owned());
        }
        for pointer in pointers {
            add(&mut counts, &pointer, waiting);
        }
    }
    counts
}

fn none() -> Value {
    json!({ "count": 0 })
}

fn add(counts: &mut Value, pointer: &str, waiting: u64) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    let parent = counts.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    let count = parent.entry(key).or_insert_with(none);
    count["count"] = json!(count["count"].as_u64().unwrap() + 1);
    let oldest = count.get("oldest_seconds").and_then(Value::as_u64).unwrap_or_default();
    count["oldest_seconds"] = json!(oldest.max(waiting));
}

/// The counts are those of the list, whoever asks and whatever is asked.
pub(super) async fn agree(room: &Room, who: &str, query: &str) {
    let list = room.get(who, &format!("/reviews?limit=200&{query}")).await.is(200);
    let counts = room.get(who, &format!("/reviews/counts?{query}")).await.is(200);
    assert_eq!(list.body.get("next"), None);
    let mut expected = counted(list.body["items"].as_array().unwrap());
    expected["complete"] = json!(true);
    if let Some(as_of) = list.body.get("as_of") {
        expected["as_of"] = as_of.clone();
    }
    assert_eq!(counts.body, expected, "{who}: {query}");
}

async fn several() -> Room {
    let mut room = Room::open().await;
    for number in 1..=8 {
        let mut content = content("An event");
        if number % 2 == 0 {
            content["gcm_objectives"] = json!(["23"]);
        }
        let record_type = if number == 8 { "practice" } else { "event" };
        let body = if number == 7 { "KEN" } else { "KAZ" };
        room.submit_with(numbered(number), 1, &content, |submitted| {
            (submitted.record_type, submitted.body) = (record_type.to_owned(), body.to_owned());
        })
        .await;
        room.clock.pass(HOUR);
    }
    for (number, act) in [(1, "approve"), (2, "refuse"), (3, "claim"), (4, "claim")] {
        let path = format!("/reviews/{}", numbered(number));
        let digest = room.get("moderator-a", &path).await.text("/digest").to_owned();
        let body = match act {
            "approve" => json!({ "digest": digest }),
            "refuse" => json!({ "digest": digest, "code": "spam", "reason": "It is spam" }),
            _ => json!({}),
        };
        room.post("moderator-a", &format!("{path}/{act}"), body).await.is(200);
    }
    // The clock of the test moves at each look, by a microsecond: no second may end between the two answers.
    room.clock.pass(Micros::SECOND / 2);
    room
}

#[tokio::test]
async fn the_counts_are_those_of_the_list_for_everybody_and_every_filter() {
    let room = several().await;
    for who in ["moderator-a", "moderator-b", "reviewer", "publisher", "auditor", "contributor-kz", "contributor-ke"] {
        for query in [
            "state=any",
            "state=in-review",
            "state=approved&state=refused",
            "state=any&type=practice",
            "state=any&body=KEN",
            "state=any&objective=23",
            "state=any&readable_in=en&claimed=nobody",
            "state=any&claimed=me",
            "state=any&claimed=somebody",
            "state=any&claimed=nobody",
            "state=any&waiting_days=1",
            "state=in-review&turn=moderator",
            "state=any&stage=desk",
        ] {
            agree(&room, who, query).await;
        }
    }
}

#[tokio::test]
async fn without_a_state_everything_is_counted() {
    let room = several().await;
    let counts = room.get("moderator-a", "/reviews/counts").await.is(200);
    assert_eq!(counts.body["all"]["count"], 8);
    assert_eq!(counts.body["states"]["in-review"]["count"], 6);
    assert_eq!(counts.body["claimed"]["count"], 2);
    assert_eq!(counts.body["unclaimed"]["count"], 4);
    assert_eq!(counts.body["stages"]["desk"]["count"], 1);
    let oldest = counts.body["all"]["oldest_seconds"].as_u64().unwrap();
    assert!(oldest >= 6 * 3_600, "{oldest}");
}

#[tokio::test]
async fn who_may_not_know_of_an_entry_does_not_count_it() {
    let mut room = several().await;
    assert_eq!(room.get("contributor-ke", "/reviews/counts").await.is(200).body["all"]["count"], 1);
    assert_eq!(room.get("publisher", "/reviews/counts").await.is(200).body["all"]["count"], 1, "what is approved");
    for who in ["administrator", "nobody"] {
        room.get(who, "/reviews/counts").await.is(403);
    }
    let practices = room.arrive("moderator-of-practices");
    room.service.designate(practices, Role::Moderator, None, &["practice".to_owned()]).await.unwrap();
    let counts = room.get("moderator-of-practices", "/reviews/counts").await.is(200);
    assert_eq!(counts.body["types"], json!({ "practice": counts.body["all"] }));
    room.bind("moderator-a", "KEN", "moderator-a bound to Kenya");
    let bound = room.get("moderator-a bound to Kenya", "/reviews/counts").await.is(200);
    assert_eq!(bound.body["all"]["count"], 1);
}

#[tokio::test]
async fn counts_have_no_pages() {
    let room = Room::open().await;
    for query in ["limit=5", "cursor=AQAAAAAAABJncZdtDg"] {
        room.get("moderator-a", &format!("/reviews/counts?{query}")).await.is(400);
    }
    let empty = room.get("moderator-a", "/reviews/counts").await.is(200);
    assert_eq!(empty.body["all"], json!({ "count": 0 }));
}
