//! After a refusal: one appeal, to another moderator. And duplicates.

use dossier_proto::{Origin, Payload, v1::public_step::Kind};

use super::world::*;
use crate::domain::{Ending, Invalid, Refusal, Standing, Turn};

fn refused_then_appealed() -> World {
    let mut world = World::in_review();
    world.given(refuse(MODERATOR, 1, "spam"));
    let payload = appeal(&world);
    world.hear(Origin::Submission, CONTRIBUTOR, payload);
    world
}

#[test]
fn an_appeal_opens_a_review_of_the_same_submission() {
    let world = refused_then_appealed();
    let Some(Payload::ReviewOpened(opened)) = &world.last().payload else { panic!("opened") };
    let command = opened.command.as_ref().unwrap();
    assert!(command.appeal.is_some() && command.submitted.is_some());
    assert_eq!((opened.round, opened.digest.clone()), (1, digest(1).to_vec()));
    assert_eq!(
        (world.entry().standing().unwrap().0, world.entry().turn().unwrap().0),
        (Standing::InReview, Turn::Moderator)
    );
    assert_eq!(world.entry().standing().unwrap().1, world.review().appeal.unwrap().at, "it waits since the appeal");
    world.story.replayed();
}

#[test]
fn an_appeal_is_decided_by_another_moderator_than_the_one_who_refused() {
    let mut world = refused_then_appealed();
    let because = world.entry().reviews[0].ended.unwrap().moment.place;
    for ask in [approve(MODERATOR, 1), refuse(MODERATOR, 1, "spam"), claim(MODERATOR), object(MODERATOR, 1)] {
        assert_eq!(world.refused(ask), Refusal::RefusedBefore { because });
    }
    let refusal = world.refused(assign(OTHER_MODERATOR, MODERATOR));
    assert!(matches!(refusal, Refusal::Invalid(Invalid::Assignee(_))));
    let Payload::Approved(approved) = world.one(approve(OTHER_MODERATOR, 1)) else { panic!("approved") };
    let kinds: Vec<_> = approved.steps.iter().map(dossier_proto::v1::PublicStep::kind).collect();
    assert_eq!(kinds, [Kind::Submitted, Kind::Approved], "it was submitted once");
}

#[test]
fn who_wrote_it_decides_no_appeal_either() {
    let mut world = World::ready();
    world.submit(ENTRY, &Filed { authors: vec![(OTHER_MODERATOR, 3)], ..Filed::revision(1) });
    world.given(refuse(MODERATOR, 1, "spam"));
    let payload = appeal(&world);
    world.hear(Origin::Submission, CONTRIBUTOR, payload);
    assert_eq!(world.refused(approve(OTHER_MODERATOR, 1)), Refusal::OwnWords { because: in_submission(3) });
    world.given(approve(THIRD_MODERATOR, 1));
}

#[test]
fn an_appeal_goes_the_way_that_the_refused_review_went() {
    let mut world = World::practice_before("peer");
    world.given(refuse(OTHER_MODERATOR, 1, "spam"));
    world.given(dossier_engine::testing::Ask::by(REGISTRAR, adopt(r#"{"refusals":[]}"#)));
    let payload = appeal(&world);
    world.hear(Origin::Submission, CONTRIBUTOR, payload);
    assert_eq!((world.stage(), world.review().opinions.len()), ("desk", 0), "and is judged anew");
    world.given(approve(MODERATOR, 1));
    assert_eq!(world.stage(), "peer");
}

#[test]
fn there_is_one_appeal_and_only_against_the_newest_decision() {
    let mut world = refused_then_appealed();
    world.given(refuse(OTHER_MODERATOR, 1, "spam"));
    let again = appeal(&world);
    let before = world.entry().reviews.len();
    world.hear(Origin::Submission, CONTRIBUTOR, again);
    assert_eq!(world.entry().reviews.len(), before);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Refused);
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    let of_an_approval = appeal(&world);
    world.hear(Origin::Submission, CONTRIBUTOR, of_an_approval);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Approved);
}

/// Every reaction is idempotent: the same appeal heard once more opens nothing.
#[test]
fn an_appeal_heard_twice_opens_one_review() {
    let mut world = World::in_review();
    world.given(refuse(MODERATOR, 1, "spam"));
    let payload = appeal(&world);
    world.hear(Origin::Submission, CONTRIBUTOR, payload.clone());
    world.hear(Origin::Submission, CONTRIBUTOR, payload);
    assert_eq!(world.entry().reviews.len(), 2);
    world.given(approve(OTHER_MODERATOR, 1));
}

#[test]
fn a_recall_during_an_appeal_is_answered() {
    let mut world = refused_then_appealed();
    let submitted = world.review().submitted.place;
    let asked = Payload::RecallAsked(dossier_proto::v1::RecallAsked {
        command: Some(dossier_proto::v1::AskRecall {}),
        submitted: Some(submitted.into()),
    });
    world.hear(Origin::Submission, CONTRIBUTOR, asked);
    assert_eq!(world.review().ended.unwrap().how, Ending::Recalled);
}

#[test]
fn a_duplicate_points_to_what_everybody_can_read() {
    let mut world = World::published();
    let other = ENTRY;
    world.submit(OTHER_ENTRY, &Filed::revision(2));
    let mark = |by| mark_duplicate(by, 2, other).on(OTHER_ENTRY);
    assert!(matches!(world.refused(mark(REVIEWER)), Refusal::NotEntitled { .. }));
    let Payload::MarkedDuplicate(marked) = world.one(mark(MODERATOR)) else { panic!("marked") };
    assert_eq!((marked.number.as_str(), marked.revision), ("EVT-2026-00001", 2));
    let entry = &world.story.state().entries[&OTHER_ENTRY];
    assert_eq!(entry.standing().unwrap().0, Standing::Duplicate);
    assert_eq!(entry.turn().unwrap().0, Turn::Nobody);
}

#[test]
fn what_is_not_published_or_is_the_same_entry_is_no_original() {
    let mut world = World::in_review();
    world.submit(OTHER_ENTRY, &Filed::revision(2));
    for of in [ENTRY, OTHER_ENTRY, dossier_proto::EntryId([0x77; 16])] {
        assert_eq!(world.refused(mark_duplicate(MODERATOR, 1, of)), Refusal::NotPublished);
    }
    let mut world = World::published();
    world.hear(Origin::Publication, PUBLISHER, retracted());
    world.submit(OTHER_ENTRY, &Filed::revision(2));
    let ask = mark_duplicate(MODERATOR, 2, ENTRY).on(OTHER_ENTRY);
    assert_eq!(world.refused(ask), Refusal::NotPublished, "nobody can read it any more");
}
