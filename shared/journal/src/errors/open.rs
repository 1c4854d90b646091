//! Why a journal was not opened.

use std::path::PathBuf;

use thiserror::Error;

use super::{Damage, ReadError, damage};
use crate::store::StoreError;

/// Why a journal was not opened. Nothing was appended, and nothing of what was found was changed by this crate (sled
/// itself tidies its files when it opens them).
#[derive(Debug, Error)]
pub enum OpenError {
    /// Events are missing at the end, and the journal's own anchor knows them. (An older copy of this run looks the same.)
    #[error(
        "{journal} was cut short: it ends before event {found} of epoch {epoch}, but its anchor in {anchors} says that {anchored} \
         events of epoch {anchored_epoch} were durable. Put journal/ and anchors/ of one backup back together, and delete nothing: \
         the audit service's copy may hold what is missing"
    )]
    Truncated {
        /// The journal.
        journal: String,
        /// Where its anchor is.
        anchors: PathBuf,
        /// The last epoch found.
        epoch: u32,
        /// Events found in it.
        found: u64,
        /// The epoch of the anchor.
        anchored_epoch: u32,
        /// Events that the anchor says were durable.
        anchored: u64,
    },
    /// The journal is an older state of itself: a backup was put back, or a disk image.
    #[error(
        "{journal} was rolled back: it ends before event {found} of epoch {epoch}, but {witness} knows {known} events of epoch {known_epoch}. \
         Put the newer journal/ and anchors/ back, and delete nothing: the audit service's copy holds what is missing"
    )]
    RolledBack {
        /// The journal.
        journal: String,
        /// Who knows more: the anchor or a mirror.
        witness: String,
        /// The last epoch found.
        epoch: u32,
        /// Events found in it.
        found: u64,
        /// The epoch the witness knows.
        known_epoch: u32,
        /// Events the witness knows.
        known: u64,
    },
    /// An event cannot be read, or is not the one that was written.
    #[error(
        "{journal} is damaged at {damage}. Put journal/ and anchors/ of one backup back together, and delete nothing: the audit service's copy may hold the rest. \
         `dossier doctor` says how much is affected"
    )]
    Damaged {
        /// The journal.
        journal: String,
        /// Where, and what was found.
        damage: Damage,
    },
    /// As long as it should be, or longer, but with other events.
    #[error(
        "{journal} holds another history: at {size} events of epoch {epoch} {witness} knows the root {known}, but here it is {found}. \
         One of them was altered or belongs to another journal. Keep both as they are and compare them with the audit service's copy (`dossier verify`)"
    )]
    Forked {
        /// The journal.
        journal: String,
        /// Who knows another root.
        witness: String,
        /// The epoch compared.
        epoch: u32,
        /// The size compared.
        size: u64,
        /// The root the witness knows.
        known: String,
        /// The root found.
        found: String,
    },
    /// The journal or its anchor belongs to somebody else.
    #[error(
        "{journal} is not the journal of {expected}: {what}. Check the data directory and the key in the configuration"
    )]
    Foreign {
        /// The journal.
        journal: String,
        /// The log name this service was configured with.
        expected: String,
        /// What says otherwise.
        what: String,
    },
    /// There are events but no readable anchor to compare them with.
    #[error(
        "{journal} holds {found} events of epoch {epoch} but there is no readable anchor in {anchors}: {what}. Put anchors/ back from the same \
         backup as journal/"
    )]
    AnchorLost {
        /// The journal.
        journal: String,
        /// Where the anchor should be.
        anchors: PathBuf,
        /// The last epoch found.
        epoch: u32,
        /// Events found in it.
        found: u64,
        /// Why there is none.
        what: String,
    },
    /// The snapshot that the verification was to start from is not of this history.
    #[error(
        "the snapshot at {size} events of epoch {epoch} is not of the history in {journal}. Remove snapshots/ and start again: the state is \
         rebuilt from the journal"
    )]
    SnapshotDiffers {
        /// The journal.
        journal: String,
        /// The epoch of the snapshot.
        epoch: u32,
        /// The size at the snapshot.
        size: u64,
    },
    /// Another process has the journal open.
    #[error("{place} is open in another process. Stop that one, or use another data directory")]
    Busy {
        /// The lock that is held.
        place: PathBuf,
    },
    /// sled refuses its own files.
    #[error(
        "{place} is damaged: {message}. Bits were flipped or blocks lost on the disk: look at the disk first. Then put journal/ and anchors/ of \
         one backup back together, and delete nothing: the audit service's copy may hold the rest"
    )]
    StoreRefused {
        /// The directory.
        place: PathBuf,
        /// What sled said.
        message: String,
    },
    /// The disk or the file system.
    #[error(
        "input or output failed at {place}: {source}. Check that the directory can be written and the disk is not full"
    )]
    Io {
        /// The file or directory.
        place: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// An option makes no sense.
    #[error("the journal cannot be opened with these options: {0}")]
    Options(String),
}

