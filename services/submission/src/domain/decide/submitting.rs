//! Giving the working content to moderation, or to the publishing authority that clears it first.

use std::collections::BTreeSet;

use dossier_engine::Decision;
use dossier_proto::{Digest, Micros, Payload, Place, v1};

use super::{Matter, writing::check_content};
use crate::domain::{EMBARGO_DAYS_MAX, Entry, Refusal};

/// The order matters: a refusal that is recorded must not depend on the content, which it does not keep.
pub(super) fn submit(
    matter: &Matter<'_>,
    submit: &v1::Submit,
    content: Option<&v1::Content>,
) -> Result<Decision, Refusal> {
    let entry = matter.entry;
    if !entry.workflow.is_with_body() {
        return Err(matter.wrong_state());
    }
    matter.check_version()?;
    if !submit.certified {
        return Err(Refusal::NotCertified);
    }
    check_digest(entry, submit)?;
    check_readable(matter, entry.working.digest, entry.written)?;
    if submit.faults > 0 {
        return Err(Refusal::Faults { count: submit.faults });
    }
    check_base(matter, submit)?;
    check_answers(entry, &submit.answers)?;
    check_embargo(matter.context.now, submit)?;
    check_content(content, submit.revision)?;
    if content.is_some_and(|content| content.digest != submit.digest) {
        return Err(Refusal::Malformed("the content is not the one that is submitted"));
    }
    let payload = if matter.state.needs_clearance(entry) {
        Payload::ClearanceAsked(clearance_asked(matter, submit, content))
    } else {
        Payload::Submitted(submitted(matter, submit, content))
    };
    Ok(matter.asks(payload))
}

fn submitted(matter: &Matter<'_>, submit: &v1::Submit, content: Option<&v1::Content>) -> v1::Submitted {
    let v1::ClearanceAsked { command, content, record_type, body, original_language, lineage, base_edition, round } =
        clearance_asked(matter, submit, content);
    v1::Submitted {
        command,
        content,
        record_type,
        body,
        original_language,
        lineage,
        base_edition,
        round,
        clearance_asked: None,
        submitter: Vec::new(),
    }
}

fn clearance_asked(matter: &Matter<'_>, submit: &v1::Submit, content: Option<&v1::Content>) -> v1::ClearanceAsked {
    let entry = matter.entry;
    let facts = &entry.facts;
    v1::ClearanceAsked {
        command: Some(submit.clone()),
        content: content.cloned(),
        record_type: facts.record_type.clone(),
        body: facts.body.to_string(),
        original_language: facts.language.clone(),
        lineage: entry.lineage.authors(&matter.state.fields),
        base_edition: entry.base.map(|base| base.edition),
        round: entry.round.saturating_add(1),
    }
}

/// P5, towards the body itself: what is submitted is what the caller saw.
fn check_digest(entry: &Entry, submit: &v1::Submit) -> Result<(), Refusal> {
    let named = Digest::try_from(submit.digest.as_slice()).map_err(|_| Refusal::Malformed("there is no digest"))?;
    let working = entry.working;
    if named != working.digest || submit.revision != working.number {
        return Err(Refusal::DigestMismatch { current: working.digest });
    }
    Ok(())
}

/// What was erased cannot be given on: nobody could read it, and the order could not reach it there.
pub(super) fn check_readable(matter: &Matter<'_>, digest: Digest, written: Place) -> Result<(), Refusal> {
    match matter.state.erasures.gone(matter.id, digest, written) {
        Some(order) => Err(Refusal::WordsErased { because: order.place }),
        None => Ok(()),
    }
}

/// A revision changes the edition that is public now, and changes something.
pub(super) fn check_base(matter: &Matter<'_>, submit: &v1::Submit) -> Result<(), Refusal> {
    let entry = matter.entry;
    let Some(public) = &entry.public else { return Ok(()) };
    if public.superseded.is_some() {
        return Err(Refusal::Superseded);
    }
    if entry.base_is_outdated() {
        let base = entry.base.map_or(0, |base| base.edition);
        return Err(Refusal::BaseOutdated { base, current: public.edition });
    }
    // Numbers of revisions are ours, and a correction of others' making may bear one of them: the digest tells.
    let is_public = |number| entry.submitted.get(&number) == Some(&public.revision.digest);
    if entry.working.digest == public.revision.digest || submit.equals_revision.is_some_and(is_public) {
        return Err(Refusal::NothingChanged { edition: public.edition });
    }
    Ok(())
}

/// Every answer is to a requested change, and to each there is at most one.
fn check_answers(entry: &Entry, answers: &[v1::Answer]) -> Result<(), Refusal> {
    let mut answered = BTreeSet::new();
    for answer in answers {
        if !entry.open_items.named(answer).is_some_and(|item| answered.insert(item)) {
            return Err(Refusal::UnknownItem { item: answer.item });
        }
    }
    Ok(())
}

/// An embargo ends in the time to come, and not beyond all plans.
fn check_embargo(now: Micros, submit: &v1::Submit) -> Result<(), Refusal> {
    let last = now.plus(EMBARGO_DAYS_MAX * Micros::DAY);
    match submit.embargo_until.map(Micros) {
        Some(until) if until <= now || last < until => Err(Refusal::EmbargoUnfit),
        _ => Ok(()),
    }
}
