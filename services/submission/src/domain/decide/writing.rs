//! Beginning an entry and saving a revision.

use dossier_engine::{Context, Decided, Decision};
use dossier_identity::Role;
use dossier_proto::{BodyCode, Digest, Payload, v1};

use super::{Matter, rights};
use crate::domain::{AUTHORS_MAX, FIELDS_MAX, Refusal, State};

pub(super) fn start(state: &State, start: &v1::StartDraft, context: &Context) -> Result<Decision, Refusal> {
    let role = role_to_start(start);
    let body: BodyCode = start.body.parse().map_err(|_| no_body(state, context, role))?;
    let authority = rights::entitled(&state.designations, context, role, &body, &start.record_type)?;
    if role == Role::RecordsManager {
        check_paper(start, &body, context)?;
    } else if start.signatory.is_some() {
        return Err(Refusal::NoPaper);
    }
    if context.on_behalf_of.as_ref().is_some_and(|named| *named != body) {
        return Err(Refusal::Malformed("the entry is filed for another body than it belongs to"));
    }
    // The same file twice files nothing twice.
    let source = Digest::try_from(start.source_digest.as_slice()).ok();
    if source.is_some_and(|source| state.filed_from(&body, source).is_some()) {
        return Ok(Decision::NOTHING);
    }
    check_content(start.content.as_ref(), 1)?;
    check_fields(&start.fields)?;
    let payload = Payload::DraftStarted(v1::DraftStarted { command: Some(start.clone()) });
    Ok(Decision::one(Some(authority), Decided { entry: Some(context.fresh_entry()), part_version: 1, payload }))
}

/// The secretariat files papers on behalf of a body; contributors write for themselves.
fn role_to_start(start: &v1::StartDraft) -> Role {
    if start.received_at.is_some() { Role::RecordsManager } else { Role::Contributor }
}

/// Both are on record, who filed it and in whose name, and when the paper came in before it was filed.
fn check_paper(start: &v1::StartDraft, body: &BodyCode, context: &Context) -> Result<(), Refusal> {
    if context.on_behalf_of.as_ref() != Some(body) {
        return Err(Refusal::NotInItsName);
    }
    let has_come = start.received_at.is_some_and(|received| received <= context.now.0);
    if has_come && start.signatory.is_some() { Ok(()) } else { Err(Refusal::NoPaper) }
}

/// Who writes for no body at all has none to name, and is told so.
fn no_body(state: &State, context: &Context, role: Role) -> Refusal {
    let held = context.person().map(|subject| state.designations.holds(subject, role, context.now));
    match held {
        Some(Err(not)) => not.into(),
        _ => Refusal::Malformed("the body has no code"),
    }
}

pub(super) fn save(matter: &Matter<'_>, save: &v1::SaveDraft) -> Result<Decision, Refusal> {
    let entry = matter.entry;
    if !entry.workflow.is_with_body() {
        return Err(matter.wrong_state());
    }
    matter.require_version()?;
    if save.fields.is_empty() {
        return Ok(Decision::NOTHING);
    }
    check_fields(&save.fields)?;
    check_content(save.content.as_ref(), entry.saved.saturating_add(1))?;
    let is_new_author = matter.context.person().is_some_and(|subject| !entry.lineage.has(subject));
    if is_new_author && entry.lineage.len() >= AUTHORS_MAX {
        return Err(Refusal::TooManyAuthors);
    }
    let payload = Payload::DraftSaved(v1::DraftSaved { command: Some(save.clone()) });
    Ok(matter.one(entry.version + 1, payload))
}

pub(super) fn check_content(content: Option<&v1::Content>, revision: u32) -> Result<(), Refusal> {
    let content = content.ok_or(Refusal::Malformed("there is no content"))?;
    if content.revision != revision {
        return Err(Refusal::Malformed("the number of the revision is not the next one"));
    }
    if content.sealed.is_none() || Digest::try_from(content.digest.as_slice()).is_err() {
        return Err(Refusal::Malformed("the content is not sealed, or has no digest"));
    }
    Ok(())
}

fn check_fields(fields: &[String]) -> Result<(), Refusal> {
    if fields.len() > FIELDS_MAX {
        return Err(Refusal::Malformed("it names more fields than a record has"));
    }
    Ok(())
}
