//! Why a command was refused: facts for the journal, a sentence for people.

use dossier_engine::{Record, RefusalFacts};
use dossier_identity::{NotEntitled, NotEntitledReason, Role};
use dossier_proto::{Digest, Event, Payload, Place, v1};

use super::{AUTHORS_MAX, Command, EMBARGO_DAYS_MAX, Turn, WorkState, command};

/// The code of a refusal to clear what one asked for.
const OWN_SUBMISSION: &str = "own-submission";

/// Why not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No designation covers it.
    #[error("you are not designated as {} for this body and type of record ({})", role.key().replace('-', " "), reason.code())]
    NoDesignation {
        /// As what.
        role: Role,
        /// Why none does.
        reason: NotEntitledReason,
        /// The grant or revocation that came nearest.
        because: Option<Place>,
    },
    /// A records manager acts in the name of the body whose paper it is, and did not say so.
    #[error("say on whose behalf you act: name the body of the entry")]
    NotInItsName,
    /// Whoever asked for the clearance does not give it.
    #[error(
        "you asked for this clearance yourself, by the event {because}; another publishing authority of the state clears it"
    )]
    OwnSubmission {
        /// The event by which the caller asked.
        because: Place,
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
    #[error("no requested change {item} waits for an answer, or it is answered twice")]
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
    /// There has been an appeal against this refusal.
    #[error("the refusal was appealed against already, by the event {appeal}; there is one appeal")]
    AppealedAlready {
        /// The appeal.
        appeal: Place,
    },
    /// What is reviewed again on appeal cannot be had back as a draft: it was refused.
    #[error(
        "it was refused and is reviewed again because of the appeal {appeal}; it can be withdrawn, and not be recalled"
    )]
    UnderAppeal {
        /// The appeal.
        appeal: Place,
    },
    /// The current edition is no editorial correction.
    #[error("the public edition is no editorial correction; there is nothing to object to")]
    NoCorrection,
    /// No retraction waits for clearance under this name.
    #[error("no retraction with this name waits for clearance")]
    NotProposed,
    /// The paper came in later than now, or nobody signed it.
    #[error("say when the paper came in, not later than now, and who signed it")]
    NoPaper,
    /// The embargo has no sense.
    #[error("the embargo ends in the past, or more than {EMBARGO_DAYS_MAX} days from now")]
    EmbargoUnfit,
    /// Another entry stands in the place of this one.
    #[error("another entry stands in the place of this one; revise that one")]
    Superseded,
    /// Too many people write on one entry.
    #[error("{AUTHORS_MAX} people have written on this entry; no more can", AUTHORS_MAX = AUTHORS_MAX)]
    TooManyAuthors,
    /// Nobody can read what is to be submitted.
    #[error(
        "the words were erased by order of the event {because}; nobody can read them any more. Write the content anew, then submit it"
    )]
    WordsErased {
        /// The order.
        because: Place,
    },
    /// The command is not made as it must be: a fault of the program that made it.
    #[error("the command is not made as it must be: {0}")]
    Malformed(&'static str),
}

impl From<NotEntitled> for Refusal {
    fn from(not: NotEntitled) -> Self {
        Self::NoDesignation { role: not.role, reason: not.reason, because: not.because() }
    }
}

impl dossier_engine::Refusal for Refusal {
    fn facts(&self) -> RefusalFacts {
        let slip = |code| RefusalFacts { code, because: None, current_digest: None, record: Record::Not };
        match *self {
            Self::NoDesignation { reason, because, .. } => {
                RefusalFacts { because, record: Record::Kept, ..slip(reason.code()) }
            }
            Self::DigestMismatch { current } => {
                RefusalFacts { current_digest: Some(current), record: Record::Kept, ..slip("digest-mismatch") }
            }
            Self::OwnSubmission { because } => {
                RefusalFacts { because: Some(because), record: Record::Kept, ..slip(OWN_SUBMISSION) }
            }
            Self::AppealedAlready { appeal } | Self::UnderAppeal { appeal } => {
                RefusalFacts { because: Some(appeal), ..slip("wrong-state") }
            }
            Self::TooLate { because } => RefusalFacts { because: Some(because), ..slip("too-late") },
            Self::AskedAlready { asked } => RefusalFacts { because: Some(asked), ..slip("wrong-state") },
            Self::WordsErased { because } => RefusalFacts { because: Some(because), ..slip("words-erased") },
            Self::NotFound => slip("not-found"),
            Self::WrongState { .. }
            | Self::NothingChanged { .. }
            | Self::NoCorrection
            | Self::NotProposed
            | Self::Superseded => slip("wrong-state"),
            Self::NotInItsName | Self::NoPaper => slip("no-paper"),
            Self::EmbargoUnfit => slip("embargo-unfit"),
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
    let because = recorded.because.as_ref().and_then(|place| place.try_into().ok());
    if recorded.code == OWN_SUBMISSION {
        return Some(Refusal::OwnSubmission { because: because? });
    }
    let reason = NotEntitledReason::ALL.into_iter().find(|reason| reason.code() == recorded.code)?;
    let role = command::role_of(refused.attempted.as_ref()?);
    Some(Refusal::NoDesignation { role, reason, because })
}
