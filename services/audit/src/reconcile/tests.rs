//! Each rule, with what agrees and everything that does not.

use std::collections::BTreeMap;

use dossier_proto::{
    Actor, EntryId, Event, EventId, Head, Micros, Origin, Payload, Place, hash_of, must_understand, schema_of, v1,
};

use super::{Look, Shelf, judge};
use crate::{domain::FindingKind, trail::Filed};

const ENTRY: EntryId = EntryId([1; 16]);
const OTHER: EntryId = EntryId([2; 16]);

#[derive(Default)]
struct Events(BTreeMap<Place, Event>);

impl Events {
    fn put(&mut self, origin: Origin, sequence: u64, entry: EntryId, payload: Payload) -> Place {
        let event = event(origin, sequence, entry, payload);
        let place = event.head.place;
        self.0.insert(place, event);
        place
    }
}

impl Shelf for Events {
    fn at(&self, place: Place) -> Look {
        if place.origin == Origin::Audit {
            return Look::Unknown;
        }
        match self.0.get(&place) {
            Some(event) => Look::Found(Box::new(Filed { hash: hash_of(&event.encode()), event: event.clone() })),
            None => Look::Absent,
        }
    }
}

fn event(origin: Origin, sequence: u64, entry: EntryId, payload: Payload) -> Event {
    let head = Head {
        id: EventId([7; 16]),
        place: Place { origin, epoch: 0, sequence },
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: Some(entry),
        part_version: 0,
        recorded_at: Micros(1),
        wall: Micros(1),
        actor: Actor::System(origin),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause: None,
        rules: 1,
        registry: None,
        correlation: None,
    };
    Event { head, payload: Some(payload) }
}

fn content(byte: u8) -> Option<v1::Content> {
    Some(v1::Content { revision: 1, digest: vec![byte; 32], ..v1::Content::default() })
}

fn submitted(byte: u8) -> Payload {
    Payload::Submitted(v1::Submitted { content: content(byte), ..v1::Submitted::default() })
}

fn approved(judged: u8, passed: u8, submitted: Option<Place>) -> Payload {
    Payload::Approved(v1::Approved {
        command: Some(v1::Approve { digest: vec![judged; 32], ..v1::Approve::default() }),
        content: content(passed),
        submitted: submitted.map(Into::into),
        ..v1::Approved::default()
    })
}

fn published(byte: u8, approved: Option<Place>) -> Payload {
    Payload::EditionPublished(v1::EditionPublished {
        command: Some(v1::PublishEdition { approved: approved.map(Into::into) }),
        content: content(byte),
        ..v1::EditionPublished::default()
    })
}

fn place(origin: Origin, sequence: u64) -> Place {
    Place { origin, epoch: 0, sequence }
}

#[track_caller]
fn check(shelf: &Events, event: &Event, expected: Option<(FindingKind, Option<u8>, Option<u8>)>) {
    let bytes = |byte: Option<u8>| byte.map(|byte| vec![byte; 32]).unwrap_or_default();
    let found = judge(event, shelf);
    let facts = found.as_ref().map(|finding| (finding.kind, finding.expected.clone(), finding.found.clone()));
    assert_eq!(facts, expected.map(|(kind, expected, found)| (kind, bytes(expected), bytes(found))));
    if let Some(finding) = found {
        assert_eq!((finding.at, finding.entry), (event.head.place, event.head.entry));
    }
}

#[test]
fn an_edition_rests_on_an_approval_of_that_content_and_entry() {
    let mut shelf = Events::default();
    let right = shelf.put(Origin::Moderation, 1, ENTRY, approved(5, 5, None));
    let of_another = shelf.put(Origin::Moderation, 2, OTHER, approved(5, 5, None));
    let no_approval = shelf.put(Origin::Moderation, 3, ENTRY, Payload::ReviewReleased(v1::ReviewReleased::default()));
    let nowhere = place(Origin::Moderation, 9);
    let elsewhere = place(Origin::Audit, 9);
    let not_approved = |expected, found| Some((FindingKind::NotApproved, expected, found));
    for (digest, rests_on, expected) in [
        (5, Some(right), None),
        (6, Some(right), not_approved(Some(5), Some(6))),
        (5, Some(of_another), not_approved(Some(5), Some(5))),
        (5, Some(no_approval), not_approved(None, Some(5))),
        (5, Some(nowhere), not_approved(None, Some(5))),
        (5, None, not_approved(None, Some(5))),
        (5, Some(elsewhere), None),
    ] {
        check(&shelf, &event(Origin::Publication, 0, ENTRY, published(digest, rests_on)), expected);
    }
    let bare = Payload::EditionPublished(v1::EditionPublished::default());
    check(&shelf, &event(Origin::Publication, 0, ENTRY, bare), not_approved(None, None));
}

