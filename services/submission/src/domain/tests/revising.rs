use dossier_engine::testing::Ask;
use dossier_proto::{Payload, v1};

use super::cast::{AIGERIM, BOLAT, ask_retraction, content, opened, submit, submit_with, withdraw};
use crate::domain::{Command, Holder, Refusal, WorkState};

/// EU platform: moderating a draft revision unpublishes the live page.
#[test]
fn the_public_edition_stays_while_a_revision_is_written_returned_and_withdrawn() {
    let mut told = opened();
    let entry = told.public();
    let public = told.entry(entry).public.clone();
    let opened = told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    assert_eq!(opened.head.part_version, 2);
    let Some(Payload::RevisionOpened(revision)) = &opened.payload else { panic!("not opened") };
    assert_eq!((revision.base_edition, revision.base_revision), (1, 1));
    assert_eq!(told.ask(Ask::by(BOLAT, Command::OpenRevision).on(entry)), Ok(Vec::new()), "it is open already");
    told.saved(BOLAT, entry, &["dates"]);
    told.submitted(AIGERIM, entry);
    told.changes_requested(entry);
    assert_eq!(told.entry(entry).public, public);
    told.one(Ask::by(AIGERIM, withdraw()).on(entry));
    assert_eq!(told.state_of(entry), WorkState::Published);
    assert_eq!(told.entry(entry).public, public);
    assert_eq!(told.entry(entry).working.number, 1, "what is shown is what is public");
    told.0.replayed();
}

#[test]
fn the_next_edition_names_its_base_and_keeps_every_author() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(BOLAT, Command::OpenRevision).on(entry));
    told.saved(BOLAT, entry, &["dates"]);
    let event = told.one(Ask::by(BOLAT, submit(told.entry(entry))).on(entry));
    let Some(Payload::Submitted(submitted)) = event.payload else { panic!("not submitted") };
    assert_eq!((submitted.base_edition, submitted.round), (Some(1), 2));
    assert_eq!(submitted.lineage.len(), 2, "the author of edition 1 is an author of edition 2");
    let approved = told.approved(entry);
    told.published(entry, &approved);
    assert_eq!(told.entry(entry).public.as_ref().unwrap().edition, 2);
}

#[test]
fn a_discarded_revision_leaves_its_number_and_its_author() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(BOLAT, Command::OpenRevision).on(entry));
    told.saved(BOLAT, entry, &["dates"]);
    told.one(Ask::by(BOLAT, withdraw()).on(entry));
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    assert_eq!((told.entry(entry).working.number, told.entry(entry).saved), (1, 2));
    told.saved(AIGERIM, entry, &["title"]);
    assert_eq!(told.entry(entry).working.number, 3);
    assert!(told.entry(entry).lineage.has(BOLAT));
}

#[test]
fn a_submission_identical_to_the_public_edition_is_refused() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    let untouched = told.ask(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    assert_eq!(untouched, Err(Refusal::NothingChanged { edition: 1 }));
    told.saved(AIGERIM, entry, &["title"]);
    told.saved(AIGERIM, entry, &["title"]);
    let written_back = submit_with(told.entry(entry), |submit| submit.equals_revision = Some(1));
    let outcome = told.ask(Ask::by(AIGERIM, written_back).on(entry));
    assert_eq!(outcome, Err(Refusal::NothingChanged { edition: 1 }));
    assert_eq!(outcome.unwrap_err().to_string(), "nothing changed since edition 1");
}

/// A revision that equals an earlier submitted one, not the public one, says so and is submitted.
#[test]
fn what_was_submitted_before_is_named() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.changes_requested(entry);
    told.saved(AIGERIM, entry, &["title"]);
    told.saved(AIGERIM, entry, &["title"]);
    let event =
        told.one(Ask::by(AIGERIM, submit_with(told.entry(entry), |submit| submit.equals_revision = Some(1))).on(entry));
    let Some(Payload::Submitted(submitted)) = event.payload else { panic!("not submitted") };
    assert_eq!(submitted.command.unwrap().equals_revision, Some(1));
}

#[test]
fn a_base_that_is_not_current_any_more_is_refused_until_the_revision_is_opened_again() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    // Another way to an edition than the body's own submission.
    let corrected = v1::EditionPublished {
        command: Some(v1::PublishEdition { approved: Some(v1::Place { origin: 2, epoch: 0, sequence: 900 }) }),
        number: "EVT-2026-00001".to_owned(),
        edition: 2,
        content: Some(content(90)),
        ..Default::default()
    };
    told.publication(entry, Payload::EditionPublished(corrected));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    let outcome = told.ask(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    assert_eq!(outcome, Err(Refusal::BaseOutdated { base: 1, current: 2 }));
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    assert_eq!(told.entry(entry).working.number, 2, "what was typed is kept");
    told.submitted(AIGERIM, entry);
    told.0.replayed();
}

#[test]
fn a_refused_revision_can_be_followed_by_another() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    told.submitted(AIGERIM, entry);
    told.refused(entry);
    assert!(told.entry(entry).has_edition());
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    assert_eq!(told.entry(entry).working.number, 1);
}

#[test]
fn retraction_is_asked_once_and_decided_by_a_publisher() {
    let mut told = opened();
    let entry = told.public();
    let asked = told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    let Some(Payload::RetractionAsked(retraction)) = &asked.payload else { panic!("not asked") };
    assert_eq!(retraction.edition, 1);
    let turn = told.entry(entry).turn();
    assert_eq!((turn.who, turn.since), (Holder::Publisher, asked.head.recorded_at));
    let again = told.ask(Ask::by(BOLAT, ask_retraction()).on(entry));
    assert_eq!(again, Err(Refusal::AskedAlready { asked: asked.head.place }));
    told.retracted(entry);
    assert_eq!(told.state_of(entry), WorkState::Retracted);
    assert_eq!(told.entry(entry).turn().who, Holder::Nobody);
    for command in [Command::OpenRevision, ask_retraction(), submit(told.entry(entry)), withdraw()] {
        let outcome = told.ask(Ask::by(AIGERIM, command).on(entry));
        assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Retracted, .. })), "{outcome:?}");
    }
    told.0.replayed();
}

#[test]
fn a_retraction_ends_what_is_under_way() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    let submitted = told.submitted(AIGERIM, entry);
    told.retracted(entry);
    let approved = v1::Approved { submitted: Some(submitted.into()), ..Default::default() };
    told.moderation(Some(entry), Payload::Approved(approved));
    assert_eq!(told.state_of(entry), WorkState::Retracted, "a retracted entry never publishes again");
}

#[test]
fn what_is_not_public_cannot_be_revised_or_retracted() {
    let mut told = opened();
    let entry = told.started();
    for command in [Command::OpenRevision, ask_retraction()] {
        let outcome = told.ask(Ask::by(AIGERIM, command).on(entry));
        assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Draft, .. })), "{outcome:?}");
    }
}
