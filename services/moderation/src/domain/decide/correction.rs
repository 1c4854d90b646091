//! Editorial corrections of the public edition: one moderator proposes, another one confirms.

use std::collections::BTreeSet;

use dossier_engine::{Context, Decision};
use dossier_proto::{Authority, Digest, Payload, SubjectId, v1};

use super::{
    Answer, erasure, on_review,
    seat::{self, MODERATORS},
};
use crate::domain::{
    CORRECTED_FIELDS_MAX, Confirmation, Correction, Edition, Entry, Invalid, Refusal, State, evolve::sealed_hash,
};

/// A moderator at a published entry.
struct Desk<'a> {
    entry: &'a Entry,
    subject: SubjectId,
    authority: Authority,
}

fn enter<'a>(state: &'a State, context: &Context) -> Result<Desk<'a>, Refusal> {
    let (subject, entry, authority) = seat::enter(state, MODERATORS, context)?;
    entry.expected(context)?;
    entry.unless_conflicted(subject)?;
    Ok(Desk { entry, subject, authority })
}

pub(super) fn propose(state: &State, propose: &v1::ProposeCorrection, context: &Context) -> Answer {
    let desk = enter(state, context)?;
    let edition = public(desk.entry)?;
    if edition.edition != propose.edition {
        return Err(Refusal::BaseOutdated { because: edition.published.place });
    }
    if propose.base_digest != edition.digest.to_vec() {
        return Err(Refusal::DigestMismatch { current: edition.digest });
    }
    if let Some(pending) = &desk.entry.correction {
        return Err(Refusal::CorrectionPending { because: pending.proposed.place });
    }
    fields(state, desk.entry, &propose.fields)?;
    let digest = propose.content.as_ref().and_then(|content| Digest::try_from(content.digest.as_slice()).ok());
    let is_whole = propose.content.as_ref().is_some_and(|content| content.sealed.is_some());
    if !is_whole || digest.is_none_or(|digest| digest == edition.digest) || propose.faults != 0 {
        return Err(Refusal::Invalid(Invalid::CorrectedContent));
    }
    if propose.reason.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    done(&desk, context, Payload::CorrectionProposed(v1::CorrectionProposed { command: Some(propose.clone()) }))
}

/// The edition that everybody can read.
fn public(entry: &Entry) -> Result<&Edition, Refusal> {
    entry.edition.as_ref().filter(|_| entry.is_public()).ok_or(Refusal::NotPublished)
}

/// Only what the registry in force calls editorial.
fn fields(state: &State, entry: &Entry, fields: &[String]) -> Result<(), Refusal> {
    let wrong = Err(Refusal::Invalid(Invalid::NotEditorial));
    if fields.is_empty() || fields.len() > CORRECTED_FIELDS_MAX {
        return wrong;
    }
    let rules = state.registry.as_ref().and_then(|registry| registry.types.get(&entry.record_type));
    let editorial = |field: &String| rules.is_some_and(|rules| rules.editorial.contains(field));
    let distinct: BTreeSet<&String> = fields.iter().collect();
    if distinct.len() != fields.len() || !fields.iter().all(editorial) {
        return wrong;
    }
    Ok(())
}

pub(super) fn confirm(state: &State, confirmation: &Confirmation, context: &Context) -> Answer {
    let desk = enter(state, context)?;
    let pending = pending(desk.entry)?;
    let edition = public(desk.entry)?;
    unless_own(&desk, pending)?;
    erasure::unless_erased(state, context.entry, pending.digest, pending.proposed.place)?;
    let confirm = &confirmation.confirm;
    if confirm.digest != pending.digest.to_vec() {
        return Err(Refusal::DigestMismatch { current: pending.digest });
    }
    if edition.edition != pending.base_edition {
        return Err(Refusal::BaseOutdated { because: edition.published.place });
    }
    let words = confirmation.words.as_ref().ok_or(Refusal::WordsMissing)?;
    if sealed_hash(&words.content, words.reason.as_ref()) != pending.sealed {
        return Err(Refusal::WordsMissing);
    }
    let confirmed = v1::CorrectionConfirmed {
        command: Some(confirm.clone()),
        proposed: Some(pending.proposed.place.into()),
        base_edition: pending.base_edition,
        content: Some(words.content.clone()),
        record_type: desk.entry.record_type.clone(),
        body: desk.entry.body.to_string(),
        original_language: edition.original_language.clone(),
        fields: pending.fields.clone(),
        reason: words.reason.clone(),
        notices: words.notices.clone(),
    };
    done(&desk, context, Payload::CorrectionConfirmed(confirmed))
}

/// P6: neither who proposed it nor who wrote any of the edition confirms it, nor who ever submitted any of the entry.
fn unless_own(desk: &Desk<'_>, pending: &Correction) -> Result<(), Refusal> {
    if pending.by == Some(desk.subject) {
        return Err(Refusal::OwnWords { because: pending.proposed.place });
    }
    let wrote = desk.entry.writers.iter().find(|(writer, _)| *writer == desk.subject).map(|(_, because)| *because);
    let submitted = || desk.entry.reviews.iter().rev().find(|review| review.submitter == Some(desk.subject));
    match wrote.or_else(|| submitted().map(|review| review.submitted.place)) {
        Some(because) => Err(Refusal::OwnWords { because }),
        None => Ok(()),
    }
}

/// Who proposed it may take it back in the same way.
pub(super) fn reject(state: &State, reject: &v1::RejectCorrection, context: &Context) -> Answer {
    let desk = enter(state, context)?;
    let pending = pending(desk.entry)?;
    if reject.digest != pending.digest.to_vec() {
        return Err(Refusal::DigestMismatch { current: pending.digest });
    }
    if reject.reason.is_none() {
        return Err(Refusal::Invalid(Invalid::NoText));
    }
    let rejected =
        v1::CorrectionRejected { command: Some(reject.clone()), proposed: Some(pending.proposed.place.into()) };
    done(&desk, context, Payload::CorrectionRejected(rejected))
}

fn pending(entry: &Entry) -> Result<&Correction, Refusal> {
    entry.correction.as_ref().filter(|correction| correction.confirmed.is_none()).ok_or(Refusal::NoCorrection)
}

fn done(desk: &Desk<'_>, context: &Context, payload: Payload) -> Answer {
    Ok(Decision::one(Some(desk.authority), on_review(desk.entry, context, payload)))
}
