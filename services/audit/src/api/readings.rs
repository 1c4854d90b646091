//! `GET /readings`: who read what.

use axum::{Json, extract::State};
use dossier_proto::{DesignationId, EntryId, Event, Micros, Payload, Place, SubjectId, v1};
use dossier_web::{
    Answer, Cursor, Page, PageSize, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictQuery},
};
use serde::{Deserialize, Serialize};

use super::{doors, off_thread, trails::find};
use crate::{office::Office, views::ReadingRow};

/// The name of this list in cursors.
const LIST: &str = "readings";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadingsQuery {
    /// Of this entry only, by its id or its public number: its trail, its words, its certificates, exports of it.
    entry: Option<String>,
    /// Of this person only, by their id.
    #[param(value_type = Option<String>)]
    reader: Option<SubjectId>,
    /// Where to go on: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many at most.
    #[param(value_type = Option<u32>)]
    limit: Option<PageSize>,
}

/// A reading, or a refusal of one.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ReadingDocument {
    /// Where it is recorded.
    #[schema(value_type = Object)]
    pub place: Place,
    /// When, in microseconds.
    #[schema(value_type = i64)]
    pub recorded_at: Micros,
    /// Who.
    #[schema(value_type = Option<String>)]
    pub subject: Option<SubjectId>,
    /// Their name; null when they were forgotten.
    pub name: Option<String>,
    /// What: `trail`, `content`, `events`, `search`, `export`, `certificate`, `moment` or `rights`.
    pub scope: &'static str,
    /// The entry, of a trail or a content.
    #[schema(value_type = Option<String>)]
    pub entry: Option<EntryId>,
    /// Where the range began, of events.
    #[schema(value_type = Option<Object>)]
    pub from: Option<Place>,
    /// How many events at most.
    pub count: Option<u32>,
    /// The body it was limited to, or whose entry it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The same for the record type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub record_type: Option<String>,
    /// As of when, when a moment was asked for (RFC 3339, UTC).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
    /// Whose acts were looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub about: Option<SubjectId>,
    /// Under which designation the acts were that were looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub designation: Option<DesignationId>,
    /// The beginning of the period that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_from: Option<String>,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period_to: Option<String>,
    /// The edition, of a certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edition: Option<u32>,
    /// Why it was refused; null when it was not.
    pub refused: Option<String>,
}

/// Readings
///
/// Who read what, the newest first, refused readings too; of everything, of one entry, or of one person. For auditors of all bodies.
#[utoipa::path(
    get,
    path = "/readings",
    tag = "trails", operation_id = "listReadings",
    params(ReadingsQuery),
    responses(
        (status = 200, description = "The readings", body = Page<ReadingDocument>),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of all bodies", body = ProblemDocument),
    )
)]
pub(super) async fn readings(
    State(office): State<Office>,
    caller: Bearer,
    StrictQuery(query): StrictQuery<ReadingsQuery>,
) -> Answer<Json<Page<ReadingDocument>>> {
    doors::auditor_of_all(&office, &caller)?;
    let before = match &query.cursor {
        Some(cursor) => {
            cursor.number(LIST).map_err(|error| Problem::new(ProblemKind::MalformedQuery).detail(error.to_string()))?
        }
        None => u64::MAX,
    };
    let size = query.limit.unwrap_or_default();
    let before = usize::try_from(before).unwrap_or(usize::MAX);
    off_thread(move || {
        let entry = match &query.entry {
            Some(named) => Some(find(&office, named)?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?.0),
            None => None,
        };
        page(&office, entry, query.reader, before, size)
    })
    .await
    .map(Json)
}

/// The rows are numbered as they were recorded, all of them: a cursor holds still whatever is read meanwhile.
fn page(
    office: &Office,
    entry: Option<EntryId>,
    reader: Option<SubjectId>,
    before: usize,
    size: PageSize,
) -> Answer<Page<ReadingDocument>> {
    // Places of our events of the entry, ascending: a million readings are not read for one entry's hundred.
    let of_entry = entry.map(|entry| office.engine().journal().of_entry(entry.0)).transpose();
    let of_entry = of_entry.map_err(|error| Problem::internal(&error))?;
    let rows: Page<(usize, ReadingRow)> = {
        let view = office.engine().view();
        let number = reader.map(|reader| view.readers.get(&reader).copied());
        let is_of = |row: &ReadingRow| {
            let place = (row.epoch, row.sequence);
            number.is_none_or(|number| number == Some(row.reader))
                && of_entry
                    .as_ref()
                    .is_none_or(|places| places.binary_search_by_key(&place, |at| (at.epoch, at.sequence)).is_ok())
        };
        let rows = view.readings.iter().copied().enumerate().take(before).rev().filter(|(_, row)| is_of(row));
        Page::of(rows, size, |(index, _)| Cursor::at_number(LIST, *index as u64))
    };
    let items = rows.items.into_iter().map(|(_, row)| read(office, row)).collect::<Answer<Vec<_>>>()?;
    Ok(Page { items: items.into_iter().flatten().collect(), next: rows.next })
}

fn read(office: &Office, row: ReadingRow) -> Answer<Option<ReadingDocument>> {
    let place = dossier_journal::Place { epoch: row.epoch, sequence: row.sequence };
    let stored = office.engine().journal().get(place).map_err(|error| Problem::internal(&error))?;
    let event = stored.map(|stored| Event::decode(&stored.event)).transpose();
    let event = event.map_err(|error| Problem::internal(&error))?;
    Ok(event.and_then(|event| document(office, &event)))
}

fn document(office: &Office, event: &Event) -> Option<ReadingDocument> {
    let (command, refused) = match event.payload.as_ref()? {
        Payload::TrailRead(read) => (read.command.clone()?, None),
        Payload::AuditRefused(refused) => {
            let v1::audit_refused::Attempted::ReadTrail(command) = refused.attempted.clone()?;
            (command, refused.refusal.as_ref().map(|refusal| refusal.code.clone()))
        }
        _ => return None,
    };
    let subject = event.head.actor.person();
    Some(ReadingDocument {
        place: event.head.place,
        recorded_at: event.head.recorded_at,
        subject,
        name: subject.and_then(|subject| office.name_of(subject)),
        scope: match command.scope() {
            v1::read_trail::Scope::Events => "events",
            v1::read_trail::Scope::Content => "content",
            v1::read_trail::Scope::Search => "search",
            v1::read_trail::Scope::Export => "export",
            v1::read_trail::Scope::Certificate => "certificate",
            v1::read_trail::Scope::Moment => "moment",
            v1::read_trail::Scope::Rights => "rights",
            v1::read_trail::Scope::Trail | v1::read_trail::Scope::Unspecified => "trail",
        },
        entry: event.head.entry,
        from: command.from.as_ref().and_then(|place| Place::try_from(place).ok()),
        count: Some(command.count).filter(|count| *count > 0),
        as_of: moment(command.as_of),
        about: SubjectId::try_from(command.subject.as_slice()).ok(),
        designation: DesignationId::try_from(command.designation.as_slice()).ok(),
        period_from: moment(command.after),
        period_to: moment(command.before),
        edition: Some(command.edition).filter(|edition| *edition > 0),
        body: Some(command.body).filter(|body| !body.is_empty()),
        record_type: Some(command.record_type).filter(|key| !key.is_empty()),
        refused,
    })
}

fn moment(at: Option<i64>) -> Option<String> {
    at.map(|at| dossier_web::moment::written(Micros(at)))
}
