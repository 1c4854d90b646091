//! Signatures of those who watch a log: [C2SP tlog-cosignature](https://c2sp.org/tlog-cosignature), version
//! `cosignature/v1` (Ed25519, type `0x04`).
//!
//! A cosignature says: at this time, this was the largest tree the cosigner had seen of this log, and it continues every
//! earlier one the cosigner has seen. Checking that before signing is the cosigner's task.
//!
//! The signed message does not hold the cosigner's name, so a seed must serve one cosigner only.

mod keys;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::checkpoint::SignedCheckpoint;
use crate::keys::{KeyId, KeyName, SIGNATURE_BYTES};
use crate::note::{Note, NoteError, NoteSignature};

pub use keys::{CosignerKey, CosigningKey};

/// The last time that can be signed: 2^63 − 1 seconds after 1970.
pub const MAX_TIME_SECONDS: u64 = i64::MAX as u64;

/// The time, big-endian, in front of the Ed25519 signature.
const TIME_BYTES: usize = 8;

/// Why a cosignature could not be made. Final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CosignError {
    /// The time is above [`MAX_TIME_SECONDS`].
    #[error("the time of {seconds} seconds after 1970 cannot be written in a cosignature")]
    Time {
        /// The time, in seconds after 1970 (POSIX).
        seconds: u64,
    },
    /// The checkpoint has as many signatures as it can.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// Why a checkpoint does not count as cosigned by a key. Final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CosignatureError {
    /// The cosigner has not signed.
    #[error("{name}+{id} has not cosigned the checkpoint")]
    Missing {
        /// Name of the cosigner's key.
        name: KeyName,
        /// Id of the cosigner's key.
        id: KeyId,
    },
    /// A signature in the cosigner's name is not 72 bytes, has an impossible time, or does not fit text and time.
    #[error("the cosignature of {name}+{id} does not fit the checkpoint: one of the two was changed")]
    Bad {
        /// Name of the cosigner's key.
        name: KeyName,
        /// Id of the cosigner's key.
        id: KeyId,
    },
}

impl SignedCheckpoint {
    /// Adds a cosignature, in place of an earlier one of the same cosigner.
    ///
    /// `time_seconds` is when the cosigner saw this tree as the largest, in seconds after 1970 (POSIX).
    ///
    /// # Errors
    /// [`CosignError`] where the time cannot be written or the checkpoint has no room.
    pub fn cosign(&mut self, key: &CosigningKey, time_seconds: u64) -> Result<(), CosignError> {
        let signature = cosign(self.note().unverified_note(), key, time_seconds)?;
        Ok(self.put(signature)?)
    }

    /// When this cosigner signed, in seconds after 1970 (the latest time, should there be several). All signatures in the
    /// cosigner's name must hold. Says nothing about the log's own signature.
    ///
    /// # Errors
    /// [`CosignatureError`] where there is none, or one that does not hold.
    pub fn cosigned_at(&self, key: &CosignerKey) -> Result<u64, CosignatureError> {
        let (name, id) = (key.name(), key.id());
        let mut latest = None;
        for signature in self.note().signatures().iter().filter(|signature| signature.claims(name, id)) {
            let time = time_of(self.note().unverified_note(), signature, key);
            latest = latest.max(Some(time.ok_or_else(|| CosignatureError::Bad { name: name.clone(), id })?));
        }
        latest.ok_or_else(|| CosignatureError::Missing { name: name.clone(), id })
    }
}

/// The cosignature line for the text of a checkpoint, to be sent back to its log.
fn cosign(note: &Note, key: &CosigningKey, time_seconds: u64) -> Result<NoteSignature, CosignError> {
    if time_seconds > MAX_TIME_SECONDS {
        return Err(CosignError::Time { seconds: time_seconds });
    }
    let mut bytes = Vec::with_capacity(TIME_BYTES + SIGNATURE_BYTES);
    bytes.extend_from_slice(&time_seconds.to_be_bytes());
    bytes.extend_from_slice(&key.sign(message(note, time_seconds).as_bytes()));
    let signature = NoteSignature::new(key.name().clone(), key.id(), bytes);
    Ok(signature.expect("72 bytes are neither none nor more than a signature may have"))
}

/// The time of a cosignature that holds; `None` where it does not.
fn time_of(note: &Note, signature: &NoteSignature, key: &CosignerKey) -> Option<u64> {
    let (time, ed25519) = signature.signature().split_first_chunk::<TIME_BYTES>()?;
    let time_seconds = u64::from_be_bytes(*time);
    if time_seconds > MAX_TIME_SECONDS {
        return None;
    }
    key.accepts(message(note, time_seconds).as_bytes(), ed25519).then_some(time_seconds)
}

/// What is signed: [C2SP tlog-cosignature, "Ed25519 signed message"](https://c2sp.org/tlog-cosignature#ed25519-signed-message).
fn message(note: &Note, time_seconds: u64) -> String {
    format!("cosignature/v1\ntime {time_seconds}\n{}", note.text())
}
