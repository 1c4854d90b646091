//! Verifying an export from its files alone.

use std::path::Path;

use dossier_proof::{Frontier, SignedCheckpoint, VerifierKey, leaf_of_event};

use super::{EpochLine, EventReader, ExportError, ExportSummary, Manifest, Progress, checkpoint_name};
use crate::core::checkpoint_origin;
use crate::{PeekFn, Place, Record};

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
            let what = format!(
                "the events of epoch {} have the root {}, but {} was signed",
                line.epoch,
                frontier.root(),
                line.root
            );
            return Err(ExportError::damaged(directory, what));
        }
    }
    progress(Progress { done, total });
    Ok(manifest.summary())
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
