//! What prepares a decision: claim, release, comment.

use dossier_engine::{Context, Decision};
use dossier_proto::{Payload, v1};

use super::{
    Answer, is_own, on_review,
    seat::{self, Act, MODERATORS, REVIEWERS},
};
use crate::domain::{COMMENTS_MAX, Invalid, LEASE, Refusal, State, limits};

/// Claiming again prolongs the lease.
pub(super) fn claim(state: &State, claim: v1::Claim, context: &Context) -> Answer {
    let seat = seat::take(state, MODERATORS, Act::Work, context)?;
    seat.unless_claimed(state, context.now)?;
    let claimed = v1::ReviewClaimed {
        command: Some(claim),
        lease_until: context.now.plus(LEASE).0,
        ..v1::ReviewClaimed::default()
    };
    let event = on_review(seat.entry, context, Payload::ReviewClaimed(claimed));
    Ok(Decision::one(Some(seat.authority), event))
}

pub(super) fn release(state: &State, release: v1::Release, context: &Context) -> Answer {
    if is_own(context) {
        return release_when_over(state, release, context);
    }
    let (subject, entry, authority) = seat::enter(state, MODERATORS, context)?;
    if context.expected_version.is_some_and(|expected| expected != entry.version) {
        return Err(Refusal::VersionMismatch { current: entry.version });
    }
    let review = entry.review().ok_or(Refusal::NotFound)?;
    let Some(claim) = review.claim else { return Ok(Decision::NOTHING) };
    if claim.by != subject {
        // One that no longer binds is no obstacle and not the caller's to release: the system does that.
        let binding = state.binding_claim(entry, context.now);
        return binding.map_or(Ok(Decision::NOTHING), |claim| Err(Refusal::Claimed { until: claim.until }));
    }
    let released = Payload::ReviewReleased(v1::ReviewReleased { command: Some(release) });
    Ok(Decision::one(Some(authority), on_review(entry, context, released)))
}

fn release_when_over(state: &State, release: v1::Release, context: &Context) -> Answer {
    let entry = context.entry.and_then(|id| state.entries.get(&id)).ok_or(Refusal::NotFound)?;
    let claim = entry.review().and_then(|review| review.claim);
    if claim.is_none_or(|claim| context.now < claim.until) {
        return Ok(Decision::NOTHING);
    }
    let released = Payload::ReviewReleased(v1::ReviewReleased { command: Some(release) });
    Ok(Decision::one(None, on_review(entry, context, released)))
}

pub(super) fn comment(state: &State, comment: &v1::Comment, context: &Context) -> Answer {
    let seat = seat::take(state, REVIEWERS, Act::Work, context)?;
    seat.judges(&comment.digest)?;
    named(&comment.field, &comment.language)?;
    if comment.text.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    if seat.review.comments >= COMMENTS_MAX {
        return Err(Refusal::Invalid(Invalid::TooManyComments));
    }
    let made = Payload::CommentMade(v1::CommentMade { command: Some(comment.clone()) });
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, made)))
}

/// Field and language stand in the clear in the journal: they must be names, not words.
pub(super) fn named(field: &str, language: &str) -> Result<(), Refusal> {
    if !limits::is_field(field) {
        return Err(Refusal::Invalid(Invalid::Field));
    }
    if !limits::is_language(language) {
        return Err(Refusal::Invalid(Invalid::Language));
    }
    Ok(())
}