/// What kind of refusal it was. Names and exit codes are stable; monitoring may rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OpenErrorKind {
    /// See [`OpenError::Truncated`].
    Truncated,
    /// See [`OpenError::RolledBack`].
    RolledBack,
    /// See [`OpenError::Damaged`].
    Damaged,
    /// See [`OpenError::Forked`].
    Forked,
    /// See [`OpenError::Foreign`].
    Foreign,
    /// See [`OpenError::AnchorLost`].
    AnchorLost,
    /// See [`OpenError::SnapshotDiffers`].
    SnapshotDiffers,
    /// See [`OpenError::Busy`].
    Busy,
    /// See [`OpenError::StoreRefused`].
    StoreRefused,
    /// See [`OpenError::Io`].
    Io,
    /// See [`OpenError::Options`].
    Options,
}

impl OpenErrorKind {
    /// The exit code of a process that does not start for this reason. 80 to 90, away from what shells (126 and up) and
    /// `sysexits.h` (64 to 78) use.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Truncated => 80,
            Self::RolledBack => 81,
            Self::Damaged => 82,
            Self::Forked => 83,
            Self::Foreign => 84,
            Self::AnchorLost => 85,
            Self::SnapshotDiffers => 86,
            Self::Busy => 87,
            Self::StoreRefused => 88,
            Self::Io => 89,
            Self::Options => 90,
        }
    }

    /// Whether trying again later can help without anybody repairing anything.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Busy | Self::Io)
    }
}

impl OpenError {
    /// What kind of refusal it is.
    #[must_use]
    pub const fn kind(&self) -> OpenErrorKind {
        match self {
            Self::Truncated { .. } => OpenErrorKind::Truncated,
            Self::RolledBack { .. } => OpenErrorKind::RolledBack,
            Self::Damaged { .. } => OpenErrorKind::Damaged,
            Self::Forked { .. } => OpenErrorKind::Forked,
            Self::Foreign { .. } => OpenErrorKind::Foreign,
            Self::AnchorLost { .. } => OpenErrorKind::AnchorLost,
            Self::SnapshotDiffers { .. } => OpenErrorKind::SnapshotDiffers,
            Self::Busy { .. } => OpenErrorKind::Busy,
            Self::StoreRefused { .. } => OpenErrorKind::StoreRefused,
            Self::Io { .. } => OpenErrorKind::Io,
            Self::Options(_) => OpenErrorKind::Options,
        }
    }

    /// What went wrong while reading, said of the journal at `journal`.
    pub(crate) fn read(journal: &str, error: ReadError) -> Self {
        let at_the_start = |what: String| damage(0, 0, what);
        match error {
            ReadError::Store(error) => error.into(),
            ReadError::Damaged(damage) => Self::Damaged { journal: journal.to_owned(), damage },
            ReadError::Node(crate::NodeError::Store(error)) => error.into(),
            ReadError::Node(error) => {
                let damage = error.place().map_or_else(
                    || at_the_start(error.to_string()),
                    |(epoch, sequence)| damage(epoch, sequence, error.to_string()),
                );
                Self::Damaged { journal: journal.to_owned(), damage }
            }
            ReadError::NotThere(what) => Self::Damaged { journal: journal.to_owned(), damage: at_the_start(what) },
        }
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy { place } => Self::Busy { place },
            StoreError::Refused { place, message } => Self::StoreRefused { place, message },
            StoreError::Io { place, source } => Self::Io { place, source },
            StoreError::TooLarge { .. } => Self::Options(error.to_string()),
        }
    }
}
