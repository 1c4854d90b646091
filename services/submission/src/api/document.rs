//! The documents of the interface: an entry as its body sees it.

use dossier_web::{PlaceShown, as_of::AsOfShown};
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
    /// Where the work stands, else what the public sees: draft, awaiting-clearance, in-review, on-hold, changes-requested,
    /// approved, scheduled, published, suspended, superseded, retracted, refused, duplicate, withdrawn.
    #[schema(example = "draft")]
    pub state: String,
    /// Who has the next move, and since when.
    pub turn: TurnDocument,
    /// What that move is, and by when.
    pub next: NextDocument,
    /// Whether it goes to the publishing authority of its state before it is submitted, as it is now.
    pub needs_clearance: bool,
    /// For whom the review waits.
    pub on_hold: Option<HoldDocument>,
    /// Until when nothing is to be public, as the body asked when it submitted last.
    pub embargo_until: Option<String>,
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
    /// The changes requested last, and those of earlier rounds that were opened again.
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
    /// What the public sees at that address: published, suspended, superseded or retracted; null before the first edition.
    pub public_state: Option<String>,
    /// The entry that stands in its place, or that says the same already.
    #[schema(example = "EVT-2026-00007")]
    pub other_number: Option<String>,
    /// The editorial correction that the public edition is.
    pub correction: Option<CorrectionDocument>,
    /// The retraction that is proposed or asked for.
    pub retraction: Option<RetractionDocument>,
    /// Whether the body may appeal, and whether it has.
    pub appeal: Option<AppealDocument>,
    /// The paper it was typed from, of an entry that the secretariat filed on behalf of the body.
    pub paper: Option<PaperDocument>,
    /// The public edition that the draft revises.
    pub base_edition: Option<u32>,
    /// What the others have told the body: refusals with their reasons, requests that came too late, retraction.
    pub messages: Vec<MessageDocument>,
    /// Our last event about it: a read with `?min_sequence=` of this number sees all that this document shows.
    pub sequence: u64,
    /// The moment that was asked for; absent of an entry as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<AsOfShown>,
}

/// Who has the next move.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TurnDocument {
    /// contributor, publishing-authority, moderator, publisher, others (somebody outside is awaited), system (the clock) or
    /// nobody.
    #[schema(example = "contributor")]
    pub who: String,
    /// Since when (RFC 3339, UTC).
    #[schema(example = "2026-05-17T09:00:00Z")]
    pub since: String,
}

/// What the next move is.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NextDocument {
    /// submit, answer-and-submit, clear-or-return, decide, answer-recall, answer-withdrawal, resume, publish,
    /// decide-retraction, clear-retraction, reinstate-or-retract or nothing.
    #[schema(example = "answer-and-submit")]
    pub what: String,
    /// When it is too late, or happens by itself (RFC 3339, UTC).
    #[schema(example = "2026-08-08T09:00:00Z")]
    pub by: Option<String>,
}

/// A review that waits.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct HoldDocument {
    /// For whom or what: a code.
    pub awaited: String,
    /// Since when.
    pub since: String,
    /// When it goes on by itself.
    pub until: Option<String>,
}

/// An editorial correction that is public.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CorrectionDocument {
    /// Its edition.
    pub edition: u32,
    /// Whether the body has objected to it.
    pub objected: bool,
}

/// A retraction on its way.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RetractionDocument {
    /// The event: names the proposal when it is cleared.
    pub place: PlaceShown,
    /// Since when.
    pub since: String,
    /// proposed (the publishing authority clears it) or asked (a publisher decides).
    pub state: String,
}

/// An appeal against a refusal.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AppealDocument {
    /// Whether the body may appeal now.
    pub possible: bool,
    /// The appeal, where there was one.
    pub asked: Option<PlaceShown>,
}

/// A paper that was filed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PaperDocument {
    /// When it came in.
    pub received_at: String,
    /// Who signed it; null when that was erased.
    pub signatory: Option<String>,
    /// Who filed it.
    pub filed_by: ByDocument,
}

/// A requested change.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RequestedChangeDocument {
    /// Its number within its round, to answer it by.
    pub item: u32,
    /// In which round of submission it was requested.
    pub round: u32,
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
    /// Whether a submission has answered it, with or without words, since it was requested or opened again.
    pub answered: bool,
    /// What became of the answer: accepted or reopened; null while nobody has said.
    pub settled: Option<String>,
    /// What was said with that.
    pub settled_text: Option<String>,
}

/// What somebody told the body.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MessageDocument {
    /// comment, clearance-returned, held (the code says who is awaited), refused, duplicate, request-too-late, publication-declined, corrected, suspended,
    /// reinstated, superseded or retracted.
    pub kind: String,
    /// When.
    pub at: String,
    /// In which role: publishing-authority, moderator, publisher or system. Never a name.
    pub by: String,
    /// The event, for the trail.
    pub place: PlaceShown,
    /// A code of the registry, or of the refusal.
    pub code: Option<String>,
    /// The reason, or the comment, in words.
    pub text: Option<String>,
    /// The field a comment is about.
    pub field: Option<String>,
    /// The language it is about.
    pub language: Option<String>,
    /// The fields that were corrected.
    pub fields: Vec<String>,
    /// The number of the other entry.
    pub number: Option<String>,
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
    /// Who has the next move, and since when.
    pub turn: TurnDocument,
    /// What that move is, and by when.
    pub next: NextDocument,
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
    /// contributor, publishing-authority, records-manager, moderator, publisher or system.
    pub role: String,
    /// The name, of somebody who acts for the body.
    pub name: Option<String>,
}
