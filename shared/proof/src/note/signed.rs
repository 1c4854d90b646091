//! A note with its signature lines: reading, writing, adding to it, and finding out whose it is.

use std::fmt;
use std::str::FromStr;

use super::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteError, NoteSignature, VerifyError, refuse_control_characters};
use crate::keys::{SigningKey, VerifierKey};

/// A text with one to [`MAX_SIGNATURES`] signatures, none of them checked. Written by `Display`, read by
/// [`SignedNote::parse`]; one note has one text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SignedNote {
    note: Note,
    /// Never empty.
    signatures: Vec<NoteSignature>,
}

/// What [`SignedNote::verify`] found: a text that can be believed as far as its signers can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedNote<'a> {
    /// The text that was signed.
    pub note: &'a Note,
    /// The known keys that signed it, each once, in the order of their first signatures. Never empty.
    pub signers: Vec<&'a VerifierKey>,
    /// The signatures of keys that are not known here.
    pub unknown: Vec<&'a NoteSignature>,
}

impl SignedNote {
    pub(super) fn first(note: Note, signature: NoteSignature) -> Self {
        Self { note, signatures: vec![signature] }
    }

    /// Reads a signed note. Its signatures are not checked.
    ///
    /// # Errors
    /// [`NoteError`] says what is wrong with the form.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        if text.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong { bytes: text.len(), limit: MAX_NOTE_BYTES });
        }
        refuse_control_characters(text)?;
        let lines = text.strip_suffix('\n').ok_or(NoteError::MissingNewline)?;
        // The last empty line separates: the text may have empty lines too, signature lines are never empty.
        let (before, lines) = lines.rsplit_once("\n\n").ok_or(NoteError::NoSignatures)?;
        let note = Note::new(&text[..=before.len()])?;
        Ok(Self { note, signatures: parse_signatures(lines)? })
    }

    /// Reads a signed note from bytes of any kind.
    ///
    /// # Errors
    /// [`NoteError`] says what is wrong with the form.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong { bytes: bytes.len(), limit: MAX_NOTE_BYTES });
        }
        let text = std::str::from_utf8(bytes).map_err(|error| NoteError::NotUtf8 { offset: error.valid_up_to() })?;
        Self::parse(text)
    }

    /// The text, which nobody has been shown to have signed.
    #[must_use]
    pub fn unverified_note(&self) -> &Note {
        &self.note
    }

    /// The signatures, unchecked, in their order. Never empty.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds the signature of a key, in place of an earlier one of the same key.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`] where the note is full.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), NoteError> {
        self.put(NoteSignature::over(&self.note, key))
    }

    /// Adds a signature made elsewhere, unchecked, in place of earlier ones of the same name and id. A cosigner's newer
    /// cosignature so replaces its older one.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`] where the note is full.
    pub fn put(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        let same_key = |other: &NoteSignature| other.claims(signature.name(), signature.id());
        let kept = self.signatures.iter().filter(|other| !same_key(other)).count();
        if kept >= MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.retain(|other| !same_key(other));
        self.signatures.push(signature);
        Ok(())
    }

    /// Checks every signature that names one of the keys given. All of those must hold, and there must be at least one.
    ///
    /// # Errors
    /// [`VerifyError`] says why the note cannot be believed.
    pub fn verify<'a>(&'a self, keys: &'a [VerifierKey]) -> Result<VerifiedNote<'a>, VerifyError> {
        let mut verified = VerifiedNote { note: &self.note, signers: Vec::new(), unknown: Vec::new() };
        for signature in &self.signatures {
            let Some(key) = find(keys, signature)? else {
                verified.unknown.push(signature);
                continue;
            };
            if !key.accepts(self.note.text().as_bytes(), signature.signature()) {
                return Err(VerifyError::BadSignature { name: key.name().clone(), id: key.id() });
            }
            // A key that signed twice counts once: callers may count signers.
            if !verified.signers.contains(&key) {
                verified.signers.push(key);
            }
        }
        if verified.signers.is_empty() {
            return Err(VerifyError::NoKnownSignature);
        }
        Ok(verified)
    }
}

/// The known key a signature claims to be of.
fn find<'a>(keys: &'a [VerifierKey], signature: &NoteSignature) -> Result<Option<&'a VerifierKey>, VerifyError> {
    let mut claimed = keys.iter().filter(|key| signature.claims(key.name(), key.id()));
    let first = claimed.next();
    // The same key given twice is no harm.
    if let Some(other) = claimed.find(|key| Some(*key) != first) {
        return Err(VerifyError::AmbiguousKey { name: other.name().clone(), id: other.id() });
    }
    Ok(first)
}

fn parse_signatures(lines: &str) -> Result<Vec<NoteSignature>, NoteError> {
    let mut signatures = Vec::new();
    for (number, line) in (1..).zip(lines.split('\n')) {
        if number > MAX_SIGNATURES {
            return Err(NoteError::TooManySignatures);
        }
        let signature = NoteSignature::parse(line);
        signatures.push(signature.map_err(|reason| NoteError::SignatureLine { line: number, reason })?);
    }
    Ok(signatures)
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.note)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl FromStr for SignedNote {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        Self::parse(text)
    }
}
