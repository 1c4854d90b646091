//! A review that waits for somebody, and conflicts of interest: who is out, and what stands still.

use dossier_engine::{Context, Decision};
use dossier_identity::Role;
use dossier_proto::{Micros, Payload, v1};

use super::{
    Answer, is_own, on_review,
    seat::{self, Act, MODERATORS},
};
use crate::domain::{AWAITED, HOLD_MAX, Invalid, Refusal, State, limits};

pub(super) fn hold(state: &State, hold: &v1::Hold, context: &Context) -> Answer {
    let seat = seat::take(state, MODERATORS, Act::Work, context)?;
    seat.unless_held()?;
    seat.unless_claimed(state, context.now)?;
    let listed = state.registry.as_ref().map(|registry| &registry.awaited).filter(|codes| !codes.is_empty());
    let is_known = match listed {
        Some(codes) => codes.contains(&hold.awaited),
        None => AWAITED.contains(&hold.awaited.as_str()),
    };
    if !is_known || !limits::is_key(&hold.awaited) {
        return Err(Refusal::Invalid(Invalid::Awaited));
    }
    if hold.reason.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    let latest = context.now.plus(HOLD_MAX);
    if hold.until.map(Micros).is_some_and(|until| until <= context.now || until > latest) {
        return Err(Refusal::Invalid(Invalid::HoldUntil));
    }
    let held = Payload::ReviewHeld(v1::ReviewHeld { command: Some(hold.clone()) });
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, held)))
}

pub(super) fn resume(state: &State, resume: v1::Resume, context: &Context) -> Answer {
    if is_own(context) {
        return resume_when_due(state, resume, context);
    }
    let seat = seat::take(state, MODERATORS, Act::Work, context)?;
    if seat.review.held.is_none() {
        return Ok(Decision::NOTHING);
    }
    let resumed = Payload::ReviewResumed(v1::ReviewResumed { command: Some(resume) });
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, resumed)))
}

fn resume_when_due(state: &State, resume: v1::Resume, context: &Context) -> Answer {
    let entry = context.entry.and_then(|id| state.entries.get(&id)).ok_or(Refusal::NotFound)?;
    let until = entry.review().and_then(|review| review.held.as_ref()).and_then(|held| held.until);
    if until.is_none_or(|until| context.now < until) {
        return Ok(Decision::NOTHING);
    }
    let resumed = Payload::ReviewResumed(v1::ReviewResumed { command: Some(resume) });
    Ok(Decision::one(None, on_review(entry, context, resumed)))
}

/// Whoever declares a conflict is out of this entry for ever, whatever stands in the review now.
pub(super) fn declare_conflict(state: &State, declare: &v1::DeclareConflict, context: &Context) -> Answer {
    let mut roles = seat::taking_part(state, context);
    if !roles.contains(&Role::Reviewer) {
        roles.push(Role::Reviewer);
    }
    let (subject, entry, authority) = seat::enter(state, &roles, context)?;
    entry.expected(context)?;
    if entry.conflicts.contains_key(&subject) {
        return Ok(Decision::NOTHING);
    }
    if declare.reason.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    let declared = Payload::ConflictDeclared(v1::ConflictDeclared { command: Some(declare.clone()) });
    Ok(Decision::one(Some(authority), on_review(entry, context, declared)))
}
