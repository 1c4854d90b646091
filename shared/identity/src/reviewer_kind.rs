//! Where a reviewer comes from.

use std::{fmt, str::FromStr};

use dossier_proto::v1;
use serde::{Deserialize, Serialize};

/// Where a reviewer comes from: a stage of a review may need opinions from inside and from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewerKind {
    /// Of the secretariat.
    Internal,
    /// From outside.
    External,
}

/// A text that names no kind of reviewer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no kind of reviewer; a reviewer is internal or external")]
pub struct UnknownReviewerKind(String);

impl ReviewerKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Internal, Self::External];

    /// The key used in JSON and commands.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::External => "external",
        }
    }

    /// The number used in events.
    pub const fn number(self) -> i32 {
        match self {
            Self::Internal => v1::ReviewerKind::Internal as i32,
            Self::External => v1::ReviewerKind::External as i32,
        }
    }

    /// The kind with this number; `None` where nothing is said (0), or something this version does not know.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.number() == number)
    }
}

impl fmt::Display for ReviewerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

impl FromStr for ReviewerKind {
    type Err = UnknownReviewerKind;
    fn from_str(text: &str) -> Result<Self, UnknownReviewerKind> {
        let named = Self::ALL.into_iter().find(|kind| kind.key() == text);
        named.ok_or_else(|| UnknownReviewerKind(text.chars().take(64).collect()))
    }
}
