//! The journal as plain files: the backup format, the auditor's copy, and the way out of sled.
//!
//! ```text
//! manifest.txt              what is here, readable; see `manifest`
//! checkpoint-<epoch>.txt    the signed checkpoint of each epoch (C2SP tlog-checkpoint)
//! checkpoint-<epoch>-<size>.txt   the last one of each key that was given up: it ends with the event that says so
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
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use dossier_proof::Stand;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::store::{create_durably, sync_directory};
use crate::{Journal, Place, ReadError};

use events::{EventReader, EventWriter};
pub(crate) use manifest::EpochLine;
use manifest::{FileLine, Manifest};
pub use verify::{Readers, verify_export, verify_export_from};
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
    /// Files of the former export that are not what was written there any more. What they held was written anew; the former export is damaged.
    pub rotten: Vec<PathBuf>,
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

/// Where a journal ends at a moment, and how far it has read the others: an export can be cut there though it is written later.
#[derive(Debug, Clone)]
pub struct Cut(crate::core::Durable);

impl Cut {
    /// The end.
    #[must_use]
    pub const fn head(&self) -> crate::Head {
        self.0.head
    }

    /// How far foreign journals have been read.
    #[must_use]
    pub fn followed(&self) -> &[crate::Followed] {
        &self.0.followed
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
    progress: impl FnMut(Progress),
) -> Result<ExportSummary, ExportError> {
    export_at(journal, &journal.cut(), directory, None, progress)
}

/// Writes everything before a cut of this journal into an empty directory. What an earlier export in `former` holds of the same history is
/// not written again: its files are shared by hard links, or copied where that cannot be.
///
/// # Errors
/// As [`export`].
pub fn export_at(
    journal: &Journal,
    cut: &Cut,
    directory: &Path,
    former: Option<&Path>,
    mut progress: impl FnMut(Progress),
) -> Result<ExportSummary, ExportError> {
    let io = |source| ExportError::io(directory, source);
    create_durably(directory).map_err(io)?;
    if fs::read_dir(directory).map_err(io)?.next().is_some() {
        return Err(ExportError::NotEmpty(directory.to_owned()));
    }
    let durable = &cut.0;
    let epochs: Vec<_> = durable.epochs().collect();
    let total = epochs.iter().map(|(_, size)| size).sum();
    let Shared { files: shared, rotten } =
        former.map_or_else(|| Ok(Shared::default()), |former| share(journal, former, directory, &epochs))?;
    let files = write_events(journal, directory, &epochs, shared, &mut |done| progress(Progress { done, total }))?;
    let mut manifest =
        Manifest { log: journal.log().to_owned(), followed: durable.followed.to_vec(), epochs: Vec::new(), files };
    for (epoch, size) in &epochs {
        let root = journal.root_at(*epoch, *size)?;
        let signed = journal.checkpoint_at(*epoch, *size)?;
        write_file(&directory.join(checkpoint_name(*epoch)), signed.text().as_bytes())?;
        manifest.epochs.push(EpochLine { epoch: *epoch, size: *size, root, lost: journal.lost_before(*epoch)? });
    }
    write_turns(journal, directory, &epochs)?;
    sync_directory(directory).map_err(io)?;
    // Last: a directory with a manifest is whole.
    write_file(&directory.join(MANIFEST), manifest.to_text().as_bytes())?;
    sync_directory(directory).map_err(io)?;
    Ok(ExportSummary { rotten, ..manifest.summary() })
}

/// What of a former export has a name in this one too.
#[derive(Debug, Default)]
struct Shared {
    files: Vec<FileLine>,
    /// What is not what was written there.
    rotten: Vec<PathBuf>,
}

/// The last checkpoint of each key that was given up: who trusts the first key follows them to the last.
fn write_turns(journal: &Journal, directory: &Path, epochs: &[(u32, u64)]) -> Result<(), ExportError> {
    for turn in journal.keys().turns() {
        let Stand { epoch, size } = turn.after;
        if epochs.iter().any(|(of, until)| *of == epoch && size <= *until) {
            let signed = journal.checkpoint_at(epoch, size)?;
            write_file(&directory.join(turn_name(turn.after)), signed.text().as_bytes())?;
        }
    }
    Ok(())
}

/// Gives the files of a former export a name here too, when it is of the same history and its bytes are those that were written. The first
/// that is not, and what follows it, is written anew from the journal.
fn share(journal: &Journal, former: &Path, directory: &Path, epochs: &[(u32, u64)]) -> Result<Shared, ExportError> {
    let Ok(manifest) = Manifest::load(former) else { return Ok(Shared::default()) };
    let is_ours = |line: &EpochLine| {
        let is_there = epochs.iter().any(|(epoch, size)| *epoch == line.epoch && line.size <= *size);
        is_there && journal.root_at(line.epoch, line.size).is_ok_and(|root| root == line.root)
    };
    // All epochs but its last one have ended: as they were, they are whole.
    let ended = manifest.epochs.iter().rev().skip(1).all(|line| epochs.contains(&(line.epoch, line.size)));
    if manifest.log != journal.log() || !ended || !manifest.epochs.iter().all(is_ours) {
        return Ok(Shared::default());
    }
    let mut shared = Shared::default();
    for line in manifest.files {
        let (from, to) = (former.join(line.name()), directory.join(line.name()));
        if !is_what_was_written(&from, &line) {
            shared.rotten.push(from);
            break;
        }
        let linked =
            fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).and_then(|_| File::open(&to)?.sync_all()));
        linked.map_err(|source| ExportError::io(&from, source))?;
        shared.files.push(line);
    }
    Ok(shared)
}

