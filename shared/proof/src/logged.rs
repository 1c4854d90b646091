//! Proofs that a log holds something, verified without the log: [C2SP tlog-proof](https://c2sp.org/tlog-proof), version 1.
//!
//! A proof is a text: where in the log, the path of the tree, the checkpoint with all its signatures, and any bytes that help whoever reads it
//! (here the event itself). Nothing in it is believed before [`LogProof::verify`] has led from the leaf to a root that a known key has signed.
//!
//! ```text
//! c2sp.org/tlog-proof@v1
//! extra BASE64            (may be left out)
//! index 73894
//! BASE64 OF A HASH        (none to 62, the leaf's sibling first)
//!
//! CHECKPOINT
//! ```

#[cfg(test)]
mod tests;

use std::{fmt, str::FromStr};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use thiserror::Error;

use crate::{
    checkpoint::{Checkpoint, CheckpointError, CheckpointVerifyError, SignedCheckpoint},
    decimal,
    hash::Hash,
    keys::VerifierKey,
    note::MAX_NOTE_BYTES,
    tree::inclusion::{self, InclusionError},
};

/// The first line.
const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// Bytes that may go with a proof: an event has at most 512 KiB, the rest is room.
pub const MAX_EXTRA_BYTES: usize = 1024 * 1024;
/// The longest path: from a leaf of the largest tree to its root.
pub const MAX_PATH_HASHES: usize = 62;
/// The longest proof: its header, what goes with it (four characters for three bytes), the index, 45 characters a hash, the checkpoint.
pub const MAX_PROOF_BYTES: usize = HEADER.len()
    + 1
    + "extra ".len()
    + MAX_EXTRA_BYTES.div_ceil(3) * 4
    + 1
    + "index ".len()
    + 20
    + 1
    + MAX_PATH_HASHES * 45
    + 1
    + MAX_NOTE_BYTES;

/// Why a text is no such proof. Final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogProofError {
    /// It is longer than any proof.
    #[error("a proof has at most {MAX_PROOF_BYTES} bytes, this one has {found}")]
    TooLong {
        /// How many it has.
        found: usize,
    },
    /// It is of another format, or of a version that is not known here.
    #[error("the first line is not {HEADER:?}: it is no proof of this format")]
    Header,
    /// The bytes that go with it.
    #[error("what stands after \"extra\" is not up to {MAX_EXTRA_BYTES} bytes in standard base64")]
    Extra,
    /// Where the leaf is.
    #[error("there is no line \"index\" with a number in decimal digits without leading zeros")]
    Index,
    /// A line of the path.
    #[error("line {number} of the path is not a hash: 32 bytes in standard base64")]
    Path {
        /// Which one, from 1.
        number: usize,
    },
    /// More lines than any path has.
    #[error("the path has more than {MAX_PATH_HASHES} hashes")]
    PathTooLong,
    /// The empty line before the checkpoint.
    #[error("there is no empty line between the path and the checkpoint")]
    MissingCheckpoint,
    /// The checkpoint.
    #[error("the checkpoint in the proof: {0}")]
    Checkpoint(#[from] CheckpointError),
}

/// Why a proof does not hold. Final, for these keys.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LogProofVerifyError {
    /// The checkpoint cannot be believed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointVerifyError),
    /// The leaf is not where the proof says.
    #[error(transparent)]
    Inclusion(#[from] InclusionError),
}

/// A proof that a log holds a leaf. Written by `Display`, read by `FromStr`: exactly one text for each proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogProof {
    extra: Vec<u8>,
    index: u64,
    path: Vec<Hash>,
    checkpoint: SignedCheckpoint,
}

impl LogProof {
    /// Puts a proof together. Whether it holds is for [`LogProof::verify`] to say.
    ///
    /// # Errors
    /// [`LogProofError::Extra`] and [`LogProofError::PathTooLong`]: more than the format's limits here.
    pub fn new(
        extra: Vec<u8>,
        index: u64,
        path: Vec<Hash>,
        checkpoint: SignedCheckpoint,
    ) -> Result<Self, LogProofError> {
        if extra.len() > MAX_EXTRA_BYTES {
            return Err(LogProofError::Extra);
        }
        if path.len() > MAX_PATH_HASHES {
            return Err(LogProofError::PathTooLong);
        }
        Ok(Self { extra, index, path, checkpoint })
    }

