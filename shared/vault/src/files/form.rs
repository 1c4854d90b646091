//! The form of a file on disk.
//!
//! ```text
//! 16  "dossier-file/1\n\0"
//! 16  the key's id
//! 16  the file's own number, random
//!  8  how many bytes the file has (big-endian)
//! 96  its media type, filled up with zeros
//! then, for each piece: nonce 24, length of what follows 4 (big-endian), sealed bytes
//! ```
//!
//! A piece is tied to the file's number, its place, and to whether it is the last one; the last one to the number of bytes
//! and the media type too.

use std::fmt;

use dossier_proto::{Digest, KeyId};
use sha2::{Digest as _, Sha256};

use super::PIECE;
use crate::material::{NONCE, TAG};

/// Which form this is.
const LABEL: &[u8; 16] = b"dossier-file/1\n\0";
/// Label, key, number, bytes, media type.
pub(super) const FRONT: usize = 56 + MEDIA;
/// The longest media type: those of office documents have 73 signs.
pub(super) const MEDIA: usize = 96;
/// Nonce and length.
pub(super) const PIECE_FRONT: usize = NONCE + 4;
/// The longest sealed piece: its frame (5 bytes, up to the next 64) and tag.
pub(super) const SEALED_MAX: usize = (PIECE + 5).next_multiple_of(64) + TAG;

/// How many pieces stand before the last one, and how many bytes the last one has in the clear, of a file of so many bytes. `None`
/// of an empty file, which there is none of.
pub(super) fn pieces_of(bytes: u64) -> Option<(u64, u64)> {
    let before = bytes.checked_sub(1)? / PIECE as u64;
    Some((before, bytes - before * PIECE as u64))
}

/// How many bytes a piece of so many takes on disk.
pub(super) const fn piece_on_disk(bytes: u64) -> u64 {
    PIECE_FRONT as u64 + (bytes + 5).next_multiple_of(64) + TAG as u64
}

/// How many bytes a file of so many takes on disk.
pub(super) fn length_on_disk(bytes: u64) -> Option<u64> {
    let (before, last) = pieces_of(bytes)?;
    Some(FRONT as u64 + before * piece_on_disk(PIECE as u64) + piece_on_disk(last))
}

/// What stands before the pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) key: KeyId,
    pub(super) number: [u8; 16],
    /// How many bytes the file has; 0 while it is coming.
    pub(super) bytes: u64,
    /// Of what kind it is; empty while it is coming.
    pub(super) media_type: MediaType,
}

impl Front {
    pub(super) fn encode(&self) -> [u8; FRONT] {
        let mut bytes = [0; FRONT];
        bytes[..16].copy_from_slice(LABEL);
        bytes[16..32].copy_from_slice(&self.key.0);
        bytes[32..48].copy_from_slice(&self.number);
        bytes[48..56].copy_from_slice(&self.bytes.to_be_bytes());
        bytes[56..].copy_from_slice(&self.media_type.0);
        bytes
    }

    /// `None` when it is no beginning of a file.
    pub(super) fn decode(bytes: &[u8; FRONT]) -> Option<Self> {
        let (label, rest) = bytes.split_first_chunk::<16>()?;
        let (key, rest) = rest.split_first_chunk::<16>()?;
        let (number, bytes) = rest.split_first_chunk::<16>()?;
        let (bytes, media_type) = bytes.split_first_chunk::<8>()?;
        let media_type = MediaType(media_type.try_into().ok()?);
        media_type.text()?;
        (label == LABEL).then_some(Self {
            key: KeyId(*key),
            number: *number,
            bytes: u64::from_be_bytes(*bytes),
            media_type,
        })
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
                hash.update(self.media_type.0);
            }
        }
        Digest(hash.finalize().into())
    }
}

/// The media type, in its place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct MediaType([u8; MEDIA]);

impl MediaType {
    pub(super) const NONE: Self = Self([0; MEDIA]);

    /// `None` when it is too long, or is no line of visible ASCII.
    pub(super) fn of(text: &str) -> Option<Self> {
        let mut bytes = [0; MEDIA];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let media_type = Self(bytes);
        media_type.text().is_some().then_some(media_type)
    }

    pub(super) fn text(&self) -> Option<&str> {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(MEDIA);
        let (text, rest) = self.0.split_at(length);
        let is_sound = text.iter().all(u8::is_ascii_graphic) && rest.iter().all(|byte| *byte == 0);
        if is_sound { std::str::from_utf8(text).ok() } else { None }
    }
}

impl fmt::Debug for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text().unwrap_or_default())
    }
}

/// Whether another piece follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    More,
    Last,
}
