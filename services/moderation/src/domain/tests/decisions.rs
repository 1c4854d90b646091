//! What ends a review, and that the first ending stands.

use dossier_engine::Record;
use dossier_proto::{Digest, Payload, Place, v1, v1::public_step::Kind};

use super::world::*;
use crate::domain::{Ending, Invalid, REQUESTED_CHANGES_MAX, Refusal, Standing, Turn};

fn place(raw: Option<&v1::Place>) -> Place {
    Place::try_from(raw.expect("a place")).unwrap()
}

#[test]
fn what_is_submitted_is_opened_for_review_by_the_service() {
    let world = World::in_review();
    let opened = world.last();
    assert_eq!(opened.head.actor, SERVICE);
    assert_eq!(opened.head.part_version, 1);
    let Some(Payload::ReviewOpened(review)) = &opened.payload else { panic!("{opened:?}") };
    assert_eq!((review.revision, review.round), (1, 1));
    assert_eq!(review.digest, digest(1).to_vec());
    assert_eq!((review.record_type.as_str(), review.body.as_str()), ("event", "KAZ"));
    assert_eq!(opened.head.cause, Some(world.review().submitted.place));
    assert_eq!(world.entry().turn().unwrap().0, Turn::Moderator);
}

#[test]
fn an_approval_carries_everything_that_publication_needs() {
    let mut world = World::ready();
    let submitted = world.submit(ENTRY, &Filed { base_edition: Some(0), ..Filed::revision(1) });
    let events = world.given(approve(MODERATOR, 1));
    let Some(Payload::Approved(approved)) = &events[0].payload else { panic!("{events:?}") };
    assert_eq!(approved.content, Some(content(1)));
    assert_eq!(approved.what_changed, Some(sealed(1)));
    assert_eq!((approved.record_type.as_str(), approved.body.as_str()), ("event", "KAZ"));
    assert_eq!((approved.original_language.as_str(), approved.base_edition), ("en", Some(0)));
    assert_eq!(place(approved.submitted.as_ref()), submitted.head.place);
    assert_eq!(approved.command.as_ref().unwrap().notices, ["kosovo-1244"]);
    let held = world.story.state().designations.of_subject(MODERATOR).next().unwrap();
    assert_eq!(events[0].head.authority.unwrap().designation, held.designation.id);
    let ended = world.review().ended.unwrap();
    assert_eq!((ended.how, ended.by, ended.moment.place), (Ending::Approved, Some(MODERATOR), events[0].head.place));
    assert_eq!(world.review().authors.len(), 1);
    world.publish(1);
    assert!(world.review().authors.is_empty(), "who wrote it is kept once, with the edition");
    assert_eq!(world.entry().writers, [(CONTRIBUTOR, in_submission(0))]);
}

#[test]
fn the_public_steps_tell_what_happened_and_name_no_person() {
    let mut world = World::ready();
    let first = world.submit(ENTRY, &Filed::revision(1));
    let returned = world.given(request(MODERATOR, 1, vec![item(1, "title"), item(2, "dates")]));
    let second = world.submit(ENTRY, &Filed::revision(2));
    world.hear(dossier_proto::Origin::Submission, CONTRIBUTOR, recall(&second));
    let third = world.submit(ENTRY, &Filed::revision(3));
    let events = world.given(approve(MODERATOR, 3));
    let Some(Payload::Approved(approved)) = &events[0].payload else { panic!("{events:?}") };
    let told: Vec<_> = approved
        .steps
        .iter()
        .map(|step| (step.kind(), place(step.place.as_ref()), step.recorded_at, step.count))
        .collect();
    let at = |event: &dossier_proto::Event| (event.head.place, event.head.recorded_at.0);
    let expected = [
        (Kind::Submitted, at(&first), 0),
        (Kind::ChangesRequested, at(&returned[0]), 2),
        (Kind::Resubmitted, at(&second), 0),
        (Kind::Resubmitted, at(&third), 0),
        (Kind::Approved, at(&events[0]), 0),
    ];
    assert_eq!(told, expected.map(|(kind, (place, recorded_at), count)| (kind, place, recorded_at, count)));
}

#[test]
fn the_steps_of_the_next_edition_begin_after_the_last() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    world.publish(1);
    world.submit(ENTRY, &Filed { base_edition: Some(1), ..Filed::revision(2) });
    let Payload::Approved(approved) = world.one(approve(MODERATOR, 2)) else { panic!("approved") };
    let kinds: Vec<_> = approved.steps.iter().map(v1::PublicStep::kind).collect();
    assert_eq!(kinds, [Kind::Submitted, Kind::Approved]);
}

