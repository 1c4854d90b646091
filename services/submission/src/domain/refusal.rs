//! Why a command was refused: facts for the journal, a sentence for people.

use dossier_engine::{Record, RefusalFacts};
use dossier_identity::{NotEntitled, NotEntitledReason};
use dossier_proto::{Digest, Event, Payload, Place, v1};

use super::{AUTHORS_MAX, Command, Turn, WorkState};

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No designation covers it.
    #[error("you are not designated as contributor for this body and type of record ({})", reason.code())]
    NoDesignation {
        /// Why none does.
        reason: NotEntitledReason,
        /// The grant or revocation that came nearest.
        because: Option<Place>,
    },
    /// There is no such entry.
    #[error("there is no such entry")]
    NotFound,
    /// Not possible where the work stands.
    #[error("the entry is in the state \"{state}\", where this is not possible; {} the next move", turn.who)]
    WrongState {
        /// Where it stands.
        state: WorkState,
        /// Who has the next move.
        turn: Turn,
    },
    /// The content is that of the public edition.
    #[error("nothing changed since edition {edition}")]
    NothingChanged {
        /// The edition.
        edition: u32,
    },
    /// It has been asked already, and the answer is on its way.
    #[error("this was asked already, by the event {asked}, and is not answered yet")]
    AskedAlready {
        /// The event that asks.
        asked: Place,
    },
    /// It was decided before.
    #[error("too late: it was decided by the event {because}")]
    TooLate {
        /// The decision.
        because: Place,
    },
    /// A save must say which version it was written on.
    #[error(
        "say which version of the draft was changed: send If-Match with the ETag of the draft (now \"d{current}\")"
    )]
    VersionRequired {
        /// The version now.
        current: u64,
    },
    /// Somebody else has written meanwhile.
    #[error("the draft has changed since it was read: it is \"d{current}\" now")]
    VersionMismatch {
        /// The version now.
        current: u64,
    },
    /// The working content is another one than the one named.
    #[error("the content is another one by now: its digest is {current}")]
    DigestMismatch {
        /// The digest of the working content.
        current: Digest,
    },
    /// Nobody certified the submission.
    #[error("certify that the body stands behind this submission")]
    NotCertified,
    /// Validation found errors.
    #[error("the content has {count} errors; correct them and submit again")]
    Faults {
        /// How many.
        count: u32,
    },
    /// An answer to a change that nobody requested, or a second answer to one.
    #[error("there is no requested change {item} to be answered once")]
    UnknownItem {
        /// The number that was given.
        item: u32,
    },
    /// The public edition that the draft revises is not the current one any more.
    #[error(
        "the draft revises edition {base}, and edition {current} is public by now; compare and open the revision again"
    )]
    BaseOutdated {
        /// What the draft revises; 0 when it revises none.
        base: u32,
        /// What is public.
        current: u32,
    },
    /// Too many people write on one entry.
    #[error("{AUTHORS_MAX} people have written on this entry; no more can", AUTHORS_MAX = AUTHORS_MAX)]
    TooManyAuthors,
    /// The command is not made as it must be: a fault of the program that made it.
    #[error("the command is not made as it must be: {0}")]
    Malformed(&'static str),
}

impl From<NotEntitled> for Refusal {
    fn from(not: NotEntitled) -> Self {
        Self::NoDesignation { reason: not.reason, because: not.because() }
    }
}

impl dossier_engine::Refusal for Refusal {
    fn facts(&self) -> RefusalFacts {
        let slip = |code| RefusalFacts { code, because: None, current_digest: None, record: Record::Not };
        match *self {
            Self::NoDesignation { reason, because } => {
                RefusalFacts { because, record: Record::Kept, ..slip(reason.code()) }
            }
            Self::DigestMismatch { current } => {
                RefusalFacts { current_digest: Some(current), record: Record::Kept, ..slip("digest-mismatch") }
            }
            Self::TooLate { because } => RefusalFacts { because: Some(because), ..slip("too-late") },
            Self::AskedAlready { asked } => RefusalFacts { because: Some(asked), ..slip("wrong-state") },
            Self::NotFound => slip("not-found"),
            Self::WrongState { .. } | Self::NothingChanged { .. } => slip("wrong-state"),
            Self::VersionRequired { .. } => slip("version-required"),
            Self::VersionMismatch { .. } => slip("version-mismatch"),
            Self::NotCertified => slip("not-certified"),
            Self::Faults { .. } => slip("faults"),
            Self::UnknownItem { .. } => slip("unknown-code"),
            Self::BaseOutdated { .. } => slip("base-outdated"),
            Self::TooManyAuthors => slip("too-many-authors"),
            Self::Malformed(_) => slip("malformed"),
        }
    }
}

/// The event that records a refusal.
pub(super) fn refused(command: &Command, refusal: &Refusal) -> Option<Payload> {
    let facts = super::facts(refusal);
    Some(Payload::SubmissionRefused(v1::SubmissionRefused {
        attempted: Some(command.attempted()?),
        refusal: Some(v1::Refusal {
            code: facts.code.to_owned(),
            because: facts.because.map(Into::into),
            current_digest: facts.current_digest.map(|digest| digest.to_vec()).unwrap_or_default(),
        }),
    }))
}

/// Reads a recorded refusal back.
pub(super) fn refusal_of(event: &Event) -> Option<Refusal> {
    let Some(Payload::SubmissionRefused(refused)) = &event.payload else { return None };
    let recorded = refused.refusal.as_ref()?;
    if recorded.code == "digest-mismatch" {
        return Some(Refusal::DigestMismatch { current: recorded.current_digest.as_slice().try_into().ok()? });
    }
    let reason = NotEntitledReason::ALL.into_iter().find(|reason| reason.code() == recorded.code)?;
    let because = recorded.because.as_ref().and_then(|place| place.try_into().ok());
    Some(Refusal::NoDesignation { reason, because })
}
