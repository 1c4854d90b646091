//! What an origin signed, verified: an epoch, a size, a root.

use dossier_proof::{Checkpoint, SignedCheckpoint, VerifierKey};
use dossier_proto::Origin;

use crate::{Divergence, Position};

/// A checkpoint whose signature is the origin's.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    /// The end of the events it covers.
    pub(super) end: Position,
    /// What was signed.
    pub(super) checkpoint: Checkpoint,
}

/// Where a checkpoint claims to stand. Nothing is verified.
pub(super) fn claimed_end(signed: &SignedCheckpoint) -> Option<Position> {
    end_of(signed.unverified())
}

fn end_of(checkpoint: &Checkpoint) -> Option<Position> {
    let (_, epoch) = checkpoint.origin.rsplit_once('/')?;
    Some(Position { epoch: epoch.parse().ok()?, sequence: checkpoint.size })
}

/// Verifies that this is the origin's own, of its own log.
///
/// # Errors
/// [`Divergence::Signature`].
pub(super) fn verified(
    origin: Origin,
    verifier: &VerifierKey,
    signed: &SignedCheckpoint,
) -> Result<Signature, Divergence> {
    let refused = |reason: String| Divergence::Signature { origin, reason };
    let checkpoint = signed.verify(verifier).map_err(|error| refused(error.to_string()))?;
    let end = end_of(&checkpoint).ok_or_else(|| refused(format!("{} names no epoch", checkpoint.origin)))?;
    // A log is named as its key.
    if checkpoint.origin != format!("{}/{}", verifier.name(), end.epoch) {
        return Err(refused(format!("{} is another log than {}", checkpoint.origin, verifier.name())));
    }
    Ok(Signature { end, checkpoint })
}
