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
        Payload::CorrectionConfirmed(confirmed) => judge_correction(event, confirmed, shelf),
        Payload::Submitted(submitted) => judge_clearance(event, submitted, shelf),
        Payload::Received(received) => judge_reception(event, received, shelf),
        _ => None,
    }
}

/// An edition rests on an approval of the same content of the same entry; a correction, on a confirmed correction.
fn judge_edition(event: &Event, published: &v1::EditionPublished, shelf: &dyn Shelf) -> Option<Finding> {
    let found = content_digest(published.content.as_ref());
    let finding = |expected: Option<Digest>| finding(event, FindingKind::NotApproved, expected, found);
    let named = published.command.as_ref().and_then(|command| place(command.approved.as_ref()));
    let Some(approval) = named else { return Some(finding(None)) };
    match shelf.at(approval) {
        Look::Unknown => None,
        Look::Absent => Some(finding(None)),
        Look::Found(filed) => {
            let is_correction = published.kind() == v1::EditionKind::Correction;
            // What was let pass: whether that is what was judged is asked of the approval itself.
            let passed = match &filed.event.payload {
                Some(Payload::Approved(approved)) if !is_correction => content_digest(approved.content.as_ref()),
                Some(Payload::CorrectionConfirmed(confirmed)) if is_correction => {
                    content_digest(confirmed.content.as_ref())
                }
                _ => return Some(finding(None)),
            };
            let same = passed.is_some() && passed == found && filed.event.head.entry == event.head.entry;
            (!same).then(|| finding(passed))
        }
    }
}

/// An approval names a submission of the same entry, judges its digest, and lets pass what was judged. What was judged may be an
/// earlier revision with the same content, where the submission says that there is one.
fn judge_approval(event: &Event, approved: &v1::Approved, shelf: &dyn Shelf) -> Option<Finding> {
    let judged = approved.command.as_ref().and_then(|command| digest(&command.digest));
    let finding = |expected: Option<Digest>| finding(event, FindingKind::NotSubmitted, expected, judged);
    let passed = content_digest(approved.content.as_ref());
    if judged.is_none() || passed.is_none() {
        return Some(finding(passed));
    }
    let Some(submission) = place(approved.submitted.as_ref()) else { return Some(finding(None)) };
    match shelf.at(submission) {
        Look::Unknown => None,
        Look::Absent => Some(finding(None)),
        Look::Found(filed) => {
            let Some(Payload::Submitted(submission)) = &filed.event.payload else { return Some(finding(None)) };
            let submitted = content_digest(submission.content.as_ref());
            let has_twin = submission.command.as_ref().is_some_and(|command| command.equals_revision.is_some());
            let is_entry = filed.event.head.entry == event.head.entry;
            // What passes on is another content than the one that was judged (P5).
            if judged != passed && !has_twin {
                return Some(finding(passed));
            }
            let same = is_entry && submitted == passed;
            (!same).then(|| finding(submitted))
        }
    }
}

/// A confirmed correction names a proposal of the same entry, judges its digest, and lets pass what was judged.
fn judge_correction(event: &Event, confirmed: &v1::CorrectionConfirmed, shelf: &dyn Shelf) -> Option<Finding> {
    let judged = confirmed.command.as_ref().and_then(|command| digest(&command.digest));
    let finding = |expected: Option<Digest>| finding(event, FindingKind::NotSubmitted, expected, judged);
    let passed = content_digest(confirmed.content.as_ref());
    if judged.is_none() || passed != judged {
        return Some(finding(passed));
    }
    let Some(proposal) = place(confirmed.proposed.as_ref()) else { return Some(finding(None)) };
    match shelf.at(proposal) {
        Look::Unknown => None,
        Look::Absent => Some(finding(None)),
        Look::Found(filed) => {
            let Some(Payload::CorrectionProposed(proposed)) = &filed.event.payload else { return Some(finding(None)) };
            let proposed = proposed.command.as_ref().and_then(|command| content_digest(command.content.as_ref()));
            // By another person than the one who proposed it.
            let by_another = filed.event.head.actor != event.head.actor;
            let same = proposed == judged && by_another && filed.event.head.entry == event.head.entry;
            (!same).then(|| finding(proposed))
        }
    }
}

/// A submission that says it was cleared rests on the question for clearance of the same content of the same entry.
fn judge_clearance(event: &Event, submitted: &v1::Submitted, shelf: &dyn Shelf) -> Option<Finding> {
    let asked = submitted.clearance_asked.as_ref()?;
    let found = content_digest(submitted.content.as_ref());
    let finding = |expected: Option<Digest>| finding(event, FindingKind::NotSubmitted, expected, found);
    let Some(asked) = place(Some(asked)) else { return Some(finding(None)) };
    match shelf.at(asked) {
        Look::Unknown => None,
        Look::Absent => Some(finding(None)),
        Look::Found(filed) => {
            let Some(Payload::ClearanceAsked(asked)) = &filed.event.payload else { return Some(finding(None)) };
            let asked = content_digest(asked.content.as_ref());
            let same = asked.is_some() && asked == found && filed.event.head.entry == event.head.entry;
            (!same).then(|| finding(asked))
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
    Finding { entry, expected: bytes(expected), found: bytes(found), ..Finding::of(kind, at) }
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
