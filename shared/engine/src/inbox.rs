//! The engine as the consumer of other services' events.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use dossier_exchange::{Delivery, Inbox, InboxError, Tally};
use dossier_proto::{Event, Head, KeyId, Origin, Place};
use dossier_vault::{GrantedKey, Holding, Vault};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{
    Decider, Engine, View,
    erasure::{Duty, Holdings, scope, shut_out},
};

/// Which keys must be held before a foreign event is acted upon. The service knows.
pub type KeysNeeded = fn(&Event) -> Vec<KeyId>;

/// Hands foreign events to an engine, and their keys to a vault.
pub struct EngineInbox<D: Decider, V: View> {
    engine: Engine<D, V>,
    vault: Vault,
    keys_needed: KeysNeeded,
    /// Where words are that may have to be destroyed.
    holdings: Option<Arc<dyn Holdings>>,
    /// How far each origin was read when the journal was opened, and since.
    resume: Mutex<BTreeMap<Origin, Tally>>,
}

impl<D: Decider, V: View> EngineInbox<D, V> {
    /// For one service.
    pub fn new(engine: Engine<D, V>, vault: Vault, keys_needed: KeysNeeded) -> Arc<Self> {
        Self::of(engine, vault, keys_needed, None)
    }

    /// For a service that destroys what is ordered: what comes here late is destroyed too.
    pub fn erasing(
        engine: Engine<D, V>,
        vault: Vault,
        keys_needed: KeysNeeded,
        holdings: Arc<dyn Holdings>,
    ) -> Arc<Self> {
        Self::of(engine, vault, keys_needed, Some(holdings))
    }

    fn of(
        engine: Engine<D, V>,
        vault: Vault,
        keys_needed: KeysNeeded,
        holdings: Option<Arc<dyn Holdings>>,
    ) -> Arc<Self> {
        let resume = Mutex::new(engine.followed().clone());
        Arc::new(Self { engine, vault, keys_needed, holdings, resume })
    }

    /// Destroys what was ordered to be and came in with the events that have these heads: their key was asked for before the order was heard of, or they were
    /// on their way when it was carried out. To be called once they can be read here; [`Inbox::deliver`] does so for what the
    /// engine takes in.
    ///
    /// # Errors
    /// [`InboxError::Busy`]: it is to be tried again.
    pub async fn destroy_late(&self, heads: &[Head]) -> Result<(), InboxError> {
        let Some(holdings) = self.holdings.clone() else { return Ok(()) };
        let duties: BTreeMap<Place, Duty> = {
            let view = self.engine.view();
            let Some(known) = view.erasures().filter(|known| known.count() > 0) else { return Ok(()) };
            // What is not confirmed yet is the task's, which looks once more after it has confirmed.
            let covering = heads.iter().flat_map(|head| known.covering(head));
            let done = covering.filter(|order| order.confirmed.contains_key(&D::ORIGIN));
            done.map(|order| (order.place, Duty::of(D::ORIGIN, order, known))).collect()
        };
        if duties.is_empty() {
            return Ok(());
        }
        let destroyed =
            tokio::task::spawn_blocking(move || duties.values().try_for_each(|duty| shut_out(&*holdings, duty)));
        match destroyed.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::warn!(%error, "words that came late could not be destroyed yet");
                Err(InboxError::Busy)
            }
            Err(_panicked) => Err(InboxError::Busy),
        }
    }

    /// What is to be destroyed is not asked for.
    fn is_ordered_away(&self, event: &Event, key: KeyId) -> bool {
        let view = self.engine.view();
        let Some(known) = view.erasures().filter(|known| known.count() > 0) else { return false };
        known.covering(&event.head).any(|order| scope::of_event(order, event).contains(&key))
    }
}

impl<D: Decider, V: View> Inbox for EngineInbox<D, V> {
    fn resume(&self, origin: Origin) -> Tally {
        let resume = self.resume.lock().unwrap_or_else(PoisonError::into_inner);
        resume.get(&origin).cloned().unwrap_or_else(|| Tally::start(origin))
    }

    fn keys_needed(&self, event: &Event) -> Vec<KeyId> {
        let unknown = (self.keys_needed)(event).into_iter().filter(|key| self.vault.holding(*key) == Holding::Unknown);
        unknown.filter(|key| !self.is_ordered_away(event, *key)).collect()
    }

    fn admit(&self, keys: Vec<GrantedKey>) -> BoxFuture<'_, Result<(), InboxError>> {
        let vault = self.vault.clone();
        async move {
            let admitted = tokio::task::spawn_blocking(move || vault.admit(keys)).await;
            match admitted {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(InboxError::Stopped(error.to_string())),
                Err(_panicked) => Err(InboxError::Busy),
            }
        }
        .boxed()
    }

    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), InboxError>> {
        async move {
            let (origin, resume) = (delivery.origin, delivery.resume.clone());
            let heads: Vec<Head> = match &self.holdings {
                Some(_) => delivery.events.iter().map(|one| one.event.head.clone()).collect(),
                None => Vec::new(),
            };
            self.engine.deliver(delivery).await?;
            self.destroy_late(&heads).await?;
            self.resume.lock().unwrap_or_else(PoisonError::into_inner).insert(origin, resume);
            Ok(())
        }
        .boxed()
    }
}
