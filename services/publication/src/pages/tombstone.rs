//! The tombstone: what stands where an entry was.
//!
//! It names neither the title nor any other word of the entry. They are content, which the public does not see once it is
//! withheld (DOMAIN section 5), and a title may hold the very words that the entry was taken back for.

use askama::Template;
use dossier_registry::Shown;
use dossier_web::{
    Problem,
    page::{Html, Words},
};

use super::{
    Pages,
    frame::{Paper, Room, flipped},
    proof::{self, Checked, Text},
    said::Said,
};
use crate::{
    reading::Known,
    registries::body_name,
    texts::{Texts, fill},
    views::RetractionFacts,
};

#[derive(Template)]
#[template(path = "tombstone.html")]
struct Tombstone<'a> {
    w: &'static Words,
    t: &'static Texts,
    chev: String,
    number: String,
    record_type: &'a str,
    kind: Said,
    kinds: Said,
    edition_count: String,
    by: &'a str,
    body: Said,
    public: String,
    retracted_on: String,
    retracted: (String, String),
    explanation: Option<Vec<String>>,
    is_requested: bool,
    reason: Said,
    reason_code: &'a str,
    editions: Vec<(String, String, String)>,
    kept: String,
    receipt: String,
}

/// Draws the tombstone of an entry.
pub(super) fn draw(
    pages: &Pages,
    paper: &Paper<'_>,
    known: &Known,
    retraction: &RetractionFacts,
) -> Result<Html, Problem> {
    let registry = pages.reading.registry().map_err(|error| Problem::internal(&error))?;
    let explanation =
        pages.reading.explanation(known.id, retraction.place).map_err(|error| Problem::internal(&error))?;
    let (w, t, page) = (paper.words, paper.texts, paper.tongue);
    let key = &known.entry.record_type;
    let record_type = registry.record_type(key);
    let label = |labels: Option<&dossier_registry::Labels>| {
        Said::new(labels.map_or_else(|| Shown::plain(key), |labels| labels.show(page, key)), page)
    };
    let reason = registry.retraction(&retraction.reason);
    let reason = reason.map_or_else(|| Shown::plain(&retraction.reason), |one| one.labels.show(page, &one.key));
    let body = body_name(&registry, &known.entry.body, page, retraction.at);
    let first = known.published.editions.first().map_or(retraction.at, |edition| edition.at);
    let number = known.entry.number.to_string();
    let count = known.published.editions.len();
    let retracted = paper.day(retraction.at);
    let template = Tombstone {
        w,
        t,
        chev: flipped("chev"),
        record_type: key,
        kind: label(record_type.map(|one| &one.labels)),
        kinds: label(record_type.map(|one| &one.plural)),
        edition_count: fill(t.edition_count.form(paper.language, count as u64), &[("n", &count.to_string())]),
        by: w.text("tombstone.was_put_on_record_by"),
        body: Said::new(body, page),
        public: w.fill("tombstone.was_public", &[("from", &paper.day(first).1), ("to", &retracted.1)]),
        retracted_on: w.with("tombstone.retracted_on", "date", &retracted.1),
        kept: w.count("tombstone.editions_kept", count as u64),
        retracted,
        explanation: explanation.map(|text| paragraphs(&text)),
        is_requested: retraction.requested.is_some(),
        reason: Said::new(reason, page),
        reason_code: &retraction.reason,
        editions: editions(known, paper),
        receipt: receipt(pages, paper, known, retraction)?,
        number: number.clone(),
    };
    paper.page(&w.with("tombstone.title", "number", number), Room::Entry, &template)
}

fn editions(known: &Known, paper: &Paper<'_>) -> Vec<(String, String, String)> {
    let row = |edition: &crate::views::EditionFacts| {
        let name = paper.words.with("record.edition", "number", edition.edition);
        let (machine, said) = paper.day(edition.at);
        (name, machine, said)
    };
    known.published.editions.iter().rev().map(row).collect()
}

fn receipt(pages: &Pages, paper: &Paper<'_>, known: &Known, retraction: &RetractionFacts) -> Result<String, Problem> {
    let checked = Checked {
        edition: known.entry.edition,
        digest: known.entry.digest,
        at: retraction.place,
        others: known.published.editions.iter().map(|edition| edition.place).collect(),
        text: Text::NotShown,
    };
    proof::draw(pages, paper, &checked)
}

/// The explanation is plain text: blank lines part its paragraphs.
fn paragraphs(text: &str) -> Vec<String> {
    let mut paragraphs: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().map(str::trim) {
        match (line.is_empty(), open, paragraphs.last_mut()) {
            (true, _, _) => open = false,
            (false, true, Some(last)) => {
                last.push(' ');
                last.push_str(line);
            }
            (false, _, _) => {
                paragraphs.push(line.to_owned());
                open = true;
            }
        }
    }
    paragraphs
}

#[cfg(test)]
mod tests {
    #[test]
    fn blank_lines_part_paragraphs() {
        assert_eq!(super::paragraphs(" a\nb\n\n\n c \r\n\r\nd"), ["a b", "c", "d"]);
        assert_eq!(super::paragraphs("  \n "), Vec::<String>::new());
    }
}
