//! Claiming is optional: it keeps others from claiming and deciding, not from reading and commenting.

use dossier_proto::{Micros, Payload};

use super::world::*;
use crate::domain::{LEASE, Refusal};

#[test]
fn a_claim_runs_for_two_hours() {
    let mut world = World::in_review();
    let now = world.story.now();
    let Payload::ReviewClaimed(claimed) = world.one(claim(MODERATOR)) else { panic!("claimed") };
    assert_eq!(Micros(claimed.lease_until), now.plus(hours(2)));
    assert_eq!(hours(2), LEASE);
    assert_eq!(world.review().claim.unwrap().by, MODERATOR);
}

#[test]
fn a_claim_keeps_others_from_claiming_and_deciding_and_says_until_when() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    let until = world.review().claim.unwrap().until;
    let refusal = Refusal::Claimed { until };
    assert_eq!(world.refused(claim(OTHER_MODERATOR)), refusal);
    assert_eq!(world.refused(approve(OTHER_MODERATOR, 1)), refusal);
    assert_eq!(world.refused(refuse(OTHER_MODERATOR, 1, "spam")), refusal);
    assert_eq!(world.refused(request(REVIEWER, 1, vec![item(1, "title")])), refusal);
    assert_eq!(world.refused(release(OTHER_MODERATOR)), refusal);
    assert!(refusal.to_string().contains(&until.0.to_string()), "{refusal}");
    world.given(comment(OTHER_MODERATOR, 1));
    world.given(approve(MODERATOR, 1));
}

#[test]
fn nobody_has_to_claim() {
    let mut world = World::in_review();
    world.given(approve(OTHER_MODERATOR, 1));
}

#[test]
fn claiming_again_prolongs_and_the_former_lease_is_forgotten() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    world.story.wait(hours(1));
    world.given(claim(MODERATOR));
    assert_eq!(world.story.state().leases.len(), 1);
    world.story.wait(hours(1) + 10);
    assert!(world.review().claim.is_some(), "the first lease would be over");
    world.story.wait(hours(1));
    assert!(world.review().claim.is_none());
}

#[test]
fn a_lease_that_is_over_is_released_by_the_system_and_binds_nobody_before_that() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    let until = world.review().claim.unwrap().until;
    let mut late = World { story: world.story.clone() };
    late.story.wait(until.0 - late.story.now().0);
    assert!(late.review().claim.is_none());
    assert_eq!(late.last().head.actor, SYSTEM);
    assert!(matches!(late.last().payload, Some(Payload::ReviewReleased(_))));
    assert!(late.story.state().leases.is_empty());
    world.story.wait(until.0 - world.story.now().0 - 1);
    assert!(world.review().claim.is_some(), "one microsecond before its end it is held");
}

#[test]
fn only_the_one_who_claimed_releases() {
    let mut world = World::in_review();
    assert_eq!(world.given(release(MODERATOR)), [], "nothing to release is no refusal");
    world.given(claim(MODERATOR));
    world.given(release(MODERATOR));
    assert!(world.review().claim.is_none());
    assert!(world.story.state().leases.is_empty());
    world.given(claim(OTHER_MODERATOR));
}

#[test]
fn a_claim_of_somebody_who_may_not_moderate_any_more_binds_nobody() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    let ask = revoke(ADMINISTRATOR, MODERATOR, &world);
    world.given(ask);
    world.given(claim(OTHER_MODERATOR));
    assert_eq!(world.review().claim.unwrap().by, OTHER_MODERATOR);
    assert_eq!(world.story.state().leases.len(), 1);
}

#[test]
fn a_claim_ends_with_its_review() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    world.given(approve(MODERATOR, 1));
    assert!(world.review().claim.is_none());
    assert!(world.story.state().leases.is_empty());
    let because = world.review().ended.unwrap().moment.place;
    let refusal = world.refused(claim(MODERATOR));
    assert_eq!(refusal, Refusal::ReviewEnded { because, record: dossier_engine::Record::Not });
}

#[test]
fn reviewers_do_not_claim() {
    let mut world = World::in_review();
    assert!(matches!(world.refused(claim(REVIEWER)), Refusal::NotEntitled { .. }));
}
