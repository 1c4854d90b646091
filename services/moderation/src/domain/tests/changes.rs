//! Requested changes, tracked over rounds: open, answered, accepted or reopened.

use dossier_proto::{Payload, v1::settle_change::Outcome};

use super::world::*;
use crate::domain::{ChangeState, Invalid, Refusal, Standing, Turn};

fn returned(items: u32) -> World {
    let mut world = World::in_review();
    let items = (1..=items).map(|number| item(number, "title")).collect();
    world.given(request(MODERATOR, 1, items));
    world
}

fn states(world: &World) -> Vec<((u32, u32), ChangeState)> {
    world.entry().changes.iter().map(|(number, change)| (*number, change.state)).collect()
}

#[test]
fn what_is_left_unanswered_keeps_the_content_from_being_approved_and_is_named() {
    let mut world = returned(2);
    assert_eq!(states(&world), [((1, 1), ChangeState::Open), ((1, 2), ChangeState::Open)]);
    let because = world.last().head.place;
    world.submit(ENTRY, &Filed { answers: vec![1], ..Filed::revision(2) });
    assert_eq!(states(&world), [((1, 1), ChangeState::Answered), ((1, 2), ChangeState::Open)]);
    let refusal = world.refused(approve(MODERATOR, 2));
    assert_eq!(refusal, Refusal::ChangeOpen { round: 1, item: 2, because });
    assert!(refusal.to_string().contains("change 2") && refusal.to_string().contains("round 1"), "{refusal}");
    let Payload::ChangeSettled(_) = world.one(settle(MODERATOR, 2, (1, 2), Outcome::Accepted)) else { panic!() };
    world.given(approve(MODERATOR, 2));
    assert!(world.entry().changes.is_empty(), "approving settles what is answered");
}

#[test]
fn a_submission_that_names_no_answer_answers_as_a_whole() {
    let mut world = returned(2);
    world.submit(ENTRY, &Filed::revision(2));
    assert_eq!(states(&world), [((1, 1), ChangeState::Answered), ((1, 2), ChangeState::Answered)]);
    world.given(approve(OTHER_MODERATOR, 2));
}

#[test]
fn what_is_reopened_goes_back_to_the_body_and_is_answered_by_its_next_submission() {
    let mut world = returned(2);
    world.submit(ENTRY, &Filed { answers: vec![1, 2], ..Filed::revision(2) });
    world.given(settle(REVIEWER, 2, (1, 2), Outcome::Accepted));
    let reopened = world.given(settle(REVIEWER, 2, (1, 1), Outcome::Reopened))[0].head.place;
    assert_eq!(world.given(settle(REVIEWER, 2, (1, 1), Outcome::Reopened)), [], "it is so already");
    assert_eq!(world.refused(approve(MODERATOR, 2)), Refusal::ChangeOpen { round: 1, item: 1, because: reopened });
    // Nothing more has to be asked for.
    world.given(request(MODERATOR, 2, Vec::new()));
    assert_eq!(world.entry().standing().unwrap().0, Standing::ChangesRequested);
    world.submit(ENTRY, &Filed::revision(3));
    assert_eq!(states(&world), [((1, 1), ChangeState::Answered)], "what was accepted is settled for good");
    world.given(approve(MODERATOR, 3));
    world.story.replayed();
}

#[test]
fn requests_of_several_rounds_stand_beside_each_other() {
    let mut world = returned(1);
    world.submit(ENTRY, &Filed { answers: vec![1], ..Filed::revision(2) });
    world.given(settle(MODERATOR, 2, (1, 1), Outcome::Reopened));
    world.given(request(MODERATOR, 2, vec![item(1, "dates"), item(2, "title")]));
    world.submit(ENTRY, &Filed { answers: vec![2], ..Filed::revision(3) });
    let expected = [((1, 1), ChangeState::Answered), ((2, 1), ChangeState::Open), ((2, 2), ChangeState::Answered)];
    assert_eq!(states(&world), expected, "answers name items of the newest request");
    assert!(matches!(world.refused(approve(MODERATOR, 3)), Refusal::ChangeOpen { round: 2, item: 1, .. }));
}

#[test]
fn a_request_without_anything_to_change_is_none() {
    let mut world = World::in_review();
    assert_eq!(world.refused(request(MODERATOR, 1, Vec::new())), Refusal::Invalid(Invalid::Items));
    let mut world = returned(1);
    world.submit(ENTRY, &Filed::revision(2));
    assert_eq!(world.refused(request(MODERATOR, 2, Vec::new())), Refusal::Invalid(Invalid::Items), "it is answered");
}

#[test]
fn an_open_change_stands_against_every_approval_on_the_way() {
    let mut world = World::in_review_of("practice");
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    world.submit(ENTRY, &Filed { record_type: "practice", ..Filed::revision(2) });
    world.given(settle(EXTERNAL[0], 2, (1, 1), Outcome::Reopened));
    assert!(matches!(world.refused(approve(MODERATOR, 2)), Refusal::ChangeOpen { .. }));
    world.given(settle(MODERATOR, 2, (1, 1), Outcome::Accepted));
    world.given(approve(MODERATOR, 2));
    world.given(settle(EXTERNAL[0], 2, (1, 1), Outcome::Reopened));
    assert_eq!(world.entry().turn().unwrap().0, Turn::Moderator, "somebody has to send it back");
    assert!(matches!(world.refused(approve(INTERNAL, 2)), Refusal::ChangeOpen { .. }));
}

#[test]
fn what_was_never_asked_cannot_be_settled() {
    let mut world = returned(1);
    world.submit(ENTRY, &Filed::revision(2));
    for change in [(1, 2), (2, 1), (0, 0)] {
        assert_eq!(world.refused(settle(MODERATOR, 2, change, Outcome::Accepted)), Refusal::NoSuchChange);
    }
    let unspecified = settle(MODERATOR, 2, (1, 1), Outcome::Unspecified);
    assert_eq!(world.refused(unspecified), Refusal::Invalid(Invalid::Outcome));
    assert_eq!(
        world.refused(settle(MODERATOR, 1, (1, 1), Outcome::Accepted)),
        Refusal::DigestMismatch { current: digest(2) }
    );
    let ask = settle(MODERATOR, 2, (1, 1), Outcome::Reopened).changed(|command| {
        if let crate::domain::Command::SettleChange(settle) = command {
            settle.text = None;
        }
    });
    assert_eq!(world.refused(ask), Refusal::Invalid(Invalid::NoText), "the body reads why");
    for by in [CONTRIBUTOR, PUBLISHER, NOBODY] {
        let refusal = world.refused(settle(by, 2, (1, 1), Outcome::Accepted));
        assert!(matches!(refusal, Refusal::NotEntitled { .. }), "{by}");
    }
}
