//! What submission destroys when it is ordered: the keys of drafts too, files that were attached or that an entry was read from, and what it
//! keeps in memory; of a person, what they typed and did not save.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dossier_engine::erasure::{ErasureError, Holdings, Order, Scope, events_of, forgotten};
use dossier_proto::{EntryId, Event, KeyId, Micros, SubjectId};
use dossier_vault::{
    Holding, KeyError, Vault,
    files::{FileError, FileStore},
};

use crate::{office::Office, pages::typing};

/// Where submission keeps words.
pub(crate) struct Shelves {
    pub(crate) office: Office,
    pub(crate) vault: Vault,
}

impl Holdings for Shelves {
    fn events(&self, entry: EntryId) -> Result<Vec<Event>, ErasureError> {
        events_of(self.office.engine(), entry)
    }

    fn vault(&self) -> &Vault {
        &self.vault
    }

    fn files(&self) -> Option<&FileStore> {
        Some(self.office.files())
    }

    /// Uploads that no revision came to name, and the file that the entry was read from, which is sealed under the key of its first revision.
    fn destroy_unnamed(&self, order: &Order) -> Result<u32, ErasureError> {
        let Some(entry) = order.entry else { return Ok(0) };
        let mut destroyed = 0;
        if order.scope == Scope::Words {
            for (file, _) in self.office.files().list(entry)? {
                destroyed += self.loose(order, entry, file)?;
            }
        }
        let failed = |error: std::io::Error| ErasureError::Obstacle(format!("a source file: {error}"));
        for source in self.office.attachments().of_entry(entry).map_err(failed)? {
            let key = source.sealed.as_ref().and_then(|sealed| KeyId::try_from(sealed.key_id.as_slice()).ok());
            let is_gone = key.is_none_or(|key| self.vault.holding(key) == Holding::Erased);
            if order.scope == Scope::Words || is_gone {
                if let Some(key) = key {
                    self.vault.erase(key)?;
                }
                self.office.attachments().remove(&source).map_err(failed)?;
            }
        }
        Ok(destroyed)
    }

    fn forget(&self, subject: SubjectId) -> Result<u32, ErasureError> {
        // Nobody types as them any more, so nothing comes after this.
        let ended = forgotten(self.office.accounts(), subject)?;
        typing::forget(self.office.attachments(), self.office.words(), subject)
            .map_err(|error| ErasureError::Obstacle(format!("what they typed and did not save: {error}")))?;
        Ok(ended)
    }

    fn drop_caches(&self) {
        self.office.traits().drop_erased(|key| self.vault.holds(key));
    }
}

impl Shelves {
    /// A file that came before the order and that no event names; those that one names are gone by now.
    fn loose(&self, order: &Order, entry: EntryId, file: dossier_proto::Digest) -> Result<u32, ErasureError> {
        let naming = self.office.naming();
        let _held = naming.blocking_write();
        let (files, entries) = (self.office.files(), self.office.engine());
        if entries.view().names_file(entry, file) || files.came(entry, file)?.is_none_or(|came| came > moment(order.at))
        {
            return Ok(0);
        }
        let destroyed = match files.look(entry, file) {
            Ok(kept) => {
                self.vault.erase(kept.key)?;
                1
            }
            Err(FileError::Missing(_)) => return Ok(0),
            Err(FileError::Key(KeyError::Erased(_))) => 0,
            // Of a file that is damaged nobody can tell the key; without it no byte of the file says anything.
            Err(_) => 0,
        };
        files.remove(entry, file)?;
        Ok(destroyed)
    }
}

fn moment(at: Micros) -> SystemTime {
    UNIX_EPOCH + Duration::from_micros(u64::try_from(at.0).unwrap_or_default())
}
