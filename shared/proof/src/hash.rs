//! SHA-256 as a Merkle tree uses it: [RFC 6962, section 2.1](https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1).
//!
//! A leaf is hashed behind the byte `0x00` and a node behind `0x01`, so that nobody can pass off an inner node as a
//! leaf. Dossier adds one rule of its own: the leaf *data* of an event is the SHA-256 of the event's bytes (32 bytes),
//! so that a tree can be checked by who may see the hashes but not the events.

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

#[cfg(test)]
mod tests;

/// The byte in front of leaf data.
const LEAF_PREFIX: u8 = 0x00;
/// The byte in front of the two children of a node.
const NODE_PREFIX: u8 = 0x01;

/// A SHA-256 hash: 32 bytes. Written as 64 lower-case hexadecimal digits, and read only in that form: one hash, one text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash([u8; Hash::BYTES]);

impl Hash {
    /// The length of a hash in bytes.
    pub const BYTES: usize = 32;

    /// The root of a tree without leaves: SHA-256 of nothing
    /// ([RFC 6962, section 2.1](https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1)).
    pub const EMPTY_ROOT: Self = Self([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24, //
        0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
    ]);

    /// Takes 32 bytes that are already a hash.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::BYTES] {
        &self.0
    }

    /// The 32 bytes, by value.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0
    }

    /// The standard base64 form of [RFC 4648, section 4](https://www.rfc-editor.org/rfc/rfc4648.html#section-4):
    /// 44 characters, as checkpoints write hashes.
    #[must_use]
    pub fn to_base64(self) -> String {
        BASE64_STANDARD.encode(self.0)
    }

    /// Reads the form [`Hash::to_base64`] writes, and no other.
    ///
    /// # Errors
    /// [`HashError::WrongLength`] unless the text has 44 bytes, [`HashError::NotBase64`] unless it is canonical base64.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        const TEXT_BYTES: usize = Hash::BYTES.div_ceil(3) * 4;
        if text.len() != TEXT_BYTES {
            return Err(HashError::WrongLength { expected: TEXT_BYTES, found: text.len() });
        }
        let bytes = BASE64_STANDARD.decode(text).map_err(|_| HashError::NotBase64)?;
        // 44 characters with one "=" are 32 bytes; with two or none they are 31 or 33.
        Ok(Self(bytes.try_into().map_err(|_| HashError::NotBase64)?))
    }
}

/// Why a text is not a hash. Final: the same text never becomes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HashError {
    /// The text is too short or too long.
    #[error("a hash has {expected} characters in this form, not {found}")]
    WrongLength {
        /// How long the text must be, in bytes.
        expected: usize,
        /// How long it is, in bytes.
        found: usize,
    },
    /// A character is not a lower-case hexadecimal digit.
    #[error("a hash is written in lower-case hexadecimal digits; the byte at {offset} is not one")]
    NotHex {
        /// Position in the text, in bytes from 0.
        offset: usize,
    },
    /// The text is not canonical standard base64 of 32 bytes.
    #[error("the hash is not 32 bytes in standard base64")]
    NotBase64,
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        const TEXT_BYTES: usize = Hash::BYTES * 2;
        if text.len() != TEXT_BYTES {
            return Err(HashError::WrongLength { expected: TEXT_BYTES, found: text.len() });
        }
        let mut bytes = [0; Self::BYTES];
        for (offset, digit) in text.bytes().enumerate() {
            let nibble = hex_digit(digit).ok_or(HashError::NotHex { offset })?;
            bytes[offset / 2] = bytes[offset / 2] << 4 | nibble;
        }
        Ok(Self(bytes))
    }
}

impl From<[u8; Hash::BYTES]> for Hash {
    fn from(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }
}

impl From<Hash> for [u8; Hash::BYTES] {
    fn from(hash: Hash) -> Self {
        hash.0
    }
}

impl AsRef<[u8]> for Hash {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

/// The hash of a leaf with this data: SHA-256(`0x00` ‖ data).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Hash {
    Hash(Sha256::new_with_prefix([LEAF_PREFIX]).chain_update(data).finalize().into())
}

/// The hash of a node over its two children: SHA-256(`0x01` ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Hash(Sha256::new_with_prefix([NODE_PREFIX]).chain_update(left).chain_update(right).finalize().into())
}

/// The hash of an event: SHA-256 of its bytes. It is the event's leaf *data*, and what other services name it by.
#[must_use]
pub fn entry_hash(event_bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(event_bytes).into())
}

/// The leaf of an event in its journal's tree: SHA-256(`0x00` ‖ SHA-256(event bytes)).
#[must_use]
pub fn leaf_of_event(event_bytes: &[u8]) -> Hash {
    leaf_of_entry(&entry_hash(event_bytes))
}

/// The leaf of an event of which only the [`entry_hash`] is known.
#[must_use]
pub fn leaf_of_entry(entry: &Hash) -> Hash {
    leaf_hash(entry.as_bytes())
}

const fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
