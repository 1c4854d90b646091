//! A request of the body against a decision of moderation, in both orders. Moderation's journal has the last word;
//! whatever it says, both sides end up saying the same.

use dossier_engine::testing::Ask;
use dossier_proto::{EntryId, Event, Payload, Place, v1};

use super::cast::{AIGERIM, Told, opened, withdraw};
use crate::domain::{Command, WorkState};

fn in_review() -> (Told, EntryId, Place) {
    let mut told = opened();
    let entry = told.started();
    let submitted = told.submitted(AIGERIM, entry);
    (told, entry, submitted)
}

fn answer(asked: &Event) -> Option<v1::AnswerRequest> {
    Some(v1::AnswerRequest { asked: Some(asked.head.place.into()) })
}

#[test]
fn recall_first_then_the_approval_is_never_heard() {
    let (mut told, entry, submitted) = in_review();
    let asked = told.one(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    let granted = v1::RecallGranted { command: answer(&asked), submitted: Some(submitted.into()) };
    told.moderation(Some(entry), Payload::RecallGranted(granted));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    // Were an approval of that submission heard all the same, it would change nothing here.
    let approved = v1::Approved { submitted: Some(submitted.into()), ..Default::default() };
    told.moderation(Some(entry), Payload::Approved(approved));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    told.0.replayed();
}

#[test]
fn approval_first_then_the_recall_is_too_late_whenever_it_was_asked() {
    for command in [Command::AskRecall, withdraw()] {
        let (mut told, entry, _) = in_review();
        let asked = told.one(Ask::by(AIGERIM, command).on(entry));
        let approved = told.approved(entry);
        assert_eq!(told.state_of(entry), WorkState::Approved);
        let late = v1::RequestTooLate { command: answer(&asked), ended: Some(approved.head.place.into()) };
        told.moderation(Some(entry), Payload::RequestTooLate(late));
        assert_eq!(told.state_of(entry), WorkState::Approved);
        told.published(entry, &approved);
        assert_eq!(told.state_of(entry), WorkState::Published);
        told.0.replayed();
    }
}

#[test]
fn changes_requested_first_then_the_recall_is_answered_by_the_return() {
    let (mut told, entry, _) = in_review();
    let asked = told.one(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    let requested = told.changes_requested(entry);
    let late = v1::RequestTooLate { command: answer(&asked), ended: Some(requested.head.place.into()) };
    told.moderation(Some(entry), Payload::RequestTooLate(late));
    assert_eq!(told.state_of(entry), WorkState::ChangesRequested);
    // The next round has nothing pending from the former one.
    told.submitted(AIGERIM, entry);
    told.one(Ask::by(AIGERIM, Command::AskRecall).on(entry));
}

#[test]
fn an_answer_to_a_former_request_leaves_the_present_one() {
    let (mut told, entry, _) = in_review();
    let former = told.one(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    let requested = told.changes_requested(entry);
    told.submitted(AIGERIM, entry);
    told.one(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    let late = v1::RequestTooLate { command: answer(&former), ended: Some(requested.head.place.into()) };
    told.moderation(Some(entry), Payload::RequestTooLate(late));
    assert_eq!(told.ask(Ask::by(AIGERIM, Command::AskRecall).on(entry)), Ok(Vec::new()), "it is still asked");
}
