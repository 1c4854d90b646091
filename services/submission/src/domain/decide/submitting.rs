//! Giving the working content to moderation.

use std::collections::BTreeSet;

use dossier_engine::Decision;
use dossier_proto::{Digest, Payload, v1};

use super::{Matter, writing::check_content};
use crate::domain::{Entry, Refusal, Workflow};

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
    if submit.faults > 0 {
        return Err(Refusal::Faults { count: submit.faults });
    }
    check_base(entry, submit)?;
    check_answers(entry, &submit.answers)?;
    check_content(content, submit.revision)?;
    if content.is_some_and(|content| content.digest != submit.digest) {
        return Err(Refusal::Malformed("the content is not the one that is submitted"));
    }
    let facts = &entry.facts;
    let payload = Payload::Submitted(v1::Submitted {
        command: Some(submit.clone()),
        content: content.cloned(),
        record_type: facts.record_type.clone(),
        body: facts.body.to_string(),
        original_language: facts.language.clone(),
        lineage: entry.lineage.authors(&matter.state.fields),
        base_edition: entry.base.map(|base| base.edition),
        round: entry.round.saturating_add(1),
        ..v1::Submitted::default()
    });
    Ok(matter.asks(payload))
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

/// A revision changes the edition that is public now, and changes something.
fn check_base(entry: &Entry, submit: &v1::Submit) -> Result<(), Refusal> {
    let Some(public) = &entry.public else { return Ok(()) };
    if entry.base_is_outdated() {
        let base = entry.base.map_or(0, |base| base.edition);
        return Err(Refusal::BaseOutdated { base, current: public.edition });
    }
    let same = submit.revision == public.revision.number || submit.equals_revision == Some(public.revision.number);
    if same {
        return Err(Refusal::NothingChanged { edition: public.edition });
    }
    Ok(())
}

/// Every answer is to a requested change, and to each there is at most one.
fn check_answers(entry: &Entry, answers: &[v1::Answer]) -> Result<(), Refusal> {
    let mut open: BTreeSet<u32> = match &entry.workflow {
        Workflow::ChangesRequested { items, .. } => items.iter().copied().collect(),
        _ => BTreeSet::new(),
    };
    for answer in answers {
        if !open.remove(&answer.item) {
            return Err(Refusal::UnknownItem { item: answer.item });
        }
    }
    Ok(())
}
