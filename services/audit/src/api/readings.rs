//! `GET /readings`: who read what.

use axum::{Json, extract::State};
use dossier_proto::{EntryId, Event, Micros, Payload, Place, SubjectId, v1};
use dossier_web::{
    Answer, Cursor, Page, PageSize, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictQuery},
};
use serde::{Deserialize, Serialize};

use super::{doors, off_thread};
use crate::office::Office;

/// The name of this list in cursors.
const LIST: &str = "readings";

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct ReadingsQuery {
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
    /// What: `trail`, `content` or `events`.
    pub scope: &'static str,
    /// The entry, of a trail or a content.
    #[schema(value_type = Option<String>)]
    pub entry: Option<EntryId>,
    /// Where the range began, of events.
    #[schema(value_type = Option<Object>)]
    pub from: Option<Place>,
    /// How many events at most.
    pub count: Option<u32>,
    /// Why it was refused; null when it was not.
    pub refused: Option<String>,
}

/// Readings
///
/// Who read what, the newest first, refused readings too. For auditors of all bodies.
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
    off_thread(move || page(&office, usize::try_from(before).unwrap_or(usize::MAX), size)).await.map(Json)
}

fn page(office: &Office, before: usize, size: PageSize) -> Answer<Page<ReadingDocument>> {
    let rows: Page<(usize, (u32, u64))> = {
        let view = office.engine().view();
        let rows = view.readings.iter().copied().enumerate().take(before).rev();
        Page::of(rows, size, |(index, _)| Cursor::at_number(LIST, *index as u64))
    };
    let items = rows.items.into_iter().map(|(_, at)| read(office, at)).collect::<Answer<Vec<_>>>()?;
    Ok(Page { items: items.into_iter().flatten().collect(), next: rows.next })
}

fn read(office: &Office, (epoch, sequence): (u32, u64)) -> Answer<Option<ReadingDocument>> {
    let place = dossier_journal::Place { epoch, sequence };
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
        refused,
    })
}
