use dossier_engine::testing::Ask;
use dossier_proto::{Payload, v1};

use super::cast::{AIGERIM, BOLAT, opened, submit, withdraw};
use crate::domain::{Asking, Command, Refusal, WorkState, Workflow};

#[test]
fn a_recall_is_a_request_until_moderation_answers() {
    let mut told = opened();
    let entry = told.started();
    let submitted = told.submitted(AIGERIM, entry);
    let asked = told.one(Ask::by(BOLAT, Command::AskRecall).on(entry));
    let Some(Payload::RecallAsked(recall)) = &asked.payload else { panic!("not asked") };
    assert_eq!(recall.submitted, Some(submitted.into()));
    assert_eq!(told.state_of(entry), WorkState::InReview);
    assert_eq!(told.ask(Ask::by(AIGERIM, Command::AskRecall).on(entry)), Ok(Vec::new()), "it is asked already");
    let both = told.ask(Ask::by(AIGERIM, withdraw()).on(entry));
    assert_eq!(both, Err(Refusal::AskedAlready { asked: asked.head.place }));

    let command = Some(v1::AnswerRequest { asked: Some(asked.head.place.into()) });
    let granted = v1::RecallGranted { command, submitted: Some(submitted.into()) };
    told.moderation(Some(entry), Payload::RecallGranted(granted));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    told.saved(AIGERIM, entry, &["title"]);
    told.submitted(AIGERIM, entry);
    assert_eq!(told.entry(entry).round, 2);
    told.0.replayed();
}

#[test]
fn an_entry_with_its_body_is_withdrawn_at_once() {
    let mut told = opened();
    let entry = told.started();
    let withdrawn = told.one(Ask::by(AIGERIM, withdraw()).on(entry));
    assert!(matches!(withdrawn.payload, Some(Payload::Withdrawn(_))), "{withdrawn:?}");
    assert_eq!(told.state_of(entry), WorkState::Withdrawn);
    for command in [submit(told.entry(entry)), withdraw(), Command::AskRecall, Command::OpenRevision] {
        let outcome = told.ask(Ask::by(AIGERIM, command).on(entry));
        assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Withdrawn, .. })), "{outcome:?}");
    }
}

#[test]
fn an_entry_in_review_is_withdrawn_by_moderations_leave() {
    let mut told = opened();
    let entry = told.started();
    let submitted = told.submitted(AIGERIM, entry);
    let asked = told.one(Ask::by(AIGERIM, withdraw()).on(entry));
    assert!(matches!(asked.payload, Some(Payload::WithdrawalAsked(_))), "{asked:?}");
    assert!(matches!(told.entry(entry).workflow, Workflow::InReview { asked: Some(now), .. }
        if now.what == Asking::Withdrawal && now.place == asked.head.place));
    let granted = v1::WithdrawalGranted {
        command: Some(v1::AnswerRequest { asked: Some(asked.head.place.into()) }),
        submitted: Some(submitted.into()),
    };
    told.moderation(Some(entry), Payload::WithdrawalGranted(granted));
    assert_eq!(told.state_of(entry), WorkState::Withdrawn);
}

#[test]
fn after_the_approval_it_is_too_late() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let approved = told.approved(entry);
    for command in [Command::AskRecall, withdraw()] {
        let outcome = told.ask(Ask::by(AIGERIM, command).on(entry));
        assert_eq!(outcome, Err(Refusal::TooLate { because: approved.head.place }));
    }
}

#[test]
fn what_is_with_its_body_cannot_be_recalled() {
    let mut told = opened();
    let entry = told.started();
    let outcome = told.ask(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Draft, .. })), "{outcome:?}");
}

#[test]
fn a_withdrawal_needs_a_reason() {
    let mut told = opened();
    let entry = told.started();
    let outcome = told.ask(Ask::by(AIGERIM, Command::Withdraw(v1::Withdraw { reason: None })).on(entry));
    assert!(matches!(outcome, Err(Refusal::Malformed(_))), "{outcome:?}");
}
