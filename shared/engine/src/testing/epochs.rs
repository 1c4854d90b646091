//! A loss, as far as a service notices one.

use dossier_journal::{Head, OpenError, OpenOptions, Store, WriteError};

use crate::{EngineSettings, open::peek};

/// Why an epoch could not be begun.
#[derive(Debug, thiserror::Error)]
pub enum EpochError {
    /// The journal cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It cannot be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Begins another epoch in the journal of a service that is not running, as after a loss. What was there before stays, and
/// is counted apart. Answers where the former epoch ended.
///
/// # Errors
/// [`EpochError`].
pub fn begin_epoch(store: impl Store, of: EngineSettings) -> Result<Head, EpochError> {
    let options = OpenOptions::new(of.log, of.directory.join("anchors"), of.signer, peek);
    let (journal, mut writer) = dossier_journal::open(store, options)?;
    let former = journal.head();
    writer.begin_epoch(None)?;
    Ok(former)
}
