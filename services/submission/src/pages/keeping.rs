//! Saving what was typed into a form: what fits becomes the next revision, what does not yet is kept beside it, and nothing is lost.

use axum::extract::State;
use dossier_proto::EntryId;
use dossier_web::{
    Answer, Part, Problem, ProblemKind, Tag, digest_of_request,
    extract::{Bearer, IdempotencyKey, IfMatch, StrictJson, StrictPath},
    off_thread,
};
use serde_json::Value;

use super::{
    catalogue::Catalogue,
    form_fields::{Forming, read},
    typed::Typed,
    typing::{self, Typing},
};
use crate::{
    api::{contents, saving},
    domain::Entry,
    office::Office,
};

/// What stands before the names of answers to requested changes.
pub(super) const ANSWER: &str = "answer:";
/// The name of the control for what has changed.
pub(super) const WHAT_CHANGED: &str = "what_changed";

/// A form as it was sent.
#[derive(Clone)]
pub(super) struct Sent {
    pub(super) id: EntryId,
    /// The version it was drawn on.
    pub(super) version: u64,
    /// Drawn with the page: a double click does it once.
    pub(super) key: String,
    pub(super) typed: Typed,
    /// What is said with a submission, and no part of the content.
    pub(super) beside: Vec<(String, String)>,
    pub(super) tongue: dossier_registry::Language,
}

/// What came of it.
pub(super) enum Kept {
    /// All of it is the draft now.
    Whole,
    /// All but some fields, which are kept beside it as they were typed.
    Partly,
    /// Somebody else saved meanwhile: the problem holds both versions.
    Conflict(Box<Problem>),
    /// Nothing was saved.
    Not(Box<Problem>),
}

/// Saves it.
///
/// # Errors
/// 404 for who does not see the entry; a failure on our side.
pub(super) async fn keep(office: &Office, caller: &Bearer, sent: Sent) -> Answer<Kept> {
    let (content, base) = {
        let (office, caller, sent) = (office.clone(), caller.clone(), sent.clone());
        off_thread(move || meant(&office, &caller, &sent)).await?
    };
    let saved = save(office, caller, &sent, content.clone()).await;
    let problem = match saved {
        Ok(()) => {
            remember(office, caller, sent, Vec::new()).await?;
            return Ok(Kept::Whole);
        }
        Err(problem) => problem,
    };
    match problem.kind() {
        ProblemKind::StaleVersion => return Ok(Kept::Conflict(Box::new(problem))),
        ProblemKind::InvalidContent | ProblemKind::InvalidRequest => {}
        _ => return Ok(Kept::Not(Box::new(problem))),
    }
    let unfit = fields_of(&problem);
    if unfit.is_empty() {
        return Ok(Kept::Not(Box::new(problem)));
    }
    match save(office, caller, &sent, without(content, &base, &unfit)).await {
        Ok(()) => {
            remember(office, caller, sent, unfit).await?;
            Ok(Kept::Partly)
        }
        Err(again) if again.kind() == ProblemKind::StaleVersion => Ok(Kept::Conflict(Box::new(again))),
        Err(again) => Ok(Kept::Not(Box::new(again))),
    }
}

/// The content that is meant, and the one that stands there.
fn meant(office: &Office, caller: &Bearer, sent: &Sent) -> Answer<(Value, Value)> {
    let entry = crate::api::callers::addressed(&office.engine().view(), caller, sent.id, office.now())?.clone();
    let base = working(office, sent.id, &entry)?.unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let registry = contents::registry(office)?;
    let Some(kind) = registry.record_type(&entry.facts.record_type) else {
        return Err(Problem::new(ProblemKind::WrongState));
    };
    let numbers = Catalogue::of(office);
    let forming = Forming { registry: &registry, kind, tongue: sent.tongue, now: office.now(), numbers: &numbers };
    Ok((read(forming, &sent.typed, &base), base))
}

/// The working content in the clear; none when its key is gone.
pub(super) fn working(office: &Office, id: EntryId, entry: &Entry) -> Answer<Option<Value>> {
    let sealed = contents::sealed(office, id, entry.working)?;
    Ok(contents::opened(office, id, &sealed)?.map(|opened| opened.content))
}

async fn save(office: &Office, caller: &Bearer, sent: &Sent, content: Value) -> Answer<()> {
    // The page's key with what is sent: the same once more is a repeat, anything else is not.
    let digest = digest_of_request("PUT", &sent.version.to_string(), &content);
    let short: String = digest.to_string().chars().take(16).collect();
    let key = (!sent.key.is_empty()).then(|| format!("{}-{short}", sent.key));
    let if_match = IfMatch::Tags(vec![Tag::Version(Part::Draft, sent.version)]);
    let body = saving::SaveBody { content };
    saving::save(
        State(office.clone()),
        caller.clone(),
        StrictPath(sent.id),
        if_match,
        IdempotencyKey(key),
        StrictJson(body),
    )
    .await
    .map(drop)
}

/// The fields that a refusal names.
pub(super) fn fields_of(problem: &Problem) -> Vec<String> {
    let errors = problem.extensions().get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let field = |error: &Value| {
        let pointer = error.get("pointer")?.as_str()?.strip_prefix("/content/")?;
        Some(pointer.split('/').next()?.to_owned())
    };
    let mut fields: Vec<String> = errors.iter().filter_map(field).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// The content with these fields as they were before.
fn without(mut content: Value, base: &Value, unfit: &[String]) -> Value {
    let Value::Object(members) = &mut content else { return content };
    for field in unfit {
        match base.get(field) {
            Some(before) => members.insert(field.clone(), before.clone()),
            None => members.remove(field),
        };
    }
    content
}

/// Keeps what no revision holds.
async fn remember(office: &Office, caller: &Bearer, sent: Sent, unfit: Vec<String>) -> Answer<()> {
    let (office, subject) = (office.clone(), caller.subject);
    off_thread(move || {
        let Some(entry) = office.engine().view().entry(sent.id).cloned() else { return Ok(()) };
        let mut fields = sent.beside;
        for field in &unfit {
            let name = format!("/{field}");
            let texts = sent.typed.below(&name);
            fields.extend(texts.flat_map(|(name, values)| values.iter().map(|text| (name.to_owned(), text.clone()))));
        }
        fields.retain(|(_, text)| !text.trim().is_empty());
        let typing = Typing { version: entry.version, is_whole: false, fields };
        typing::keep(&office, (sent.id, entry.working), subject, &typing).map(drop)
    })
    .await
}
