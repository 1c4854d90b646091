//! Where an entry stands, and who has the next move.

use std::{fmt, str::FromStr};

use dossier_proto::Micros;
use serde::{Deserialize, Serialize};

use super::{
    stages::Chair,
    state::{ChangeState, Ending, Entry, HeldTime, Leaving, Moment, Review},
};

/// Where an entry stands, as moderation knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Moderation has to decide.
    InReview,
    /// In review, waiting for somebody.
    OnHold,
    /// The body has to answer.
    ChangesRequested,
    /// Approved, not yet published.
    Approved,
    /// Approved; publication waits for its time.
    Scheduled,
    /// Published.
    Published,
    /// Published, and not shown for now.
    Suspended,
    /// Published; another entry stands in its place.
    Superseded,
    /// Approved, but publication could not follow.
    Declined,
    /// Refused.
    Refused,
    /// It says what another, published entry says already.
    Duplicate,
    /// Back with the body, as a draft.
    Recalled,
    /// Withdrawn by the body.
    Withdrawn,
    /// The body did not answer in time.
    Expired,
    /// Retracted after publication.
    Retracted,
}

impl Standing {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::InReview,
        Self::OnHold,
        Self::ChangesRequested,
        Self::Approved,
        Self::Scheduled,
        Self::Published,
        Self::Suspended,
        Self::Superseded,
        Self::Declined,
        Self::Refused,
        Self::Duplicate,
        Self::Recalled,
        Self::Withdrawn,
        Self::Expired,
        Self::Retracted,
    ];

    /// The key used in JSON and addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::InReview => "in-review",
            Self::OnHold => "on-hold",
            Self::ChangesRequested => "changes-requested",
            Self::Approved => "approved",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
            Self::Declined => "declined",
            Self::Refused => "refused",
            Self::Duplicate => "duplicate",
            Self::Recalled => "recalled",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
            Self::Retracted => "retracted",
        }
    }
}

impl fmt::Display for Standing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A text that names no standing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a state of a review")]
pub struct UnknownStanding(String);

impl FromStr for Standing {
    type Err = UnknownStanding;
    fn from_str(text: &str) -> Result<Self, UnknownStanding> {
        let named = Self::ALL.into_iter().find(|standing| standing.key() == text);
        named.ok_or_else(|| UnknownStanding(text.chars().take(64).collect()))
    }
}

/// Who has the next move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// Moderators.
    Moderator,
    /// Reviewers: their opinions are asked for.
    Reviewer,
    /// The body's contributors.
    Contributor,
    /// Publishers; what is approved is published by the service itself.
    Publisher,
    /// Somebody who has no part in reviews: the review waits for them.
    ThirdParty,
    /// Nobody: it is over.
    Nobody,
}

impl Turn {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Moderator, Self::Reviewer, Self::Contributor, Self::Publisher, Self::ThirdParty, Self::Nobody];

    /// The key used in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Moderator => "moderator",
            Self::Reviewer => "reviewer",
            Self::Contributor => "contributor",
            Self::Publisher => "publisher",
            Self::ThirdParty => "third-party",
            Self::Nobody => "nobody",
        }
    }
}

/// A text that names nobody who could have the next move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is nobody whose turn it could be")]
pub struct UnknownTurn(String);

impl FromStr for Turn {
    type Err = UnknownTurn;
    fn from_str(text: &str) -> Result<Self, UnknownTurn> {
        let named = Self::ALL.into_iter().find(|turn| turn.key() == text);
        named.ok_or_else(|| UnknownTurn(text.chars().take(64).collect()))
    }
}

impl Entry {
    /// Where it stands, and since when.
    pub fn standing(&self) -> Option<(Standing, Micros)> {
        if let Some(retracted) = self.retracted {
            return Some((Standing::Retracted, retracted.at));
        }
        let review = self.review()?;
        let Some(ended) = review.ended else {
            return Some(match &review.held {
                Some(held) => (Standing::OnHold, held.since.at),
                None => (Standing::InReview, review.waiting_since()),
            });
        };
        if let Some(left) = self.left {
            return Some((of_leaving(left.how), left.moment.at));
        }
        let at = ended.moment.at;
        Some(match ended.how {
            Ending::ChangesRequested { .. } => (Standing::ChangesRequested, at),
            Ending::Approved => self.after_approval(review, ended.moment),
            Ending::Refused => (Standing::Refused, at),
            Ending::Duplicate => (Standing::Duplicate, at),
            Ending::Recalled | Ending::Replaced => (Standing::Recalled, at),
            Ending::Withdrawn => (Standing::Withdrawn, at),
            Ending::Retracted => (Standing::Retracted, at),
        })
    }

