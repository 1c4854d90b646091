//! Review paths: who has to agree, in which order, before an entry is published.

use serde::{Deserialize, Serialize};

use crate::Labels;

/// The way of an entry from submission to approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewPath {
    /// Whether the state's publishing authority clears it first.
    pub clearance: Clearance,
    /// The stages, in order; at least one.
    pub stages: Vec<ReviewStage>,
}

impl ReviewPath {
    /// The stage with this key.
    pub fn stage(&self, key: &str) -> Option<&ReviewStage> {
        self.stages.iter().find(|stage| stage.key == key)
    }
}

/// National clearance before review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Clearance {
    /// Nobody clears.
    None,
    /// What a member state submits is cleared by its authority; organisations submit directly.
    States,
    /// Whatever is submitted is cleared.
    All,
}

impl Clearance {
    /// Whether what such a body submits needs clearance.
    pub const fn is_needed(self, body: BodyKind) -> bool {
        match self {
            Self::None => false,
            Self::States => matches!(body, BodyKind::State),
            Self::All => true,
        }
    }
}

/// Who a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// A member state.
    State,
    /// Any other body.
    Organisation,
}

/// One stage of a review: it is passed when every quorum is met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewStage {
    /// Its key within the path.
    pub key: String,
    /// Its name.
    pub labels: Labels,
    /// How many approvals of which roles it takes.
    pub needs: Vec<Quorum>,
    /// Who is asked besides when opinions are split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_split: Option<Quorum>,
}

/// So many approvals by people of a role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// The role.
    pub role: ReviewRole,
    /// How many, 1 to 9.
    pub count: u8,
}

/// The roles that can count towards an approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReviewRole {
    /// A moderator.
    Moderator,
    /// A reviewer of the secretariat.
    InternalReviewer,
    /// A reviewer from outside.
    ExternalReviewer,
    /// A publisher.
    Publisher,
}

/// How long an entry may wait for its contributor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waiting {
    /// Days after which it expires and goes back to draft.
    pub expires_after_days: u16,
    /// Days after which the contributor is reminded, rising, all before the expiry.
    pub reminders_after_days: Vec<u16>,
}
