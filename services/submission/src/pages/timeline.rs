//! The way of an entry, as its body may know it.

use askama::Template;
use axum::{extract::State, response::Response};
use dossier_proto::EntryId;
use dossier_web::{
    Answer, Cursor,
    extract::{StrictPath, StrictQuery},
    off_thread,
    visit::Visit,
};
use serde::Deserialize;

use super::{
    docket::Docket,
    entry::find,
    paper::{Paper, Room, Time},
};
use crate::{
    api::{HistoryItem, history, past::Scene},
    office::Office,
};

/// Which part of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TimelineQuery {
    cursor: Option<Cursor>,
    #[allow(dead_code, reason = "every page takes it, and the frame reads it from the address")]
    lang: Option<String>,
}

/// One step.
struct Step {
    what: String,
    by: String,
    at: Time,
    detail: Option<String>,
    text: Option<String>,
    /// `mark` for what the body did and what made it public; `square` for the registry.
    shape: &'static str,
}

#[derive(Template)]
#[template(path = "entry_timeline.html")]
struct TimelineTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    steps: Vec<Step>,
    next: Option<String>,
}

/// `GET /contribute/entries/{id}/timeline`.
pub(super) async fn show(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
    StrictQuery(query): StrictQuery<TimelineQuery>,
) -> Answer<Response> {
    off_thread(move || {
        let found = find(&office, &visit, id)?;
        let query = history::HistoryQuery::from(query.cursor);
        let page = history::page(&office, id, &query, &Scene::Now)?;
        let docket =
            Docket::of(&paper, &found.registry, (id, &found.entry), found.document.content.as_ref(), office.now());
        let title = format!("{}: {}", paper.w("timeline"), docket.title.text);
        let next = page.next.map(|cursor| format!("{}/timeline?cursor={cursor}", docket.address));
        let steps = page.items.iter().map(|item| step(&paper, item)).collect();
        let template = TimelineTemplate { p: &paper, docket, steps, next };
        paper.page(Room::MyEntries, &title, &template)
    })
    .await
}

fn step(paper: &Paper, item: &HistoryItem) -> Step {
    let role = paper.w(&format!("by.{}", item.by.role));
    let detail = match (item.edition, item.count, item.revision) {
        (Some(edition), ..) => Some(paper.with("edition", "number", edition)),
        (_, Some(count), _) => {
            let key = if item.kind == "changes-requested" { "changes" } else { "comments" };
            Some(paper.count(key, usize::try_from(count).unwrap_or(usize::MAX)))
        }
        (_, _, Some(revision)) => Some(paper.with("revision", "number", revision)),
        _ => None,
    };
    let is_of_body = matches!(item.by.role.as_str(), "contributor" | "publishing-authority" | "records-manager");
    Step {
        what: paper.w(&format!("happened.{}", item.kind)).to_owned(),
        by: item.by.name.as_ref().map_or_else(|| role.to_owned(), |name| format!("{name}, {role}")),
        at: paper.moment(dossier_web::moment::read(&item.at).unwrap_or(dossier_proto::Micros(0))),
        detail,
        text: item.text.clone(),
        shape: if is_of_body { "mark" } else { "square" },
    }
}