    fn after_approval(&self, review: &Review, approved: Moment) -> (Standing, Micros) {
        if let Some(edition) = self.edition.as_ref().filter(|edition| edition.approved == approved.place) {
            return match (self.superseded, self.suspended) {
                (Some(superseded), _) => (Standing::Superseded, superseded.at),
                (None, Some(suspended)) => (Standing::Suspended, suspended.at),
                (None, None) => (Standing::Published, edition.published.at),
            };
        }
        match (review.declined, review.scheduled) {
            (Some(declined), _) => (Standing::Declined, declined.at),
            (None, Some(scheduled)) => (Standing::Scheduled, scheduled.at),
            (None, None) => (Standing::Approved, approved.at),
        }
    }

    /// Who has the next move, and since when.
    pub fn turn(&self) -> Option<(Turn, Micros)> {
        let (standing, since) = self.standing()?;
        let who = match standing {
            Standing::InReview => {
                let review = self.review()?;
                return Some((self.turn_in_review(review), review.stage_since.unwrap_or(since).max(since)));
            }
            Standing::OnHold => of_awaited(self.review()?),
            Standing::ChangesRequested | Standing::Declined | Standing::Recalled | Standing::Expired => {
                Turn::Contributor
            }
            Standing::Approved | Standing::Scheduled => Turn::Publisher,
            Standing::Published
            | Standing::Suspended
            | Standing::Superseded
            | Standing::Refused
            | Standing::Duplicate
            | Standing::Withdrawn
            | Standing::Retracted => Turn::Nobody,
        };
        Some((who, since))
    }

    /// Since when the one who has the next move has had it, the time on hold left out: so much is added to the beginning. Until
    /// the next event this does not change, whatever the clock does.
    pub fn waiting_since(&self) -> Option<Micros> {
        let (_, since) = self.turn()?;
        // While it is on hold, the one who is awaited has had the move since then.
        let counted = self.review().filter(|review| review.is_open() && review.held.is_none());
        Some(since.plus(counted.map_or(0, |review| review.held_before.in_stage)))
    }

    /// Whose opinion the stage waits for. Where it cannot be passed as it is, moderators have to do something about it.
    fn turn_in_review(&self, review: &Review) -> Turn {
        let Some(stage) = review.stage() else { return Turn::Moderator };
        let is_reopened = self.changes.values().any(|change| change.state == ChangeState::Reopened);
        match stage.vacant(&review.opinions).first() {
            Some(Chair::InternalReviewer | Chair::ExternalReviewer) if !is_reopened => Turn::Reviewer,
            Some(Chair::Publisher) if !is_reopened => Turn::Publisher,
            _ => Turn::Moderator,
        }
    }
}

impl Review {
    /// Since when it waits, had it never been on hold: its submission, or the appeal.
    pub fn waiting_since(&self) -> Micros {
        self.appeal.map_or(self.submitted.at, |appeal| appeal.at)
    }

    /// For how long it has been on hold, up to `now`.
    pub fn held_for(&self, now: Micros) -> HeldTime {
        let running = self.held.as_ref().map_or(0, |held| now.0.saturating_sub(held.since.at.0).max(0));
        self.held_before.and(running)
    }
}

/// Whom a review on hold waits for. A code of the registry that names none of the sides is somebody else.
fn of_awaited(review: &Review) -> Turn {
    match review.held.as_ref().map(|held| held.awaited.as_str()) {
        Some("contributor" | "publishing-authority") => Turn::Contributor,
        Some("reviewer") => Turn::Reviewer,
        Some("moderator" | "secretariat") => Turn::Moderator,
        Some("publisher") => Turn::Publisher,
        _ => Turn::ThirdParty,
    }
}

fn of_leaving(how: Leaving) -> Standing {
    match how {
        Leaving::Withdrawn => Standing::Withdrawn,
        Leaving::Expired => Standing::Expired,
    }
}
