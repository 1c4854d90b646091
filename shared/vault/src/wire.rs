//! Sealed texts and personal values to and from the messages of the contract.

use dossier_proto::{Digest, IdError, KeyId, v1};

use crate::{MAX_CIPHERTEXT, PersonalValue, Sealed, material::NONCE};

/// A message of the contract does not hold what it should.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// A key id or a digest has another length.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A nonce has another length than 24 bytes.
    #[error("the nonce of a sealed text takes {NONCE} bytes, here are {0}")]
    Nonce(usize),
    /// A sealed text is longer than any that was sealed here.
    #[error("a sealed text has {0} bytes, the limit is {MAX_CIPHERTEXT}")]
    TooLong(usize),
    /// A personal value has no sealed text.
    #[error("the personal value at {0:?} has no sealed text")]
    NotSealed(String),
}

impl From<Sealed> for v1::Sealed {
    fn from(sealed: Sealed) -> Self {
        Self { key_id: sealed.key_id.to_vec(), nonce: sealed.nonce.to_vec(), ciphertext: sealed.ciphertext }
    }
}

impl TryFrom<v1::Sealed> for Sealed {
    type Error = WireError;

    fn try_from(message: v1::Sealed) -> Result<Self, WireError> {
        let key_id = KeyId::try_from(message.key_id.as_slice())?;
        let nonce = message.nonce.as_slice().try_into().map_err(|_| WireError::Nonce(message.nonce.len()))?;
        if message.ciphertext.len() > MAX_CIPHERTEXT {
            return Err(WireError::TooLong(message.ciphertext.len()));
        }
        Ok(Self { key_id, nonce, ciphertext: message.ciphertext })
    }
}

impl From<PersonalValue> for v1::PersonalValue {
    fn from(value: PersonalValue) -> Self {
        Self { pointer: value.pointer, commitment: value.commitment.to_vec(), sealed: Some(value.sealed.into()) }
    }
}

impl TryFrom<v1::PersonalValue> for PersonalValue {
    type Error = WireError;

    fn try_from(message: v1::PersonalValue) -> Result<Self, WireError> {
        let commitment = Digest::try_from(message.commitment.as_slice())?;
        let Some(sealed) = message.sealed else { return Err(WireError::NotSealed(message.pointer)) };
        Ok(Self { pointer: message.pointer, commitment, sealed: sealed.try_into()? })
    }
}
