//! `GET /reviews`: the queue, as it stands or as it stood. `GET /reviews/counts`: the same, counted.
//!
//! - `filter`: what is asked;
//! - `passing`: going along the queue with a caller's eyes;
//! - `words`: the filters for which contents are opened;
//! - `counts`: the counts;
//! - `difference`: what changed between two moments.

mod counts;
mod difference;
mod filter;
mod passing;
mod words;

use axum::{Json, extract::State as Extracted, response::IntoResponse};
use dossier_proto::{EntryId, Micros};
use dossier_web::{
    Answer, Cache, Cursor, CursorError, Page, PageSize, Problem, ProblemKind,
    as_of::AsOfShown,
    extract::{Bearer, MinSequence, StrictQuery},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use counts::{__path_counts, counts};
pub(crate) use difference::{__path_difference, difference};
pub(crate) use filter::{CountsQuery, ListQuery};
use filter::{Wanted, malformed};
use passing::{Candidate, Passed, Reach, Rights, pass};
use words::Contents;

use super::{
    App, Desk,
    deliberation::seconds,
    eyes::may_enter,
    scene::{Look, Of, Scene},
    shown::{ClaimShown, Summary},
};
use crate::views::{LOOKED_AT_MAX, Outlived, QueuePlace};

/// Candidates that are looked for at once where contents decide: the view is let go of between.
const CANDIDATES_AT_ONCE: usize = 512;

/// One line of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Line {
    /// Where the review stands.
    #[serde(flatten)]
    pub(crate) review: Summary,
    /// How long the one who has the next move has had it, in seconds, the time on hold left out.
    pub(crate) waiting_seconds: u64,
    /// The title, in English if there is one, else in the original language; absent where the caller may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) title: Option<String>,
    /// What the body says it changed, its beginning; absent where it said nothing or the caller may not read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) what_changed: Option<String>,
}

/// One page of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct QueuePage {
    /// What is on it. A page may have fewer lines than asked for, or none, and be followed by another: only without `next` it is the last.
    #[serde(flatten)]
    pub(crate) page: Page<Line>,
    /// The moment that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_of: Option<AsOfShown>,
}

