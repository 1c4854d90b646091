//! A journal as the engine opens one, and what it takes on disk.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path};

use dossier_journal::{Journal, OpenOptions, Peek, PeekError, SledStore, Verify, Writer, open};
use dossier_proof::SigningKey;

use crate::failure::Failure;

/// The log's name.
pub(crate) const LOG: &str = "bench.example/submission";

/// Signs anchors.
pub(crate) fn signer() -> Result<SigningKey, Failure> {
    SigningKey::from_seed(LOG, &[7; 32]).map_err(Failure::wrong)
}

/// Opens the journal in a service's directory, or makes one there.
pub(crate) fn open_in(directory: &Path, verify: Verify) -> Result<(Journal, Writer), Failure> {
    let store = SledStore::open(directory.join("journal")).map_err(dossier_journal::OpenError::from)?;
    let mut options = OpenOptions::new(LOG, directory.join("anchors"), signer()?, peek);
    options.verify = verify;
    Ok(open(store, options)?)
}

/// Reads what a journal wants to know of an event.
pub(crate) fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let peeked = dossier_proto::peek(event).map_err(|error| PeekError(error.to_string()))?;
    Ok(Peek { epoch: peeked.epoch, sequence: peeked.sequence, entry: peeked.entry.map(|entry| entry.0) })
}

/// What a directory takes on disk, in bytes: blocks, so that what a file only claims does not count.
pub(crate) fn disk(directory: &Path) -> Result<u64, Failure> {
    let mut sum = 0;
    for entry in fs::read_dir(directory).map_err(Failure::disk(directory))? {
        let entry = entry.map_err(Failure::disk(directory))?;
        let metadata = entry.metadata().map_err(Failure::disk(entry.path()))?;
        sum += if metadata.is_dir() { disk(&entry.path())? } else { metadata.blocks() * 512 };
    }
    Ok(sum)
}
