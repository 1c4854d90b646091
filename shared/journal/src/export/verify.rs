//! Verifying an export from its files alone.

use std::path::Path;

use dossier_proof::{Frontier, KeyHistory, SignedCheckpoint, Stand, VerifierKey, leaf_of_event};

use super::{EpochLine, EventReader, ExportError, ExportSummary, Manifest, Progress, checkpoint_name, turn_name};
use crate::core::checkpoint_origin;
use crate::{PeekFn, Place, Record, TurnFn};

/// Verifies an export without sled: every byte is read, every event is hashed, the roots are compared with the signed
/// checkpoints, and each event says the place it is at. Needs memory for one event.
///
/// # Errors
/// [`ExportError::Damaged`] where a file is not what was exported, [`ExportError::Untrusted`] where none of `keys` signed.
pub fn verify_export(
    directory: &Path,
    keys: &[VerifierKey],
    peek: PeekFn,
    mut progress: impl FnMut(Progress),
) -> Result<ExportSummary, ExportError> {
    let manifest = verified_epochs(directory, keys)?;
    let total = manifest.summary().events;
    let mut done = 0;
    for line in &manifest.epochs {
        let mut frontier = Frontier::new();
        each_record(directory, &manifest, line, &mut |place, record, path| {
            check_place(place, &record, peek).map_err(|what| ExportError::damaged(path, what))?;
            frontier.append(leaf_of_event(&record.event));
            done += 1;
            if done % 1024 == 0 {
                progress(Progress { done, total });
            }
            Ok(())
        })?;
        if frontier.root() != line.root {
            return Err(other_root(directory, line, &frontier));
        }
    }
    progress(Progress { done, total });
    Ok(manifest.summary())
}

/// How events are read: that is no business of the journal.
#[derive(Debug, Clone, Copy)]
pub struct Readers {
    /// Place and entry.
    pub peek: PeekFn,
    /// Whether an event gives the journal's key up.
    pub turn: TurnFn,
}

/// Verifies an export whose journal took other keys meanwhile: `trusted` has its first key, and may know of some later ones or all. The others
/// are learnt on the way: an event that names the next key counts when the checkpoint that ends with it is there, signed with the key in force.
/// Gives the summary and all keys.
///
/// # Errors
/// As [`verify_export`]; also where `trusted` knows of another key than the events.
pub fn verify_export_from(
    directory: &Path,
    trusted: &KeyHistory,
    readers: Readers,
    mut progress: impl FnMut(Progress),
) -> Result<(ExportSummary, KeyHistory), ExportError> {
    let manifest = Manifest::load(directory)?;
    if manifest.log != trusted.log() {
        let what = format!("it is of the log {}, and the keys are of {}", manifest.log, trusted.log());
        return Err(ExportError::Untrusted { place: directory.to_owned(), what });
    }
    let total = manifest.summary().events;
    let (mut done, mut history, mut found) = (0, trusted.clone(), 0);
    for line in &manifest.epochs {
        let mut frontier = Frontier::new();
        each_record(directory, &manifest, line, &mut |place, record, path| {
            check_place(place, &record, readers.peek).map_err(|what| ExportError::damaged(path, what))?;
            frontier.append(leaf_of_event(&record.event));
            if let Some(turn) = (readers.turn)(&record.event) {
                let after = Stand { epoch: place.epoch, size: place.sequence + 1 };
                follow_turn(directory, &mut history, after, &frontier, &turn)?;
                found += 1;
            }
            done += 1;
            if done % 1024 == 0 {
                progress(Progress { done, total });
            }
            Ok(())
        })?;
        if frontier.root() != line.root {
            return Err(other_root(directory, line, &frontier));
        }
        check_signed(directory, &history, line)?;
    }
    let last =
        manifest.epochs.iter().map(|line| Stand { epoch: line.epoch, size: line.size }).max().unwrap_or_default();
    if found != history.until(last).turns().len() {
        let what = "the keys that are trusted say that it took a key where no event says so".to_owned();
        return Err(ExportError::Untrusted { place: directory.to_owned(), what });
    }
    progress(Progress { done, total });
    Ok((manifest.summary(), history))
}

