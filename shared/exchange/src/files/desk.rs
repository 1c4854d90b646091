//! Gives files to those who have their keys.

use std::sync::Arc;

use bytes::Bytes;
use dossier_proto::{EntryId, KeyId, Origin};
use dossier_vault::files::{FileError, FileStore, SealedPart};

use super::wire::Part;

/// Whether a service may have the files of an entry that are under a key.
type MayHave = Arc<dyn Fn(Origin, EntryId, KeyId) -> bool + Send + Sync>;

/// Gives parts of files, under seal, to those who are entitled to the key by what they are.
#[derive(Clone)]
pub struct FileDesk {
    store: FileStore,
    may_have: MayHave,
}

impl FileDesk {
    /// Over this store. `may_have` is what the key desk goes by; a file of a draft has a key that nobody may have (P13).
    pub fn new(store: FileStore, may_have: impl Fn(Origin, EntryId, KeyId) -> bool + Send + Sync + 'static) -> Self {
        Self { store, may_have: Arc::new(may_have) }
    }

    /// Answers a question of the kind [`Question::File`](crate::Question::File).
    ///
    /// # Errors
    /// In words, why there is no answer. A file that the asker may not have is refused like one that there is not.
    pub async fn answer(&self, asker: Origin, body: Bytes) -> Result<Bytes, String> {
        let part = Part::decode(body)?;
        let desk = self.clone();
        let given = tokio::task::spawn_blocking(move || desk.give(asker, &part));
        given.await.map_err(|_panicked| "the reading failed".to_owned())?
    }

    fn give(&self, asker: Origin, part: &Part) -> Result<Bytes, String> {
        let Part { entry, digest, offset, length } = *part;
        let nothing = || format!("there is no file {digest} of the entry {entry} for {asker}");
        match self.store.sealed(entry, digest, offset, length as usize) {
            Ok(SealedPart { key, bytes }) if (self.may_have)(asker, entry, key) => Ok(bytes.into()),
            Ok(SealedPart { key, .. }) => {
                tracing::warn!(%asker, %entry, %digest, %key, "a file was refused");
                Err(nothing())
            }
            Err(FileError::Missing(_) | FileError::Key(_)) => Err(nothing()),
            Err(error) => {
                tracing::error!(%error, %asker, %entry, "a file could not be given");
                Err("the file could not be read; ask again".to_owned())
            }
        }
    }
}
