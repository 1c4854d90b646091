//! What a journal is opened with.

use std::path::PathBuf;

use dossier_proof::{Hash, VerifierKey};

use crate::{MirrorHead, OpenError, PeekFn, Signers, TurnFn};

/// The longest log name, in bytes: a checkpoint's origin has at most 255, and `/` with the epoch takes up to 11 of them.
const LOG_BYTES_MAX: usize = 240;

/// What a journal is opened with.
#[derive(Debug)]
pub struct OpenOptions {
    /// The log name; the origin line of checkpoints is `<log>/<epoch>`.
    pub log: String,
    /// The directory of the anchor, outside of the store's.
    pub anchors: PathBuf,
    /// Signs anchors and checkpoints.
    pub key: Signers,
    /// Keys that signed before, and of which the journal itself says nothing: an anchor of theirs is ours too.
    pub former_keys: Vec<VerifierKey>,
    /// Reads epoch, sequence and entry from an event.
    pub peek: PeekFn,
    /// Reads whether an event gives up the key that the journal signs with. Without it none does.
    pub turn: TurnFn,
    /// How much is verified before the opening returns.
    pub verify: Verify,
    /// What mirrors, streams or witnesses know of this journal.
    pub mirrors: Vec<MirrorHead>,
    /// What to do when events are lost.
    pub recovery: Recovery,
}

/// How much of the history is read, hashed and compared with the Merkle tree before the opening returns. The rest follows in the
/// background ([`Journal::verification`](crate::Journal::verification)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verify {
    /// All of it: right where everything is replayed anyway.
    Whole,
    /// What came after a snapshot.
    Since(TrustedEdge),
    /// Nothing but the edge; for tools that want to look at a few events.
    Edge,
}

/// The edge of the Merkle tree at a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedEdge {
    /// The epoch of the snapshot.
    pub epoch: u32,
    /// Number of events in that epoch at the snapshot.
    pub size: u64,
    /// The hashes of the edge, the largest subtree first.
    pub frontier: Vec<Hash>,
}

/// What to do when the journal is shorter than its anchor or a mirror says, or has lost its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Recovery {
    /// Refuse.
    #[default]
    Refuse,
    /// An operator has accepted the loss: open, but take nothing before [`Writer::begin_epoch`](crate::Writer::begin_epoch).
    NewEpoch,
}

impl OpenOptions {
    /// Options with the careful defaults: everything is verified, a loss is refused.
    #[must_use]
    pub fn new(log: impl Into<String>, anchors: impl Into<PathBuf>, key: impl Into<Signers>, peek: PeekFn) -> Self {
        Self {
            log: log.into(),
            anchors: anchors.into(),
            key: key.into(),
            former_keys: Vec::new(),
            peek,
            turn: |_event| None,
            verify: Verify::Whole,
            mirrors: Vec::new(),
            recovery: Recovery::Refuse,
        }
    }

    pub(super) fn check(&self) -> Result<(), OpenError> {
        if self.log.is_empty()
            || self.log.len() > LOG_BYTES_MAX
            || self.log.chars().any(|c| c.is_control() || c.is_whitespace())
        {
            return Err(OpenError::Options(format!("a log name has 1 to {LOG_BYTES_MAX} bytes and no spaces")));
        }
        Ok(())
    }
}
