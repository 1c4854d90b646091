//! What is known of a published entry beyond what decisions need.

use dossier_proto::{Digest, EntryId, Micros, Place, v1};
use serde::{Deserialize, Serialize};

use super::{Turn, TurnKind};

/// What is known of a published entry beyond what decisions need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Its editions, from the first.
    pub editions: Vec<EditionFacts>,
    /// What publishers decided on it since, in order.
    pub turns: Vec<Turn>,
    /// The entries that it stands in the place of.
    pub instead_of: Vec<EntryId>,
    /// The open request of its body to have it taken back.
    pub request: Option<RequestFacts>,
}

/// An edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionFacts {
    /// Its number, from 1.
    pub edition: u32,
    /// Where the event stands that published it.
    pub place: Place,
    /// When.
    pub at: Micros,
    /// The digest of its content.
    pub digest: Digest,
    /// The registry it was published under: its labels and notices are part of the edition.
    pub registry: Option<Digest>,
    /// Whose text it is.
    pub kind: EditionKind,
}

/// Whose text an edition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EditionKind {
    /// What the body submitted.
    Submission,
    /// An editorial correction of the edition before, proposed by one moderator and confirmed by another.
    Correction,
}

impl EditionKind {
    /// As it stands in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Submission => "submission",
            Self::Correction => "correction",
        }
    }

    pub(super) const fn of(published: &v1::EditionPublished) -> Self {
        if published.kind == v1::EditionKind::Correction as i32 { Self::Correction } else { Self::Submission }
    }
}

/// A request for a retraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFacts {
    /// Where the event that received it stands in our journal.
    pub place: Place,
    /// When the body asked.
    pub at: Micros,
    /// The edition that was current then.
    pub edition: u32,
}

impl Published {
    /// The newest edition.
    pub fn current(&self) -> Option<&EditionFacts> {
        self.editions.last()
    }

    /// The edition that stood as published once everything up to `last` had happened; none where the entry was withheld or superseded.
    pub fn stood_at(&self, last: Place) -> Option<&EditionFacts> {
        let current = self.editions.iter().rev().find(|edition| edition.place <= last)?;
        let mut until_then = self.turns.iter().filter(|turn| turn.place <= last);
        let is_withheld = |turn: &Turn| matches!(turn.kind, TurnKind::Suspended | TurnKind::Retracted);
        let newest = self.turns.iter().rfind(|turn| turn.place <= last);
        let is_superseded = until_then.any(|turn| matches!(turn.kind, TurnKind::Superseded { .. }));
        (!is_superseded && !newest.is_some_and(is_withheld)).then_some(current)
    }

    /// The edition with this number.
    pub fn edition(&self, number: u32) -> Option<&EditionFacts> {
        self.editions.iter().find(|edition| edition.edition == number)
    }

    /// The edition before this one: the one it revises or corrects, because only a revision of the current edition is
    /// published.
    pub fn before(&self, number: u32) -> Option<&EditionFacts> {
        self.edition(number.checked_sub(1)?)
    }

    /// Why the public does not read it now: the suspension or retraction in force.
    pub fn withheld(&self) -> Option<&Turn> {
        self.turns.last().filter(|turn| matches!(turn.kind, TurnKind::Suspended | TurnKind::Retracted))
    }

    /// The supersession, if there was one.
    pub fn supersession(&self) -> Option<&Turn> {
        self.turns.iter().find(|turn| matches!(turn.kind, TurnKind::Superseded { .. }))
    }
}
