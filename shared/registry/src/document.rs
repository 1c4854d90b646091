//! The whole registry as one document: what is canonicalised, hashed, and sent in an event.

use serde::{Deserialize, Serialize};

use crate::{
    Labels,
    model::{ChecklistItem, Notice, Places, Reason, RecordType, Vocabulary, Waiting, Words},
};

/// The number of this shape of the document. A program reads every number up to its own.
pub const FORMAT: u32 = 1;

/// Everything a registry says. Types, vocabularies and notices are sorted by key; all other lists keep their order,
/// which is the order of display.
///
/// Bytes of registries stand in journals for ever. So a key that is added later is optional and is not written when it has
/// its default (`skip_serializing_if`): old bytes then stay canonical, and `tests/registry/golden/` keeps some to prove it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The shape, [`FORMAT`].
    pub format: u32,
    /// What the registry is called.
    pub name: Labels,
    /// Its version, as its registrar counts: `2026-1`.
    pub version: String,
    /// How long an entry may wait for its contributor.
    pub waiting: Waiting,
    /// Words for values.
    pub words: Words,
    /// The record types.
    pub types: Vec<RecordType>,
    /// The vocabularies.
    pub vocabularies: Vec<Vocabulary>,
    /// The notices.
    pub notices: Vec<Notice>,
    /// Why an entry may be refused.
    pub refusals: Vec<Reason>,
    /// Why an entry may be suspended, superseded or retracted.
    pub retractions: Vec<Reason>,
    /// For whom or what a review on hold may wait; the decider has its own list where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaited: Vec<Reason>,
    /// Why words may be destroyed or a person be forgotten; the decider has its own list where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erasures: Vec<Reason>,
    /// What a moderator answers before deciding.
    pub checklist: Vec<ChecklistItem>,
    /// Places known by name.
    pub places: Places,
}

impl Document {
    /// Puts types, vocabularies and notices into the order of their keys.
    pub(crate) fn sort(&mut self) {
        self.types.sort_by(|one, other| one.key.cmp(&other.key));
        self.vocabularies.sort_by(|one, other| one.key.cmp(&other.key));
        self.notices.sort_by(|one, other| one.key.cmp(&other.key));
    }
}
