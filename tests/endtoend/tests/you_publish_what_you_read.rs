//! P5: a decision names the content it judged, and holds for that content alone.

use std::{sync::Barrier, thread};

use dossier_endtoend::{
    Answer, Caller, Entry, House,
    acts::text,
    people::{AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B},
    records::{described, event},
    until,
};
use serde_json::{Value, json};

/// Rounds of a race. Each takes about 30 ms.
const ROUNDS: usize = 50;

/// An entry that was submitted, read, recalled, changed and submitted again; the digest that was read.
fn changed_behind_the_moderator(house: &House) -> (Entry, Value) {
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
    let entry = contributor.file(&described("A forum", "What the moderator read."));
    let read = moderator.review(&entry);
    contributor.post(&entry.draft("/recall"), &json!({})).expect(202);
    contributor.wait_for(&entry, "draft");
    contributor.save(&entry, &described("A forum", "What nobody has read."));
    contributor.submit(&entry, "The description.");
    let opened = |review: &Value| review["digest"] != read["digest"];
    until("moderation has the other content", || Some(moderator.review(&entry)).filter(opened));
    (entry, read)
}

fn changed_fields(document: &Value) -> Vec<&str> {
    let changed = document["difference"]["changed"].as_array();
    changed.into_iter().flatten().map(|one| text(one, "field")).collect()
}

#[test]
fn p5_what_was_changed_after_it_was_read_is_not_published() {
    let house = House::new();
    let (entry, read) = changed_behind_the_moderator(&house);
    let moderator = house.caller(MODERATOR_A);
    let note = "I have read the first text.";
    let approval = json!({"digest": read["digest"], "note": note});
    let refused = moderator.post(&entry.review("/approve"), &approval).problem(409, "digest-mismatch");
    let now = moderator.review(&entry);
    assert_eq!(refused["code"], "digest-mismatch");
    assert_eq!(refused["digest"], now["digest"], "the current digest is in the answer");
    assert_ne!(refused["digest"], read["digest"]);
    assert_eq!(changed_fields(&refused), ["description"], "the difference is in the answer: {refused}");
    let shown = refused["difference"].to_string();
    assert!(shown.contains("nobody has read") || shown.contains("nobody"), "{shown}");
    assert_eq!(refused["sent"]["note"], note, "what was typed comes back");
    assert_eq!(refused["recorded"]["origin"], "moderation", "the attempt is on record");
    assert_eq!(house.nobody().get("/api/v1/entries").expect(200)["total"], 0);
    assert_eq!(house.nobody().get(&entry.public("")).status, 404);
    assert_eq!(house.caller(CONTRIBUTOR_KZ).state(&entry), "in-review");
    let recorded = house.caller(AUDITOR).trail(&entry);
    let attempt = recorded.iter().find(|step| step["place"]["sequence"] == refused["recorded"]["sequence"]);
    assert!(attempt.is_some_and(|step| text(step, "sentence").contains("digest-mismatch")), "{recorded:?}");
    moderator.approve(&entry, text(&now, "digest")).expect(200);
    house.caller(CONTRIBUTOR_KZ).wait_for(&entry, "published");
    let public = house.nobody().get(&entry.public("")).expect(200);
    assert_eq!(public["content"]["description"]["en"], "What nobody has read.");
    assert_eq!(public["digest"], now["digest"]);
}

#[test]
fn p5_every_decision_on_another_digest_is_refused() {
    let house = House::new();
    let (entry, read) = changed_behind_the_moderator(&house);
    let moderator = house.caller(MODERATOR_A);
    let items = json!([{"field": "title", "text": "Say which."}]);
    for (act, body) in [
        ("/approve", json!({"digest": read["digest"]})),
        ("/refuse", json!({"digest": read["digest"], "code": "spam", "reason": "So it is."})),
        ("/request-changes", json!({"digest": read["digest"], "items": items})),
        ("/comment", json!({"digest": read["digest"], "field": "title", "text": "Too long."})),
        ("/approve", json!({"digest": "0".repeat(64)})),
    ] {
        let refused = moderator.post(&entry.review(act), &body).problem(409, "digest-mismatch");
        assert_eq!(refused["digest"], moderator.review(&entry)["digest"], "{act}");
    }
    let review = moderator.review(&entry);
    assert_eq!((&review["state"], &review["comments"]), (&json!("in-review"), &json!([])));
}

#[test]
fn p5_an_approval_publishes_the_approved_content_and_not_a_newer_draft() {
    let house = House::new();
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let entry = contributor.file(&described("A forum", "What is read."));
    let etag = text(&contributor.entry(&entry), "etag").to_owned();
    let newer = json!({"content": described("A forum", "Typed while it is in review.")});
    contributor.put(&entry.draft("/draft"), &etag, &newer).problem(409, "wrong-state");
    house.caller(MODERATOR_A).read_and_approve(&entry);
    contributor.wait_for(&entry, "published");
    contributor.post(&entry.draft("/revise"), &json!({})).expect(200);
    contributor.save(&entry, &described("A forum", "A draft of the next edition."));
    let public = || house.nobody().get(&entry.public("")).expect(200)["content"]["description"]["en"].clone();
    assert_eq!(public(), "What is read.");
    contributor.submit(&entry, "More.");
    house.caller(MODERATOR_A).review(&entry);
    assert_eq!(public(), "What is read.", "a revision in review leaves the public edition alone");
}

