//! What the clones of a vault share, and what happens to keys in it.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    thread::{self, JoinHandle},
};

use dossier_proto::KeyId;

use crate::{
    Counts, Erased, KeyError, Kind, MasterKey, VaultError,
    disk::Disk,
    index::{Index, Standing},
    material::{Material, Wrapper},
    opening::{self, Opened},
    pool::{Pool, Wish},
    slot::{self, SLOT, Slot},
    trouble::Trouble,
    writer::{Writer, place_of},
};

/// Who makes spare keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refill {
    /// A thread, before they are missed.
    InBackground,
    /// Whoever finds none.
    WhenMissed,
}

/// The disk, the index, the writer, the spare keys.
pub(crate) struct Inner {
    disk: Box<dyn Disk>,
    wrapper: Wrapper,
    /// Changed only by whoever holds `writer`.
    index: RwLock<Index>,
    writer: Mutex<Writer>,
    pool: Pool,
    trouble: Trouble,
    fingerprint: String,
}

impl Inner {
    pub(crate) fn new(disk: Box<dyn Disk>, master: &MasterKey, opened: Opened) -> Self {
        Self {
            wrapper: Wrapper::new(&master.wrapping_key()),
            index: RwLock::new(opened.index),
            writer: Mutex::new(opened.writer),
            pool: Pool::default(),
            trouble: Trouble::default(),
            fingerprint: master.fingerprint(),
            disk,
        }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.disk.directory()
    }

    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(crate) fn counts(&self) -> Counts {
        let slots = self.writer().used();
        let spare = self.pool.spare();
        let index = self.index();
        Counts { live: index.live(), erased: index.erased(), spare, slots }
    }

    /// See [`Vault::trouble`](crate::Vault::trouble).
    pub(crate) fn trouble(&self) -> Option<String> {
        self.trouble.told()
    }

    /// Ends the thread that makes spare keys.
    pub(crate) fn close(&self) {
        self.pool.close();
    }

    // Every change under these locks is one call that leaves no half of itself, so a panic elsewhere while one is held
    // takes nothing from its worth.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A spare key, or the first of a new batch. See [`Vault::fresh`](crate::Vault::fresh).
    pub(crate) fn fresh(&self, kind: Kind) -> Result<KeyId, VaultError> {
        if let Some(id) = self.pool.take(kind) {
            return Ok(id);
        }
        let mut writer = self.writer();
        // Another caller may have refilled the pool while this one waited.
        if let Some(id) = self.pool.take(kind) {
            return Ok(id);
        }
        let ids = self.make(&mut writer, kind, self.pool.batch(kind))?;
        let (first, spare) = ids.split_first().expect("a batch is never empty");
        self.pool.put(kind, spare.to_vec());
        Ok(*first)
    }

    /// See [`Vault::erase`](crate::Vault::erase).
    pub(crate) fn erase(&self, id: KeyId) -> Result<Erased, VaultError> {
        let mut writer = self.writer();
        writer.check()?;
        let standing = self.index().get(id);
        match standing {
            Some(Standing::Erased(_)) => Ok(Erased::Before),
            Some(Standing::Live(slot)) => {
                // In memory first: from here on nobody gets it, whatever the disk does.
                self.index_mut().set(id, Standing::Erased(slot));
                let erased = writer.erase(&*self.disk, slot);
                self.trouble.note(&writer, erased)?;
                Ok(Erased::Now)
            }
            None => {
                let appended = writer.append(&*self.disk, &[slot::tombstone(id, 0)]);
                let slot = self.trouble.note(&writer, appended)?;
                self.index_mut().set(id, Standing::Erased(slot));
                Ok(Erased::NeverHeld)
            }
        }
    }

    /// Makes durable keys.
    fn make(&self, writer: &mut Writer, kind: Kind, count: usize) -> Result<Vec<KeyId>, VaultError> {
        // With all the room it needs, so that growing leaves no copy of a key behind.
        let mut keys = Vec::with_capacity(count);
        for _ in 0..count {
            let material = Material::random()?;
            keys.push((material.id(kind), kind, material));
        }
        self.append(writer, &keys)?;
        Ok(keys.iter().map(|(id, _, _)| *id).collect())
    }

    /// Writes keys durably and notes them. At most a batch.
    pub(crate) fn append(&self, writer: &mut Writer, keys: &[(KeyId, Kind, Material)]) -> Result<(), VaultError> {
        let slots = keys.iter().zip(0..).map(|((id, kind, material), place)| {
            let wrapped = self.wrapper.wrap(*id, *kind, material)?;
            Ok(slot::live(*id, *kind, place, &wrapped))
        });
        let slots = slots.collect::<Result<Vec<_>, VaultError>>()?;
        let appended = writer.append(&*self.disk, &slots);
        let first = self.trouble.note(writer, appended)?;
        let mut index = self.index_mut();
        for (slot, (id, _, _)) in (first..).zip(keys) {
            index.set(*id, Standing::Live(slot));
        }
        Ok(())
    }

    /// The key in the clear. Read and unwrapped at each use (two microseconds), so there is no copy to forget when it is erased.
    pub(crate) fn material(&self, id: KeyId) -> Result<(Kind, Material), KeyError> {
        let number = match self.index().get(id) {
            Some(Standing::Live(slot)) => slot,
            Some(Standing::Erased(_)) => return Err(KeyError::Erased(id)),
            None => return Err(KeyError::Unknown(id)),
        };
        let (file, offset) = place_of(number);
        let mut bytes = [0; SLOT];
        self.disk.read(file, offset, &mut bytes)?;
        let found = match Slot::read(&bytes) {
            Slot::Live { id: there, kind, wrapped, .. } if there == id => {
                self.wrapper.unwrap(id, kind, &wrapped).map(|material| (kind, material))
            }
            _ => None,
        };
        match found {
            Some(found) => Ok(found),
            // An erasure came between looking and reading.
            None if matches!(self.index().get(id), Some(Standing::Erased(_))) => Err(KeyError::Erased(id)),
            None => Err(KeyError::Vault(opening::damaged_in_use(&*self.disk, number))),
        }
    }

    /// The background thread: makes spare keys before they are missed.
    fn refill(&self) {
        while let Wish::More(kind) = self.pool.wish() {
            let mut writer = self.writer();
            // A caller may have refilled it while this thread waited for its turn.
            if !self.pool.is_low(kind) {
                continue;
            }
            match self.make(&mut writer, kind, self.pool.batch(kind)) {
                Ok(ids) => self.pool.put(kind, ids),
                Err(error) => {
                    tracing::warn!(%error, %kind, "no spare keys could be made; the next command that needs one tries itself");
                    self.pool.stall();
                }
            }
        }
    }
}

/// Starts the thread that makes spare keys.
pub(crate) fn start_refill(inner: &Arc<Inner>) -> Result<JoinHandle<()>, VaultError> {
    let refilled = Arc::clone(inner);
    let started = thread::Builder::new().name("vault-pool".to_owned()).spawn(move || refilled.refill());
    started.map_err(|source| VaultError::Disk {
        what: "starting the thread that makes spare keys for",
        path: inner.disk.directory().to_owned(),
        source,
    })
}
