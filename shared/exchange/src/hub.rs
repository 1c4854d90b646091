//! The exchange within one process: a consumer reads the producer's journal.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use bytes::Bytes;
use dossier_proof::SignedCheckpoint;
use dossier_proto::{KeyId, Origin};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};

use crate::{Batch, KeyDesk, KeyRefusal, Position, ReadLimits, Transport, TransportError, keys::KEYS_PER_REQUEST_MAX};

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

fn silent(origin: Origin, reason: impl Into<String>) -> TransportError {
    TransportError::Silent { origin, reason: reason.into() }
}

impl Transport for InProcess {
    fn read(&self, origin: Origin, from: Position, limits: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        async move {
            let source = self.hub.seat(origin)?.source;
            loop {
                let events = source.read(from, limits).map_err(|reason| silent(origin, reason))?;
                if !events.is_empty() {
                    return Ok(Batch { events });
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
            let events = source.read(from, limits).map_err(|reason| silent(origin, reason))?;
            if events.is_empty() {
                Err(TransportError::NotThere { origin, position: from })
            } else {
                Ok(Batch { events })
            }
        }
        .boxed()
    }

    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        async move { self.hub.seat(origin)?.source.checkpoint().map_err(|reason| silent(origin, reason)) }.boxed()
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
