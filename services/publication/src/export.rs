//! The catalogue as a table: one line for each entry that stands as published, in CSV (RFC 4180).
//!
//! Every cell is in quotes, so no text can end its cell. What a spreadsheet would take for a formula is kept from being one
//! ([`cell`]). The writer is a dozen lines here: what is delicate about it no library does for us.

use dossier_registry::{FactKind, Language, facts, languages_of, title};

use crate::{
    finding::{Facet, terms_of},
    moment,
    registries::body_name,
    shelf::Edition,
};

/// Said at the very beginning: spreadsheets then read UTF-8.
pub(crate) const MARK: &str = "\u{FEFF}";

/// Columns before the titles.
const BEFORE: [&str; 6] = ["number", "type", "body", "body_name", "original_language", "languages"];
/// Columns after the titles.
const AFTER: [&str; 7] = ["dates", "countries", "gcm_objectives", "edition", "published_at", "digest", "address"];

/// The first line.
pub(crate) fn head() -> String {
    let titles = Language::ALL.map(|language| format!("title_{}", language.tag()));
    let before = BEFORE.iter().map(ToString::to_string);
    line(before.chain(titles).chain(AFTER.iter().map(ToString::to_string)))
}

/// The line of an entry. Where its words were erased, their cells are empty.
pub(crate) fn row(edition: &Edition, base_url: &str) -> String {
    let content = edition.words.as_ref().map(|words| &words.content);
    let (registry, kind) = (&edition.registry, edition.record.record_type.as_str());
    let mut cells = vec![
        edition.number.to_string(),
        kind.to_owned(),
        edition.body.to_string(),
        body_name(registry, &edition.body, Language::En, edition.facts.at).text,
        edition.record.original_language.clone(),
        joined(content.map(languages_of).unwrap_or_default().iter().map(|language| language.tag().to_owned())),
    ];
    let record_type = registry.record_type(kind);
    cells.extend(Language::ALL.map(|language| {
        let said = record_type.zip(content).and_then(|(record_type, content)| title(record_type, content, language));
        // A title in another language than that of its column is no title of this column.
        said.filter(|said| said.language == Some(language)).map(|said| said.text).unwrap_or_default()
    }));
    let terms = content.map(|content| terms_of(registry, kind, edition.body.as_str(), content)).unwrap_or_default();
    let of = |facet: Facet| joined(terms.iter().filter(|(of, _)| *of == facet).map(|(_, term)| term.clone()));
    cells.extend([
        dates(edition),
        of(Facet::Country),
        of(Facet::GcmObjectives),
        edition.facts.edition.to_string(),
        moment::written(edition.facts.at),
        edition.facts.digest.to_string(),
        format!("{base_url}{}", edition.number.address()),
    ]);
    line(cells.into_iter())
}

/// The first dates of a record, in words; nothing where there are none.
fn dates(edition: &Edition) -> String {
    let Some(words) = &edition.words else { return String::new() };
    let kind = &edition.record.record_type;
    let shown = facts(&edition.registry, kind, &words.content, Language::En, edition.facts.at);
    let values = shown.into_iter().flat_map(|fact| fact.values);
    let dates = values.filter(|value| matches!(value.is, FactKind::Range { .. })).map(|value| value.shown.text);
    dates.into_iter().next().unwrap_or_default()
}

fn joined(terms: impl Iterator<Item = String>) -> String {
    terms.collect::<Vec<_>>().join(" ")
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let quoted: Vec<String> = cells.map(|text| format!("\"{}\"", cell(&text).replace('"', "\"\""))).collect();
    format!("{}\r\n", quoted.join(","))
}

/// Whether a cell that begins with this is taken for a formula. The last four are what East Asian keyboards type for the same.
const fn begins_a_formula(letter: char) -> bool {
    matches!(letter, '=' | '+' | '-' | '@' | '|' | '%' | '＝' | '＋' | '－' | '＠')
}

/// Whether a spreadsheet may end a cell here. Which character does is a setting of the reader's country, and some let go of the
/// quotes.
const fn ends_a_cell(letter: char) -> bool {
    matches!(letter, ',' | ';' | '\t' | '\n' | '\r' | '"')
}

/// What readers do not see, and spreadsheets pass over before a formula.
fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2069}' | '\'')
}

/// A text that no spreadsheet runs as a formula: wherever a cell might begin with one, an apostrophe stands before it, which
/// spreadsheets read as "this is text".
pub(crate) fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 1);
    // Where the present cell might begin, as long as nothing that is seen stood there.
    let mut beginning = Some(0);
    for letter in text.chars() {
        if begins_a_formula(letter)
            && let Some(at) = beginning
        {
            safe.insert(at, '\'');
        }
        safe.push(letter);
        if ends_a_cell(letter) {
            beginning = Some(safe.len());
        } else if !is_unseen(letter) {
            beginning = None;
        }
    }
    safe
}

#[cfg(test)]
mod tests;
