//! `/review/queue`: what waits, in three groups, the longest wait first.
//!
//! - `asked`: the filters, which live in the address;
//! - `groups`: which lists of the queue a group is;
//! - `shown`: a line in words.

mod asked;
mod groups;
mod shown;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_identity::Role;
use dossier_proto::EntryId;
use dossier_web::{
    Answer, Cache, Problem,
    extract::{Bearer, StrictQuery},
    page::{OwnScript, Paper, Room, Words},
    visit::{FORM_TOKEN_FIELD, SentForm, Visit},
};

use super::{LIVE, fresh_key, registry_language};
use crate::{
    api::{
        App,
        at_hand::{Act, Hand},
    },
    domain::Turn,
};
pub(super) use asked::QueueQuery;
use groups::Gathered;
use shown::{Choice, Claimable, GroupShown, Telling};

/// Where it is.
pub(super) const QUEUE: &str = "/review/queue";
/// What the keyboard does at the queue and on review pages.
pub(super) static DESK_JS: OwnScript = OwnScript::new("/review/assets", "desk", include_str!("../../assets/desk.js"));

#[derive(Template)]
#[template(path = "queue.html")]
struct QueueTemplate<'a> {
    words: &'static Words,
    action: &'static str,
    token_field: &'static str,
    token: &'a str,
    once: String,
    back: String,
    query: &'a QueueQuery,
    types: Vec<Choice>,
    languages: Vec<Choice>,
    shows: Vec<Choice>,
    groups: Vec<GroupShown>,
    told: Option<String>,
    as_of: Option<String>,
    now_address: String,
    is_empty: bool,
}

/// The queue.
pub(super) async fn show(
    State(app): State<App>,
    visit: Visit,
    paper: Paper,
    StrictQuery(query): StrictQuery<QueueQuery>,
) -> Answer<Response> {
    draw(&app, &visit, &paper, &query, None).await
}

/// `/review` leads there.
pub(super) async fn lead_there() -> impl IntoResponse {
    (Cache::Private, Redirect::to(QUEUE))
}

/// Takes a review up, and comes back to the same queue.
pub(super) async fn claim(State(app): State<App>, paper: Paper, form: SentForm) -> Answer<Response> {
    let entry = form.value("claim").parse::<EntryId>();
    let back = form.value("back").to_owned();
    let query = QueueQuery::of_address(&back).await;
    let hand = Hand { bearer: form.visit.bearer.clone(), once: form.value("once").to_owned(), version: None };
    let Ok(entry) = entry else { return Ok((Cache::Private, Redirect::to(&query.address())).into_response()) };
    let hand = Hand { once: format!("{}-{entry}", hand.once), ..hand };
    match app.act_by_hand(&hand, entry, Act::Claim).await {
        Ok(()) => {
            let address = format!("{}#e-{entry}", query.address());
            Ok((Cache::Private, Redirect::to(&address)).into_response())
        }
        Err(problem) => {
            let told = super::told::told(&problem, paper.words);
            let page = draw(&app, &form.visit, &paper, &query, Some(told)).await?;
            Ok(problem.around(page))
        }
    }
}

/// Whose moves are the caller's, by what they are designated for at all.
fn turns_of(app: &App, bearer: &Bearer) -> Vec<Turn> {
    let now = app.clock.now();
    let view = app.engine.view();
    let holds = |role| view.state.designations.holds(bearer.subject, role, now).is_ok();
    [(Role::Moderator, Turn::Moderator), (Role::Reviewer, Turn::Reviewer), (Role::Publisher, Turn::Publisher)]
        .into_iter()
        .filter_map(|(role, turn)| holds(role).then_some(turn))
        .collect()
}

async fn draw(app: &App, visit: &Visit, paper: &Paper, query: &QueueQuery, told: Option<String>) -> Answer<Response> {
    let turns = turns_of(app, &visit.bearer);
    let Gathered { groups, as_of } = groups::gather(app, &visit.bearer, query, &turns).await?;
    let registry = app.registry.get(&app.engine).map_err(|error| Problem::internal(&error))?;
    let language = registry_language(paper.language);
    let telling = Telling {
        desk: app,
        bearer: &visit.bearer,
        words: paper.words,
        registry: registry.as_ref(),
        language,
        now: app.clock.now(),
        query,
        is_past: query.as_of.is_some(),
    };
    let groups: Vec<GroupShown> = groups.into_iter().map(|group| telling.group(group)).collect();
    let mine = groups.iter().find(|group| group.is_mine).map_or(0, |group| group.count);
    let words = paper.words;
    let title = match mine {
        0 => words.text("review.queue").to_owned(),
        count => words.count("review.queue_title", count),
    };
    let back = query.address();
    let main = QueueTemplate {
        words,
        action: QUEUE,
        token_field: FORM_TOKEN_FIELD,
        token: visit.form.as_str(),
        once: fresh_key(),
        back,
        query,
        types: telling.types(),
        languages: telling.languages(),
        shows: telling.shows(),
        is_empty: groups.iter().all(|group| group.rows.is_empty()),
        groups,
        told,
        as_of: as_of.map(|instant| words.with("review.as_of_note", "moment", words.moment(instant))),
        now_address: QueueQuery { as_of: None, cursor: None, ..query.clone() }.address(),
    };
    let sheet = paper.sheet(Room::Queue, &title).script(&DESK_JS);
    let sheet = if query.as_of.is_some() { sheet } else { sheet.live(LIVE) };
    Ok((Cache::Private, sheet.page(&main)?).into_response())
}
