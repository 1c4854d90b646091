//! What prepares a decision: claim, release, assign, comment, finish, settle what was asked.

use dossier_engine::{Context, Decision};
use dossier_proto::{Payload, SubjectId, v1};

use super::{
    Answer, is_own, on_review,
    seat::{self, Act, MODERATORS, REVIEWERS},
};
use crate::domain::{
    ASSIGNED_LEASE, COMMENTS_MAX, ChangeState, HELD_COMMENTS_MAX, Invalid, LEASE, Refusal, Review, State, limits,
};

/// Claiming again prolongs the lease.
pub(super) fn claim(state: &State, claim: v1::Claim, context: &Context) -> Answer {
    let seat = seat::take(state, &seat::taking_part(state, context), Act::Work, context)?;
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
    let (subject, entry, authority) = seat::enter(state, &seat::taking_part(state, context), context)?;
    entry.expected(context)?;
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

/// Hands a review to somebody, who then holds it as if they had claimed it. What another one has claimed is not taken away.
pub(super) fn assign(state: &State, assign: &v1::Assign, context: &Context) -> Answer {
    let seat = seat::take(state, MODERATORS, Act::Work, context)?;
    seat.unless_claimed(state, context.now)?;
    let invalid = |what| Refusal::Invalid(Invalid::Assignee(what));
    let to = SubjectId::try_from(assign.subject.as_slice()).map_err(|_| invalid("this is no subject id"))?;
    let roles = seat::taking_part(state, context);
    seat::entitled(state, seat.entry, to, &roles, context.now)
        .map_err(|_| invalid("the person is not designated for this review as it stands now"))?;
    seat::barred(seat.entry, seat.review, to)
        .map_err(|_| invalid("the person wrote part of it, declared a conflict, or refused it before"))?;
    let assigned =
        v1::ReviewAssigned { command: Some(assign.clone()), lease_until: context.now.plus(ASSIGNED_LEASE).0 };
    let event = on_review(seat.entry, context, Payload::ReviewAssigned(assigned));
    Ok(Decision::one(Some(seat.authority), event))
}

pub(super) fn comment(state: &State, comment: &v1::Comment, context: &Context) -> Answer {
    let seat = seat::take(state, REVIEWERS, Act::Work, context)?;
    seat.judges(&comment.digest)?;
    comments(seat.review, std::slice::from_ref(comment), &comment.digest)?;
    let made = Payload::CommentMade(v1::CommentMade { command: Some(comment.clone()) });
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, made)))
}

/// Sends in one go what was held until the review was finished.
pub(super) fn finish(state: &State, finish: &v1::FinishReview, context: &Context) -> Answer {
    let seat = seat::take(state, REVIEWERS, Act::Work, context)?;
    seat.judges(&finish.digest)?;
    comments(seat.review, &finish.comments, &finish.digest)?;
    let finished = Payload::ReviewFinished(v1::ReviewFinished { command: Some(finish.clone()) });
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, finished)))
}

/// Comments that are made together: about the content that was read, in names and sealed words.
pub(super) fn comments(review: &Review, comments: &[v1::Comment], digest: &[u8]) -> Result<(), Refusal> {
    if comments.is_empty() || comments.len() > HELD_COMMENTS_MAX {
        return Err(Refusal::Invalid(Invalid::Comments));
    }
    for comment in comments {
        named(&comment.field, &comment.language)?;
        if comment.text.is_none() {
            return Err(Refusal::Invalid(Invalid::NoText));
        }
        if comment.digest != digest || v1::Audience::try_from(comment.audience).is_err() {
            return Err(Refusal::Invalid(Invalid::Comments));
        }
    }
    let held = u32::try_from(comments.len()).unwrap_or(u32::MAX);
    if review.comments.saturating_add(held) > COMMENTS_MAX {
        return Err(Refusal::Invalid(Invalid::TooManyComments));
    }
    Ok(())
}

/// Says whether what the body did about a requested change does.
pub(super) fn settle(state: &State, settle: &v1::SettleChange, context: &Context) -> Answer {
    use v1::settle_change::Outcome;
    let seat = seat::take(state, REVIEWERS, Act::Work, context)?;
    seat.judges(&settle.digest)?;
    let change = seat.entry.changes.get(&(settle.round, settle.item)).ok_or(Refusal::NoSuchChange)?;
    let outcome = Outcome::try_from(settle.outcome).unwrap_or_default();
    let is_so = match outcome {
        Outcome::Accepted => change.state == ChangeState::Accepted,
        Outcome::Reopened => change.state.is_in_the_way(),
        Outcome::Unspecified => return Err(Refusal::Invalid(Invalid::Outcome)),
    };
    if is_so {
        return Ok(Decision::NOTHING);
    }
    // The body reads why its answer does not do.
    if outcome == Outcome::Reopened && settle.text.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    let settled = Payload::ChangeSettled(v1::ChangeSettled { command: Some(settle.clone()) });
    Ok(Decision::one(Some(seat.authority), on_review(seat.entry, context, settled)))
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
