//! What a service knows around a content and the content does not say itself. It is given in, so that checking stays pure.

use dossier_proto::EntryId;
use serde_json::Value;

use crate::{
    content::values_of,
    model::{Field, Kind},
};

/// What became of an entry that is cited, as far as the service has heard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Citation {
    /// The edition is public, or was before a later one.
    Published {
        /// The record type of the entry.
        record_type: String,
    },
    /// The entry was published and taken back.
    Retracted,
    /// There is no such entry that the public could know of, or no such edition of it.
    Unpublished,
    /// It is the entry that cites.
    Itself,
}

/// Who knows the public catalogue. Nothing that is not public may follow from the answer: a draft of another body is
/// [`Citation::Unpublished`] like an entry that never was.
pub trait Citations {
    /// What is known of an edition of an entry.
    fn cited(&self, entry: EntryId, edition: u32) -> Citation;
}

impl<F: Fn(EntryId, u32) -> Citation> Citations for F {
    fn cited(&self, entry: EntryId, edition: u32) -> Citation {
        self(entry, edition)
    }
}

/// What is known around a content. [`Known::NOTHING`] leaves references unasked and takes every content for a new one.
#[derive(Clone, Copy, Default)]
pub struct Known<'a> {
    citations: Option<&'a dyn Citations>,
    before: Option<&'a Value>,
}

impl std::fmt::Debug for Known<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Known")
            .field("citations", &self.citations.is_some())
            .field("before", &self.before.is_some())
            .finish()
    }
}

impl<'a> Known<'a> {
    /// Nothing is known.
    pub const NOTHING: Self = Self { citations: None, before: None };

    /// With the catalogue at hand: references are checked against it.
    #[must_use]
    pub fn citing(self, citations: &'a dyn Citations) -> Self {
        Self { citations: Some(citations), ..self }
    }

    /// With the content of the same entry that was submitted last: what was right then and stays as it was is not refused
    /// because the registry or the catalogue changed since. A term that was retired may stay where it stood; it may not be
    /// chosen anew.
    #[must_use]
    pub fn after(self, before: &'a Value) -> Self {
        Self { before: Some(before), ..self }
    }

    pub(super) fn cited(&self, entry: EntryId, edition: u32) -> Option<Citation> {
        self.citations.map(|citations| citations.cited(entry, edition))
    }

    /// Whether the field had exactly this value, or this one among others.
    pub(super) fn had(&self, key: &str, value: &Value) -> bool {
        let held = self.before.and_then(|before| before.get(key));
        held == Some(value) || values_of(held).contains(value)
    }

    /// Whether the field held this term.
    pub(super) fn had_term(&self, field: &Field, term: &str) -> bool {
        let held = values_of(self.before.and_then(|before| before.get(&field.key)));
        held.iter().any(|value| term_of(field.kind, value) == Some(term))
    }
}

/// The key of the term in a value of a field, if it holds one.
pub(super) fn term_of(kind: Kind, value: &Value) -> Option<&str> {
    match kind {
        Kind::Place => value.get("country"),
        Kind::Status => value.get("state"),
        _ => Some(value),
    }?
    .as_str()
}
