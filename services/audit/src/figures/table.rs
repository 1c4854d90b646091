//! The figures as tables. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::count::{Counted, Decision, Outcome};

/// By what decisions are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// The body whose entry it was.
    Body,
    /// The record type.
    RecordType,
    /// The language it was written in.
    Language,
    /// The month of the decision.
    Month,
}

impl Dimension {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Body, Self::RecordType, Self::Language, Self::Month];

    /// The key used in files and words.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::RecordType => "type",
            Self::Language => "language",
            Self::Month => "month",
        }
    }
}

/// What was decided of one body, type, language or month, or of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Row {
    /// The code of the body, the key of the type, the language, or the month (2026-03).
    pub(crate) key: String,
    /// Decisions on submitted revisions.
    pub(crate) decided: u64,
    /// How many approved.
    pub(crate) approved: u64,
    /// How many refused.
    pub(crate) refused: u64,
    /// How many asked for changes.
    pub(crate) changes_requested: u64,
    /// How many found a duplicate.
    pub(crate) duplicates: u64,
    /// How many approved although somebody gave an opinion against it.
    pub(crate) overrides: u64,
    /// Half of the decisions took so long or less: seconds from the submission, without the time on hold.
    pub(crate) median_seconds: u64,
    /// Nine of ten took so long or less.
    pub(crate) ninetieth_seconds: u64,
}

/// All tables.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct Tables {
    /// Everything.
    pub(crate) all: Row,
    /// By body.
    pub(crate) by_body: Vec<Row>,
    /// By record type.
    pub(crate) by_type: Vec<Row>,
    /// By the language it was written in.
    pub(crate) by_language: Vec<Row>,
    /// By the month of the decision, the newest first.
    pub(crate) by_month: Vec<Row>,
}

impl Tables {
    /// Of everything that was counted: a few passes over decisions of 24 bytes.
    pub(super) fn of(counted: &Counted) -> Self {
        let name = |number: u16| counted.names.get(usize::from(number)).cloned().unwrap_or_default();
        let by = |key: &dyn Fn(&Decision) -> i32, named: &dyn Fn(i32) -> String| -> Vec<Row> {
            let mut groups: BTreeMap<i32, Vec<Decision>> = BTreeMap::new();
            counted.decisions.iter().for_each(|one| groups.entry(key(one)).or_default().push(*one));
            groups.into_iter().map(|(key, group)| row(named(key), &group)).collect()
        };
        let named = |number: i32| u16::try_from(number).map(name).unwrap_or_default();
        let mut tables = Self {
            all: row("all".to_owned(), &counted.decisions),
            by_body: by(&|one| i32::from(one.of.body), &named),
            by_type: by(&|one| i32::from(one.of.record_type), &named),
            by_language: by(&|one| i32::from(one.of.language), &named),
            by_month: by(&|one| one.month, &|month| {
                format!("{:04}-{:02}", month.div_euclid(12), month.rem_euclid(12) + 1)
            }),
        };
        for table in [&mut tables.by_body, &mut tables.by_type, &mut tables.by_language] {
            table.sort_by(|one, other| one.key.cmp(&other.key));
        }
        tables.by_month.reverse();
        tables
    }

    /// One of the tables.
    pub(crate) fn by(&self, dimension: Dimension) -> &[Row] {
        match dimension {
            Dimension::Body => &self.by_body,
            Dimension::RecordType => &self.by_type,
            Dimension::Language => &self.by_language,
            Dimension::Month => &self.by_month,
        }
    }
}

fn row(key: String, decisions: &[Decision]) -> Row {
    let count = |outcome| decisions.iter().filter(|one| one.outcome == outcome).count() as u64;
    let mut seconds: Vec<u32> = decisions.iter().map(|one| one.seconds).collect();
    seconds.sort_unstable();
    Row {
        key,
        decided: decisions.len() as u64,
        approved: count(Outcome::Approved),
        refused: count(Outcome::Refused),
        changes_requested: count(Outcome::ChangesRequested),
        duplicates: count(Outcome::Duplicate),
        overrides: decisions.iter().filter(|one| one.is_override).count() as u64,
        median_seconds: share(&seconds, 50),
        ninetieth_seconds: share(&seconds, 90),
    }
}

/// The smallest value that so many of a hundred do not exceed (nearest rank); nothing took no time.
fn share(sorted: &[u32], percent: usize) -> u64 {
    let rank = (sorted.len() * percent).div_ceil(100);
    rank.checked_sub(1).and_then(|at| sorted.get(at)).copied().map_or(0, u64::from)
}
