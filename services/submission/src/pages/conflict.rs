//! Somebody else saved meanwhile: the form with both, and nothing lost of either.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::EntryId;
use dossier_registry::facts;
use dossier_web::{Answer, Problem, ProblemKind};
use serde_json::Value;

use super::{
    catalogue::Catalogue,
    entry::Found,
    form_fields::{Forming, show},
    keeping::Sent,
    paper::Paper,
    typing::Typing,
};
use crate::office::Office;

/// The form in which both stand.
pub(super) struct Merged {
    /// What others alone changed is taken over; what the sender changed stays as it was typed.
    pub(super) typing: Typing,
    /// What others saved in fields that the sender changed too.
    pub(super) theirs: BTreeMap<String, String>,
    /// Who saved, and what that means.
    pub(super) said: String,
}

/// Puts both versions together.
///
/// # Errors
/// The record type is gone.
pub(super) fn shown(
    office: &Office,
    paper: &Paper,
    (_, found): (EntryId, &Found),
    sent: &Sent,
    problem: &Problem,
) -> Answer<Merged> {
    let registry = &found.registry;
    let kind =
        registry.record_type(&found.entry.facts.record_type).ok_or_else(|| Problem::new(ProblemKind::WrongState))?;
    let numbers = Catalogue::of(office);
    let now = office.now();
    let forming = Forming { registry, kind, tongue: paper.tongue, now, numbers: &numbers };
    let current = found.document.content.clone().unwrap_or_else(|| Value::Object(serde_json::Map::new()));
    // Where the version that was read cannot be told any more, all that was typed counts as changed.
    let mine = listed(problem, "changed_by_you")
        .unwrap_or_else(|| kind.fields.iter().map(|field| field.key.clone()).collect());
    let both: BTreeSet<String> = listed(problem, "changed_by_both").unwrap_or_else(|| mine.clone());
    let mut typed = show(forming, &current);
    for field in &mine {
        typed.take_over(&sent.typed, &format!("/{field}"));
    }
    let fields = typed.pairs().map(|(name, text)| (name.to_owned(), text.to_owned()));
    let fields = fields.chain(sent.beside.iter().cloned()).collect();
    let public = facts(registry, &kind.key, &current, paper.tongue, now);
    let said_there = |field: &String| {
        let fact = public.iter().find(|fact| fact.field == *field);
        let values = fact.map(|fact| fact.values.iter().map(|value| value.shown.text.clone()).collect::<Vec<_>>());
        values.map_or_else(|| plain(current.get(field)), |values| values.join("\n"))
    };
    let theirs = both.iter().map(|field| (field.clone(), said_there(field))).collect();
    let values = [("who", who(problem)), ("both", both.len().to_string())];
    let values = [("who", values[0].1.as_str()), ("both", values[1].1.as_str())];
    let said = paper.words.fill("contributor.conflict_text", &values);
    let typing = Typing { version: found.entry.version, is_whole: true, fields };
    Ok(Merged { typing, theirs, said })
}

fn listed(problem: &Problem, member: &str) -> Option<BTreeSet<String>> {
    let fields = problem.extensions().get(member)?.as_array()?;
    Some(fields.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Who saved last.
fn who(problem: &Problem) -> String {
    let changes = problem.extensions().get("changes").and_then(Value::as_array);
    let name = changes.and_then(|changes| changes.last()?.get("by")?.get("name")?.as_str());
    name.unwrap_or("–").to_owned()
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
