//! An action without a designation is refused with the reason, and the refusal is history.

use dossier_engine::testing::Ask;
use dossier_identity::{NotEntitledReason, Role};
use dossier_proto::{Actor, EntryId, Origin, Payload, SubjectId};

use super::cast::{AIGERIM, MODERATOR, SYSTEM, WANJIRU, ask_retraction, opened, save, start, submit, withdraw};
use crate::domain::{Command, Refusal};

#[test]
fn every_command_of_a_person_needs_a_designation_and_its_refusal_is_recorded() {
    let mut told = opened();
    let entry = told.started();
    let commands = [
        save(2, &["title"]),
        submit(told.entry(entry)),
        Command::AskRecall,
        withdraw(),
        Command::OpenRevision,
        ask_retraction(),
    ];
    for command in commands {
        let before = told.0.log().len();
        let outcome = told.ask(Ask::by(WANJIRU, command.clone()).on(entry).expecting(1));
        let Err(Refusal::NoDesignation { reason: NotEntitledReason::OtherBody, because: Some(because), .. }) = outcome
        else {
            panic!("{command:?} by somebody of another body: {outcome:?}")
        };
        assert_eq!(because.origin, Origin::Moderation);
        assert_eq!(told.0.log().len(), before + 1, "recorded");
        assert!(matches!(told.0.log()[before].0.payload, Some(Payload::SubmissionRefused(_))));
    }
    told.0.replayed();
}

#[test]
fn every_decision_names_the_designation_it_rests_on() {
    let mut told = opened();
    let granted = told.designate(SubjectId([4; 16]), "KAZ", &["event"]);
    let started = told.one(Ask::by(SubjectId([4; 16]), start("KAZ")));
    let authority = started.head.authority.unwrap();
    assert_eq!(authority.granted, granted.head.place);
    assert_eq!(authority.designation.0, granted.head.id.0);
}

#[test]
fn a_designation_for_another_type_or_a_revoked_one_does_not_do() {
    let mut told = opened();
    let person = SubjectId([5; 16]);
    let granted = told.designate(person, "KAZ", &["pledge"]);
    let outcome = told.ask(Ask::by(person, start("KAZ")));
    assert!(
        matches!(outcome, Err(Refusal::NoDesignation { reason: NotEntitledReason::OtherRecordType, .. })),
        "{outcome:?}"
    );
    let other = told.designate(person, "KAZ", &["event"]);
    told.one(Ask::by(person, start("KAZ")));
    told.revoke(&granted);
    let revoked = told.revoke(&other);
    let outcome = told.ask(Ask::by(person, start("KAZ")));
    let because = Some(revoked.head.place);
    assert_eq!(
        outcome,
        Err(Refusal::NoDesignation { role: Role::Contributor, reason: NotEntitledReason::Revoked, because })
    );
}

#[test]
fn who_writes_for_no_body_is_told_so() {
    let mut told = opened();
    let outcome = told.ask(Ask::by(SubjectId([7; 16]), start("")));
    assert_eq!(
        outcome,
        Err(Refusal::NoDesignation {
            role: Role::Contributor,
            reason: NotEntitledReason::NoDesignation,
            because: None
        })
    );
    let outcome = told.ask(Ask::by(AIGERIM, start("")));
    assert!(matches!(outcome, Err(Refusal::Malformed(_))), "{outcome:?}");
    told.0.replayed();
}

#[test]
fn services_and_the_system_write_nothing_in_the_name_of_a_body() {
    let mut told = opened();
    for actor in [Actor::Service(Origin::Moderation), SYSTEM, MODERATOR] {
        let outcome = told.ask(Ask::by(actor, start("KAZ")));
        assert!(matches!(outcome, Err(Refusal::NoDesignation { .. })), "{actor:?}: {outcome:?}");
    }
}

#[test]
fn only_the_system_lets_an_entry_expire() {
    let mut told = opened();
    let entry = told.started();
    let outcome = told.ask(Ask::by(AIGERIM, Command::Expire).on(entry));
    assert!(matches!(outcome, Err(Refusal::Malformed(_))), "{outcome:?}");
}

#[test]
fn an_entry_that_is_not_there_is_not_found() {
    let mut told = opened();
    for ask in [Ask::by(AIGERIM, withdraw()), Ask::by(AIGERIM, withdraw()).on(EntryId([88; 16]))] {
        assert_eq!(told.ask(ask), Err(Refusal::NotFound));
    }
}
