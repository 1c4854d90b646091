//! Keys, sealing, commitments, erasure: so that the log holds no words and a person can be forgotten (P11, P13).
//!
//! - [`MasterKey`]: the one secret from outside, in a file or the environment. It wraps all others.
//! - [`Vault`]: the keys of one service, in one directory, open in one process. [`Vault::fresh`] makes a key, [`Vault::seal`] and
//!   [`Vault::unseal`] use it, [`Vault::erase`] destroys it, [`Vault::grant`] and [`Vault::admit`] carry it to another service.
//! - [`Binding`]: what a sealed text is and of whom; it opens nowhere else.
//! - [`canonical`], [`digest_with_salt`], [`Vault::content_digest`]: the digest by which decisions name a content.
//! - [`files`]: attached documents, each sealed in a file of its own.
//! - [`backup`]: what is secret, sealed for a backup under a key that lies elsewhere; [`Vault::at_rest`].
//! - [`Vault::split`] and [`Vault::join`]: personal values, each under its own key and commitment.
//!
//! ```
//! # use dossier_vault::*;
//! # let directory = tempfile::tempdir()?;
//! let master = MasterKey::create_or_read(directory.path().join("master.key"))?;
//! let vault = Vault::open(directory.path().join("keys"), &master)?;
//!
//! let entry = dossier_proto::EntryId([1; 16]);
//! let content = canonical(&serde_json::json!({"title": {"en": "Forum"}}))?;
//! let key = vault.fresh(Kind::Revision)?;
//! let binding = Binding::entry(entry, Purpose::Content);
//! let sealed = vault.seal(key, &binding, &content)?;
//! let digest = vault.content_digest(key, &content)?;
//! assert_eq!(digest_with_salt(&vault.salt(key)?, &vault.unseal(&sealed, &binding)?), digest);
//!
//! vault.erase(key)?;
//! assert!(matches!(vault.unseal(&sealed, &binding), Err(UnsealError::Erased(_))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is promised
//!
//! **A key is durable before its id is known to anybody** (P1): no event can name a key that a loss of power takes away. Keys are made in batches and
//! kept in a pool, so a command does not wait for a sync of its own. Spare keys that are not used before the process ends
//! stay behind and open nothing.
//!
//! **After an erasure no byte of the key is in the directory**, neither plain (it never is) nor wrapped: the slot is overwritten where it stands and
//! synced; keys are not copied to logs, caches or other files. A tombstone with the id remains, so that the answer is "erased" and
//! not "unknown", and so that the key is not admitted again.
//!
//! **Each id commits to its key**: it is a hash of key, salt and kind. A grant cannot bring another key under a known id.
//!
//! **Crashes are finished, damage is told.** What a crash can leave (a torn batch whose ids nobody knows, half an erasure) is put in order at the next
//! start. Any other sight is damage, refused with the slot and what to do; [`Vault::salvage`] goes on without the keys that
//! cannot be read. After a failed write or sync the vault writes nothing more until it is opened again.
//!
//! # What is not
//!
//! - *Overwriting reaches the disk only if the file system writes in place.* ext4 and XFS do. On a copy-on-write file system (Btrfs, ZFS, a snapshot
//!   below ext4) or on flash, which moves what it writes, old blocks can survive for a time below the level of files. What survives is wrapped: it
//!   takes the master key to use it. Where that is not enough, put the directory on an encrypted volume without snapshots, and
//!   change the master key's volume with it.
//! - *A backup of the directory holds what was erased after it was made.* Keep backups of `keys/` for no longer than an erasure may take, and
//!   the master key elsewhere. After a restore the service repeats the erasures its journal knows, before it serves anybody.
//! - *Memory.* Keys are unwrapped for each use and wiped after it; there is no cache. A compiler may still leave a copy in a register or on
//!   the stack, and a machine that swaps or dumps memory writes it out: turn both off or encrypt them.
//! - *The length of a text* shows in steps of 64 bytes, and that it exists at all.
//! - The master key cannot be changed yet: its fingerprint stands in the header so that a later version can.
//!
//! # On disk
//!
//! `header` (which format, which master key), `lock`, and `slots-NNNN`: 4 MiB each, 32 768 slots of 128 bytes, filled with zeros when made.
//! A million keys take 128 MB on disk and 24 to 48 MB of memory.

pub mod backup;
mod binding;
mod canonical;
mod disk;
mod error;
pub mod files;
mod grant;
mod header;
mod index;
mod inner;
mod kind;
mod master;
mod material;
mod opening;
mod personal;
mod places;
mod pool;
mod salt;
mod scan;
mod sealing;
mod slot;
mod split;
mod trouble;
mod vault;
mod wire;
mod writer;

pub use binding::{Binding, Purpose};
pub use canonical::{CanonicalError, MAX_CONTENT, MAX_DEPTH, MAX_INTEGER, canonical};
pub use error::{Damage, DamagedSlot, KeyError, SealError, UnsealError, VaultError};
pub use grant::{Admitted, GRANTED_KEY, GrantError, Granted, GrantedKey, decode_keys, encode_keys};
pub use kind::Kind;
pub use master::{MasterKey, MasterKeyError};
pub use personal::{
    Absence, Joined, MAX_PERSONAL, PersonalError, PersonalValue, Split, Withheld, commitment_in, verify_commitment,
};
pub use salt::{Salt, SaltError, digest_with_salt};
pub use sealing::{MAX_CIPHERTEXT, MAX_TEXT, Sealed};
pub use vault::{Counts, Erased, Holding, Vault};
pub use wire::WireError;

#[cfg(test)]
mod tests;
