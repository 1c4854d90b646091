//! The form of a file on disk.
//!
//! ```text
//! 16  "dossier-file/1\n\0"
//! 16  the key's id
//! 16  the file's own number, random
//!  8  how many bytes the file has (big-endian)
//! then, for each piece: nonce 24, length of what follows 4 (big-endian), sealed bytes
//! ```
//!
//! A piece is tied to the file's number, its place, and to whether it is the last one; the last one to the number of bytes too.

use dossier_proto::{Digest, KeyId};
use sha2::{Digest as _, Sha256};

use super::PIECE;
use crate::material::{NONCE, TAG};

/// Which form this is.
const LABEL: &[u8; 16] = b"dossier-file/1\n\0";
/// Label, key, number, bytes.
pub(super) const FRONT: usize = 56;
/// Nonce and length.
pub(super) const PIECE_FRONT: usize = NONCE + 4;
/// The longest sealed piece: its frame (5 bytes, up to the next 64) and tag.
pub(super) const SEALED_MAX: usize = (PIECE + 5).next_multiple_of(64) + TAG;

/// What stands before the pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) key: KeyId,
    pub(super) number: [u8; 16],
    /// How many bytes the file has; 0 while it is coming.
    pub(super) bytes: u64,
}

impl Front {
    pub(super) fn encode(&self) -> [u8; FRONT] {
        let mut bytes = [0; FRONT];
        bytes[..16].copy_from_slice(LABEL);
        bytes[16..32].copy_from_slice(&self.key.0);
        bytes[32..48].copy_from_slice(&self.number);
        bytes[48..].copy_from_slice(&self.bytes.to_be_bytes());
        bytes
    }

    pub(super) fn decode(bytes: &[u8; FRONT]) -> Option<Self> {
        let (label, rest) = bytes.split_first_chunk::<16>()?;
        let (key, rest) = rest.split_first_chunk::<16>()?;
        let (number, bytes) = rest.split_first_chunk::<16>()?;
        let bytes = u64::from_be_bytes(bytes.try_into().ok()?);
        (label == LABEL).then_some(Self { key: KeyId(*key), number: *number, bytes })
    }

    /// What a piece is tied to.
    pub(super) fn piece(&self, place: u32, end: End) -> Digest {
        let mut hash = Sha256::new();
        hash.update(LABEL);
        hash.update(self.number);
        hash.update(place.to_be_bytes());
        match end {
            End::More => hash.update([0]),
            End::Last => {
                hash.update([1]);
                hash.update(self.bytes.to_be_bytes());
            }
        }
        Digest(hash.finalize().into())
    }
}

/// Whether another piece follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    More,
    Last,
}
