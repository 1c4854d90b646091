//! What is in public, found by its number or its words.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_web::{
    Answer, Cache, Problem, off_thread,
    page::{Paper, Words},
    visit::Visit,
};

use super::{
    Publishing,
    desk::Desk,
    rows::{Row, row},
};
use crate::{
    asked::Filters,
    finding::Query,
    pages::pairs,
    reading::{EntryName, From, Moment, More},
};

/// Entries on a page.
const ROWS: usize = 20;

#[derive(Template)]
#[template(path = "publish_entries.html")]
struct Entries<'a> {
    w: &'static Words,
    text: &'a str,
    count: String,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
}

/// The page; a number leads to its entry at once, whatever stands there now.
pub(super) async fn show(State(publishing): State<Publishing>, visit: Visit, paper: Paper) -> Answer<Response> {
    off_thread(move || {
        let desk = Desk::open(publishing, visit, paper)?;
        let asked = pairs(&desk.paper.address)?;
        let filters = Filters::leniently(asked.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        let reading = &desk.publishing.pages.reading;
        if let Ok(name) = filters.text.to_ascii_uppercase().parse::<EntryName>()
            && let Some(known) = reading.known(&name)
        {
            let address = format!("/publish/entries/{}", known.entry.number);
            return Ok((Cache::Private, Redirect::to(&address)).into_response());
        }
        let offset = filters.page.saturating_sub(1).saturating_mul(ROWS);
        let query = Query::new(&filters.text, &filters.chosen);
        let listed = reading.list(&query, Moment::Now, From::Offset(offset), ROWS);
        let listed = listed.map_err(|error| Problem::internal(&error))?;
        let known = listed.editions.iter().filter_map(|edition| reading.known(&EntryName::Id(edition.entry)));
        let rows = known.map(|known| row(&known, &desk)).collect::<Answer<Vec<_>>>()?;
        let w = desk.words();
        let page = |number| format!("/publish/entries{}", filters.query(number));
        let template = Entries {
            w,
            text: &filters.text,
            count: w.count("list.entries", listed.found.places.len() as u64),
            rows,
            newer: (filters.page > 1).then(|| page(filters.page - 1)),
            older: (listed.more == More::Follow).then(|| page(filters.page + 1)),
        };
        desk.page(w.text("publisher.in_public"), &template)
    })
    .await
}
