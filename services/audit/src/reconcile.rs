//! The first, cheap cross-check of the copies: each event is held against the one it says it rests on. Pure; where the
//! other event is, a [`Shelf`] knows.

#[cfg(test)]
mod tests;

use dossier_proto::{Digest, Event, Payload, Place, v1};

use crate::{
    domain::{Finding, FindingKind},
    trail::Filed,
};

/// Where events are looked up.
pub trait Shelf {
    /// The event at a place.
    fn at(&self, place: Place) -> Look;
}

/// What a shelf says.
#[derive(Debug, Clone, PartialEq)]
pub enum Look {
    /// Here it is.
    Found(Box<Filed>),
    /// Its origin has no such event: everything up to what led to the question was read.
    Absent,
    /// This shelf cannot say.
    Unknown,
}

/// What does not agree about one event. Everything that led to it must be on the shelf already.
pub fn judge(event: &Event, shelf: &dyn Shelf) -> Option<Finding> {
    match event.payload.as_ref()? {
        Payload::EditionPublished(published) => judge_edition(event, published, shelf),
        Payload::Approved(approved) => judge_approval(event, approved, shelf),
        Payload::Received(received) => judge_reception(event, received, shelf),
        _ => None,
    }
}

/// An edition rests on an approval of the same content of the same entry.
fn judge_edition(event: &Event, published: &v1::EditionPublished, shelf: &dyn Shelf) -> Option<Finding> {
    let found = content_digest(published.content.as_ref());
    let finding = |expected: Option<Digest>| finding(event, FindingKind::NotApproved, expected, found);
    let named = published.command.as_ref().and_then(|command| place(command.approved.as_ref()));
    let Some(approval) = named else { return Some(finding(None)) };
    match shelf.at(approval) {
        Look::Unknown => None,
        Look::Absent => Some(finding(None)),
        Look::Found(filed) => {
            let Some(Payload::Approved(approved)) = &filed.event.payload else { return Some(finding(None)) };
            let judged = approved.command.as_ref().and_then(|command| digest(&command.digest));
            let same = judged.is_some() && judged == found && filed.event.head.entry == event.head.entry;
            (!same).then(|| finding(judged))
        }
    }
}

/// An approval names a submission of the same entry, judges its digest, and lets pass what was judged.
fn judge_approval(event: &Event, approved: &v1::Approved, shelf: &dyn Shelf) -> Option<Finding> {
    let judged = approved.command.as_ref().and_then(|command| digest(&command.digest));
    let finding = |expected: Option<Digest>| finding(event, FindingKind::NotSubmitted, expected, judged);
    if judged.is_none() || content_digest(approved.content.as_ref()) != judged {
        return Some(finding(content_digest(approved.content.as_ref())));
    }
    let Some(submission) = place(approved.submitted.as_ref()) else { return Some(finding(None)) };
    match shelf.at(submission) {
        Look::Unknown => None,
        Look::Absent => Some(finding(None)),
        Look::Found(filed) => {
            let Some(Payload::Submitted(submitted)) = &filed.event.payload else { return Some(finding(None)) };
            let submitted = content_digest(submitted.content.as_ref());
            let same = submitted == judged && filed.event.head.entry == event.head.entry;
            (!same).then(|| finding(submitted))
        }
    }
}

/// What a service says it received stands at that place of its origin's journal, byte for byte.
fn judge_reception(event: &Event, received: &v1::Received, shelf: &dyn Shelf) -> Option<Finding> {
    let found = digest(&received.hash);
    let finding = |expected: Option<Digest>| finding(event, FindingKind::NeverSent, expected, found);
    let Some(sent) = place(received.place.as_ref()) else { return Some(finding(None)) };
    match shelf.at(sent) {
        Look::Unknown => None,
        Look::Absent => Some(finding(None)),
        Look::Found(filed) => (Some(filed.hash) != found).then(|| finding(Some(filed.hash))),
    }
}

fn finding(event: &Event, kind: FindingKind, expected: Option<Digest>, found: Option<Digest>) -> Finding {
    let bytes = |digest: Option<Digest>| digest.map(|digest| digest.to_vec()).unwrap_or_default();
    let (at, entry) = (event.head.place, event.head.entry);
    Finding { kind, at, entry, expected: bytes(expected), found: bytes(found) }
}

fn place(raw: Option<&v1::Place>) -> Option<Place> {
    Place::try_from(raw?).ok()
}

fn digest(bytes: &[u8]) -> Option<Digest> {
    Digest::try_from(bytes).ok()
}

fn content_digest(content: Option<&v1::Content>) -> Option<Digest> {
    digest(&content?.digest)
}
