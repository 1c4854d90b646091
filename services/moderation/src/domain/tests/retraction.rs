//! What publication does reaches the review.

use dossier_engine::Record;
use dossier_proto::{Actor, Origin, Payload, Place, v1};

use super::world::*;
use crate::domain::{Ending, Refusal, Standing};

fn published_and_revised() -> World {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    world.publish(1);
    world.submit(ENTRY, &Filed { base_edition: Some(1), ..Filed::revision(2) });
    world
}

#[test]
fn a_retraction_ends_the_open_review() {
    let mut world = published_and_revised();
    world.given(claim(MODERATOR));
    let retraction = world.hear(Origin::Publication, PUBLISHER, retracted());
    assert_eq!(world.review().ended.unwrap().how, Ending::Retracted);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Retracted);
    assert!(world.story.state().leases.is_empty());
    let refusal = Refusal::ReviewEnded { because: retraction.head.place, record: Record::Kept };
    assert_eq!(world.refused(approve(MODERATOR, 2)), refusal);
}

#[test]
fn a_request_after_the_retraction_is_too_late_and_names_it() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    world.publish(1);
    let submitted = world.submit(ENTRY, &Filed { base_edition: Some(1), ..Filed::revision(2) });
    let retraction = world.hear(Origin::Publication, PUBLISHER, retracted());
    world.hear(Origin::Submission, CONTRIBUTOR, recall(&submitted));
    let Some(Payload::RequestTooLate(late)) = &world.last().payload else { panic!("late") };
    assert_eq!(Place::try_from(late.ended.as_ref().unwrap()), Ok(retraction.head.place));
}

#[test]
fn what_is_submitted_after_the_retraction_is_not_reviewed() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    world.publish(1);
    world.hear(Origin::Publication, PUBLISHER, retracted());
    world.submit(ENTRY, &Filed { base_edition: Some(1), ..Filed::revision(2) });
    assert!(matches!(world.last().payload, Some(Payload::Received(_))), "no review is opened");
    assert!(!world.review().is_open());
    assert_eq!(world.refused(approve(MODERATOR, 2)), Refusal::NotFound);
}

#[test]
fn what_publication_declines_goes_back_and_its_rounds_still_count() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    let approved = world.review().ended.unwrap().moment.place;
    let declined = Payload::PublicationDeclined(v1::PublicationDeclined {
        command: Some(v1::PublishEdition { approved: Some(approved.into()) }),
        refusal: None,
    });
    world.story.hear(Actor::System(Origin::Publication), Origin::Publication, Some(ENTRY), declined);
    assert_eq!(world.entry().standing().unwrap().0, Standing::Declined);
    world.submit(ENTRY, &Filed::revision(2));
    let Payload::Approved(approved) = world.one(approve(MODERATOR, 2)) else { panic!("approved") };
    assert_eq!(approved.steps.len(), 3, "submitted, resubmitted, approved");
}
