//! The vault: opening, making, using and destroying keys.

use std::{
    fmt,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
    thread::{self, JoinHandle},
};

use dossier_proto::{Digest, KeyId};
use zeroize::Zeroizing;

use crate::{
    Binding, DamagedSlot, KeyError, Kind, MAX_TEXT, MasterKey, Salt, SealError, Sealed, UnsealError, VaultError,
    digest_with_salt,
    disk::{Disk, Files},
    index::{Index, Standing},
    material::{Material, NONCE, Wrapper},
    opening::{self, OnDamage},
    pool::{Pool, Wish},
    sealing::Sealer,
    slot::{self, SLOT, Slot},
    writer::{Writer, place_of},
};

/// The keys of one service, in one directory, open in one process. Clones share it.
///
/// All methods block: at most for some syncs of the disk, mostly for microseconds. See the [crate's page](crate) for what is promised.
#[derive(Clone)]
pub struct Vault(Arc<Handle>);

/// What is shared, and the thread that refills the pool; the last clone ends it.
struct Handle {
    inner: Arc<Inner>,
    refill: Option<JoinHandle<()>>,
}

pub(crate) struct Inner {
    pub(crate) disk: Box<dyn Disk>,
    pub(crate) wrapper: Wrapper,
    /// Changed only by whoever holds `writer`.
    index: RwLock<Index>,
    writer: Mutex<Writer>,
    pool: Pool,
    fingerprint: String,
}

/// Who makes spare keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refill {
    /// A thread, before they are missed.
    InBackground,
    /// Whoever finds none.
    WhenMissed,
}

/// Whether a vault holds a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holding {
    /// It can be used.
    Live,
    /// It was destroyed; a tombstone is kept.
    Erased,
    /// It was never here.
    Unknown,
}

/// What an erasure found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// The key was here and is destroyed now.
    Now,
    /// It had been destroyed before.
    Before,
    /// It was never here. A tombstone is kept, so that it is not admitted later.
    NeverHeld,
}

/// Numbers for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Keys that can be used, spare ones included.
    pub live: usize,
    /// Tombstones of erased keys.
    pub erased: usize,
    /// Keys made and not handed out yet.
    pub spare: usize,
    /// Slots in use on disk (128 bytes each): keys, tombstones, and those put out of use.
    pub slots: u32,
}

impl Vault {
    /// Opens the vault in a directory, or makes one there. Finishes what a crash interrupted.
    ///
    /// # Errors
    /// [`VaultError`]: in use by another process, another master key, damaged, or the disk fails. Nothing is changed then.
    pub fn open(directory: impl AsRef<Path>, master: &MasterKey) -> Result<Self, VaultError> {
        let disk = Box::new(Files::open(directory.as_ref())?);
        Self::open_on(disk, master, OnDamage::Refuse, Refill::InBackground).map(|(vault, _)| vault)
    }

    /// The same without a thread of its own: spare keys are made by the caller who finds none. For simulations, where the same seed
    /// must give the same run, and for tools that make few keys.
    ///
    /// # Errors
    /// As [`Vault::open`].
    pub fn open_unthreaded(directory: impl AsRef<Path>, master: &MasterKey) -> Result<Self, VaultError> {
        let disk = Box::new(Files::open(directory.as_ref())?);
        Self::open_on(disk, master, OnDamage::Refuse, Refill::WhenMissed).map(|(vault, _)| vault)
    }

    /// Opens a damaged vault and gives up the keys in the slots that cannot be read: they are overwritten. Lists them.
    ///
    /// The ids that stood there are [`Holding::Unknown`] afterwards, tombstones included: let the service repeat its erasures, then ask the
    /// other holders for the keys that are missing.
    ///
    /// # Errors
    /// As [`Vault::open`], but for damaged slots.
    pub fn salvage(directory: impl AsRef<Path>, master: &MasterKey) -> Result<(Self, Vec<DamagedSlot>), VaultError> {
        let disk = Box::new(Files::open(directory.as_ref())?);
        Self::open_on(disk, master, OnDamage::GiveUp, Refill::InBackground)
    }

    pub(crate) fn open_on(
        disk: Box<dyn Disk>,
        master: &MasterKey,
        on_damage: OnDamage,
        refill: Refill,
    ) -> Result<(Self, Vec<DamagedSlot>), VaultError> {
        let opened = opening::open(&*disk, master, on_damage)?;
        let inner = Arc::new(Inner {
            wrapper: Wrapper::new(&master.wrapping_key()),
            index: RwLock::new(opened.index),
            writer: Mutex::new(opened.writer),
            pool: Pool::default(),
            fingerprint: master.fingerprint(),
            disk,
        });
        let refill = match refill {
            Refill::WhenMissed => None,
            Refill::InBackground => Some(start_refill(&inner)?),
        };
        Ok((Self(Arc::new(Handle { inner, refill })), opened.given_up))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0.inner
    }

    /// A new key, durable before this returns. Mostly from the pool, in well under a microsecond.
    ///
    /// # Errors
    /// [`VaultError`] when the disk fails or is full.
    pub fn fresh(&self, kind: Kind) -> Result<KeyId, VaultError> {
        let inner = self.inner();
        if let Some(id) = inner.pool.take(kind) {
            return Ok(id);
        }
        let mut writer = inner.writer();
        // Another caller may have refilled the pool while this one waited.
        if let Some(id) = inner.pool.take(kind) {
            return Ok(id);
        }
        let ids = inner.make(&mut writer, kind, inner.pool.batch(kind))?;
        let (first, spare) = ids.split_first().expect("a batch is never empty");
        inner.pool.put(kind, spare.to_vec());
        Ok(*first)
    }

