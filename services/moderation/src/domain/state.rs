//! What has to be remembered to decide: positions and facts, never contents.

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::erasure::Orders;
use dossier_identity::Designations;
use dossier_post::letters::ReadMarks;
use dossier_proto::{BodyCode, DesignationId, Digest, EntryId, Micros, Place, SubjectId};
use serde::{Deserialize, Serialize};

use super::stages::{Opinion, Stage};

/// Everything moderation decides with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Who may do what.
    pub designations: Designations,
    /// The designations with which somebody was invited, and when.
    pub invited: BTreeMap<DesignationId, Micros>,
    /// The registry in force; none before the first was adopted.
    pub registry: Option<AdoptedRegistry>,
    /// How far everybody has read their inbox.
    pub read: ReadMarks,
    /// Every entry that was ever submitted.
    pub entries: BTreeMap<EntryId, Entry>,
    /// The claims that are held, by the moment they end.
    pub leases: BTreeSet<(Micros, EntryId)>,
    /// The reviews on hold that go on by themselves, by the moment they do.
    pub holds: BTreeSet<(Micros, EntryId)>,
    /// What is to be destroyed, and who has.
    pub erasures: Orders,
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
    /// Codes for whom or what a review may wait.
    pub awaited: BTreeSet<String>,
    /// Codes for which words may be destroyed.
    pub erasures: BTreeSet<String>,
    /// What its checklist asks: the question's key, and the record types it is for (all when there are none).
    pub checklist: BTreeMap<String, BTreeSet<String>>,
    /// The rules of each record type.
    pub types: BTreeMap<String, TypeRules>,
}

/// What decisions need to know of a record type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeRules {
    /// The stages of its reviews, in order.
    pub stages: Vec<Stage>,
    /// The fields that an editorial correction may touch.
    pub editorial: BTreeSet<String>,
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
    /// That the public edition is not shown for now.
    pub suspended: Option<Moment>,
    /// That another entry stands in its place.
    pub superseded: Option<Moment>,
    /// Who declared a conflict of interest, and by which event: they have no part in its reviews any more.
    pub conflicts: BTreeMap<SubjectId, Place>,
    /// What the body was asked to change and what became of it, by round and number. Empty once the content is approved.
    pub changes: BTreeMap<(u32, u32), Change>,
    /// The correction that waits for a second moderator, or for publication.
    pub correction: Option<Correction>,
    /// Who wrote the public edition, and who proposed its corrections, each with the event that says so.
    pub writers: Vec<(SubjectId, Place)>,
    /// The digests of all its editions.
    pub editions: BTreeSet<Digest>,
}

/// A change that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Where it stands.
    pub state: ChangeState,
    /// The event that made it so.
    pub because: Place,
}

/// Where a requested change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeState {
    /// The body has not answered it.
    Open,
    /// The body answered; moderation has not said whether that does.
    Answered,
    /// It is settled.
    Accepted,
    /// The answer does not do.
    Reopened,
}

impl ChangeState {
    /// Whether it keeps the content from being approved.
    pub const fn is_in_the_way(self) -> bool {
        matches!(self, Self::Open | Self::Reopened)
    }

    /// The key used in JSON.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Reopened => "reopened",
        }
    }
}

/// An editorial correction of the public edition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// Its proposal.
    pub proposed: Moment,
    /// Who proposed it.
    pub by: Option<SubjectId>,
    /// The edition that it corrects.
    pub base_edition: u32,
    /// The digest of the corrected content.
    pub digest: Digest,
    /// SHA-256 of the corrected content and the reason, sealed as they stand.
    pub sealed: Digest,
    /// The fields that it touches.
    pub fields: Vec<String>,
    /// Its confirmation, once a second moderator confirmed it.
    pub confirmed: Option<Moment>,
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

    /// The first requested change that keeps the content from being approved: its round and number, and why.
    pub fn change_in_the_way(&self) -> Option<((u32, u32), Change)> {
        self.changes.iter().find(|(_, change)| change.state.is_in_the_way()).map(|(number, change)| (*number, *change))
    }

    /// Whether its edition can be read by everybody now.
    pub fn is_public(&self) -> bool {
        self.edition.is_some() && self.retracted.is_none() && self.suspended.is_none() && self.superseded.is_none()
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
    /// Who wrote any part of it, and the event that says so. Empty once the review has ended, but for a refusal (the body
    /// may appeal) and an approval that is not public yet.
    pub authors: Vec<(SubjectId, Place)>,
    /// That a publishing authority cleared it.
    pub cleared: bool,
    /// The body asks that nothing be public before.
    pub embargo: Option<Micros>,
    /// The body does not accept its refusal: another moderator decides.
    pub appeal: Option<Moment>,
    /// The stages it goes through, as the registry had them when it was opened. Empty once it has ended, but for a refusal.
    pub stages: Vec<Stage>,
    /// The opinions that count. Those of an earlier review with the same content count here too.
    pub opinions: Vec<Opinion>,
    /// When the stage it is in was reached.
    pub stage_since: Option<Micros>,
    /// The stages that were passed, by the events that passed them. Empty once it has ended.
    pub passed: Vec<Moment>,
    /// That it waits for somebody.
    pub held: Option<Hold>,
    /// Microseconds for which it was on hold before, in all and in the stage it is in.
    pub held_before: HeldTime,
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
    /// That publication waits for its time.
    pub scheduled: Option<Moment>,
}

impl Review {
    /// Whether a decision may be made.
    pub fn is_open(&self) -> bool {
        self.opened.is_some() && self.ended.is_none()
    }
}

/// For how long a review was on hold, in microseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldTime {
    /// Since it was opened.
    pub in_all: i64,
    /// Since the stage it is in was reached.
    pub in_stage: i64,
}

impl HeldTime {
    /// With so much more.
    #[must_use]
    pub const fn and(self, more: i64) -> Self {
        Self { in_all: self.in_all.saturating_add(more), in_stage: self.in_stage.saturating_add(more) }
    }
}

/// A review that waits for somebody: its clock stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// For whom or what: a code.
    pub awaited: String,
    /// When it goes on by itself.
    pub until: Option<Micros>,
    /// Since when, and by which event.
    pub since: Moment,
}

/// A review taken up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// By whom.
    pub by: SubjectId,
    /// Since when.
    pub since: Micros,
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
    /// It says what another, published entry says already.
    Duplicate,
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
    /// The approval it rests on; of a corrected edition, that of the edition before its corrections.
    pub approved: Place,
    /// Its publication.
    pub published: Moment,
    /// The confirmed correction that it is.
    pub corrected: Option<Place>,
    /// The language it was written in.
    pub original_language: String,
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
