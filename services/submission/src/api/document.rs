//! An entry as its body sees it.

use dossier_proto::{EntryId, Micros, Payload, v1};
use dossier_registry::{Fault, Grade, Language, Stage};
use dossier_vault::Purpose;
use dossier_web::{Answer, Part, Problem, ProblemKind, Tag};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{contents, refusals};
use crate::{
    domain::{Asking, Entry, Turn, Workflow},
    office::Office,
    views::{Happened, Moment},
};

/// How many messages a document shows: the latest. The whole is in the history.
const MESSAGES_MAX: usize = 20;

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
    #[schema(example = "moderation 17")]
    pub event: String,
    /// A code of the registry, or of the refusal.
    pub code: Option<String>,
    /// The reason in words.
    pub text: Option<String>,
    /// The event that came first, of a request that was too late.
    pub because: Option<String>,
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
    /// What is there and what to do.
    pub message: String,
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
    #[schema(example = "submission 12")]
    pub event: String,
    /// When.
    pub at: String,
    /// What happened, such as submitted or changes-requested.
    pub what: String,
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

/// A moment as interfaces write it.
pub(super) fn moment_text(moment: Micros) -> String {
    let bound = if moment.0 < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_microsecond(moment.0).unwrap_or(bound).to_string()
}

pub(super) fn turn(turn: Turn) -> TurnDocument {
    TurnDocument { who: turn.who.key().to_owned(), since: moment_text(turn.since) }
}

/// The number, edition and address of the public record.
pub(super) fn public(entry: &Entry) -> (Option<String>, Option<u32>, Option<String>) {
    let Some(public) = &entry.public else { return (None, None, None) };
    (Some(public.number.clone()), Some(public.edition), Some(format!("/entries/{}", public.number)))
}

/// The entry as it is now.
///
/// # Errors
/// 404 when there is none; a failure on our side.
pub(super) fn of_entry(office: &Office, id: EntryId) -> Answer<EntryDocument> {
    let (entry, timeline) = {
        let entries = office.engine().view();
        let entry = entries.entry(id).cloned().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
        (entry, entries.timeline(id).to_vec())
    };
    let sealed = contents::sealed(office, id, entry.working)?;
    let opened = contents::opened(office, id, &sealed)?;
    let faults = match &opened {
        Some(opened) if entry.workflow.is_with_body() => faults(office, &entry, &opened.readable())?,
        _ => Vec::new(),
    };
    let (number, edition, public_address) = public(&entry);
    Ok(EntryDocument {
        id: id.to_string(),
        record_type: entry.facts.record_type.clone(),
        body: entry.facts.body.to_string(),
        language: entry.facts.language.clone(),
        state: entry.workflow.state().key().to_owned(),
        turn: turn(entry.turn()),
        asked: asked(&entry.workflow),
        revision: entry.working.number,
        digest: entry.working.digest.to_string(),
        version: entry.version,
        etag: Tag::Version(Part::Draft, entry.version).to_string(),
        content: opened.map(|opened| opened.content),
        faults,
        requested_changes: requested_changes(office, id, &timeline)?,
        days_left: entry.days_left(office.now()),
        round: entry.round,
        number,
        edition,
        public_address,
        base_edition: entry.base.map(|base| base.edition),
        messages: messages(office, id, &timeline)?,
        sequence: timeline.last().map_or(0, |moment| moment.place.sequence),
    })
}

fn asked(workflow: &Workflow) -> Option<String> {
    let Workflow::InReview { asked: Some(asked), .. } = workflow else { return None };
    let what = match asked.what {
        Asking::Recall => "recall",
        Asking::Withdrawal => "withdrawal",
    };
    Some(what.to_owned())
}

fn faults(office: &Office, entry: &Entry, content: &Value) -> Answer<Vec<FaultDocument>> {
    let registry = contents::registry(office)?;
    let found = registry.validate(&entry.facts.record_type, content, office.now(), Stage::Submission);
    Ok(found.into_iter().map(fault).collect())
}

fn fault(fault: Fault) -> FaultDocument {
    let grade = match fault.grade {
        Grade::Info => "info",
        Grade::Warning => "warning",
        Grade::Error => "error",
    };
    FaultDocument {
        field: fault.field,
        language: fault.language.map(Language::tag).map(str::to_owned),
        pointer: fault.pointer,
        grade: grade.to_owned(),
        code: fault.code.as_str().to_owned(),
        message: fault.message,
    }
}

