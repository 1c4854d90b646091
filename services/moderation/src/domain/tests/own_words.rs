//! P6: nobody approves their own words.

use dossier_engine::{Record, Refusal as _};
use dossier_identity::Role;
use dossier_proto::Origin;

use super::world::*;
use crate::domain::Refusal;

/// A moderator who also contributes for the body.
fn with_moderator_as_author(filed: &Filed) -> World {
    let mut world = World::ready();
    world.given(dossier_engine::testing::Ask::by(SYSTEM, grant(MODERATOR, Role::Contributor, "KAZ", &[])));
    world.submit(ENTRY, filed);
    world
}

/// Seen in Wagtail: the submitter approves their own page.
#[test]
fn wagtail_who_wrote_part_of_it_does_not_decide_and_the_event_is_named() {
    let filed = Filed { authors: vec![(CONTRIBUTOR, 0), (MODERATOR, 3)], ..Filed::revision(1) };
    let mut world = with_moderator_as_author(&filed);
    let refusal = Refusal::OwnWords { because: in_submission(3) };
    assert_eq!(refusal.facts().record, Record::Kept);
    for ask in [
        approve(MODERATOR, 1),
        refuse(MODERATOR, 1, "spam"),
        request(MODERATOR, 1, vec![item(1, "title")]),
        comment(MODERATOR, 1),
        claim(MODERATOR),
    ] {
        assert_eq!(world.refused(ask), refusal);
    }
    assert!(refusal.to_string().contains("submission 1003"), "{refusal}");
    world.given(approve(OTHER_MODERATOR, 1));
}

#[test]
fn who_submitted_without_writing_does_not_decide_either() {
    let filed = Filed { by: MODERATOR, ..Filed::revision(1) };
    let mut world = with_moderator_as_author(&filed);
    let because = world.review().submitted.place;
    assert_eq!(world.refused(approve(MODERATOR, 1)), Refusal::OwnWords { because });
}

#[test]
fn nor_who_submitted_an_earlier_round() {
    let filed = Filed { by: MODERATOR, ..Filed::revision(1) };
    let mut world = with_moderator_as_author(&filed);
    let because = world.review().submitted.place;
    world.given(request(OTHER_MODERATOR, 1, vec![item(1, "title")]));
    world.submit(ENTRY, &Filed::revision(2));
    assert_eq!(world.refused(approve(MODERATOR, 2)), Refusal::OwnWords { because });
}

#[test]
fn the_whole_lineage_counts_and_nothing_else_does() {
    let filed = Filed { authors: vec![(MODERATOR, 1), (CONTRIBUTOR, 2)], ..Filed::revision(1) };
    let mut world = with_moderator_as_author(&filed);
    let submitted = world.submit(OTHER_ENTRY, &Filed::revision(7));
    let elsewhere = approve(MODERATOR, 7).on(OTHER_ENTRY);
    world.given(elsewhere);
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    assert_eq!(world.refused(approve(MODERATOR, 1)), Refusal::OwnWords { because: in_submission(1) });
}

#[test]
fn an_author_may_let_go_of_a_claim_made_before() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    world.given(release(MODERATOR));
}
