//! What publication destroys when it is ordered: keys, files, editions at hand, and the words of editions that can be searched.

use std::sync::Arc;

use dossier_engine::erasure::{ErasureError, Holdings, events_of, forgotten};
use dossier_identity::Accounts;
use dossier_proto::{EntryId, Event, SubjectId};
use dossier_vault::{Vault, files::FileStore};

use crate::reading::Reading;

/// Where publication keeps words.
pub(crate) struct Shelves {
    pub(crate) reading: Arc<Reading>,
    pub(crate) accounts: Arc<Accounts>,
    pub(crate) vault: Vault,
    pub(crate) files: FileStore,
}

impl Holdings for Shelves {
    fn events(&self, entry: EntryId) -> Result<Vec<Event>, ErasureError> {
        events_of(&self.reading.engine, entry)
    }

    fn vault(&self) -> &Vault {
        &self.vault
    }

    fn files(&self) -> Option<&FileStore> {
        Some(&self.files)
    }

    /// It is given no names where people are kept elsewhere; in one process it sees what moderation has forgotten.
    fn forget(&self, subject: SubjectId) -> Result<u32, ErasureError> {
        forgotten(&self.accounts, subject)
    }

    fn drop_caches(&self) {
        self.reading.drop_erased();
    }
}
