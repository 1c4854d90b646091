//! Why publication says no.

use dossier_engine::{Record, Refusal, RefusalFacts};
use dossier_identity::{NotEntitled, NotEntitledReason};
use dossier_proto::{Event, Payload, Place, v1};

use super::Command;

/// Why a command was refused. The messages are for the one who asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PublicationRefusal {
    /// The caller has no designation for it. Holds what is recorded and no more, so that a repeated request gets the
    /// very same answer.
    #[error("Only a publisher may retract an entry. {}{}", lacking(*reason), see(*because))]
    NoDesignation {
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
    /// The caller had read another version.
    #[error("The entry has version e{current} now. Read it again, then decide.")]
    VersionMismatch {
        /// The version now.
        current: u64,
    },
    /// The registry has no such reason for a retraction.
    #[error("The registry in force has no reason \"{code}\" for a retraction. Choose one of: {known}.")]
    UnknownCode {
        /// As it was given, cut to 64 characters.
        code: String,
        /// The reasons there are.
        known: String,
    },
    /// A retraction needs an explanation that the public can read.
    #[error("A retraction needs an explanation for the public. Say in a few sentences why the entry is taken back.")]
    ExplanationMissing,
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

impl From<NotEntitled> for PublicationRefusal {
    fn from(missing: NotEntitled) -> Self {
        Self::NoDesignation { reason: missing.reason, because: missing.because() }
    }
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
}

impl PublicationRefusal {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoDesignation { reason, .. } => reason.code(),
            Self::SystemOnly => "system-only",
            Self::NotFound => "not-found",
            Self::AlreadyRetracted { .. } => codes::WRONG_STATE,
            Self::VersionMismatch { .. } => "version-mismatch",
            Self::UnknownCode { .. } => codes::UNKNOWN_CODE,
            Self::ExplanationMissing => "faults",
        }
    }

    /// The event that stands against it.
    pub const fn because(&self) -> Option<Place> {
        match self {
            Self::NoDesignation { because, .. } => *because,
            Self::AlreadyRetracted { because } => Some(*because),
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

/// The event that records a refusal; `None` for those that are an answer and no more.
pub(super) fn refused(command: &Command, refusal: &PublicationRefusal) -> Option<Payload> {
    let facts = refusal.facts();
    let Command::Retract(attempted) = command else { return None };
    if facts.record == Record::Not {
        return None;
    }
    Some(Payload::PublicationRefused(v1::PublicationRefused {
        attempted: Some(v1::publication_refused::Attempted::RetractEntry(attempted.clone())),
        refusal: Some(v1::Refusal {
            code: facts.code.to_owned(),
            because: facts.because.map(Into::into),
            current_digest: Vec::new(),
        }),
    }))
}

/// Reads a recorded refusal back.
pub(super) fn refusal_of(event: &Event) -> Option<PublicationRefusal> {
    let Some(Payload::PublicationRefused(refused)) = &event.payload else { return None };
    let refusal = refused.refusal.as_ref()?;
    let because = refusal.because.as_ref().map(Place::try_from).transpose().ok()?;
    let reason = NotEntitledReason::ALL.into_iter().find(|reason| reason.code() == refusal.code)?;
    Some(PublicationRefusal::NoDesignation { reason, because })
}
