//! `GET /events`: the journals as they are.

use axum::{Json, extract::State};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use dossier_journal::{Journal, Stored};
use dossier_proto::{Digest, Origin, Place, hash_of, v1};
use dossier_web::{
    Answer, PageSize, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, StrictQuery},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{doors, event_as_json, off_thread};
use crate::office::Office;

/// Bytes of events in one answer; the first event comes whatever its size. As base64 and JSON that is about 10 MB.
const BYTES_MAX: usize = 4 * 1024 * 1024;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct EventsQuery {
    /// Whose journal: submission, moderation, publication or audit.
    #[param(value_type = String, example = "moderation")]
    origin: Origin,
    /// The epoch to begin in; the first one when it is not said.
    epoch: Option<u32>,
    /// The sequence to begin at.
    from: Option<u64>,
    /// How many events at most: 50 when nothing is said, and never more than 200.
    #[param(value_type = Option<u32>)]
    limit: Option<PageSize>,
}

/// A stretch of a journal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EventsDocument {
    /// The events, in order and without gaps.
    pub items: Vec<EventDocument>,
    /// Where to go on; absent at the end of what is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub next: Option<Place>,
}

/// An event as it stands in a journal.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EventDocument {
    /// Where it stands.
    #[schema(value_type = Object)]
    pub place: Place,
    /// SHA-256 of its bytes.
    #[schema(value_type = String)]
    pub hash: Digest,
    /// Its bytes, in base64.
    pub bytes: String,
    /// The bytes of the foreign event that a `received` of ours stands for, in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub beside: Option<String>,
    /// What the bytes say. Sealed words are shown as their key and length.
    #[schema(value_type = Object)]
    pub event: Value,
}

/// Events as they are
///
/// The bytes of an origin's events with what they say, from the auditor's copy. For auditors of all bodies. The reading is
/// recorded before it is answered.
#[utoipa::path(
    get,
    path = "/events",
    tag = "journals", operation_id = "listEvents",
    params(EventsQuery),
    responses(
        (status = 200, description = "The events", body = EventsDocument),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is not designated as auditor of all bodies", body = ProblemDocument),
    )
)]
pub(super) async fn events(
    State(office): State<Office>,
    caller: Bearer,
    StrictQuery(query): StrictQuery<EventsQuery>,
) -> Answer<Json<EventsDocument>> {
    doors::bound_to_none(&caller)?;
    let from = Place { origin: query.origin, epoch: query.epoch.unwrap_or(0), sequence: query.from.unwrap_or(0) };
    let limit = query.limit.unwrap_or_default();
    let command = v1::ReadTrail {
        scope: v1::read_trail::Scope::Events.into(),
        from: Some(from.into()),
        count: u32::try_from(limit.get()).unwrap_or(u32::MAX),
        ..v1::ReadTrail::default()
    };
    doors::record_reading(&office, &caller, None, command).await?;
    off_thread(move || stretch(&office, from, limit.get())).await.map(Json)
}

fn stretch(office: &Office, from: Place, limit: usize) -> Answer<EventsDocument> {
    let journal = match from.origin {
        Origin::Audit => office.engine().journal(),
        origin => office.copies().journal(origin).ok_or_else(|| Problem::new(ProblemKind::NotFound))?,
    };
    let read =
        |epoch, sequence| journal.read(epoch, sequence, limit, BYTES_MAX).map_err(|error| Problem::internal(&error));
    let mut events = read(from.epoch, from.sequence)?;
    if events.is_empty()
        && let Some(epoch) = epoch_after(journal, from.epoch)
    {
        events = read(epoch, 0)?;
    }
    let next = events.last().and_then(|last| next(journal, from.origin, last));
    Ok(EventsDocument { items: events.iter().map(|stored| document(from.origin, stored)).collect(), next })
}

fn epoch_after(journal: &Journal, epoch: u32) -> Option<u32> {
    journal.epochs().into_iter().map(|(later, _)| later).find(|later| *later > epoch)
}

fn next(journal: &Journal, origin: Origin, last: &Stored) -> Option<Place> {
    let head = journal.head();
    let next = Place { origin, epoch: last.epoch, sequence: last.sequence + 1 };
    ((next.epoch, next.sequence) < (head.epoch, head.size)).then_some(next)
}

fn document(origin: Origin, stored: &Stored) -> EventDocument {
    EventDocument {
        place: Place { origin, epoch: stored.epoch, sequence: stored.sequence },
        hash: hash_of(&stored.event),
        bytes: STANDARD.encode(&stored.event),
        beside: stored.beside.as_ref().map(|bytes| STANDARD.encode(bytes)),
        event: event_as_json(&stored.event),
    }
}
