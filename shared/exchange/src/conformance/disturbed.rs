//! A transport that drops, repeats, reorders and falsifies what another one carries, by a seed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use bytes::Bytes;
use dossier_proof::{LogProof, SignedCheckpoint};
use dossier_proto::{Event, KeyId, Origin};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};

use crate::{Batch, KeyRefusal, Position, Question, ReadLimits, Transport, TransportError};

/// Disturbs readings. What is asked for again ([`Transport::replay`]) comes as it is.
pub struct Disturbed {
    inner: Arc<dyn Transport>,
    seed: AtomicU64,
}

impl Disturbed {
    /// The same seed disturbs in the same way.
    pub fn new(inner: Arc<dyn Transport>, seed: u64) -> Arc<Self> {
        Arc::new(Self { inner, seed: AtomicU64::new(seed) })
    }

    /// The next number below `bound` (splitmix64).
    fn draw(&self, bound: usize) -> usize {
        let mut z = self.seed.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }

    fn disturb(&self, mut batch: Batch) -> Batch {
        let count = batch.events.len();
        match self.draw(9) {
            0 if count > 1 => drop(batch.events.remove(self.draw(count))),
            1 => {
                let again = batch.events[self.draw(count)].clone();
                batch.events.insert(self.draw(count + 1), again);
            }
            2 if count > 1 => batch.events.swap(self.draw(count), self.draw(count)),
            3 => batch.events.truncate(1 + self.draw(count)),
            4 => batch.checkpoints.clear(),
            5 => self.flip_a_bit(&mut batch),
            6 => self.forge(&mut batch),
            _ => {}
        }
        batch
    }

    fn flip_a_bit(&self, batch: &mut Batch) {
        let which = self.draw(batch.events.len());
        let mut bytes = batch.events[which].to_vec();
        let at = self.draw(bytes.len());
        bytes[at] ^= 1 << self.draw(8);
        batch.events[which] = bytes.into();
    }

    /// An event in its right place that its origin never wrote.
    fn forge(&self, batch: &mut Batch) {
        let which = self.draw(batch.events.len());
        let Ok(mut event) = Event::decode(&batch.events[which]) else { return };
        event.head.part_version += 1_000;
        batch.events[which] = event.encode().into();
    }
}

impl Transport for Disturbed {
    fn read(&self, origin: Origin, from: Position, limits: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        async move {
            if self.draw(8) == 0 {
                return Err(TransportError::Silent { origin, reason: "a disturbance".to_owned() });
            }
            // Now and then it begins too early: what a consumer of a stream sees after a reconnection.
            let early = Position { sequence: from.sequence.saturating_sub(self.draw(4) as u64), ..from };
            let batch = self.inner.read(origin, early, limits).await?;
            Ok(self.disturb(batch))
        }
        .boxed()
    }

    fn replay(
        &self,
        origin: Origin,
        from: Position,
        limits: ReadLimits,
    ) -> BoxFuture<'_, Result<Batch, TransportError>> {
        self.inner.replay(origin, from, limits)
    }

    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        self.inner.checkpoint(origin)
    }

    fn checkpoint_at(&self, origin: Origin, at: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        self.inner.checkpoint_at(origin, at)
    }

    fn key_turns(&self, origin: Origin, from: usize) -> BoxFuture<'_, Result<Vec<LogProof>, TransportError>> {
        self.inner.key_turns(origin, from)
    }

    fn ask(&self, holder: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, TransportError>> {
        self.inner.ask(holder, question, body)
    }

    fn ask_keys(
        &self,
        holder: Origin,
        keys: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>> {
        self.inner.ask_keys(holder, keys)
    }
}

/// A transport whose readings bring nothing any more; the origin itself still answers.
pub struct Forgetful {
    inner: Arc<dyn Transport>,
}

impl Forgetful {
    /// Over a transport that forgets nothing.
    pub fn new(inner: Arc<dyn Transport>) -> Arc<Self> {
        Arc::new(Self { inner })
    }
}

impl Transport for Forgetful {
    fn read(&self, _: Origin, _: Position, _: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        std::future::pending().boxed()
    }

    fn replay(
        &self,
        origin: Origin,
        from: Position,
        limits: ReadLimits,
    ) -> BoxFuture<'_, Result<Batch, TransportError>> {
        self.inner.replay(origin, from, limits)
    }

    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        self.inner.checkpoint(origin)
    }

    fn checkpoint_at(&self, origin: Origin, at: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        self.inner.checkpoint_at(origin, at)
    }

    fn key_turns(&self, origin: Origin, from: usize) -> BoxFuture<'_, Result<Vec<LogProof>, TransportError>> {
        self.inner.key_turns(origin, from)
    }

    fn ask(&self, holder: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, TransportError>> {
        self.inner.ask(holder, question, body)
    }

    fn ask_keys(
        &self,
        holder: Origin,
        keys: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>> {
        self.inner.ask_keys(holder, keys)
    }
}

/// A transport that loses every signature, and an origin that does not sign for now.
pub struct Unsigned {
    inner: Arc<dyn Transport>,
    signs: AtomicBool,
}

impl Unsigned {
    /// Over a transport that carries signatures.
    pub fn new(inner: Arc<dyn Transport>) -> Arc<Self> {
        Arc::new(Self { inner, signs: AtomicBool::new(false) })
    }

    /// From now on the origin signs when it is asked.
    pub fn sign(&self) {
        self.signs.store(true, Ordering::SeqCst);
    }

    fn refuse<T: Send + 'static>(&self, origin: Origin) -> Option<BoxFuture<'_, Result<T, TransportError>>> {
        let silent = TransportError::Silent { origin, reason: "it does not sign".to_owned() };
        (!self.signs.load(Ordering::SeqCst)).then(|| async move { Err(silent) }.boxed())
    }
}

impl Transport for Unsigned {
    fn read(&self, origin: Origin, from: Position, limits: ReadLimits) -> BoxFuture<'_, Result<Batch, TransportError>> {
        async move {
            let batch = self.inner.read(origin, from, limits).await?;
            Ok(Batch { checkpoints: Vec::new(), ..batch })
        }
        .boxed()
    }

    fn replay(
        &self,
        origin: Origin,
        from: Position,
        limits: ReadLimits,
    ) -> BoxFuture<'_, Result<Batch, TransportError>> {
        self.refuse(origin).unwrap_or_else(|| self.inner.replay(origin, from, limits))
    }

    fn checkpoint(&self, origin: Origin) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        self.refuse(origin).unwrap_or_else(|| self.inner.checkpoint(origin))
    }

    fn checkpoint_at(&self, origin: Origin, at: Position) -> BoxFuture<'_, Result<SignedCheckpoint, TransportError>> {
        self.refuse(origin).unwrap_or_else(|| self.inner.checkpoint_at(origin, at))
    }

    fn key_turns(&self, origin: Origin, from: usize) -> BoxFuture<'_, Result<Vec<LogProof>, TransportError>> {
        self.inner.key_turns(origin, from)
    }

    fn ask(&self, holder: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, TransportError>> {
        self.inner.ask(holder, question, body)
    }

    fn ask_keys(
        &self,
        holder: Origin,
        keys: Vec<KeyId>,
    ) -> BoxFuture<'_, Result<Result<Vec<GrantedKey>, KeyRefusal>, TransportError>> {
        self.inner.ask_keys(holder, keys)
    }
}