/// What one of two people was answered.
struct Race {
    recall: Answer,
    approval: Answer,
}

/// How many looks at something else one of the two takes first: the one who decides, or below zero the one who recalls.
/// It follows the outcome, so that the race stays close on whatever machine, and both orders come about.
#[derive(Debug, Default)]
struct Handicap(i32);

impl Handicap {
    fn of_approval(&self) -> i32 {
        self.0.max(0)
    }

    fn of_recall(&self) -> i32 {
        (-self.0).max(0)
    }

    fn follow(&mut self, approved: bool, has_met_both: bool) {
        // Far from a close race the steps grow.
        let step = if has_met_both { 1 } else { 1 + self.0.abs() };
        self.0 += if approved { step } else { -step };
    }
}

fn race(contributor: &Caller, moderator: &Caller, entry: &Entry, digest: &str, handicap: &Handicap) -> Race {
    let start = Barrier::new(2);
    let look = |caller: &Caller, times| (0..times).for_each(|_| drop(caller.get("/healthz")));
    thread::scope(|scope| {
        let recall = scope.spawn(|| {
            start.wait();
            look(contributor, handicap.of_recall());
            contributor.post(&entry.draft("/recall"), &json!({}))
        });
        let approval = scope.spawn(|| {
            start.wait();
            look(moderator, handicap.of_approval());
            moderator.approve(entry, digest)
        });
        Race { recall: recall.join().expect("it ends"), approval: approval.join().expect("it ends") }
    })
}

/// One of both won, and contributor, moderator and public are told the same. Answers whether the approval won.
fn check_outcome(house: &House, entry: &Entry, race: Race) -> bool {
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_B));
    let approved = race.approval.is_success();
    let recalled_too_late = race.recall.status == 409;
    if approved {
        contributor.wait_for(entry, "published");
        if recalled_too_late {
            let refused = race.recall.json();
            assert!(["/problems/too-late", "/problems/wrong-state"].contains(&text(&refused, "type")), "{refused}");
        } else {
            race.recall.expect(202);
            // The answer follows the edition: moderation hears of the request after it decided.
            let told = until("the body is told that it was too late", || {
                let mine = contributor.entry(entry);
                let mut messages = mine["messages"].as_array().into_iter().flatten();
                messages.find(|one| one["kind"] == "request-too-late").cloned()
            });
            assert_eq!(told["because"]["origin"], "moderation", "the event that came first is named: {told}");
        }
        assert_eq!(contributor.entry(entry)["asked"], Value::Null, "the request is answered");
        let review = moderator.get(&entry.review("")).expect(200);
        assert!(["approved", "published"].contains(&text(&review, "state")), "{review}");
        assert_eq!(house.nobody().get(&entry.public("")).status, 200);
    } else {
        race.recall.expect(202);
        let refused = race.approval.problem(409, "wrong-state");
        assert_eq!(refused["code"], "review-ended", "{refused}");
        assert_eq!(refused["because"]["origin"], "moderation", "the event that ended it is named: {refused}");
        contributor.wait_for(entry, "draft");
        assert_eq!(moderator.get(&entry.review("")).expect(200)["state"], "recalled");
        assert_eq!(house.nobody().get(&entry.public("")).status, 404);
    }
    approved
}

#[test]
fn p5_a_recall_and_an_approval_one_wins_and_both_sides_say_the_same() {
    let house = House::new();
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
    let filed: Vec<_> = (0..ROUNDS).map(|round| contributor.file(&event(&format!("Round {round}")))).collect();
    let (mut handicap, mut won) = (Handicap::default(), 0);
    for (round, entry) in filed.iter().enumerate() {
        let digest = text(&moderator.review(entry), "digest").to_owned();
        let approved = check_outcome(&house, entry, race(&contributor, &moderator, entry, &digest, &handicap));
        won += usize::from(approved);
        handicap.follow(approved, (1..=round).contains(&won));
    }
    assert_eq!(house.nobody().get("/api/v1/entries").expect(200)["total"], won);
    assert!((1..ROUNDS).contains(&won), "only one order came about: {won} of {ROUNDS} were approved ({handicap:?})");
}

#[test]
fn p5_a_recall_before_the_approval_wins() {
    let house = House::new();
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
    let entry = contributor.file(&event("Recalled in time"));
    let digest = text(&moderator.review(&entry), "digest").to_owned();
    let recall = contributor.post(&entry.draft("/recall"), &json!({}));
    contributor.wait_for(&entry, "draft");
    let approval = moderator.approve(&entry, &digest);
    assert!(!check_outcome(&house, &entry, Race { recall, approval }));
}

#[test]
fn p5_an_approval_before_the_recall_wins() {
    let house = House::new();
    let (contributor, moderator) = (house.caller(CONTRIBUTOR_KZ), house.caller(MODERATOR_A));
    let entry = contributor.file(&event("Recalled too late"));
    let digest = text(&moderator.review(&entry), "digest").to_owned();
    let approval = moderator.approve(&entry, &digest);
    let recall = contributor.post(&entry.draft("/recall"), &json!({}));
    assert!(check_outcome(&house, &entry, Race { recall, approval }));
}
