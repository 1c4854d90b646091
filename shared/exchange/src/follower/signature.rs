//! What an origin signed, verified: an epoch, a size, a root.

use dossier_proof::{Checkpoint, SignedCheckpoint};

use super::FollowerSettings;
use crate::{NotVerified, Position};

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

/// Verifies that this is the origin's own, of its own log, signed with the key that signs there.
///
/// # Errors
/// [`NotVerified`].
pub(super) async fn verified(settings: &FollowerSettings, signed: &SignedCheckpoint) -> Result<Signature, NotVerified> {
    let FollowerSettings { origin, keys, transport, .. } = settings;
    let (stand, checkpoint) = keys.verified(&**transport, *origin, signed).await?;
    Ok(Signature { end: Position { epoch: stand.epoch, sequence: stand.size }, checkpoint })
}
