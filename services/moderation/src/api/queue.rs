//! `GET /reviews`: the queue.

use axum::{Json, extract::State as Extracted, response::IntoResponse};
use dossier_identity::Thing;
use dossier_proto::{BodyCode, EntryId, Micros, SubjectId};
use dossier_registry::{Registry, title};
use dossier_web::{
    Answer, Cache, Cursor, CursorError, Page, PageSize, Problem, ProblemKind,
    extract::{Bearer, MinSequence, StrictQuery},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    App, Desk,
    deliberation::seconds,
    errors,
    eyes::{Eyes, may_enter},
    shown::{ClaimShown, Summary},
};
use crate::{
    domain::Standing,
    reading,
    views::{LOOKED_AT_MAX, QueuePlace, Reviews, Wanted, Whereabouts},
};

/// Which reviews are wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// Where they stand: in-review (when nothing is said), on-hold, changes-requested, approved, scheduled, published, suspended,
    /// superseded, declined, refused, duplicate, recalled, withdrawn, expired, retracted, or any.
    state: Option<String>,
    /// The type of record.
    #[serde(rename = "type")]
    record_type: Option<String>,
    /// Whose they are.
    #[param(value_type = Option<String>)]
    body: Option<BodyCode>,
    /// The stage of the review that they are in.
    stage: Option<String>,
    /// `true`: only those the caller has claimed.
    mine: Option<bool>,
    /// How many at once.
    limit: Option<PageSize>,
    /// Where to go on: `next` of the page before.
    cursor: Option<Cursor>,
}

/// One line of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Line {
    /// Where the review stands.
    #[serde(flatten)]
    pub(crate) review: Summary,
    /// How long the one who has the next move has had it, in seconds.
    pub(crate) waiting_seconds: u64,
    /// The title, in English if there is one, else in the original language; absent where the caller may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
}

/// The queue, longest wait first.
#[utoipa::path(
    get, path = "/review/api/v1/reviews", tag = "reviews", operation_id = "listReviews", params(
        Filter,
        ("min_sequence" = Option<u64>, Query, description = "Answer when this position has been read"),
    ),
    responses(
        (status = 200, description = "One page of the queue", body = Page<Line>),
        (status = 403, description = "The caller has no part in reviews", body = dossier_web::ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    MinSequence(from): MinSequence,
    StrictQuery(filter): StrictQuery<Filter>,
) -> Answer<impl IntoResponse> {
    app.wait_for(from).await?;
    let query = Query::read(filter, bearer)?;
    let page = app.off_thread(move |desk| page(desk, &query)).await?;
    Ok((Cache::Private, Json(page)))
}

/// A filter that was understood.
struct Query {
    wanted: Wanted,
    record_type: Option<String>,
    body: Option<BodyCode>,
    stage: Option<String>,
    mine: bool,
    size: PageSize,
    list: String,
    after: Option<QueuePlace>,
    caller: SubjectId,
    /// The one body the caller's token is bound to.
    bound: Option<BodyCode>,
}

impl Query {
    fn read(filter: Filter, caller: Bearer) -> Answer<Self> {
        let state = filter.state.as_deref().unwrap_or(Standing::InReview.key());
        let wanted = match state {
            "any" => Wanted::Any,
            key => Wanted::Standing(key.parse().map_err(|error: crate::domain::UnknownStanding| {
                Problem::new(ProblemKind::MalformedQuery).detail(format!("{error}."))
            })?),
        };
        let list = format!("reviews/{state}");
        let after = filter.cursor.as_ref().map(|cursor| position(cursor, &list)).transpose();
        let after = after.map_err(|error| {
            Problem::new(ProblemKind::MalformedQuery).detail(format!("{error}.")).with("parameter", "cursor")
        })?;
        Ok(Self {
            wanted,
            record_type: filter.record_type,
            body: filter.body,
            stage: filter.stage,
            mine: filter.mine.unwrap_or_default(),
            size: filter.limit.unwrap_or_default(),
            list,
            after,
            caller: caller.subject,
            bound: caller.body,
        })
    }
}

/// A position in the queue: since when (8 bytes) and which entry (16).
fn position(cursor: &Cursor, list: &str) -> Result<QueuePlace, CursorError> {
    let bytes: &[u8; 24] = cursor.position(list)?.try_into().map_err(|_| CursorError)?;
    let (since, entry) = bytes.split_first_chunk::<8>().ok_or(CursorError)?;
    let entry = EntryId::try_from(entry).map_err(|_| CursorError)?;
    Ok(QueuePlace { since: Micros(i64::from_be_bytes(*since)), entry })
}

fn cursor(list: &str, place: QueuePlace) -> Cursor {
    let mut bytes = place.since.0.to_be_bytes().to_vec();
    bytes.extend_from_slice(place.entry.as_bytes());
    Cursor::new(list, &bytes)
}

/// A line whose title is still to be read.
struct Found {
    line: Line,
    content: Option<Whereabouts>,
    entry: EntryId,
}

fn page(desk: &Desk, query: &Query) -> Answer<Page<Line>> {
    let now = desk.clock.now();
    let (found, next) = find(desk, query, now)?;
    let registry = desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error))?;
    let items = found.into_iter().map(|found| with_title(desk, registry.as_ref(), found)).collect::<Answer<_>>()?;
    Ok(Page { items, next })
}

