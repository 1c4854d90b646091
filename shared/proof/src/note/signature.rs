//! One signature line: [C2SP signed-note, "Signatures"](https://c2sp.org/signed-note#signatures).

use std::fmt;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use thiserror::Error;

use super::{MAX_SIGNATURE_BYTES, Note};
use crate::keys::{KeyId, KeyName, SigningKey};

/// What every signature line begins with: an em dash (U+2014) and a space.
const LINE_START: &str = "— ";

/// A signature as a note carries it: which key it claims to be of, and bytes whose meaning depends on that key's type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NoteSignature {
    name: KeyName,
    id: KeyId,
    signature: Vec<u8>,
}

/// Why a line is not a signature line. Final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SignatureLineError {
    /// Not `— <name> <base64>`.
    #[error("it does not have the form \"— <key name> <base64>\"")]
    Form,
    /// The name is not a [`KeyName`].
    #[error("the key name is empty, too long or has a forbidden character")]
    Name,
    /// Not canonical standard base64.
    #[error("the signature is not canonical base64")]
    NotBase64,
    /// Behind the four bytes of the key id there must be a signature, and not one above [`MAX_SIGNATURE_BYTES`].
    #[error("a signature with its key id has 5 to {MAX_SIGNATURE_BYTES} bytes, not {bytes}")]
    WrongLength {
        /// Length of the decoded bytes (of the text where it is too long to be decoded).
        bytes: usize,
    },
}

impl NoteSignature {
    /// Puts a signature of any type together; `None` where it is empty or longer than [`MAX_SIGNATURE_BYTES`] less
    /// four bytes of id.
    #[must_use]
    pub fn new(name: KeyName, id: KeyId, signature: Vec<u8>) -> Option<Self> {
        if signature.is_empty() || signature.len() > MAX_SIGNATURE_BYTES - KeyId::BYTES {
            return None;
        }
        Some(Self { name, id, signature })
    }

    /// The signature of a key of type `0x01` over a text.
    pub(super) fn over(note: &Note, key: &SigningKey) -> Self {
        let signature = key.sign(note.text().as_bytes()).to_vec();
        Self { name: key.name().clone(), id: key.id(), signature }
    }

    /// Reads a line, without its newline.
    ///
    /// # Errors
    /// [`SignatureLineError`] says what is wrong.
    pub fn parse(line: &str) -> Result<Self, SignatureLineError> {
        let rest = line.strip_prefix(LINE_START).ok_or(SignatureLineError::Form)?;
        let (name, encoded) = rest.split_once(' ').ok_or(SignatureLineError::Form)?;
        let name = KeyName::new(name).map_err(|_| SignatureLineError::Name)?;
        if encoded.len() > MAX_SIGNATURE_BYTES.div_ceil(3) * 4 {
            return Err(SignatureLineError::WrongLength { bytes: encoded.len() });
        }
        let bytes = BASE64_STANDARD.decode(encoded).map_err(|_| SignatureLineError::NotBase64)?;
        let wrong_length = SignatureLineError::WrongLength { bytes: bytes.len() };
        let (id, signature) = bytes.split_first_chunk().ok_or(wrong_length)?;
        Self::new(name, KeyId::from_bytes(*id), signature.to_vec()).ok_or(wrong_length)
    }

    /// The name of the key it claims to be of.
    #[must_use]
    pub fn name(&self) -> &KeyName {
        &self.name
    }

    /// The id of the key it claims to be of.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// The bytes behind the key id.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// Whether it claims to be of the key with this name and id.
    pub(crate) fn claims(&self, name: &KeyName, id: KeyId) -> bool {
        self.id == id && self.name == *name
    }
}

/// The line without its newline.
impl fmt::Display for NoteSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(KeyId::BYTES + self.signature.len());
        bytes.extend_from_slice(&self.id.to_bytes());
        bytes.extend_from_slice(&self.signature);
        write!(f, "{LINE_START}{} {}", self.name, BASE64_STANDARD.encode(bytes))
    }
}
