//! P6: nobody approves their own words.

use dossier_endtoend::{
    Entry, House,
    acts::text,
    people::{AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B, Person},
    records::{described, event},
    until,
};
use serde_json::{Value, json};

/// Moderator B writes for Kazakhstan too.
fn with_a_moderator_who_writes() -> House {
    let house = House::new();
    house.designate(MODERATOR_B, "contributor", Some("KAZ"));
    let writer = house.caller(MODERATOR_B);
    let draft = json!({"type": "event", "language": "en", "content": event("The designation is heard of")});
    until("submission has heard of it", || {
        writer.post("/contribute/api/v1/entries", &draft).is_success().then_some(())
    });
    house
}

/// The events of an entry at which somebody wrote.
fn written_by(house: &House, entry: &Entry, who: Person) -> Vec<u64> {
    let steps = house.caller(AUDITOR).trail(entry);
    let wrote = steps.iter().filter(|step| {
        step["by"]["name"] == who.name && ["draft-started", "draft-saved"].contains(&text(step, "kind"))
    });
    wrote.filter_map(|step| step["place"]["sequence"].as_u64()).collect()
}

fn check_refused(house: &House, entry: &Entry, who: Person) -> Value {
    let judge = house.caller(who);
    let review = judge.review(entry);
    let refused = judge.approve(entry, text(&review, "digest")).problem(403, "own-words");
    assert_eq!(refused["code"], "own-words");
    assert_eq!(refused["because"]["origin"], "submission", "{refused}");
    let wrote = written_by(house, entry, who);
    let named = refused["because"]["sequence"].as_u64().unwrap_or(u64::MAX);
    assert!(wrote.contains(&named), "{named} is none of {wrote:?}, the events at which {} wrote", who.name);
    assert_eq!(house.nobody().get(&entry.public("")).status, 404);
    assert_eq!(judge.get(&entry.review("")).json()["state"], "in-review");
    refused
}

#[test]
fn p6_who_wrote_part_of_it_does_not_approve_it_and_another_does() {
    let house = with_a_moderator_who_writes();
    let (writer, colleague) = (house.caller(MODERATOR_B), house.caller(CONTRIBUTOR_KZ));
    let entry = writer.begin(&event("Begun by a moderator"));
    colleague.save(&entry, &described("Begun by a moderator", "Most of it was written by a colleague."));
    colleague.submit(&entry, "First submission.");
    let refused = check_refused(&house, &entry, MODERATOR_B);
    let steps = house.caller(AUDITOR).trail(&entry);
    let attempt = steps.iter().find(|step| {
        step["place"]["sequence"] == refused["recorded"]["sequence"] && step["place"]["origin"] == "moderation"
    });
    assert!(attempt.is_some_and(|step| text(step, "sentence").contains("own-words")), "{refused} is not in {steps:?}");
    house.caller(MODERATOR_A).read_and_approve(&entry);
    colleague.wait_for(&entry, "published");
}

#[test]
fn p6_words_that_were_all_replaced_count_as_much() {
    let house = with_a_moderator_who_writes();
    let (writer, colleague) = (house.caller(MODERATOR_B), house.caller(CONTRIBUTOR_KZ));
    let entry = colleague.begin(&event("Begun by a colleague"));
    writer.save(&entry, &described("Begun by a colleague", "A moderator wrote this."));
    colleague.save(&entry, &event("Nothing of it is left"));
    colleague.submit(&entry, "First submission.");
    check_refused(&house, &entry, MODERATOR_B);
}

#[test]
fn p6_what_was_written_in_an_earlier_round_or_edition_counts() {
    let house = with_a_moderator_who_writes();
    let (writer, colleague) = (house.caller(MODERATOR_B), house.caller(CONTRIBUTOR_KZ));
    let entry = writer.begin(&event("First round"));
    colleague.submit(&entry, "First submission.");
    let judge = house.caller(MODERATOR_A);
    let items = json!([{"field": "title", "text": "Say which."}]);
    let digest = judge.review(&entry)["digest"].clone();
    judge.post(&entry.review("/request-changes"), &json!({"digest": digest, "items": items})).expect(200);
    colleague.wait_for(&entry, "changes-requested");
    colleague.save(&entry, &event("Second round"));
    colleague.submit(&entry, "The title.");
    until("the second round is open", || (judge.review(&entry)["round"] == 2).then_some(()));
    check_refused(&house, &entry, MODERATOR_B);
    judge.read_and_approve(&entry);
    colleague.wait_for(&entry, "published");
    colleague.post(&entry.draft("/revise"), &json!({})).expect(200);
    colleague.save(&entry, &event("Second edition"));
    colleague.submit(&entry, "The title.");
    let review = until("the third round is open", || Some(judge.review(&entry)).filter(|review| review["round"] == 3));
    let refused = house.caller(MODERATOR_B).approve(&entry, text(&review, "digest")).problem(403, "own-words");
    assert_eq!(refused["because"]["origin"], "submission", "{refused}");
}

#[test]
fn p6_who_becomes_a_moderator_later_has_written_it_all_the_same() {
    let house = House::new();
    let writer = house.caller(CONTRIBUTOR_KZ);
    let entry = writer.file(&event("Written before the appointment"));
    house.caller(MODERATOR_A).review(&entry);
    house.designate(CONTRIBUTOR_KZ, "moderator", None);
    check_refused(&house, &entry, CONTRIBUTOR_KZ);
    house.caller(MODERATOR_A).read_and_approve(&entry);
    writer.wait_for(&entry, "published");
}

#[test]
fn p6_who_is_no_moderator_approves_nothing() {
    let house = House::new();
    let writer = house.caller(CONTRIBUTOR_KZ);
    let entry = writer.file(&event("Mine"));
    let digest = text(&house.caller(MODERATOR_A).review(&entry), "digest").to_owned();
    let refused = writer.approve(&entry, &digest).problem(403, "not-entitled");
    assert_eq!(refused["code"], "no-designation");
    assert_eq!(refused["role"], "moderator");
    assert_eq!(writer.state(&entry), "in-review");
}