#[test]
fn an_approval_rests_on_a_submission_of_that_content_and_entry() {
    let mut shelf = Events::default();
    let right = shelf.put(Origin::Submission, 1, ENTRY, submitted(5));
    let of_another = shelf.put(Origin::Submission, 2, OTHER, submitted(5));
    let no_submission = shelf.put(Origin::Submission, 3, ENTRY, Payload::Expired(v1::Expired::default()));
    let nowhere = place(Origin::Submission, 9);
    let not_submitted = |expected, found| Some((FindingKind::NotSubmitted, expected, found));
    for (judged, passed, rests_on, expected) in [
        (5, 5, Some(right), None),
        (6, 6, Some(right), not_submitted(Some(5), Some(6))),
        // What passes on is another content than the one that was judged (P5).
        (5, 6, Some(right), not_submitted(Some(6), Some(5))),
        (5, 5, Some(of_another), not_submitted(Some(5), Some(5))),
        (5, 5, Some(no_submission), not_submitted(None, Some(5))),
        (5, 5, Some(nowhere), not_submitted(None, Some(5))),
        (5, 5, None, not_submitted(None, Some(5))),
    ] {
        check(&shelf, &event(Origin::Moderation, 0, ENTRY, approved(judged, passed, rests_on)), expected);
    }
    let bare = Payload::Approved(v1::Approved::default());
    check(&shelf, &event(Origin::Moderation, 0, ENTRY, bare), not_submitted(None, None));
}

/// An approval may judge an earlier revision with the same content, where the submission says so; what passes is what was
/// submitted last.
#[test]
fn an_approval_of_an_equal_revision_lets_pass_what_was_submitted() {
    let mut shelf = Events::default();
    let again = Payload::Submitted(v1::Submitted {
        command: Some(v1::Submit { equals_revision: Some(1), ..v1::Submit::default() }),
        content: content(6),
        ..v1::Submitted::default()
    });
    let again = shelf.put(Origin::Submission, 1, ENTRY, again);
    check(&shelf, &event(Origin::Moderation, 0, ENTRY, approved(5, 6, Some(again))), None);
    let other = Some((FindingKind::NotSubmitted, Some(6), Some(5)));
    check(&shelf, &event(Origin::Moderation, 0, ENTRY, approved(5, 7, Some(again))), other);
    let right = shelf.put(Origin::Moderation, 1, ENTRY, approved(5, 6, Some(again)));
    check(&shelf, &event(Origin::Publication, 0, ENTRY, published(6, Some(right))), None);
}

fn by(person: u8, mut event: Event) -> Event {
    event.head.actor = Actor::Person(dossier_proto::SubjectId([person; 16]));
    event
}

fn proposed(byte: u8) -> Payload {
    let command = v1::ProposeCorrection { content: content(byte), ..v1::ProposeCorrection::default() };
    Payload::CorrectionProposed(v1::CorrectionProposed { command: Some(command) })
}

fn confirmed(judged: u8, passed: u8, proposed: Option<Place>) -> Payload {
    Payload::CorrectionConfirmed(v1::CorrectionConfirmed {
        command: Some(v1::ConfirmCorrection { digest: vec![judged; 32], note: None }),
        content: content(passed),
        proposed: proposed.map(Into::into),
        ..v1::CorrectionConfirmed::default()
    })
}

#[test]
fn a_correction_rests_on_a_proposal_of_that_content_by_another_person() {
    let mut shelf = Events::default();
    let mut put = |sequence, entry, payload| {
        let event = by(1, event(Origin::Moderation, sequence, entry, payload));
        let place = event.head.place;
        shelf.0.insert(place, event);
        place
    };
    let right = put(1, ENTRY, proposed(5));
    let of_another = put(2, OTHER, proposed(5));
    let no_proposal = put(3, ENTRY, Payload::ReviewReleased(v1::ReviewReleased::default()));
    let wrong = |expected, found| Some((FindingKind::NotSubmitted, expected, found));
    for (judged, passed, rests_on, who, expected) in [
        (5, 5, Some(right), 2, None),
        (5, 5, Some(right), 1, wrong(Some(5), Some(5))),
        (6, 6, Some(right), 2, wrong(Some(5), Some(6))),
        (5, 6, Some(right), 2, wrong(Some(6), Some(5))),
        (5, 5, Some(of_another), 2, wrong(Some(5), Some(5))),
        (5, 5, Some(no_proposal), 2, wrong(None, Some(5))),
        (5, 5, Some(place(Origin::Moderation, 9)), 2, wrong(None, Some(5))),
        (5, 5, None, 2, wrong(None, Some(5))),
    ] {
        let event = by(who, event(Origin::Moderation, 4, ENTRY, confirmed(judged, passed, rests_on)));
        check(&shelf, &event, expected);
    }
}

