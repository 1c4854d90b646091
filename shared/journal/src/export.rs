//! The journal as plain files: the backup format, the auditor's copy, and the way out of sled.
//!
//! ```text
//! manifest.txt              what is here, readable; see `manifest`
//! checkpoint-<epoch>.txt    the signed checkpoint of each epoch (C2SP tlog-checkpoint)
//! events-<epoch>-<first>.bin
//! ```
//!
//! An event file is `DOSSEVT1`, the epoch (4 bytes) and the sequence of its first event (8 bytes), then record after record: length of
//! the event (4 bytes), length of what lies beside it plus one, or 0 for nothing (4 bytes), the event, what lies beside it. All
//! numbers big-endian. Nothing else is needed to check it: the leaf of an event is
//! `SHA-256(0x00 ‖ SHA-256(event))`, and the checkpoint signs the root over all leaves.

mod events;
mod manifest;
mod verify;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use dossier_proof::{Checkpoint, SignedCheckpoint};
use thiserror::Error;

use crate::core::checkpoint_origin;
use crate::store::{create_durably, sync_directory};
use crate::{Journal, Place, ReadError};

use events::{EventReader, EventWriter};
pub(crate) use manifest::EpochLine;
use manifest::{FileLine, Manifest};
pub use verify::verify_export;
pub(crate) use verify::{each_record, verified_epochs};

/// The name of the manifest.
pub(crate) const MANIFEST: &str = "manifest.txt";

/// What an export holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportSummary {
    /// The log name.
    pub log: String,
    /// Each epoch with its number of events.
    pub epochs: Vec<(u32, u64)>,
    /// Events in all epochs.
    pub events: u64,
}

/// How far a long run has come, in events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Done.
    pub done: u64,
    /// To be done.
    pub total: u64,
}

/// Why an export could not be written, verified or imported.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The disk or the file system.
    #[error("input or output failed at {place}: {source}")]
    Io {
        /// The file or directory.
        place: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal could not be read.
    #[error("the journal could not be read: {0}")]
    Read(#[from] ReadError),
    /// There is something in the directory already.
    #[error("{0} is not empty; an export goes to a directory of its own")]
    NotEmpty(PathBuf),
    /// A file of the export is not what it should be. Final: take another copy.
    #[error("{place} is not what was exported: {what}. Take another copy")]
    Damaged {
        /// The file.
        place: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The checkpoints are not signed by any of the keys given.
    #[error("{place} is not signed by a key that is trusted here: {what}")]
    Untrusted {
        /// The file.
        place: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The journal to import into could not be opened.
    #[error(transparent)]
    Open(#[from] crate::OpenError),
    /// The journal to import into did not take the events.
    #[error("the events could not be written: {0}")]
    Write(#[from] crate::WriteError),
    /// The journal to import into has events already.
    #[error("the journal at {0} has events already; an import goes into an empty one")]
    NotFresh(String),
}

impl ExportError {
    pub(crate) fn io(place: &Path, source: io::Error) -> Self {
        Self::Io { place: place.to_owned(), source }
    }

    pub(crate) fn damaged(place: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { place: place.to_owned(), what: what.into() }
    }
}

/// Writes everything durable into an empty directory. What is appended meanwhile is not part of it. Needs memory for a few
/// frames only.
///
/// # Errors
/// [`ExportError`]; the directory may then hold part of an export, without a manifest.
pub fn export(
    journal: &Journal,
    directory: &Path,
    mut progress: impl FnMut(Progress),
) -> Result<ExportSummary, ExportError> {
    let io = |source| ExportError::io(directory, source);
    create_durably(directory).map_err(io)?;
    if fs::read_dir(directory).map_err(io)?.next().is_some() {
        return Err(ExportError::NotEmpty(directory.to_owned()));
    }
    let durable = journal.durable();
    let epochs: Vec<_> = durable.epochs().collect();
    let total = epochs.iter().map(|(_, size)| size).sum();
    let files = write_events(journal, directory, &epochs, &mut |done| progress(Progress { done, total }))?;
    let mut manifest =
        Manifest { log: journal.log().to_owned(), followed: durable.followed.to_vec(), epochs: Vec::new(), files };
    for (epoch, size) in &epochs {
        let root = journal.root_at(*epoch, *size)?;
        let head = dossier_proof::TreeHead { size: *size, root };
        let checkpoint = Checkpoint::new(checkpoint_origin(journal.log(), *epoch), head);
        let signed = journal.sign(&checkpoint)?;
        write_file(&directory.join(checkpoint_name(*epoch)), signed.text().as_bytes())?;
        manifest.epochs.push(EpochLine { epoch: *epoch, size: *size, root, lost: journal.lost_before(*epoch)? });
    }
    sync_directory(directory).map_err(io)?;
    // Last: a directory with a manifest is whole.
    write_file(&directory.join(MANIFEST), manifest.to_text().as_bytes())?;
    sync_directory(directory).map_err(io)?;
    Ok(manifest.summary())
}

fn write_events(
    journal: &Journal,
    directory: &Path,
    epochs: &[(u32, u64)],
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<FileLine>, ExportError> {
    let mut writer = EventWriter::new(directory);
    let mut failed = None;
    let mut done = 0;
    let first = epochs.first().map_or(0, |(epoch, _)| *epoch);
    let ends = |place: Place| epochs.iter().any(|(epoch, size)| *epoch == place.epoch && place.sequence < *size);
    journal.replay(Place { epoch: first, sequence: 0 }, |stored| {
        // What was appended since the export began is left out; after a failure nothing more is written.
        if failed.is_some() || !ends(stored.place()) {
            return;
        }
        failed = writer.write(&stored).err();
        done += 1;
        if done % 1024 == 0 {
            progress(done);
        }
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    progress(done);
    writer.finish()
}

pub(crate) fn checkpoint_name(epoch: u32) -> String {
    format!("checkpoint-{epoch}.txt")
}

fn write_file(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let write = || -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    write().map_err(|source| ExportError::io(path, source))
}

impl Journal {
    fn log(&self) -> &str {
        &self.shared.core.log
    }

    pub(crate) fn sign(&self, checkpoint: &Checkpoint) -> Result<SignedCheckpoint, ReadError> {
        SignedCheckpoint::sign(checkpoint, &self.shared.core.signer)
            .map_err(|error| ReadError::NotThere(error.to_string()))
    }

    /// The loss that was accepted when an epoch began.
    fn lost_before(&self, epoch: u32) -> Result<Option<crate::MirrorHead>, ReadError> {
        let start = crate::meta::EpochStart::load(&*self.shared.core.store, epoch)?;
        Ok(start.and_then(|start| start.lost))
    }
}
