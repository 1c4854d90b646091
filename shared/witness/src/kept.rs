//! What a witness keeps of a log: the largest tree that it has cosigned, as it was signed.

use dossier_proof::{
    CosignerKey, SignedCheckpoint, checkpoint::CheckpointError, cosignature::CosignatureError, entry_hash,
    tree::TreeHead,
};

/// Characters of an origin line that a file's name shows.
const SHOWN: usize = 100;
/// Bytes of its hash behind them: two logs never share a file.
const TOLD_APART: usize = 8;

/// A checkpoint that carries the witness's own cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    signed: SignedCheckpoint,
    cosigned_at: u64,
}

/// Why a text is not what this witness keeps. Final: somebody has changed it, or it is another witness's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeptError {
    /// It is no checkpoint.
    #[error(transparent)]
    Form(#[from] CheckpointError),
    /// It is not cosigned by this witness.
    #[error("it is not what this witness has cosigned: {0}")]
    NotOurs(#[from] CosignatureError),
}

impl Kept {
    /// Reads what was kept.
    ///
    /// # Errors
    /// [`KeptError`].
    pub fn parse(text: &[u8], key: &CosignerKey) -> Result<Self, KeptError> {
        Self::of(SignedCheckpoint::parse_bytes(text)?, key)
    }

    pub(crate) fn of(signed: SignedCheckpoint, key: &CosignerKey) -> Result<Self, KeptError> {
        let cosigned_at = signed.cosigned_at(key)?;
        Ok(Self { signed, cosigned_at })
    }

    /// The log's origin line.
    pub fn origin(&self) -> &str {
        &self.signed.unverified().origin
    }

    /// Size and root.
    pub fn head(&self) -> TreeHead {
        self.signed.unverified().head()
    }

    /// When it was cosigned, in seconds after 1970.
    pub const fn cosigned_at(&self) -> u64 {
        self.cosigned_at
    }

    /// The signed note, with the cosignature.
    pub const fn signed(&self) -> &SignedCheckpoint {
        &self.signed
    }
}

/// The name of the file in which a witness keeps a log's checkpoint: readable, and different for each log.
pub fn file_name(origin: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
    let shown: String = origin.chars().take(SHOWN).map(plain).collect();
    let apart = hex::encode(&entry_hash(origin.as_bytes()).as_bytes()[..TOLD_APART]);
    format!("{}-{apart}.txt", shown.trim_start_matches('.'))
}
