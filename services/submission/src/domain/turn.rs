//! Who has the next move, since when, what it is, and by when (P12).

use std::fmt;

use dossier_proto::Micros;
use serde::{Deserialize, Serialize};

use super::{Asking, Entry, Public, Standing, WorkState, Workflow};

/// Who has the next move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Holder {
    /// The body that wrote it.
    Contributor,
    /// The publishing authority of its state.
    PublishingAuthority,
    /// Moderation.
    Moderator,
    /// Publication.
    Publisher,
    /// Somebody outside, for whom the review waits.
    Others,
    /// The clockwork.
    System,
    /// Nobody: nothing is under way.
    Nobody,
}

impl Holder {
    /// The key used in JSON; the roles have the same keys in `identity`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Contributor => "contributor",
            Self::PublishingAuthority => "publishing-authority",
            Self::Moderator => "moderator",
            Self::Publisher => "publisher",
            Self::Others => "others",
            Self::System => "system",
            Self::Nobody => "nobody",
        }
    }

    /// Who is meant by the code of a held review. What is none of our roles is somebody outside.
    fn awaited(code: &str) -> Self {
        match code.replace('_', "-").as_str() {
            "contributor" | "body" => Self::Contributor,
            "publishing-authority" => Self::PublishingAuthority,
            "moderator" | "reviewer" | "secretariat" => Self::Moderator,
            "publisher" => Self::Publisher,
            _ => Self::Others,
        }
    }
}

impl fmt::Display for Holder {
    /// In words, for a sentence that ends with "the next move".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Contributor => "its body has",
            Self::PublishingAuthority => "the publishing authority of its state has",
            Self::Moderator => "a moderator has",
            Self::Publisher => "a publisher has",
            Self::Others => "somebody outside has",
            Self::System => "the clock has",
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

/// What the next move is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    /// What.
    pub what: Move,
    /// When it happens by itself, or is too late.
    pub by: Option<Micros>,
}

/// The moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the keys say it
pub enum Move {
    Submit,
    Answer,
    Clear,
    Decide,
    AnswerRecall,
    AnswerWithdrawal,
    Resume,
    Publish,
    DecideRetraction,
    ClearRetraction,
    Reinstate,
    Nothing,
}

impl Move {
    /// The key used in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Submit => "submit",
            Self::Answer => "answer-and-submit",
            Self::Clear => "clear-or-return",
            Self::Decide => "decide",
            Self::AnswerRecall => "answer-recall",
            Self::AnswerWithdrawal => "answer-withdrawal",
            Self::Resume => "resume",
            Self::Publish => "publish",
            Self::DecideRetraction => "decide-retraction",
            Self::ClearRetraction => "clear-retraction",
            Self::Reinstate => "reinstate-or-retract",
            Self::Nothing => "nothing",
        }
    }
}

impl Entry {
    /// The name of where it stands: of the work under way, else of what the public sees.
    pub fn state(&self) -> WorkState {
        match &self.workflow {
            Workflow::Draft => WorkState::Draft,
            Workflow::AwaitingClearance { .. } => WorkState::AwaitingClearance,
            Workflow::InReview { held: Some(_), .. } => WorkState::OnHold,
            Workflow::InReview { .. } => WorkState::InReview,
            Workflow::ChangesRequested { .. } => WorkState::ChangesRequested,
            Workflow::Approved { .. } => WorkState::Approved,
            Workflow::Scheduled { .. } => WorkState::Scheduled,
            Workflow::Published => match self.public.as_ref().map(Public::standing) {
                Some(Standing::Suspended) => WorkState::Suspended,
                Some(Standing::Superseded) => WorkState::Superseded,
                Some(Standing::Shown) | None => WorkState::Published,
            },
            Workflow::Refused { .. } => WorkState::Refused,
            Workflow::Duplicate { .. } => WorkState::Duplicate,
            Workflow::Withdrawn { .. } => WorkState::Withdrawn,
            Workflow::Retracted { .. } => WorkState::Retracted,
        }
    }

    /// Who has the next move, and since when.
    pub fn turn(&self) -> Turn {
        let (who, since, _) = self.whose();
        Turn { who, since }
    }

    /// What the next move is, and by when.
    pub fn next(&self) -> Next {
        let by = match &self.workflow {
            Workflow::Scheduled { at, .. } => Some(*at),
            Workflow::InReview { held: Some(held), .. } => held.until,
            waiting => waiting.expires(),
        };
        Next { what: self.whose().2, by }
    }

    fn whose(&self) -> (Holder, Micros, Move) {
        match &self.workflow {
            Workflow::Draft => (Holder::Contributor, self.since, Move::Submit),
            Workflow::ChangesRequested { .. } => (Holder::Contributor, self.since, Move::Answer),
            Workflow::AwaitingClearance { .. } => (Holder::PublishingAuthority, self.since, Move::Clear),
            Workflow::InReview { asked: Some(asked), .. } => {
                let answer = match asked.what {
                    Asking::Recall => Move::AnswerRecall,
                    Asking::Withdrawal => Move::AnswerWithdrawal,
                };
                (Holder::Moderator, self.since, answer)
            }
            Workflow::InReview { held: Some(held), .. } => (Holder::awaited(&held.awaited), held.since, Move::Resume),
            Workflow::InReview { .. } => (Holder::Moderator, self.since, Move::Decide),
            Workflow::Approved { .. } => (Holder::Publisher, self.since, Move::Publish),
            Workflow::Scheduled { .. } => (Holder::System, self.since, Move::Publish),
            Workflow::Retracted { .. } => (Holder::Nobody, self.since, Move::Nothing),
            Workflow::Published
            | Workflow::Refused { .. }
            | Workflow::Duplicate { .. }
            | Workflow::Withdrawn { .. } => {
                self.public.as_ref().and_then(Public::whose).unwrap_or((Holder::Nobody, self.since, Move::Nothing))
            }
        }
    }
}

impl Public {
    /// Who has to do something about the public edition.
    fn whose(&self) -> Option<(Holder, Micros, Move)> {
        if let Some((_, at)) = self.retraction_asked {
            return Some((Holder::Publisher, at, Move::DecideRetraction));
        }
        if let Some(proposed) = &self.retraction_proposed {
            return Some((Holder::PublishingAuthority, proposed.at, Move::ClearRetraction));
        }
        self.suspended.map(|(_, at)| (Holder::Publisher, at, Move::Reinstate))
    }
}
