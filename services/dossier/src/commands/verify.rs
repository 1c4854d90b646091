//! `dossier verify`: whether journals hold, in a data directory or an export; or a receipt. See [`crate::verification`].

mod data;
mod exports;
mod fork;
pub(super) mod receipt;
mod report;
mod seen;
mod server;

use std::{fs, path::PathBuf};

use crate::{
    Failure, Layout,
    cli::Verify,
    output::Audience,
    progress::Progress,
    verification::{KeptCheckpoint, Sources, read_through, unknown_registries},
};

#[cfg(test)]
pub(crate) use fork::proven_fork;
use report::Report;

pub(super) fn run(verify: &Verify, audience: Audience) -> Result<(), Failure> {
    if let Some(path) = verify.path.as_deref().filter(|path| !path.exists()) {
        return Err(Failure::not_there(format!("{} does not exist", path.display())));
    }
    if let Some(path) = verify.path.as_deref().filter(|path| path.is_file()) {
        if fork::is_one(path) {
            return fork::verify(path, verify.keys.as_deref(), audience);
        }
        return receipt::verify(path, verify.keys.as_deref(), verify.cosigners, audience);
    }
    let kept = kept(&verify.against)?;
    let progress = Progress::on_terminal();
    let report = match &verify.path {
        _ if verify.server.is_some() => server::verify(verify, kept, &progress),
        // Whoever names the data directory as the path means the data directory.
        Some(path) if Layout::of(path).installation().exists() => data::verify(path, kept, &progress),
        Some(path) => exports::verify(path, verify.keys.as_deref(), kept, &progress),
        None => data::verify(&verify.data.data, kept, &progress),
    };
    drop(progress);
    let report = report?;
    audience.show(&report.document(), |_| report.words());
    report.verdict()
}

/// The checkpoints that were named; of a directory, all that lie in it as text files.
fn kept(against: &[PathBuf]) -> Result<Vec<KeptCheckpoint>, Failure> {
    let mut kept = Vec::new();
    for path in against {
        if !path.is_dir() {
            kept.push(KeptCheckpoint::read(path)?);
            continue;
        }
        let items = fs::read_dir(path).map_err(|error| Failure::disk(path, &error))?;
        let mut files: Vec<_> = items.filter_map(|item| Some(item.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
        if files.is_empty() {
            return Err(Failure::not_there(format!(
                "{} holds no checkpoint: no file in it ends in .txt",
                path.display()
            )));
        }
        files.sort();
        for file in files {
            kept.push(KeptCheckpoint::read(&file)?);
        }
    }
    Ok(kept)
}

/// Reads every journal through and holds the kept checkpoints against them.
fn read_all(sources: &Sources, report: &mut Report, progress: &Progress) {
    for (origin, source) in sources.origins() {
        let total = source.epochs().iter().map(|(_, size)| size).sum();
        let heads: Vec<_> = report.heads.iter().filter(|(of, _)| *of == origin).map(|(_, head)| head.clone()).collect();
        progress.begin(&format!("{origin}: deciding every command again"));
        let reading = read_through(origin, sources, heads, &mut |done| progress.at(done, total));
        report.take(reading);
    }
    let unknown = unknown_registries(&report.readings);
    report.doubts.extend(unknown);
    report.sort();
}
