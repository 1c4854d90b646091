//! What can go wrong with a vault, and what to do about it.

use std::{fmt, io, path::PathBuf};

use dossier_proto::KeyId;

/// How many damaged slots a message lists before it only counts.
const LISTED: usize = 8;

/// The vault cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// Another process has it open. The only one that can pass by itself.
    #[error("the vault {} is open in another process; stop that one, or give this one its own data directory", directory.display())]
    Locked {
        /// The directory of the vault.
        directory: PathBuf,
    },
    /// The master key is not the one the vault was made with.
    #[error(
        "the vault {} was made with the master key {made_with}, not with {given}; give the right master key (from its backup), \
         nothing was changed", directory.display()
    )]
    WrongMasterKey {
        /// The directory of the vault.
        directory: PathBuf,
        /// Fingerprint of the right key.
        made_with: String,
        /// Fingerprint of the given key.
        given: String,
    },
    /// The header is missing or unreadable although there are keys.
    #[error("the header {} of the vault {what}; restore that one file from a backup, of whatever age: it never changes", path.display())]
    Header {
        /// The header.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// A newer version of Dossier made it.
    #[error("the vault {} is of another format ({found}) than this version reads; start the version that made it", directory.display())]
    Format {
        /// The directory of the vault.
        directory: PathBuf,
        /// The first line of its header.
        found: String,
    },
    /// A slot file is missing, or has another length than it was made with.
    #[error(
        "the file {} {what}; restore it from the newest backup of this directory, then let the service repeat its erasures", path.display()
    )]
    SlotFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Slots that were in use cannot be read.
    #[error(
        "the vault {} is damaged: {}; restore the file from the newest backup, or open it with `Vault::salvage`, \
         which gives up the keys in these slots (another service that holds them can grant them again)",
        directory.display(), Listed(slots)
    )]
    Damaged {
        /// The directory of the vault.
        directory: PathBuf,
        /// The slots, in order.
        slots: Vec<DamagedSlot>,
    },
    /// The disk refused something.
    #[error("{what} {}: {source}", path.display())]
    Disk {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// An earlier write or sync failed. What is on disk is in doubt, so nothing more is written until the vault is opened again.
    #[error("the vault stopped writing after a failure of the disk ({reason}); mend the disk and restart the service")]
    Stopped {
        /// The failure.
        reason: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// A granted key is not the key its id stands for.
    #[error("the granted key {0} is not the key of that id; nothing was admitted; ask its origin again")]
    NotThatKey(KeyId),
    /// 2^31 slots are in use.
    #[error("the vault is full: it holds 2 147 483 648 slots")]
    Full,
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl VaultError {
    /// True when trying again later can help without anybody doing anything.
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Locked { .. })
    }
}

/// A slot that was in use and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedSlot {
    /// The number of the slot, from 0 over all files.
    pub slot: u32,
    /// The file it stands in.
    pub file: String,
    /// What is wrong with it.
    pub damage: Damage,
}

/// What is wrong with a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The bytes are not those that were written.
    Altered,
    /// There are only zeros, but later slots are in use.
    Blank,
    /// The same key stands in an earlier slot.
    Repeated,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Altered => "altered",
            Self::Blank => "blank",
            Self::Repeated => "repeated",
        })
    }
}

struct Listed<'a>(&'a [DamagedSlot]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, DamagedSlot { slot, file, damage }) in self.0.iter().take(LISTED).enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}slot {slot} in {file} ({damage})")?;
        }
        match self.0.len().saturating_sub(LISTED) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}

/// A key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The vault has never held it (or it was lost with a salvaged slot): ask its origin for it.
    #[error("the key {0} is not in this vault")]
    Unknown(KeyId),
    /// It was destroyed, for good.
    #[error("the key {0} was erased")]
    Erased(KeyId),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// A text cannot be sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Longer than [`MAX_TEXT`](crate::MAX_TEXT). At an edge: 413.
    #[error("a text of {length} bytes cannot be sealed, the limit is {limit}")]
    TooLong {
        /// Bytes of the text.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// A sealed text cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum UnsealError {
    /// The vault does not hold the key: ask its origin for it.
    #[error("the text is sealed under the key {0}, which is not in this vault")]
    Unknown(KeyId),
    /// The key was destroyed: the text is gone for good.
    #[error("the text was erased with its key {0}")]
    Erased(KeyId),
    /// The bytes are not those that were sealed under this key with this binding.
    #[error("the text sealed under the key {0} was altered, or belongs elsewhere")]
    Damaged(KeyId),
    /// The vault failed.
    #[error(transparent)]
    Vault(VaultError),
}

impl From<KeyError> for UnsealError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Unknown(id) => Self::Unknown(id),
            KeyError::Erased(id) => Self::Erased(id),
            KeyError::Vault(error) => Self::Vault(error),
        }
    }
}
