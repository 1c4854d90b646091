//! Where an entry stands, and who has the next move.

use std::{fmt, str::FromStr};

use dossier_proto::Micros;
use serde::{Deserialize, Serialize};

use super::state::{Ending, Entry, Leaving, Moment, Review};

/// Where an entry stands, as moderation knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Moderation has to decide.
    InReview,
    /// The body has to answer.
    ChangesRequested,
    /// Approved, not yet published.
    Approved,
    /// Published.
    Published,
    /// Approved, but publication could not follow.
    Declined,
    /// Refused.
    Refused,
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
    pub const ALL: [Self; 10] = [
        Self::InReview,
        Self::ChangesRequested,
        Self::Approved,
        Self::Published,
        Self::Declined,
        Self::Refused,
        Self::Recalled,
        Self::Withdrawn,
        Self::Expired,
        Self::Retracted,
    ];

    /// The key used in JSON and addresses.
    pub const fn key(self) -> &'static str {
        match self {
            Self::InReview => "in-review",
            Self::ChangesRequested => "changes-requested",
            Self::Approved => "approved",
            Self::Published => "published",
            Self::Declined => "declined",
            Self::Refused => "refused",
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// Moderators and reviewers.
    Moderator,
    /// The body's contributors.
    Contributor,
    /// Publishers; what is approved is published by the service itself.
    Publisher,
    /// Nobody: it is over.
    Nobody,
}

impl Turn {
    /// The key used in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Moderator => "moderator",
            Self::Contributor => "contributor",
            Self::Publisher => "publisher",
            Self::Nobody => "nobody",
        }
    }
}

impl Entry {
    /// Where it stands, and since when.
    pub fn standing(&self) -> Option<(Standing, Micros)> {
        if let Some(retracted) = self.retracted {
            return Some((Standing::Retracted, retracted.at));
        }
        let review = self.review()?;
        let Some(ended) = review.ended else { return Some((Standing::InReview, review.submitted.at)) };
        if let Some(left) = self.left {
            return Some((of_leaving(left.how), left.moment.at));
        }
        let at = ended.moment.at;
        Some(match ended.how {
            Ending::ChangesRequested { .. } => (Standing::ChangesRequested, at),
            Ending::Approved => self.after_approval(review, ended.moment),
            Ending::Refused => (Standing::Refused, at),
            Ending::Recalled | Ending::Replaced => (Standing::Recalled, at),
            Ending::Withdrawn => (Standing::Withdrawn, at),
            Ending::Retracted => (Standing::Retracted, at),
        })
    }

    fn after_approval(&self, review: &Review, approved: Moment) -> (Standing, Micros) {
        if let Some(edition) = self.edition.as_ref().filter(|edition| edition.approved == approved.place) {
            return (Standing::Published, edition.published.at);
        }
        match review.declined {
            Some(declined) => (Standing::Declined, declined.at),
            None => (Standing::Approved, approved.at),
        }
    }

    /// Who has the next move, and since when.
    pub fn turn(&self) -> Option<(Turn, Micros)> {
        let (standing, since) = self.standing()?;
        let who = match standing {
            Standing::InReview => Turn::Moderator,
            Standing::ChangesRequested | Standing::Declined | Standing::Recalled | Standing::Expired => {
                Turn::Contributor
            }
            Standing::Approved => Turn::Publisher,
            Standing::Published | Standing::Refused | Standing::Withdrawn | Standing::Retracted => Turn::Nobody,
        };
        Some((who, since))
    }
}

fn of_leaving(how: Leaving) -> Standing {
    match how {
        Leaving::Withdrawn => Standing::Withdrawn,
        Leaving::Expired => Standing::Expired,
    }
}
