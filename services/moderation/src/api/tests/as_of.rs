//! The queue as it stood (P8): what was answered then is answered again, to whoever may see it today.

use dossier_engine::{Clock as _, testing::Dice};
use dossier_proto::{EntryId, Micros};
use serde_json::{Value, json};

use super::{counts::agree, room::*};

const HOUR: i64 = 3_600 * Micros::SECOND;

/// What was answered at a moment.
struct Answered {
    /// Between what had happened before and what came next.
    instant: String,
    /// The last event then.
    place: String,
    list: Value,
    counts: Value,
}

const QUERIES: [&str; 4] =
    ["state=any", "state=in-review", "state=any&objective=23&turn=moderator", "state=any&claimed=somebody"];

fn numbered(number: usize) -> EntryId {
    EntryId([u8::try_from(number).unwrap() + 1; 16])
}

/// Lines and counts without what the clock does to them: seconds waited.
async fn answers(room: &Room, who: &str, as_of: &str) -> (Value, Value) {
    let (mut lists, mut all_counts) = (Vec::new(), Vec::new());
    for query in QUERIES {
        let list = room.get(who, &format!("/reviews?limit=200&{query}{as_of}")).await.is(200);
        let counts = room.get(who, &format!("/reviews/counts?{query}{as_of}")).await.is(200);
        lists.push(list.body["items"].clone());
        let mut counts = counts.body;
        counts.as_object_mut().unwrap().remove("as_of");
        all_counts.push(counts);
    }
    (Value::Array(lists), Value::Array(all_counts))
}

async fn something_happens(room: &mut Room, dice: &mut Dice) {
    let id = numbered(usize::try_from(dice.below(6)).unwrap());
    let path = format!("/reviews/{id}");
    let review = room.get("moderator-a", &path).await;
    let Some(digest) = review.body["digest"].as_str() else {
        return submit(room, id, 1, dice).await;
    };
    let with_the_body = ["changes-requested", "recalled"].contains(&review.text("/state"));
    if with_the_body && dice.one_in(2) {
        let revision = u32::try_from(review.body["revision"].as_u64().unwrap()).unwrap() + 1;
        return submit(room, id, revision, dice).await;
    }
    let who = *dice.pick(&["moderator-a", "moderator-b"]);
    let change = json!({ "field": "title", "language": "en", "text": "Shorter" });
    let (act, body) = match dice.below(7) {
        0 => ("claim", json!({})),
        1 => ("release", json!({})),
        2 => ("request-changes", json!({ "digest": digest, "items": [change] })),
        3 => ("hold", json!({ "awaited": "contributor", "reason": "We ask" })),
        4 => ("resume", json!({})),
        5 => ("refuse", json!({ "digest": digest, "code": "spam", "reason": "It is spam" })),
        _ => ("approve", json!({ "digest": digest })),
    };
    // What is refused is a part of the story too.
    room.post(who, &format!("{path}/{act}"), body).await;
    let is_approved = room.get("moderator-a", &path).await.body["state"] == "approved";
    if is_approved && dice.one_in(2) {
        room.publish(id, 1).await;
    }
}

async fn submit(room: &mut Room, id: EntryId, revision: u32, dice: &mut Dice) {
    let mut content = content(&format!("Revision {revision}"));
    if dice.one_in(2) {
        content["gcm_objectives"] = json!(["23"]);
    }
    room.submit(id, revision, &content).await;
}

async fn remember(room: &Room) -> Answered {
    let (list, counts) = answers(room, "moderator-a", "").await;
    let size = room.size();
    Answered {
        instant: dossier_web::moment::written(room.clock.now()),
        place: format!("moderation/{}", size - 1),
        list,
        counts,
    }
}

/// Waiting times are as of the moment: to the second, the live answer was given in it.
fn same(one: &Value, other: &Value, what: &str) {
    assert_eq!(without_seconds(one.clone()), without_seconds(other.clone()), "{what}");
}

