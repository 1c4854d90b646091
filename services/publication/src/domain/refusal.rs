//! Why publication says no.

mod deed;
mod recording;

use dossier_engine::{Record, Refusal, RefusalFacts};
use dossier_identity::{NotEntitled, NotEntitledReason};
use dossier_proto::{Micros, Place};
use jiff::Timestamp;

pub use deed::{Deed, NoSuccessor};
pub(super) use recording::{refusal_of, refused};

/// Why a command was refused. The messages are for the one who asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationRefusal {
    /// The caller has no designation for it. Holds what is recorded and no more, so that a repeated request gets the
    /// very same answer.
    #[error("Only a publisher may {}. {}{}", deed.in_words(), lacking(*reason), see(*because))]
    NoDesignation {
        /// What was attempted.
        deed: Deed,
        /// What is the matter with the designations there are.
        reason: NotEntitledReason,
        /// The designation that came nearest, or its revocation.
        because: Option<Place>,
    },
    /// Editions are published by the system alone, from an approval.
    #[error("Editions are published by the system, when a moderator has approved a content. Nobody can ask for it.")]
    SystemOnly,
    /// No such entry was ever published.
    #[error("No published entry has this id or number.")]
    NotFound,
    /// It was retracted before.
    #[error("This entry was retracted already, by the event {because}. Nobody has a next move.")]
    AlreadyRetracted {
        /// The retraction.
        because: Place,
    },
    /// It is suspended.
    #[error("This entry is suspended, by the event {because}. Reinstate it first, or retract it.")]
    IsSuspended {
        /// The suspension.
        because: Place,
    },
    /// It is not suspended.
    #[error("This entry is not suspended: the public reads it. There is nothing to reinstate.")]
    NotSuspended,
    /// Readers are pointed on from it already.
    #[error("This entry was superseded already, by the event {because}. Readers are pointed on to the other entry.")]
    AlreadySuperseded {
        /// The supersession.
        because: Place,
    },
    /// What should stand in its place cannot.
    #[error("{}", why.in_words())]
    NoSuccessor {
        /// Why not.
        why: NoSuccessor,
    },
    /// Nothing of the entry waits for a time.
    #[error("No edition of this entry waits for its time. It may have been published meanwhile: read the entry.")]
    NotScheduled,
    /// No request of the body waits under this name.
    #[error(
        "No such request for a retraction waits. It may have been answered, or asked anew: read the requests again."
    )]
    NotAsked,
    /// The body, or the moderator, asked that it be not public before.
    #[error("It may not be public before {}: so it was asked when it was approved, by the event {because}. Name that moment or a later one.", shown(*until))]
    Embargo {
        /// That moment.
        until: Micros,
        /// The approval.
        because: Place,
    },
    /// The moment named has passed.
    #[error("That moment has passed. Name one in the future, or publish it now.")]
    PastMoment,
    /// The moment named is too far away.
    #[error("An edition waits until {} at the latest: ten years from now. Name an earlier moment.", shown(*latest))]
    TooFar {
        /// The latest moment.
        latest: Micros,
    },
    /// It could not become an edition now.
    #[error("It cannot be published ({code}). It is declined when its time comes; the body then hears why.")]
    Unpublishable {
        /// Why not.
        code: &'static str,
    },
    /// The caller had read another version.
    #[error("The entry has version e{current} now. Read it again, then decide.")]
    VersionMismatch {
        /// The version now.
        current: u64,
    },
    /// The registry has no such reason for it.
    #[error("The registry in force has no reason \"{code}\" to {}. Choose one of: {known}.", deed.in_words())]
    UnknownCode {
        /// What it should be a reason for.
        deed: Deed,
        /// As it was given, cut to 64 characters.
        code: String,
        /// The reasons there are.
        known: String,
    },
    /// It needs an explanation that the public can read, or a reason that the body can.
    #[error("{} needs an explanation. Say in a few sentences why.", deed.named())]
    ExplanationMissing {
        /// What was attempted.
        deed: Deed,
    },
}

const fn lacking(reason: NotEntitledReason) -> &'static str {
    match reason {
        NotEntitledReason::NoDesignation => "You are not designated as one.",
        NotEntitledReason::OtherBody => "You are designated as one, but not for this body.",
        NotEntitledReason::OtherRecordType => "You are designated as one, but not for this type of record.",
        NotEntitledReason::Revoked => "Your designation as publisher was revoked.",
        NotEntitledReason::Ended => "Your designation as publisher has ended.",
        NotEntitledReason::NotYetValid => "Your designation as publisher is not valid yet.",
    }
}

/// A moment as messages say it: RFC 3339, UTC.
fn shown(moment: Micros) -> String {
    Timestamp::from_microsecond(moment.0).unwrap_or(Timestamp::MAX).to_string()
}

fn see(because: Option<Place>) -> String {
    because.map(|place| format!(" See the event {place}.")).unwrap_or_default()
}

/// Stable codes, as they stand in events and answers.
pub(super) mod codes {
    /// The content revises an edition that is not the current one.
    pub(in crate::domain) const BASE_OUTDATED: &str = "base-outdated";
    /// The state does not allow it.
    pub(in crate::domain) const WRONG_STATE: &str = "wrong-state";
    /// The registry does not know the code.
    pub(in crate::domain) const UNKNOWN_CODE: &str = "unknown-code";
    /// A later approval of the same entry took its place.
    pub(in crate::domain) const REPLACED: &str = "replaced";
}

impl PublicationRefusal {
    pub(super) const fn lacking(deed: Deed, missing: &NotEntitled, because: Option<Place>) -> Self {
        Self::NoDesignation { deed, reason: missing.reason, because }
    }

    pub(super) const fn nobody(deed: Deed) -> Self {
        Self::NoDesignation { deed, reason: NotEntitledReason::NoDesignation, because: None }
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDesignation { reason, .. } => reason.code(),
            Self::SystemOnly => "system-only",
            Self::NotFound => "not-found",
            Self::AlreadyRetracted { .. }
            | Self::IsSuspended { .. }
            | Self::NotSuspended
            | Self::AlreadySuperseded { .. } => codes::WRONG_STATE,
            Self::NoSuccessor { .. } => "no-successor",
            Self::NotScheduled => "not-scheduled",
            Self::NotAsked => "not-asked",
            Self::Embargo { .. } => "embargo",
            Self::PastMoment => "past-moment",
            Self::TooFar { .. } => "too-far",
            Self::Unpublishable { code } => code,
            Self::VersionMismatch { .. } => "version-mismatch",
            Self::UnknownCode { .. } => codes::UNKNOWN_CODE,
            Self::ExplanationMissing { .. } => "faults",
        }
    }

    /// The event that stands against it.
    pub const fn because(&self) -> Option<Place> {
        match self {
            Self::NoDesignation { because, .. } => *because,
            Self::AlreadyRetracted { because }
            | Self::IsSuspended { because }
            | Self::AlreadySuperseded { because }
            | Self::Embargo { because, .. } => Some(*because),
            _ => None,
        }
    }
}

impl Refusal for PublicationRefusal {
    fn facts(&self) -> RefusalFacts {
        let record = match self {
            Self::NoDesignation { .. } => Record::Kept,
            _ => Record::Not,
        };
        RefusalFacts { code: self.code(), because: self.because(), current_digest: None, record }
    }
}
