//! Two people at the same draft: nobody overwrites what they have not read, and nothing typed is lost.

use std::{sync::Barrier, thread};

use dossier_endtoend::{
    Answer, Caller, Entry, House,
    acts::text,
    people::{CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER},
    records::{described, event},
    until,
};
use serde_json::{Value, json};

/// Rounds of a race. Each takes about 10 ms.
const ROUNDS: usize = 40;

fn with_two_editors() -> (House, Caller, Caller) {
    let house = House::new();
    house.designate(PUBLISHER, "contributor", Some("KAZ"));
    let (one, other) = (house.caller(CONTRIBUTOR_KZ), house.caller(PUBLISHER));
    let first = one.begin(&event("To see whether both may write"));
    until("the second editor is known", || other.get(&first.draft("")).is_success().then_some(()));
    (house, one, other)
}

fn put(caller: &Caller, entry: &Entry, if_match: Option<&str>, content: &Value) -> Answer {
    let headers: Vec<_> = if_match.map(|tag| ("if-match", tag)).into_iter().collect();
    let body = json!({"content": content}).to_string();
    caller.send("PUT", &entry.draft("/draft"), &headers, Some(body.as_bytes()))
}

#[test]
fn a_draft_is_not_overwritten_by_who_has_not_read_it() {
    let (_house, one, other) = with_two_editors();
    let entry = one.begin(&described("A forum", "As both have read it."));
    let read = one.entry(&entry);
    assert_eq!(other.entry(&entry), read);
    let etag = text(&read, "etag");
    assert_eq!(one.get(&entry.draft("")).etag(), etag, "the header and the document say the same");
    let saved = put(&one, &entry, Some(etag), &described("A forum", "One was faster.")).expect(200);
    assert_ne!(text(&saved, "etag"), etag);
    let typed = described("A forum", "The other one typed this.");
    let refused = put(&other, &entry, Some(etag), &typed);
    assert_eq!(refused.etag(), text(&saved, "etag"), "the answer names the version there is");
    let refused = refused.problem(412, "stale-version");
    assert_eq!(refused["current"], saved["etag"]);
    assert_eq!(refused["read_digest"], read["digest"], "{refused}");
    assert_eq!(refused["current_digest"], saved["digest"], "{refused}");
    let difference = refused["difference"].to_string();
    for words in ["faster", "other"] {
        assert!(difference.contains(words), "{words:?} is not in the difference: {difference}");
    }
    assert_eq!(one.entry(&entry)["content"]["description"]["en"], "One was faster.");
    // With the newer version read, what was typed is saved: nothing is lost.
    put(&other, &entry, Some(text(&saved, "etag")), &typed).expect(200);
    assert_eq!(one.entry(&entry)["content"]["description"]["en"], "The other one typed this.");
}

#[test]
fn a_write_to_a_draft_says_which_version_it_changes() {
    let (_house, one, _) = with_two_editors();
    let entry = one.begin(&event("A forum"));
    let content = described("A forum", "Changed.");
    put(&one, &entry, None, &content).problem(428, "precondition-required");
    for stale in
        ["\"d0\"", "\"d999\"", "\"r1\"", "\"e1\"", "\"anything\"", "\"d2\", \"r1\"", "\"d18446744073709551615\""]
    {
        put(&one, &entry, Some(stale), &content).problem(412, "stale-version");
    }
    for malformed in ["d1", "W/\"d1\"", "\"d1", "", "\"d1\" \"d2\""] {
        put(&one, &entry, Some(malformed), &content).problem(400, "malformed-header");
    }
    assert_eq!(one.entry(&entry)["version"], 1);
    let listed = put(&one, &entry, Some("\"d7\", \"d1\""), &content).expect(200);
    assert_eq!(listed["version"], 2);
    put(&one, &entry, Some("*"), &event("A forum")).expect(200);
}

#[test]
fn saving_what_is_there_is_no_new_version() {
    let (house, one, _) = with_two_editors();
    let entry = one.begin(&described("A forum", "The same."));
    let before = one.entry(&entry);
    let events = house.figure("dossier_events_total{origin=\"submission\"}");
    // The same content, its members in another order and with other blanks.
    let etag = text(&before, "etag").to_owned();
    let mut members: Vec<String> = before["content"]
        .as_object()
        .expect("an object")
        .iter()
        .map(|(key, value)| format!("\"{key}\":  {value}"))
        .collect();
    members.reverse();
    let body = format!("{{ \"content\" : {{ {} }} }}", members.join(" ,\n"));
    let saved = one.send("PUT", &entry.draft("/draft"), &[("if-match", &etag)], Some(body.as_bytes()));
    assert_eq!(saved.etag(), etag);
    assert_eq!(saved.expect(200)["revision"], before["revision"]);
    assert_eq!(house.figure("dossier_events_total{origin=\"submission\"}"), events, "an event was written for nothing");
}

