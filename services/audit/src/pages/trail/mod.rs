//! The trail of an entry: what led to what as lanes, the verdict, and the same as a list in causal order.

mod filters;
mod lanes;
mod rows;
mod standing;
mod telling;

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_proto::Place;
use dossier_registry::Registry;
use dossier_web::{
    Answer, Cache, Language,
    extract::{StrictPath, StrictQuery},
    off_thread,
    page::{Paper, Room, Words, icon},
    visit::Visit,
};

use super::{
    Part, PartLink, parts,
    said::{self, flipped},
};
use crate::{
    api::trails::{TrailQuery, read, taken_away},
    office::Office,
    trail::{PieceMark, Trail},
};
use filters::Filters;
pub(super) use filters::only;
use lanes::{Lanes, Shape};
use rows::Day;
pub(super) use rows::{FieldRow, RowWriter};
use standing::Standing;

/// Steps on a page. A step takes about 2 KB with its mark in the lanes, so that 25 are half of the 100 KB a page may have; the other half is for
/// words.
const STEPS: usize = 25;

#[derive(Template)]
#[template(path = "audit_trail.html")]
struct TrailTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    name: String,
    title: Option<said::Said>,
    body: said::Said,
    record_type: said::Said,
    as_of: Option<String>,
    total: String,
    shown: Option<String>,
    /// Who has the next move.
    waiting: Vec<String>,
    out_of_order: Option<String>,
    filters: Filters,
    lanes: Lanes,
    standing: Standing,
    recorded: Option<String>,
    days: Vec<Day>,
    next: Option<String>,
    files: Files,
    entry: String,
}

/// The same as a file.
struct Files {
    jsonl: String,
    csv: String,
    size: String,
}

/// `GET /audit/entries/{id}`.
pub(super) async fn show(
    State(office): State<Office>,
    visit: Visit,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<TrailQuery>,
    paper: Paper,
) -> Answer<Response> {
    let filters = Filters::of(&query, paper.words);
    let asked = TrailQuery { limit: Some(query.limit.unwrap_or(STEPS).min(STEPS)), ..as_typed(query) };
    let (trail, recorded) = read(&office, &visit.bearer, named, asked).await?;
    let (words, language, address) = (paper.words, paper.language, paper.address.clone());
    let main =
        off_thread(move || Ok(template(&office, &trail, filters, recorded, (words, language), &address))).await?;
    let title = words.with("auditor.trail.title", "number", &main.name);
    Ok((Cache::Private, paper.page(Room::Audit, &title, &main)?).into_response())
}

/// `GET /audit/entries/{id}/file`: the trail to take away.
pub(super) async fn file(
    State(office): State<Office>,
    visit: Visit,
    StrictPath(named): StrictPath<String>,
    StrictQuery(query): StrictQuery<TrailQuery>,
) -> Answer<Response> {
    taken_away(office, &visit.bearer, named, as_typed(query)).await
}

/// Days that were typed as the moments they stand for.
fn as_typed(query: TrailQuery) -> TrailQuery {
    let (from, to) = (said::beginning_of(query.from.clone()), said::end_of(query.to.clone()));
    let as_of = said::end_of(query.as_of.clone());
    TrailQuery { from, to, as_of, ..query }
}

fn template(
    office: &Office,
    trail: &Trail,
    filters: Filters,
    recorded: Option<Place>,
    (words, language): (&'static Words, Language),
    address: &http::Uri,
) -> TrailTemplate {
    let registry = registry_in_force(office);
    let name = trail.number.clone().unwrap_or_else(|| trail.entry.to_string());
    let matching = trail.matching;
    let writer = RowWriter { words, language, registry: &registry, record_type: &trail.record_type };
    let tongue = said::tongue(language);
    let kind = match registry.record_type(&trail.record_type) {
        Some(kind) => registry.label(&kind.labels, &trail.record_type, tongue),
        None => dossier_registry::Shown::plain(trail.record_type.clone()),
    };
    let file = |format: &str| {
        let changes = [("format", format), ("cursor", ""), ("limit", ""), ("lang", "")];
        said::address_with(address, &changes).replacen('?', "/file?", 1)
    };
    TrailTemplate {
        words,
        parts: parts(words, Part::Trails),
        title: standing::public_title(office, trail.entry, tongue).map(|shown| said::Said::new(shown, language)),
        body: said::Said::new(registry.body_label(trail.body.as_str(), tongue, office.now()), language),
        record_type: said::Said::new(kind, language),
        as_of: trail.as_of.clone(),
        total: words.count("auditor.trail.events", trail.total as u64),
        shown: (matching != trail.total).then(|| words.count("auditor.trail.matching", matching as u64)),
        waiting: telling::waiting(trail, words),
        out_of_order: telling::out_of_order(trail, words),
        lanes: Lanes::of(&trail.steps, words, language),
        standing: Standing::of(office, trail.entry, words),
        recorded: recorded.map(|place| words.with("auditor.trail.recorded", "place", said::address_of(place))),
        days: writer.days(&trail.steps),
        next: trail.next.as_ref().map(|next| said::address_with(address, &[("cursor", next)])),
        files: Files {
            jsonl: file("jsonl"),
            csv: file("csv"),
            size: words.fill(
                "auditor.file_size",
                &[
                    ("events", &words.count("auditor.trail.events", matching as u64)),
                    // A step has about 1.5 KB as JSON, and half of that as CSV.
                    ("size", &words.number((matching as u64 * 3).div_ceil(2).max(1))),
                ],
            ),
        },
        entry: trail.entry.to_string(),
        filters: filters.with_kinds(&trail.counts, words),
        name,
    }
}

/// Names are those of today; what is shown of a moment says the moment.
pub(super) fn registry_in_force(office: &Office) -> Registry {
    let digest = office.engine().view().state.registry;
    office.registries().get(office, digest)
}
