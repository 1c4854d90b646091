//! Editions that wait for their time: for publishers, and for nobody else before it.

// The macro of utoipa writes whole paths.
#![allow(unused_qualifications)]

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{EntryId, Micros, v1};
use dossier_web::{
    Answer, Cache, Cursor, CursorError, PageSize, Part, Problem, ProblemDocument, ProblemKind, Tag,
    extract::{Bearer, FieldError, IdempotencyKey, IfMatch, MinSequence, StrictQuery},
};
use http::header;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    App, Counter,
    deciding::{Asked, Subject, Worded},
    document::{EntryDocument, ScheduledDocument, ScheduledShown},
    entries::as_it_stands,
    errors, publishers,
};
use crate::{
    domain::{Command, PublicationRefusal, Scheduled},
    moment, off_thread,
    reading::EntryName,
    wait_for,
    words::Saying,
};

/// The name of this list in its cursors.
const LIST: &str = "scheduled";

/// Which part of the list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct ScheduledQuery {
    /// Where the page begins: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many; 50 when nothing is said.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Option<PageSize>,
}

/// Editions that wait for their time, the next one first: those that the caller may decide on as publisher.
#[utoipa::path(
    get, path = "/api/v1/scheduled", tag = "schedule", operation_id = "listScheduled",
    params(ScheduledQuery, MinSequence),
    responses(
        (status = 200, description = "A page of the list", body = ScheduledDocument),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is no publisher", body = ProblemDocument),
        (status = 422, description = "A parameter has a value that does not fit", body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn list(
    State(app): State<App>,
    bearer: Bearer,
    StrictQuery(query): StrictQuery<ScheduledQuery>,
    min_sequence: MinSequence,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    let after = match &query.cursor {
        Some(cursor) => Some(position(cursor).map_err(|error| misfit("/cursor", &error.to_string()))?),
        None => None,
    };
    let limit = query.limit.unwrap_or_default().get();
    off_thread(move || {
        let mut found = theirs(&app, &bearer, after, limit + 1)?;
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| more).map(|last| turned(last.at, last.waiting.entry));
        let items = found.iter().map(|one| show(&app, one)).collect::<Answer<Vec<_>>>()?;
        Ok((Cache::Private, Json(ScheduledDocument { items, next })).into_response())
    })
    .await
}

/// What waits that the caller may decide on, after a position of the list.
pub(crate) fn theirs(
    counter: &Counter,
    bearer: &Bearer,
    after: Option<(Micros, EntryId)>,
    count: usize,
) -> Answer<Vec<Scheduled>> {
    let now = counter.clock.now();
    let view = counter.engine().view();
    let state = view.state();
    publishers::admits(state, bearer, now)?;
    let waiting = state.schedule.by_time().filter(|one| after.is_none_or(|after| (one.at, one.waiting.entry) > after));
    let theirs = waiting.filter(|one| {
        let record_type = one.waiting.edition.record_type.as_str();
        one.waiting.body().is_some_and(|body| publishers::may_decide(state, bearer, (&body, record_type), now))
    });
    Ok(theirs.take(count).cloned().collect())
}

fn show(counter: &Counter, scheduled: &Scheduled) -> Answer<ScheduledShown> {
    let waiting = &scheduled.waiting;
    let registry = counter.reading.registry().map_err(|error| Problem::internal(&error))?;
    let content = match &waiting.edition.content {
        Some(content) => counter.reading.words.content(waiting.entry, content),
        None => Ok(None),
    };
    let content = content.map_err(|error| Problem::internal(&error))?;
    let view = counter.engine().view();
    let entry = view.state().entries.get(&waiting.entry);
    ScheduledShown::of(scheduled, entry, content.as_ref(), &registry).ok_or_else(|| Problem::new(ProblemKind::NotFound))
}

/// Where a page begins: 8 bytes of the moment, 16 of the entry.
fn turned(at: Micros, entry: EntryId) -> Cursor {
    Cursor::new(LIST, &[at.0.to_be_bytes().as_slice(), &entry.0].concat())
}

fn position(cursor: &Cursor) -> Result<(Micros, EntryId), CursorError> {
    let (at, entry) = cursor.position(LIST)?.split_first_chunk().ok_or(CursorError)?;
    Ok((Micros(i64::from_be_bytes(*at)), EntryId::try_from(entry).map_err(|_| CursorError)?))
}

fn misfit(pointer: &str, detail: &str) -> Problem {
    let error = FieldError { pointer: pointer.to_owned(), detail: detail.to_owned() };
    FieldError::problem(ProblemKind::InvalidRequest, &[error])
}

/// Another moment, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct RescheduleBody {
    /// The moment: RFC 3339, with its offset.
    #[schema(example = "2026-12-18T09:00:00Z")]
    pub(crate) at: String,
    /// Why, for those concerned.
    #[schema(example = "The conference was moved by a week.")]
    pub(crate) reason: String,
}

