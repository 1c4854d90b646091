//! What a log sends to a witness: [C2SP tlog-witness](https://c2sp.org/tlog-witness), `add-checkpoint`.
//!
//! ```text
//! old 20852014
//! BASE64 OF A HASH        (none to 63)
//!
//! CHECKPOINT
//! ```

use std::{fmt, str::FromStr};

use dossier_proof::{
    CosignerKey, Hash, SignedCheckpoint, checkpoint::CheckpointError, note::NoteSignature, tree::MAX_PROOF_HASHES,
};

/// The longest request: the first line (25 bytes), 63 hashes of 45, a checkpoint of 17 KiB, and room for 40 KiB of signatures: eight of the longest kind,
/// or a hundred of ours.
pub const REQUEST_BYTES_MAX: usize = 64 * 1024;

/// A checkpoint with the proof that it continues an earlier one. Nothing of it is believed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size of the tree that the witness is thought to have cosigned last.
    pub old: u64,
    /// The consistency proof from there.
    pub proof: Vec<Hash>,
    /// The new checkpoint.
    pub signed: SignedCheckpoint,
}

/// Why a text is no such request. Final.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// It is longer than any.
    #[error("a request has at most {REQUEST_BYTES_MAX} bytes, this one has {0}")]
    TooLong(usize),
    /// It is not UTF-8.
    #[error("a request is UTF-8")]
    NotText,
    /// The first line.
    #[error("the first line is not \"old\" with a size in decimal digits without leading zeros")]
    Old,
    /// A line of the proof.
    #[error("line {number} of the proof is not a hash: 32 bytes in standard base64")]
    Proof {
        /// Which one, from 1.
        number: usize,
    },
    /// More lines than any proof has.
    #[error("a proof has at most {MAX_PROOF_HASHES} hashes")]
    ProofTooLong,
    /// The empty line before the checkpoint.
    #[error("there is no empty line between the proof and the checkpoint")]
    MissingCheckpoint,
    /// The checkpoint.
    #[error("the checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// The old size is above the new one.
    #[error("the old size is {old}, above the checkpoint's {new}")]
    OldIsLarger {
        /// The size it is to continue.
        old: u64,
        /// The size it has.
        new: u64,
    },
}

impl AddCheckpoint {
    /// Reads a request from bytes of any kind.
    ///
    /// # Errors
    /// [`RequestError`] says what is wrong.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > REQUEST_BYTES_MAX {
            return Err(RequestError::TooLong(bytes.len()));
        }
        std::str::from_utf8(bytes).map_err(|_| RequestError::NotText)?.parse()
    }
}

impl FromStr for AddCheckpoint {
    type Err = RequestError;

    fn from_str(text: &str) -> Result<Self, RequestError> {
        if text.len() > REQUEST_BYTES_MAX {
            return Err(RequestError::TooLong(text.len()));
        }
        let (first, mut rest) = text.split_once('\n').ok_or(RequestError::Old)?;
        let old = first.strip_prefix("old ").and_then(decimal).ok_or(RequestError::Old)?;
        let mut proof = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or(RequestError::MissingCheckpoint)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if proof.len() == MAX_PROOF_HASHES {
                return Err(RequestError::ProofTooLong);
            }
            proof.push(Hash::from_base64(line).map_err(|_| RequestError::Proof { number: proof.len() + 1 })?);
        }
        let signed = SignedCheckpoint::parse(rest)?;
        let new = signed.unverified().size;
        if old > new { Err(RequestError::OldIsLarger { old, new }) } else { Ok(Self { old, proof, signed }) }
    }
}

impl fmt::Display for AddCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.signed.text())
    }
}

/// The one spelling of a number.
fn decimal(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// The lines that a witness answers with: its own signatures of a checkpoint.
pub fn signature_lines(signed: &SignedCheckpoint, key: &CosignerKey) -> String {
    let own = |signature: &&NoteSignature| signature.name() == key.name() && signature.id() == key.id();
    signed.note().signatures().iter().filter(own).map(|signature| format!("{signature}\n")).collect()
}
