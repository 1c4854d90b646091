//! `dossier import`: files records, from JSON or from the text of a saved record page.
//!
//! A file is known by the digest of its bytes: the same file twice files nothing twice.

use std::{fs, path::Path};

use dossier_registry::{
    Language, Registry,
    saved_page::{self, Account, Fate, SavedPage},
};
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::Import,
    client::Client,
    output::{Audience, aside, text},
};

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

/// Files every file, goes on after one that cannot be, and says so in the end.
pub(super) fn run(import: &Import, audience: Audience) -> Result<(), Failure> {
    let language: Language = import.language.parse().map_err(|_| {
        Failure::new(Exit::Usage, format!("{:?} is not one of ar, zh, en, fr, ru, es", import.language))
    })?;
    let client = Client::new(&import.server);
    let mut failed = Vec::new();
    for path in &import.files {
        match file(&client, import, language, path) {
            Ok(document) => audience.show(&document, words),
            Err(failure) => {
                aside(&format!("{}: {failure}", path.display()));
                failed.push(failure);
            }
        }
    }
    match failed.len() {
        0 => Ok(()),
        count if count == import.files.len() && count == 1 => Err(failed.remove(0)),
        count => Err(Failure::new(Exit::Partly, format!("{count} of {} files were not filed", import.files.len()))),
    }
}

fn file(client: &Client, import: &Import, language: Language, path: &Path) -> Result<Value, Failure> {
    let record = read(path, &import.record_type, language)?;
    let entry = start(client, import, &record, path)?;
    let mut state = text(&entry, "state").to_owned();
    let id = text(&entry, "id").to_owned();
    if import.submit && state == "draft" {
        let body = json!({"what_changed": "First submission, from a file.", "certify": true});
        let submitted = client.post_once(&format!("/contribute/api/v1/entries/{id}/submit"), &format!("import {id}"), &body)?;
        state = text(&submitted.document()?, "state").to_owned();
    }
    let Account { placed, boilerplate, unplaced } = record.account;
    Ok(json!({
        "file": path.display().to_string(), "entry": id, "state": state, "placed": placed, "boilerplate": boilerplate,
        "unplaced": unplaced, "lines": placed + boilerplate + unplaced, "unplaced_lines": record.unplaced,
        "claimed_status": record.claimed_status,
    }))
}

fn start(client: &Client, import: &Import, record: &Record, path: &Path) -> Result<Value, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut body = json!({
        "type": import.record_type, "content": record.content, "language": import.language,
        "source": {"name": name, "text": record.source},
    });
    if let Some(code) = &import.body {
        body["body"] = json!(code);
    }
    client.post("/contribute/api/v1/entries", &body)?.document()
}

fn words(document: &Value) -> String {
    let number = |name: &str| document.get(name).and_then(Value::as_u64).unwrap_or_default();
    let mut words = format!(
        "{}: entry {} ({})\n  {} lines: {} placed, {} boilerplate, {} without a place",
        text(document, "file"),
        text(document, "entry"),
        text(document, "state"),
        number("lines"),
        number("placed"),
        number("boilerplate"),
        number("unplaced"),
    );
    for unplaced in document["unplaced_lines"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        words.push_str("\n  not placed: ");
        words.push_str(unplaced);
    }
    if let Some(status) = document["claimed_status"].as_str() {
        words.push_str(&format!("\n  the page says of itself \"{status}\": kept as its claim, not as a state of ours"));
    }
    words
}

/// Reads a file: JSON when it begins with a brace, otherwise the text of a saved page.
///
/// # Errors
/// [`Failure`]: not readable, not text, not a record.
pub fn read(path: &Path, record_type: &str, language: Language) -> Result<Record, Failure> {
    let bytes = fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_there(format!("{} does not exist", path.display())),
        _ => Failure::disk(path, &error),
    })?;
    if bytes.len() > saved_page::PAGE_BYTES_MAX {
        let max = saved_page::PAGE_BYTES_MAX / 1024;
        return Err(Failure::new(Exit::Failed, format!("{} has more than {max} KiB; it is not one record", path.display())));
    }
    let source = String::from_utf8(bytes)
        .map_err(|_| Failure::new(Exit::Failed, format!("{} is not text in UTF-8; save it again as UTF-8", path.display())))?;
    if source.trim_start().starts_with('{') {
        return read_json(path, source);
    }
    let page = saved_page::parse(Registry::embedded(), record_type, &source, language)
        .map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", path.display())))?;
    Ok(read_page(page, source))
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