#[test]
fn requested_changes_end_the_review_and_the_next_submission_opens_another() {
    let mut world = World::in_review();
    let Payload::ChangesRequested(requested) = world.one(request(REVIEWER, 1, vec![item(1, "title")])) else {
        panic!("requested")
    };
    assert_eq!((requested.revision, place(requested.submitted.as_ref())), (1, world.review().submitted.place));
    assert_eq!(world.review().ended.unwrap().how, Ending::ChangesRequested { items: 1 });
    assert_eq!(world.entry().standing().unwrap().0, Standing::ChangesRequested);
    assert_eq!(world.entry().turn().unwrap().0, Turn::Contributor);
    world.submit(ENTRY, &Filed::revision(2));
    let Some(Payload::ReviewOpened(opened)) = &world.last().payload else { panic!("opened") };
    assert_eq!(opened.round, 2);
    assert!(world.review().is_open());
    assert_eq!(world.entry().reviews.len(), 2);
}

#[test]
fn requested_changes_are_counted_and_say_something() {
    let mut world = World::in_review();
    let many = |count: usize| (1..).take(count).map(|number| item(number, "title")).collect::<Vec<_>>();
    let mut wordless = many(2);
    wordless[1].text = None;
    let cases = [
        (Vec::new(), Invalid::Items),
        (many(REQUESTED_CHANGES_MAX + 1), Invalid::Items),
        (vec![item(2, "title")], Invalid::ItemNumbers),
        (vec![item(1, "title"), item(1, "title")], Invalid::ItemNumbers),
        (vec![item(1, "The Title")], Invalid::Field),
        (wordless, Invalid::NoText),
    ];
    for (items, expected) in cases {
        assert_eq!(world.refused(request(MODERATOR, 1, items)), Refusal::Invalid(expected));
    }
    world.given(request(MODERATOR, 1, many(REQUESTED_CHANGES_MAX)));
}

#[test]
fn a_refusal_needs_a_code_of_the_registry_and_a_reason() {
    let mut world = World::in_review();
    for code in ["", "no-such", "OUT_OF_SCOPE", "published_in_error"] {
        assert_eq!(world.refused(refuse(MODERATOR, 1, code)), Refusal::UnknownCode, "{code:?}");
    }
    let Payload::EntryRefused(refused) = world.one(refuse(MODERATOR, 1, "out_of_scope")) else { panic!("refused") };
    assert_eq!((refused.revision, refused.command.unwrap().code.as_str()), (1, "out_of_scope"));
    assert_eq!(world.entry().standing().unwrap().0, Standing::Refused);
}

#[test]
fn reviewers_request_changes_and_neither_approve_nor_refuse() {
    let mut world = World::in_review();
    assert!(matches!(world.refused(approve(REVIEWER, 1)), Refusal::NotEntitled { .. }));
    assert!(matches!(world.refused(refuse(REVIEWER, 1, "spam")), Refusal::NotEntitled { .. }));
    world.given(request(REVIEWER, 1, vec![item(1, "title")]));
}

/// Seen in koryta: a second approval overwrites who approved first.
#[test]
fn koryta_a_second_approval_never_overwrites_who_approved_first() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    let first = world.review().ended;
    let because = first.unwrap().moment.place;
    for by in [OTHER_MODERATOR, MODERATOR] {
        let refusal = world.refused(approve(by, 1));
        assert_eq!(refusal, Refusal::ReviewEnded { because, record: Record::Kept });
        assert!(matches!(world.last().payload, Some(Payload::ModerationRefused(_))), "refused decisions are history");
        assert_eq!(world.review().ended, first);
    }
    world.refused(refuse(OTHER_MODERATOR, 1, "spam"));
    world.refused(request(OTHER_MODERATOR, 1, vec![item(1, "title")]));
    assert_eq!(world.review().ended, first);
}

#[test]
fn an_approval_carries_the_submitted_words_and_no_others() {
    let mut world = World::in_review();
    let mut forged = words(1);
    forged.content.sealed.as_mut().unwrap().ciphertext[0] ^= 1;
    let mut other_reason = words(1);
    other_reason.what_changed = Some(sealed(77));
    let mut other_digest = words(1);
    other_digest.content.digest = Digest([9; 32]).to_vec();
    for given in [None, Some(forged), Some(other_reason), Some(other_digest)] {
        assert_eq!(world.refused(approve_with(MODERATOR, 1, given)), Refusal::WordsMissing);
    }
    assert!(world.review().is_open());
}

#[test]
fn what_revises_an_older_edition_than_the_current_one_is_not_approved() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    let published = world.publish(1);
    world.submit(ENTRY, &Filed { base_edition: None, ..Filed::revision(2) });
    let refusal = world.refused(approve(MODERATOR, 2));
    assert_eq!(refusal, Refusal::BaseOutdated { because: published.head.place });
    world.given(request(MODERATOR, 2, vec![item(1, "title")]));
    world.submit(ENTRY, &Filed { base_edition: Some(1), ..Filed::revision(3) });
    world.given(approve(MODERATOR, 3));
    assert_eq!(world.publish(2).head.entry, Some(ENTRY));
    assert_eq!(world.entry().standing().unwrap().0, Standing::Published);
}

#[test]
fn an_edition_that_was_not_heard_of_yet_is_for_publication_to_judge() {
    let mut world = World::in_review();
    world.given(approve(MODERATOR, 1));
    world.submit(ENTRY, &Filed { base_edition: Some(1), ..Filed::revision(2) });
    world.given(approve(MODERATOR, 2));
}
