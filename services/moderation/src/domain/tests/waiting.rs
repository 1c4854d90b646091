//! Reviews on hold, and reviews handed to somebody.

use dossier_proto::{Micros, Origin, Payload};

use super::world::*;
use crate::domain::{ASSIGNED_LEASE, Invalid, Refusal, Standing, Turn};

#[test]
fn while_a_review_is_on_hold_nothing_is_decided() {
    let mut world = World::in_review();
    let because = world.given(hold(MODERATOR, "contributor", None))[0].head.place;
    assert_eq!(world.entry().standing().unwrap().0, Standing::OnHold);
    assert_eq!(world.entry().turn().unwrap(), (Turn::Contributor, world.last().head.recorded_at));
    let refusal = Refusal::OnHold { because, until: None };
    for ask in [
        approve(MODERATOR, 1),
        object(MODERATOR, 1),
        refuse(MODERATOR, 1, "spam"),
        request(REVIEWER, 1, vec![item(1, "title")]),
        mark_duplicate(MODERATOR, 1, OTHER_ENTRY),
        hold(OTHER_MODERATOR, "reviewer", None),
    ] {
        assert_eq!(world.refused(ask), refusal);
    }
    world.given(comment(REVIEWER, 1));
    world.given(claim(OTHER_MODERATOR));
    world.given(resume(MODERATOR));
    assert_eq!(world.given(resume(MODERATOR)), [], "it goes on already");
    assert_eq!(world.entry().standing().unwrap().0, Standing::InReview);
    world.given(approve(OTHER_MODERATOR, 1));
}

#[test]
fn it_goes_on_by_itself_when_its_time_has_come() {
    let mut world = World::in_review();
    let until = world.story.now().plus(hours(48));
    world.given(hold(MODERATOR, "publishing-authority", Some(until)));
    world.story.wait(until.0 - world.story.now().0 - 1);
    assert!(world.review().held.is_some(), "one microsecond before, it waits");
    world.story.wait(2);
    assert!(matches!(world.last().payload, Some(Payload::ReviewResumed(_))));
    assert_eq!(world.last().head.actor, SYSTEM);
    assert!(world.story.state().holds.is_empty());
    world.given(approve(MODERATOR, 1));
}

#[test]
fn the_clock_stands_still_meanwhile() {
    let mut world = World::in_review();
    let submitted = world.review().submitted.at;
    world.story.wait(hours(1));
    world.given(hold(MODERATOR, "third-party", None));
    assert_eq!(world.entry().turn().unwrap().0, Turn::ThirdParty);
    let since = world.review().held.as_ref().unwrap().since.at;
    world.story.wait(hours(30));
    assert_eq!(world.review().held_for(since.plus(hours(2))).in_all, hours(2), "so far");
    let resumed = world.given(resume(OTHER_MODERATOR))[0].head.recorded_at;
    let held = world.review().held_for(resumed.plus(hours(9)));
    assert_eq!((held.in_all, held.in_stage), (resumed.0 - since.0, resumed.0 - since.0));
    assert_eq!(world.entry().turn().unwrap(), (Turn::Moderator, submitted), "and went on from where it stood");
    world.given(hold(MODERATOR, "reviewer", None));
    world.story.wait(hours(1));
    world.given(resume(MODERATOR));
    assert!(world.review().held_for(Micros(0)).in_all >= hours(31));
}

#[test]
fn a_hold_in_an_earlier_stage_is_not_taken_off_the_wait_of_the_next() {
    let mut world = World::practice_before("desk");
    world.given(hold(MODERATOR, "contributor", None));
    world.story.wait(hours(10));
    world.given(resume(MODERATOR));
    world.given(approve(MODERATOR, 1));
    let held = world.review().held_for(world.story.now());
    assert!(held.in_all >= hours(10) && held.in_stage == 0, "{held:?}");
}