/// The latest request for changes, with the answers of the submission after it.
fn requested_changes(office: &Office, id: EntryId, timeline: &[Moment]) -> Answer<Vec<RequestedChangeDocument>> {
    let is_request = |moment: &Moment| matches!(moment.what, Happened::ChangesRequested { .. });
    let Some(position) = timeline.iter().rposition(is_request) else { return Ok(Vec::new()) };
    let Some(Payload::ChangesRequested(requested)) = payload(office, id, &timeline[position])? else {
        return Ok(Vec::new());
    };
    let after = timeline[position..].iter().find(|moment| matches!(moment.what, Happened::Submitted { .. }));
    let submitted = match after.map(|moment| payload(office, id, moment)).transpose()?.flatten() {
        Some(Payload::Submitted(submitted)) => submitted.command,
        _ => None,
    };
    let items = requested.command.map(|command| command.items).unwrap_or_default();
    items.iter().map(|item| requested_change(office, id, item, submitted.as_ref())).collect()
}

fn requested_change(
    office: &Office,
    id: EntryId,
    item: &v1::RequestedChange,
    submitted: Option<&v1::Submit>,
) -> Answer<RequestedChangeDocument> {
    let mut answers = submitted.iter().flat_map(|submit| &submit.answers);
    let answer = answers.find(|answer| answer.item == item.item).and_then(|answer| answer.text.as_ref());
    Ok(RequestedChangeDocument {
        item: item.item,
        field: item.field.clone(),
        language: (!item.language.is_empty()).then(|| item.language.clone()),
        quote: text(office, id, Purpose::Quote, item.quote.as_ref())?,
        text: text(office, id, Purpose::RequestedChange, item.text.as_ref())?,
        answer: text(office, id, Purpose::Answer, answer)?,
        answered: submitted.is_some(),
    })
}

fn messages(office: &Office, id: EntryId, timeline: &[Moment]) -> Answer<Vec<MessageDocument>> {
    let is_message = |moment: &&Moment| {
        use Happened::{PublicationDeclined, Refused, RequestTooLate, Retracted};
        matches!(moment.what, Refused | RequestTooLate | PublicationDeclined | Retracted)
    };
    let told: Vec<&Moment> = timeline.iter().filter(is_message).collect();
    let latest = told.len().saturating_sub(MESSAGES_MAX);
    told[latest..].iter().map(|moment| message(office, id, moment)).collect()
}

fn message(office: &Office, id: EntryId, moment: &Moment) -> Answer<MessageDocument> {
    let mut message = MessageDocument {
        kind: moment.what.key().to_owned(),
        at: moment_text(moment.at),
        by: moment.by.role().to_owned(),
        event: moment.source.to_string(),
        code: None,
        text: None,
        because: None,
    };
    match payload(office, id, moment)? {
        Some(Payload::EntryRefused(v1::EntryRefused { command: Some(refuse), .. })) => {
            message.text = text(office, id, Purpose::Reason, refuse.reason.as_ref())?;
            message.code = Some(refuse.code);
        }
        Some(Payload::RequestTooLate(late)) => message.because = late.ended.as_ref().and_then(place_text),
        Some(Payload::PublicationDeclined(declined)) => {
            message.because =
                declined.refusal.as_ref().and_then(|refusal| refusal.because.as_ref()).and_then(place_text);
            message.code = declined.refusal.map(|refusal| refusal.code);
        }
        Some(Payload::EntryRetracted(v1::EntryRetracted { command: Some(retract), .. })) => {
            message.code = Some(retract.reason);
        }
        _ => {}
    }
    Ok(message)
}

fn place_text(place: &v1::Place) -> Option<String> {
    dossier_proto::Place::try_from(place).ok().map(|place| place.to_string())
}

/// What happened at a moment, as it was first recorded.
pub(super) fn payload(office: &Office, id: EntryId, moment: &Moment) -> Answer<Option<Payload>> {
    let recorded = office.event_at(id, moment.place).map_err(|error| Problem::internal(&error))?;
    Ok(recorded.beside.unwrap_or(recorded.event).payload)
}

/// A sealed text in the clear; none when there is none, or when it cannot be read here any more.
pub(super) fn text(
    office: &Office,
    id: EntryId,
    purpose: Purpose,
    sealed: Option<&v1::Sealed>,
) -> Answer<Option<String>> {
    let Some(sealed) = sealed else { return Ok(None) };
    office.words().open_text(id, purpose, sealed).map_err(|error| refusals::words_failed(&error))
}
