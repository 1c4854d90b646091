//! The public pages: the list, the record, the tombstone. Rendered here, without a script.

mod editions;
mod frame;
mod list;
mod proof;
mod publish;
mod record;
mod said;
#[cfg(test)]
mod tests;
mod tombstone;
mod turned;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use dossier_engine::Touched;
use dossier_identity::{Sight, Stage, Thing, Viewers};
use dossier_journal::Signers;
use dossier_proto::Micros;
use dossier_web::{
    Answer, Cache, Problem, ProblemKind, Tag, conditional, extract::StrictPath, live::Live, page::Html,
    problem::method_not_allowed,
};
use futures_util::{Stream, StreamExt as _};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};

use crate::{
    api::{Counter, past},
    asked::Filters,
    moment, off_thread,
    reading::{EntryName, Known, Reading},
    site::Site,
    views::{Turn, TurnKind},
};
use frame::Paper;

/// The topics of what happened, for the pages of publishers: whatever it was, they look at their lists again.
pub(crate) fn topics(
    touched: impl Stream<Item = Touched> + Send + 'static,
) -> impl Stream<Item = Vec<String>> + Send + 'static {
    touched.map(|_| vec![publish::TOPIC.to_owned()])
}

/// What pages are drawn from.
pub(crate) struct Pages {
    pub(crate) reading: Arc<Reading>,
    pub(crate) site: Site,
    pub(crate) key: Signers,
    /// What programs are answered from: the same is decided and seen by people.
    pub(crate) counter: Arc<Counter>,
    /// Tells open pages of publishers that something has changed.
    pub(crate) live: Live,
}

/// The routes of the pages.
pub(crate) fn router(pages: Arc<Pages>) -> Router {
    reader(Arc::clone(&pages)).merge(publish::router(pages))
}

fn reader(pages: Arc<Pages>) -> Router {
    Router::new()
        .route("/", get(list_page))
        .route("/entries/{name}", get(entry_page))
        .route("/entries/{name}/editions", get(editions_page))
        .route("/entries/{name}/editions/{edition}", get(edition_page))
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(pages)
}

