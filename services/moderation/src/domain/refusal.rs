//! Why moderation refuses a command.

use dossier_engine::{Record, RefusalFacts};
use dossier_identity::{GrantRefusal, NotEntitled, NotEntitledReason, Role};
use dossier_proto::{Digest, Event, Micros, Payload, Place, v1};

use super::{Command, limits};

/// Why not. Every variant that is recorded comes back from its record the same, so that a repeated
/// command gets the answer it got.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such review, or the caller may not know of it.
    #[error("There is no review of an entry with this id.")]
    NotFound,
    /// No designation covers it.
    #[error("{}", not_entitled(*.role, *.reason, *.because))]
    NotEntitled {
        /// The role that is needed.
        role: Role,
        /// Why the caller does not have it here.
        reason: NotEntitledReason,
        /// The event to look at.
        because: Option<Place>,
        /// Not recorded when there is no such entry: names that somebody tries out are no history.
        record: Record,
    },
    /// The right does not reach as far as what is granted or revoked.
    #[error("{0}")]
    Designation(GrantRefusal),
    /// Something happened since the caller looked.
    #[error("The review has changed since you loaded it: it is at version {current}. Load it again.")]
    VersionMismatch {
        /// The version now.
        current: u64,
    },
    /// P6: nobody decides on their own words.
    #[error("You wrote or submitted part of this content (event {because}); somebody else has to review it.")]
    OwnWords {
        /// The event by which the caller became an author.
        because: Place,
    },
    /// The review is over.
    #[error("This review has ended, by the event {because}.")]
    ReviewEnded {
        /// The event that ended it.
        because: Place,
        /// Decisions that come too late are recorded; comments and claims are not.
        record: Record,
    },
    /// P5: the content is not what the caller read.
    #[error("The content has changed since you loaded it: its digest is {current} now. Look at the difference.")]
    DigestMismatch {
        /// The digest now.
        current: Digest,
    },
    /// Another moderator has taken it up.
    #[error("The review is open and another moderator has claimed it until {until} (microseconds, UTC). Wait or ask for its release.", until = .until.0)]
    Claimed {
        /// Until when.
        until: Micros,
    },
    /// The public edition is newer than the one this content revises.
    #[error(
        "The content revises an edition that is not the current one (event {because}); it has to be made anew on that."
    )]
    BaseOutdated {
        /// The publication of the current edition.
        because: Place,
    },
    /// P6: who declared a conflict of interest has no part in the entry's reviews.
    #[error("You declared a conflict of interest (event {because}); somebody else has to do this.")]
    Conflicted {
        /// The declaration.
        because: Place,
    },
    /// An appeal is decided by somebody else.
    #[error("You refused this content (event {because}), and the body appealed; another moderator has to decide.")]
    RefusedBefore {
        /// The refusal.
        because: Place,
    },
    /// The stage asks for other people's opinions.
    #[error(
        "The stage that the review is in does not ask for your opinion; another stage does. The review shows under \"stages\" whom it waits \
         for. It was opened by the event {because}."
    )]
    NotAsked {
        /// The event that opened the review, with its stages.
        because: Place,
    },
    /// Nobody more of the caller's kind is asked.
    #[error(
        "The stage has all the opinions of your kind that it asks for. The review shows under \"stages\" whom it waits for; where \
         objections stand, request changes or refuse."
    )]
    EnoughOpinions,
    /// A person counts in one stage.
    #[error(
        "Your opinion counts in another stage of this review (event {because}); in this one somebody else has to give theirs."
    )]
    CountedAlready {
        /// That opinion.
        because: Place,
    },
    /// What the body was asked for is not settled.
    #[error(
        "The change {item} that was requested in round {round} is open (event {because}): the body has not answered it, or the answer does not do. \
         Accept it, or request changes."
    )]
    ChangeOpen {
        /// The round in which it was requested.
        round: u32,
        /// Its number.
        item: u32,
        /// The event that made it so.
        because: Place,
    },
    /// There is no such requested change.
    #[error(
        "No change was requested under this round and number, or it was settled with an earlier revision. The review lists those there are."
    )]
    NoSuchChange,
    /// The review waits.
    #[error("The review is on hold since the event {because}. Resume it first.")]
    OnHold {
        /// Since which event.
        because: Place,
        /// When it goes on by itself.
        until: Option<Micros>,
    },
    /// There is no edition that everybody can read.
    #[error(
        "There is no such published entry; only what everybody can read now can be corrected, or pointed to as the original."
    )]
    NotPublished,
    /// A correction waits already.
    #[error("A correction was proposed already, by the event {because}. Confirm or reject it first.")]
    CorrectionPending {
        /// Its proposal.
        because: Place,
    },
    /// No correction waits.
    #[error("No correction of this entry waits for confirmation.")]
    NoCorrection,
    /// What everybody can read, or may again, is not erased.
    #[error(
        "The words stand in public (event {because}). Retract the entry first, or, where single contents are meant, publish a corrected or \
         revised edition; then order the erasure again."
    )]
    StandsInPublic {
        /// The publication.
        because: Place,
    },
    /// What was let through and is not public yet is not erased.
    #[error(
        "The words were approved or confirmed (event {because}) and are on their way into public. Once they are there, retract them; \
         then order the erasure again."
    )]
    ComesIntoPublic {
        /// The approval or confirmation.
        because: Place,
    },
    /// It was ordered before.
    #[error("This was ordered before, by the event {because}. GET /review/api/v1/erasures says who has confirmed it.")]
    ErasedAlready {
        /// The order.
        because: Place,
    },
    /// Nobody can read what is to be decided on.
    #[error(
        "The words were erased by order of the event {because}; nobody can approve, confirm or object to what nobody can read."
    )]
    WordsErased {
        /// The order.
        because: Place,
    },
    /// The registry does not know the code.
    #[error("The registry in force has no such code. GET /review/api/v1/registry lists them under \"refusals\".")]
    UnknownCode,
    /// An argument is not what it must be.
    #[error("{0}")]
    Invalid(Invalid),
    /// The sealed content was not found under the digest, though it is the current one.
    #[error("The submitted content is not readable yet. Ask again.")]
    WordsMissing,
    /// Only the service itself gives this command, or only a person.
    #[error("This is not for {0} to ask.")]
    WrongActor(&'static str),
}