/// The queue, longest wait first.
///
/// Whoever reads it page by page comes by every entry that was in it when the first page was read, and still is, exactly once, whatever
/// happens meanwhile, in the order of then; each is shown as it stands when its page is read. What has come since is not on later pages.
#[utoipa::path(
    get, path = "/review/api/v1/reviews", tag = "reviews", operation_id = "listReviews", params(
        ListQuery,
        MinSequence,
    ),
    responses(
        (status = 200, description = "One page of the queue", body = QueuePage),
        (status = 403, description = "The caller has no part in reviews", body = dossier_web::ProblemDocument),
        (status = 409, description = "The moment asked for is not settled", body = dossier_web::ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn list(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    MinSequence(from): MinSequence,
    StrictQuery(query): StrictQuery<ListQuery>,
) -> Answer<impl IntoResponse> {
    app.wait_for(from).await?;
    let page = app.queue(bearer, query).await?;
    Ok((Cache::Private, Json(page)))
}

impl App {
    /// One page of the queue.
    pub(crate) async fn queue(&self, bearer: Bearer, query: ListQuery) -> Answer<QueuePage> {
        let (wanted, size, cursor) = query.read(bearer)?;
        let cursor = cursor.map(|cursor| position(&cursor, &wanted.name())).transpose();
        let cursor = cursor.map_err(|error| malformed("cursor", &error))?;
        let scene = scene(self, &wanted).await?;
        self.off_thread(move |desk| page(desk, &wanted, &scene, size, cursor)).await
    }
}

/// What is asked for, if the caller has anything to look for here.
async fn scene(app: &App, wanted: &Wanted) -> Answer<Scene> {
    // Before anything is folded for somebody without a part in this.
    if !may_enter(&app.engine.view().state, wanted.caller, app.clock.now()) {
        return Err(Problem::new(ProblemKind::NotEntitled)
            .detail("You have no part in reviews: you neither write, review, publish nor audit.")
            .with("code", "no-designation"));
    }
    Scene::at(app, Of::Everything, wanted.as_of.as_ref()).await
}

/// Where a list goes on: how many moves there had been when it was begun (8 bytes), since when the last entry had waited then (8),
/// and which it is (16).
#[derive(Debug, Clone, Copy)]
struct Position {
    began: u64,
    after: QueuePlace,
}

fn position(cursor: &Cursor, list: &str) -> Result<Position, CursorError> {
    let bytes: &[u8; 32] = cursor.position(list)?.try_into().map_err(|_| CursorError)?;
    let (began, place) = bytes.split_first_chunk::<8>().ok_or(CursorError)?;
    let (since, entry) = place.split_first_chunk::<8>().ok_or(CursorError)?;
    let entry = EntryId::try_from(entry).map_err(|_| CursorError)?;
    let after = QueuePlace { since: Micros(i64::from_be_bytes(*since)), entry };
    Ok(Position { began: u64::from_be_bytes(*began), after })
}

fn cursor(list: &str, position: Position) -> Cursor {
    let mut bytes = position.began.to_be_bytes().to_vec();
    bytes.extend_from_slice(&position.after.since.0.to_be_bytes());
    bytes.extend_from_slice(position.after.entry.as_bytes());
    Cursor::new(list, &bytes)
}

fn page(desk: &Desk, wanted: &Wanted, scene: &Scene, size: PageSize, cursor_at: Option<Position>) -> Answer<QueuePage> {
    let began = cursor_at.map(|position| position.began);
    let began = began.unwrap_or_else(|| scene.look(desk, |look| look.facts.queue.moves()));
    let mut contents = Contents::of(desk)?;
    let mut last = cursor_at.map(|position| position.after);
    let (mut items, mut left) = (Vec::new(), LOOKED_AT_MAX);
    loop {
        let room = size.get() - items.len();
        let candidates = if wanted.reads_words() { CANDIDATES_AT_ONCE } else { room };
        let reach = Reach { candidates, looked_at: left };
        let Passed { candidates, looked_at, last: passed } = scene
            .look(desk, |look| {
                pass(look, wanted, &mut Rights::of(wanted.caller), (last, began), reach, contents.named(look, wanted))
            })
            .map_err(outlived)?;
        left -= looked_at;
        let chosen = contents.choose(wanted, candidates, room)?;
        items.extend(lines(desk, wanted, scene, &mut contents, &chosen.candidates)?);
        last = chosen.last.or(passed);
        if last.is_none() || items.len() >= size.get() || left == 0 || contents.are_enough() {
            break;
        }
    }
    let next = last.map(|after| cursor(&wanted.name(), Position { began, after }));
    Ok(QueuePage { page: Page { items, next }, as_of: scene.shown() })
}

fn outlived(error: Outlived) -> Problem {
    Problem::new(ProblemKind::MalformedQuery)
        .detail(format!("{error}."))
        .with("parameter", "cursor")
        .with("code", "cursor-outlived")
}

fn lines(
    desk: &Desk,
    wanted: &Wanted,
    scene: &Scene,
    contents: &mut Contents<'_>,
    candidates: &[Candidate],
) -> Answer<Vec<Line>> {
    let lines: Vec<_> = scene.look(desk, |look| {
        let mut rights = Rights::of(wanted.caller);
        let lines = candidates.iter().map(|candidate| (candidate, line(desk, look, wanted, &mut rights, candidate)));
        lines.filter_map(|(candidate, line)| Some((candidate, line?))).collect()
    });
    let told = lines.into_iter().map(|(candidate, line)| {
        let (title, what_changed) = contents.told(candidate)?;
        Ok(Line { title, what_changed, ..line })
    });
    told.collect()
}

/// The line of an entry, but for its title; `None` when it has gone elsewhere in this moment.
fn line(desk: &Desk, look: Look<'_>, wanted: &Wanted, rights: &mut Rights, candidate: &Candidate) -> Option<Line> {
    let id = candidate.place.entry;
    let (shelf, since) = look.facts.queue.at(id)?;
    let entry = look.facts.state.entries.get(&id).filter(|_| wanted.is_on(shelf))?;
    let eyes = rights.eyes(look, id, shelf)?;
    let claim = ClaimShown::of(&look.facts.state, entry, wanted.caller, &eyes, &desk.accounts, look.instant);
    let waiting_seconds = seconds(look.instant.0.saturating_sub(since.0));
    Some(Line {
        review: Summary::of(id, entry, claim, look.instant)?,
        waiting_seconds,
        title: None,
        what_changed: None,
    })
}