    /// Seals a text of at most [`MAX_TEXT`] bytes under a key, tied to a binding, with a new random nonce.
    ///
    /// # Errors
    /// [`SealError`]: too long, or the key is unknown or erased.
    pub fn seal(&self, key_id: KeyId, binding: &Binding, text: &[u8]) -> Result<Sealed, SealError> {
        if text.len() > MAX_TEXT {
            return Err(SealError::TooLong { length: text.len(), limit: MAX_TEXT });
        }
        let (_, material) = self.inner().material(key_id)?;
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).map_err(|error| KeyError::Vault(error.into()))?;
        Ok(Sealer::new(&material.key).seal(key_id, nonce, binding, text))
    }

    /// Opens a sealed text, for whoever states the binding it was sealed with. The text is wiped when dropped.
    ///
    /// # Errors
    /// [`UnsealError`]: the key is unknown or erased, or these are not the bytes that were sealed under it with this binding.
    pub fn unseal(&self, sealed: &Sealed, binding: &Binding) -> Result<Zeroizing<Vec<u8>>, UnsealError> {
        let (_, material) = self.inner().material(sealed.key_id)?;
        let opened = Sealer::new(&material.key).open(sealed, binding);
        opened.map_err(|_| UnsealError::Damaged(sealed.key_id))
    }

    /// The salt that is kept with a key.
    ///
    /// # Errors
    /// [`KeyError`]: the key is unknown or erased, and its salt with it.
    pub fn salt(&self, key_id: KeyId) -> Result<Salt, KeyError> {
        self.inner().material(key_id).map(|(_, material)| material.salt())
    }

    /// `SHA-256(salt ‖ canonical JSON)` with the salt of a key: the digest by which decisions name a content.
    ///
    /// # Errors
    /// [`KeyError`]: the key is unknown or erased.
    pub fn content_digest(&self, key_id: KeyId, canonical: &[u8]) -> Result<Digest, KeyError> {
        self.salt(key_id).map(|salt| digest_with_salt(&salt, canonical))
    }

    /// Destroys a key: overwrites it where it stands and keeps a tombstone, all durable before this returns. Repeating it is harmless.
    ///
    /// # Errors
    /// [`VaultError`] when the disk fails. The key is not used by this process again; a new start finishes the erasure if it had begun on
    /// disk, otherwise repeat it.
    pub fn erase(&self, key_id: KeyId) -> Result<Erased, VaultError> {
        let inner = self.inner();
        let mut writer = inner.writer();
        writer.check()?;
        let standing = inner.index().get(key_id);
        match standing {
            Some(Standing::Erased(_)) => Ok(Erased::Before),
            Some(Standing::Live(slot)) => {
                // In memory first: from here on nobody gets it, whatever the disk does.
                inner.index_mut().set(key_id, Standing::Erased(slot));
                writer.erase(&*inner.disk, slot)?;
                Ok(Erased::Now)
            }
            None => {
                let slot = writer.append(&*inner.disk, &[slot::tombstone(key_id, 0)])?;
                inner.index_mut().set(key_id, Standing::Erased(slot));
                Ok(Erased::NeverHeld)
            }
        }
    }

    /// Whether a key can be used here.
    pub fn holds(&self, key_id: KeyId) -> bool {
        self.holding(key_id) == Holding::Live
    }

    /// Whether a key is here, was here, or was never here.
    pub fn holding(&self, key_id: KeyId) -> Holding {
        match self.inner().index().get(key_id) {
            Some(Standing::Live(_)) => Holding::Live,
            Some(Standing::Erased(_)) => Holding::Erased,
            None => Holding::Unknown,
        }
    }

    /// Numbers for metrics.
    pub fn counts(&self) -> Counts {
        let slots = self.inner().writer().used();
        let spare = self.inner().pool.spare();
        let index = self.inner().index();
        Counts { live: index.live(), erased: index.erased(), spare, slots }
    }

    /// The fingerprint of the master key of this vault: [`MasterKey::fingerprint`].
    pub fn fingerprint(&self) -> &str {
        &self.inner().fingerprint
    }
}

impl Inner {
    // Every change under these locks is one call that leaves no half of itself, so a panic elsewhere while one is held
    // takes nothing from its worth.
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn index_mut(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn writer(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes durable keys.
    fn make(&self, writer: &mut Writer, kind: Kind, count: usize) -> Result<Vec<KeyId>, VaultError> {
        let keys = (0..count).map(|_| Material::random().map(|material| (material.id(kind), kind, material)));
        let keys = keys.collect::<Result<Vec<_>, _>>()?;
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
        let first = writer.append(&*self.disk, &slots)?;
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

fn start_refill(inner: &Arc<Inner>) -> Result<JoinHandle<()>, VaultError> {
    let refilled = Arc::clone(inner);
    let started = thread::Builder::new().name("vault-pool".to_owned()).spawn(move || refilled.refill());
    started.map_err(|source| VaultError::Disk {
        what: "starting the thread that makes spare keys for",
        path: inner.disk.directory().to_owned(),
        source,
    })
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.inner.pool.close();
        if let Some(refill) = self.refill.take() {
            // It returns nothing; had it panicked, its message is out already.
            let _ = refill.join();
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.inner().disk.directory()).finish()
    }
}
