//! The form of a file on disk.
//!
//! ```text
//! 16  "dossier-file/1\n\0"
//! 16  the key's id
//! 16  the file's own number, random
//! then, for each piece: nonce 24, length of what follows 4 (big-endian), sealed bytes
//! ```
//!
//! A piece is tied to the file's number, its place, and to whether it is the last one.

use dossier_proto::{Digest, KeyId};
use sha2::{Digest as _, Sha256};

use super::PIECE;
use crate::material::{NONCE, TAG};

/// Which form this is.
const LABEL: &[u8; 16] = b"dossier-file/1\n\0";
/// Label, key, number.
pub(super) const FRONT: usize = 48;
/// Nonce and length.
pub(super) const PIECE_FRONT: usize = NONCE + 4;
/// The longest sealed piece: its frame (5 bytes, up to the next 64) and tag.
pub(super) const SEALED_MAX: usize = (PIECE + 5).next_multiple_of(64) + TAG;

/// What stands before the pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) key: KeyId,
    pub(super) number: [u8; 16],
}

impl Front {
    pub(super) fn encode(&self) -> [u8; FRONT] {
        let mut bytes = [0; FRONT];
        bytes[..16].copy_from_slice(LABEL);
        bytes[16..32].copy_from_slice(&self.key.0);
        bytes[32..].copy_from_slice(&self.number);
        bytes
    }

    pub(super) fn decode(bytes: &[u8; FRONT]) -> Option<Self> {
        let (label, rest) = bytes.split_first_chunk::<16>()?;
        let (key, rest) = rest.split_first_chunk::<16>()?;
        (label == LABEL).then_some(Self { key: KeyId(*key), number: rest.try_into().ok()? })
    }

    /// What a piece is tied to.
    pub(super) fn piece(&self, place: u32, end: End) -> Digest {
        let mut hash = Sha256::new();
        hash.update(LABEL);
        hash.update(self.number);
        hash.update(place.to_be_bytes());
        hash.update([match end {
            End::More => 0,
            End::Last => 1,
        }]);
        Digest(hash.finalize().into())
    }
}

/// Whether another piece follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    More,
    Last,
}
