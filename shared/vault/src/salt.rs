//! Salted digests: `SHA-256(salt ‖ bytes)`.

use std::{fmt, str::FromStr};

use dossier_proto::Digest;
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 32 random bytes that make a digest impossible to guess from a guessed text. Wiped when dropped.
///
/// A salt is secret until the text it belongs to is public; then it is part of the proof.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

/// The text is not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a salt is written as 64 hexadecimal digits")]
pub struct SaltError;

impl Salt {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The salt as a proof shows it: 64 lower-case hexadecimal digits. [`FromStr`] reads it.
    ///
    /// It has a name of its own, and there is no `Display`, so that a salt gets into no log by chance.
    pub fn disclose(&self) -> String {
        hex::encode(self.0)
    }
}

impl From<[u8; 32]> for Salt {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl FromStr for Salt {
    type Err = SaltError;

    fn from_str(text: &str) -> Result<Self, SaltError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| SaltError)?;
        Ok(Self(bytes))
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// `SHA-256(salt ‖ canonical JSON)`: the digest of a content, and the commitment to a personal value.
///
/// ```
/// use dossier_vault::{Salt, digest_with_salt};
/// let salt = Salt::from([7; 32]);
/// // printf '%.0s\x07' {1..32} | cat - <(printf '{}') | sha256sum
/// assert_eq!(
///     digest_with_salt(&salt, b"{}").to_string(),
///     "605dcbfd3c387c45b6db7e7b1fb961bdd75d762260c4879b3c3b4f15edacad42"
/// );
/// ```
pub fn digest_with_salt(salt: &Salt, canonical: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(salt.0);
    hash.update(canonical);
    Digest(hash.finalize().into())
}
