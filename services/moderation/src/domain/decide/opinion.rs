//! Opinions towards the quorum of a stage; the one that completes the last stage approves.

use dossier_engine::{Context, Decision};
use dossier_proto::{Micros, Payload, v1};

use super::{
    Answer, checklist, erasure, on_review,
    seat::{self, Asked, Seat},
};
use crate::domain::{
    Approval, Invalid, Moment, Opinion, PUBLISH_AHEAD_MAX, Refusal, State, SubmittedWords, Verdict,
    evolve::sealed_hash, stages::stage_with, steps,
};

pub(super) fn approve(state: &State, approval: &Approval, context: &Context) -> Answer {
    let asked = seat::take_chair(state, context)?;
    let approve = &approval.approve;
    asked.seat.judges(&approve.digest)?;
    readable(state, &asked.seat, context)?;
    asked.seat.unless_held()?;
    asked.unless_claimed(state, context.now)?;
    on_current_base(&asked.seat)?;
    no_change_in_the_way(&asked.seat)?;
    checklist::answered(state, &asked.seat.entry.record_type, &approve.checklist)?;
    let publish_at = approve.publish_at.map(Micros);
    if publish_at.is_some_and(|at| at > context.now.plus(PUBLISH_AHEAD_MAX)) {
        return Err(Refusal::Invalid(Invalid::PublishAt));
    }
    let opinion = Opinion { publish_at, ..opinion(&asked, Verdict::Approves, context) };
    let opinions = asked.seat.review.opinions_with(opinion);
    match stage_with(&asked.seat.review.stages, &opinions) {
        Some(next) => {
            let passes = next.key != asked.stage.key;
            let next_stage = if passes { next.key.clone() } else { String::new() };
            counted(&asked, approve, next_stage, context)
        }
        None => approved(&asked, approval, &opinions, context),
    }
}

fn opinion(asked: &Asked<'_>, verdict: Verdict, context: &Context) -> Opinion {
    Opinion {
        by: asked.seat.subject,
        stage: asked.stage.key.clone(),
        chair: asked.chair,
        verdict,
        place: context.place,
        publish_at: None,
    }
}

fn counted(asked: &Asked<'_>, approve: &v1::Approve, next_stage: String, context: &Context) -> Answer {
    let (role, reviewer_kind) = asked.chair.numbers();
    let counted = v1::ApprovalCounted {
        command: Some(approve.clone()),
        stage: asked.stage.key.clone(),
        role,
        reviewer_kind,
        next_stage,
    };
    given(&asked.seat, context, Payload::ApprovalCounted(counted))
}

fn approved(asked: &Asked<'_>, approval: &Approval, opinions: &[Opinion], context: &Context) -> Answer {
    let seat = &asked.seat;
    let words = approval.words.as_ref().ok_or(Refusal::WordsMissing)?;
    let SubmittedWords { content, what_changed } = words;
    if sealed_hash(content, what_changed.as_ref()) != seat.review.sealed {
        return Err(Refusal::WordsMissing);
    }
    let asked_for = opinions.iter().filter_map(|one| one.publish_at).chain(seat.review.embargo).max();
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
        stage: asked.stage.key.clone(),
        publish_at: asked_for.map(|at| at.0),
    };
    given(seat, context, Payload::Approved(approved))
}

/// Publication would decline it. What has not been heard of yet is publication's to judge.
fn on_current_base(seat: &Seat<'_>) -> Result<(), Refusal> {
    let base = seat.review.base_edition.unwrap_or(0);
    match &seat.entry.edition {
        Some(current) if current.edition > base => Err(Refusal::BaseOutdated { because: current.published.place }),
        _ => Ok(()),
    }
}

/// What was erased can be refused, and no opinion be given on it.
fn readable(state: &State, seat: &Seat<'_>, context: &Context) -> Result<(), Refusal> {
    erasure::unless_erased(state, context.entry, seat.review.digest, seat.review.submitted.place)
}

/// What was asked of the body and not answered, or not to satisfaction, is not passed over.
fn no_change_in_the_way(seat: &Seat<'_>) -> Result<(), Refusal> {
    match seat.entry.change_in_the_way() {
        Some(((round, item), change)) => Err(Refusal::ChangeOpen { round, item, because: change.because }),
        None => Ok(()),
    }
}

/// An opinion against. The contributor does not read it: moderators ask for changes, or refuse.
pub(super) fn object(state: &State, object: &v1::Object, context: &Context) -> Answer {
    let asked = seat::take_chair(state, context)?;
    asked.seat.judges(&object.digest)?;
    readable(state, &asked.seat, context)?;
    asked.seat.unless_held()?;
    asked.unless_claimed(state, context.now)?;
    if object.reason.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    checklist::answered(state, &asked.seat.entry.record_type, &object.checklist)?;
    let (role, reviewer_kind) = asked.chair.numbers();
    let made = v1::ObjectionMade { command: Some(object.clone()), stage: asked.stage.key.clone(), role, reviewer_kind };
    given(&asked.seat, context, Payload::ObjectionMade(made))
}

fn given(seat: &Seat<'_>, context: &Context, payload: Payload) -> Answer {
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, payload)))
}