/// Takes the next key, when the one in force has signed the checkpoint that ends with the event that names it.
fn follow_turn(
    directory: &Path,
    history: &mut KeyHistory,
    after: Stand,
    read: &Frontier,
    turn: &crate::KeyTurn,
) -> Result<(), ExportError> {
    let path = directory.join(turn_name(after));
    let untrusted = |what: String| ExportError::Untrusted { place: path.clone(), what };
    let mut followed = history.clone();
    let is_news = followed.turn(after, &turn.former, &turn.verifier).map_err(|error| untrusted(error.to_string()))?;
    if !is_news {
        return Ok(());
    }
    let signed = signed_in(&path)?;
    let (stand, checkpoint) = history.verify(&signed).map_err(|error| untrusted(error.to_string()))?;
    if (stand, checkpoint.root) != (after, read.root()) {
        return Err(ExportError::damaged(&path, "it signs another size or root than that of the events"));
    }
    *history = followed;
    Ok(())
}

fn signed_in(path: &Path) -> Result<SignedCheckpoint, ExportError> {
    let bytes = std::fs::read(path).map_err(|source| ExportError::io(path, source))?;
    SignedCheckpoint::parse_bytes(&bytes).map_err(|error| ExportError::damaged(path, error.to_string()))
}

fn check_signed(directory: &Path, history: &KeyHistory, line: &EpochLine) -> Result<(), ExportError> {
    let path = directory.join(checkpoint_name(line.epoch));
    let (stand, checkpoint) = history
        .verify(&signed_in(&path)?)
        .map_err(|error| ExportError::Untrusted { place: path.clone(), what: error.to_string() })?;
    if (stand.epoch, checkpoint.size, checkpoint.root) != (line.epoch, line.size, line.root) {
        return Err(ExportError::damaged(&path, "it signs another size or root than the manifest names"));
    }
    Ok(())
}

fn other_root(directory: &Path, line: &EpochLine, read: &Frontier) -> ExportError {
    let what =
        format!("the events of epoch {} have the root {}, but {} was signed", line.epoch, read.root(), line.root);
    ExportError::damaged(directory, what)
}

/// The manifest, each of its epochs compared with the checkpoint signed for it.
pub(crate) fn verified_epochs(directory: &Path, keys: &[VerifierKey]) -> Result<Manifest, ExportError> {
    let manifest = Manifest::load(directory)?;
    for line in &manifest.epochs {
        let path = directory.join(checkpoint_name(line.epoch));
        let bytes = std::fs::read(&path).map_err(|source| ExportError::io(&path, source))?;
        let signed =
            SignedCheckpoint::parse_bytes(&bytes).map_err(|error| ExportError::damaged(&path, error.to_string()))?;
        let checkpoint = signed.verify_from(&checkpoint_origin(&manifest.log, line.epoch), keys);
        let checkpoint =
            checkpoint.map_err(|error| ExportError::Untrusted { place: path.clone(), what: error.to_string() })?;
        if (checkpoint.size, checkpoint.root) != (line.size, line.root) {
            return Err(ExportError::damaged(&path, "it signs another size or root than the manifest names"));
        }
    }
    Ok(manifest)
}

/// Shows the records of an epoch with their places.
pub(crate) fn each_record(
    directory: &Path,
    manifest: &Manifest,
    line: &EpochLine,
    visit: &mut dyn FnMut(Place, Record, &Path) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    let mut sequence = 0;
    for file in manifest.files.iter().filter(|file| file.epoch == line.epoch) {
        let mut reader = EventReader::open(directory, file)?;
        while let Some(record) = reader.next_record()? {
            visit(Place { epoch: line.epoch, sequence }, record, reader.path())?;
            sequence += 1;
        }
    }
    Ok(())
}

fn check_place(place: Place, record: &Record, peek: PeekFn) -> Result<(), String> {
    let Place { epoch, sequence } = place;
    let peeked = peek(&record.event).map_err(|error| format!("epoch {epoch}, sequence {sequence}: {error}"))?;
    if (peeked.epoch, peeked.sequence) != (epoch, sequence) {
        return Err(format!(
            "epoch {epoch}, sequence {sequence}: the event says epoch {}, sequence {}",
            peeked.epoch, peeked.sequence
        ));
    }
    Ok(())
}
