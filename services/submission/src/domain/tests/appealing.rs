//! Appeal against a refusal, objection to an editorial correction.

use dossier_engine::testing::Ask;
use dossier_proto::{Payload, v1};

use super::cast::{AIGERIM, BOLAT, WANJIRU, appeal, object, opened, withdraw};
use crate::domain::{Command, Holder, Refusal, WorkState};

#[test]
fn a_refusal_is_appealed_against_once_and_the_same_submission_is_reviewed_again() {
    let mut told = opened();
    let entry = told.started();
    let early = told.ask(Ask::by(AIGERIM, appeal()).on(entry));
    assert!(matches!(early, Err(Refusal::WrongState { state: WorkState::Draft, .. })), "{early:?}");
    let submitted = told.submitted(AIGERIM, entry);
    let refused = told.refused(entry);
    let asked = told.one(Ask::by(BOLAT, appeal()).on(entry));
    let Some(Payload::AppealAsked(appealed)) = &asked.payload else { panic!("not asked: {asked:?}") };
    assert_eq!((appealed.refused, appealed.submitted), (Some(refused.head.place.into()), Some(submitted.into())));
    assert_eq!((told.state_of(entry), told.entry(entry).turn().who), (WorkState::InReview, Holder::Moderator));
    assert_eq!(told.entry(entry).turn().since, asked.head.recorded_at);
    assert_eq!(told.entry(entry).round, 1, "it is the same submission");

    told.refused(entry);
    let twice = told.ask(Ask::by(AIGERIM, appeal()).on(entry));
    assert_eq!(twice, Err(Refusal::AppealedAlready { appeal: asked.head.place }));
    told.0.replayed();
}

#[test]
fn an_appeal_may_be_granted_or_withdrawn_and_is_not_a_way_back_to_the_draft() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.refused(entry);
    let asked = told.one(Ask::by(AIGERIM, appeal()).on(entry));
    let back = told.ask(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    assert_eq!(back, Err(Refusal::UnderAppeal { appeal: asked.head.place }));
    let withdrawal = told.clone().one(Ask::by(AIGERIM, withdraw()).on(entry));
    assert!(matches!(withdrawal.payload, Some(Payload::WithdrawalAsked(_))), "{withdrawal:?}");
    let approved = told.approved(entry);
    told.published(entry, &approved);
    assert_eq!(told.state_of(entry), WorkState::Published);
    told.0.replayed();
}

/// What comes after has its own refusal and its own appeal.
#[test]
fn the_refusal_of_another_submission_has_an_appeal_of_its_own() {
    let mut told = opened();
    let entry = told.public();
    for _ in 0..2 {
        told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
        told.saved(AIGERIM, entry, &["title"]);
        told.submitted(AIGERIM, entry);
        told.refused(entry);
        told.one(Ask::by(AIGERIM, appeal()).on(entry));
        told.refused(entry);
    }
    told.0.replayed();
}

#[test]
fn an_appeal_and_an_objection_need_a_reason_and_a_designation() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.refused(entry);
    let silent = Command::AskAppeal(v1::AskAppeal { reason: None });
    assert!(matches!(told.ask(Ask::by(AIGERIM, silent).on(entry)), Err(Refusal::Malformed(_))));
    let silent = Command::ObjectToCorrection(v1::ObjectToCorrection { reason: None });
    assert!(matches!(told.ask(Ask::by(AIGERIM, silent).on(entry)), Err(Refusal::Malformed(_))));
    for command in [appeal(), object()] {
        let outcome = told.ask(Ask::by(WANJIRU, command).on(entry));
        assert!(matches!(outcome, Err(Refusal::NoDesignation { .. })), "{outcome:?}");
    }
    told.0.replayed();
}

#[test]
fn a_correction_becomes_what_is_shown_and_the_body_objects_to_it_once() {
    let mut told = opened();
    let entry = told.public();
    assert_eq!(told.ask(Ask::by(AIGERIM, object()).on(entry)), Err(Refusal::NoCorrection));
    told.corrected(entry);
    let now = told.entry(entry);
    assert_eq!((now.public.as_ref().unwrap().edition, now.state()), (2, WorkState::Published));
    assert_eq!(now.working, now.public.as_ref().unwrap().revision, "what is shown is what is public");
    let objected = told.one(Ask::by(BOLAT, object()).on(entry));
    let Some(Payload::CorrectionObjected(objection)) = &objected.payload else { panic!("no objection: {objected:?}") };
    assert_eq!(objection.edition, 2);
    let twice = told.ask(Ask::by(AIGERIM, object()).on(entry));
    assert_eq!(twice, Err(Refusal::AskedAlready { asked: objected.head.place }));

    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    told.submitted(AIGERIM, entry);
    let approved = told.approved(entry);
    told.published(entry, &approved);
    assert_eq!(told.ask(Ask::by(AIGERIM, object()).on(entry)), Err(Refusal::NoCorrection), "that was edition 2");
    told.0.replayed();
}

/// The corrector's revision may bear a number of ours.
#[test]
fn a_revision_is_not_taken_for_the_correction_because_of_its_number() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    told.corrected_as(entry, 2);
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    assert_eq!(told.entry(entry).working.number, 2);
    told.submitted(AIGERIM, entry);
    assert_eq!(told.state_of(entry), WorkState::InReview);
}
