//! The list of entries: search, facets as a plain form, one card for each.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use dossier_registry::{Fact, FactKind, Language, Registry, Shown, facts, languages_of, title};
use dossier_web::{
    Problem,
    page::{Html, Words},
};

use super::{
    Pages,
    frame::{Paper, flipped},
    record::kind,
    said::Said,
};
use crate::{
    asked::Filters,
    finding::{Facet, Query},
    reading::{From, Listed, Moment, More},
    registries::body_name,
    shelf::Edition,
    texts::{Texts, fill},
};

/// Entries on a page of the list: 20 cards of at most 1 KB leave room for facets within 30 KB.
pub(super) const CARDS: usize = 20;
/// Terms of a facet on the page, beside the chosen ones: the commonest.
const OPTIONS_MAX: usize = 12;

#[derive(Template)]
#[template(path = "list.html")]
struct List<'a> {
    w: &'static Words,
    t: &'static Texts,
    next: String,
    lang: Option<&'static str>,
    text: &'a str,
    facets: Vec<ShownFacet>,
    count: String,
    query: String,
    cards: Vec<Card>,
    range: String,
    newer: Option<String>,
    older: Option<String>,
    not_listed: Vec<String>,
}

struct ShownFacet {
    name: &'static str,
    title: &'static str,
    options: Vec<ShownOption>,
    is_open: bool,
}

struct ShownOption {
    term: String,
    label: Said,
    count: u32,
    is_chosen: bool,
}

struct Card {
    number: String,
    kind: Said,
    title: Said,
    facts: Vec<Said>,
}

/// Draws a page of the list.
pub(super) fn draw(pages: &Pages, paper: &Paper<'_>, filters: &Filters) -> Result<Html, Problem> {
    let registry = pages.reading.registry().map_err(|error| Problem::internal(&error))?;
    let query = Query::new(&filters.text, &filters.chosen);
    let offset = filters.page.saturating_sub(1).saturating_mul(CARDS);
    let listed = pages
        .reading
        .list(&query, Moment::Now, From::Offset(offset), CARDS)
        .map_err(|error| Problem::internal(&error))?;
    let (superseded, suspended, retracted) = {
        let view = pages.reading.engine.view();
        (view.superseded(), view.suspended(), view.retracted())
    };
    let (w, t) = (paper.words, paper.texts);
    let total = listed.found.places.len();
    let counted = |plural: &crate::texts::Plural, count: u64| {
        fill(plural.form(paper.language, count), &[("n", &count.to_string())])
    };
    let (first, last) = ((offset + 1).to_string(), (offset + listed.editions.len()).to_string());
    let template = List {
        w,
        t,
        next: flipped("next"),
        lang: chosen_language(paper),
        text: &filters.text,
        facets: shown_facets(&listed, filters, &registry, paper),
        count: w.count("list.entries", total as u64),
        query: filters.query(1),
        cards: listed.editions.iter().map(|edition| card(edition, paper)).collect(),
        range: fill(&t.range, &[("from", &first), ("to", &last), ("n", &total.to_string())]),
        newer: (filters.page > 1).then(|| format!("/{}", filters.query(filters.page - 1))),
        older: (listed.more == More::Follow).then(|| format!("/{}", filters.query(filters.page + 1))),
        not_listed: [
            (&t.superseded_count, superseded),
            (&t.suspended_count, suspended),
            (&t.retracted_count, retracted),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(plural, count)| counted(plural, count))
        .collect(),
    };
    paper.page(w.text("list.title"), &template)
}