/// An argument that is not what it must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The name of a field.
    #[error(
        "A field is named by its key in the registry: lower-case letters, digits and _ - . /, at most {} bytes.",
        limits::FIELD_BYTES_MAX
    )]
    Field,
    /// A language tag.
    #[error("A language is a tag such as \"en\", at most {} bytes, or empty.", limits::LANGUAGE_BYTES_MAX)]
    Language,
    /// A comment or request without words.
    #[error("Words are missing: a comment, a requested change and a refusal each need a text.")]
    NoText,
    /// The number of requested changes.
    #[error("A request lists 1 to {} changes.", limits::REQUESTED_CHANGES_MAX)]
    Items,
    /// Requested changes are numbered from 1.
    #[error("Requested changes are numbered 1, 2, 3 …, in this order.")]
    ItemNumbers,
    /// Comments that are sent together.
    #[error(
        "Comments sent together are 1 to {}, all about the digest that is named, for moderation or for the contributor.",
        limits::HELD_COMMENTS_MAX
    )]
    Comments,
    /// The answers to a checklist.
    #[error(
        "Answers are to questions of the checklist in force for this type of record, one each: yes, no or not-applicable."
    )]
    Checklist,
    /// What became of a requested change.
    #[error("A requested change is accepted or reopened.")]
    Outcome,
    /// For whom a review waits.
    #[error("This is none of the codes for whom a review may wait: {}.", limits::AWAITED.join(", "))]
    Awaited,
    /// Until when a review waits.
    #[error("A review goes on by itself at a moment that is to come, at most 366 days ahead.")]
    HoldUntil,
    /// When to publish.
    #[error("Publication may be put off for at most five years.")]
    PublishAt,
    /// To whom a review is assigned.
    #[error("The review cannot be assigned so: {0}.")]
    Assignee(&'static str),
    /// The fields of a correction.
    #[error(
        "A correction touches 1 to {} fields, each once, that the registry in force calls editorial.",
        limits::CORRECTED_FIELDS_MAX
    )]
    NotEditorial,
    /// The content of a correction.
    #[error("A correction carries a content that differs from the edition and has no fault.")]
    CorrectedContent,
    /// Too many comments.
    #[error("This review holds {} comments, and no more. Request changes or decide.", limits::COMMENTS_MAX)]
    TooManyComments,
    /// The key of a record type.
    #[error(
        "A record type is named by its key in the registry: lower-case letters, digits, _ and -, at most 64 bytes."
    )]
    RecordType,
    /// The subject, the role, the body or the note of a designation.
    #[error("The designation is not well-formed: {0}.")]
    Designation(&'static str),
    /// What is recorded of letters.
    #[error("The letters are not as they must be: {0}.")]
    Letters(&'static str),
    /// An order of an erasure.
    #[error("The erasure cannot be ordered so: {0}.")]
    Erasure(&'static str),
    /// Why words are erased.
    #[error("The registry in force has no such reason. GET /review/api/v1/registry lists them under \"erasures\".")]
    ErasureReason,
    /// The registry.
    #[error("The registry is not well-formed: {0}.")]
    Registry(&'static str),
}

impl Refusal {
    /// From identity's refusal, for a review.
    pub(super) fn of_entitlement(refusal: &NotEntitled, record: Record) -> Self {
        Self::NotEntitled { role: refusal.role, reason: refusal.reason, because: refusal.because(), record }
    }

    /// From identity's refusal, for a designation.
    pub(crate) fn of_grant(refusal: GrantRefusal) -> Self {
        match refusal {
            // The message names who may designate; which of the two rights came nearest is in reason and event.
            GrantRefusal::NotEntitled(refusal) => Self::NotEntitled {
                role: Role::Administrator,
                reason: refusal.reason,
                because: refusal.because(),
                record: Record::Kept,
            },
            other => Self::Designation(other),
        }
    }
}

fn not_entitled(role: Role, reason: NotEntitledReason, because: Option<Place>) -> String {
    let role = match role {
        Role::Administrator => "administrator (or publishing authority of the body)",
        other => other.key(),
    };
    let why = match reason {
        NotEntitledReason::NoDesignation => format!("You are not designated as {role}."),
        NotEntitledReason::OtherBody => format!("You are designated as {role}, but not for this body."),
        NotEntitledReason::OtherRecordType => format!("You are designated as {role}, but not for this type of record."),
        NotEntitledReason::Revoked => format!("Your designation as {role} was revoked."),
        NotEntitledReason::Ended => format!("Your designation as {role} has ended."),
        NotEntitledReason::NotYetValid => format!("Your designation as {role} is not valid yet."),
    };
    match because {
        Some(place) => format!("{why} See the event {place}."),
        None => why,
    }
}

impl dossier_engine::Refusal for Refusal {
    fn facts(&self) -> RefusalFacts {
        let (code, because, record) = match self {
            Self::NotFound => ("not-found", None, Record::Not),
            Self::NotEntitled { reason, because, record, .. } => (reason.code(), *because, *record),
            Self::Designation(refusal) => (refusal.code(), refusal.because(), record_of(refusal)),
            Self::VersionMismatch { .. } => ("version-mismatch", None, Record::Not),
            Self::OwnWords { because } => ("own-words", Some(*because), Record::Kept),
            Self::ReviewEnded { because, record } => ("review-ended", Some(*because), *record),
            Self::DigestMismatch { .. } => ("digest-mismatch", None, Record::Kept),
            Self::Claimed { .. } => ("wrong-state", None, Record::Not),
            Self::BaseOutdated { because } => ("base-outdated", Some(*because), Record::Not),
            Self::Conflicted { because } => ("conflict-declared", Some(*because), Record::Kept),
            Self::RefusedBefore { because } => ("refused-before", Some(*because), Record::Kept),
            Self::NotAsked { because } => ("not-asked-in-this-stage", Some(*because), Record::Kept),
            Self::EnoughOpinions => ("enough-opinions", None, Record::Not),
            Self::CountedAlready { because } => ("counted-in-another-stage", Some(*because), Record::Kept),
            Self::ChangeOpen { because, .. } => ("change-open", Some(*because), Record::Not),
            Self::NoSuchChange => ("no-such-change", None, Record::Not),
            Self::OnHold { because, .. } => ("on-hold", Some(*because), Record::Not),
            Self::NotPublished => ("not-published", None, Record::Not),
            Self::CorrectionPending { because } => ("correction-pending", Some(*because), Record::Not),
            Self::NoCorrection => ("no-correction", None, Record::Not),
            Self::StandsInPublic { because } => ("stands-in-public", Some(*because), Record::Kept),
            Self::ComesIntoPublic { because } => ("comes-into-public", Some(*because), Record::Kept),
            Self::ErasedAlready { because } => ("erased-already", Some(*because), Record::Not),
            Self::WordsErased { because } => ("words-erased", Some(*because), Record::Kept),
            Self::UnknownCode => ("unknown-code", None, Record::Not),
            Self::Invalid(_) => ("invalid", None, Record::Not),
            Self::WordsMissing => ("not-readable-yet", None, Record::Not),
            Self::WrongActor(_) => ("wrong-actor", None, Record::Not),
        };
        let current_digest = match self {
            Self::DigestMismatch { current } => Some(*current),
            _ => None,
        };
        RefusalFacts { code, because, current_digest, record }
    }
}

/// A designation refused for lack of right is history; a slip of the pen is not.
fn record_of(refusal: &GrantRefusal) -> Record {
    match refusal {
        GrantRefusal::NotEntitled(_) | GrantRefusal::ToOneself | GrantRefusal::BeyondOwnRecordTypes(_) => Record::Kept,
        _ => Record::Not,
    }
}

/// The event that records a refusal.
pub(super) fn recorded(command: &Command, refusal: &Refusal) -> Option<Payload> {
    let facts = dossier_engine::Refusal::facts(refusal);
    if facts.record == Record::Not {
        return None;
    }
    let attempted = Some(command.as_attempted()?);
    let refusal = v1::Refusal {
        code: facts.code.to_owned(),
        because: facts.because.map(Into::into),
        current_digest: facts.current_digest.map(|digest| digest.to_vec()).unwrap_or_default(),
    };
    Some(Payload::ModerationRefused(v1::ModerationRefused { attempted, refusal: Some(refusal) }))
}

/// Reads a recorded refusal back.
pub(super) fn read(event: &Event) -> Option<Refusal> {
    let Some(Payload::ModerationRefused(refused)) = &event.payload else { return None };
    let attempted = Command::of(event)?;
    let recorded = refused.refusal.as_ref()?;
    let because = recorded.because.as_ref().map(Place::try_from).transpose().ok()?;
    let by_code = NotEntitledReason::ALL.into_iter().find(|reason| reason.code() == recorded.code);
    if let Some(reason) = by_code {
        return Some(Refusal::NotEntitled { role: role_for(&attempted), reason, because, record: Record::Kept });
    }
    match recorded.code.as_str() {
        "own-words" => Some(Refusal::OwnWords { because: because? }),
        "conflict-declared" => Some(Refusal::Conflicted { because: because? }),
        "refused-before" => Some(Refusal::RefusedBefore { because: because? }),
        "not-asked-in-this-stage" => Some(Refusal::NotAsked { because: because? }),
        "counted-in-another-stage" => Some(Refusal::CountedAlready { because: because? }),
        "stands-in-public" => Some(Refusal::StandsInPublic { because: because? }),
        "comes-into-public" => Some(Refusal::ComesIntoPublic { because: because? }),
        "words-erased" => Some(Refusal::WordsErased { because: because? }),
        "review-ended" => Some(Refusal::ReviewEnded { because: because?, record: Record::Kept }),
        "digest-mismatch" => {
            Some(Refusal::DigestMismatch { current: recorded.current_digest.as_slice().try_into().ok()? })
        }
        "designates-oneself" => Some(Refusal::Designation(GrantRefusal::ToOneself)),
        "beyond-own-record-types" => Some(Refusal::Designation(GrantRefusal::BeyondOwnRecordTypes(because?))),
        _ => None,
    }
}

/// The role that a command takes first of all; a refusal names it.
pub(super) fn role_for(command: &Command) -> Role {
    match command {
        Command::GrantDesignation(_) | Command::InvitePerson(_) | Command::RevokeDesignation(_) => Role::Administrator,
        Command::AdoptRegistry(_) => Role::Registrar,
        Command::OrderErasure(_) => Role::RecordsManager,
        _ => Role::Moderator,
    }
}
