//! What moderation destroys when it is ordered: its keys and those it was given, files, what it keeps in memory, and who people are.

use std::sync::Arc;

use dossier_engine::erasure::{ErasureError, Holdings, events_of};
use dossier_identity::accounts::AccountsError;
use dossier_proto::{EntryId, Event, SubjectId};
use dossier_vault::{Vault, files::FileStore};

use crate::api::Desk;

/// Where moderation keeps words and names.
pub(crate) struct Shelves {
    pub(crate) desk: Arc<Desk>,
    pub(crate) vault: Vault,
}

impl Holdings for Shelves {
    fn events(&self, entry: EntryId) -> Result<Vec<Event>, ErasureError> {
        events_of(&self.desk.engine, entry)
    }

    fn vault(&self) -> &Vault {
        &self.vault
    }

    fn files(&self) -> Option<&FileStore> {
        Some(&self.desk.files)
    }

    /// The account ends with its name, address, tokens, sessions and links; the subject stays.
    fn forget(&self, subject: SubjectId) -> Result<u32, ErasureError> {
        match self.desk.accounts.erase_person(subject, self.desk.clock.now()) {
            Ok(()) => Ok(1),
            // Nobody here knows more of them than the subject.
            Err(AccountsError::UnknownSubject(_)) => Ok(0),
            Err(error) => Err(ErasureError::Obstacle(error.to_string())),
        }
    }

    fn drop_caches(&self) {
        self.desk.gists.drop_all_erased(&self.desk.words);
    }
}
