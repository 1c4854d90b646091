//! `dossier import`: files records, from JSON or from the text of a saved record page.
//!
//! A file is known by the digest of its bytes: the same file twice files nothing twice.

use std::path::Path;

use dossier_registry::{Language, Registry, saved_page::Account};
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::Import,
    client::Client,
    commands::import_file::{Record, read_under},
    output::{Audience, aside, text},
};

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
                let failure = named(path, &failure);
                if import.files.len() > 1 {
                    aside(&failure.to_string());
                }
                failed.push(failure);
            }
        }
    }
    match failed.len() {
        0 => Ok(()),
        1 if import.files.len() == 1 => Err(failed.remove(0)),
        count => Err(Failure::new(Exit::Partly, format!("{count} of {} files were not filed", import.files.len()))),
    }
}

/// With the file it is about, named once.
fn named(path: &Path, failure: &Failure) -> Failure {
    let (path, said) = (path.display().to_string(), failure.to_string());
    let text = if said.starts_with(&path) { said } else { format!("{path}: {said}") };
    Failure::with_code(failure.exit_code(), text)
}

fn file(client: &Client, import: &Import, language: Language, path: &Path) -> Result<Value, Failure> {
    let record = read_under(path, &import.record_type, language, || in_force(client))?;
    let entry = start(client, import, &record, path)?;
    let mut state = text(&entry, "state").to_owned();
    let id = text(&entry, "id").to_owned();
    if import.submit && state == "draft" {
        let body = json!({"what_changed": "First submission, from a file.", "certify": true});
        let submitted =
            client.post_once(&format!("/contribute/api/v1/entries/{id}/submit"), &format!("import-{id}"), &body)?;
        state = text(&submitted.document()?, "state").to_owned();
    }
    let Account { placed, boilerplate, unplaced } = record.account;
    Ok(json!({
        "file": path.display().to_string(), "entry": id, "state": state, "placed": placed, "boilerplate": boilerplate,
        "unplaced": unplaced, "lines": placed + boilerplate + unplaced, "unplaced_lines": record.unplaced,
        "claimed_status": record.claimed_status,
    }))
}

/// The registry by which the server will judge what is filed.
fn in_force(client: &Client) -> Result<Registry, Failure> {
    let answer = client.get("/review/api/v1/registry")?;
    Registry::from_json(&answer.document()?).map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

fn start(client: &Client, import: &Import, record: &Record, path: &Path) -> Result<Value, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut body = json!({
        "type": import.record_type, "content": record.content, "language": import.language,
        "source": {"name": name, "text": record.source},
    });
    if let Some(code) = &import.body {
        body["on_behalf_of"] = json!(code);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_its_file_once() {
        let path = Path::new("a.txt");
        let told = |text: &str| named(path, &Failure::not_there(text)).to_string();
        assert_eq!(told("a.txt does not exist"), "a.txt does not exist");
        assert_eq!(told("It does not fit (422)"), "a.txt: It does not fit (422)");
    }
}