/// Whether every byte of a file is there and has the hash of the manifest. One that cannot be read is not.
fn is_what_was_written(path: &Path, line: &FileLine) -> bool {
    let digest = || -> io::Result<[u8; 32]> {
        let mut file = File::open(path)?;
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; 256 * 1024]);
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(hash.finalize().into()),
                read => hash.update(&buffer[..read]),
            }
        }
    };
    digest().is_ok_and(|digest| digest == line.sha256)
}

fn write_events(
    journal: &Journal,
    directory: &Path,
    epochs: &[(u32, u64)],
    shared: Vec<FileLine>,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<FileLine>, ExportError> {
    let first = Place { epoch: epochs.first().map_or(0, |(epoch, _)| *epoch), sequence: 0 };
    let from = shared.last().map_or(first, |last| Place { epoch: last.epoch, sequence: last.first + last.count });
    let mut done = shared.iter().map(|file| file.count).sum();
    let mut writer = EventWriter::new(directory, shared);
    let mut failed = None;
    let ends = |place: Place| epochs.iter().any(|(epoch, size)| *epoch == place.epoch && place.sequence < *size);
    journal.replay(from, |stored| {
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

/// Shows the events of an export in order, with what lies beside them, until told to stop. [`verify_export`] first: here files are compared
/// with the manifest alone.
///
/// # Errors
/// [`ExportError::Damaged`], [`ExportError::Io`].
pub fn read_export(
    directory: &Path,
    mut visit: impl FnMut(crate::Stored) -> std::ops::ControlFlow<()>,
) -> Result<(), ExportError> {
    let manifest = Manifest::load(directory)?;
    for file in &manifest.files {
        let mut reader = EventReader::open(directory, file)?;
        let mut sequence = file.first;
        while let Some(crate::Record { event, beside }) = reader.next_record()? {
            if visit(crate::Stored { epoch: file.epoch, sequence, event, beside }).is_break() {
                return Ok(());
            }
            sequence += 1;
        }
    }
    Ok(())
}

/// The epochs of an export with their ends, as its manifest has them.
///
/// # Errors
/// As [`read_export`].
pub fn ends_of_export(directory: &Path) -> Result<Vec<crate::Head>, ExportError> {
    let manifest = Manifest::load(directory)?;
    Ok(manifest.epochs.iter().map(|line| crate::Head { epoch: line.epoch, size: line.size, root: line.root }).collect())
}

pub(crate) fn checkpoint_name(epoch: u32) -> String {
    format!("checkpoint-{epoch}.txt")
}

pub(crate) fn turn_name(after: Stand) -> String {
    format!("checkpoint-{}-{}.txt", after.epoch, after.size)
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

    /// Where it ends now, to be exported later.
    #[must_use]
    pub fn cut(&self) -> Cut {
        Cut(self.durable())
    }

    /// The loss that was accepted when an epoch began.
    fn lost_before(&self, epoch: u32) -> Result<Option<crate::MirrorHead>, ReadError> {
        let start = crate::meta::EpochStart::load(&*self.shared.core.store, epoch)?;
        Ok(start.and_then(|start| start.lost))
    }
}
