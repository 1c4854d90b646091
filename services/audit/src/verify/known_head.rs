//! A signed head to compare with.

use dossier_proof::{Hash, SignedCheckpoint, VerifierKey, checkpoint::CheckpointVerifyError};

/// The head of a journal that somebody signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownHead {
    /// The epoch.
    pub epoch: u32,
    /// How many events.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// Who says so, for messages: "its anchor", "the checkpoint that was kept".
    pub witness: String,
}

impl KnownHead {
    /// The head that a checkpoint of the log `log` speaks of, when one of the keys has signed it.
    ///
    /// # Errors
    /// Why it cannot be believed.
    pub fn signed(
        signed: &SignedCheckpoint,
        log: &str,
        keys: &[VerifierKey],
        witness: impl Into<String>,
    ) -> Result<Self, CheckpointVerifyError> {
        let checkpoint = signed.verify_any(keys)?;
        let epoch = checkpoint.origin.strip_prefix(log).and_then(|rest| rest.strip_prefix('/')?.parse().ok());
        let Some(epoch) = epoch else {
            let expected = format!("{log}/<epoch>");
            return Err(CheckpointVerifyError::WrongOrigin { expected, found: checkpoint.origin });
        };
        Ok(Self { epoch, size: checkpoint.size, root: checkpoint.root, witness: witness.into() })
    }
}
