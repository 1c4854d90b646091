//! Reading contents back from the journal, and making typed ones ready to be sealed.

use dossier_identity::Role;
use dossier_proto::{Digest, EntryId, Event, KeyId, Micros, Payload, v1};
use dossier_registry::{
    Difference, Fault, FaultCode, Grade, Language, ORIGINAL_LANGUAGE, RecordType, Registry, difference,
};
use dossier_vault::{PersonalValue, commitment_in};
use dossier_web::{Answer, Problem, ProblemKind, extract::Bearer, limits::ERRORS_MAX};
use serde_json::{Value, json};

use super::{callers, past::Scene, refusals, texts};
use crate::{
    domain::{Entry, EntryFacts, Revision},
    office::Office,
    views::Happened,
    words::{self, Opened},
};

/// The content that an event of an entry's way carries.
pub(crate) fn carried(event: &Event) -> Option<&v1::Content> {
    match event.payload.as_ref()? {
        Payload::DraftStarted(started) => started.command.as_ref()?.content.as_ref(),
        Payload::DraftSaved(saved) => saved.command.as_ref()?.content.as_ref(),
        Payload::Submitted(submitted) => submitted.content.as_ref(),
        Payload::EditionPublished(published) => published.content.as_ref(),
        Payload::ClearanceAsked(asked) => asked.content.as_ref(),
        _ => None,
    }
}

/// The content of a revision as it stands in the journal: where it was saved, or where an edition of others' making was
/// received.
pub(crate) fn sealed(office: &Office, id: EntryId, revision: Revision) -> Answer<v1::Content> {
    let timeline = office.engine().view().timeline(id).to_vec();
    for moment in timeline.iter().rev() {
        let may_be = moment.what.wrote() == Some(revision.number) || matches!(moment.what, Happened::Published { .. });
        if !may_be {
            continue;
        }
        let recorded = office.engine().recorded_at(moment.place).map_err(|error| Problem::internal(&error))?;
        let content = carried(recorded.beside.as_ref().unwrap_or(&recorded.event));
        if let Some(content) = content.filter(|content| content.digest == revision.digest.as_bytes()) {
            return Ok(content.clone());
        }
    }
    Err(Problem::internal(&words::WordsError::NoContent))
}

/// The content of a revision in the clear; none when its key is gone.
pub(crate) fn opened(office: &Office, id: EntryId, content: &v1::Content) -> Answer<Option<Opened>> {
    match office.words().open_content(id, content) {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.is_absence() => Ok(None),
        Err(error) => Err(refusals::words_failed(&error)),
    }
}

/// The registry in force.
pub(crate) fn registry(office: &Office) -> Answer<Registry> {
    office.registry().map_err(|error| refusals::no_registry(&error))
}

/// Whether the caller may write this now. The decision looks again; this only keeps words from being sealed in vain.
pub(crate) fn may_write(office: &Office, caller: &Bearer, facts: &EntryFacts, now: Micros) -> bool {
    is_entitled(office, caller, Role::Contributor, facts, now)
        || callers::in_the_name_of(office.engine().view().state(), caller, facts, now).is_some()
}

/// Whether the caller has this role here now, as [`may_write`] asks it.
pub(crate) fn is_entitled(office: &Office, caller: &Bearer, role: Role, facts: &EntryFacts, now: Micros) -> bool {
    let entries = office.engine().view();
    let (body, record_type) = (Some(&facts.body), Some(facts.record_type.as_str()));
    entries.state().designations.entitled(caller.subject, role, body, record_type, now).is_ok()
}

/// A content that may be saved: in normal form, in the language of its entry, and right in all it says, as `validate` finds.
pub(crate) fn fit(
    registry: &Registry,
    facts: &EntryFacts,
    typed: Value,
    previous: &[PersonalValue],
    validate: impl FnOnce(&Value) -> Answer<Vec<Fault>>,
) -> Answer<Value> {
    let typed = in_language(typed, &facts.language)?;
    let content = words::normal(&typed).map_err(|error| refusals::not_canonical(&error))?;
    let looked_at = without_kept_tokens(registry.record_type(&facts.record_type), &content, previous);
    let faults = validate(&looked_at)?;
    if dossier_registry::has_errors(&faults) {
        return Err(faulty(&faults));
    }
    Ok(content)
}

/// The content with the language of its entry; another one is refused.
fn in_language(content: Value, language: &str) -> Answer<Value> {
    let Value::Object(mut members) = content else {
        return Err(texts::unfit("/content", "is not an object with the fields of the record"));
    };
    match members.get(ORIGINAL_LANGUAGE).map(Value::as_str) {
        None => {
            members.insert(ORIGINAL_LANGUAGE.to_owned(), language.into());
        }
        Some(Some(named)) if named == language => {}
        Some(_) => {
            let detail = format!("the entry was begun in {language:?}; its original language stays");
            return Err(texts::unfit("/content/original_language", &detail));
        }
    }
    Ok(Value::Object(members))
}

/// Personal values that cannot be read any more stand as tokens in what was shown; who sends them back keeps them.
fn without_kept_tokens(kind: Option<&RecordType>, content: &Value, previous: &[PersonalValue]) -> Value {
    let mut content = content.clone();
    let pointers = kind.map(RecordType::personal_pointers).unwrap_or_default();
    let Value::Object(members) = &mut content else { return content };
    for pointer in pointers {
        let name = pointer.trim_start_matches('/');
        let token = members.get(name).and_then(commitment_in);
        if token.is_some_and(|token| previous.iter().any(|value| value.commitment == token)) {
            members.remove(name);
        }
    }
    content
}

