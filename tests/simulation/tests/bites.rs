//! The watch sees what it watches for: each promise broken once, by a letter that a sound service never writes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use dossier_engine::{View as _, testing::Ask};
use dossier_proto::{EntryId, Event, Payload, SubjectId, v1};
use dossier_simulation::{
    Town,
    asking::{moderation, submission},
    people::{AIGERIM, MARTA, TIMUR},
    watch::Watch,
};

/// An event that Timur, who is a moderator too, wrote a part of, and Aigerim submitted. Returns its submission.
fn submitted(town: &mut Town) -> (EntryId, Event) {
    let start = submission::start(town, "event", "KAZ");
    let id = town.ask_submission(Ask::by(AIGERIM, start)).unwrap()[0].head.entry.unwrap();
    let text = town.words.text();
    let save = submission::save(town, id, text, &["title"]);
    town.ask_submission(Ask::by(TIMUR, save).on(id).expecting(1)).unwrap();
    let submit = submission::submit(town, id);
    let events = town.ask_submission(Ask::by(AIGERIM, submit).on(id)).unwrap();
    (id, events[0].clone())
}

fn approve(town: &mut Town, id: EntryId, by: SubjectId) -> Event {
    let approve = moderation::approve(town, id);
    town.ask_moderation(Ask::by(by, approve).on(id)).unwrap()[0].clone()
}

/// The lineage that reached moderation left an author out.
#[test]
#[should_panic(expected = "decides on their own words (P6)")]
fn p6_an_author_who_is_not_listed_is_seen_when_they_approve() {
    let mut town = Town::opened();
    let (id, mut event) = submitted(&mut town);
    if let Some(Payload::Submitted(submitted)) = &mut event.payload {
        submitted.lineage.retain(|author| author.subject != TIMUR.to_vec());
    }
    town.moderation.receive(&event);
    approve(&mut town, id, TIMUR);
    Watch::default().look(&town);
}

/// Publication was told of an approval of another content than the one that was read.
#[test]
#[should_panic(expected = "published unread (P5)")]
fn p5_a_content_that_nobody_approved_is_seen_when_it_is_public() {
    let mut town = Town::opened();
    let (id, event) = submitted(&mut town);
    town.moderation.receive(&event);
    let mut approved = approve(&mut town, id, MARTA);
    let text = town.words.text();
    let other = town.words.content(2, text);
    if let Some(Payload::Approved(approved)) = &mut approved.payload {
        approved.content = Some(other);
    }
    town.publication.receive(&approved);
    Watch::default().look(&town);
}

/// An approval is acted upon twice.
#[test]
#[should_panic(expected = "twice (P4)")]
fn p4_an_approval_that_takes_effect_twice_is_seen() {
    let mut town = Town::opened();
    let (id, event) = submitted(&mut town);
    town.moderation.receive(&event);
    let approved = approve(&mut town, id, MARTA);
    town.publication.receive(&approved);
    town.publication.receive(&approved);
    Watch::default().look(&town);
}

/// What awaits clearance is taken for submitted by the key desk.
#[test]
#[should_panic(expected = "may have the key of a draft (P13)")]
fn p13_a_key_of_what_awaits_clearance_is_seen_when_it_may_be_given() {
    let mut town = Town::opened();
    let start = submission::start(&mut town, "practice", "KAZ");
    let id = town.ask_submission(Ask::by(AIGERIM, start)).unwrap()[0].head.entry.unwrap();
    let submit = submission::submit(&mut town, id);
    let mut event = town.ask_submission(Ask::by(AIGERIM, submit).on(id)).unwrap()[0].clone();
    Watch::default().look(&town);
    let Some(Payload::ClearanceAsked(asked)) = event.payload.clone() else { panic!("it is cleared first") };
    event.payload = Some(Payload::Submitted(v1::Submitted {
        command: asked.command,
        content: asked.content,
        ..Default::default()
    }));
    town.entries.apply(&event, None);
    Watch::default().look(&town);
}