/// Nothing needs to be said.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct PublishBody {}

/// Lets an edition wait for another moment: in the future, not before what was asked when it was approved, ten years ahead at the most.
#[utoipa::path(
    post, path = "/api/v1/scheduled/{name}/reschedule", tag = "schedule", operation_id = "reschedule",
    params(
        ("name" = String, Path, description = "Id of the entry, or its public number if it has one"),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = RescheduleBody,
    responses(
        (status = 200, description = "It waits for that moment", body = ScheduledShown, headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "There is no such entry", body = ProblemDocument),
        (status = 409, description = "Nothing of it waits, or an embargo stands against it", body = ProblemDocument),
        (status = 412, description = "The time or the content changed since it was read", body = ProblemDocument),
        (status = 422, description = "The moment does not fit, or the reason is missing or too long", body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn reschedule(State(app): State<App>, asked: Asked<RescheduleBody>) -> Answer<Response> {
    let RescheduleBody { at, reason } = &asked.body;
    let at = moment::read(at)
        .ok_or_else(|| misfit("/at", "write a moment with its offset, such as 2026-12-18T09:00:00Z"))?;
    let subject = subject(&app, &asked.bearer, &asked.name)?;
    let worded = Worded {
        saying: Saying::Reason,
        pointer: "/reason",
        text: reason,
        command: &|sealed| Command::Reschedule(v1::Reschedule { at: at.0, reason: Some(sealed) }),
    };
    asked.decide(&app, &subject, Command::Reschedule(v1::Reschedule::default()), Some(worded)).await?;
    off_thread(move || {
        let scheduled = app.engine().view().state().schedule.get(subject.id).cloned();
        // A repeat under the same key may come when it was published long ago.
        let Some(scheduled) = scheduled else { return as_it_stands(&app, subject.id) };
        let tag = [(header::ETAG, Tag::Version(Part::Edition, scheduled.version()).header_value())];
        Ok((Cache::Private, tag, Json(show(&app, &scheduled)?)).into_response())
    })
    .await
}

/// Publishes at once what waits, where the moment that was asked for has passed: it waits only because a publisher let it.
#[utoipa::path(
    post, path = "/api/v1/scheduled/{name}/publish", tag = "schedule", operation_id = "publishNow",
    params(
        ("name" = String, Path, description = "Id of the entry, or its public number if it has one"),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = PublishBody,
    responses(
        (status = 200, description = "It is public", body = EntryDocument, headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "There is no such entry", body = ProblemDocument),
        (status = 409, description = "Nothing of it waits, or an embargo stands against it", body = ProblemDocument),
        (status = 412, description = "The time or the content changed since it was read", body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn publish(State(app): State<App>, asked: Asked<PublishBody>) -> Answer<Response> {
    let subject = subject(&app, &asked.bearer, &asked.name)?;
    asked.decide(&app, &subject, Command::PublishNow(v1::PublishNow {}), None).await?;
    off_thread(move || as_it_stands(&app, subject.id)).await
}

/// What waits of this entry. A repeated request may come when nothing waits any more: it is about the entry then.
fn subject(counter: &Counter, bearer: &Bearer, name: &str) -> Answer<Subject> {
    let not_found = || Problem::new(ProblemKind::NotFound);
    let name: EntryName = name.parse().map_err(|_| not_found())?;
    let view = counter.engine().view();
    let state = view.state();
    publishers::admits(state, bearer, counter.clock.now())?;
    let id = match &name {
        EntryName::Id(id) => *id,
        EntryName::Number(number) => view.by_number(number).ok_or_else(not_found)?,
    };
    let waits = state.schedule.get(id).and_then(|scheduled| {
        let waiting = &scheduled.waiting;
        let record_type = waiting.edition.record_type.clone();
        Some(Subject { id, body: waiting.body()?, record_type, version: scheduled.version() })
    });
    let published = || {
        let entry = state.entries.get(&id)?;
        Some(Subject { id, body: entry.body.clone(), record_type: entry.record_type.clone(), version: entry.version })
    };
    waits.or_else(published).ok_or_else(|| errors::of_refusal(&PublicationRefusal::NotFound))
}
