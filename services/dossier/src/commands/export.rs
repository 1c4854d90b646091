//! `dossier export`: the journals of a data directory as plain files, a folder a service, and the keys that verify them.

use std::fs;

use dossier_journal::export::{self, ExportError, ExportSummary};
use dossier_proto::Origin;
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    cli::Export,
    offline::Offline,
    output::{Audience, text},
    progress::Progress,
    verification::{KEYS_FILE, write_keys},
};

pub(super) fn run(export: &Export, audience: Audience) -> Result<(), Failure> {
    let offline = Offline::open(&export.data.data)?;
    let services = offline.services(export.service)?;
    make_empty(&export.to)?;
    let progress = Progress::on_terminal();
    let mut written = Vec::new();
    for origin in services {
        progress.begin(&format!("{origin}: comparing every event with the Merkle tree"));
        let journal = offline.journal(origin)?;
        progress.begin(&format!("{origin}: writing"));
        let folder = export.to.join(origin.name());
        let summary = export::export(&journal, &folder, |progressed| progress.at(progressed.done, progressed.total));
        written.push((origin, summary.map_err(failure)?));
    }
    let written_logs: Vec<_> = written.iter().map(|(_, summary)| summary.log.clone()).collect();
    let mut keys = offline.key_file(None)?;
    keys.logs.retain(|history| written_logs.iter().any(|log| log == history.log()));
    write_keys(&export.to.join(KEYS_FILE), &keys)?;
    drop(progress);
    let services: Vec<_> = written.iter().map(|(origin, summary)| described(*origin, summary)).collect();
    audience.show(&json!({"to": export.to.display().to_string(), "services": services}), words);
    Ok(())
}

/// Makes the directory, or takes one that is empty.
fn make_empty(directory: &std::path::Path) -> Result<(), Failure> {
    fs::create_dir_all(directory).map_err(|error| Failure::disk(directory, &error))?;
    let mut items = fs::read_dir(directory).map_err(|error| Failure::disk(directory, &error))?;
    if items.next().is_none() {
        return Ok(());
    }
    let found = format!(
        "{} is not empty; nothing was written. Name a directory that does not exist yet with --to",
        directory.display()
    );
    Err(Failure::new(Exit::Usage, found))
}

fn failure(error: ExportError) -> Failure {
    match error {
        ExportError::Io { place, source } => Failure::disk(&place, &source),
        ExportError::Open(error) => error.into(),
        other => Failure::damaged(other.to_string()),
    }
}

fn described(origin: Origin, summary: &ExportSummary) -> Value {
    json!({"service": origin, "log": summary.log, "events": summary.events, "epochs": summary.epochs.len()})
}

fn words(document: &Value) -> String {
    let to = text(document, "to");
    let mut words = String::new();
    for service in document["services"].as_array().into_iter().flatten() {
        words.push_str(&format!(
            "{:<12}{:>9} events  {to}/{}\n",
            text(service, "service"),
            service["events"].to_string(),
            text(service, "service")
        ));
    }
    words.push_str(&format!(
        "\nVerify it anywhere: dossier verify {to}\nIt holds no words: what people wrote is sealed, and the keys (keys/ of the data directory and of \
         each service) are not part of it. A backup needs them too, apart from this.\n"
    ));
    words
}
