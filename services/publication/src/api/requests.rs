//! Requests of bodies to have an entry taken back, for the publishers who decide on them.

// The macro of utoipa writes whole paths.
#![allow(unused_qualifications)]

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::{EntryId, Origin, Place, v1};
use dossier_web::{
    Answer, Cache, Cursor, Page, PageSize, PlaceShown, Problem, ProblemDocument, ProblemKind,
    extract::{Bearer, FieldError, IdempotencyKey, IfMatch, MinSequence, StrictQuery},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    App, Counter,
    deciding::{Asked, Subject, Worded},
    document::EntryDocument,
    entries::{as_it_stands, known},
    errors, publishers, turning,
};
use crate::{domain::Command, moment, off_thread, views::RequestFacts, wait_for, words::Saying};

/// The name of this list in its cursors.
const LIST: &str = "retraction-requests";

/// Which part of the list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub(super) struct RequestsQuery {
    /// Where the page begins: `next` of the page before.
    #[param(value_type = Option<String>)]
    cursor: Option<Cursor>,
    /// How many requests; 50 when nothing is said.
    #[param(value_type = Option<u8>, minimum = 1, maximum = 200)]
    limit: Option<PageSize>,
}

/// A request that waits for a publisher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(super) struct RequestShown {
    /// The entry.
    id: String,
    /// Its public number.
    number: String,
    /// The type of record.
    #[serde(rename = "type")]
    record_type: String,
    /// The body that asks.
    body: String,
    /// The edition that was current when it asked.
    edition: u32,
    /// The edition that is current now.
    current_edition: u32,
    /// When it asked.
    asked_at: String,
    /// Why, in its own words; absent where they cannot be read here.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Version of the entry, for `If-Match`.
    version: u64,
    /// The event in which publication took note of it.
    place: PlaceShown,
}

/// Requests for retraction that nobody has answered, the oldest first: those that the caller may decide on as publisher.
#[utoipa::path(
    get, path = "/api/v1/retraction-requests", tag = "retraction", operation_id = "listRetractionRequests",
    params(RequestsQuery, MinSequence),
    responses(
        (status = 200, description = "A page of the list", body = Page<RequestShown>),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "The caller is no publisher", body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(super) async fn list(
    State(app): State<App>,
    bearer: Bearer,
    StrictQuery(query): StrictQuery<RequestsQuery>,
    min_sequence: MinSequence,
) -> Answer<Response> {
    wait_for(app.engine(), min_sequence).await?;
    let after = match &query.cursor {
        Some(cursor) => Some(turning::place_in(LIST, cursor).map_err(|error| {
            let wrong = FieldError { pointer: "/cursor".to_owned(), detail: error.to_string() };
            FieldError::problem(ProblemKind::InvalidRequest, &[wrong])
        })?),
        None => None,
    };
    off_thread(move || {
        let limit = query.limit.unwrap_or_default();
        let found = may_decide(&app, &bearer, after, limit.get() + 1)?;
        let page = Page::of(found, limit, |(_, last)| turning::after(LIST, last.place));
        let items = page.items.iter().map(|(id, request)| show(&app, *id, request)).collect::<Answer<Vec<_>>>()?;
        Ok((Cache::Private, Json(Page { items, next: page.next })).into_response())
    })
    .await
}

/// What is answered, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(crate) struct DeclineBody {
    /// Which request: its `place`, as the list shows it.
    pub(crate) request: RequestPlace,
    /// What the body is to know. Nobody else reads it.
    #[schema(example = "The figures were confirmed by a second source. Please open a revision instead.")]
    pub(crate) reason: String,
}

/// Where publication took note of a request.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestPlace {
    /// The epoch of the journal.
    pub(crate) epoch: u32,
    /// The position there.
    pub(crate) sequence: u64,
    /// Always `publication`; may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub(crate) origin: Option<Origin>,
}

/// Leaves an entry as it is, though its body asked to have it taken back. The body hears of it, with the reason, and may ask again.
///
/// Needs a designation as publisher for the body and the type. To take the entry back, retract it.
#[utoipa::path(
    post, path = "/api/v1/retraction-requests/{name}/decline", tag = "retraction", operation_id = "declineRetraction",
    params(
        ("name" = String, Path, description = "Id or public number", example = "EVT-2026-00042"),
        IfMatch,
        IdempotencyKey,
    ),
    request_body = DeclineBody,
    responses(
        (status = 200, description = "The entry, as it stands", body = EntryDocument, headers(("ETag" = String))),
        (status = 401, description = "It is not known who is calling", body = ProblemDocument),
        (status = 403, description = "No designation as publisher covers it", body = ProblemDocument),
        (status = 404, description = "No such entry was ever published", body = ProblemDocument),
        (status = 409, description = "No such request waits, or the entry was retracted", body = ProblemDocument),
        (status = 412, description = "The entry changed since it was read", body = ProblemDocument),
        (status = 422, description = "The reason is missing or too long", body = ProblemDocument),
    ),
    security(("bearer" = [])),
)]
pub(crate) async fn decline(State(app): State<App>, asked: Asked<DeclineBody>) -> Answer<Response> {
    let known = known(&app, &asked.name)?;
    let subject = Subject::published(&known);
    let DeclineBody { request: RequestPlace { epoch, sequence, origin }, reason } = &asked.body;
    let named = Place { origin: origin.unwrap_or(Origin::Publication), epoch: *epoch, sequence: *sequence };
    // The decision names what the body asked, not where we took note of it.
    let is_open = known.published.request.is_some_and(|request| request.place == named);
    let answered = known.entry.asked.filter(|_| is_open).map(Into::into);
    let worded = Worded {
        saying: Saying::Reason,
        pointer: "/reason",
        text: reason,
        command: &|sealed| Command::DeclineRetraction(v1::DeclineRetraction { asked: answered, reason: Some(sealed) }),
    };
    let bare = Command::DeclineRetraction(v1::DeclineRetraction { asked: answered, reason: None });
    asked.decide(&app, &subject, bare, Some(worded)).await?;
    off_thread(move || as_it_stands(&app, subject.id)).await
}

/// The requests the caller may decide on.
pub(crate) fn may_decide(
    counter: &Counter,
    bearer: &Bearer,
    after: Option<Place>,
    count: usize,
) -> Answer<Vec<(EntryId, RequestFacts)>> {
    let now = counter.clock.now();
    let view = counter.engine().view();
    publishers::admits(view.state(), bearer, now)?;
    let theirs = view.requests(after).filter_map(|(_, id)| {
        let (entry, published) = view.entry(id)?;
        let may = publishers::may_decide(view.state(), bearer, (&entry.body, &entry.record_type), now);
        published.request.filter(|_| may).map(|request| (id, request))
    });
    Ok(theirs.take(count).collect())
}

fn show(counter: &Counter, id: EntryId, request: &RequestFacts) -> Answer<RequestShown> {
    let reason = counter.reading.reason_of_request(id, request.place).map_err(|error| errors::of_shelf(&error))?;
    let view = counter.engine().view();
    let (entry, _) = view.entry(id).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(RequestShown {
        id: id.to_string(),
        number: entry.number.to_string(),
        record_type: entry.record_type.clone(),
        body: entry.body.to_string(),
        edition: request.edition,
        current_edition: entry.edition,
        asked_at: moment::written(request.at),
        reason,
        version: entry.version,
        place: request.place.into(),
    })
}
