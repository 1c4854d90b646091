//! Names and ids of keys: [C2SP signed-note, "Format" and "Signatures"](https://c2sp.org/signed-note#format).

use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};

use super::{KeyError, SignatureType};

/// The longest name, in bytes. The specification sets no limit; 255 is what the length byte of
/// [C2SP tlog-cosignature](https://c2sp.org/tlog-cosignature#ml-dsa-44-signed-message) leaves for names and origins.
pub const MAX_NAME_BYTES: usize = 255;

/// The name of a key: not empty, no Unicode spaces, no `+`, no control characters, at most [`MAX_NAME_BYTES`] bytes. By custom a
/// URL without its scheme, such as `example.org/dossier/submission`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName(String);

impl KeyName {
    /// Takes a text that is a name.
    ///
    /// # Errors
    /// [`KeyError::Name`] where it is none.
    pub fn new(name: &str) -> Result<Self, KeyError> {
        let forbidden = |letter: char| letter.is_whitespace() || letter < ' ' || letter == '+';
        if name.is_empty() || name.len() > MAX_NAME_BYTES || name.contains(forbidden) {
            return Err(KeyError::Name);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for KeyName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for KeyName {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl FromStr for KeyName {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Self, KeyError> {
        Self::new(name)
    }
}

/// The short id of a key: four bytes, written as eight lower-case hexadecimal digits. Anybody can make a key with a given id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KeyId::BYTES]);

impl KeyId {
    /// Length in bytes.
    pub const BYTES: usize = 4;

    /// Takes four bytes that are already an id.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The four bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::BYTES] {
        self.0
    }

    /// The first four bytes of SHA-256(name ‖ newline ‖ type ‖ public key).
    pub(super) fn compute(name: &KeyName, kind: SignatureType, public_key: &[u8]) -> Self {
        let digest = Sha256::new()
            .chain_update(name.as_str())
            .chain_update(b"\n")
            .chain_update([kind as u8])
            .chain_update(public_key)
            .finalize();
        Self([digest[0], digest[1], digest[2], digest[3]])
    }

    /// Reads eight lower-case hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let lower_hex = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        if text.len() != Self::BYTES * 2 || !text.bytes().all(lower_hex) {
            return None;
        }
        u32::from_str_radix(text, 16).ok().map(|id| Self(id.to_be_bytes()))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}
