//! Terms as a table: one line a term, columns divided by tabs, for lists too long to write as TOML.
//!
//! Lines that start with `#` are comments. The first other line names the columns, each at most once, out of [`COLUMNS`];
//! besides, `code:NAME` takes the code of a term in another system, such as `code:alpha2`.
//! A line whose `name_to` is filled in gives a former name of the term whose line stands before it.

use std::collections::BTreeMap;

use super::SourceFile;
use crate::{
    Labels, Language, RegistryFault,
    model::{FormerName, Term},
};

/// The columns a table may have.
const COLUMNS: [&str; 14] = [
    "key",
    "code",
    "valid_from",
    "valid_to",
    "name_from",
    "name_to",
    "ar",
    "zh",
    "en",
    "fr",
    "ru",
    "es",
    "aliases",
    "groups",
];

/// What the column of a code in another system begins with.
const OTHER_CODE: &str = "code:";

fn is_column(name: &str) -> bool {
    COLUMNS.contains(&name) || name.strip_prefix(OTHER_CODE).is_some_and(|system| !system.is_empty())
}

/// Between several aliases or groups in one cell.
const DIVIDER: char = '|';

pub(super) fn terms(file: &SourceFile) -> Result<Vec<Term>, Vec<RegistryFault>> {
    let mut lines = file.text.lines().enumerate().filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty());
    let fault = |line: usize, message: String, mend: &str| {
        RegistryFault::new(&file.path, format!("line {}", line + 1), message, mend)
    };
    let Some((at, header)) = lines.next() else {
        return Err(vec![fault(0, "The table is empty.".into(), "Name the columns in its first line.")]);
    };
    let columns: Vec<&str> = header.split('\t').collect();
    let wrong: Vec<RegistryFault> = columns
        .iter()
        .enumerate()
        .filter(|(index, name)| !is_column(name) || columns.iter().take(*index).any(|before| before == *name))
        .map(|(_, name)| {
            let mend = format!("Use each of these at most once: {}, {OTHER_CODE}NAME.", COLUMNS.join(", "));
            RegistryFault::new(
                &file.path,
                format!("line {}", at + 1),
                format!("{name:?} is not a column or stands twice."),
                mend,
            )
        })
        .collect();
    if !wrong.is_empty() {
        return Err(wrong);
    }

    let (mut terms, mut faults) = (Vec::<Term>::new(), Vec::new());
    for (at, line) in lines {
        let row = Row { columns: &columns, cells: line.split('\t').collect() };
        if row.cells.len() != columns.len() {
            let message = format!("The line has {} cells, the table {} columns.", row.cells.len(), columns.len());
            faults.push(fault(at, message, "Divide cells by one tab each, empty cells too."));
            continue;
        }
        if let Err(message) = row.add_to(&mut terms) {
            faults.push(fault(at, message, "Correct the line."));
        }
    }
    if faults.is_empty() { Ok(terms) } else { Err(faults) }
}

struct Row<'a> {
    columns: &'a [&'a str],
    cells: Vec<&'a str>,
}

impl Row<'_> {
    fn cell(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| *name == column)?;
        self.cells.get(at).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }

    fn list(&self, column: &str) -> Vec<String> {
        let parts = self.cell(column).unwrap_or_default().split(DIVIDER).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    fn codes(&self) -> BTreeMap<String, String> {
        let systems = self.columns.iter().filter_map(|column| Some((*column, column.strip_prefix(OTHER_CODE)?)));
        systems.filter_map(|(column, system)| Some((system.to_owned(), self.cell(column)?.to_owned()))).collect()
    }

    fn day(&self, column: &str) -> Result<Option<crate::Day>, String> {
        let parsed = self.cell(column).map(str::parse).transpose();
        parsed.map_err(|error: crate::day::NotADay| format!("{column}: {error}."))
    }

    fn labels(&self) -> Labels {
        let mut labels = Labels::default();
        for language in Language::ALL {
            if let Some(text) = self.cell(language.tag()) {
                labels.set(language, text.to_owned());
            }
        }
        labels
    }

    fn add_to(&self, terms: &mut Vec<Term>) -> Result<(), String> {
        let key = self.cell("key").ok_or("The line has no key.")?;
        if let Some(valid_to) = self.day("name_to")? {
            let term = terms.last_mut().filter(|term| term.key == key);
            let term = term.ok_or("A former name stands on the line after its term, with the same key.")?;
            term.former.push(FormerName { valid_from: self.day("name_from")?, valid_to, labels: self.labels() });
            return Ok(());
        }
        terms.push(Term {
            key: key.to_owned(),
            code: self.cell("code").map(str::to_owned),
            codes: self.codes(),
            labels: self.labels(),
            description: Labels::default(),
            aliases: self.list("aliases"),
            groups: self.list("groups"),
            former: Vec::new(),
            valid_from: self.day("valid_from")?,
            valid_to: self.day("valid_to")?,
        });
        Ok(())
    }
}
