//! `GET /reviews/difference`: what came into the queue between two moments, what left it, and what moved in it.
//!
//! Both moments are folded, or kept from before, as for a list of that moment; then every entry that there was is looked at once, so it costs
//! some milliseconds with ten thousand entries.

use std::collections::BTreeSet;

use axum::{Json, extract::State as Extracted, response::IntoResponse};
use dossier_proto::EntryId;
use dossier_web::{
    Answer, Cache, ProblemDocument,
    as_of::AsOfShown,
    extract::{Bearer, StrictQuery},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{App, Desk, scene::Scene},
    filter::{DifferenceQuery, Wanted},
    passing::Rights,
    scene,
};
use crate::views::Reviews;

/// So many lines of each kind are told: 200 bytes each, 600 KB in all.
const LINES_MAX: usize = 1_000;
/// So many entries are judged by the rights of today while the view is held: a millisecond or so.
const JUDGED_AT_ONCE: usize = 1_024;

/// Where an entry stood in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Where {
    /// Its state.
    #[schema(example = "in-review")]
    state: String,
    /// Who had the next move.
    #[schema(example = "moderator")]
    turn: String,
    /// The stage of its review; empty where its type has none.
    stage: String,
    /// Since when, the time on hold left out.
    since: String,
}

/// An entry that stood elsewhere at the second moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Moved {
    /// The entry.
    entry: String,
    /// Where it stood at the first moment, on this list or not; absent where it had not been submitted.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Where>,
    /// Where it stood at the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Where>,
}

/// What changed in the queue between two moments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct QueueDifference {
    /// The first moment.
    from: AsOfShown,
    /// The second.
    to: AsOfShown,
    /// What was not on the list at the first moment, and was at the second.
    came: Vec<Moved>,
    /// What was on it at the first, and not at the second.
    left: Vec<Moved>,
    /// What was on it at both, and stood elsewhere.
    moved: Vec<Moved>,
    /// How many lines there was no room for.
    left_out: usize,
}

/// What came into the queue, what left it, and what moved in it.
///
/// Both moments are of what this service knew: what bodies and publishers did counts from when it was received here. What happened in between
/// and is over again shows only in the history of an entry. Entries that the caller may not see today are left out.
#[utoipa::path(
    get, path = "/review/api/v1/reviews/difference", tag = "reviews", operation_id = "compareReviews", params(DifferenceQuery),
    responses(
        (status = 200, description = "What changed", body = QueueDifference),
        (status = 400, description = "A moment cannot be read", body = ProblemDocument),
        (status = 403, description = "The caller has no part in reviews", body = ProblemDocument),
        (status = 409, description = "A moment is not settled", body = ProblemDocument),
    ),
    security(("bearer" = []))
)]
pub(crate) async fn difference(
    Extracted(app): Extracted<App>,
    bearer: Bearer,
    StrictQuery(query): StrictQuery<DifferenceQuery>,
) -> Answer<impl IntoResponse> {
    let [from, to] = query.read(bearer)?;
    let (before, after) = (scene(&app, &from).await?, scene(&app, &to).await?);
    let found = app.off_thread(move |desk| Ok(compare(desk, &to, &before, &after))).await?;
    Ok((Cache::Private, Json(found)))
}

/// In which list a line stands.
enum Kind {
    Came,
    Left,
    Moved,
}

fn compare(desk: &Desk, wanted: &Wanted, before: &Scene, after: &Scene) -> QueueDifference {
    let shown = |scene: &Scene| scene.shown().unwrap_or_else(|| AsOfShown::new(scene.instant(), None));
    let mut found = QueueDifference {
        from: shown(before),
        to: shown(after),
        came: Vec::new(),
        left: Vec::new(),
        moved: Vec::new(),
        left_out: 0,
    };
    let changed = changed(desk, wanted, before, after);
    let mut rights = Rights::of(wanted.caller);
    for some in changed.chunks(JUDGED_AT_ONCE) {
        after.look(desk, |look| {
            for (id, kind, line) in some {
                // As the entry stands today, whatever it was then.
                let shelf = look.rights.queue.at(*id).map(|(shelf, _)| shelf);
                if shelf.is_none_or(|shelf| rights.eyes(look, *id, shelf).is_none()) {
                    continue;
                }
                let lines = match kind {
                    Kind::Came => &mut found.came,
                    Kind::Left => &mut found.left,
                    Kind::Moved => &mut found.moved,
                };
                if lines.len() < LINES_MAX {
                    lines.push(line.clone());
                } else {
                    found.left_out += 1;
                }
            }
        });
    }
    found
}

/// Every entry that stood elsewhere, by what was known at both moments.
fn changed(desk: &Desk, wanted: &Wanted, before: &Scene, after: &Scene) -> Vec<(EntryId, Kind, Moved)> {
    let mut entries: BTreeSet<EntryId> = before.look(desk, |look| look.facts.state.entries.keys().copied().collect());
    entries.extend(after.look(desk, |look| look.facts.state.entries.keys().copied().collect::<Vec<_>>()));
    let stood = |scene: &Scene| -> Vec<Option<(bool, Where)>> {
        scene.look(desk, |look| entries.iter().map(|id| place(look.facts, wanted, *id)).collect())
    };
    let both = entries.iter().zip(stood(before).into_iter().zip(stood(after)));
    let lines = both.filter_map(|(id, (from, to))| {
        let is_on = |place: &Option<(bool, Where)>| place.as_ref().is_some_and(|(is_on, _)| *is_on);
        let kind = match (is_on(&from), is_on(&to)) {
            (false, true) => Kind::Came,
            (true, false) => Kind::Left,
            (true, true) if from != to => Kind::Moved,
            _ => return None,
        };
        let line = Moved { entry: id.to_string(), from: from.map(|(_, from)| from), to: to.map(|(_, to)| to) };
        Some((*id, kind, line))
    });
    lines.collect()
}

/// Where an entry stood, and whether that is on the list.
fn place(facts: &Reviews, wanted: &Wanted, id: EntryId) -> Option<(bool, Where)> {
    let (shelf, since) = facts.queue.at(id)?;
    let place = Where {
        state: shelf.standing.key().to_owned(),
        turn: shelf.turn.key().to_owned(),
        stage: shelf.stage.clone(),
        since: dossier_web::moment::written(since),
    };
    Some((wanted.is_on(shelf), place))
}
