//! Where the work on an entry stands, and who has the next move (P12).

use std::fmt;

use dossier_proto::{Micros, Place};
use serde::{Deserialize, Serialize};

/// Where the work on an entry stands. What the public sees is another axis: see [`Public`](super::Public).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Workflow {
    /// With its body.
    Draft,
    /// Submitted; moderation alone decides what becomes of it.
    InReview {
        /// The event that submitted it.
        submitted: Place,
        /// What the body has asked for meanwhile, not yet answered.
        asked: Option<Asked>,
    },
    /// Back with its body, with requests.
    ChangesRequested {
        /// The event that asks for the changes.
        requested: Place,
        /// The numbers of the requested changes, ascending.
        items: Vec<u32>,
        /// When it returns to draft by itself.
        expires: Micros,
    },
    /// Approved; publication is next.
    Approved {
        /// The approval.
        approved: Place,
    },
    /// The newest submitted content is public, and nothing is under way.
    Published,
    /// Refused.
    Refused {
        /// The decision.
        refused: Place,
    },
    /// Withdrawn by its body.
    Withdrawn {
        /// The event that withdrew it.
        withdrawn: Place,
    },
    /// Taken from the public by a publisher; for ever.
    Retracted {
        /// The decision.
        retracted: Place,
    },
}

/// What the body has asked moderation for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// For what.
    pub what: Asking,
    /// The event that asks.
    pub place: Place,
}

/// What can be asked of moderation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asking {
    /// To have the entry back as a draft.
    Recall,
    /// To end it.
    Withdrawal,
}

/// The name of a state, as interfaces write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the names of the variants of `Workflow`
pub enum WorkState {
    Draft,
    InReview,
    ChangesRequested,
    Approved,
    Published,
    Refused,
    Withdrawn,
    Retracted,
}

impl WorkState {
    /// All states, in the order of the workflow.
    pub const ALL: [Self; 8] = [
        Self::Draft,
        Self::InReview,
        Self::ChangesRequested,
        Self::Approved,
        Self::Published,
        Self::Refused,
        Self::Withdrawn,
        Self::Retracted,
    ];

    /// The key used in JSON and addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::InReview => "in-review",
            Self::ChangesRequested => "changes-requested",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Retracted => "retracted",
        }
    }
}

impl fmt::Display for WorkState {
    /// In words, for a sentence: "changes requested".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.key().replace('-', " "))
    }
}

impl Workflow {
    /// The name of the state.
    pub const fn state(&self) -> WorkState {
        match self {
            Self::Draft => WorkState::Draft,
            Self::InReview { .. } => WorkState::InReview,
            Self::ChangesRequested { .. } => WorkState::ChangesRequested,
            Self::Approved { .. } => WorkState::Approved,
            Self::Published => WorkState::Published,
            Self::Refused { .. } => WorkState::Refused,
            Self::Withdrawn { .. } => WorkState::Withdrawn,
            Self::Retracted { .. } => WorkState::Retracted,
        }
    }

    /// Whether the body may write on it.
    pub const fn is_with_body(&self) -> bool {
        matches!(self, Self::Draft | Self::ChangesRequested { .. })
    }

    /// The submission that is being reviewed.
    pub const fn under_review(&self) -> Option<Place> {
        match self {
            Self::InReview { submitted, .. } => Some(*submitted),
            _ => None,
        }
    }
}

/// Who has the next move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The body that wrote it.
    Contributor,
    /// Moderation.
    Moderator,
    /// Publication.
    Publisher,
    /// Nobody: nothing is under way.
    Nobody,
}

impl Holder {
    /// The key used in JSON; the roles have the same keys in `identity`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Contributor => "contributor",
            Self::Moderator => "moderator",
            Self::Publisher => "publisher",
            Self::Nobody => "nobody",
        }
    }
}

impl fmt::Display for Holder {
    /// In words, for a sentence that ends with "the next move".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contributor => "its body has",
            Self::Moderator => "a moderator has",
            Self::Publisher => "a publisher has",
            Self::Nobody => "nobody has",
        })
    }
}

/// Who has the next move, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Who.
    pub who: Holder,
    /// Since when.
    pub since: Micros,
}
