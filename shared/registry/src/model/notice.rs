//! Notices: sentences that a published edition must carry.

use serde::{Deserialize, Serialize};

use crate::{Day, Labels};

/// A notice, with the rule that says when it is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Its key, for ever.
    pub key: String,
    /// Its name, for lists and checks.
    pub labels: Labels,
    /// The record types it is for; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// When it is due.
    pub trigger: Trigger,
    /// The notice itself.
    pub texts: Labels,
    /// First day on which it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// Last day on which it is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
}

/// What makes a notice due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "lowercase", deny_unknown_fields)]
pub enum Trigger {
    /// Every entry of its types.
    Always {},
    /// A term of a vocabulary stands in any field that uses the vocabulary: an area, an objective.
    Term {
        /// The vocabulary.
        vocabulary: String,
        /// Any of these terms.
        terms: Vec<String>,
    },
    /// Any of these words or phrases stands in the text, in any language. Capitals do not matter, whole words do.
    Text {
        /// The words or phrases.
        phrases: Vec<String>,
    },
    /// Any of several rules.
    Any {
        /// The rules.
        of: Vec<Trigger>,
    },
}
