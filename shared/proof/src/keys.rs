//! Keys that sign notes: [C2SP signed-note, "Signatures" and "Verifier keys"](https://c2sp.org/signed-note#signatures).
//!
//! A key has a name and a 4-byte id computed from the name, the signature type and the public key. The id only tells keys
//! apart; it proves nothing. Type `0x01` (Ed25519 over the note's text) is [`SigningKey`] and [`VerifierKey`]; type `0x04`
//! (cosignatures) has its own pair in [`crate::cosignature`], so that one can never stand in for the other.
//!
//! This crate has no source of randomness: seeds come from outside.

pub(crate) mod encoding;
mod name;
mod pair;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use zeroize::Zeroizing;

pub use name::{KeyId, KeyName, MAX_NAME_BYTES};
pub(crate) use pair::{PrivateHalf, PublicHalf, SIGNATURE_BYTES};

/// Length of an Ed25519 seed, the private key of
/// [RFC 8032, section 5.1.5](https://www.rfc-editor.org/rfc/rfc8032.html#section-5.1.5), in bytes.
pub const SEED_BYTES: usize = 32;

/// The signature types of the note specification that this crate makes and checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum SignatureType {
    /// Ed25519 over the text of a note.
    Ed25519 = 0x01,
    /// Timestamped Ed25519 cosignature of a checkpoint.
    CosignatureV1 = 0x04,
}

/// Why something is not a key. Final. Messages never quote the text: it may be a private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// A name is 1 to 255 bytes without spaces, `+` and control characters.
    #[error("a key name has 1 to {MAX_NAME_BYTES} bytes and no space, plus sign or control character")]
    Name,
    /// The text is longer than any key with the longest name.
    #[error("the text is too long for a key ({bytes} bytes)")]
    TooLong {
        /// Length of the text, in bytes.
        bytes: usize,
    },
    /// Not of the form `<name>+<id>+<base64>` (with `PRIVATE+KEY+` in front for a private key).
    #[error("the text does not have the form of a key: <name>+<8 hexadecimal digits>+<base64>, in their only spelling")]
    Malformed,
    /// The key is of another signature type than wanted here.
    #[error("the key is for signature type {found:#04x}; type {expected:#04x} is needed here")]
    WrongType {
        /// Type byte needed.
        expected: u8,
        /// Type byte found.
        found: u8,
    },
    /// The id is not the one that follows from name, type and public key: a part of the text was changed.
    #[error(
        "the key id {found} does not belong to this name and key (it should be {expected}): a part of it was changed"
    )]
    WrongId {
        /// The id that follows from the rest.
        expected: KeyId,
        /// The id given.
        found: KeyId,
    },
    /// The 32 bytes are not a public key that is safe to use: not a point of the curve, or one of small order, for which
    /// one signature fits many messages.
    #[error("the public key is not a usable Ed25519 key")]
    UnusablePoint,
}

/// A named Ed25519 key that signs notes (type `0x01`). The seed is wiped from memory on drop and never shown by `Debug`.
#[derive(Clone)]
pub struct SigningKey(PrivateHalf);

impl SigningKey {
    /// Makes the key of this name from 32 secret random bytes.
    ///
    /// # Errors
    /// [`KeyError::Name`] where the name is not a [`KeyName`].
    pub fn from_seed(name: &str, seed: &[u8; SEED_BYTES]) -> Result<Self, KeyError> {
        Ok(Self(PrivateHalf::from_seed(KeyName::new(name)?, SignatureType::Ed25519, seed)))
    }

    /// Reads `PRIVATE+KEY+<name>+<id>+<base64(type ‖ seed)>`, the form Go's `note` package and others use (the specification
    /// has no form for private keys).
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong, without quoting the text.
    pub fn parse_private(text: &str) -> Result<Self, KeyError> {
        encoding::parse_private(text, SignatureType::Ed25519).map(Self)
    }

    /// Writes the form [`SigningKey::parse_private`] reads. Whoever has this text can sign.
    #[must_use]
    pub fn to_private_string(&self) -> Zeroizing<String> {
        encoding::format_private(&self.0)
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey(self.0.public().clone())
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        self.0.public().name()
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.0.public().id()
    }

    /// The Ed25519 signature over a message.
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(message)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}+{}, seed hidden)", self.name(), self.id())
    }
}

/// The public half of a [`SigningKey`]: `<name>+<id>+<base64(0x01 ‖ public key)>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey(PublicHalf);

impl VerifierKey {
    /// Reads a verifier key of type `0x01`.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        encoding::parse_public(text, SignatureType::Ed25519).map(Self)
    }

    /// Takes a name and the 32 bytes of an Ed25519 public key.
    ///
    /// # Errors
    /// [`KeyError::Name`] and [`KeyError::UnusablePoint`].
    pub fn from_public_key(name: &str, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        PublicHalf::from_bytes(KeyName::new(name)?, SignatureType::Ed25519, public_key).map(Self)
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        self.0.name()
    }

    /// The id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.0.id()
    }

    /// The 32 bytes of the Ed25519 public key.
    #[must_use]
    pub fn public_key(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    /// Whether `signature` is this key's over `message`.
    pub(crate) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.accepts(message, signature)
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::format_public(&self.0))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}
