//! Text with signatures: [C2SP signed-note](https://c2sp.org/signed-note).
//!
//! ```text
//! <text, one or more lines>
//! <empty line>
//! — <key name> <base64(key id ‖ signature)>
//! ```
//!
//! A [`Note`] is a text that can be signed, a [`SignedNote`] a text with signatures nobody has checked yet. Only
//! [`SignedNote::verify`] says whose they are; until then the text is nobody's. Signatures of unknown keys are kept, so
//! that others may add theirs.

mod signature;
mod signed;

#[cfg(test)]
mod tests;

use std::fmt;

use thiserror::Error;

use crate::keys::{KeyId, KeyName, MAX_NAME_BYTES, SigningKey};

pub use signature::{NoteSignature, SignatureLineError};
pub use signed::{SignedNote, VerifiedNote};

/// The longest text, in bytes: 64 KiB. A checkpoint needs at most 17 KiB (see [`crate::checkpoint`]).
pub const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The most signatures of a note. The specification asks for at least 16; 64 leaves room for the log, its
/// earlier keys and a few dozen cosigners.
pub const MAX_SIGNATURES: usize = 64;

/// The longest signature with its key id, in bytes: 5 KiB, for "post-quantum signatures can be up to nearly 5kB".
pub const MAX_SIGNATURE_BYTES: usize = 5 * 1024;

/// Em dash (3 bytes), space, name (255), space, 5 120 bytes in base64 (6 828), newline: 7 089 bytes.
const MAX_LINE_BYTES: usize = 3 + 1 + MAX_NAME_BYTES + 1 + MAX_SIGNATURE_BYTES.div_ceil(3) * 4 + 1;

/// The longest note: the longest text (65 536), the empty line (1) and 64 lines of 7 089 bytes: 519 233 bytes.
/// Nothing longer is looked at, and nothing within the other limits is longer.
pub const MAX_NOTE_BYTES: usize = MAX_TEXT_BYTES + 1 + MAX_SIGNATURES * MAX_LINE_BYTES;
const _: () = assert!(MAX_LINE_BYTES == 7_089 && MAX_NOTE_BYTES == 519_233);

/// Why something does not have the form of a note. Final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoteError {
    /// Longer than [`MAX_TEXT_BYTES`] (a text) or [`MAX_NOTE_BYTES`] (a note).
    #[error("{bytes} bytes are above the limit of {limit} for a note or its text")]
    TooLong {
        /// Length, in bytes.
        bytes: usize,
        /// The limit, in bytes.
        limit: usize,
    },
    /// Not UTF-8.
    #[error("a note is UTF-8; the byte at {offset} is not")]
    NotUtf8 {
        /// Position of the first wrong byte, from 0.
        offset: usize,
    },
    /// A control character other than newline.
    #[error("a note has no control characters but newline; there is one at byte {offset}")]
    ControlCharacter {
        /// Position of the first one, in bytes from 0.
        offset: usize,
    },
    /// A text, and the note as a whole, ends in a newline.
    #[error("the last line does not end in a newline")]
    MissingNewline,
    /// No empty line with signatures behind it.
    #[error("a signed note has an empty line and at least one signature line behind its text")]
    NoSignatures,
    /// More than [`MAX_SIGNATURES`].
    #[error("a note has at most {MAX_SIGNATURES} signatures")]
    TooManySignatures,
    /// A line in the place of the signatures is none.
    #[error("signature line {line}: {reason}")]
    SignatureLine {
        /// Which of the signature lines, from 1.
        line: usize,
        /// What is wrong with it.
        reason: SignatureLineError,
    },
}

/// Why a note cannot be believed. Final, for these keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VerifyError {
    /// None of the keys given has signed.
    #[error("none of the known keys has signed the note")]
    NoKnownSignature,
    /// A signature names a known key and is not that key's signature of this text. The whole note is refused.
    #[error("the signature of {name}+{id} does not fit the text: one of the two was changed")]
    BadSignature {
        /// Name of the key.
        name: KeyName,
        /// Id of the key.
        id: KeyId,
    },
    /// Two different keys with the same name and id were given, so a signature cannot be told to be of one of them.
    #[error("two different known keys are called {name}+{id}")]
    AmbiguousKey {
        /// The name of both.
        name: KeyName,
        /// The id of both.
        id: KeyId,
    },
}

/// A text that can be signed: UTF-8 without control characters but newline, ending in newline, at most
/// [`MAX_TEXT_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Note(String);

impl Note {
    /// Takes a text that has the form of a note's text.
    ///
    /// # Errors
    /// [`NoteError`] says what is wrong.
    pub fn new(text: impl Into<String>) -> Result<Self, NoteError> {
        let text = text.into();
        if text.len() > MAX_TEXT_BYTES {
            return Err(NoteError::TooLong { bytes: text.len(), limit: MAX_TEXT_BYTES });
        }
        refuse_control_characters(&text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::MissingNewline);
        }
        Ok(Self(text))
    }

    /// The text, with its final newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Signs the text.
    #[must_use]
    pub fn sign(&self, key: &SigningKey) -> SignedNote {
        SignedNote::first(self.clone(), NoteSignature::over(self, key))
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Newline is the only control character below U+0020 that a note may have.
fn refuse_control_characters(text: &str) -> Result<(), NoteError> {
    let forbidden = |byte: u8| byte < b' ' && byte != b'\n';
    match text.bytes().position(forbidden) {
        Some(offset) => Err(NoteError::ControlCharacter { offset }),
        None => Ok(()),
    }
}
