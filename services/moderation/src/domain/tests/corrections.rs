//! Editorial corrections: one moderator proposes, another one confirms, publication makes the edition.

use dossier_proto::{Actor, Digest, Event, Origin, Payload, v1};

use super::world::*;
use crate::domain::{Command, CorrectedWords, Invalid, Refusal, Standing};

const CORRECTED: u32 = 50;

/// A practice that is public as edition 1.
fn published() -> World {
    let mut world = World::practice_before("publisher");
    world.given(approve(PUBLISHER, 1));
    world.publish(1);
    world
}

fn proposed() -> World {
    let mut world = published();
    world.given(propose(MODERATOR, 1, 1, CORRECTED));
    world
}

/// Publication makes the next edition of the confirmed correction.
fn publish_correction(world: &mut World, edition: u32) -> Event {
    let confirmed = world.entry().correction.as_ref().unwrap().confirmed.unwrap().place;
    let payload = Payload::EditionPublished(v1::EditionPublished {
        command: Some(v1::PublishEdition { approved: Some(confirmed.into()) }),
        number: "EVT-2026-00001".to_owned(),
        edition,
        content: Some(content(CORRECTED)),
        kind: v1::EditionKind::Correction.into(),
        ..v1::EditionPublished::default()
    });
    world.story.hear(Actor::System(Origin::Publication), Origin::Publication, Some(ENTRY), payload)
}

#[test]
fn a_correction_is_proposed_by_one_moderator_and_confirmed_by_another() {
    let mut world = published();
    let Payload::CorrectionProposed(_) = world.one(propose(MODERATOR, 1, 1, CORRECTED)) else { panic!("proposed") };
    let place = world.last().head.place;
    assert_eq!(world.refused(confirm(MODERATOR, CORRECTED)), Refusal::OwnWords { because: place });
    let Payload::CorrectionConfirmed(confirmed) = world.one(confirm(OTHER_MODERATOR, CORRECTED)) else {
        panic!("confirmed")
    };
    assert_eq!(confirmed.proposed, Some(place.into()));
    assert_eq!((confirmed.base_edition, confirmed.content), (1, Some(content(CORRECTED))));
    assert_eq!((confirmed.record_type.as_str(), confirmed.body.as_str()), ("practice", "KAZ"));
    assert_eq!((confirmed.fields, confirmed.notices), (vec!["title".to_owned()], vec!["kosovo-1244".to_owned()]));
    assert_eq!(confirmed.reason, Some(sealed(86)));
    assert_eq!(world.entry().standing().unwrap().0, Standing::Published, "until publication follows");
    let edition = publish_correction(&mut world, 2);
    let current = world.entry().edition.as_ref().unwrap();
    assert_eq!((current.edition, current.digest), (2, digest(CORRECTED)));
    assert!(current.corrected.is_some() && world.entry().correction.is_none());
    assert_eq!(world.entry().standing().unwrap(), (Standing::Published, edition.head.recorded_at));
    world.story.replayed();
}

#[test]
fn only_fields_that_the_registry_calls_editorial_are_corrected() {
    let mut world = published();
    let with = |fields: &[&str]| {
        propose(MODERATOR, 1, 1, CORRECTED).changed(|command| {
            if let Command::ProposeCorrection(propose) = command {
                propose.fields = fields.iter().map(ToString::to_string).collect();
            }
        })
    };
    for fields in [&[][..], &["contact"], &["title", "contact"], &["title", "title"], &["no-such"]] {
        assert_eq!(world.refused(with(fields)), Refusal::Invalid(Invalid::NotEditorial), "{fields:?}");
    }
    world.given(with(&["title", "summary"]));
    // A type of which the registry says nothing has no editorial field.
    let mut event = World::published();
    assert_eq!(event.refused(propose(MODERATOR, 1, 1, CORRECTED)), Refusal::Invalid(Invalid::NotEditorial));
}