/// The language, when the address says it: the form then says it too.
fn chosen_language(paper: &Paper<'_>) -> Option<&'static str> {
    let query = paper.address.query().unwrap_or_default();
    query.split('&').any(|pair| pair.starts_with("lang=")).then(|| paper.language.code())
}

fn shown_facets(listed: &Listed, filters: &Filters, registry: &Registry, paper: &Paper<'_>) -> Vec<ShownFacet> {
    let none = (BTreeMap::new(), BTreeSet::new());
    let shown = Facet::ALL.into_iter().filter_map(|facet| {
        let counts = listed.found.counts.get(&facet).unwrap_or(&none.0);
        let chosen = filters.chosen.get(&facet).unwrap_or(&none.1);
        let options = options(facet, counts, chosen, registry, paper);
        (!options.is_empty()).then(|| ShownFacet {
            name: facet.name(),
            title: title_of(facet, paper),
            options,
            is_open: facet == Facet::TypeOfResource || !chosen.is_empty(),
        })
    });
    shown.collect()
}

fn title_of(facet: Facet, paper: &Paper<'_>) -> &'static str {
    let (w, t) = (paper.words, paper.texts);
    match facet {
        Facet::TypeOfResource => w.text("list.record_type"),
        Facet::Country => w.text("list.country"),
        Facet::Region => &t.region,
        Facet::GcmObjectives => w.text("list.objective"),
        Facet::CrossCuttingTheme => &t.cross_cutting_theme,
        Facet::GeographicScope => w.text("list.scope"),
        Facet::ResourceLanguage => w.text("list.content_language"),
    }
}

/// The chosen terms first, then the commonest.
fn options(
    facet: Facet,
    counts: &BTreeMap<String, u32>,
    chosen: &BTreeSet<String>,
    registry: &Registry,
    paper: &Paper<'_>,
) -> Vec<ShownOption> {
    let is_chosen = |term: &str| chosen.iter().any(|one| one.eq_ignore_ascii_case(term));
    let mut all: Vec<(&str, u32, bool)> =
        counts.iter().map(|(term, count)| (term.as_str(), *count, is_chosen(term))).collect();
    let uncounted = chosen.iter().filter(|one| !counts.keys().any(|term| term.eq_ignore_ascii_case(one)));
    all.extend(uncounted.map(|term| (term.as_str(), 0, true)));
    all.sort_by(|one, other| (!one.2, u32::MAX - one.1, one.0).cmp(&(!other.2, u32::MAX - other.1, other.0)));
    all.truncate(OPTIONS_MAX.max(chosen.len()));
    let shown = all.into_iter().map(|(term, count, is_chosen)| ShownOption {
        label: Said::new(label_of(facet, term, registry, paper), paper.tongue),
        term: term.to_owned(),
        count,
        is_chosen,
    });
    shown.collect()
}

fn label_of(facet: Facet, term: &str, registry: &Registry, paper: &Paper<'_>) -> Shown {
    let page = paper.tongue;
    match facet {
        Facet::TypeOfResource => match registry.record_type(term) {
            Some(record_type) => record_type.labels.show(page, term),
            None => Shown::plain(term),
        },
        Facet::ResourceLanguage => Shown { text: paper.texts.language(term).to_owned(), language: Some(page) },
        _ => {
            let vocabulary = facet.vocabularies().iter().find(|one| registry.any_term(one, term).is_some());
            let found = vocabulary.and_then(|vocabulary| registry.any_term(vocabulary, term));
            let Some(found) = found else { return Shown::plain(term) };
            let shown = found.labels.show(page, term);
            match &found.code {
                Some(code) if facet == Facet::GcmObjectives => {
                    Shown { text: format!("{code} {}", shown.text), language: shown.language }
                }
                _ => shown,
            }
        }
    }
}

fn card(edition: &Edition, paper: &Paper<'_>) -> Card {
    let page = paper.tongue;
    let record_type = edition.registry.record_type(&edition.record.record_type);
    let content = edition.words.as_ref().map(|words| &words.content);
    let title = record_type.zip(content).and_then(|(record_type, content)| title(record_type, content, page));
    let number = edition.number.to_string();
    let title = title.map_or_else(|| Said::ours(&number), |title| Said::new(title, page));
    Card { number, kind: kind(edition, paper), title, facts: card_facts(edition, paper) }
}

/// Body, dates, place, objectives, languages.
fn card_facts(edition: &Edition, paper: &Paper<'_>) -> Vec<Said> {
    let page = paper.tongue;
    let body = body_name(&edition.registry, &edition.body, page, edition.facts.at);
    let mut shown = vec![Said::new(body, page)];
    let Some(words) = &edition.words else { return shown };
    let all = facts(&edition.registry, &edition.record.record_type, &words.content, page, edition.facts.at);
    let values = all.iter().flat_map(|fact: &Fact| &fact.values);
    let when_and_where =
        values.clone().filter(|value| matches!(value.is, FactKind::Range { .. } | FactKind::Place { .. }));
    shown.extend(when_and_where.map(|value| Said::new(value.shown.clone(), page)));
    let codes: Vec<&str> = values
        .filter_map(|value| match &value.is {
            FactKind::Term { vocabulary, key } if vocabulary == "gcm_objectives" => {
                let term = edition.registry.any_term(vocabulary, key);
                Some(term.and_then(|term| term.code.as_deref()).unwrap_or(key))
            }
            _ => None,
        })
        .collect();
    let t = paper.texts;
    if !codes.is_empty() {
        let pattern = t.objectives.form(paper.language, codes.len() as u64);
        shown.push(Said::ours(fill(pattern, &[("codes", &codes.join(&t.comma))])));
    }
    let languages: Vec<&str> =
        languages_of(&words.content).into_iter().map(|one: Language| t.language(one.tag())).collect();
    shown.push(Said::ours(paper.words.with("list.reads_in", "languages", languages.join(&t.comma))));
    shown
}