async fn list_page(
    State(pages): State<Arc<Pages>>,
    paper: dossier_web::page::Paper,
    headers: HeaderMap,
) -> Answer<Response> {
    off_thread(move || {
        let filters =
            Filters::leniently(pairs(&paper.address)?.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let cache = paper.cache();
        let paper = Paper::new(&paper, &pages.site);
        let html = list::draw(&pages, &paper, &filters)?;
        Ok(answer(&headers, cache, html))
    })
    .await
}

async fn entry_page(
    State(pages): State<Arc<Pages>>,
    paper: dossier_web::page::Paper,
    StrictPath(name): StrictPath<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    let then = as_it_stood(&pages, &paper, &name).await?;
    off_thread(move || show(&pages, &paper, &name, None, then, &headers)).await
}

async fn edition_page(
    State(pages): State<Arc<Pages>>,
    paper: dossier_web::page::Paper,
    StrictPath((name, edition)): StrictPath<(String, String)>,
    headers: HeaderMap,
) -> Answer<Response> {
    let number = crate::edition_number(&edition).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let then = as_it_stood(&pages, &paper, &name).await?;
    off_thread(move || show(&pages, &paper, &name, Some(number), then, &headers)).await
}

async fn editions_page(
    State(pages): State<Arc<Pages>>,
    paper: dossier_web::page::Paper,
    StrictPath(name): StrictPath<String>,
    headers: HeaderMap,
) -> Answer<Response> {
    off_thread(move || {
        let (known, cache) = (named(&pages, &name)?, paper.cache());
        let number = known.entry.number.to_string();
        if name != number {
            let query = paper.address.query().map(|query| format!("?{query}")).unwrap_or_default();
            return Ok(Redirect::permanent(&format!("/entries/{number}/editions{query}")).into_response());
        }
        let paper = Paper::new(&paper, &pages.site);
        if let Some(turn) = known.published.withheld().filter(|_| !may_read(Stage::Withheld)) {
            let html = tombstone::draw(&pages, &paper, &known, turn)?;
            return Ok((tombstone_status(turn), cache, html).into_response());
        }
        Ok(answer(&headers, cache, editions::draw(&pages, &paper, &known)?))
    })
    .await
}

/// The entry with this name.
fn named(pages: &Pages, name: &str) -> Answer<Known> {
    let not_found = || Problem::new(ProblemKind::NotFound);
    let parsed: EntryName = name.parse().map_err(|_| not_found())?;
    pages.reading.known(&parsed).ok_or_else(not_found)
}

/// An entry as it stood at the moment that the address asks for, the same as programs read it; nothing where it asks for none.
async fn as_it_stood(pages: &Pages, paper: &dossier_web::page::Paper, name: &str) -> Answer<Option<(Known, Micros)>> {
    let Some((_, text)) = pairs(&paper.address)?.into_iter().find(|(parameter, _)| parameter == "as_of") else {
        return Ok(None);
    };
    let then = past::entry(&pages.counter, named(pages, name)?.id, &text).await?;
    let instant = moment::read(&then.shown.instant).unwrap_or_else(|| pages.counter.clock.now());
    Ok(Some((then.known, instant)))
}

/// The page of an entry or of one of its editions; the tombstone when it was retracted or is suspended.
fn show(
    pages: &Pages,
    paper: &dossier_web::page::Paper,
    name: &str,
    edition: Option<u32>,
    then: Option<(Known, Micros)>,
    headers: &HeaderMap,
) -> Answer<Response> {
    let not_found = || Problem::new(ProblemKind::NotFound);
    let known = named(pages, name)?;
    if let Some(better) = better_address(&known, name, edition, &paper.address) {
        return Ok(Redirect::permanent(&better).into_response());
    }
    let (cache, paper) = (paper.cache(), Paper::new(paper, &pages.site));
    // What is withheld today is not shown as it was.
    let (known, cache, paper) = match then.filter(|_| known.published.withheld().is_none()) {
        Some((then, instant)) => (then, Cache::Private, paper.at(instant)),
        None => (known, cache, paper),
    };
    let facts = match edition {
        None => known.published.current(),
        Some(number) => known.published.edition(number),
    };
    let facts = facts.ok_or_else(not_found)?;
    if let Some(turn) = known.published.withheld().filter(|_| !may_read(Stage::Withheld)) {
        let html = tombstone::draw(pages, &paper, &known, turn)?;
        return Ok((tombstone_status(turn), cache, html).into_response());
    }
    let wanted = wanted_language(paper.address);
    let edition = pages.reading.edition(known.id, facts).map_err(|error| Problem::internal(&error))?;
    let html = record::draw(pages, &paper, &known, &edition, wanted)?;
    // 410, as for a tombstone: that there was an edition is said, and no word of it.
    let mut answer = match &edition.words {
        Some(_) => answer(headers, cache, html),
        None => (StatusCode::GONE, cache, html).into_response(),
    };
    answer.headers_mut().extend(pointing_on(&known));
    Ok(answer)
}

/// 410 with the whole page for what was retracted, not 200: search engines drop the address and programs do not take the tombstone for
/// the record, while people read the same page with either status. 403 for what is suspended: it is known and may come back, so it is
/// neither 404 nor 410. Neither is a mishap, so it is no problem page.
fn tombstone_status(turn: &Turn) -> StatusCode {
    if turn.kind == TurnKind::Suspended { StatusCode::FORBIDDEN } else { StatusCode::GONE }
}

/// RFC 8288, RFC 5829: where the entry is that stands in the place of this one.
fn pointing_on(known: &Known) -> Option<(HeaderName, HeaderValue)> {
    let TurnKind::Superseded { number, .. } = &known.published.supersession()?.kind else { return None };
    let link = HeaderValue::from_str(&format!("</entries/{number}>; rel=\"successor-version\"")).ok()?;
    Some((header::LINK, link))
}

/// Whether the public may read content at this stage. Pages know no caller: everybody is the public here.
fn may_read(stage: Stage) -> bool {
    Viewers::public().sight(Thing::Content, stage) == Sight::Shown
}

/// Each page has one address: that of the number, in capitals. What comes by an id or in small letters is sent there.
fn better_address(known: &Known, name: &str, edition: Option<u32>, address: &Uri) -> Option<String> {
    let number = known.entry.number.to_string();
    if name == number {
        return None;
    }
    let edition = edition.map(|edition| format!("/editions/{edition}")).unwrap_or_default();
    let query = address.query().map(|query| format!("?{query}")).unwrap_or_default();
    Some(format!("/entries/{number}{edition}{query}"))
}

/// The language the text is wanted in: `?content=ru`.
fn wanted_language(address: &Uri) -> Option<dossier_registry::Language> {
    let query = address.query()?;
    query.split('&').find_map(|pair| pair.strip_prefix("content="))?.parse().ok()
}

/// A page with the tag of its bytes: the receipt names the newest checkpoint, so pages change when the log grows.
fn answer(headers: &HeaderMap, cache: Cache, html: Html) -> Response {
    let tag = Tag::of_bytes(html.as_str().as_bytes());
    conditional::answer(headers, &tag, cache, || html)
}

/// The parameters of an address.
fn pairs(address: &Uri) -> Answer<Vec<(String, String)>> {
    /// As for every query of the house.
    const BYTES_MAX: usize = dossier_web::limits::QUERY_BYTES_MAX;
    let query = address.query().unwrap_or_default();
    if query.len() > BYTES_MAX {
        return Err(Problem::new(ProblemKind::AddressTooLong));
    }
    serde_html_form::from_str(query).map_err(|_| Problem::new(ProblemKind::MalformedQuery))
}
