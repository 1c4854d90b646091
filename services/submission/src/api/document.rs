//! The documents of the interface: an entry as its body sees it.

use dossier_web::PlaceShown;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An entry.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EntryDocument {
    /// Its id, for life.
    #[schema(example = "01K9ZV3Q0M5T7N8R2W4X6Y8Z0A")]
    pub id: String,
    /// Its record type.
    #[serde(rename = "type")]
    #[schema(example = "event")]
    pub record_type: String,
    /// The body it belongs to.
    #[schema(example = "KAZ")]
    pub body: String,
    /// The language it was begun in.
    #[schema(example = "en")]
    pub language: String,
    /// Where the work stands: draft, in-review, changes-requested, approved, published, refused, withdrawn, retracted.
    #[schema(example = "draft")]
    pub state: String,
    /// Who has the next move, and since when.
    pub turn: TurnDocument,
    /// What the body has asked for and moderation has not answered: recall or withdrawal.
    pub asked: Option<String>,
    /// The number of the working content.
    pub revision: u32,
    /// Its digest: SHA-256 of its salt and its canonical JSON.
    pub digest: String,
    /// The version of the draft.
    pub version: u64,
    /// The same as the header ETag, for the next If-Match.
    #[schema(example = "\"d1\"")]
    pub etag: String,
    /// The working content; null when it was erased.
    #[schema(value_type = Option<Object>)]
    pub content: Option<Value>,
    /// What is missing for a submission and what is worth a look; only while the entry is with its body.
    pub faults: Vec<FaultDocument>,
    /// The changes requested last.
    pub requested_changes: Vec<RequestedChangeDocument>,
    /// Days until it returns to draft by itself; a day that has begun counts.
    pub days_left: Option<i64>,
    /// How many times it was submitted.
    pub round: u32,
    /// Its public number.
    #[schema(example = "EVT-2026-00042")]
    pub number: Option<String>,
    /// The public edition.
    pub edition: Option<u32>,
    /// The address of the public page.
    #[schema(example = "/entries/EVT-2026-00042")]
    pub public_address: Option<String>,
    /// The public edition that the draft revises.
    pub base_edition: Option<u32>,
    /// What the others have told the body: refusals with their reasons, requests that came too late, retraction.
    pub messages: Vec<MessageDocument>,
    /// Our last event about it: a read with `?min_sequence=` of this number sees all that this document shows.
    pub sequence: u64,
}

/// Who has the next move.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TurnDocument {
    /// contributor, moderator, publisher or nobody.
    #[schema(example = "contributor")]
    pub who: String,
    /// Since when (RFC 3339, UTC).
    #[schema(example = "2026-05-17T09:00:00Z")]
    pub since: String,
}

/// A requested change.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RequestedChangeDocument {
    /// Its number, to answer it by.
    pub item: u32,
    /// The field it is about.
    pub field: String,
    /// The language it is about.
    pub language: Option<String>,
    /// The words it is about; null when there are none, or when they were erased.
    pub quote: Option<String>,
    /// What is asked; null when it was erased.
    pub text: Option<String>,
    /// What the body answered.
    pub answer: Option<String>,
    /// Whether a submission came after it.
    pub answered: bool,
}

/// What somebody told the body.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MessageDocument {
    /// refused, request-too-late, publication-declined or retracted.
    pub kind: String,
    /// When.
    pub at: String,
    /// In which role: moderator, publisher or system. Never a name.
    pub by: String,
    /// The event, for the trail.
    pub place: PlaceShown,
    /// A code of the registry, or of the refusal.
    pub code: Option<String>,
    /// The reason in words.
    pub text: Option<String>,
    /// The event that came first, of a request that was too late.
    pub because: Option<PlaceShown>,
}

/// What is wrong with a content, or worth a look.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FaultDocument {
    /// The field; empty when the whole is meant.
    pub field: String,
    /// The language.
    pub language: Option<String>,
    /// Where exactly, as a JSON pointer into the content.
    pub pointer: String,
    /// error, warning or info. Errors block a submission.
    pub grade: String,
    /// A stable code.
    pub code: String,
    /// What is there and what to do, in English.
    pub message: String,
    /// The same by language, in all six.
    pub messages: BTreeMap<String, String>,
}

/// An entry in a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EntrySummary {
    /// Its id.
    pub id: String,
    /// Its record type.
    #[serde(rename = "type")]
    pub record_type: String,
    /// The body it belongs to.
    pub body: String,
    /// The language it was begun in.
    pub language: String,
    /// Its title in that language; null when it has none yet, or was erased.
    pub title: Option<String>,
    /// Where the work stands.
    pub state: String,
    /// Who has the next move.
    pub turn: TurnDocument,
    /// The number of the working content.
    pub revision: u32,
    /// Days until it returns to draft by itself.
    pub days_left: Option<i64>,
    /// Its public number.
    pub number: Option<String>,
    /// The public edition.
    pub edition: Option<u32>,
    /// The address of the public page.
    pub public_address: Option<String>,
}

/// One step of an entry's way.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HistoryItem {
    /// The event where it was first recorded.
    pub place: PlaceShown,
    /// When.
    pub at: String,
    /// What happened, such as submitted or changes-requested.
    pub kind: String,
    /// Who did it.
    pub by: ByDocument,
    /// The revision.
    pub revision: Option<u32>,
    /// The round of submission.
    pub round: Option<u32>,
    /// The public edition.
    pub edition: Option<u32>,
    /// How many changes were requested.
    pub count: Option<u32>,
    /// What was said with it: what has changed, or the reason.
    pub text: Option<String>,
}

/// A file that an entry was read from.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct SourceDocument {
    /// Its name.
    pub name: String,
    /// SHA-256 of its text, in hexadecimal.
    pub digest: String,
    /// Its text.
    pub text: String,
}

/// Who did something. Reviewers, moderators and publishers are never named here.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ByDocument {
    /// contributor, moderator, publisher or system.
    pub role: String,
    /// The name, of a contributor of the body.
    pub name: Option<String>,
}