fn without_seconds(mut value: Value) -> Value {
    match &mut value {
        Value::Object(members) => {
            for name in ["waiting_seconds", "oldest_seconds", "held_seconds"] {
                // Within a minute: the story's clock moves by microseconds while it is looked at, and by hours between.
                if let Some(seconds) = members.get_mut(name) {
                    *seconds = json!(seconds.as_u64().unwrap() / 60);
                }
            }
            members.values_mut().for_each(|member| *member = without_seconds(member.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_seconds(item.take())),
        _ => {}
    }
    value
}

async fn tell_a_story(seed: u64) {
    let mut dice = Dice::new(seed);
    let mut room = Room::open().await;
    let mut moments = Vec::new();
    for step in 0..60 {
        something_happens(&mut room, &mut dice).await;
        room.clock.pass(Micros::SECOND);
        if step % 6 == 5 {
            moments.push(remember(&room).await);
        }
        room.clock.pass(i64::try_from(dice.below(3)).unwrap() * HOUR + Micros::SECOND);
    }
    while !moments.is_empty() {
        let at = usize::try_from(dice.below(moments.len() as u64)).unwrap();
        let Answered { instant, place, list, counts } = moments.swap_remove(at);
        let then = answers(&room, "moderator-a", &format!("&as_of={instant}")).await;
        same(&then.0, &list, &format!("the list as of {instant}, seed {seed}"));
        same(&then.1, &counts, &format!("the counts as of {instant}, seed {seed}"));
        let page = room.get("moderator-a", &format!("/reviews?as_of={instant}")).await.is(200);
        let position = &page.body["as_of"]["position"];
        assert_eq!(format!("moderation/{}", position["sequence"]), place, "seed {seed}");
        assert_eq!(page.body["as_of"]["instant"], json!(instant));
        for who in ["moderator-b", "publisher", "contributor-kz", "contributor-ke"] {
            agree(&room, who, &format!("state=any&as_of={place}")).await;
        }
    }
}

#[tokio::test]
async fn what_was_answered_then_is_answered_again() {
    let seed = std::env::var("DOSSIER_SEED").ok().map_or_else(
        || u64::from_be_bytes(*dossier_engine::fresh_id().0.last_chunk().unwrap()) >> 32,
        |seed| seed.parse().unwrap(),
    );
    println!("DOSSIER_SEED={seed}");
    tell_a_story(seed).await;
}

#[tokio::test]
async fn what_was_answered_then_is_answered_again_after_a_start() {
    let mut room = Room::open().await;
    room.submit(ENTRY, 1, &content("The first")).await;
    room.clock.pass(HOUR);
    let then = remember(&room).await;
    room.clock.pass(HOUR);
    room.submit(OTHER, 1, &content("The second")).await;
    let room = room.restarted().await;
    let again = answers(&room, "moderator-a", &format!("&as_of={}", then.instant)).await;
    same(&again.0, &then.list, "the list");
    same(&again.1, &then.counts, "the counts");
}

#[tokio::test]
async fn pages_of_a_moment_hold_still() {
    let mut room = Room::open().await;
    for number in 0..5 {
        room.submit(numbered(number), 1, &content("An event")).await;
    }
    room.clock.pass(HOUR);
    let instant = dossier_web::moment::written(room.clock.now());
    room.clock.pass(HOUR);
    let mut path = format!("/reviews?limit=2&as_of={instant}");
    let mut seen = Vec::new();
    loop {
        let page = room.get("moderator-a", &path).await.is(200);
        let items = page.body["items"].as_array().unwrap();
        seen.extend(items.iter().map(|line| line["entry"].as_str().unwrap().to_owned()));
        let waiting = items[0]["waiting_seconds"].as_u64().unwrap();
        assert!((3_600..3_700).contains(&waiting), "as of that moment: {waiting}");
        let digest = items[0]["digest"].clone();
        let body = json!({ "digest": digest, "code": "spam", "reason": "It is spam" });
        room.post("moderator-a", &format!("/reviews/{}/refuse", seen.last().unwrap()), body).await;
        room.submit(EntryId([0xa0 + u8::try_from(seen.len()).unwrap(); 16]), 1, &content("Later")).await;
        let Some(next) = page.body["next"].as_str() else { break };
        let elsewhere = room.get("moderator-a", &format!("/reviews?limit=2&cursor={next}")).await;
        elsewhere.is(400);
        path = format!("/reviews?limit=2&as_of={instant}&cursor={next}");
    }
    let expected: Vec<_> = (0..5).map(|number| numbered(number).to_string()).collect();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_moment_that_is_not_settled_is_a_conflict() {
    let room = Room::open().await;
    let size = room.size();
    for as_of in ["2099-01-01T00:00:00Z".to_owned(), format!("moderation/{size}"), "moderation/1/0".to_owned()] {
        for path in ["/reviews", "/reviews/counts"] {
            let reply = room.get("moderator-a", &format!("{path}?as_of={as_of}")).await.is(409);
            assert!(reply.text("/type").ends_with("/not-settled"), "{:#}", reply.body);
        }
    }
    let before = room.get("moderator-a", "/reviews?as_of=2000-01-01T00:00:00Z").await.is(200);
    assert_eq!(before.body, json!({ "items": [], "as_of": { "instant": "2000-01-01T00:00:00Z" } }));
    for as_of in ["2026-03-09", "moderation", "moderation/1/2/3", "moderation/x", "audit/0", "-1"] {
        room.get("moderator-a", &format!("/reviews?as_of={as_of}")).await.is(400);
    }
}

/// A moment selects facts, never rights: what somebody may see is judged by what is designated, approved and erased now.
#[tokio::test]
async fn a_moment_gives_nobody_rights_they_do_not_have_today() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("As submitted")).await;
    let other = room.submit(OTHER, 1, &content("To be erased")).await;
    room.clock.pass(HOUR);
    let as_of = format!("state=any&as_of={}", dossier_web::moment::written(room.clock.now()));
    room.clock.pass(HOUR);
    let seen = async |room: &Room, who: &str| -> Vec<Value> {
        let queue = room.get(who, &format!("/reviews?{as_of}")).await.is(200);
        queue.body["items"].as_array().unwrap().iter().map(|line| line["title"].clone()).collect()
    };
    assert_eq!(seen(&room, "publisher").await, Vec::<Value>::new(), "nothing is approved today");
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    let approved = room.get("publisher", &format!("/reviews?{as_of}")).await.is(200);
    assert_eq!(approved.body["items"][0]["state"], "in-review", "it is approved today, and was in review then");
    assert_eq!(seen(&room, "publisher").await, ["As submitted"]);
    room.forget(&other);
    assert_eq!(seen(&room, "moderator-b").await, [json!("As submitted"), Value::Null], "erased words stay erased");
    // Who was a moderator then, and is not today, sees nothing of then.
    let designations = room.get("administrator", "/designations?limit=200").await.is(200);
    let subject = room.subject("moderator-b").to_string();
    let held = designations.body["items"].as_array().unwrap().iter();
    let id = held.filter(|held| held["subject"] == json!(subject)).map(|held| held["id"].as_str().unwrap()).next();
    let revoke = format!("/designations/{}/revoke", id.unwrap());
    room.post("administrator", &revoke, json!({})).await.is(200);
    room.get("moderator-b", &format!("/reviews?{as_of}")).await.is(403);
    room.get("moderator-b", &format!("/reviews/counts?{as_of}")).await.is(403);
}

/// What came, left and moved between two moments is what two lists of those moments say.
#[tokio::test]
async fn the_difference_of_two_moments_is_that_of_their_lists() {
    let mut room = Room::open().await;
    let mut dice = Dice::new(11);
    let mut moments = Vec::new();
    for step in 0..50 {
        something_happens(&mut room, &mut dice).await;
        room.clock.pass(Micros::SECOND);
        if step % 8 == 7 {
            moments.push(dossier_web::moment::written(room.clock.now()));
        }
        room.clock.pass(HOUR);
    }
    let entries = async |moment: &String| -> Vec<(String, Value)> {
        let list = room.get("moderator-a", &format!("/reviews?limit=200&as_of={moment}")).await.is(200);
        let line = |line: &Value| (line["entry"].as_str().unwrap().to_owned(), line["turn"]["since"].clone());
        list.body["items"].as_array().unwrap().iter().map(line).collect()
    };
    let mut changed = 0;
    for (from, to) in moments.iter().zip(&moments[1..]) {
        let (before, after) = (entries(from).await, entries(to).await);
        let told = room.get("moderator-a", &format!("/reviews/difference?from={from}&to={to}")).await.is(200);
        let named = |what: &str| -> Vec<String> {
            let lines = told.body[what].as_array().unwrap().iter();
            lines.map(|line| line["entry"].as_str().unwrap().to_owned()).collect()
        };
        let without = |some: &[(String, Value)], others: &[(String, Value)]| -> Vec<String> {
            let mut left: Vec<_> = some.iter().filter(|one| others.iter().all(|other| one.0 != other.0)).collect();
            left.sort_by(|one, other| one.0.cmp(&other.0));
            left.into_iter().map(|one| one.0.clone()).collect()
        };
        assert_eq!(named("came"), without(&after, &before), "{:#}", told.body);
        assert_eq!(named("left"), without(&before, &after), "{:#}", told.body);
        for (entry, since) in &after {
            let was = before.iter().find(|one| one.0 == *entry);
            if was.is_some_and(|was| was.1 != *since) {
                assert!(named("moved").contains(entry), "{:#}", told.body);
            }
        }
        changed += named("came").len() + named("left").len();
        let nobody = room.get("contributor-ke", &format!("/reviews/difference?from={from}&to={to}")).await.is(200);
        assert_eq!((&nobody.body["came"], &nobody.body["left"]), (&json!([]), &json!([])), "rights are those of today");
        room.get("administrator", &format!("/reviews/difference?from={from}&to={to}")).await.is(403);
    }
    assert!(changed > 3, "the story showed too little");
    for (query, parameter) in [
        ("", "from"),
        ("?to=2026-03-01T00:00:00Z", "from"),
        ("?from=2026-03-01T00:00:00Z", "to"),
        ("?from=2026-03-01T00:00:00Z&to=", "to"),
        ("?from=yesterday&to=2026-03-01T00:00:00Z", "from"),
        ("?from=moderation/0&to=submission/1", "to"),
    ] {
        let problem = room.get("moderator-a", &format!("/reviews/difference{query}")).await.is(400);
        assert_eq!(problem.body["parameter"], parameter, "{query}: {:#}", problem.body);
        assert!(problem.body["detail"].as_str().unwrap().starts_with(parameter), "{query}: {:#}", problem.body);
    }
    room.get("moderator-a", "/reviews/difference?from=2026-03-01T00:00:00Z&to=2099-01-01T00:00:00Z").await.is(409);
}