#[test]
fn an_edition_of_kind_correction_rests_on_a_confirmed_correction_and_no_other_does() {
    let mut shelf = Events::default();
    let correction = shelf.put(Origin::Moderation, 1, ENTRY, confirmed(5, 5, None));
    let approval = shelf.put(Origin::Moderation, 2, ENTRY, approved(5, 5, None));
    let of = |rests_on, kind: v1::EditionKind| {
        let Payload::EditionPublished(mut one) = published(5, Some(rests_on)) else { unreachable!("an edition") };
        one.kind = kind.into();
        event(Origin::Publication, 0, ENTRY, Payload::EditionPublished(one))
    };
    let wrong = Some((FindingKind::NotApproved, None, Some(5)));
    check(&shelf, &of(correction, v1::EditionKind::Correction), None);
    check(&shelf, &of(approval, v1::EditionKind::Unspecified), None);
    check(&shelf, &of(approval, v1::EditionKind::Correction), wrong);
    check(&shelf, &of(correction, v1::EditionKind::Unspecified), wrong);
}

#[test]
fn a_submission_that_says_it_was_cleared_rests_on_the_question_of_that_content_and_entry() {
    let mut shelf = Events::default();
    let asked =
        |byte| Payload::ClearanceAsked(v1::ClearanceAsked { content: content(byte), ..v1::ClearanceAsked::default() });
    let right = shelf.put(Origin::Submission, 1, ENTRY, asked(5));
    let of_another = shelf.put(Origin::Submission, 2, OTHER, asked(5));
    let no_question = shelf.put(Origin::Submission, 3, ENTRY, submitted(5));
    let wrong = |expected| Some((FindingKind::NotSubmitted, expected, Some(5)));
    for (rests_on, expected) in [
        (right, None),
        (shelf.put(Origin::Submission, 4, ENTRY, asked(6)), wrong(Some(6))),
        (of_another, wrong(Some(5))),
        (no_question, wrong(None)),
        (place(Origin::Submission, 9), wrong(None)),
    ] {
        let cleared =
            v1::Submitted { content: content(5), clearance_asked: Some(rests_on.into()), ..v1::Submitted::default() };
        check(&shelf, &event(Origin::Submission, 5, ENTRY, Payload::Submitted(cleared)), expected);
    }
}

#[test]
fn what_was_received_was_sent() {
    let mut shelf = Events::default();
    let sent = shelf.put(Origin::Submission, 1, ENTRY, submitted(5));
    let hash = hash_of(&shelf.0[&sent].encode());
    let received = |place: Option<Place>, hash: Vec<u8>| {
        let payload = Payload::Received(v1::Received { place: place.map(Into::into), hash });
        event(Origin::Moderation, 0, ENTRY, payload)
    };
    assert_eq!(judge(&received(Some(sent), hash.to_vec()), &shelf), None);
    let altered = judge(&received(Some(sent), vec![8; 32]), &shelf).expect("another event was acted upon");
    assert_eq!((altered.kind, altered.expected), (FindingKind::NeverSent, hash.to_vec()));
    check(
        &shelf,
        &received(Some(place(Origin::Submission, 9)), vec![8; 32]),
        Some((FindingKind::NeverSent, None, Some(8))),
    );
    check(&shelf, &received(None, vec![8; 32]), Some((FindingKind::NeverSent, None, Some(8))));
    check(&shelf, &received(Some(place(Origin::Audit, 1)), vec![8; 32]), None);
}

#[test]
fn other_events_rest_on_nothing_here() {
    let shelf = Events::default();
    check(&shelf, &event(Origin::Submission, 0, ENTRY, submitted(1)), None);
    let mut unknown = event(Origin::Submission, 0, ENTRY, submitted(1));
    unknown.payload = None;
    check(&shelf, &unknown, None);
}
