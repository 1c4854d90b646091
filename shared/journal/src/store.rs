//! Where a journal keeps its bytes: ordered keys in three named trees.
//!
//! The contract is smaller than a database's, on purpose: writes take effect **in order**, and after a crash any *prefix*
//! of what was written since the last [`Store::sync`] may be there. A journal makes a whole out of that by itself: the last
//! frame of a group says that it is the last, and a group without one is cut when the journal is opened.
//!
//! Why not an atomic batch: measured on sled 0.34.7, `apply_batch` writes the log three times (it rolls the buffer before
//! and after taking its pin) and takes a lock that all databases of the process share; the same frames inserted
//! one after the other went 1.2 to 1.7 times faster, and need nothing from sled but the order of its log.

mod memory_store;
mod sled_store;
mod tidy;

#[cfg(test)]
pub(crate) mod conformance;

use std::io;
use std::ops::ControlFlow;
use std::path::PathBuf;

use bytes::Bytes;
use thiserror::Error;

pub use memory_store::{MemoryStore, MemoryTrouble};
pub use sled_store::SledStore;
pub(crate) use tidy::{create_durably, sync_directory};

/// The largest value, in bytes.
///
/// sled splits a page above 16 keys, so a page holds at most 17 values: 17 × 6 KiB = 102 KiB, below the 128 KiB from
/// which sled would write the page to a file of its own under `blobs/` that it never syncs.
pub const VALUE_BYTES_MAX: usize = 6 * 1024;

/// The longest key, in bytes. The journal's own keys have at most 14.
pub const KEY_BYTES_MAX: usize = 64;

/// The named trees of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tree {
    /// The events.
    Frames,
    /// Full tiles of the Merkle tree.
    Tiles,
    /// Whose journal it is, epochs, marks.
    Meta,
}

impl Tree {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Frames, Self::Tiles, Self::Meta];

    /// Its name on disk.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Frames => "frames",
            Self::Tiles => "tiles",
            Self::Meta => "meta",
        }
    }
}

/// One write: the key gets this value. An empty value holds a place for a later one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// In which tree.
    pub tree: Tree,
    /// The key, at most [`KEY_BYTES_MAX`].
    pub key: Vec<u8>,
    /// The value, at most [`VALUE_BYTES_MAX`].
    pub value: Bytes,
}

/// Sees one key and its value during a scan, and says whether to go on.
pub type Visit<'a> = dyn FnMut(&[u8], Bytes) -> ControlFlow<()> + 'a;

/// An ordered store of bytes.
///
/// Writes come from one thread at a time; reads from any. A read sees what was written, synced or not: who needs
/// durable facts only must know how far those reach.
pub trait Store: Send + Sync + 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Bytes>, StoreError>;

    /// Shows keys and values in ascending order, from `from` (included) on.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn scan(&self, tree: Tree, from: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreError>;

    /// The greatest key that is not above `limit`, and its value.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot be read.
    fn floor(&self, tree: Tree, limit: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, StoreError>;

    /// Writes in the order given. Not durable before [`Store::sync`] returns.
    ///
    /// # Errors
    /// [`StoreError`]; any prefix of the writes may have happened.
    fn write(&self, puts: &[Put]) -> Result<(), StoreError>;

    /// Makes everything durable whose [`Store::write`] returned before this call began. May run while the next
    /// write runs.
    ///
    /// # Errors
    /// [`StoreError`]; what was written since the last sync may or may not survive.
    fn sync(&self) -> Result<(), StoreError>;

    /// Where it is, for messages.
    fn place(&self) -> String;
}

/// Why a store could not do what was asked. Terminal for the journal, whichever it is: after a failed write or sync
/// nobody knows what is on disk.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another process has it open. Retry once that one has ended.
    #[error("{place} is open in another process")]
    Busy {
        /// The lock that is held.
        place: PathBuf,
    },
    /// sled says that its own files are damaged, or stopped with a panic.
    #[error("sled refuses {place}: {message}")]
    Refused {
        /// The directory.
        place: PathBuf,
        /// What sled said.
        message: String,
    },
    /// The disk or the file system.
    #[error("input or output failed at {place}")]
    Io {
        /// The file or directory.
        place: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A key or a value above the limit: a fault in the caller.
    #[error("a {what} of {bytes} bytes is above the limit of {limit}")]
    TooLarge {
        /// "key" or "value".
        what: &'static str,
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
}

impl StoreError {
    pub(crate) fn io(place: impl Into<PathBuf>, source: io::Error) -> Self {
        Self::Io { place: place.into(), source }
    }
}

/// Refuses a key or value above the limits.
pub(crate) fn check_sizes(put: &Put) -> Result<(), StoreError> {
    let too_large = |what, bytes, limit| Err(StoreError::TooLarge { what, bytes, limit });
    if put.key.len() > KEY_BYTES_MAX {
        return too_large("key", put.key.len(), KEY_BYTES_MAX);
    }
    if put.value.len() > VALUE_BYTES_MAX {
        return too_large("value", put.value.len(), VALUE_BYTES_MAX);
    }
    Ok(())
}
