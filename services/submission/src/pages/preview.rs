//! The draft as it will be published.

use askama::Template;
use axum::{extract::State, response::Response};
use dossier_proto::EntryId;
use dossier_registry::{FactKind, FactValue, Section, facts};
use dossier_web::{Answer, extract::StrictPath, off_thread, visit::Visit};
use serde_json::Value;

use super::{
    docket::Docket,
    entry::find,
    paper::{Paper, Room},
    said::Said,
};
use crate::office::Office;

/// A text as it will stand there.
struct Part {
    label: Said,
    tags: String,
    /// Rich text; a plain one stands in `text`.
    html: Option<String>,
    text: String,
}

/// A fact in the margin.
struct Shown {
    label: Said,
    values: Vec<Valued>,
}

/// One value of it.
struct Valued {
    said: Said,
    url: Option<String>,
}

#[derive(Template)]
#[template(path = "entry_preview.html")]
struct PreviewTemplate<'a> {
    p: &'a Paper,
    docket: Docket,
    kind: Said,
    body: Said,
    title: Said,
    parts: Vec<Part>,
    facts: Vec<Shown>,
    notices: Vec<Said>,
}

/// `GET /contribute/entries/{id}/preview`.
pub(super) async fn show(
    State(office): State<Office>,
    visit: Visit,
    paper: Paper,
    StrictPath(id): StrictPath<EntryId>,
) -> Answer<Response> {
    off_thread(move || {
        let found = find(&office, &visit, id)?;
        let (registry, now) = (&found.registry, office.now());
        let content = found.document.content.clone().unwrap_or(Value::Null);
        let record_type = &found.entry.facts.record_type;
        let shown = facts(registry, record_type, &content, paper.tongue, now);
        let notices = registry.notices_for(record_type, &content, now);
        let docket = Docket::of(&paper, registry, (id, &found.entry), Some(&content), now);
        let title = shown.iter().find(|fact| fact.section == Section::Title).and_then(|fact| fact.values.first());
        let body = shown.iter().filter(|fact| fact.section == Section::Body);
        let parts = body.flat_map(|fact| fact.values.iter().map(|value| part(fact.label.clone().into(), value)));
        let margin = shown.iter().filter(|fact| fact.section == Section::Facts);
        let tab = format!("{}: {}", paper.w("preview"), docket.title.text);
        let template = PreviewTemplate {
            p: &paper,
            kind: paper.kind(registry, record_type),
            body: paper.body(registry, found.entry.facts.body.as_str(), now),
            title: title.map_or_else(|| docket.title.clone(), |value| value.shown.clone().into()),
            parts: parts.collect(),
            facts: margin
                .map(|fact| Shown {
                    label: fact.label.clone().into(),
                    values: fact.values.iter().map(valued).collect(),
                })
                .collect(),
            notices: notices
                .iter()
                .filter_map(|due| registry.notice(&due.key))
                .map(|notice| notice.texts.show(paper.tongue, &notice.key).into())
                .collect(),
            docket,
        };
        paper.page(Room::MyEntries, &tab, &template)
    })
    .await
}

fn part(label: Said, value: &FactValue) -> Part {
    let said: Said = value.shown.clone().into();
    let html = matches!(value.is, FactKind::Richtext).then(|| dossier_web::page::richtext::html(&said.text));
    Part { label, tags: said.tags(), html, text: said.text }
}

fn valued(value: &FactValue) -> Valued {
    let url = match &value.is {
        FactKind::Link { url } => url.clone(),
        _ => None,
    };
    Valued { said: value.shown.clone().into(), url }
}
