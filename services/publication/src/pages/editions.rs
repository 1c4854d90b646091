//! The editions of an entry, and what one says otherwise than another.

mod marks;

use askama::Template;
use dossier_registry::{Change, Detail, Field, FieldDifference, Language, Section, Shown, difference, facts};
use dossier_web::{
    Problem, ProblemKind,
    page::{Html, Words},
};
use http::Uri;

use super::{
    Pages,
    frame::{Paper, flipped},
    record::{kind, rows},
    said::Said,
};
use crate::{reading::Known, shelf::Edition, texts::Texts};
use marks::{marked, pair};

#[derive(Template)]
#[template(path = "editions.html")]
struct Editions {
    w: &'static Words,
    t: &'static Texts,
    chev: String,
    number: String,
    kind: Said,
    title: String,
    rows: Vec<rows::Row>,
    compared: Option<Compared>,
}

/// Two editions side by side.
struct Compared {
    title: String,
    /// Nothing can be compared where a text was erased.
    found: Option<Found>,
}

struct Found {
    fields: Vec<FieldShown>,
    unchanged: String,
}

/// What changed in one field.
struct FieldShown {
    label: Said,
    change: &'static str,
    language: Option<Language>,
    html: String,
}

/// The two editions that the address asks for; the newest and the one before it where it says nothing.
///
/// # Errors
/// 404: there is no such edition.
fn asked(address: &Uri, known: &Known) -> Result<Option<(u32, u32)>, Problem> {
    let query = address.query().unwrap_or_default();
    let named = |name: &str| {
        let said = query.split('&').find_map(|pair| pair.strip_prefix(name))?;
        Some(crate::edition_number(said).ok_or_else(|| Problem::new(ProblemKind::NotFound)))
    };
    let (from, to) = (named("from=").transpose()?, named("to=").transpose()?);
    let to = to.unwrap_or(known.entry.edition);
    let from = from.unwrap_or(to.saturating_sub(1));
    Ok((from > 0).then_some((from, to)))
}

/// Draws the page. Of an entry that is withheld nobody asks.
pub(super) fn draw(pages: &Pages, paper: &Paper<'_>, known: &Known) -> Result<Html, Problem> {
    let internal = |error: crate::shelf::ShelfError| Problem::internal(&error);
    let current = known.published.current().ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let current = pages.reading.edition(known.id, current).map_err(internal)?;
    let number = known.entry.number.to_string();
    let compared = match asked(paper.address, known)? {
        None => None,
        Some((from, to)) => {
            let edition = |number: u32| {
                let facts = known.published.edition(number).ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
                pages.reading.edition(known.id, facts).map_err(internal)
            };
            Some(compared(&*edition(from)?, &*edition(to)?, paper))
        }
    };
    let title = paper.words.with("publisher.history.title", "number", &number);
    let template = Editions {
        w: paper.words,
        t: paper.texts,
        chev: flipped("chev"),
        kind: kind(&current, paper),
        rows: rows::rows(pages, known, None, paper)?,
        compared,
        title: title.clone(),
        number,
    };
    paper.page(&title, &template)
}

fn compared(before: &Edition, after: &Edition, paper: &Paper<'_>) -> Compared {
    let w = paper.words;
    let (from, to) = (before.facts.edition.to_string(), after.facts.edition.to_string());
    let title = w.fill("publisher.history.difference", &[("from", &from), ("to", &to)]);
    Compared { title, found: found(before, after, paper) }
}

fn found(before: &Edition, after: &Edition, paper: &Paper<'_>) -> Option<Found> {
    let (old, new) = (before.words.as_ref()?, after.words.as_ref()?);
    let record_type = after.registry.record_type(&after.record.record_type)?;
    let difference = difference(record_type, &old.content, &new.content);
    let is_shown = |key: &str| record_type.field(key).is_none_or(|field| field.section != Section::Hidden);
    let shown = difference.changed.iter().filter(|one| is_shown(&one.field));
    let fields: Vec<FieldShown> = shown
        .map(|one| {
            let field = record_type.field(&one.field);
            FieldShown {
                label: label(&one.field, field, paper),
                change: paper.words.text(match one.change {
                    Change::Added => "publisher.history.was_added",
                    Change::Removed => "publisher.history.was_removed",
                    Change::Changed => "publisher.history.was_changed",
                }),
                language: one.language,
                html: html(one, field, (before, after), paper),
            }
        })
        .collect();
    let unchanged = difference.unchanged.iter().filter(|key| is_shown(key)).count();
    Some(Found { fields, unchanged: paper.words.count("publisher.history.unchanged", unchanged as u64) })
}

fn label(key: &str, field: Option<&Field>, paper: &Paper<'_>) -> Said {
    let shown = match (key, field) {
        ("original_language", None) => {
            let text = paper.words.text("publisher.history.original_language");
            Shown { text: text.to_owned(), language: Some(paper.tongue) }
        }
        (key, None) => Shown::plain(key),
        (key, Some(field)) => field.labels.show(paper.tongue, key),
    };
    Said::new(shown, paper.tongue)
}

/// Words with their marks; of anything else the values as a reader sees them; of what is sealed apart that it changed, and no more.
fn html(
    one: &FieldDifference,
    field: Option<&Field>,
    (before, after): (&Edition, &Edition),
    paper: &Paper<'_>,
) -> String {
    let w = paper.words;
    if field.is_some_and(|field| field.personal) {
        return format!("<span class=\"sealed\">{}</span>", w.text("publisher.history.sealed"));
    }
    match &one.detail {
        Detail::Words(segments) => marked(segments, w),
        Detail::Values { .. } => {
            let values = |edition: &Edition| values_of(edition, &one.field, paper);
            pair(&values(before), &values(after), w)
        }
    }
}

/// The values of a field as a reader sees them.
fn values_of(edition: &Edition, key: &str, paper: &Paper<'_>) -> Vec<Shown> {
    let Some(words) = &edition.words else { return Vec::new() };
    if key == "original_language" {
        return vec![Shown::plain(paper.texts.language(&edition.record.original_language))];
    }
    let all = facts(&edition.registry, &edition.record.record_type, &words.content, paper.tongue, edition.facts.at);
    let found = all.into_iter().find(|fact| fact.field == key);
    found.map(|fact| fact.values.into_iter().map(|value| value.shown).collect()).unwrap_or_default()
}
