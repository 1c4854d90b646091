//! What has to be remembered to decide: positions and facts, never contents.

use std::collections::{BTreeMap, BTreeSet};

use dossier_identity::Designations;
use dossier_proto::{BodyCode, Digest, EntryId, Micros, Place, SubjectId};
use serde::{Deserialize, Serialize};

/// Everything moderation decides with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Who may do what.
    pub designations: Designations,
    /// The registry in force; none before the first was adopted.
    pub registry: Option<AdoptedRegistry>,
    /// Every entry that was ever submitted.
    pub entries: BTreeMap<EntryId, Entry>,
    /// The claims that are held, by the moment they end.
    pub leases: BTreeSet<(Micros, EntryId)>,
}

/// What decisions need to know of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdoptedRegistry {
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The event that put it in force.
    pub adopted: Place,
    /// Codes for which an entry may be refused.
    pub refusal_codes: BTreeSet<String>,
}

/// When and where something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Moment {
    /// When it was recorded.
    pub at: Micros,
    /// Where the event stands.
    pub place: Place,
}

/// One entry, as far as moderation knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Whose it is.
    pub body: BodyCode,
    /// Its type.
    pub record_type: String,
    /// Counts what happened in its reviews; the ETag "r…".
    pub version: u64,
    /// Its reviews, one for each submission; never empty.
    pub reviews: Vec<Review>,
    /// What the body asked for and has no answer to.
    pub requests: BTreeMap<Place, Request>,
    /// The public edition, as far as heard.
    pub edition: Option<Edition>,
    /// What the body did while the entry was with it.
    pub left: Option<Left>,
    /// That the entry is retracted; for ever.
    pub retracted: Option<Moment>,
}

impl Entry {
    /// The newest review: the only one that may be open.
    pub fn review(&self) -> Option<&Review> {
        self.reviews.last()
    }

    /// The review of what was submitted by this event.
    pub fn review_of(&self, submitted: Place) -> Option<&Review> {
        self.reviews.iter().rev().find(|review| review.submitted.place == submitted)
    }

    /// Whether this digest was ever submitted for this entry.
    pub fn knows(&self, digest: &Digest) -> bool {
        self.reviews.iter().any(|review| review.digest == *digest)
    }
}

/// The moderation of one submitted revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The submission.
    pub submitted: Moment,
    /// The event that opened the review, once it did.
    pub opened: Option<Moment>,
    /// The submission's number, from 1.
    pub round: u32,
    /// The revision's number.
    pub revision: u32,
    /// The digest of its content.
    pub digest: Digest,
    /// The earlier revision with the same content.
    pub equals_revision: Option<u32>,
    /// The public edition it revises.
    pub base_edition: Option<u32>,
    /// The language it was written in.
    pub original_language: String,
    /// Who submitted it.
    pub submitter: Option<SubjectId>,
    /// Who wrote any part of it, and the event that says so. Empty once the review has ended.
    pub authors: BTreeMap<SubjectId, Place>,
    /// SHA-256 of what was submitted, sealed as it stands: an approval carries that and nothing else.
    pub sealed: Digest,
    /// Who took it up.
    pub claim: Option<Claim>,
    /// How many comments were made.
    pub comments: u32,
    /// How it ended; `None` while it is open.
    pub ended: Option<Ended>,
    /// That publication could not follow the approval.
    pub declined: Option<Moment>,
}

impl Review {
    /// Whether a decision may be made.
    pub fn is_open(&self) -> bool {
        self.opened.is_some() && self.ended.is_none()
    }
}

/// A review taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// By whom.
    pub by: SubjectId,
    /// Until when.
    pub until: Micros,
    /// The event.
    pub place: Place,
}

/// How a review ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// In which way.
    pub how: Ending,
    /// When, and by which event.
    pub moment: Moment,
    /// By whom; none when it was a service.
    pub by: Option<SubjectId>,
}

/// The ways in which a review ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// The body has to change something.
    ChangesRequested {
        /// How many things.
        items: u32,
    },
    /// Approved.
    Approved,
    /// Refused.
    Refused,
    /// The body called it back.
    Recalled,
    /// The body withdrew it.
    Withdrawn,
    /// The entry was retracted meanwhile.
    Retracted,
    /// Something newer was submitted meanwhile. Submission does not do that; if it ever does, the newest counts.
    Replaced,
}

/// What the body asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Which of the two.
    pub kind: RequestKind,
    /// The submission it is about.
    pub submitted: Place,
}

/// The two things a body may ask for while an entry is in review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestKind {
    /// To have it back as a draft.
    Recall,
    /// To end it.
    Withdrawal,
}

/// The public edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// Its number, from 1.
    pub edition: u32,
    /// The entry's public number.
    pub number: String,
    /// The digest of its content.
    pub digest: Digest,
    /// The approval it rests on.
    pub approved: Place,
    /// Its publication.
    pub published: Moment,
}

/// What the body did while the entry was with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// What.
    pub how: Leaving,
    /// When.
    pub moment: Moment,
}

/// How an entry leaves without a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Leaving {
    /// Withdrawn by the body.
    Withdrawn,
    /// The time to answer went by; it is a draft again.
    Expired,
}
