//! What differs between two moments.

use dossier_registry::Registry;
use dossier_web::{Language, page::Words};
use serde_json::Value;

use super::state_name;
use crate::{
    api::moments::DifferenceDocument,
    pages::{
        said,
        trail::{FieldRow, RowWriter},
    },
};

/// So much of what changed in words, in bytes.
const WORDS_BYTES_MAX: usize = 32 * 1024;
/// Steps that are named; the trail has them all.
const STEPS_MAX: usize = 50;

/// The difference as it is shown.
pub(super) struct Difference {
    /// What, before, after.
    pub(super) axes: Vec<(String, String, String)>,
    pub(super) fields: Vec<FieldRow>,
    pub(super) words_note: Option<String>,
    /// When, and what.
    pub(super) steps: Vec<(String, String, String)>,
    pub(super) total: String,
}

impl Difference {
    /// Of what was found.
    pub(super) fn of(
        found: &DifferenceDocument,
        words: &'static Words,
        language: Language,
        registry: &Registry,
        record_type: &str,
    ) -> Self {
        let writer = RowWriter { words, language, registry, record_type };
        let mut room = WORDS_BYTES_MAX;
        let fields: Vec<FieldRow> = found
            .words
            .iter()
            .flat_map(|changed| &changed.fields)
            .map(|field| writer.field(field, &mut room))
            .collect();
        let axis = |axis: &crate::moment::Axis| {
            let name = words.text(&format!("auditor.as_of.{}", axis.what)).to_owned();
            (name, told(words, &axis.from), told(words, &axis.to))
        };
        let step = |step: &crate::trail::Step| {
            let what = words.text(&format!("auditor.kind.{}", step.kind)).to_owned();
            (step.recorded.clone(), words.moment(step.recorded_at), what)
        };
        Self {
            axes: found.changed.iter().map(axis).collect(),
            words_note: fields.is_empty().then(|| words.text("auditor.as_of.no_words_changed").to_owned()),
            fields,
            steps: found.steps.iter().take(STEPS_MAX).map(step).collect(),
            total: words.count("auditor.trail.events", found.total as u64),
        }
    }
}

/// One side of what differs: a state, a text by its revision and digest, a number.
fn told(words: &Words, value: &Value) -> String {
    if let Some(state) = value.get("state") {
        return state_name(words, state);
    }
    if let (Some(revision), Some(digest)) = (value.get("revision"), value.get("digest").and_then(Value::as_str)) {
        let edition = value.get("edition").map(|number| words.with("record.edition", "number", number));
        let revision = words.with("auditor.trail.revision", "number", revision);
        let digest = said::beginning_of_digest(digest);
        return edition.into_iter().chain([revision, digest]).collect::<Vec<_>>().join(" · ");
    }
    match value {
        Value::Null => "–".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
