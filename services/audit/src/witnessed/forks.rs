//! Evidence that a log of ours has signed two histories: it proves itself, so anybody may bring it.

use std::{fs, path::Path};

use dossier_proof::{Hash, TreeHead};
use dossier_witness::{Fork, ForkError, ProvenFork};

use super::taking::{OwnLog, finding};
use crate::{office::Office, seen::replace};

/// Files of evidence that are kept: one is enough to know, the others help to see since when. 16 of at most 256 KiB are 4 MiB.
const KEPT_MAX: usize = 16;

/// Takes evidence, and reports it as a finding. Reads our copy and writes to the disk: off the async threads.
pub(crate) fn take(office: &Office, log: &OwnLog, evidence: &Fork) -> Result<ProvenFork, ForkError> {
    let proven = evidence.verify(|signed| log.has_signed(office, signed))?;
    keep(office, log, evidence);
    let head = |root: Hash| TreeHead { size: proven.at, root };
    // Which of the two we hold ourselves is what was to be expected.
    let ours = log.journal.root_at(log.epoch, proven.at).unwrap_or(proven.first);
    let (ours, other) =
        if ours == proven.second { (proven.second, proven.first) } else { (proven.first, proven.second) };
    office.report(finding(log, proven.at, head(ours), head(other)));
    Ok(proven)
}

/// Keeps evidence in a file beside the cosigned checkpoints. A disk that refuses does not keep the finding from being reported.
pub(super) fn keep(office: &Office, log: &OwnLog, evidence: &Fork) {
    let Some(directory) = office.witnessed().directory() else { return };
    let text = evidence.to_text();
    let apart = dossier_proof::entry_hash(text.as_bytes()).to_bytes();
    let apart: String = apart[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    let path = directory.join(format!("fork-{}-{}-{apart}.txt", log.origin, log.epoch));
    if path.exists() || forks_in(directory) >= KEPT_MAX {
        return;
    }
    match replace(directory, &path, text.as_bytes()) {
        Ok(()) => tracing::error!(path = %path.display(), "evidence that a log has signed two histories was kept"),
        Err(error) => tracing::error!(path = %path.display(), %error, "evidence of two histories could not be kept"),
    }
}

fn forks_in(directory: &Path) -> usize {
    let is_fork = |name: &str| name.starts_with("fork-");
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name().to_str().is_some_and(is_fork)).count()
}
