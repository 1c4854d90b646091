//! Coded reasons for decisions, and the moderator's checklist.

use serde::{Deserialize, Serialize};

use crate::{Day, Labels};

/// A coded reason: why an entry was refused, suspended, superseded or retracted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// Its key, for ever.
    pub key: String,
    /// Its name.
    pub labels: Labels,
    /// What it means, for who has to choose and for who receives it.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub hint: Labels,
    /// What it may be used for. Of reasons to retract only; empty for refusals.
    #[serde(default, rename = "for", skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<RetractionUse>,
    /// First day on which it may be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// Last day on which it may be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
}

/// What a reason to take an entry from view, or to point on from it, may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RetractionUse {
    /// Taking it away for good; a tombstone stays.
    Retract,
    /// Taking it away for now.
    Suspend,
    /// Pointing readers on to another entry that stands in its place.
    Supersede,
}

/// A question the moderator answers before deciding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// Its key, for ever.
    pub key: String,
    /// What has to be true.
    pub labels: Labels,
    /// How to tell.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub hint: Labels,
    /// The record types it is for; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// First day on which it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// Last day on which it is asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
}