#[test]
fn a_hold_says_for_whom_and_why_and_not_for_ever() {
    let mut world = World::in_review();
    let invalid = Refusal::Invalid(Invalid::Awaited);
    for awaited in ["", "Godot", "the ministry", "no-such"] {
        assert_eq!(world.refused(hold(MODERATOR, awaited, None)), invalid, "{awaited:?}");
    }
    let now = world.story.now();
    for until in [Micros(0), now, now.plus(hours(24 * 367))] {
        assert_eq!(world.refused(hold(MODERATOR, "reviewer", Some(until))), Refusal::Invalid(Invalid::HoldUntil));
    }
    for by in [REVIEWER, CONTRIBUTOR, PUBLISHER, NOBODY] {
        assert!(matches!(world.refused(hold(by, "reviewer", None)), Refusal::NotEntitled { .. }), "{by}");
        assert!(matches!(world.refused(resume(by)), Refusal::NotEntitled { .. }), "{by}");
    }
    // A registry that lists codes is the one that counts.
    let listed = REGISTRY.replace(r#""version""#, r#""awaited":[{"key":"legal_office"}],"version""#);
    world.given(dossier_engine::testing::Ask::by(REGISTRAR, adopt(&listed)));
    assert_eq!(world.refused(hold(MODERATOR, "reviewer", None)), invalid);
    world.given(hold(MODERATOR, "legal_office", None));
    assert_eq!(world.entry().turn().unwrap().0, Turn::ThirdParty);
}

/// The body is not kept from taking its entry back, and nothing is left that is due.
#[test]
fn a_recall_ends_a_review_on_hold() {
    let mut world = World::ready();
    let submitted = world.submit(ENTRY, &Filed::revision(1));
    let until = world.story.now().plus(hours(1));
    world.given(hold(MODERATOR, "contributor", Some(until)));
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    assert_eq!(world.entry().standing().unwrap().0, Standing::Recalled);
    assert!(world.story.state().holds.is_empty() && world.review().held.is_none());
    world.story.wait(hours(2));
}

#[test]
fn a_review_is_handed_to_somebody_who_then_holds_it() {
    let mut world = World::in_review();
    let now = world.story.now();
    let Payload::ReviewAssigned(assigned) = world.one(assign(MODERATOR, OTHER_MODERATOR)) else { panic!("assigned") };
    assert_eq!(Micros(assigned.lease_until), now.plus(ASSIGNED_LEASE));
    let claim_held = world.review().claim.unwrap();
    assert_eq!((claim_held.by, claim_held.since), (OTHER_MODERATOR, now), "since when is told");
    assert!(matches!(world.refused(approve(MODERATOR, 1)), Refusal::Claimed { .. }));
    assert!(matches!(world.refused(assign(MODERATOR, THIRD_MODERATOR)), Refusal::Claimed { .. }), "not taken away");
    world.given(assign(OTHER_MODERATOR, MODERATOR));
    world.story.wait(ASSIGNED_LEASE);
    assert!(world.review().claim.is_none(), "it ends like any claim");
}

#[test]
fn a_claim_that_is_prolonged_is_held_since_it_began() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    let since = world.review().claim.unwrap().since;
    world.story.wait(hours(1));
    world.given(claim(MODERATOR));
    assert_eq!(world.review().claim.unwrap().since, since);
    world.given(release(MODERATOR));
    world.given(claim(MODERATOR));
    assert!(world.review().claim.unwrap().since > since);
}

#[test]
fn a_review_is_handed_to_nobody_who_could_not_decide_it() {
    let mut world = World::ready();
    world.submit(ENTRY, &Filed { authors: vec![(OTHER_MODERATOR, 1)], ..Filed::revision(1) });
    world.given(declare_conflict(THIRD_MODERATOR));
    for to in [OTHER_MODERATOR, THIRD_MODERATOR, REVIEWER, CONTRIBUTOR, NOBODY, MODERATOR_OF_PLEDGES] {
        let refusal = world.refused(assign(MODERATOR, to));
        assert!(matches!(refusal, Refusal::Invalid(Invalid::Assignee(_))), "{to}: {refusal}");
    }
    for by in [REVIEWER, CONTRIBUTOR, NOBODY] {
        assert!(matches!(world.refused(assign(by, MODERATOR)), Refusal::NotEntitled { .. }), "{by}");
    }
    world.given(assign(MODERATOR, MODERATOR));
    let mut world = World::practice_before("publisher");
    world.given(assign(OTHER_MODERATOR, PUBLISHER));
    world.given(approve(PUBLISHER, 1));
}
