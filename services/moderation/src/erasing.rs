//! What moderation destroys when it is ordered: its keys and those it was given, files, what it keeps in memory, and who people are.

use std::sync::Arc;

use dossier_engine::erasure::{ErasureError, Holdings, events_of};
use dossier_identity::accounts::AccountsError;
use dossier_proto::{EntryId, Event, KeyId, SubjectId};
use dossier_vault::{Vault, files::FileStore};

use crate::{api::Desk, reading};

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
        self.desk.held.forget(subject).map_err(|error| ErasureError::Obstacle(error.to_string()))?;
        match self.desk.accounts.erase_person(subject, self.desk.clock.now()) {
            Ok(()) => Ok(1),
            // Nobody here knows more of them than the subject.
            Err(AccountsError::UnknownSubject(_)) => Ok(0),
            Err(error) => Err(ErasureError::Obstacle(error.to_string())),
        }
    }

    fn drop_caches(&self) {
        self.desk.gists.drop_all_erased(&self.desk.words);
        self.forget_what_was_typed_about_erased();
    }
}

impl Shelves {
    /// What was typed about a content of which any was erased may quote it. It is no history, so it goes as a whole.
    fn forget_what_was_typed_about_erased(&self) {
        let forgotten = self.desk.held.forget_about(|entry| {
            let contents: Vec<_> = {
                let view = self.desk.engine.view();
                let reviews = view.state.entries.get(&entry).into_iter().flat_map(|known| &known.reviews);
                reviews.filter_map(|review| view.contents.submitted(entry, review.submitted.place)).collect()
            };
            let is_readable = |at| match reading::submitted_at(&self.desk.engine, at) {
                Ok(submitted) => {
                    submitted.and_then(|one| one.content).and_then(|one| one.sealed).is_none_or(|sealed| {
                        KeyId::try_from(sealed.key_id.as_slice()).is_ok_and(|key| self.desk.words.holds(key))
                    })
                }
                Err(_) => false,
            };
            !contents.into_iter().all(|kept| is_readable(kept.at))
        });
        if let Err(error) = forgotten {
            tracing::warn!(%error, "what was typed about an erased content is forgotten at the next erasure");
        }
    }
}
