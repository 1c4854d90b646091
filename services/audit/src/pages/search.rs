//! Search over all trails: by who, under which designation, what, on which content, whose, and when.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_registry::Registry;
use dossier_web::{
    Answer, Cache, Language,
    extract::StrictQuery,
    off_thread,
    page::{Paper, Room, Words, icon},
    visit::Visit,
};

use super::{
    Part, PartLink, parts,
    said::{self, Choice},
    trail::{only, registry_in_force},
};
use crate::{
    api::{
        as_json::kinds,
        search::{FoundDocument, FoundStep, SearchQuery, found, taken_away},
    },
    office::Office,
};

/// Events on a page: about 700 bytes each.
const EVENTS: usize = 50;

#[derive(Template)]
#[template(path = "audit_search.html")]
struct SearchTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    form: Form,
    found: Option<Found>,
}

/// What was asked for.
struct Form {
    number: String,
    actor: String,
    designation: String,
    digest: String,
    body: String,
    from: String,
    to: String,
    kinds: Vec<Choice>,
    types: Vec<Choice>,
    origins: Vec<Choice>,
    only: Vec<Choice>,
}

/// What was found.
struct Found {
    entries: Vec<Entry>,
    rows: Vec<Row>,
    examined: String,
    next: Option<String>,
    jsonl: String,
    csv: String,
}

struct Entry {
    address: String,
    name: String,
    events: String,
}

struct Row {
    moment: (String, String),
    entry: Option<(String, String)>,
    body: String,
    what: String,
    sentence: Option<String>,
    who: String,
    role: Option<String>,
    service: String,
    place: String,
}

/// `GET /audit/trails`. An empty form asks for nothing, and nothing is recorded.
pub(super) async fn show(
    State(office): State<Office>,
    visit: Visit,
    StrictQuery(query): StrictQuery<SearchQuery>,
    paper: Paper,
) -> Answer<Response> {
    crate::api::doors::auditor(&office, &visit.bearer)?;
    let (words, language, address) = (paper.words, paper.language, paper.address.clone());
    let registry = registry_in_force(&office);
    let form = Form::of(&query, &registry, words, language);
    let is_asked = address.query().unwrap_or_default().split('&').any(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        name != "lang" && !value.is_empty()
    });
    let found = if is_asked {
        let limit = Some(query.limit.unwrap_or(EVENTS).min(EVENTS));
        Some(found(&office, &visit.bearer, SearchQuery { limit, ..as_typed(query) }).await?)
    } else {
        None
    };
    let main = off_thread(move || {
        let found = found.map(|document| Found::of(&document, words, language, &address));
        Ok(SearchTemplate { words, parts: parts(words, Part::Trails), form, found })
    })
    .await?;
    let title = words.text("auditor.part.trails");
    Ok((Cache::Private, paper.page(Room::Audit, title, &main)?).into_response())
}

/// `GET /audit/trails/file`: what is found, to take away.
pub(super) async fn file(
    State(office): State<Office>,
    visit: Visit,
    StrictQuery(query): StrictQuery<SearchQuery>,
) -> Answer<Response> {
    taken_away(office, &visit.bearer, as_typed(query)).await
}

fn as_typed(query: SearchQuery) -> SearchQuery {
    let (from, to) = (said::beginning_of(query.from.clone()), said::end_of(query.to.clone()));
    SearchQuery { from, to, ..query }
}

impl Form {
    fn of(query: &SearchQuery, registry: &Registry, words: &Words, language: Language) -> Self {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        Self {
            number: text(&query.number),
            actor: text(&query.actor),
            designation: query.designation.map(|id| id.to_string()).unwrap_or_default(),
            digest: query.digest.map(|digest| digest.to_string()).unwrap_or_default(),
            body: query.body.as_ref().map(ToString::to_string).unwrap_or_default(),
            from: text(&query.from),
            to: text(&query.to),
            kinds: kind_choices(query.kind.first().map(String::as_str), words),
            types: types(registry, query.record_type.as_deref(), words, language),
            origins: said::origins(words, query.origin.first().copied()),
            only: only(query.only, words),
        }
    }
}

fn kind_choices(chosen: Option<&str>, words: &Words) -> Vec<Choice> {
    let all = Choice {
        value: String::new(),
        label: words.text("auditor.trail.all_kinds").to_owned(),
        is_chosen: chosen.is_none(),
    };
    let mut kinds: Vec<Choice> = kinds()
        .iter()
        .map(|kind| Choice {
            value: (*kind).to_owned(),
            label: words.text(&format!("auditor.kind.{kind}")).to_owned(),
            is_chosen: chosen == Some(kind),
        })
        .collect();
    kinds.sort_by(|one, other| one.label.cmp(&other.label));
    std::iter::once(all).chain(kinds).collect()
}

/// The record types as choices, none of them first.
pub(super) fn types(registry: &Registry, chosen: Option<&str>, words: &Words, language: Language) -> Vec<Choice> {
    let all =
        Choice { value: String::new(), label: words.text("auditor.all_types").to_owned(), is_chosen: chosen.is_none() };
    let one = |kind: &dossier_registry::RecordType| Choice {
        value: kind.key.clone(),
        label: registry.label(&kind.labels, &kind.key, said::tongue(language)).text,
        is_chosen: chosen == Some(&kind.key),
    };
    std::iter::once(all).chain(registry.types().iter().map(one)).collect()
}

impl Found {
    fn of(document: &FoundDocument, words: &Words, language: Language, address: &http::Uri) -> Self {
        let file = |format| {
            let changes = [("format", format), ("cursor", ""), ("limit", ""), ("lang", "")];
            said::address_with(address, &changes).replacen('?', "/file?", 1)
        };
        let entries = document.entries.iter().map(|entry| Entry {
            address: format!("/audit/entries/{}", entry.entry),
            name: entry.number.clone().unwrap_or_else(|| entry.entry.to_string()),
            events: words.count("auditor.trail.events", entry.events as u64),
        });
        Self {
            entries: entries.collect(),
            examined: words.count("auditor.search.examined", document.examined as u64),
            next: document.next.as_ref().map(|next| said::address_with(address, &[("cursor", next)])),
            jsonl: file("jsonl"),
            csv: file("csv"),
            rows: document.items.iter().map(|item| row(item, words, language)).collect(),
        }
    }
}

fn row(item: &FoundStep, words: &Words, language: Language) -> Row {
    let (step, is_english) = (&item.step, language == Language::En);
    let label = words.text(&format!("auditor.kind.{}", step.kind)).to_owned();
    let named = |entry: dossier_proto::EntryId| {
        let name = item.number.clone().unwrap_or_else(|| entry.to_string());
        (format!("/audit/entries/{entry}"), name)
    };
    Row {
        moment: said::minute(words, step.recorded_at),
        entry: item.entry.map(named),
        body: item.body.as_ref().map(ToString::to_string).unwrap_or_default(),
        what: if is_english { step.sentence.clone() } else { label },
        sentence: (!is_english).then(|| step.sentence.clone()),
        who: said::who(words, &step.by),
        role: said::role(words, step.by.role),
        service: said::origin(words, step.place.origin),
        place: said::address_of(step.place),
    }
}
