//! What is wrong with a form, said beside its field and in the summary above it.

use dossier_web::{Problem, page::Words};
use serde_json::Value;

/// Something wrong: the field, and the key of what is said. No field: it is the whole form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) field: Option<&'static str>,
    pub(super) key: &'static str,
}

impl Fault {
    pub(super) const fn whole(key: &'static str) -> Self {
        Self { field: None, key }
    }

    pub(super) const fn at(field: &'static str) -> Self {
        Self { field: Some(field), key: said_of(field) }
    }

    /// The same on a page whose reason is said in words, not chosen.
    pub(super) fn of_why(self) -> Self {
        if self.field == Some("reason") { Self::at("why") } else { self }
    }

    /// Those that a problem names by its pointers.
    pub(super) fn of(problem: &Problem) -> Vec<Self> {
        let errors = problem.extensions().get("errors").and_then(Value::as_array);
        let pointers = errors.into_iter().flatten().filter_map(|error| error.get("pointer")?.as_str());
        let named: Vec<Self> = pointers.filter_map(field_of).map(Self::at).collect();
        if named.is_empty() { vec![Self::whole("publisher.not_done")] } else { named }
    }
}

fn field_of(pointer: &str) -> Option<&'static str> {
    match pointer {
        "/reason" => Some("reason"),
        "/explanation" => Some("explanation"),
        "/superseded_by" => Some("superseded_by"),
        "/at" => Some("at"),
        _ => None,
    }
}

const fn said_of(field: &str) -> &'static str {
    match field.as_bytes() {
        b"reason" => "publisher.fault_reason",
        b"explanation" => "publisher.fault_explanation",
        b"superseded_by" => "publisher.fault_superseded_by",
        b"why" => "publisher.fault_why",
        _ => "publisher.fault_at",
    }
}

/// The same in words: what stands in the summary, with the field it leads to.
pub(super) struct Told {
    pub(super) field: Option<&'static str>,
    pub(super) text: &'static str,
}

/// Faults in words.
pub(super) fn told(faults: &[Fault], words: &'static Words) -> Vec<Told> {
    faults.iter().map(|fault| Told { field: fault.field, text: words.text(fault.key) }).collect()
}

/// What is said beside a field.
pub(super) fn beside(told: &[Told], field: &str) -> Option<&'static str> {
    told.iter().find(|one| one.field == Some(field)).map(|one| one.text)
}
