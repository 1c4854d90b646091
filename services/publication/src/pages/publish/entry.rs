//! One entry before a publisher: how it stands, and what can be done about it, the mildest first.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use dossier_web::{
    Answer, Cache,
    extract::StrictPath,
    off_thread,
    page::{Paper, Words},
    visit::Visit,
};

use super::{
    Publishing,
    deed::Deed,
    desk::Desk,
    rows::{Row, row},
};
use crate::pages::turned::{Turned, turned};

#[derive(Template)]
#[template(path = "publish_entry.html")]
struct Entry {
    w: &'static Words,
    number: String,
    row: Row,
    edition: String,
    published: (String, String),
    done: Option<&'static str>,
    is_asked: bool,
    waits: Option<(String, String)>,
    is_open: bool,
    deeds: Vec<Offered>,
    history: Vec<Turned>,
}

/// Something that can be done.
struct Offered {
    deed: Deed,
    title: &'static str,
    text: &'static str,
}

/// The page.
pub(super) async fn show(
    State(publishing): State<Publishing>,
    StrictPath(name): StrictPath<String>,
    visit: Visit,
    paper: Paper,
) -> Answer<Response> {
    off_thread(move || {
        let desk = Desk::open(publishing, visit, paper)?;
        let known = desk.entry(&name)?;
        let number = known.entry.number.to_string();
        if name != number {
            return Ok((Cache::Private, Redirect::to(&format!("/publish/entries/{number}"))).into_response());
        }
        let (w, reading) = (desk.words(), desk.reading());
        let shown = row(&known, &desk)?;
        let waits = desk.waiting(&known.id.to_string()).ok();
        let waits = waits.map(|one| (known.id.to_string(), reading.minute(one.at).1));
        let published = known.published.current().map_or(desk.now(), |current| current.at);
        let deeds = Deed::possible(known.entry.standing());
        let offered = |deed: Deed| {
            let (title, text) = deed.offer();
            Offered { deed, title: w.text(title), text: w.text(text) }
        };
        let template = Entry {
            w,
            row: shown,
            edition: w.with("record.edition", "number", known.entry.edition),
            published: reading.day(published),
            done: done(desk.paper.address.query().unwrap_or_default()).map(|key| w.text(key)),
            is_asked: known.published.request.is_some(),
            waits,
            is_open: known.entry.withheld.is_none(),
            deeds: deeds.iter().copied().map(offered).collect(),
            history: turned(&desk.publishing.pages, &reading, &known)?,
            number: number.clone(),
        };
        desk.page(&number, &template)
    })
    .await
}

/// What was done just now.
fn done(query: &str) -> Option<&'static str> {
    match query.split('&').find_map(|pair| pair.strip_prefix("done="))? {
        "suspend" => Some("publisher.done_suspend"),
        "reinstate" => Some("publisher.done_reinstate"),
        "supersede" => Some("publisher.done_supersede"),
        "retract" => Some("publisher.done_retract"),
        "decline" => Some("publisher.done_decline"),
        "publish" => Some("publisher.done_publish"),
        _ => None,
    }
}
