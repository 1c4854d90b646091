//! What carries events, checkpoints and keys between services.

use bytes::Bytes;
use dossier_proof::SignedCheckpoint;
use dossier_proto::{KeyId, Origin};
use dossier_vault::GrantedKey;
use futures_util::future::BoxFuture;

use crate::KeyRefusal;

/// A position in one origin's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// The epoch.
    pub epoch: u32,
    /// The sequence in it.
    pub sequence: u64,
}

/// How much one reading brings at most.
#[derive(Debug, Clone, Copy)]
pub struct ReadLimits {
    /// Events.
    pub events_max: usize,
    /// Bytes of events; the first event comes whatever its size.
    pub bytes_max: usize,
}

impl Default for ReadLimits {
    /// 256 events of the mix (mean 2 KB) are 512 KiB; with the largest event a batch stays below 1.5 MiB.
    fn default() -> Self {
        Self { events_max: 256, bytes_max: 1024 * 1024 }
    }
}

/// What one reading brought: the bytes of events, as they came. The transport promises nothing about them: they may
/// be repeated, out of order, with gaps or forged. The follower judges.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The events' bytes.
    pub events: Vec<Bytes>,
}

/// Why nothing came. All of these are passing: the follower waits and asks again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// The origin does not answer.
    #[error("{origin} does not answer: {reason}")]
    Silent {
        /// Who was asked.
        origin: Origin,
        /// What the transport says.
        reason: String,
    },
    /// The origin's journal does not hold that position (any more, or yet).
    #[error("{origin} has nothing at epoch {}, sequence {}", .position.epoch, .position.sequence)]
    NotThere {
        /// Who was asked.
        origin: Origin,
        /// For what.
        position: Position,
    },
}

/// What carries events. One value belongs to one consumer: the transport knows who asks.
pub trait Transport: Send + Sync + 'static {
    /// Waits until `origin` has events from `from` on and brings some of them.
    fn read(&self, origin: Origin, from: Position, limits: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>>;

    /// Asks the origin itself for events from `from` on (after a gap, a fork, a rollback): never a cached copy.
    fn replay(
        &self,
        origin: Origin,
        from: Position,
        limits: ReadLimits,
    ) -> BoxFuture<'_, Result<Batch, TransportError>>;

    /// The newest checkpoint of `origin`: its head beacon.
    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>>;

    /// Asks `holder` for keys.
    fn ask_keys(
        &self,
        holder: Origin,
        keys: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>>;
}
