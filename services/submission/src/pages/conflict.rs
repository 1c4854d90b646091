//! Somebody else saved meanwhile: the form with both, and nothing lost of either.

use std::collections::BTreeMap;

use dossier_proto::{EntryId, Micros};
use dossier_registry::{Registry, facts};
use dossier_web::{Answer, Problem, ProblemKind};
use serde_json::Value;

use super::{
    catalogue::Catalogue,
    entry::Found,
    form_fields::{Forming, show},
    paper::Paper,
    typed::Typed,
    typing::Typing,
};
use crate::{
    api::{assembling, contents},
    domain::Revision,
    office::Office,
};

/// The form in which both stand.
pub(super) struct Merged {
    /// What others alone changed is taken over; what the sender changed stays as it was typed.
    pub(super) typing: Typing,
    /// What others saved in fields that the sender changed too.
    pub(super) theirs: BTreeMap<String, String>,
    /// Who saved, and what that means.
    pub(super) said: String,
}

/// Puts both versions together: what was typed on version `version`, and what is saved now.
///
/// # Errors
/// The record type is gone, or the journal cannot be read.
pub(super) fn merged(
    office: &Office,
    paper: &Paper,
    (id, found): (EntryId, &Found),
    (version, sent, beside): (u64, &Typed, &[(String, String)]),
) -> Answer<Merged> {
    let registry = &found.registry;
    let kind =
        registry.record_type(&found.entry.facts.record_type).ok_or_else(|| Problem::new(ProblemKind::WrongState))?;
    let numbers = Catalogue::of(office);
    let now = office.now();
    let forming = Forming { registry, kind, tongue: paper.tongue, now, numbers: &numbers };
    let current = found.document.content.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    let read = read_on(office, id, version)?;
    let (before, mut typed) = (read.as_ref().map(|read| show(forming, read)), show(forming, &current));
    let (mut theirs, mut fields) = (BTreeMap::new(), Vec::new());
    for field in &kind.fields {
        let name = format!("/{}", field.key);
        // Where the version that was read cannot be told any more, all that was typed counts as changed.
        if before.as_ref().is_some_and(|before| sent.is_same(before, &name)) || sent.is_same(&typed, &name) {
            continue;
        }
        if before.as_ref().is_none_or(|before| !before.is_same(&typed, &name)) {
            theirs.insert(field.key.clone(), said_there(paper, registry, &kind.key, (&field.key, &current), now));
        }
        typed.take_over(sent, &name);
    }
    fields.extend(typed.pairs().map(|(name, text)| (name.to_owned(), text.to_owned())));
    fields.extend(beside.iter().cloned());
    let (who, both) = (who(office, id), theirs.len().to_string());
    let said = paper.words.fill("contributor.conflict_text", &[("who", &who), ("both", &both)]);
    let typing = Typing { version: found.entry.version, is_whole: true, fields };
    Ok(Merged { typing, theirs, said })
}

/// The content of the draft in a version of it; none when nobody can read it any more.
fn read_on(office: &Office, id: EntryId, version: u64) -> Answer<Option<Value>> {
    let (number, digest) =
        (contents::number_of_version(office, id, version), contents::digest_of_version(office, id, version));
    let Some((number, digest)) = number.zip(digest) else { return Ok(None) };
    let sealed = contents::sealed(office, id, Revision { number, digest })?;
    Ok(contents::opened(office, id, &sealed)?.map(|opened| opened.content))
}

/// Who wrote last.
fn who(office: &Office, id: EntryId) -> String {
    let party = {
        let view = office.engine().view();
        view.timeline(id).iter().rev().find(|moment| moment.what.wrote().is_some()).map(|moment| moment.by)
    };
    party.and_then(|party| assembling::by(office, party).name).unwrap_or_else(|| "–".to_owned())
}

/// What others saved in a field.
fn said_there(
    paper: &Paper,
    registry: &Registry,
    record_type: &str,
    (field, current): (&str, &Value),
    now: Micros,
) -> String {
    let public = facts(registry, record_type, current, paper.tongue, now);
    let fact = public.iter().find(|fact| fact.field == field);
    let values = fact.map(|fact| fact.values.iter().map(|value| value.shown.text.clone()).collect::<Vec<_>>());
    values.map_or_else(|| plain(current.get(field)), |values| values.join("\n"))
}

/// What is shown of a value that is not public, such as a contact.
fn plain(value: Option<&Value>) -> String {
    match value {
        None => "–".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Object(members)) => members.values().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
        Some(other) => other.to_string(),
    }
}
