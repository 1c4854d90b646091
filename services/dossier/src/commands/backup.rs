//! `dossier backup`: everything copied to another place, also while Dossier runs.

use std::path::Path;

use dossier_exchange::{Clock, MachineClock};
use dossier_vault::backup::BackupKey;
use serde_json::{Value, json};

use crate::{
    Exit, Failure, Layout,
    backup::{Asked, Holdings, Made, Told, knock, make},
    cli::Backup,
    offline::Offline,
    output::{Audience, text},
};

pub(super) fn run(backup: &Backup, audience: Audience) -> Result<(), Failure> {
    if let Some(file) = &backup.new_key {
        must_be_new(file)?;
        let key = BackupKey::create(file)?;
        audience.show(&json!({"made": file, "key": key.fingerprint()}), |document| {
            format!(
                "Made the backup key {} in {}. Whoever has it and a backup reads everything; without it a backup is worth proofs alone. Keep it \
                 where neither the data nor the backups are.",
                text(document, "key"),
                text(document, "made")
            )
        });
        return Ok(());
    }
    let (Some(to), Some(key)) = (&backup.to, &backup.key) else {
        return Err(Failure::new(Exit::Usage, "name where to with --to, and the backup key with --key"));
    };
    let made = made(&backup.data, &absolute(to)?, &absolute(key)?)?;
    audience.show(&document(&made), words);
    Ok(())
}

/// A key that is there may be the only one of backups that were made.
fn must_be_new(file: &Path) -> Result<(), Failure> {
    if file.symlink_metadata().is_err() {
        return Ok(());
    }
    let what = match BackupKey::read(file) {
        Ok(key) => format!("is there already, and is the backup key {}", key.fingerprint()),
        Err(_) => "is there already".to_owned(),
    };
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{} {what}. Nothing was written over: backups that were sealed under a key can be read with that key alone. Use it as it is with \
             --key, or name another file with --new-key",
            file.display()
        ),
    ))
}

/// By whoever has the directory open, or here.
fn made(data: &Path, to: &Path, key: &Path) -> Result<Made, Failure> {
    let layout = Layout::of(data);
    must_not_lie_with_the_data(&layout, key)?;
    // A wrong one is told here, where the operator is.
    let sealing = BackupKey::read(key)?;
    let asked = Asked { to: to.to_owned(), key: key.to_owned() };
    match knock(&layout.keys(), &asked).map_err(|error| unanswered(&layout, &error))? {
        Some(Told::Made(made)) => Ok(made),
        Some(Told::Refused(reason, code)) => Err(Failure::with_code(code, reason)),
        None => make(&Holdings::offline(&Offline::open(data)?)?, to, &sealing, MachineClock.now()),
    }
}

fn must_not_lie_with_the_data(layout: &Layout, key: &Path) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if !real(key).starts_with(real(layout.root())) {
        return Ok(());
    }
    Err(Failure::new(
        Exit::Usage,
        format!(
            "{} lies in the data directory: it is lost with what it is for. Move it to another place",
            key.display()
        ),
    ))
}

fn unanswered(layout: &Layout, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Failed,
        format!(
            "the process that runs on {} did not answer ({error}). A backup that was cut off has no {}; repeat this",
            layout.root().display(),
            "backup.txt"
        ),
    )
}

fn absolute(path: &Path) -> Result<std::path::PathBuf, Failure> {
    std::path::absolute(path).map_err(|error| Failure::disk(path, &error))
}

fn document(made: &Made) -> Value {
    let services: Vec<_> = made
        .services
        .iter()
        .map(|(service, epoch, events)| json!({"service": service, "epoch": epoch, "events": events}))
        .collect();
    json!({"at": made.at, "services": services, "files": made.files, "bytes": made.bytes, "rotten": made.rotten})
}

fn words(document: &Value) -> String {
    let mut words = format!("Made {}:\n", text(document, "at"));
    for service in document["services"].as_array().into_iter().flatten() {
        words.push_str(&format!(
            "{:<12}{:>9} events in epoch {}\n",
            text(service, "service"),
            service["events"].to_string(),
            service["epoch"]
        ));
    }
    for rotten in document["rotten"].as_array().into_iter().flatten() {
        words.push_str(&format!(
            "DAMAGED: {} is not what was written there; this backup has it anew, and that one is not whole any more. Look at the disk.\n",
            rotten.as_str().unwrap_or_default()
        ));
    }
    words.push_str(
        "The journals in it hold no words and may lie anywhere. Master key, keys and accounts are sealed under the backup key: keep that elsewhere.",
    );
    words
}
