//! Where the work on an entry stands.

use std::fmt;

use dossier_proto::{Digest, EntryId, Micros, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

use super::{EXPIRY_DAYS, REMINDER_DAYS};

/// Where the work on an entry stands. What the public sees is another axis: see [`Public`](super::Public).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Workflow {
    /// With its body.
    Draft,
    /// With the publishing authority of its state. Nobody outside the body has heard of it.
    AwaitingClearance {
        /// The event that asked for clearance.
        asked: Place,
        /// Who asked: cannot clear.
        submitter: SubjectId,
        /// SHA-256 of the `ClearanceAsked`: what is submitted in the end is that and nothing else.
        words: Digest,
        /// For how long.
        patience: Patience,
    },
    /// Submitted; moderation alone decides what becomes of it.
    InReview {
        /// The event that submitted it.
        submitted: Place,
        /// What the body has asked for meanwhile, not yet answered.
        asked: Option<Asked>,
        /// The review waits for somebody.
        held: Option<Held>,
    },
    /// Back with its body: with requests of moderation, or returned by its publishing authority.
    ChangesRequested {
        /// The event that asks for the changes, or that returned it.
        requested: Place,
        /// For how long.
        patience: Patience,
    },
    /// Approved; publication is next.
    Approved {
        /// The approval.
        approved: Place,
    },
    /// Approved, and published by itself when its time comes.
    Scheduled {
        /// The approval.
        approved: Place,
        /// The time.
        at: Micros,
    },
    /// The newest submitted content is public, and nothing is under way.
    Published,
    /// Refused.
    Refused {
        /// The decision.
        refused: Place,
        /// What was refused.
        submitted: Place,
    },
    /// It says what another, published entry says already.
    Duplicate {
        /// The decision.
        marked: Place,
        /// The published entry.
        of: EntryId,
        /// Its number.
        number: String,
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

/// For how long somebody of the body has the move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patience {
    /// When the entry returns to draft by itself.
    pub expires: Micros,
    /// After how many days they were reminded last; 0 before the first time.
    pub reminded: u32,
}

impl Patience {
    /// The whole of it, from now on.
    const fn from(at: Micros) -> Self {
        Self { expires: at.plus(EXPIRY_DAYS * Micros::DAY), reminded: 0 }
    }

    /// When they will have had the move for so many days.
    fn after(&self, days: u32) -> Micros {
        self.expires.plus((i64::from(days) - EXPIRY_DAYS) * Micros::DAY)
    }
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

/// A review that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The event.
    pub place: Place,
    /// Since when.
    pub since: Micros,
    /// For whom or what: a code.
    pub awaited: String,
    /// It goes on by itself then.
    pub until: Option<Micros>,
}

/// The name of a state, as interfaces write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)] // the names of the variants of `Workflow`, and of what became of the public edition
pub enum WorkState {
    Draft,
    AwaitingClearance,
    InReview,
    OnHold,
    ChangesRequested,
    Approved,
    Scheduled,
    Published,
    Suspended,
    Superseded,
    Retracted,
    Refused,
    Duplicate,
    Withdrawn,
}

impl WorkState {
    /// All states, in the order of the workflow.
    pub const ALL: [Self; 14] = [
        Self::Draft,
        Self::AwaitingClearance,
        Self::InReview,
        Self::OnHold,
        Self::ChangesRequested,
        Self::Approved,
        Self::Scheduled,
        Self::Published,
        Self::Suspended,
        Self::Superseded,
        Self::Retracted,
        Self::Refused,
        Self::Duplicate,
        Self::Withdrawn,
    ];

    /// The key used in JSON and addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::AwaitingClearance => "awaiting-clearance",
            Self::InReview => "in-review",
            Self::OnHold => "on-hold",
            Self::ChangesRequested => "changes-requested",
            Self::Approved => "approved",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
            Self::Retracted => "retracted",
            Self::Refused => "refused",
            Self::Duplicate => "duplicate",
            Self::Withdrawn => "withdrawn",
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

    /// The approval that waits for its edition.
    pub const fn approval(&self) -> Option<Place> {
        match self {
            Self::Approved { approved } | Self::Scheduled { approved, .. } => Some(*approved),
            _ => None,
        }
    }

    /// Back with its body, which has a quarter of a year from now on.
    pub(super) const fn changes_requested(requested: Place, at: Micros) -> Self {
        Self::ChangesRequested { requested, patience: Patience::from(at) }
    }

    /// With its publishing authority, which has as long.
    pub(super) const fn awaiting_clearance(asked: Place, submitter: SubjectId, words: Digest, at: Micros) -> Self {
        Self::AwaitingClearance { asked, submitter, words, patience: Patience::from(at) }
    }

    /// What gave somebody the move whom the clock does not let have it for ever, and for how long they have it.
    const fn waiting(&self) -> Option<(Place, Patience)> {
        match self {
            Self::ChangesRequested { requested: since, patience }
            | Self::AwaitingClearance { asked: since, patience, .. } => Some((*since, *patience)),
            _ => None,
        }
    }

    /// When it returns to draft by itself, if it does.
    pub const fn expires(&self) -> Option<Micros> {
        match self.waiting() {
            Some((_, patience)) => Some(patience.expires),
            None => None,
        }
    }

    /// When whoever has the move is to be reminded next, if they are.
    pub(super) fn next_reminder(&self) -> Option<Micros> {
        let (_, patience) = self.waiting()?;
        let next = REMINDER_DAYS.into_iter().find(|days| *days > patience.reminded)?;
        Some(patience.after(next))
    }

    /// The reminder that is due at `now`: of several that were missed the latest alone. None once the entry is about to expire.
    pub(super) fn due_reminder(&self, now: Micros) -> Option<v1::Remind> {
        let (since, patience) = self.waiting()?;
        let is_due = |days: &u32| *days > patience.reminded && patience.after(*days) <= now;
        let days = REMINDER_DAYS.into_iter().rev().find(is_due).filter(|_| now < patience.expires)?;
        Some(v1::Remind { days, since: Some(since.into()) })
    }

    /// They were reminded after so many days.
    pub(super) const fn was_reminded(&mut self, after: u32) {
        if let Self::ChangesRequested { patience, .. } | Self::AwaitingClearance { patience, .. } = self
            && patience.reminded < after
        {
            patience.reminded = after;
        }
    }

    /// The submission is in the hands of moderation, from now on.
    pub(super) const fn in_review(submitted: Place) -> Self {
        Self::InReview { submitted, asked: None, held: None }
    }
}
