//! The page of an edition.

mod cited;
mod margin;
pub(super) mod rows;
mod steps;
mod tongues;

use askama::Template;
use dossier_registry::{Fact, FactKind, FactValue, Language, Section, facts};
use dossier_web::page::{Html, Words};

use margin::{ShownFact, in_margin};
use rows::{Row, rows};
use steps::{Step, steps};
use tongues::{Dropped, Tongue, dropped, languages, tongues};

use super::{
    Pages,
    frame::{Paper, flipped},
    proof::{self, Checked},
    said::{Said, escaped, tags},
    turned::{erased, turned},
};
use crate::{
    api::{
        document::{certificate_address, receipt_address},
        files::address,
    },
    reading::Known,
    registries::body_name,
    richtext,
    shelf::Edition,
    texts::{Texts, fill},
    views::TurnKind,
};
use dossier_web::Problem;

#[derive(Template)]
#[template(path = "record.html")]
struct Record<'a> {
    w: &'static Words,
    t: &'static Texts,
    chev: String,
    number: String,
    record_type: &'a str,
    kind: Said,
    kinds: Said,
    country: Option<&'a str>,
    body: Said,
    by: &'a str,
    edition: String,
    edition_number: u32,
    title: Said,
    published: (String, String),
    newer: Option<Newer>,
    successor: Option<Pointer>,
    dropped: Option<Dropped>,
    stands_for: Vec<String>,
    /// Said where it is shown as it stood.
    as_of: Option<String>,
    tongues: Vec<Tongue>,
    original: String,
    others_are_missing: bool,
    is_erased: bool,
    erased: Option<String>,
    parts: Vec<Part>,
    notices: Vec<Said>,
    facts: Vec<ShownFact>,
    editions: Vec<Row>,
    steps: Vec<Step>,
    receipt: String,
    citation: String,
}

/// Said on an edition that is not the current one.
struct Newer {
    said: String,
}

/// Said on an entry in whose place another one stands.
struct Pointer {
    said: String,
    number: String,
}

/// A part of the text.
struct Part {
    label: Said,
    tags: String,
    html: String,
}

/// Draws an edition, with its text in the language asked for, if it has it.
pub(super) fn draw(
    pages: &Pages,
    paper: &Paper<'_>,
    known: &Known,
    edition: &Edition,
    wanted: Option<Language>,
) -> Result<Html, Problem> {
    let content_language = language_of_content(edition, wanted, paper.tongue);
    let mut shown = shown_facts(edition, paper.tongue, content_language);
    cited::write_out(pages, paper, &mut shown);
    let at = edition.facts.at;
    let body = body_name(&edition.registry, &edition.body, paper.tongue, at);
    let title = title_of(edition, &shown, paper);
    let number = edition.number.to_string();
    let record = &edition.record;
    let (t, w) = (paper.texts, paper.words);
    let nearby = pages.reading.nearby(known, edition).map_err(|error| Problem::internal(&error))?;
    let template = Record {
        w,
        t,
        chev: flipped("chev"),
        record_type: &record.record_type,
        kind: kind(edition, paper),
        kinds: kinds(edition, paper),
        country: edition.registry.any_term("countries", edition.body.as_str()).map(|term| term.key.as_str()),
        by: w.text("record.put_on_record_by"),
        edition: w.with("record.edition", "number", edition.facts.edition),
        edition_number: edition.facts.edition,
        published: paper.day(at),
        newer: newer(known, edition, paper),
        successor: successor(known, paper),
        dropped: dropped(known, edition, &nearby.dropped, paper),
        as_of: paper.as_of.map(|moment| paper.words.with("publisher.history.as_of", "moment", paper.minute(moment).1)),
        stands_for: nearby.instead_of.iter().map(|(_, number)| number.to_string()).collect(),
        tongues: tongues(edition, content_language),
        original: w.with("record.original", "language", "").trim().to_owned(),
        others_are_missing: languages(edition).len() < Language::ALL.len(),
        is_erased: edition.words.is_none(),
        erased: erased(pages, paper, known, &edition.facts)?,
        parts: parts(&shown, paper.tongue),
        notices: notices(edition, paper),
        facts: shown
            .iter()
            .filter(|fact| fact.section == Section::Facts)
            .map(|fact| in_margin(fact, paper.tongue, |digest| address(&number, edition.facts.edition, digest)))
            .collect(),
        editions: rows(pages, known, Some(edition), paper)?,
        steps: steps(edition, &body.text, turned(pages, paper, known)?, paper),
        receipt: receipt(pages, known, edition, paper)?,
        citation: citation(edition, &body.text, paper),
        body: Said::new(body, paper.tongue),
        title: title.clone(),
        number: number.clone(),
    };
    let tab = format!("{} – {number}", title.text);
    paper.page(&tab, &template)
}

/// The name of the record type.
pub(super) fn kind(edition: &Edition, paper: &Paper<'_>) -> Said {
    let key = &edition.record.record_type;
    let shown = match edition.registry.record_type(key) {
        Some(record_type) => edition.registry.label(&record_type.labels, key, paper.tongue),
        None => dossier_registry::Shown::plain(key),
    };
    Said::new(shown, paper.tongue)
}

