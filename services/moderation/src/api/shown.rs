//! Parts of answers that several routes share.

use dossier_identity::{Accounts, Sight, Thing};
use dossier_proto::{Actor, EntryId, Micros, Origin, SubjectId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{deliberation::seconds, eyes::Eyes, moment};
use crate::domain::{Entry, State};

/// Who did something, as far as the caller may know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Somebody {
    /// As what they acted.
    #[schema(example = "moderator")]
    pub(crate) role: String,
    /// The person, for those who may see names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<String>,
    /// The person's name, for those who may see it, unless it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// The body, where a person writes for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
}

impl Somebody {
    /// The actor of an event of `origin`, who acted as `role`.
    pub(crate) fn of(
        actor: Actor,
        origin: Origin,
        role: &str,
        accounts: &Accounts,
        entry: &Entry,
        eyes: &Eyes,
    ) -> Self {
        let Actor::Person(subject) = actor else {
            return Self { role: "system".to_owned(), subject: None, name: None, body: None };
        };
        let writes = origin == Origin::Submission;
        let thing = if writes { Thing::ContributorName } else { Thing::ModeratorName };
        let body = writes.then(|| entry.body.to_string());
        match eyes.sight(thing) {
            Sight::Shown | Sight::EntitledRecorded => Self {
                role: role.to_owned(),
                subject: Some(subject.to_string()),
                name: accounts.name_of(subject),
                body,
            },
            _ => Self { role: role.to_owned(), subject: None, name: None, body },
        }
    }
}

/// Who has the next move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct TurnShown {
    /// `contributor`, `moderator`, `reviewer`, `publisher`, `third-party` or `nobody`.
    #[schema(example = "moderator")]
    pub(crate) who: String,
    /// Since when.
    pub(crate) since: String,
}

/// A review taken up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ClaimShown {
    /// Since when it is held.
    pub(crate) since: String,
    /// Until when it keeps others from deciding.
    pub(crate) until: String,
    /// Whether the caller has claimed it.
    pub(crate) mine: bool,
    /// Who has.
    pub(crate) by: Somebody,
}

impl ClaimShown {
    /// The claim that binds others now.
    pub(crate) fn of(
        state: &State,
        entry: &Entry,
        caller: SubjectId,
        eyes: &Eyes,
        accounts: &Accounts,
        now: Micros,
    ) -> Option<Self> {
        let claim = state.binding_claim(entry, now)?;
        let by = Somebody::of(Actor::Person(claim.by), Origin::Moderation, "moderator", accounts, entry, eyes);
        Some(Self {
            since: moment::written(claim.since),
            until: moment::written(claim.until),
            mine: claim.by == caller,
            by,
        })
    }
}

/// Where an entry stands: what the queue lists and every write answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Summary {
    /// The entry.
    #[schema(example = "01K9ZV3Q0M5T7N8R2W4X6Y8Z0A")]
    pub(crate) entry: String,
    /// Where it stands.
    #[schema(example = "in-review")]
    pub(crate) state: String,
    /// Who has the next move.
    pub(crate) turn: TurnShown,
    /// Since when it has stood so.
    pub(crate) since: String,
    /// The stage that an open review is in; absent where its type has no stages.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "peer")]
    pub(crate) stage: Option<String>,
    /// For how long the review was on hold, in seconds: its clock stood still.
    pub(crate) held_seconds: u64,
    /// Whether the body appealed against a refusal of this submission.
    pub(crate) appealed: bool,
    /// The type of record.
    #[serde(rename = "type")]
    #[schema(example = "event")]
    pub(crate) record_type: String,
    /// Whose it is.
    #[schema(example = "KAZ")]
    pub(crate) body: String,
    /// The language it was written in.
    #[schema(example = "en")]
    pub(crate) language: String,
    /// The submitted revision.
    pub(crate) revision: u32,
    /// How many times the entry has been submitted.
    pub(crate) round: u32,
    /// The digest of the submitted content: decisions name it.
    pub(crate) digest: String,
    /// When it was submitted.
    pub(crate) submitted_at: String,
    /// Version of the review; the ETag is "r" and this number.
    pub(crate) version: u64,
    /// Its public number, once it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "EVT-2026-00042")]
    pub(crate) number: Option<String>,
    /// The public edition, once there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) edition: Option<u32>,
    /// Who has taken it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) claim: Option<ClaimShown>,
}

impl Summary {
    /// Of an entry; `None` when it has never been submitted.
    pub(crate) fn of(id: EntryId, entry: &Entry, claim: Option<ClaimShown>, now: Micros) -> Option<Self> {
        let review = entry.review()?;
        let (standing, _) = entry.standing()?;
        let (turn, since) = entry.turn()?;
        Some(Self {
            entry: id.to_string(),
            state: standing.key().to_owned(),
            turn: TurnShown { who: turn.key().to_owned(), since: moment::written(since) },
            since: moment::written(since),
            stage: review.stage().map(|stage| stage.key.clone()).filter(|key| !key.is_empty()),
            held_seconds: seconds(review.held_for(now).in_all),
            appealed: review.appeal.is_some(),
            record_type: entry.record_type.clone(),
            body: entry.body.to_string(),
            language: review.original_language.clone(),
            revision: review.revision,
            round: review.round,
            digest: review.digest.to_string(),
            submitted_at: moment::written(review.submitted.at),
            version: entry.version,
            number: entry.edition.as_ref().map(|edition| edition.number.clone()),
            edition: entry.edition.as_ref().map(|edition| edition.edition),
            claim,
        })
    }
}
