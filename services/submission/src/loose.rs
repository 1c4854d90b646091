//! Uploads that no revision names: removed by who uploaded them, or in the end by us.
//!
//! A file belongs to an entry before any revision names it, as typing that is not saved yet. Who gives that up leaves the file behind; nobody
//! would ever read it, and it counts towards what the entry may have.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dossier_proto::{Digest, EntryId, Micros};
use dossier_vault::{VaultError, files::FileError};

use crate::office::Office;

/// How long an upload waits to be named: who comes back to a form after a month finds its text, and has to attach the file again.
const KEPT_MICROS: i64 = 30 * Micros::DAY;
/// Between two looks.
const LOOK: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of removing a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Removed {
    /// It is not here any more.
    Gone,
    /// A revision names it, so it stays.
    IsNamed,
}

/// Why a file cannot be removed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LooseError {
    #[error(transparent)]
    File(#[from] FileError),
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Removes a file that no revision names, its key first: no copy of it can be read any more. Blocks for the disk, and for who is saving.
pub(crate) fn remove(office: &Office, entry: EntryId, digest: Digest) -> Result<Removed, LooseError> {
    let naming = office.naming();
    let _held = naming.blocking_write();
    if office.engine().view().names_file(entry, digest) {
        return Ok(Removed::IsNamed);
    }
    match office.files().look(entry, digest) {
        Err(FileError::Missing(_)) => return Ok(Removed::Gone),
        Err(FileError::Key(dossier_vault::KeyError::Erased(_))) => {}
        kept => office.words().forget(kept?.key)?,
    }
    office.files().remove(entry, digest)?;
    Ok(Removed::Gone)
}

/// Removes the uploads that are older than thirty days at `now` and that no revision names; answers how many. Blocks for the disk.
pub(crate) fn sweep(office: &Office, now: Micros) -> Result<usize, LooseError> {
    let mut removed = 0;
    for (entry, digest) in office.files().older_than(before(now))? {
        if office.engine().view().names_file(entry, digest) {
            continue;
        }
        match remove(office, entry, digest) {
            Ok(Removed::Gone) => removed += 1,
            Ok(Removed::IsNamed) => {}
            // One that is damaged keeps nobody else's from being removed.
            Err(error) => {
                tracing::warn!(%entry, %digest, %error, "an upload that no revision names could not be removed");
            }
        }
    }
    Ok(removed)
}

/// Sweeps once a day, by the service's clock.
pub(crate) async fn keep_tidy(office: Office) {
    loop {
        let sweeping = office.clone();
        let swept = tokio::task::spawn_blocking(move || sweep(&sweeping, sweeping.now())).await;
        match swept {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::info!(removed, "uploads that no revision names were removed after thirty days"),
            Ok(Err(error)) => tracing::warn!(%error, "uploads that no revision names stay for another day"),
            Err(_panicked) => tracing::error!("looking for uploads that no revision names failed"),
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn before(now: Micros) -> SystemTime {
    let micros = u64::try_from(now.0.saturating_sub(KEPT_MICROS)).unwrap_or_default();
    UNIX_EPOCH + Duration::from_micros(micros)
}
