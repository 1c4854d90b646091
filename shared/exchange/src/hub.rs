//! The exchange within one process: a consumer reads the producer's journal.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use dossier_proof::{LogProof, SignedCheckpoint};
use dossier_proto::{KeyId, Origin};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    Answerer, Batch, KeyDesk, KeyRefusal, Position, Question, ReadLimits, Transport, TransportError,
    keyring::TURNS_PER_ANSWER, keys::KEYS_PER_REQUEST_MAX,
};

/// A journal, as the exchange reads it: durable events only.
pub trait Source: Send + Sync + 'static {
    /// Events from `from` on, of one epoch; of the next one when nothing more is in this. Empty when there are none.
    ///
    /// # Errors
    /// What the journal says.
    fn read(&self, from: Position, limits: ReadLimits) -> Result<Vec<Bytes>, String>;

    /// Returns when something at or after `from` is durable.
    fn wait(&self, from: Position) -> BoxFuture<'_, ()>;

    /// A signed checkpoint of everything durable.
    ///
    /// # Errors
    /// What the journal says.
    fn checkpoint(&self) -> Result<SignedCheckpoint, String>;

    /// A signed checkpoint of exactly the events of an epoch before `at`; none when it never had so many.
    ///
    /// # Errors
    /// What the journal says.
    fn checkpoint_at(&self, at: Position) -> Result<Option<SignedCheckpoint>, String>;

    /// The proofs of the keys that it took, from the one with the number `from` on; at most `max`.
    ///
    /// # Errors
    /// What the journal says.
    fn key_turns(&self, from: usize, max: usize) -> Result<Vec<LogProof>, String> {
        let _ = (from, max);
        Ok(Vec::new())
    }
}

#[derive(Clone)]
struct Seat {
    source: Arc<dyn Source>,
    desk: Arc<dyn KeyDesk>,
}

/// Where the services of one process meet.
#[derive(Default)]
pub struct Hub {
    seats: RwLock<BTreeMap<Origin, Seat>>,
    answerers: RwLock<BTreeMap<Origin, Arc<dyn Answerer>>>,
}

impl Hub {
    /// An empty hub.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// Takes a service in: its journal and its key desk.
    pub fn join(&self, origin: Origin, source: Arc<dyn Source>, desk: Arc<dyn KeyDesk>) {
        self.seats.write().unwrap_or_else(PoisonError::into_inner).insert(origin, Seat { source, desk });
    }

    /// From now on, questions to `origin` are answered.
    pub fn answer(&self, origin: Origin, answerer: Arc<dyn Answerer>) {
        self.answerers.write().unwrap_or_else(PoisonError::into_inner).insert(origin, answerer);
    }

    /// The transport of one consumer.
    pub fn transport(self: &Arc<Self>, consumer: Origin) -> Arc<InProcess> {
        Arc::new(InProcess { hub: Arc::clone(self), consumer })
    }

    fn seat(&self, origin: Origin) -> Result<Seat, TransportError> {
        let seats = self.seats.read().unwrap_or_else(PoisonError::into_inner);
        seats.get(&origin).cloned().ok_or_else(|| silent(origin, "it has not started yet"))
    }
}

/// The transport of one consumer within the process.
pub struct InProcess {
    hub: Arc<Hub>,
    consumer: Origin,
}

/// Events from `from` on with the origin's signature at their end; none when there are none.
///
/// # Errors
/// What the journal says.
pub fn read_signed(source: &dyn Source, from: Position, limits: ReadLimits) -> Result<Option<Batch>, String> {
    let events = source.read(from, limits)?;
    let Some(last) = events.last() else { return Ok(None) };
    // What cannot be placed cannot be signed for; the follower says so.
    let end = dossier_proto::peek(last).ok();
    let end = end.map(|last| Position { epoch: last.epoch, sequence: last.sequence + 1 });
    let checkpoint = end.map(|end| source.checkpoint_at(end)).transpose()?.flatten();
    Ok(Some(Batch { events, checkpoints: checkpoint.into_iter().collect() }))
}

fn silent(origin: Origin, reason: impl Into<String>) -> TransportError {
    TransportError::Silent { origin, reason: reason.into() }
}

impl Transport for InProcess {
    fn read(&self, origin: Origin, from: Position, limits: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        async move {
            let source = self.hub.seat(origin)?.source;
            loop {
                let batch = read_signed(&*source, from, limits).map_err(|reason| silent(origin, reason))?;
                if let Some(batch) = batch {
                    return Ok(batch);
                }
                source.wait(from).await;
            }
        }
        .boxed()
    }

    fn replay(
        &self,
        origin: Origin,
        from: Position,
        limits: ReadLimits,
    ) -> BoxFuture<'_, Result<Batch, TransportError>> {
        async move {
            let source = self.hub.seat(origin)?.source;
            let batch = read_signed(&*source, from, limits).map_err(|reason| silent(origin, reason))?;
            batch.ok_or(TransportError::NotThere { origin, position: from })
        }
        .boxed()
    }

    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        async move { self.hub.seat(origin)?.source.checkpoint().map_err(|reason| silent(origin, reason)) }.boxed()
    }

    fn checkpoint_at(&self, origin: Origin, at: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        async move {
            let signed = self.hub.seat(origin)?.source.checkpoint_at(at).map_err(|reason| silent(origin, reason))?;
            signed.ok_or(TransportError::NotThere { origin, position: at })
        }
        .boxed()
    }

    fn key_turns(&self, origin: Origin, from: usize) -> BoxFuture<'_, Result<Vec<LogProof>, TransportError>> {
        async move {
            let source = self.hub.seat(origin)?.source;
            source.key_turns(from, TURNS_PER_ANSWER).map_err(|reason| silent(origin, reason))
        }
        .boxed()
    }

    fn ask(&self, holder: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, TransportError>> {
        async move {
            let answerer = {
                let answerers = self.hub.answerers.read().unwrap_or_else(PoisonError::into_inner);
                answerers.get(&holder).cloned().ok_or_else(|| silent(holder, "it answers no questions"))?
            };
            answerer.answer(self.consumer, question, body).await.map_err(|reason| silent(holder, reason))
        }
        .boxed()
    }

    fn ask_keys(
        &self,
        holder: Origin,
        keys: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>> {
        async move {
            if keys.len() > KEYS_PER_REQUEST_MAX {
                return Ok(Err(KeyRefusal::TooMany { asked: keys.len(), max: KEYS_PER_REQUEST_MAX }));
            }
            let desk = self.hub.seat(holder)?.desk;
            let asker = self.consumer;
            // Keys are read from disk; the runtime's threads must not wait for that.
            tokio::task::spawn_blocking(move || desk.grant(asker, &keys))
                .await
                .map_err(|_panicked| silent(holder, "its key desk failed"))
        }
        .boxed()
    }
}
