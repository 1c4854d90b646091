//! Reads a file that holds a record: JSON, or the text of a saved record page.

use std::{fs, io::Read, path::Path};

use dossier_registry::{
    Language, Registry,
    saved_page::{self, Account, Fate, SavedPage},
};
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::{Exit, Failure};

/// What a file holds, ready to be filed.
#[derive(Debug)]
pub struct Record {
    /// The content.
    pub content: Value,
    /// The file's text, which is kept with the entry.
    pub source: String,
    /// What became of its lines; a JSON file has one "line" for each member, all placed.
    pub account: Account,
    /// Lines without a place, in words.
    pub unplaced: Vec<String>,
    /// What the page claims about its own state. Kept with the source, never our state.
    pub claimed_status: Option<String>,
}

/// Reads a file: JSON when it begins with a brace, otherwise the text of a saved page.
///
/// # Errors
/// [`Failure`]: not readable, not text, not a record.
pub fn read(path: &Path, record_type: &str, language: Language) -> Result<Record, Failure> {
    read_under(path, record_type, language, || Ok(Registry::embedded()))
}

/// As [`read`], where the page of a record is understood by the registry that is asked for when it is needed.
///
/// # Errors
/// [`Failure`]: as [`read`], or that of asking.
pub fn read_under(
    path: &Path,
    record_type: &str,
    language: Language,
    registry: impl FnOnce() -> Result<Registry, Failure>,
) -> Result<Record, Failure> {
    let bytes = read_at_most(path, saved_page::PAGE_BYTES_MAX + 1).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_there(format!("{} does not exist", path.display())),
        _ => Failure::disk(path, &error),
    })?;
    if bytes.len() > saved_page::PAGE_BYTES_MAX {
        let max = saved_page::PAGE_BYTES_MAX / 1024;
        return Err(Failure::new(
            Exit::Failed,
            format!("{} has more than {max} KiB; it is not one record", path.display()),
        ));
    }
    let source = String::from_utf8(bytes).map_err(|_| {
        Failure::new(Exit::Failed, format!("{} is not text in UTF-8; save it again as UTF-8", path.display()))
    })?;
    match source.trim_start().chars().next() {
        Some('{') => return read_json(path, source),
        // The text of a page could begin with a bracket, but not be a list of JSON from end to end.
        Some('[') if serde_json::from_str::<Vec<IgnoredAny>>(&source).is_ok() => {
            let found = format!("{} is a list; a file holds one record, as a JSON object", path.display());
            return Err(Failure::new(Exit::Failed, found));
        }
        _ => {}
    }
    let page = saved_page::parse(&registry()?, record_type, &source, language)
        .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))?;
    Ok(read_page(page, source))
}

/// Files that have no end, such as devices, are not read to it.
fn read_at_most(path: &Path, bytes_max: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(bytes_max as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_json(path: &Path, source: String) -> Result<Record, Failure> {
    let document: Value = serde_json::from_str(&source)
        .map_err(|error| Failure::new(Exit::Failed, format!("{} is not JSON: {error}", path.display())))?;
    let content = document.get("content").cloned().unwrap_or(document);
    let placed = content.as_object().map_or(0, serde_json::Map::len);
    let account = Account { placed, ..Account::default() };
    Ok(Record { content, source, account, unplaced: Vec::new(), claimed_status: None })
}

fn read_page(page: SavedPage, source: String) -> Record {
    let account = page.account();
    let unplaced = page.lines.iter().filter_map(|line| match &line.fate {
        Fate::Unplaced { text, .. } => Some(format!("line {}: {text}", line.number)),
        Fate::Placed { .. } | Fate::Boilerplate => None,
    });
    Record { account, unplaced: unplaced.collect(), claimed_status: page.claims.status, content: page.content, source }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_that_is_not_text_says_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("page.txt");
        fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
        let failure = read(&path, "event", Language::En).unwrap_err();
        assert!(failure.to_string().contains("save it again as UTF-8"), "{failure}");
    }

    #[test]
    fn a_file_without_an_end_is_not_read_to_it() {
        let failure = read(Path::new("/dev/zero"), "event", Language::En).unwrap_err();
        assert!(failure.to_string().contains("it is not one record"), "{failure}");
    }

    #[test]
    fn a_list_is_not_filed_as_the_text_of_a_page() {
        let directory = tempfile::tempdir().unwrap();
        for text in ["[]", r#" [{"title": {"en": "A"}}]"#] {
            let path = directory.path().join("records.json");
            fs::write(&path, text).unwrap();
            let failure = read(&path, "event", Language::En).unwrap_err();
            assert!(failure.to_string().contains("a file holds one record"), "{failure}");
        }
    }

    #[test]
    fn a_json_file_may_hold_the_content_alone_or_in_an_envelope() {
        let directory = tempfile::tempdir().unwrap();
        for text in [r#"{"title": {"en": "A"}}"#, r#"{"content": {"title": {"en": "A"}}}"#] {
            let path = directory.path().join("record.json");
            fs::write(&path, text).unwrap();
            let record = read(&path, "event", Language::En).unwrap();
            assert_eq!(record.content, json!({"title": {"en": "A"}}));
        }
    }
}