/// One page of entries that the caller may know of and asks for, and where the next begins.
fn find(desk: &Desk, query: &Query, now: Micros) -> Answer<(Vec<Found>, Option<Cursor>)> {
    let view = desk.engine.view();
    if !may_enter(&view.state, query.caller, now) {
        return Err(Problem::new(ProblemKind::NotEntitled)
            .detail("You have no part in reviews: you neither write, review, publish nor audit.")
            .with("code", "no-designation"));
    }
    let mut found = Vec::new();
    let mut last = None;
    for (looked_at, place) in view.queue.after(query.wanted, query.after).enumerate() {
        if looked_at == LOOKED_AT_MAX || found.len() == query.size.get() {
            return Ok((found, last.map(|last| cursor(&query.list, last))));
        }
        last = Some(place);
        found.extend(line(desk, &view, query, place.entry, now));
    }
    Ok((found, None))
}

fn line(desk: &Desk, view: &Reviews, query: &Query, id: EntryId, now: Micros) -> Option<Found> {
    let entry = view.state.entries.get(&id)?;
    let other_type = query.record_type.as_ref().is_some_and(|wanted| *wanted != entry.record_type);
    let other_body = query.body.iter().chain(&query.bound).any(|wanted| *wanted != entry.body);
    let stage = || entry.review().and_then(|review| review.stage()).map(|stage| stage.key.as_str());
    let other_stage = query.stage.as_deref().is_some_and(|wanted| stage() != Some(wanted));
    if other_type || other_body || other_stage {
        return None;
    }
    let eyes = Eyes::of(&view.state, entry, query.caller, now)?;
    let claim = ClaimShown::of(&view.state, entry, query.caller, &eyes, &desk.accounts, now);
    if query.mine && !claim.as_ref().is_some_and(|claim| claim.mine) {
        return None;
    }
    let submitted = entry.review()?.submitted.place;
    let content = eyes.sees(Thing::Content).then(|| view.contents.submitted(id, submitted)).flatten();
    let (_, since) = entry.turn()?;
    // While it is on hold, the one who is awaited has had the move since then; otherwise the time on hold does not count.
    let held = entry.review().filter(|review| review.is_open() && review.held.is_none());
    let held = held.map_or(0, |review| review.held_for(now).in_stage);
    let waiting_seconds = seconds(now.0.saturating_sub(since.0).saturating_sub(held));
    let review = Summary::of(id, entry, claim, now)?;
    Some(Found { line: Line { review, waiting_seconds, title: None }, content: content.map(|kept| kept.at), entry: id })
}

/// A content that cannot be read leaves the line without its title: the queue is shown all the same.
fn with_title(desk: &Desk, registry: Option<&Registry>, found: Found) -> Answer<Line> {
    let Found { mut line, content, entry } = found;
    let record_type = registry.and_then(|registry| registry.record_type(&line.review.record_type));
    let (Some(record_type), Some(at)) = (record_type, content) else { return Ok(line) };
    let submitted = reading::submitted_at(&desk.engine, at).map_err(|error| errors::of_record(&error))?;
    let Some(content) = submitted.and_then(|submitted| submitted.content) else { return Ok(line) };
    match desk.words.content(entry, &content) {
        Ok(readable) => {
            let shown = title(record_type, &readable.content, dossier_registry::Language::En);
            line.title = shown.map(|shown| shown.text);
        }
        Err(error) => tracing::warn!(%entry, %error, "a title in the queue cannot be read"),
    }
    Ok(line)
}
