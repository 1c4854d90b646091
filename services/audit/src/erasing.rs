//! What the audit service destroys when it is ordered: the keys it was given to read its copies with. The copies themselves stay; what is
//! sealed in them opens nowhere any more.

use std::sync::Arc;

use dossier_engine::{
    Engine,
    erasure::{ErasureError, Holdings, events_of, forgotten},
};
use dossier_identity::Accounts;
use dossier_proto::{EntryId, Event, SubjectId};
use dossier_vault::Vault;

use crate::{copies::Copies, domain::Audit, views::AuditView};

/// Where the audit service keeps keys.
pub(crate) struct Shelves {
    pub(crate) engine: Engine<Audit, AuditView>,
    pub(crate) copies: Arc<Copies>,
    pub(crate) vault: Vault,
    pub(crate) accounts: Arc<Accounts>,
}

impl Holdings for Shelves {
    fn events(&self, entry: EntryId) -> Result<Vec<Event>, ErasureError> {
        let mut events = events_of(&self.engine, entry)?;
        let copied = self.copies.of_entry(entry);
        let copied = copied.map_err(|error| ErasureError::Obstacle(format!("the copies: {error}")))?;
        events.extend(copied.into_iter().map(|filed| filed.event));
        Ok(events)
    }

    fn vault(&self) -> &Vault {
        &self.vault
    }

    fn forget(&self, subject: SubjectId) -> Result<u32, ErasureError> {
        forgotten(&self.accounts, subject)
    }
}
