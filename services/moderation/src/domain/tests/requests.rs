//! Recall and withdrawal are requests: moderation's journal orders them against the decision, and both sides say the
//! same.

use dossier_engine::testing::Ask;
use dossier_proto::{Event, Origin, Payload, Place, v1};

use super::world::*;
use crate::domain::{Command, Ending, Refusal, Standing};

fn ended_by(world: &World) -> Place {
    let Some(Payload::RequestTooLate(late)) = &world.last().payload else { panic!("{:?}", world.last()) };
    Place::try_from(late.ended.as_ref().unwrap()).unwrap()
}

fn submitted() -> (World, Event) {
    let mut world = World::ready();
    let submitted = world.submit(ENTRY, &Filed::revision(1));
    (world, submitted)
}

#[test]
fn a_recall_that_comes_first_wins_and_the_approval_is_told_so() {
    let (mut world, submitted) = submitted();
    let asked = world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    let granted = world.last().clone();
    let Some(Payload::RecallGranted(answer)) = &granted.payload else { panic!("{granted:?}") };
    assert_eq!(Place::try_from(answer.submitted.as_ref().unwrap()), Ok(submitted.head.place));
    assert_eq!((granted.head.cause, granted.head.actor), (Some(asked.head.place), SERVICE));
    assert_eq!(world.review().ended.unwrap().how, Ending::Recalled);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Recalled);
    let because = granted.head.place;
    let refusal = world.refused(approve(MODERATOR, 1));
    assert_eq!(refusal, Refusal::ReviewEnded { because, record: dossier_engine::Record::Kept });
}

#[test]
fn an_approval_that_comes_first_wins_and_the_recall_is_told_so() {
    let (mut world, submitted) = submitted();
    let approved = world.given(approve(MODERATOR, 1));
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    assert_eq!(ended_by(&world), approved[0].head.place);
    assert_eq!(world.review().ended.unwrap().how, Ending::Approved);
}

#[test]
fn every_ending_answers_too_late_and_names_itself() {
    for decision in [refuse(MODERATOR, 1, "spam"), request(MODERATOR, 1, vec![item(1, "title")])] {
        for ask in [recall, withdrawal] {
            let (mut world, submitted) = submitted();
            let decided = world.given(decision.clone());
            world.hear(Origin::Submission, CONTRIBUTOR, ask(&submitted));
            assert_eq!(ended_by(&world), decided[0].head.place);
        }
    }
}

#[test]
fn a_withdrawal_ends_the_entry() {
    let (mut world, submitted) = submitted();
    world.given(claim(MODERATOR));
    world.hear(Origin::Submission, CONTRIBUTOR, withdrawal(&submitted));
    assert!(matches!(world.last().payload, Some(Payload::WithdrawalGranted(_))));
    assert_eq!(world.review().ended.unwrap().how, Ending::Withdrawn);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Withdrawn);
    assert!(world.story.state().leases.is_empty());
}

#[test]
fn of_two_requests_the_second_is_too_late_by_the_answer_to_the_first() {
    let (mut world, submitted) = submitted();
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    let granted = world.last().head.place;
    world.hear(Origin::Submission, COLLEAGUE, withdrawal(&submitted));
    assert_eq!(ended_by(&world), granted);
}

#[test]
fn a_request_about_an_earlier_submission_does_not_end_the_next() {
    let (mut world, first) = submitted();
    let returned = world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    world.submit(ENTRY, &Filed::revision(2));
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&first));
    assert_eq!(ended_by(&world), returned[0].head.place);
    assert!(world.review().is_open());
    world.given(approve(MODERATOR, 2));
}

#[test]
fn each_request_is_answered_once_and_only_by_the_service() {
    let (mut world, submitted) = submitted();
    let asked = world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    assert!(world.entry().requests.is_empty());
    let answer = Command::AnswerRequest(v1::AnswerRequest { asked: Some(asked.head.place.into()) });
    assert_eq!(world.given(Ask::by(SERVICE, answer.clone()).on(ENTRY)), []);
    assert_eq!(world.refused(Ask::by(MODERATOR, answer).on(ENTRY)), Refusal::WrongActor("a person"));
    let open = Command::OpenReview(v1::OpenReview {
        submitted: Some(submitted.head.place.into()),
        ..v1::OpenReview::default()
    });
    assert_eq!(world.refused(Ask::by(MODERATOR, open).on(ENTRY)), Refusal::WrongActor("a person"));
}

#[test]
fn a_request_about_what_was_never_submitted_changes_nothing() {
    let (mut world, mut elsewhere) = submitted();
    elsewhere.head.place.sequence += 500;
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&elsewhere));
    assert!(world.review().is_open());
    assert!(world.entry().requests.is_empty());
}

#[test]
fn an_answer_moves_the_version_of_the_review() {
    let (mut world, submitted) = submitted();
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    assert_eq!((world.last().head.part_version, world.entry().version), (2, 2));
}
