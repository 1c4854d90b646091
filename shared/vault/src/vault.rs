//! The vault: opening, making, using and destroying keys.

use std::{fmt, path::Path, sync::Arc, thread::JoinHandle};

use dossier_proto::{Digest, KeyId};
use zeroize::Zeroizing;

use crate::{
    Binding, DamagedSlot, KeyError, Kind, MAX_TEXT, MasterKey, Salt, SealError, Sealed, UnsealError, VaultError,
    digest_with_salt,
    disk::{Disk, Files},
    index::Standing,
    inner::{Inner, Refill, start_refill},
    material::NONCE,
    opening::{self, OnDamage},
    sealing::Sealer,
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
    /// Makes digests that say nothing to whoever does not have the master key.
    marking: MasterKey,
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
        let mut opened = opening::open(&*disk, master, on_damage)?;
        let given_up = std::mem::take(&mut opened.given_up);
        let inner = Arc::new(Inner::new(disk, master, opened));
        let refill = match refill {
            Refill::WhenMissed => None,
            Refill::InBackground => Some(start_refill(&inner)?),
        };
        let marking = master.for_marks();
        Ok((Self(Arc::new(Handle { inner, refill, marking })), given_up))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0.inner
    }

    /// A digest of some bytes that only this installation can make (HMAC-SHA-256 under a key that follows from the master key):
    /// to recognise what was seen before, in places that others read. A bare digest there would tell everybody who has the
    /// bytes that they were here.
    pub fn mark(&self, label: &str, bytes: &[u8]) -> Digest {
        Digest(self.0.marking.mark(label, bytes))
    }

    /// A new key, durable before this returns. Mostly from the pool, in well under a microsecond.
    ///
    /// # Errors
    /// [`VaultError`] when the disk fails or is full.
    pub fn fresh(&self, kind: Kind) -> Result<KeyId, VaultError> {
        self.inner().fresh(kind)
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
        self.inner().erase(key_id)
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

    /// Why keys cannot be made or erased at the moment, in words for an operator: what readiness shows. Known from the last
    /// write; nothing is tried.
    pub fn trouble(&self) -> Option<String> {
        self.inner().trouble()
    }

    /// Numbers for metrics.
    pub fn counts(&self) -> Counts {
        self.inner().counts()
    }

    /// Shows the directory while nothing is written to it: for whoever copies its files. Keys that are made or destroyed wait meanwhile;
    /// spare ones are still handed out.
    pub fn at_rest<T>(&self, look: impl FnOnce(&Path) -> T) -> T {
        let _nobody_writes = self.inner().writer();
        look(self.inner().directory())
    }

    /// The fingerprint of the master key of this vault: [`MasterKey::fingerprint`].
    pub fn fingerprint(&self) -> &str {
        self.inner().fingerprint()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.inner.close();
        if let Some(refill) = self.refill.take() {
            // It returns nothing; had it panicked, its message is out already.
            let _ = refill.join();
        }
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.inner().directory()).finish()
    }
}
