//! The traits of public contents, kept in memory: opening five thousand contents for every question would take half a second.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use dossier_proto::{Digest, EntryId, KeyId};

use super::Traits;

/// How many are kept: 5 000 × about 1 KiB.
pub const KEPT_MAX: usize = 5_000;

/// Traits of public contents. Those of drafts are never kept.
#[derive(Debug, Default)]
pub struct KeptTraits(Mutex<BTreeMap<EntryId, Kept>>);

#[derive(Debug)]
struct Kept {
    digest: Digest,
    key: KeyId,
    traits: Traits,
}

impl KeptTraits {
    /// The traits of this content, as long as its key is there: what is erased is forgotten here too.
    pub fn get(&self, id: EntryId, digest: Digest, is_there: impl FnOnce(KeyId) -> bool) -> Option<Traits> {
        let mut all = self.all();
        let kept = all.get(&id)?;
        if kept.digest == digest && is_there(kept.key) {
            return Some(kept.traits.clone());
        }
        all.remove(&id);
        None
    }

    /// Keeps the traits of a public content, in place of those of its former edition. When it is full the oldest entry gives way.
    pub fn keep(&self, id: EntryId, digest: Digest, key: KeyId, traits: Traits) {
        let mut all = self.all();
        all.insert(id, Kept { digest, key, traits });
        if all.len() > KEPT_MAX {
            all.pop_first();
        }
    }

    /// Forgets whatever's key is not there any more.
    pub fn drop_erased(&self, is_there: impl Fn(KeyId) -> bool) {
        self.all().retain(|_, kept| is_there(kept.key));
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<EntryId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