    /// Reads a proof from bytes of any kind.
    ///
    /// # Errors
    /// [`LogProofError`] says what is wrong with the form.
    pub fn parse_bytes(bytes: &[u8]) -> Result<Self, LogProofError> {
        if bytes.len() > MAX_PROOF_BYTES {
            return Err(LogProofError::TooLong { found: bytes.len() });
        }
        std::str::from_utf8(bytes).map_err(|_| LogProofError::Header)?.parse()
    }

    /// Where the leaf is, from 0.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// What goes with the proof. Nobody has signed it: whoever uses it shows that it leads to the leaf.
    #[must_use]
    pub fn extra(&self) -> &[u8] {
        &self.extra
    }

    /// The checkpoint, which nobody has been shown to have signed.
    #[must_use]
    pub const fn unverified(&self) -> &SignedCheckpoint {
        &self.checkpoint
    }

    /// The checkpoint of the log `origin`, if one of the log's keys has signed it and `leaf` (a leaf hash) is where the proof says.
    ///
    /// Who else has cosigned it says [`SignedCheckpoint::cosigned_at`].
    ///
    /// # Errors
    /// [`LogProofVerifyError`] says what does not hold.
    pub fn verify(&self, leaf: Hash, origin: &str, keys: &[VerifierKey]) -> Result<Checkpoint, LogProofVerifyError> {
        let checkpoint = self.checkpoint.verify_from(origin, keys)?;
        inclusion::verify(leaf, self.index, checkpoint.head(), &self.path)?;
        Ok(checkpoint)
    }
}

impl fmt::Display for LogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if !self.extra.is_empty() {
            writeln!(f, "extra {}", BASE64_STANDARD.encode(&self.extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(f, "{}", hash.to_base64())?;
        }
        write!(f, "\n{}", self.checkpoint.text())
    }
}

impl FromStr for LogProof {
    type Err = LogProofError;

    fn from_str(text: &str) -> Result<Self, LogProofError> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(LogProofError::TooLong { found: text.len() });
        }
        let (header, rest) = text.split_once('\n').ok_or(LogProofError::Header)?;
        if header != HEADER {
            return Err(LogProofError::Header);
        }
        let (extra, rest) = read_extra(rest)?;
        let (index, mut rest) = read_index(rest)?;
        let mut path = Vec::new();
        loop {
            let (line, after) = rest.split_once('\n').ok_or(LogProofError::MissingCheckpoint)?;
            rest = after;
            if line.is_empty() {
                break;
            }
            if path.len() == MAX_PATH_HASHES {
                return Err(LogProofError::PathTooLong);
            }
            path.push(Hash::from_base64(line).map_err(|_| LogProofError::Path { number: path.len() + 1 })?);
        }
        let checkpoint = SignedCheckpoint::parse(rest)?;
        Self::new(extra, index, path, checkpoint)
    }
}

/// What goes with the proof, and the text after it. A line without bytes is not written, so it is not read either.
fn read_extra(text: &str) -> Result<(Vec<u8>, &str), LogProofError> {
    let Some(text) = text.strip_prefix("extra ") else { return Ok((Vec::new(), text)) };
    let (line, rest) = text.split_once('\n').ok_or(LogProofError::Extra)?;
    let extra = BASE64_STANDARD.decode(line).map_err(|_| LogProofError::Extra)?;
    if extra.is_empty() { Err(LogProofError::Extra) } else { Ok((extra, rest)) }
}

fn read_index(text: &str) -> Result<(u64, &str), LogProofError> {
    let (line, rest) = text.split_once('\n').ok_or(LogProofError::Index)?;
    let digits = line.strip_prefix("index ").ok_or(LogProofError::Index)?;
    Ok((decimal::parse(digits).ok_or(LogProofError::Index)?, rest))
}
