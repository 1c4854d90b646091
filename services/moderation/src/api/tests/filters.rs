//! The filters of the queue, several at once, and what each caller learns by them.

use dossier_proto::{EntryId, Micros};
use serde_json::{Value, json};

use super::room::*;

const DAY: i64 = 24 * 3_600 * Micros::SECOND;

fn numbered(number: u8) -> EntryId {
    EntryId([number; 16])
}

fn entries(queue: &Reply) -> Vec<u8> {
    let items = queue.body["items"].as_array().unwrap().iter();
    items.map(|line| line["entry"].as_str().unwrap().parse::<EntryId>().unwrap().0[0]).collect()
}

async fn shown(room: &Room, who: &str, query: &str) -> Vec<u8> {
    entries(&room.get(who, &format!("/reviews?{query}")).await.is(200))
}

fn with(mut content: Value, change: &[(&str, Value)]) -> Value {
    for (key, value) in change {
        content[*key] = value.clone();
    }
    content
}

/// Five events: with objectives, languages, bodies; the first has waited four days, the last none.
async fn five() -> Room {
    let mut room = Room::open().await;
    let english = content("In English");
    let both = with(english.clone(), &[("title", json!({ "en": "Both", "fr": "Les deux" }))]);
    let french =
        with(english.clone(), &[("original_language", json!("fr")), ("title", json!({ "fr": "En français" }))]);
    let contents = [
        with(english.clone(), &[("gcm_objectives", json!(["5", "23"]))]),
        with(both, &[("gcm_objectives", json!(["23"]))]),
        french,
        with(english.clone(), &[("gcm_objectives", json!(["2"]))]),
        english,
    ];
    for (number, content) in (1..).zip(contents) {
        let language = content["original_language"].as_str().unwrap().to_owned();
        let body = if number == 4 { "KEN" } else { "KAZ" };
        room.submit_with(numbered(number), 1, &content, |submitted| {
            (submitted.original_language, submitted.body) = (language, body.to_owned());
        })
        .await;
        room.clock.pass(if number < 5 { DAY } else { 0 });
    }
    room
}