/// What is wrong with a content, as a problem.
pub(crate) fn faulty(faults: &[Fault]) -> Problem {
    if let Some(large) = faults.iter().find(|fault| fault.code == FaultCode::TooLarge) {
        return Problem::new(ProblemKind::TooLarge).detail(large.message.clone());
    }
    let errors: Vec<&Fault> = faults.iter().filter(|fault| fault.grade == Grade::Error).collect();
    let listed = errors.iter().take(ERRORS_MAX).map(|fault| {
        json!({
            "pointer": format!("/content{}", fault.pointer),
            "detail": fault.message,
            "details": fault.messages,
            "code": fault.code.as_str(),
            "field": fault.field,
            "language": fault.language.map(Language::tag),
        })
    });
    let listed: Vec<Value> = listed.collect();
    let detail = match errors.as_slice() {
        [only] => only.message.clone(),
        _ => format!("{} places do not fit.", errors.len()),
    };
    Problem::new(ProblemKind::InvalidContent).detail(detail).with("code", "faults").with("errors", listed)
}

/// How many of the faults block.
pub(crate) fn errors_in(faults: &[Fault]) -> u32 {
    let count = faults.iter().filter(|fault| fault.grade == Grade::Error).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// What changed between two contents of an entry, for whoever may see both.
pub(crate) fn compare(registry: &Registry, facts: &EntryFacts, before: &Value, after: &Value) -> Option<Value> {
    let found: Difference = difference(registry.record_type(&facts.record_type)?, before, after);
    serde_json::to_value(found).ok()
}

/// The digest of the draft in a version of it, as the journal tells.
pub(crate) fn digest_of_version(office: &Office, id: EntryId, version: u64) -> Option<Digest> {
    let event = made_version(office, id, version)?;
    match &event.payload {
        Some(Payload::RevisionOpened(opened)) => Digest::try_from(opened.base_digest.as_slice()).ok(),
        _ => Digest::try_from(carried(&event)?.digest.as_slice()).ok(),
    }
}

/// The number of the draft's content in a version of it, as the journal tells.
pub(crate) fn number_of_version(office: &Office, id: EntryId, version: u64) -> Option<u32> {
    let event = made_version(office, id, version)?;
    match &event.payload {
        Some(Payload::RevisionOpened(opened)) => Some(opened.base_revision),
        _ => Some(carried(&event)?.revision),
    }
}

/// The event that made a version of the draft.
fn made_version(office: &Office, id: EntryId, version: u64) -> Option<Event> {
    let place = {
        let entries = office.engine().view();
        let mut moments = entries.timeline(id).iter();
        let moves = |what: Happened| what.wrote().is_some() || matches!(what, Happened::RevisionOpened { .. });
        moments.find(|moment| moment.version == version && moves(moment.what))?.place
    };
    Some(office.engine().recorded_at(place).ok()?.into_event())
}

/// The submissions of an entry, the latest first: each event's content and everything beside it.
pub(crate) fn submissions(office: &Office, id: EntryId) -> Answer<Vec<v1::Submitted>> {
    submissions_in(office, &Scene::Now, id)
}

/// The same, of the moment that is looked at.
pub(crate) fn submissions_in(office: &Office, scene: &Scene, id: EntryId) -> Answer<Vec<v1::Submitted>> {
    let timeline = scene.look(office, |entries| entries.timeline(id).to_vec());
    let mut found = Vec::new();
    for moment in timeline.iter().rev().filter(|moment| matches!(moment.what, Happened::Submitted { .. })) {
        let event = office.engine().recorded_at(moment.place).map_err(|error| Problem::internal(&error))?.into_event();
        if let Some(Payload::Submitted(submitted)) = event.payload {
            found.push(submitted);
        }
    }
    Ok(found)
}

/// The key for what the body says about an entry: of the content that those who are to read it hold. A key that was destroyed or
/// lost is passed over: an earlier submission, or what was saved anew, stands in for it.
///
/// # Errors
/// 409 when no such key is left, with what to do.
pub(crate) fn key_for_reason(office: &Office, id: EntryId, entry: &Entry) -> Answer<KeyId> {
    let submitted = submissions(office, id)?.into_iter().filter_map(|submitted| submitted.content);
    let mut keys: Vec<_> = submitted.filter_map(|content| words::key_of(&content)).collect();
    if keys.is_empty() || entry.workflow.is_with_body() {
        keys.extend(words::key_of(&sealed(office, id, entry.working)?));
    }
    let usable = keys.into_iter().find(|key| office.words().holds(*key));
    usable.ok_or_else(|| refusals::unreadable(&entry.workflow))
}

/// The key of a content that words are to be sealed beside.
///
/// # Errors
/// 409 when it was destroyed or lost, with what to do; 500 when the content has none.
pub(super) fn usable_key(office: &Office, entry: &Entry, content: &v1::Content) -> Answer<KeyId> {
    let key = words::key_of(content).ok_or_else(|| Problem::internal(&words::WordsError::NoContent))?;
    if office.words().holds(key) { Ok(key) } else { Err(refusals::unreadable(&entry.workflow)) }
}
