//! A second instance of the same service finds the first. Two of one service would write two histories under one name.
//!
//! An instance that starts says that it is there; whoever is established answers. When two start at the same moment, or find each
//! other after a partition, the one that began first stays.

use std::{sync::Arc, time::Duration};

use async_nats::{Message, Subscriber};
use bytes::Bytes;
use dossier_proto::{Origin, v1::PresenceClaim};
use futures_util::StreamExt;
use prost::Message as _;
use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval, timeout_at},
};
use ulid::Ulid;

use super::{Connection, names, task::Task};

/// One that was cut off connects again within half a second, and one on the same continent answers within another; one that
/// does not is found later.
const CLAIM_PATIENCE: Duration = Duration::from_secs(1);
/// How often an established instance says that it is there.
const REPEAT_EVERY: Duration = Duration::from_secs(2);
/// A claim has 20 bytes.
const CLAIM_BYTES_MAX: usize = 256;

/// Why this instance must not work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PresenceError {
    /// Another instance is there.
    #[error(
        "another instance of {origin} is at work (it began at {began} s since 1970); \
         stop it first, or give this one a broker of its own"
    )]
    Occupied {
        /// Which service.
        origin: Origin,
        /// When the other began, seconds since 1970.
        began: u64,
    },
    /// The broker does not answer.
    #[error("the broker cannot be asked for other instances: {0}")]
    Unreachable(String),
}

/// This instance is the one. Kept as long as the service works.
#[derive(Debug)]
pub struct Presence {
    lost: watch::Receiver<Option<PresenceError>>,
    _task: Task,
}

/// An instance as it speaks of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Claim {
    instance: Ulid,
    established: bool,
}

impl Claim {
    fn encode(self) -> Bytes {
        let claim = PresenceClaim { instance: self.instance.to_bytes().to_vec(), established: self.established };
        claim.encode_to_vec().into()
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > CLAIM_BYTES_MAX {
            return None;
        }
        let claim = PresenceClaim::decode(bytes).ok()?;
        let instance = Ulid::from_bytes(claim.instance.as_slice().try_into().ok()?);
        Some(Self { instance, established: claim.established })
    }

    /// Whether the other one stays and this one goes.
    fn yields_to(self, other: Self) -> bool {
        if self.instance == other.instance {
            return false;
        }
        if self.established != other.established { other.established } else { other.instance < self.instance }
    }
}

impl Presence {
    /// Finds out whether another instance of the connection's service is at work, and if none is, says from now on that
    /// this one is.
    ///
    /// # Errors
    /// [`PresenceError`].
    pub async fn take(connection: Arc<Connection>) -> Result<Self, PresenceError> {
        Self::take_as(connection, Ulid::generate()).await
    }

    async fn take_as(connection: Arc<Connection>, instance: Ulid) -> Result<Self, PresenceError> {
        let desk = Desk { connection, claim: Claim { instance, established: false } };
        let mut others = desk.listen().await?;
        desk.claim_it(&mut others).await?;
        let (sender, lost) = watch::channel(None);
        let established = Desk { claim: Claim { instance, established: true }, ..desk };
        let task = Task::spawn(async move {
            if let Some(error) = established.hold(others).await {
                tracing::error!(%error, "this instance must stop");
                sender.send_replace(Some(error));
            }
        });
        Ok(Self { lost, _task: task })
    }

    /// Returns when another instance turns out to be at work that began earlier: this one must stop.
    pub async fn lost(&self) -> PresenceError {
        let mut lost = self.lost.clone();
        loop {
            if let Some(error) = lost.borrow_and_update().clone() {
                return error;
            }
            if lost.changed().await.is_err() {
                // Nobody listens any more: the connection was closed, and nothing more can be found out.
                return std::future::pending().await;
            }
        }
    }
}

struct Desk {
    connection: Arc<Connection>,
    claim: Claim,
}

impl Desk {
    fn subject(&self) -> String {
        names::presence(self.connection.origin())
    }

    async fn listen(&self) -> Result<Subscriber, PresenceError> {
        if !self.connection.is_up() {
            return Err(PresenceError::Unreachable("there is no connection".to_owned()));
        }
        self.connection.client().subscribe(self.subject()).await.map_err(|error| unreachable(&error))
    }

    /// Says that it is there. Everybody who is there too hears it on the same subject, this instance included.
    async fn speak(&self) -> Result<(), PresenceError> {
        self.connection.client().publish(self.subject(), self.claim.encode()).await.map_err(|error| unreachable(&error))
    }

    async fn claim_it(&self, others: &mut Subscriber) -> Result<(), PresenceError> {
        let deadline = Instant::now() + CLAIM_PATIENCE;
        self.speak().await?;
        let mut heard_self = false;
        while let Ok(Some(message)) = timeout_at(deadline, others.next()).await {
            let Some(other) = Claim::decode(&message.payload) else { continue };
            heard_self |= other.instance == self.claim.instance;
            self.judge(other)?;
            if other.instance != self.claim.instance {
                self.speak().await?;
            }
        }
        if heard_self { Ok(()) } else { Err(PresenceError::Unreachable("it carries nothing".to_owned())) }
    }

    /// Answers those who start, and says from time to time that it is there. Ends when this instance has to go.
    async fn hold(self, mut others: Subscriber) -> Option<PresenceError> {
        let mut repeat = interval(REPEAT_EVERY);
        repeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                message = others.next() => {
                    if let Err(error) = self.hear(&message?).await {
                        return Some(error);
                    }
                }
                // What cannot be said now is said again in two seconds.
                _ = repeat.tick(), if self.connection.is_up() => drop(self.speak().await),
            }
        }
    }

    async fn hear(&self, message: &Message) -> Result<(), PresenceError> {
        let Some(other) = Claim::decode(&message.payload) else { return Ok(()) };
        self.judge(other)?;
        if other.instance != self.claim.instance {
            // What cannot be said now is said again in two seconds.
            let _ = self.speak().await;
        }
        Ok(())
    }

    fn judge(&self, other: Claim) -> Result<(), PresenceError> {
        if !self.claim.yields_to(other) {
            return Ok(());
        }
        let began = other.instance.timestamp_ms() / 1000;
        Err(PresenceError::Occupied { origin: self.connection.origin(), began })
    }
}

fn unreachable(error: &dyn std::fmt::Display) -> PresenceError {
    PresenceError::Unreachable(error.to_string())
}

#[cfg(test)]
mod tests;
