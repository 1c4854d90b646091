//! What every service stands on, and how it follows the others: the same for all of them.

use std::{sync::Arc, time::Duration};

use dossier_exchange::{FollowStatus, Follower, FollowerSettings, Inbox, KeyRing, Progress, Transport};
use dossier_identity::Accounts;
use dossier_proto::Origin;
use dossier_vault::Vault;
use tokio::{sync::watch, task::JoinSet};

use crate::{Decider, Engine, EngineSettings, View, keep_people};

/// What a service is given by whoever starts it.
#[derive(Clone)]
pub struct Ground {
    /// Directory, log, signer, clock and the rest.
    pub engine: EngineSettings,
    /// The service's own keys.
    pub vault: Vault,
    /// Carries the other services' events.
    pub transport: Arc<dyn Transport>,
    /// What each origin signs with, as far as is known here.
    pub keys: KeyRing,
}

/// The followers of one service.
pub struct Following {
    statuses: Vec<watch::Receiver<FollowStatus>>,
    tasks: JoinSet<()>,
}

impl Ground {
    /// Starts following origins; each event goes to `inbox`. An origin whose key is not known is not followed: nobody
    /// would know whether what it says is its own.
    pub fn follow(&self, inbox: &Arc<dyn Inbox>, origins: &[Origin]) -> Following {
        let progress = Progress::new(origins.iter().copied());
        let mut following = Following { statuses: Vec::new(), tasks: JoinSet::new() };
        for origin in origins {
            if self.keys.history(*origin).is_none() {
                tracing::error!(%origin, "it is not followed: its verifier key is not configured");
                continue;
            }
            let follower = Follower::new(FollowerSettings {
                origin: *origin,
                keys: self.keys.clone(),
                transport: Arc::clone(&self.transport),
                inbox: Arc::clone(inbox),
                progress: progress.clone(),
                clock: Arc::clone(&self.engine.clock),
            });
            let status = follower.status();
            following.statuses.push(status.clone());
            if *origin == Origin::Moderation {
                self.engine.authority.attend(move || status.borrow().known_as_of);
            }
            following.tasks.spawn(follower.run());
        }
        following
    }

    /// Keeps a copy of the accounts new, for the service `asker`; at once at its end where the accounts are kept. Drop the
    /// future to stop.
    pub fn keep_people(
        &self,
        asker: Origin,
        accounts: Arc<Accounts>,
    ) -> impl Future<Output = ()> + Send + 'static + use<> {
        let (transport, keys) = (Arc::clone(&self.transport), self.keys.clone());
        async move {
            if keys.history(Origin::Moderation).is_none() {
                tracing::error!("the accounts are not asked for: moderation's verifier key is not configured");
            }
            keep_people(accounts, transport, keys, asker).await;
        }
    }
}

impl Following {
    /// What each follower is doing.
    pub fn statuses(&self) -> Vec<FollowStatus> {
        self.statuses.iter().map(|status| status.borrow().clone()).collect()
    }

    /// Receivers of the same, for whoever outlives this borrow.
    pub fn watch(&self) -> Vec<watch::Receiver<FollowStatus>> {
        self.statuses.clone()
    }

    /// Returns when everything that the heads speak of now has been consumed. Answers "no" when that does not come
    /// within `patience`.
    pub async fn is_level(&self, patience: Duration) -> bool {
        let all = async {
            for status in &self.statuses {
                // A follower that has ended never becomes level; patience ends that wait.
                if status.clone().wait_for(FollowStatus::is_level).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::time::timeout(patience, all).await.is_ok()
    }

    /// Stops reading.
    pub fn stop(&mut self) {
        self.tasks.abort_all();
    }
}

/// Runs the timers of an engine once the heads known at start have been read: a timer must not fire on what only looks
/// unanswered.
pub async fn run_timers_when_level<D: Decider, V: View>(
    engine: Engine<D, V>,
    followed: Vec<watch::Receiver<FollowStatus>>,
) {
    if are_level(followed).await {
        engine.run_timers().await;
    }
}

/// Returns once the heads known at start have been read; "no" when somebody has stopped reading.
pub async fn are_level(mut followed: Vec<watch::Receiver<FollowStatus>>) -> bool {
    for status in &mut followed {
        if status.wait_for(FollowStatus::is_level).await.is_err() {
            return false;
        }
    }
    true
}
