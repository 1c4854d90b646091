//! What ends a review without approving: changes requested, refused, marked as a duplicate.

use dossier_engine::{Context, Decision};
use dossier_proto::{EntryId, Payload, v1};

use super::{
    Answer, on_review,
    seat::{self, Act, MODERATORS, REVIEWERS, Seat},
    work::{comments, named},
};
use crate::domain::{Invalid, REQUESTED_CHANGES_MAX, Refusal, State, limits};

/// Where something that was asked before is still in the way, a request need not ask for more.
pub(super) fn request_changes(state: &State, request: &v1::RequestChanges, context: &Context) -> Answer {
    let seat = seat::take(state, REVIEWERS, Act::Decision, context)?;
    seat.judges(&request.digest)?;
    seat.unless_held()?;
    seat.unless_claimed(state, context.now)?;
    if !request.items.is_empty() || seat.entry.change_in_the_way().is_none() {
        items(&request.items)?;
    }
    if !request.comments.is_empty() {
        comments(seat.review, &request.comments, &request.digest)?;
    }
    let requested = v1::ChangesRequested {
        command: Some(request.clone()),
        revision: seat.review.revision,
        submitted: Some(seat.review.submitted.place.into()),
    };
    decided(&seat, context, Payload::ChangesRequested(requested))
}

fn items(items: &[v1::RequestedChange]) -> Result<(), Refusal> {
    if items.is_empty() || items.len() > REQUESTED_CHANGES_MAX {
        return Err(Refusal::Invalid(Invalid::Items));
    }
    for (number, item) in (1..).zip(items) {
        named(&item.field, &item.language)?;
        if item.item != number {
            return Err(Refusal::Invalid(Invalid::ItemNumbers));
        }
        if item.text.is_none() {
            return Err(Refusal::Invalid(Invalid::NoText));
        }
    }
    Ok(())
}

pub(super) fn refuse(state: &State, refuse: &v1::Refuse, context: &Context) -> Answer {
    let seat = seat::take(state, MODERATORS, Act::Decision, context)?;
    seat.judges(&refuse.digest)?;
    seat.unless_held()?;
    seat.unless_claimed(state, context.now)?;
    let known = state.registry.as_ref().is_some_and(|registry| registry.refusal_codes.contains(&refuse.code));
    if !known || !limits::is_key(&refuse.code) {
        return Err(Refusal::UnknownCode);
    }
    if refuse.reason.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    let refused = v1::EntryRefused {
        command: Some(refuse.clone()),
        revision: seat.review.revision,
        submitted: Some(seat.review.submitted.place.into()),
    };
    decided(&seat, context, Payload::EntryRefused(refused))
}

/// What it is a duplicate of must be there for everybody to read.
pub(super) fn mark_duplicate(state: &State, mark: &v1::MarkDuplicate, context: &Context) -> Answer {
    let seat = seat::take(state, MODERATORS, Act::Decision, context)?;
    seat.judges(&mark.digest)?;
    seat.unless_held()?;
    seat.unless_claimed(state, context.now)?;
    if mark.reason.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    let other = EntryId::try_from(mark.duplicate_of.as_slice()).ok().filter(|other| Some(*other) != context.entry);
    let other = other.and_then(|other| state.entries.get(&other)).filter(|other| other.is_public());
    let Some(edition) = other.and_then(|other| other.edition.as_ref()) else {
        return Err(Refusal::NotPublished);
    };
    let marked = v1::MarkedDuplicate {
        command: Some(mark.clone()),
        revision: seat.review.revision,
        submitted: Some(seat.review.submitted.place.into()),
        number: edition.number.clone(),
    };
    decided(&seat, context, Payload::MarkedDuplicate(marked))
}

fn decided(seat: &Seat<'_>, context: &Context, payload: Payload) -> Answer {
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, payload)))
}
