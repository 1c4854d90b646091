//! Keys of type `0x04`: [C2SP tlog-cosignature, "Format"](https://c2sp.org/tlog-cosignature#format).
//!
//! Types of their own, so that a cosigner's signature is never taken for a log's, nor the other way round.

use std::fmt;
use std::str::FromStr;

use crate::keys::{
    KeyError, KeyId, KeyName, PrivateHalf, PublicHalf, SEED_BYTES, SIGNATURE_BYTES, SignatureType, encoding,
};

/// A named Ed25519 key that cosigns checkpoints. The seed is wiped from memory on drop and never shown by `Debug`.
#[derive(Clone)]
pub struct CosigningKey(PrivateHalf);

impl CosigningKey {
    /// Makes the key of this name from 32 secret random bytes that serve no other cosigner and no log.
    ///
    /// # Errors
    /// [`KeyError::Name`] where the name is not a [`KeyName`].
    pub fn from_seed(name: &str, seed: &[u8; SEED_BYTES]) -> Result<Self, KeyError> {
        Ok(Self(PrivateHalf::from_seed(KeyName::new(name)?, SignatureType::CosignatureV1, seed)))
    }

    /// The public half.
    #[must_use]
    pub fn verifier(&self) -> CosignerKey {
        CosignerKey(self.0.public().clone())
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

    pub(super) fn sign(&self, message: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.0.sign(message)
    }
}

impl fmt::Debug for CosigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosigningKey({}+{}, seed hidden)", self.name(), self.id())
    }
}

/// The public half of a [`CosigningKey`]: `<name>+<id>+<base64(0x04 ‖ public key)>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CosignerKey(PublicHalf);

impl CosignerKey {
    /// Reads a verifier key of type `0x04`.
    ///
    /// # Errors
    /// [`KeyError`] says what is wrong.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        encoding::parse_public(text, SignatureType::CosignatureV1).map(Self)
    }

    /// Takes a name and the 32 bytes of an Ed25519 public key.
    ///
    /// # Errors
    /// [`KeyError::Name`] and [`KeyError::UnusablePoint`].
    pub fn from_public_key(name: &str, public_key: &[u8; 32]) -> Result<Self, KeyError> {
        PublicHalf::from_bytes(KeyName::new(name)?, SignatureType::CosignatureV1, public_key).map(Self)
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

    pub(super) fn accepts(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.accepts(message, signature)
    }
}

impl fmt::Display for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encoding::format_public(&self.0))
    }
}

impl fmt::Debug for CosignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CosignerKey({self})")
    }
}

impl FromStr for CosignerKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        Self::parse(text)
    }
}
