//! What publishers do, as messages say it.

use crate::domain::{Command, ReasonUse};

/// What a publisher was about to do, as messages say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// Retract an entry.
    Retract,
    /// Suspend an entry.
    Suspend,
    /// Reinstate an entry.
    Reinstate,
    /// Supersede an entry.
    Supersede,
    /// Let an edition wait for another moment.
    Reschedule,
    /// Publish what waits.
    PublishNow,
    /// Leave an entry as it is.
    DeclineRetraction,
}

impl Deed {
    /// What a command is about; `None` of what the system does.
    pub const fn of(command: &Command) -> Option<Self> {
        match command {
            Command::Publish(_) | Command::ConfirmErasure(_) => None,
            Command::Retract(_) => Some(Self::Retract),
            Command::Suspend(_) => Some(Self::Suspend),
            Command::Reinstate(_) => Some(Self::Reinstate),
            Command::Supersede(_) => Some(Self::Supersede),
            Command::Reschedule(_) => Some(Self::Reschedule),
            Command::PublishNow(_) => Some(Self::PublishNow),
            Command::DeclineRetraction(_) => Some(Self::DeclineRetraction),
        }
    }

    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Retract => "retract an entry",
            Self::Suspend => "suspend an entry",
            Self::Reinstate => "reinstate an entry",
            Self::Supersede => "supersede an entry",
            Self::Reschedule => "change when an edition is published",
            Self::PublishNow => "publish an edition before its time",
            Self::DeclineRetraction => "decline a retraction",
        }
    }

    pub(super) const fn named(self) -> &'static str {
        match self {
            Self::Retract => "A retraction",
            Self::Suspend => "A suspension",
            Self::Reinstate => "A reinstatement",
            Self::Supersede => "A supersession",
            Self::Reschedule => "Another moment of publication",
            Self::PublishNow => "A publication",
            Self::DeclineRetraction => "A request that is declined",
        }
    }
}

/// Why an entry cannot stand in the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoSuccessor {
    /// It is the entry itself.
    Itself,
    /// No such entry was ever published.
    Unknown,
    /// The public does not read it.
    Withheld,
    /// Readers are pointed on from it already.
    Superseded,
}

impl NoSuccessor {
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Self::Itself => "An entry cannot stand in its own place. Name another one.",
            Self::Unknown => "No published entry has this id or number. Name one that the public can read.",
            Self::Withheld => "The entry that was named is suspended or retracted. Name one that the public can read.",
            Self::Superseded => "The entry that was named is superseded itself. Name the one that stands in its place.",
        }
    }
}

impl From<ReasonUse> for Deed {
    fn from(used: ReasonUse) -> Self {
        match used {
            ReasonUse::Retract => Self::Retract,
            ReasonUse::Suspend => Self::Suspend,
            ReasonUse::Supersede => Self::Supersede,
        }
    }
}
