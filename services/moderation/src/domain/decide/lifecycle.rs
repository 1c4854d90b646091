//! What the service does by itself: opens reviews, answers what the body asks for.

use dossier_engine::{Context, Decision};
use dossier_proto::{Payload, Place, v1};

use super::{Answer, is_own, on_review};
use crate::domain::{Entry, Refusal, RequestKind, Review, Stage, State};

pub(super) fn open(state: &State, open: v1::OpenReview, context: &Context) -> Answer {
    if !is_own(context) {
        return Err(Refusal::WrongActor("a person"));
    }
    let entry = context.entry.and_then(|id| state.entries.get(&id)).ok_or(Refusal::NotFound)?;
    let Some(submitted) = place(open.submitted.as_ref()) else { return Err(Refusal::NotFound) };
    let Some(review) = entry.review_of(submitted) else {
        return if open.appeal.is_some() { Ok(Decision::NOTHING) } else { Err(Refusal::NotFound) };
    };
    // Opened before, or over before it began: the entry was retracted. Or an appeal for which there is no review: there
    // is one for each refusal.
    let appeal = review.appeal.map(|appeal| appeal.place);
    if review.opened.is_some() || review.ended.is_some() || appeal != place(open.appeal.as_ref()) {
        return Ok(Decision::NOTHING);
    }
    let opened = v1::ReviewOpened {
        command: Some(open),
        revision: review.revision,
        digest: review.digest.to_vec(),
        record_type: entry.record_type.clone(),
        body: entry.body.to_string(),
        round: review.round,
        stages: path(state, entry, review).iter().map(Stage::to_wire).collect(),
    };
    Ok(Decision::one(None, on_review(entry, context, Payload::ReviewOpened(opened))))
}

/// The path that the registry in force has for the type. An appeal goes the way that the refused review went.
fn path<'a>(state: &'a State, entry: &Entry, review: &'a Review) -> &'a [Stage] {
    if review.appeal.is_some() {
        return &review.stages;
    }
    let registry = state.registry.as_ref();
    let rules = registry.and_then(|registry| registry.types.get(&entry.record_type));
    rules.map(|rules| rules.stages.as_slice()).unwrap_or_default()
}

/// Moderation's journal orders the request against the decision: whichever stands first here won.
pub(super) fn answer(state: &State, answer: v1::AnswerRequest, context: &Context) -> Answer {
    if !is_own(context) {
        return Err(Refusal::WrongActor("a person"));
    }
    let entry = context.entry.and_then(|id| state.entries.get(&id)).ok_or(Refusal::NotFound)?;
    let Some(asked) = place(answer.asked.as_ref()) else { return Err(Refusal::NotFound) };
    let Some(request) = entry.requests.get(&asked) else { return Ok(Decision::NOTHING) };
    let review = entry.review_of(request.submitted).ok_or(Refusal::NotFound)?;
    let command = Some(answer);
    let payload = match (review.ended, request.kind) {
        (Some(ended), _) => {
            let ended = Some(ended.moment.place.into());
            Payload::RequestTooLate(v1::RequestTooLate { command, ended })
        }
        (None, RequestKind::Recall) => {
            let submitted = Some(request.submitted.into());
            Payload::RecallGranted(v1::RecallGranted { command, submitted })
        }
        (None, RequestKind::Withdrawal) => {
            let submitted = Some(request.submitted.into());
            Payload::WithdrawalGranted(v1::WithdrawalGranted { command, submitted })
        }
    };
    Ok(Decision::one(None, on_review(entry, context, payload)))
}

fn place(raw: Option<&v1::Place>) -> Option<Place> {
    Place::try_from(raw?).ok()
}
