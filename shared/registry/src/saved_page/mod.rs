//! Reads the text of a saved record page, as a browser's "select all" gives it: a title, paragraphs, then label lines with
//! their values below (or, after a colon, on the same line). Pure; every non-blank line is accounted for.
//!
//! What the page says about its own workflow ("Status: Published") is a claim about the source and is kept apart. It never
//! becomes a state of ours.

mod dates;
mod page;
mod values;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::{Language, Registry, model::RecordType};
use page::Reader;

/// 1 MiB: the sample has 2 KiB; the longest admitted content has 448 KiB.
pub const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// What a saved page says.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SavedPage {
    /// The content it makes, still to be validated.
    pub content: Value,
    /// What it claims besides.
    pub claims: Claims,
    /// Every non-blank line, in order.
    pub lines: Vec<Line>,
}

/// What a page claims that is not content.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Claims {
    /// The state the source gives itself, as it writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Notices of the registry that stand on the page.
    pub notices: Vec<NoticeClaim>,
}

/// A notice found on a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeClaim {
    /// The notice of the registry.
    pub key: String,
    /// The line as it stands there.
    pub text: String,
}

/// What became of one non-blank line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number in the page, from 1.
    pub number: usize,
    /// What became of it.
    #[serde(flatten)]
    pub fate: Fate,
}

/// What became of a line. Exactly one of the three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase", tag = "fate")]
pub enum Fate {
    /// It is the label or a value of a field, or of the claim [`SOURCE_STATUS`].
    Placed {
        /// The key of the field.
        field: String,
    },
    /// It belongs to the site, or is a notice the registry adds by itself.
    Boilerplate,
    /// No place was found for it.
    Unplaced {
        /// The beginning of the line, at most 200 characters.
        text: String,
        /// The field it stands under, if any.
        #[serde(skip_serializing_if = "Option::is_none")]
        under: Option<String>,
    },
}

/// Where the lines of the source's own status are placed. No field of a type can have this key: it is no key.
pub const SOURCE_STATUS: &str = "(source status)";

/// How many lines became what. Their sum is the number of non-blank lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Account {
    /// Lines that have a place.
    pub placed: usize,
    /// Lines of the site.
    pub boilerplate: usize,
    /// Lines without a place.
    pub unplaced: usize,
}

/// Why a page cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SavedPageError {
    /// Longer than [`PAGE_BYTES_MAX`].
    #[error("the page has {found} bytes, {PAGE_BYTES_MAX} are read; save the record alone, without attachments")]
    TooLarge {
        /// How many it has.
        found: usize,
    },
    /// The registry has no such record type, or says nothing about its saved pages.
    #[error("saved pages of the type {record_type:?} cannot be read; choose a type whose file has [saved_page]")]
    UnknownType {
        /// The type asked for.
        record_type: String,
    },
    /// There is no line that could be a title.
    #[error("the page is empty; select the whole record page and save its text")]
    Empty,
}

impl SavedPage {
    /// How many lines became what.
    pub fn account(&self) -> Account {
        let mut account = Account::default();
        for line in &self.lines {
            match line.fate {
                Fate::Placed { .. } => account.placed += 1,
                Fate::Boilerplate => account.boilerplate += 1,
                Fate::Unplaced { .. } => account.unplaced += 1,
            }
        }
        account
    }
}

/// Reads a saved page as an entry of a record type, its texts written in `language`.
///
/// # Errors
/// When the page is too long, empty, or of a type without saved pages. Lines that are not understood are no error: they are
/// told in [`SavedPage::lines`].
pub fn parse(
    registry: &Registry,
    record_type: &str,
    text: &str,
    language: Language,
) -> Result<SavedPage, SavedPageError> {
    if text.len() > PAGE_BYTES_MAX {
        return Err(SavedPageError::TooLarge { found: text.len() });
    }
    let unknown = || SavedPageError::UnknownType { record_type: record_type.chars().take(64).collect() };
    let found: &RecordType = registry.record_type(record_type).ok_or_else(unknown)?;
    if found.saved_page.is_empty() {
        return Err(unknown());
    }
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = Reader::new(registry, found, language);
    for (at, line) in text.split('\n').enumerate() {
        let line = line.trim_matches(is_blank);
        if !line.is_empty() {
            reader.line(at + 1, line);
        }
    }
    reader.finish().ok_or(SavedPageError::Empty)
}

/// Blanks, also those of no width.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}')
}

/// A label as it is compared.
pub(crate) fn fold_label(label: &str) -> String {
    crate::places::fold(label)
}

/// A content with its original language.
fn new_content(language: Language) -> Map<String, Value> {
    Map::from_iter([(crate::content::ORIGINAL_LANGUAGE.to_owned(), Value::from(language.tag()))])
}
