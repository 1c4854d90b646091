//! The table of an entry's editions.

use std::sync::Arc;

use dossier_registry::says_something;
use dossier_web::Problem;

use crate::{
    pages::{Pages, frame::Paper},
    reading::Known,
    shelf::Edition,
    texts::fill,
    views::{EditionFacts, EditionKind},
};

/// An edition in the table.
pub(in crate::pages) struct Row {
    pub(in crate::pages) edition: u32,
    pub(in crate::pages) published: (String, String),
    pub(in crate::pages) correction: Option<String>,
    pub(in crate::pages) said: Option<String>,
    pub(in crate::pages) is_here: bool,
    pub(in crate::pages) open: String,
}

/// All editions, the newest first; `here` is the one that is read.
pub(in crate::pages) fn rows(
    pages: &Pages,
    known: &Known,
    here: Option<&Edition>,
    paper: &Paper<'_>,
) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::with_capacity(known.published.editions.len());
    for facts in known.published.editions.iter().rev() {
        let edition: Arc<Edition> =
            pages.reading.edition(known.id, facts).map_err(|error| Problem::internal(&error))?;
        let said = edition.words.as_ref().and_then(|words| words.what_changed.clone());
        rows.push(Row {
            edition: facts.edition,
            published: paper.day(facts.at),
            correction: correction(facts, paper),
            said: said.filter(|said| says_something(said)),
            is_here: here.is_some_and(|here| facts.edition == here.facts.edition),
            open: paper.words.with("record.open_edition", "number", facts.edition),
        });
    }
    Ok(rows)
}

fn correction(facts: &EditionFacts, paper: &Paper<'_>) -> Option<String> {
    let base = facts.edition.checked_sub(1).filter(|_| facts.kind == EditionKind::Correction)?;
    Some(fill(&paper.texts.correction, &[("n", &base.to_string())]))
}