#[test]
fn a_correction_starts_from_the_current_edition() {
    let mut world = published();
    let because = world.entry().edition.as_ref().unwrap().published.place;
    assert_eq!(world.refused(propose(MODERATOR, 2, 1, CORRECTED)), Refusal::BaseOutdated { because });
    assert_eq!(world.refused(propose(MODERATOR, 1, 9, CORRECTED)), Refusal::DigestMismatch { current: digest(1) });
    assert_eq!(world.refused(propose(MODERATOR, 1, 1, 1)), Refusal::Invalid(Invalid::CorrectedContent));
    let faulty = propose(MODERATOR, 1, 1, CORRECTED).changed(|command| {
        if let Command::ProposeCorrection(propose) = command {
            propose.faults = 1;
        }
    });
    assert_eq!(world.refused(faulty), Refusal::Invalid(Invalid::CorrectedContent));
    world.given(propose(MODERATOR, 1, 1, CORRECTED));
    let because = world.last().head.place;
    let another = world.refused(propose(OTHER_MODERATOR, 1, 1, 51));
    assert_eq!(another, Refusal::CorrectionPending { because }, "one at a time");
}

#[test]
fn what_is_not_public_is_not_corrected() {
    let mut world = World::in_review_of("practice");
    assert_eq!(world.refused(propose(MODERATOR, 1, 1, CORRECTED)), Refusal::NotPublished);
    let mut world = proposed();
    world.hear(Origin::Publication, PUBLISHER, Payload::EntrySuspended(v1::EntrySuspended::default()));
    assert_eq!(world.entry().standing().unwrap().0, Standing::Suspended);
    assert_eq!(world.refused(confirm(OTHER_MODERATOR, CORRECTED)), Refusal::NotPublished);
    world.hear(Origin::Publication, PUBLISHER, Payload::EntryReinstated(v1::EntryReinstated::default()));
    world.given(confirm(OTHER_MODERATOR, CORRECTED));
    let mut world = proposed();
    world.hear(Origin::Publication, PUBLISHER, retracted());
    assert_eq!(world.refused(confirm(OTHER_MODERATOR, CORRECTED)), Refusal::NoCorrection);
    let mut world = published();
    world.hear(Origin::Publication, PUBLISHER, Payload::EntrySuperseded(v1::EntrySuperseded::default()));
    assert_eq!(world.entry().standing().unwrap().0, Standing::Superseded);
    assert_eq!(world.refused(propose(MODERATOR, 1, 1, CORRECTED)), Refusal::NotPublished);
}

/// P6 for corrections: nobody who wrote the edition, proposed an earlier correction of it or has a conflict confirms one.
#[test]
fn who_wrote_the_edition_or_has_a_conflict_confirms_nothing() {
    let mut world = World::ready();
    let authors = vec![(CONTRIBUTOR, 0), (OTHER_MODERATOR, 4)];
    world.submit(ENTRY, &Filed { record_type: "report", authors, ..Filed::revision(1) });
    world.given(approve(MODERATOR, 1));
    world.given(approve(THIRD_MODERATOR, 1));
    world.publish(1);
    world.given(propose(MODERATOR, 1, 1, CORRECTED));
    assert_eq!(world.refused(confirm(OTHER_MODERATOR, CORRECTED)), Refusal::OwnWords { because: in_submission(4) });
    let first = world.entry().correction.as_ref().unwrap().proposed.place;
    world.given(confirm(THIRD_MODERATOR, CORRECTED));
    publish_correction(&mut world, 2);
    world.given(propose(THIRD_MODERATOR, 2, CORRECTED, 51));
    assert_eq!(world.refused(confirm(MODERATOR, 51)), Refusal::OwnWords { because: first });
    let mut world = proposed();
    world.given(declare_conflict(OTHER_MODERATOR));
    assert!(matches!(world.refused(confirm(OTHER_MODERATOR, CORRECTED)), Refusal::Conflicted { .. }));
    world.given(declare_conflict(MODERATOR));
    assert!(world.entry().correction.is_none(), "what they proposed is nobody's");
}

#[test]
fn a_confirmation_names_the_digest_and_carries_the_proposed_words_and_no_others() {
    let mut world = proposed();
    let another = world.refused(confirm(OTHER_MODERATOR, 51));
    assert_eq!(another, Refusal::DigestMismatch { current: digest(CORRECTED) });
    let words = |number: u32, reason: u32| CorrectedWords {
        content: content(number),
        reason: Some(sealed(reason)),
        notices: Vec::new(),
    };
    for given in [None, Some(words(51, 86)), Some(words(CORRECTED, 85))] {
        let refusal = world.refused(confirm_with(OTHER_MODERATOR, CORRECTED, given));
        assert_eq!(refusal, Refusal::WordsMissing);
    }
    world.given(confirm(OTHER_MODERATOR, CORRECTED));
    assert_eq!(world.refused(confirm(THIRD_MODERATOR, CORRECTED)), Refusal::NoCorrection, "once");
}

