//! A consumer that remembers what it was given.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
};

use dossier_proto::{Event, KeyId, Micros, Origin, Place};
use dossier_vault::GrantedKey;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::watch;

use crate::{
    Appetite, Clock, Delivery, Divergence, FollowStatus, Follower, FollowerSettings, Inbox, InboxError, KeyRing,
    Progress, Tally, Transport,
};

use super::signer;

/// Remembers deliveries, in order.
#[derive(Default)]
pub struct Tray {
    taken: Mutex<Taken>,
    count: watch::Sender<usize>,
    busy_for: AtomicUsize,
    needs: Mutex<Vec<KeyId>>,
    greedy: AtomicBool,
}

#[derive(Default)]
struct Taken {
    events: Vec<Event>,
    keys: Vec<KeyId>,
    keys_at: BTreeMap<Place, usize>,
    resume: BTreeMap<Origin, Tally>,
}

/// A clock that the test moves.
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// At a moment.
    pub fn at(moment: Micros) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(moment.0)))
    }

    /// Moves it.
    pub fn set(&self, moment: Micros) {
        self.0.store(moment.0, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Micros {
        Micros(self.0.load(Ordering::SeqCst))
    }
}

impl Tray {
    /// Empty.
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    /// The next `times` deliveries are answered "busy".
    pub fn be_busy(&self, times: usize) {
        self.busy_for.store(times, Ordering::SeqCst);
    }

    /// It wants unknown events too.
    pub fn want_everything(&self) {
        self.greedy.store(true, Ordering::SeqCst);
    }

    /// Every event needs these keys from now on.
    pub fn need(&self, keys: Vec<KeyId>) {
        *self.needs.lock().unwrap_or_else(PoisonError::into_inner) = keys;
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The places of everything that was delivered, in order.
    pub fn places(&self) -> Vec<Place> {
        self.taken().events.iter().map(|event| event.head.place).collect()
    }

    /// Everything that was delivered, in order.
    pub fn events(&self) -> Vec<Event> {
        self.taken().events.clone()
    }

    /// The keys that came.
    pub fn keys(&self) -> Vec<KeyId> {
        self.taken().keys.clone()
    }

    /// How many keys were there when this event came.
    pub fn keys_before(&self, place: Place) -> Option<usize> {
        self.taken().keys_at.get(&place).copied()
    }

    /// Where it would go on.
    pub fn resumes_at(&self, origin: Origin) -> u64 {
        self.resume(origin).next().sequence
    }

    /// Returns when `count` events were delivered.
    ///
    /// # Panics
    /// When that does not come within [`super::PATIENCE`].
    pub async fn holds(&self, count: usize) {
        let mut counted = self.count.subscribe();
        let waiting = counted.wait_for(|counted| *counted >= count);
        let waited = tokio::time::timeout(super::PATIENCE, waiting).await;
        assert!(waited.is_ok(), "{} events came, {count} were expected", self.taken().events.len());
    }

    /// Starts following an origin; the follower stops with the returned task.
    pub fn follow(
        self: &Arc<Self>,
        origin: Origin,
        transport: Arc<dyn Transport>,
        progress: &Progress,
        clock: &Arc<ManualClock>,
    ) -> (watch::Receiver<FollowStatus>, tokio::task::JoinHandle<()>) {
        let keys = KeyRing::from(BTreeMap::from([(origin, signer(origin).verifier())]));
        self.follow_with(origin, keys, transport, progress, clock)
    }

    /// The same with keys that the consumer has.
    pub fn follow_with(
        self: &Arc<Self>,
        origin: Origin,
        keys: KeyRing,
        transport: Arc<dyn Transport>,
        progress: &Progress,
        clock: &Arc<ManualClock>,
    ) -> (watch::Receiver<FollowStatus>, tokio::task::JoinHandle<()>) {
        let follower = Follower::new(FollowerSettings {
            origin,
            keys,
            transport,
            inbox: Arc::clone(self) as Arc<dyn Inbox>,
            progress: progress.clone(),
            clock: Arc::clone(clock) as Arc<dyn Clock>,
        });
        let status = follower.status();
        (status, tokio::spawn(follower.run()))
    }
}

impl Inbox for Tray {
    fn resume(&self, origin: Origin) -> Tally {
        self.taken().resume.get(&origin).cloned().unwrap_or_else(|| Tally::start(origin))
    }

    fn keys_needed(&self, _event: &Event) -> Vec<KeyId> {
        let needs = self.needs.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = self.taken();
        needs.iter().filter(|key| !taken.keys.contains(key)).copied().collect()
    }

    fn admit(&self, keys: Vec<GrantedKey>) -> BoxFuture<'_, Result<(), InboxError>> {
        self.taken().keys.extend(keys.iter().map(|key| key.key_id()));
        async { Ok(()) }.boxed()
    }

    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), InboxError>> {
        let busy = self.busy_for.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if busy {
            return async { Err(InboxError::Busy) }.boxed();
        }
        let count = {
            let mut taken = self.taken();
            for delivered in delivery.events {
                let keys = taken.keys.len();
                taken.keys_at.insert(delivered.event.head.place, keys);
                taken.events.push(delivered.event);
            }
            taken.resume.insert(delivery.origin, delivery.resume);
            taken.events.len()
        };
        self.count.send_replace(count);
        async { Ok(()) }.boxed()
    }

    fn appetite(&self) -> Appetite {
        if self.greedy.load(Ordering::SeqCst) { Appetite::Everything } else { Appetite::Known }
    }

    fn diverged(&self, divergence: &Divergence) {
        tracing::info!(%divergence, "a consumer was told");
    }
}
