//! What can go wrong with a file.

use std::{io, path::Path, path::PathBuf};

use dossier_proto::Digest;

use crate::{KeyError, SealError, VaultError};

/// A file cannot be taken in or given out.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It has more bytes than it may.
    #[error("the file is longer than the {limit} bytes that are allowed here")]
    TooLong {
        /// The most bytes that are allowed.
        limit: u64,
    },
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// What it is said to be is no media type of at most 96 signs.
    #[error("the media type of a file is at most 96 visible signs")]
    MediaType,
    /// It is not here.
    #[error("the file {0} is not here")]
    Missing(Digest),
    /// It is not what was kept.
    #[error(
        "the file {digest} is damaged: {what}; put it back from a backup of `attachments/`, or, in moderation and publication, remove it: it is \
         fetched again within an hour"
    )]
    Damaged {
        /// Which.
        digest: Digest,
        /// What is wrong with it.
        what: &'static str,
    },
    /// What came from another store is not the file that was asked for: it was changed, or is another.
    #[error("what came as the file {digest} is not that file: {what}; nothing of it was kept")]
    Foreign {
        /// Which was asked for.
        digest: Digest,
        /// What is wrong with what came.
        what: &'static str,
    },
    /// Its key is erased, or was never here.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// No key could be made for it.
    #[error("{0}")]
    Vault(#[from] VaultError),
    /// The disk refused something. Can pass by itself: the disk may be full.
    #[error("cannot {what} {}: {source}", path.display())]
    Disk {
        /// What was tried.
        what: &'static str,
        /// Where.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl FileError {
    pub(super) fn disk(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Disk { what, path, source }
    }

    pub(super) fn of_seal(error: SealError) -> Self {
        match error {
            SealError::Key(error) => Self::Key(error),
            SealError::TooLong { .. } => Self::TooLong { limit: super::PIECE as u64 },
        }
    }
}