#[test]
fn a_correction_is_rejected_with_a_reason_and_another_may_be_proposed() {
    let mut world = proposed();
    let digest: Digest = digest(CORRECTED);
    assert_eq!(world.refused(reject(OTHER_MODERATOR, 51)), Refusal::DigestMismatch { current: digest });
    world.given(reject(MODERATOR, CORRECTED));
    assert_eq!(world.refused(reject(MODERATOR, CORRECTED)), Refusal::NoCorrection);
    world.given(propose(OTHER_MODERATOR, 1, 1, 51));
}

#[test]
fn a_correction_that_publication_cannot_follow_is_done_with() {
    let mut world = proposed();
    world.given(confirm(OTHER_MODERATOR, CORRECTED));
    let confirmed = world.last().head.place;
    assert!(matches!(world.refused(propose(MODERATOR, 1, 1, 51)), Refusal::CorrectionPending { .. }));
    let declined = Payload::PublicationDeclined(v1::PublicationDeclined {
        command: Some(v1::PublishEdition { approved: Some(confirmed.into()) }),
        refusal: None,
    });
    world.hear(Origin::Publication, PUBLISHER, declined);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Published);
    world.given(propose(MODERATOR, 1, 1, 51));
}

/// The body's own next edition, made on the edition before the correction, is not approved over it.
#[test]
fn what_the_body_revised_before_the_correction_is_outdated_by_it() {
    let mut world = proposed();
    world.given(confirm(OTHER_MODERATOR, CORRECTED));
    let practice = Filed { record_type: "practice", base_edition: Some(1), ..Filed::revision(2) };
    world.submit(ENTRY, &practice);
    let published = publish_correction(&mut world, 2);
    let refusal = world.refused(approve(THIRD_MODERATOR, 2));
    assert_eq!(refusal, Refusal::BaseOutdated { because: published.head.place });
}

#[test]
fn moderators_correct_and_nobody_else() {
    let mut world = proposed();
    for by in [REVIEWER, INTERNAL, PUBLISHER, CONTRIBUTOR, ADMINISTRATOR, NOBODY] {
        for ask in [propose(by, 1, 1, 51), confirm(by, CORRECTED), reject(by, CORRECTED)] {
            assert!(matches!(world.refused(ask), Refusal::NotEntitled { .. }), "{by}");
        }
    }
}

/// Who corrected an edition could decide on what revised it, with their own words in it (P6).
#[test]
fn who_proposed_a_correction_does_not_decide_on_what_revises_it() {
    let mut world = proposed();
    let because = world.last().head.place;
    world.given(confirm(OTHER_MODERATOR, CORRECTED));
    let filed =
        |revision, base| Filed { record_type: "practice", base_edition: Some(base), ..Filed::revision(revision) };
    // The body has heard of the edition; moderation has not yet.
    let mut early = World { story: world.story.clone() };
    early.submit(ENTRY, &filed(7, 2));
    assert_eq!(early.refused(approve(MODERATOR, 7)), Refusal::OwnWords { because });
    publish_correction(&mut world, 2);
    world.submit(ENTRY, &filed(7, 2));
    assert_eq!(world.refused(approve(MODERATOR, 7)), Refusal::OwnWords { because });
    world.given(approve(OTHER_MODERATOR, 7));
    // What does not rest on the correction is no words of theirs.
    let mut world = proposed();
    world.submit(ENTRY, &filed(7, 1));
    world.given(approve(MODERATOR, 7));
}

/// Who had submitted an earlier round, without writing, confirmed a correction of what became of it (P6).
#[test]
fn who_submitted_any_round_does_not_confirm() {
    let mut world = World::ready();
    let report = |revision| Filed { record_type: "report", ..Filed::revision(revision) };
    world.submit(ENTRY, &Filed { by: OTHER_MODERATOR, ..report(1) });
    let because = world.review().submitted.place;
    world.given(request(MODERATOR, 1, vec![item(1, "title")]));
    world.submit(ENTRY, &Filed { answers: vec![1], ..report(2) });
    world.given(approve(MODERATOR, 2));
    world.given(approve(THIRD_MODERATOR, 2));
    world.publish(1);
    world.given(propose(MODERATOR, 1, 2, CORRECTED));
    assert_eq!(world.refused(confirm(OTHER_MODERATOR, CORRECTED)), Refusal::OwnWords { because });
    world.given(confirm(THIRD_MODERATOR, CORRECTED));
}
