//! What an origin signs, compared with what was read: after every reading that reaches a checkpoint, and when nothing comes.

use dossier_proof::Checkpoint;

use super::{Follower, Halt};
use crate::{Divergence, Position, ReadLimits, TransportError};

impl Follower {
    /// Fetches the newest checkpoint when the last one has been compared.
    pub(super) async fn look_at_checkpoint(&mut self) -> Result<(), Halt> {
        let next = self.tally.next();
        if self.checkpoint.is_some() || (self.compared == next && self.status.borrow().is_level()) {
            return Ok(());
        }
        self.fetch_checkpoint().await.map(drop)
    }

    /// Nothing came for a while: the transport may have forgotten something, or the origin itself.
    pub(super) async fn look_around(&mut self) -> Result<(), Halt> {
        let head = self.fetch_checkpoint().await?;
        let next = self.tally.next();
        if head > next {
            return self.catch_up(next).await;
        }
        if head < next { self.is_still_there(head).await } else { Ok(()) }
    }

    /// The head that the newest checkpoint speaks of; compared, when we have come as far.
    async fn fetch_checkpoint(&mut self) -> Result<Position, Halt> {
        let origin = self.settings.origin;
        let next = self.tally.next();
        let signed = self.settings.transport.checkpoint(origin).await?;
        let checkpoint = signed
            .verify(&self.settings.verifier)
            .map_err(|error| Divergence::Signature { origin, reason: error.to_string() })?;
        let head = Position { epoch: epoch_of(&checkpoint).unwrap_or(next.epoch), sequence: checkpoint.size };
        self.status.send_if_modified(|status| {
            let changed = status.head != head;
            status.head = head;
            changed
        });
        self.checkpoint = None;
        if head.epoch == next.epoch && head.sequence >= next.sequence {
            self.checkpoint = Some(checkpoint);
            self.compare()?;
        }
        Ok(head)
    }

    /// The checkpoint speaks of more than the reading brings.
    async fn catch_up(&mut self, next: Position) -> Result<(), Halt> {
        match self.settings.transport.replay(self.settings.origin, next, ReadLimits::default()).await {
            Ok(batch) => self.take_replayed(batch.events).await,
            // It was signed a moment ago, and can be read the next.
            Err(TransportError::NotThere { .. }) => Ok(()),
            Err(silent) => Err(silent.into()),
        }
    }

    /// The checkpoint speaks of less than was read. It may be an old one; so the origin itself is asked for the last event
    /// that was read.
    async fn is_still_there(&self, head: Position) -> Result<(), Halt> {
        let next = self.tally.next();
        let Some(last) = next.sequence.checked_sub(1) else { return Ok(()) };
        let origin = self.settings.origin;
        let last = Position { sequence: last, ..next };
        let limits = ReadLimits { events_max: 1, ..ReadLimits::default() };
        match self.settings.transport.replay(origin, last, limits).await {
            Ok(_) => Ok(()),
            Err(TransportError::NotThere { .. }) => {
                let shown = if head.epoch == next.epoch { head.sequence } else { 0 };
                Err(Divergence::Shorter { origin, shown, read: next.sequence }.into())
            }
            Err(silent) => Err(silent.into()),
        }
    }

    /// Compares with the checkpoint in hand when we are exactly where it speaks of.
    pub(super) fn compare(&mut self) -> Result<(), Divergence> {
        let Some(checkpoint) = &self.checkpoint else { return Ok(()) };
        if checkpoint.size > self.tally.frontier.size() {
            return Ok(());
        }
        self.tally.compare(checkpoint)?;
        self.compared = self.tally.next();
        self.checkpoint = None;
        Ok(())
    }
}

/// The epoch a checkpoint speaks of: the last part of its origin line, `<log name>/<epoch>`.
fn epoch_of(checkpoint: &Checkpoint) -> Option<u32> {
    checkpoint.origin.rsplit_once('/')?.1.parse().ok()
}
