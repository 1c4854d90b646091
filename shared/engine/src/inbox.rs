//! The engine as the consumer of other services' events.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use dossier_exchange::{Delivery, Inbox, InboxError, Tally};
use dossier_proto::{Event, KeyId, Origin};
use dossier_vault::{GrantedKey, Holding, Vault};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{Decider, Engine, View};

/// Which keys must be held before a foreign event is acted upon. The service knows.
pub type KeysNeeded = fn(&Event) -> Vec<KeyId>;

/// Hands foreign events to an engine, and their keys to a vault.
pub struct EngineInbox<D: Decider, V: View> {
    engine: Engine<D, V>,
    vault: Vault,
    keys_needed: KeysNeeded,
    /// How far each origin was read when the journal was opened, and since.
    resume: Mutex<BTreeMap<Origin, Tally>>,
}

impl<D: Decider, V: View> EngineInbox<D, V> {
    /// For one service.
    pub fn new(engine: Engine<D, V>, vault: Vault, keys_needed: KeysNeeded) -> Arc<Self> {
        let resume = Mutex::new(engine.followed().clone());
        Arc::new(Self { engine, vault, keys_needed, resume })
    }
}

impl<D: Decider, V: View> Inbox for EngineInbox<D, V> {
    fn resume(&self, origin: Origin) -> Tally {
        let resume = self.resume.lock().unwrap_or_else(PoisonError::into_inner);
        resume.get(&origin).cloned().unwrap_or_else(|| Tally::start(origin))
    }

    fn keys_needed(&self, event: &Event) -> Vec<KeyId> {
        (self.keys_needed)(event).into_iter().filter(|key| self.vault.holding(*key) == Holding::Unknown).collect()
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
            self.engine.deliver(delivery).await?;
            self.resume.lock().unwrap_or_else(PoisonError::into_inner).insert(origin, resume);
            Ok(())
        }
        .boxed()
    }
}
