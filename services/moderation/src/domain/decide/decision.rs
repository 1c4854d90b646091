//! What ends a review: changes requested, approved, refused.

use dossier_engine::{Context, Decision};
use dossier_proto::{Payload, v1};

use super::{
    Answer, on_review,
    seat::{self, Act, MODERATORS, REVIEWERS, Seat},
    work::named,
};
use crate::domain::{
    Approval, Invalid, Moment, REQUESTED_CHANGES_MAX, Refusal, State, SubmittedWords, evolve::sealed_hash, limits,
    steps,
};

pub(super) fn request_changes(state: &State, request: &v1::RequestChanges, context: &Context) -> Answer {
    let seat = seat::take(state, REVIEWERS, Act::Decision, context)?;
    seat.judges(&request.digest)?;
    seat.unless_claimed(state, context.now)?;
    items(&request.items)?;
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

pub(super) fn approve(state: &State, approval: &Approval, context: &Context) -> Answer {
    let seat = seat::take(state, MODERATORS, Act::Decision, context)?;
    seat.judges(&approval.approve.digest)?;
    seat.unless_claimed(state, context.now)?;
    on_current_base(&seat)?;
    let words = approval.words.as_ref().ok_or(Refusal::WordsMissing)?;
    let SubmittedWords { content, what_changed } = words;
    if sealed_hash(content, what_changed.as_ref()) != seat.review.sealed {
        return Err(Refusal::WordsMissing);
    }
    let approved = v1::Approved {
        command: Some(approval.approve.clone()),
        content: Some(content.clone()),
        record_type: seat.entry.record_type.clone(),
        body: seat.entry.body.to_string(),
        original_language: seat.review.original_language.clone(),
        base_edition: seat.review.base_edition,
        submitted: Some(seat.review.submitted.place.into()),
        steps: steps::steps(seat.entry, Moment { at: context.now, place: context.place }),
        what_changed: what_changed.clone(),
        ..v1::Approved::default()
    };
    decided(&seat, context, Payload::Approved(approved))
}

/// Publication would decline it. What has not been heard of yet is publication's to judge.
fn on_current_base(seat: &Seat<'_>) -> Result<(), Refusal> {
    let base = seat.review.base_edition.unwrap_or(0);
    match &seat.entry.edition {
        Some(current) if current.edition > base => Err(Refusal::BaseOutdated { because: current.published.place }),
        _ => Ok(()),
    }
}

pub(super) fn refuse(state: &State, refuse: &v1::Refuse, context: &Context) -> Answer {
    let seat = seat::take(state, MODERATORS, Act::Decision, context)?;
    seat.judges(&refuse.digest)?;
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

fn decided(seat: &Seat<'_>, context: &Context, payload: Payload) -> Answer {
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, payload)))
}