#[test]
fn of_two_who_save_at_once_one_wins_and_the_other_is_told() {
    let (_house, one, other) = with_two_editors();
    let entry = one.begin(&event("A forum"));
    for round in 0..ROUNDS {
        let etag = text(&one.entry(&entry), "etag").to_owned();
        let start = Barrier::new(2);
        let save = |caller: &Caller, who: &str| {
            start.wait();
            put(caller, &entry, Some(&etag), &described("A forum", &format!("{who} in round {round}")))
        };
        let (first, second) = thread::scope(|scope| {
            let first = scope.spawn(|| save(&one, "One"));
            let second = scope.spawn(|| save(&other, "The other"));
            (first.join().expect("it ends"), second.join().expect("it ends"))
        });
        let (won, lost) = if first.is_success() { (first, second) } else { (second, first) };
        let won = won.expect(200);
        let lost = lost.problem(412, "stale-version");
        assert_eq!(lost["current_digest"], won["digest"]);
        assert_eq!(one.entry(&entry)["content"], won["content"]);
    }
    assert_eq!(one.entry(&entry)["version"], 1 + ROUNDS);
}

#[test]
fn what_others_do_never_moves_a_drafts_version() {
    let (house, one, _) = with_two_editors();
    let entry = one.file(&event("A forum"));
    let submitted = one.entry(&entry)["version"].clone();
    let moderator = house.caller(MODERATOR_A);
    let digest = moderator.review(&entry)["digest"].clone();
    moderator.post(&entry.review("/claim"), &json!({})).expect(200);
    let items = json!([{"field": "title", "text": "Say which."}]);
    moderator.post(&entry.review("/request-changes"), &json!({"digest": digest, "items": items})).expect(200);
    let returned = one.wait_for(&entry, "changes-requested");
    assert_eq!(returned["version"], submitted);
    let etag = text(&returned, "etag").to_owned();
    put(&one, &entry, Some(&etag), &described("A forum", "Mended.")).expect(200);
    one.submit(&entry, "Which.");
    let again = one.entry(&entry)["version"].clone();
    moderator.read_and_approve(&entry);
    assert_eq!(one.wait_for(&entry, "published")["version"], again);
}

#[test]
fn reviews_and_editions_keep_to_the_version_that_was_read() {
    let (house, one, _) = with_two_editors();
    let entry = one.file(&event("A forum"));
    let moderator = house.caller(MODERATOR_A);
    let digest = text(&moderator.review(&entry), "digest").to_owned();
    let etag = moderator.get(&entry.review("")).etag().to_owned();
    let comment = json!({"digest": digest, "text": "Hm."});
    let with = |path: &str, tag: &str, body: &Value| {
        moderator.send("POST", path, &[("if-match", tag)], Some(body.to_string().as_bytes()))
    };
    with(&entry.review("/comment"), &etag, &comment).expect(200);
    let refused = with(&entry.review("/approve"), &etag, &json!({"digest": digest}));
    assert_eq!(refused.etag(), moderator.get(&entry.review("")).etag());
    refused.problem(412, "stale-version");
    moderator.approve(&entry, &digest).expect(200);
    one.wait_for(&entry, "published");
    let public = house.nobody().get(&entry.public(""));
    let read = public.etag().to_owned();
    let known = house.nobody().send("GET", &entry.public(""), &[("if-none-match", &read)], None);
    assert_eq!((known.status, known.body.len()), (304, 0));
    house.publish_again(&entry, &described("A forum", "The next edition."));
    let changed = house.nobody().send("GET", &entry.public(""), &[("if-none-match", &read)], None);
    assert_eq!(changed.expect(200)["edition"], 2);
    let retraction = json!({"reason": "factual_error", "explanation": "It did not take place."}).to_string();
    let publisher = house.caller(PUBLISHER);
    let stale = publisher.send("POST", &entry.public("/retract"), &[("if-match", &read)], Some(retraction.as_bytes()));
    stale.problem(412, "stale-version");
    assert_eq!(house.nobody().get(&entry.public("")).status, 200, "nothing was retracted");
}