#[tokio::test]
async fn by_objective_language_body_and_age_and_several_at_once() {
    let room = five().await;
    for (query, expected) in [
        ("objective=23", vec![1, 2]),
        ("objective=5", vec![1]),
        ("objective=7", vec![]),
        ("objective=5&objective=2", vec![1, 4]),
        ("language=fr", vec![3]),
        ("language=en", vec![1, 2, 4, 5]),
        ("language=en&language=fr", vec![1, 2, 3, 4, 5]),
        ("language=ar", vec![]),
        ("readable_in=fr", vec![2, 3]),
        ("readable_in=fr&language=en", vec![2]),
        ("body=KEN", vec![4]),
        ("body=KEN&body=KAZ", vec![1, 2, 3, 4, 5]),
        ("waiting_days=3", vec![1, 2]),
        ("waiting_days=4", vec![1]),
        ("waiting_days=5", vec![]),
        ("waiting_days=1&language=en&objective=23&readable_in=fr", vec![2]),
        ("objective=23&body=KEN", vec![]),
        ("turn=moderator", vec![1, 2, 3, 4, 5]),
        ("turn=contributor&turn=nobody", vec![]),
        ("type=event&type=pledge", vec![1, 2, 3, 4, 5]),
        ("stage=desk", vec![]),
    ] {
        assert_eq!(shown(&room, "moderator-a", query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn pages_of_a_filter_that_reads_contents_go_on_where_they_ended() {
    let room = five().await;
    let mut path = "/reviews?objective=23&objective=2&limit=1".to_owned();
    let mut seen = Vec::new();
    for _ in 0..9 {
        let page = room.get("moderator-a", &path).await.is(200);
        seen.extend(entries(&page));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/reviews?objective=23&objective=2&limit=1&cursor={next}");
    }
    assert_eq!(seen, [1, 2, 4]);
}

#[tokio::test]
async fn by_whose_turn_it_is_and_by_state() {
    let mut room = five().await;
    let filed = room.submit(numbered(6), 1, &content("Returned")).await;
    let change = json!({ "field": "title", "language": "en", "text": "Shorter" });
    let body = json!({ "digest": filed.digest, "items": [change] });
    room.post("moderator-a", &format!("/reviews/{}/request-changes", numbered(6)), body).await.is(200);
    let hold = json!({ "awaited": "third-party", "reason": "We ask them" });
    room.post("moderator-a", &format!("/reviews/{}/hold", numbered(5)), hold).await;
    assert_eq!(shown(&room, "moderator-a", "state=any&turn=contributor").await, [6]);
    assert_eq!(
        shown(&room, "moderator-a", "state=changes-requested&state=in-review&waiting_days=1").await,
        [1, 2, 3, 4]
    );
    for query in ["turn=everybody", "state=open", "claimed=the+other", "as_of=yesterday", "as_of=submission/3"] {
        let reply = room.get("moderator-a", &format!("/reviews?{query}")).await.is(400);
        assert_eq!(reply.text("/parameter"), query.split('=').next().unwrap(), "{:#}", reply.body);
    }
    for query in ["language=de", "readable_in=english", "waiting_days=-1", "waiting_days=soon", "body=kaz"] {
        room.get("moderator-a", &format!("/reviews?{query}")).await.is(422);
    }
}

#[tokio::test]
async fn by_who_has_taken_it_up() {
    let room = five().await;
    for (who, number) in [("moderator-a", 1), ("moderator-a", 3), ("moderator-b", 2)] {
        room.post(who, &format!("/reviews/{}/claim", numbered(number)), json!({})).await.is(200);
    }
    let other = room.subject("moderator-b");
    for (query, expected) in [
        ("claimed=me", vec![1, 3]),
        ("mine=true", vec![1, 3]),
        ("claimed=nobody", vec![4, 5]),
        ("claimed=somebody", vec![1, 2, 3]),
        (&format!("claimed={other}"), vec![2]),
        ("claimed=me&language=fr", vec![3]),
        ("claimed=me&objective=23", vec![1]),
        ("claimed=nobody&waiting_days=1", vec![4]),
    ] {
        assert_eq!(shown(&room, "moderator-a", query).await, expected, "{query}");
    }
    room.clock.pass(30 * DAY);
    assert_eq!(shown(&room, "moderator-a", "claimed=somebody").await, Vec::<u8>::new(), "claims end");
}

/// The body of an entry sees that a moderator has taken it up, and never who: neither in the line nor by asking for each.
#[tokio::test]
async fn a_contributor_does_not_find_out_who_has_taken_it_up() {
    let room = five().await;
    room.post("moderator-b", &format!("/reviews/{}/claim", numbered(2)), json!({})).await.is(200);
    let other = room.subject("moderator-b");
    assert_eq!(shown(&room, "contributor-kz", "claimed=somebody").await, [2]);
    assert_eq!(shown(&room, "contributor-kz", &format!("claimed={other}")).await, Vec::<u8>::new());
    assert_eq!(shown(&room, "moderator-a", &format!("claimed={other}")).await, [2]);
}

/// Who may know of an entry and not read it learns nothing of its content by filtering.
#[tokio::test]
async fn filters_tell_nothing_of_contents_that_the_caller_may_not_read() {
    let room = five().await;
    assert_eq!(shown(&room, "contributor-kz", "objective=23").await, [1, 2]);
    assert_eq!(shown(&room, "contributor-kz", "objective=2").await, Vec::<u8>::new(), "another body's");
    assert_eq!(shown(&room, "contributor-ke", "objective=2").await, [4]);
    assert_eq!(shown(&room, "publisher", "objective=23").await, Vec::<u8>::new(), "it is not approved");
}

/// What was erased is gone at once: from the title, from every filter, and from what is kept at hand.
#[tokio::test]
async fn an_erased_content_fits_no_filter_any_more() {
    let mut room = Room::open().await;
    let content = with(content("To be erased"), &[("gcm_objectives", json!(["23"]))]);
    let filed = room.submit(ENTRY, 1, &content).await;
    let line = room.get("moderator-a", "/reviews?objective=23").await.is(200);
    assert_eq!(line.text("/items/0/title"), "To be erased");
    room.forget(&filed);
    let queue = room.get("moderator-a", "/reviews").await.is(200);
    assert_eq!((entries(&queue), queue.body["items"][0].get("title")), (vec![1], None));
    assert_eq!(shown(&room, "moderator-a", "objective=23").await, Vec::<u8>::new());
    assert_eq!(shown(&room, "moderator-a", "readable_in=en").await, Vec::<u8>::new());
}

/// Sixteen entries, of which each objective is rare enough that those who name it are known by name after the first look.
async fn sixteen() -> (Room, Vec<Filed>) {
    let mut room = Room::open().await;
    let mut all = Vec::new();
    for number in 1..=16 {
        let objective = (number % 8 + 1).to_string();
        let content = with(content("An event"), &[("gcm_objectives", json!([objective]))]);
        let body = if number <= 8 { "KAZ" } else { "KEN" };
        all.push(room.submit_with(numbered(number), 1, &content, |submitted| submitted.body = body.to_owned()).await);
        room.clock.pass(DAY);
    }
    // No second may end between two answers that are compared.
    room.clock.pass(Micros::SECOND / 2);
    (room, all)
}

/// Asked twice: the first opens all contents, the second goes among those that are known.
async fn twice(room: &Room, who: &str, query: &str) -> Vec<u8> {
    let first = shown(room, who, query).await;
    assert_eq!(shown(room, who, query).await, first, "{who}: {query}");
    super::counts::agree(room, who, &format!("state=any&{query}")).await;
    first
}

#[tokio::test]
async fn a_rare_objective_is_found_again_and_follows_what_is_submitted_and_erased() {
    let (mut room, all) = sixteen().await;
    assert_eq!(twice(&room, "moderator-a", "objective=8").await, [7, 15]);
    assert_eq!(twice(&room, "moderator-a", "objective=20").await, Vec::<u8>::new());
    for (who, expected) in [("contributor-kz", vec![7]), ("contributor-ke", vec![15]), ("publisher", vec![])] {
        assert_eq!(twice(&room, who, "objective=8").await, expected, "{who}");
    }
    let digest = room.get("moderator-a", &format!("/reviews/{}", numbered(7))).await.text("/digest").to_owned();
    let change = json!({ "field": "title", "language": "en", "text": "Shorter" });
    let body = json!({ "digest": digest, "items": [change] });
    room.post("moderator-a", &format!("/reviews/{}/request-changes", numbered(7)), body).await.is(200);
    assert_eq!(twice(&room, "moderator-a", "objective=8&state=any").await, [15, 7]);
    room.submit(numbered(7), 2, &with(content("Shorter"), &[("gcm_objectives", json!(["20"]))])).await;
    assert_eq!(twice(&room, "moderator-a", "objective=8&state=any").await, [15]);
    assert_eq!(twice(&room, "moderator-a", "objective=20").await, [7]);
    room.submit(numbered(17), 1, &with(content("New"), &[("gcm_objectives", json!(["8"]))])).await;
    assert_eq!(twice(&room, "moderator-a", "objective=8").await, [15, 17]);
    room.forget(&all[14]);
    assert_eq!(twice(&room, "moderator-a", "objective=8").await, [17]);
}

/// Erased contents leave the memory whoever looks at whatever.
#[tokio::test]
async fn what_was_erased_is_not_kept_at_hand_though_nobody_looks_at_it() {
    let (room, all) = sixteen().await;
    shown(&room, "moderator-a", "objective=8").await;
    assert_eq!(room.desk().gists.kept(), 16);
    room.forget(&all[14]);
    shown(&room, "contributor-kz", "objective=20").await;
    assert_eq!(room.desk().gists.kept(), 15);
}

#[tokio::test]
async fn an_entry_that_moves_between_two_pages_is_shown_once() {
    let mut room = five().await;
    let first = room.get("moderator-a", "/reviews?limit=2").await.is(200);
    assert_eq!(entries(&first), [1, 2]);
    let digest = room.get("moderator-a", &format!("/reviews/{}", numbered(1))).await.text("/digest").to_owned();
    let change = json!({ "field": "title", "language": "en", "text": "Shorter" });
    let body = json!({ "digest": digest, "items": [change] });
    room.post("moderator-a", &format!("/reviews/{}/request-changes", numbered(1)), body).await.is(200);
    room.submit(numbered(1), 2, &content("Shorter")).await;
    room.submit(numbered(7), 1, &content("New")).await;
    let mut path = format!("/reviews?limit=2&cursor={}", first.text("/next"));
    let mut rest = Vec::new();
    loop {
        let page = room.get("moderator-a", &path).await.is(200);
        rest.extend(entries(&page));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/reviews?limit=2&cursor={next}");
    }
    assert_eq!(rest, [3, 4, 5], "the first is not shown again, the new one comes to whoever begins again");
    assert_eq!(shown(&room, "moderator-a", "").await, [2, 3, 4, 5, 1, 7]);
}
