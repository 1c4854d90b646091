//! Conflicts of interest: out for ever (P6).

use dossier_engine::{Record, Refusal as _};
use dossier_proto::Payload;

use super::world::*;
use crate::domain::{Command, Invalid, Passing, Refusal};

#[test]
fn who_declared_a_conflict_has_no_part_any_more() {
    let mut world = World::in_review();
    world.given(claim(MODERATOR));
    let declared = world.given(declare_conflict(MODERATOR));
    let because = declared[0].head.place;
    assert!(world.review().claim.is_none() && world.story.state().leases.is_empty(), "what they took up is free");
    let refusal = Refusal::Conflicted { because };
    for ask in [
        approve(MODERATOR, 1),
        object(MODERATOR, 1),
        refuse(MODERATOR, 1, "spam"),
        request(MODERATOR, 1, vec![item(1, "title")]),
        comment(MODERATOR, 1),
        claim(MODERATOR),
        hold(MODERATOR, "contributor", None),
        mark_duplicate(MODERATOR, 1, OTHER_ENTRY),
    ] {
        assert_eq!(world.refused(ask), refusal);
        assert_eq!(refusal.facts().record, Record::Kept);
        assert!(matches!(world.last().payload, Some(Payload::ModerationRefused(_))));
    }
    assert_eq!(world.given(declare_conflict(MODERATOR)), [], "once is enough");
    world.given(request(OTHER_MODERATOR, 1, vec![item(1, "title")]));
    world.submit(ENTRY, &Filed::revision(2));
    assert_eq!(world.refused(approve(MODERATOR, 2)), refusal, "for ever");
    world.given(approve(OTHER_MODERATOR, 2));
}

#[test]
fn earlier_opinions_stop_counting_and_a_passed_stage_is_not_passed_any_more() {
    let mut world = World::practice_before("publisher");
    world.given(declare_conflict(EXTERNAL[0]));
    assert_eq!((world.stage(), world.review().passing()), ("peer", Some(Passing::Waiting)));
    assert_eq!(world.entry().turn().unwrap().1, world.last().head.recorded_at, "reviewers have the move since now");
    assert!(matches!(world.refused(approve(PUBLISHER, 1)), Refusal::NotAsked { .. }));
    assert!(matches!(world.refused(approve(EXTERNAL[0], 1)), Refusal::Conflicted { .. }));
    world.given(approve(EXTERNAL[2], 1));
    assert_eq!(world.stage(), "publisher");
    world.given(approve(PUBLISHER, 1));
    world.story.replayed();
}

#[test]
fn opinions_in_later_stages_count_again_when_the_earlier_one_is_passed_again() {
    let mut world = World::practice_before("publisher");
    world.given(declare_conflict(MODERATOR));
    assert_eq!(world.stage(), "desk");
    let Payload::ApprovalCounted(counted) = world.one(approve(OTHER_MODERATOR, 1)) else { panic!("counted") };
    assert_eq!(counted.next_stage, "publisher");
}

#[test]
fn an_objection_of_who_has_a_conflict_is_gone_too() {
    let mut world = World::in_review_of("report");
    world.given(object(MODERATOR, 1));
    world.given(approve(OTHER_MODERATOR, 1));
    world.given(declare_conflict(MODERATOR));
    assert!(world.review().is_open(), "one of two has approved");
    world.given(approve(THIRD_MODERATOR, 1));
    assert!(!world.review().is_open());
}

#[test]
fn a_conflict_needs_a_reason_and_is_for_those_who_take_part() {
    let mut world = World::in_review();
    let wordless = Command::DeclareConflict(dossier_proto::v1::DeclareConflict { reason: None });
    let ask = dossier_engine::testing::Ask::by(MODERATOR, wordless).on(ENTRY);
    assert_eq!(world.refused(ask), Refusal::Invalid(Invalid::NoText));
    for by in [CONTRIBUTOR, PUBLISHER, AUDITOR, ADMINISTRATOR, NOBODY] {
        assert!(matches!(world.refused(declare_conflict(by)), Refusal::NotEntitled { .. }), "{by}");
    }
    world.given(declare_conflict(REVIEWER));
    let mut world = World::practice_before("publisher");
    world.given(declare_conflict(PUBLISHER));
}
