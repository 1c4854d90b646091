//! How long things take, and how often they are refused: tables, with a plot beside each.

use askama::Template;
use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use dossier_registry::Registry;
use dossier_web::{
    Answer, Cache, Language,
    page::{Paper, Room, Words, icon},
    visit::Visit,
};

use super::{Part, PartLink, parts, plot::Plot, said, trail::registry_in_force};
use crate::{
    api::figures::{csv, read},
    figures::{Dimension, Row},
    office::Office,
};

/// Rows of a table on the page: there are 193 states and some organisations. The file has all of them.
const ROWS_MAX: usize = 60;
/// Rows of a plot: the truth is the table.
const BARS_MAX: usize = 12;

#[derive(Template)]
#[template(path = "audit_figures.html")]
struct FiguresTemplate {
    words: &'static Words,
    parts: Vec<PartLink>,
    all: ShownRow,
    has_any: bool,
    tables: Vec<Table>,
}

struct Table {
    id: &'static str,
    title: String,
    rows: Vec<ShownRow>,
    left_out: Option<String>,
    plot: Plot,
}

struct ShownRow {
    name: said::Said,
    decided: String,
    approved: String,
    refused: String,
    /// Of a hundred.
    refused_share: String,
    changes: String,
    duplicates: String,
    overrides: String,
    median: String,
    ninetieth: String,
}

/// `GET /audit/figures`.
pub(super) async fn show(State(office): State<Office>, visit: Visit, paper: Paper) -> Answer<Response> {
    let tables = read(&office, &visit.bearer).await?;
    let registry = registry_in_force(&office);
    let writer = Writer { words: paper.words, language: paper.language, registry: &registry, office: &office };
    let main = FiguresTemplate {
        words: paper.words,
        parts: parts(paper.words, Part::Figures),
        all: writer.row(&tables.all, None),
        has_any: tables.all.decided > 0,
        tables: Dimension::ALL.map(|dimension| writer.table(dimension, tables.by(dimension))).into(),
    };
    let title = paper.words.text("auditor.part.figures");
    Ok((Cache::Private, paper.page(Room::Audit, title, &main)?).into_response())
}

/// `GET /audit/figures/file`: all tables as CSV.
pub(super) async fn file(State(office): State<Office>, visit: Visit) -> Answer<Response> {
    read(&office, &visit.bearer).await.map(|tables| csv(&tables))
}

struct Writer<'a> {
    words: &'static Words,
    language: Language,
    registry: &'a Registry,
    office: &'a Office,
}

impl Writer<'_> {
    fn table(&self, dimension: Dimension, rows: &[Row]) -> Table {
        let left_out = rows.len().saturating_sub(ROWS_MAX);
        let shown: Vec<ShownRow> = rows.iter().take(ROWS_MAX).map(|row| self.row(row, Some(dimension))).collect();
        let bars = rows.iter().zip(&shown).take(BARS_MAX);
        let bars = bars.map(|(row, shown)| (shown.name.text.as_str(), row.median_seconds, row.ninetieth_seconds));
        Table {
            id: dimension.key(),
            title: self.words.text(&format!("auditor.figures.by_{}", dimension.key())).to_owned(),
            plot: Plot::of(bars.collect(), self.words, self.language),
            left_out: (left_out > 0).then(|| self.words.with("auditor.figures.left_out", "count", left_out)),
            rows: shown,
        }
    }

    fn row(&self, row: &Row, dimension: Option<Dimension>) -> ShownRow {
        let (words, number) = (self.words, |number| self.words.number(number));
        let long = |seconds: u64| {
            let micros = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000);
            if row.decided == 0 { "–".to_owned() } else { said::duration(words, micros) }
        };
        ShownRow {
            name: self.name(&row.key, dimension),
            decided: number(row.decided),
            approved: number(row.approved),
            refused: number(row.refused),
            refused_share: format!("{} %", row.refused * 100 / row.decided.max(1)),
            changes: number(row.changes_requested),
            duplicates: number(row.duplicates),
            overrides: number(row.overrides),
            median: long(row.median_seconds),
            ninetieth: long(row.ninetieth_seconds),
        }
    }

    fn name(&self, key: &str, dimension: Option<Dimension>) -> said::Said {
        let tongue = said::tongue(self.language);
        let plain = || dossier_registry::Shown::plain(key);
        let shown = match dimension {
            Some(Dimension::Body) => self.registry.body_label(key, tongue, self.office.now()),
            Some(Dimension::RecordType) => match self.registry.record_type(key) {
                Some(kind) => self.registry.label(&kind.labels, key, tongue),
                None => plain(),
            },
            Some(Dimension::Language) => match key.parse::<Language>() {
                Ok(language) => {
                    let own = language.code().parse().ok();
                    dossier_registry::Shown { text: language.name().to_owned(), language: own }
                }
                Err(_) => plain(),
            },
            Some(Dimension::Month) | None => plain(),
        };
        said::Said::new(shown, self.language)
    }
}