/// The name of many of the record type.
pub(super) fn kinds(edition: &Edition, paper: &Paper<'_>) -> Said {
    let key = &edition.record.record_type;
    let shown = match edition.registry.record_type(key) {
        Some(record_type) => edition.registry.label(&record_type.plural, key, paper.tongue),
        None => dossier_registry::Shown::plain(key),
    };
    Said::new(shown, paper.tongue)
}

/// The language asked for, else that of the page, else the original; of those there are.
fn language_of_content(edition: &Edition, wanted: Option<Language>, page: Language) -> Language {
    let there = languages(edition);
    let has = |language: &Language| there.contains(language);
    wanted.filter(has).or_else(|| Some(page).filter(has)).or_else(|| there.first().copied()).unwrap_or(page)
}

/// The facts with labels and terms in the language of the page, and the words of the body in the language of the content.
fn shown_facts(edition: &Edition, page: Language, content: Language) -> Vec<Fact> {
    let Some(words) = &edition.words else { return Vec::new() };
    let of =
        |language| facts(&edition.registry, &edition.record.record_type, &words.content, language, edition.facts.at);
    let mut shown = of(page);
    if page == content {
        return shown;
    }
    // The same fields hold values in every language, so the two lists go side by side.
    for (fact, in_content) in shown.iter_mut().zip(of(content)) {
        let is_text =
            |value: &FactValue| matches!(value.is, FactKind::Text | FactKind::Richtext | FactKind::Link { .. });
        if fact.field == in_content.field && in_content.values.iter().any(is_text) {
            for (value, said) in fact.values.iter_mut().zip(in_content.values).filter(|(_, said)| is_text(said)) {
                *value = said;
            }
        }
    }
    shown
}

fn title_of(edition: &Edition, shown: &[Fact], paper: &Paper<'_>) -> Said {
    let title = shown.iter().find(|fact| fact.section == Section::Title).and_then(|fact| fact.values.first());
    match title {
        Some(value) => Said::new(value.shown.clone(), paper.tongue),
        None => Said::ours(edition.number.to_string()),
    }
}

fn newer(known: &Known, edition: &Edition, paper: &Paper<'_>) -> Option<Newer> {
    let (here, current) = (edition.facts.edition, known.entry.edition);
    let values = [("number", &*here.to_string()), ("current", &*current.to_string())];
    (here < current).then(|| Newer { said: paper.words.fill("record.older_edition", &values) })
}

fn successor(known: &Known, paper: &Paper<'_>) -> Option<Pointer> {
    let turn = known.published.supersession()?;
    let TurnKind::Superseded { number, .. } = &turn.kind else { return None };
    let said = fill(&paper.texts.superseded_on, &[("date", &paper.day(turn.at).1)]);
    Some(Pointer { said, number: number.clone() })
}

fn parts(shown: &[Fact], page: Language) -> Vec<Part> {
    let body = shown.iter().filter(|fact| fact.section == Section::Body);
    body.flat_map(|fact| {
        fact.values.iter().map(|value| Part {
            label: Said::new(fact.label.clone(), page),
            // Always said: it is another voice than the page's, and print and readers aloud go by it.
            tags: match value.shown.language {
                Some(language) => format!(" lang=\"{}\" dir=\"{}\"", language.tag(), language.direction().as_str()),
                None => tags(None, page),
            },
            html: match value.is {
                FactKind::Richtext => richtext::html(&value.shown.text),
                _ => format!("<p>{}</p>", escaped(&value.shown.text)),
            },
        })
    })
    .collect()
}

fn notices(edition: &Edition, paper: &Paper<'_>) -> Vec<Said> {
    let known = edition.record.notices.iter().filter_map(|key| edition.registry.notice(key));
    known.map(|notice| Said::new(notice.texts.show(paper.tongue, &notice.key), paper.tongue)).collect()
}

fn receipt(pages: &Pages, known: &Known, edition: &Edition, paper: &Paper<'_>) -> Result<String, Problem> {
    proof::draw(
        pages,
        paper,
        &Checked {
            edition: edition.facts.edition,
            digest: edition.facts.digest,
            base: known.published.before(edition.facts.edition).map(|base| (base.edition, base.digest)),
            at: edition.place,
            others: Vec::new(),
            text: proof::text_of(edition),
            file: edition.words.as_ref().map(|_| receipt_address(known, edition.facts.edition)),
            certificate: certificate_address(known, edition.facts.edition),
        },
    )
}

fn citation(edition: &Edition, body: &str, paper: &Paper<'_>) -> String {
    let (number, count) = (edition.number.to_string(), edition.facts.edition.to_string());
    let address = format!("{}/entries/{number}/editions/{count}", paper.site.base_url);
    fill(
        &paper.texts.citation,
        &[
            ("body", body),
            ("number", &number),
            ("edition", &count),
            ("site", &paper.site.name),
            ("date", &paper.day(edition.facts.at).1),
            ("address", &address),
        ],
    )
}
