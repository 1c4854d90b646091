//! What a letter says: codes, in which there is no word of anybody.

use dossier_proto::Micros;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the sentences say it: `wording/en.rs`
pub enum News {
    Submitted,
    ClearanceAsked,
    Cleared,
    ClearanceReturned,
    ClearanceRecalled,
    RecallAsked,
    Recalled,
    WithdrawalAsked,
    Withdrawn,
    RequestTooLate,
    ChangesRequested { count: u32 },
    Commented,
    ChangeReopened,
    Held,
    Resumed,
    Approved,
    Refused,
    MarkedDuplicate,
    AppealAsked,
    Scheduled,
    Published { edition: u32 },
    PublicationDeclined,
    Corrected { edition: u32 },
    CorrectionObjected,
    RetractionProposed,
    RetractionAsked,
    RetractionReturned,
    RetractionDeclined,
    Suspended,
    Reinstated,
    Superseded,
    Retracted,
    Expired,
    Reminded { days_left: u32 },
    Waiting,
    Answered,
    Assigned,
    AppealedAgainst,
    CorrectionProposed,
    CorrectionConfirmed,
    CorrectionRejected,
}

impl News {
    /// One of each kind.
    pub const ALL: [Self; 41] = [
        Self::Submitted,
        Self::ClearanceAsked,
        Self::Cleared,
        Self::ClearanceReturned,
        Self::ClearanceRecalled,
        Self::RecallAsked,
        Self::Recalled,
        Self::WithdrawalAsked,
        Self::Withdrawn,
        Self::RequestTooLate,
        Self::ChangesRequested { count: 3 },
        Self::Commented,
        Self::ChangeReopened,
        Self::Held,
        Self::Resumed,
        Self::Approved,
        Self::Refused,
        Self::MarkedDuplicate,
        Self::AppealAsked,
        Self::Scheduled,
        Self::Published { edition: 2 },
        Self::PublicationDeclined,
        Self::Corrected { edition: 2 },
        Self::CorrectionObjected,
        Self::RetractionProposed,
        Self::RetractionAsked,
        Self::RetractionReturned,
        Self::RetractionDeclined,
        Self::Suspended,
        Self::Reinstated,
        Self::Superseded,
        Self::Retracted,
        Self::Expired,
        Self::Reminded { days_left: 7 },
        Self::Waiting,
        Self::Answered,
        Self::Assigned,
        Self::AppealedAgainst,
        Self::CorrectionProposed,
        Self::CorrectionConfirmed,
        Self::CorrectionRejected,
    ];

    /// The key used in JSON, and in the name of a letter.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::ClearanceAsked => "clearance-asked",
            Self::Cleared => "cleared",
            Self::ClearanceReturned => "clearance-returned",
            Self::ClearanceRecalled => "clearance-recalled",
            Self::RecallAsked => "recall-asked",
            Self::Recalled => "recalled",
            Self::WithdrawalAsked => "withdrawal-asked",
            Self::Withdrawn => "withdrawn",
            Self::RequestTooLate => "request-too-late",
            Self::ChangesRequested { .. } => "changes-requested",
            Self::Commented => "comment",
            Self::ChangeReopened => "change-reopened",
            Self::Held => "held",
            Self::Resumed => "resumed",
            Self::Approved => "approved",
            Self::Refused => "refused",
            Self::MarkedDuplicate => "duplicate",
            Self::AppealAsked => "appeal-asked",
            Self::Scheduled => "scheduled",
            Self::Published { .. } => "published",
            Self::PublicationDeclined => "publication-declined",
            Self::Corrected { .. } => "corrected",
            Self::CorrectionObjected => "correction-objected",
            Self::RetractionProposed => "retraction-proposed",
            Self::RetractionAsked => "retraction-asked",
            Self::RetractionReturned => "retraction-returned",
            Self::RetractionDeclined => "retraction-declined",
            Self::Suspended => "suspended",
            Self::Reinstated => "reinstated",
            Self::Superseded => "superseded",
            Self::Retracted => "retracted",
            Self::Expired => "expired",
            Self::Reminded { .. } => "reminder",
            Self::Waiting => "waiting",
            Self::Answered => "answered",
            Self::Assigned => "assigned",
            Self::AppealedAgainst => "appealed-against",
            Self::CorrectionProposed => "correction-proposed",
            Self::CorrectionConfirmed => "correction-confirmed",
            Self::CorrectionRejected => "correction-rejected",
        }
    }
}

/// Who has the next move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the keys say it
pub enum Mover {
    Contributor,
    PublishingAuthority,
    Moderator,
    Reviewer,
    Publisher,
    Others,
    System,
    Nobody,
}

impl Mover {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Contributor,
        Self::PublishingAuthority,
        Self::Moderator,
        Self::Reviewer,
        Self::Publisher,
        Self::Others,
        Self::System,
        Self::Nobody,
    ];

    /// The key used in JSON; the roles have the same keys in `identity`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Contributor => "contributor",
            Self::PublishingAuthority => "publishing-authority",
            Self::Moderator => "moderator",
            Self::Reviewer => "reviewer",
            Self::Publisher => "publisher",
            Self::Others => "others",
            Self::System => "system",
            Self::Nobody => "nobody",
        }
    }
}

/// What the next move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[allow(missing_docs)] // the keys say it
pub enum Step {
    Submit,
    Answer,
    Clear,
    Decide,
    GiveOpinion,
    Resume,
    Publish,
    DecideRetraction,
    ClearRetraction,
    ConfirmCorrection,
    Reinstate,
    Nothing,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Submit,
        Self::Answer,
        Self::Clear,
        Self::Decide,
        Self::GiveOpinion,
        Self::Resume,
        Self::Publish,
        Self::DecideRetraction,
        Self::ClearRetraction,
        Self::ConfirmCorrection,
        Self::Reinstate,
        Self::Nothing,
    ];

    /// The key used in JSON, as submission's entries have it.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Answer => "answer-and-submit",
            Self::Clear => "clear-or-return",
            Self::Decide => "decide",
            Self::GiveOpinion => "give-opinion",
            Self::Resume => "resume",
            Self::Publish => "publish",
            Self::DecideRetraction => "decide-retraction",
            Self::ClearRetraction => "clear-retraction",
            Self::ConfirmCorrection => "confirm-correction",
            Self::Reinstate => "reinstate-or-retract",
            Self::Nothing => "nothing",
        }
    }
}

/// Who has the next move after what happened, what it is, and by when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Onward {
    /// Who.
    pub who: Mover,
    /// What.
    pub what: Step,
    /// When it happens by itself, or is too late.
    pub by: Option<Micros>,
}

impl Onward {
    /// Nobody has anything to do.
    pub const NOTHING: Self = Self { who: Mover::Nobody, what: Step::Nothing, by: None };
}
