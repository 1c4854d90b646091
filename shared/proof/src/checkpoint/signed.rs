//! Checkpoints as signed notes: [C2SP tlog-checkpoint, "Signatures"](https://c2sp.org/tlog-checkpoint#signatures).

use std::fmt;
use std::str::FromStr;

use super::{Checkpoint, CheckpointError, CheckpointVerifyError};
use crate::keys::{SigningKey, VerifierKey};
use crate::note::{Note, NoteError, NoteSignature, SignedNote};

/// A checkpoint with one or more signatures, none of them checked. Written by `Display` and [`SignedCheckpoint::text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    signed: SignedNote,
    /// What the note's text says.
    checkpoint: Checkpoint,
    /// The signed note as text.
    text: String,
}

impl SignedCheckpoint {
    /// Signs a checkpoint. A log never signs two that do not fit each other: whoever calls this has seen to it.
    ///
    /// # Errors
    /// [`CheckpointError`] where a field is not what a checkpoint can hold.
    pub fn sign(checkpoint: &Checkpoint, key: &SigningKey) -> Result<Self, CheckpointError> {
        let signed = Note::new(checkpoint.to_text()?)?.sign(key);
        Ok(Self::with(signed, checkpoint.clone()))
    }

    /// Reads a signed checkpoint. Its signatures are not checked.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong with the form.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        Self::try_from(SignedNote::parse(text)?)
    }

    /// Reads a signed checkpoint from bytes of any kind.
    ///
    /// # Errors
    /// [`CheckpointError`] says what is wrong with the form.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        Self::try_from(SignedNote::parse_bytes(bytes)?)
    }

    fn with(signed: SignedNote, checkpoint: Checkpoint) -> Self {
        let text = signed.to_string();
        Self { signed, checkpoint, text }
    }

    /// The checkpoint, if this key has signed it.
    ///
    /// Which log it is of is for the caller to look at ([`Checkpoint::origin`]), or see [`SignedCheckpoint::verify_from`].
    ///
    /// # Errors
    /// [`CheckpointVerifyError`] says why it cannot be believed.
    pub fn verify(&self, key: &VerifierKey) -> Result<Checkpoint, CheckpointVerifyError> {
        self.verify_any(std::slice::from_ref(key))
    }

    /// The checkpoint, if at least one of these keys has signed it and no signature in the name of one is wrong.
    ///
    /// # Errors
    /// [`CheckpointVerifyError`] says why it cannot be believed.
    pub fn verify_any(&self, keys: &[VerifierKey]) -> Result<Checkpoint, CheckpointVerifyError> {
        self.signed.verify(keys)?;
        Ok(self.checkpoint.clone())
    }

    /// The checkpoint, if it is of this log and signed by at least one of the log's keys (several while a key is being
    /// replaced).
    ///
    /// # Errors
    /// [`CheckpointVerifyError`] says why it cannot be believed.
    pub fn verify_from(&self, origin: &str, keys: &[VerifierKey]) -> Result<Checkpoint, CheckpointVerifyError> {
        let checkpoint = self.verify_any(keys)?;
        if checkpoint.origin != origin {
            return Err(CheckpointVerifyError::WrongOrigin { expected: origin.to_owned(), found: checkpoint.origin });
        }
        Ok(checkpoint)
    }

    /// Text and signatures, as they are stored and sent.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the text says, which nobody has been shown to have signed.
    #[must_use]
    pub fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note it is.
    #[must_use]
    pub fn note(&self) -> &SignedNote {
        &self.signed
    }

    /// Adds a signature of any kind, unchecked, in place of earlier ones of the same name and id.
    ///
    /// # Errors
    /// [`NoteError::TooManySignatures`] where the note is full.
    pub fn put(&mut self, signature: NoteSignature) -> Result<(), NoteError> {
        self.signed.put(signature)?;
        self.text = self.signed.to_string();
        Ok(())
    }
}

impl TryFrom<SignedNote> for SignedCheckpoint {
    type Error = CheckpointError;

    fn try_from(signed: SignedNote) -> Result<Self, CheckpointError> {
        let checkpoint = Checkpoint::parse(signed.unverified_note().text())?;
        Ok(Self::with(signed, checkpoint))
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for SignedCheckpoint {
    type Err = CheckpointError;

    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        Self::parse(text)
    }
}
