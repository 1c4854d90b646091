//! What carries events, checkpoints and keys between services.

use bytes::Bytes;
use dossier_proof::{LogProof, SignedCheckpoint};
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
    /// What came with them as the origin's signature over everything up to some of them, the last one mostly. Not verified.
    pub checkpoints: Vec<SignedCheckpoint>,
}

/// What one service asks another for, besides events, checkpoints and keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Question {
    /// The people of the installation and their tokens: asked of who keeps the accounts.
    People,
    /// Digests of state and view.
    Digests,
    /// How much of the asker's journal the asked has read: asked before the first write. And, after a loss, what else the asked keeps of
    /// the asker's: events, keys, files, people; the question then says which.
    Known,
    /// A part of an attached file, under seal: asked of who gave the key to it.
    File,
}

impl Question {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::People, Self::Digests, Self::Known, Self::File];

    /// Its name, as subjects carry it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Digests => "digests",
            Self::Known => "known",
            Self::File => "file",
        }
    }
}

/// The holder's side of [`Transport::ask`]. Whether the asker may know is for the answerer to judge.
pub trait Answerer: Send + Sync + 'static {
    /// The answer, of at most [`ANSWER_BYTES_MAX`], or why there is none.
    fn answer(&self, asker: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, String>>;
}

/// The largest answer to a question: as large as a replay's, below the 1 MiB that NATS admits.
pub const ANSWER_BYTES_MAX: usize = 768 * 1024;

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
    /// Something came as its answer that it did not sign for this question: somebody else spoke, or repeated what it said before.
    #[error("what came as an answer of {origin} is not one of its own to this question: {reason}")]
    NotItsOwn {
        /// Who was asked.
        origin: Origin,
        /// What is wrong.
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
///
/// What is *read* was carried, and anything may come. What is *asked* of an origin is answered by that origin, after it was asked:
/// a transport through which others carry answers gives none that the origin did not sign together with the question. So whoever
/// has an answer has heard from the origin since asking, and a refusal is the origin's own.
pub trait Transport: Send + Sync + 'static {
    /// Waits until `origin` has events from `from` on and brings some of them. They were carried: anything may come.
    fn read(&self, origin: Origin, from: Position, limits: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>>;

    /// Asks the origin itself for events from `from` on (after a gap, a fork, a rollback): never a cached copy. The last
    /// checkpoint is of exactly the end of what it brings.
    fn replay(
        &self,
        origin: Origin,
        from: Position,
        limits: ReadLimits,
    ) -> BoxFuture<'_, Result<Batch, TransportError>>;

    /// The newest checkpoint of `origin`, asked of the origin itself: whoever gets it has heard from it.
    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>>;

    /// A checkpoint of exactly the events before `at`, asked of the origin itself.
    fn checkpoint_at(&self, origin: Origin, at: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>>;

    /// Asks an origin for the proofs of the keys that it took, from the one with the number `from` on: at most [`crate::TURNS_PER_ANSWER`]. What
    /// comes was carried: each proves itself to who trusts the key before, and nothing else is believed. An origin that never took another key
    /// has none.
    fn key_turns(&self, origin: Origin, from: usize) -> BoxFuture<'_, Result<Vec<LogProof>, TransportError>> {
        let _ = (origin, from);
        Box::pin(async { Ok(Vec::new()) })
    }

    /// Asks `holder` for keys.
    fn ask_keys(
        &self,
        holder: Origin,
        keys: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>>;

    /// Asks `holder` something else.
    fn ask(&self, holder: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, TransportError>>;
}
