//! A log's size and root, signed: [C2SP tlog-checkpoint](https://c2sp.org/tlog-checkpoint).
//!
//! ```text
//! <origin>
//! <size>
//! <root, base64>
//! <extension lines, if any>
//! ```
//!
//! as the text of a [signed note](crate::note).

mod signed;
mod text;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::hash::Hash;
use crate::keys::MAX_NAME_BYTES;
use crate::note::{MAX_TEXT_BYTES, NoteError, VerifyError};
use crate::tree::{MAX_TREE_SIZE, TreeHead};

pub use signed::SignedCheckpoint;

/// The longest origin, in bytes: as long as a key name, which it mostly is.
pub const MAX_ORIGIN_BYTES: usize = MAX_NAME_BYTES;

/// The most extension lines. Dossier writes none; the specification advises against them.
pub const MAX_EXTENSIONS: usize = 16;

/// The longest extension line, in bytes.
pub const MAX_EXTENSION_BYTES: usize = 1024;

/// Origin 255, size 19 digits, root 44, 16 extensions of 1 024, and a newline behind each: 16 721 bytes.
const MAX_CHECKPOINT_BYTES: usize = MAX_ORIGIN_BYTES + 1 + 19 + 1 + 44 + 1 + MAX_EXTENSIONS * (MAX_EXTENSION_BYTES + 1);
// So every checkpoint within its own limits is within those of a note.
const _: () = assert!(MAX_CHECKPOINT_BYTES == 16_721 && MAX_CHECKPOINT_BYTES <= MAX_TEXT_BYTES);

/// What a log says about itself: under which name, how many leaves, and the root over them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// The log's identity, by custom the name of its key: 1 to [`MAX_ORIGIN_BYTES`] bytes without control characters.
    pub origin: String,
    /// Number of leaves, at most [`MAX_TREE_SIZE`].
    pub size: u64,
    /// Root over them; [`Hash::EMPTY_ROOT`] where there are none.
    pub root: Hash,
    /// Opaque lines, normally none: at most [`MAX_EXTENSIONS`], each of 1 to [`MAX_EXTENSION_BYTES`] bytes without control
    /// characters.
    pub extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extensions.
    #[must_use]
    pub fn new(origin: impl Into<String>, head: TreeHead) -> Self {
        Self { origin: origin.into(), size: head.size, root: head.root, extensions: Vec::new() }
    }

    /// Size and root.
    #[must_use]
    pub const fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root }
    }
}

/// Why something is not a checkpoint. Final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckpointError {
    /// It is not even a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Fewer than the three lines every checkpoint has.
    #[error("a checkpoint has three lines at least: origin, size and root")]
    MissingLine,
    /// The text does not end in a newline.
    #[error("the last line of the checkpoint does not end in a newline")]
    MissingNewline,
    /// The origin is empty, too long or has a control character.
    #[error("the origin has 1 to {MAX_ORIGIN_BYTES} bytes and no control characters")]
    Origin,
    /// The size is not a decimal number in its shortest form.
    #[error("the second line is not a tree size in decimal digits without leading zeros")]
    Size,
    /// The size is above [`MAX_TREE_SIZE`].
    #[error("a tree of {size} leaves is above the limit of {MAX_TREE_SIZE}")]
    TooLarge {
        /// The size, in leaves.
        size: u64,
    },
    /// The root is not a hash in base64.
    #[error("the third line is not a root hash: 32 bytes in standard base64")]
    Root,
    /// Size 0 with another root than that of the empty tree.
    #[error("the size is 0 but the root is not that of the empty tree")]
    RootOfNothing,
    /// An extension line is empty, too long or has a control character.
    #[error("extension line {number}: it has 1 to {MAX_EXTENSION_BYTES} bytes and no control characters")]
    Extension {
        /// Which one, from 1.
        number: usize,
    },
    /// More than [`MAX_EXTENSIONS`].
    #[error("a checkpoint has at most {MAX_EXTENSIONS} extension lines")]
    TooManyExtensions,
}

/// Why a checkpoint cannot be believed. Final, for these keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CheckpointVerifyError {
    /// The signatures do not hold.
    #[error(transparent)]
    Note(#[from] VerifyError),
    /// It is of another log.
    #[error("the checkpoint is of the log {found:?}, not of {expected:?}")]
    WrongOrigin {
        /// The origin wanted.
        expected: String,
        /// The origin found.
        found: String,
    },
}
