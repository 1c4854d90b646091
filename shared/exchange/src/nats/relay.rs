//! Carries a journal into its stream, and keeps the stream a true copy of the journal's last part.
//!
//! The relay has no position of its own: where to go on is read from the stream's last message, compared with the journal.
//! Every message is published with the number that must be the stream's last before it (`Nats-Expected-Last-Sequence`), so that
//! what is stored is dense and in order whatever happens; a message id would make a purged stream answer "duplicate" and store
//! nothing. On any doubt the stream is compared again, and made anew when it is not what the journal says.
//!
//! What leaves the stream at its beginning, by age or because somebody purged it, is not put back, even when nothing is left: the stream
//! is a window, and whoever lacks something asks the origin, which answers with 768 KiB at a time. What counts is that the stream ends where
//! the journal does.

mod feed;
mod publish;
mod reconcile;

use std::{sync::Arc, time::Duration};

use dossier_proto::Origin;
use tokio::{sync::watch, time::sleep};

use super::{BrokerHealth, Connection, calls::CallError, stream::StreamError, task::Task, told::Told};
use crate::{Position, Source};

pub use reconcile::STREAM_EVENTS_MAX;

/// How long to wait after a failure, at first and at most.
const RETRY_AFTER_MS_MIN: u64 = 50;
const RETRY_AFTER_MS_MAX: u64 = 1000;

/// How the stream is to be kept.
#[derive(Debug, Clone, Copy)]
pub struct RelaySettings {
    /// Copies of the stream in a cluster: 1, or 3.
    pub replicas: u32,
}

impl Default for RelaySettings {
    fn default() -> Self {
        Self { replicas: 1 }
    }
}

/// What the relay is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RelayState {
    /// Comparing the stream with the journal.
    Comparing,
    /// Publishing, or waiting for something new.
    Publishing,
    /// It could not, and tries again.
    Failing(String),
}

/// What the relay is doing, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayStatus {
    /// What it is doing.
    pub state: RelayState,
    /// Everything before this is in the stream, by the broker's confirmation.
    pub stored: Position,
    /// How often the stream was made anew.
    pub recreated: u64,
}

/// Carries a journal into its stream. Stops when dropped.
pub struct Relay {
    status: watch::Receiver<RelayStatus>,
    _task: Task,
}

impl Relay {
    /// Begins to carry what `source` offers into the stream of the connection's service.
    #[must_use]
    pub fn start(connection: Arc<Connection>, source: Arc<dyn Source>, settings: RelaySettings) -> Self {
        Self::start_while(watch::channel(true).1, connection, source, settings)
    }

    /// The same, as long as it is permitted: while it is not, the stream is left as it is. It may be another's by then.
    #[must_use]
    pub fn start_while(
        permitted: watch::Receiver<bool>,
        connection: Arc<Connection>,
        source: Arc<dyn Source>,
        settings: RelaySettings,
    ) -> Self {
        let status = RelayStatus { state: RelayState::Comparing, stored: Position::default(), recreated: 0 };
        let status = watch::Sender::new(status);
        let watching = status.subscribe();
        let carrier = Carrier { origin: connection.origin(), connection, source, settings, status, permitted };
        Self { status: watching, _task: Task::spawn(carrier.run()) }
    }

    /// What it is doing, from now on.
    #[must_use]
    pub fn status(&self) -> watch::Receiver<RelayStatus> {
        self.status.clone()
    }
}

/// Why a round of publishing ended.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("{0}")]
    Stream(#[from] StreamError),
    #[error("the journal cannot be read: {0}")]
    Journal(String),
    #[error("the broker confirms nothing any more")]
    Unconfirmed,
    #[error("the broker refused event {number}: {reason}")]
    NotStored { number: u64, reason: String },
    #[error("the stream is not as it was left")]
    Disturbed,
    #[error("the journal goes on in another epoch")]
    NextEpoch,
    #[error("the connection to the broker was lost")]
    Lost,
    #[error("the client refuses to send: {0}")]
    Unsendable(String),
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::Stream(error.into())
    }
}

struct Carrier {
    origin: Origin,
    connection: Arc<Connection>,
    source: Arc<dyn Source>,
    settings: RelaySettings,
    status: watch::Sender<RelayStatus>,
    permitted: watch::Receiver<bool>,
}

impl Carrier {
    async fn run(self) {
        let mut pause_ms = RETRY_AFTER_MS_MIN;
        let (mut doubtful, told) = (None, Told::default());
        loop {
            self.tell(RelayState::Comparing);
            self.await_link().await;
            self.await_permission().await;
            let before = self.status.borrow().stored;
            let Err(trouble) = self.round(doubtful).await;
            // Whoever took the number of a refused event may be followed by events of ours that were under way.
            doubtful = match &trouble {
                Trouble::NotStored { number, .. } => Some(*number),
                Trouble::Lost | Trouble::Unconfirmed | Trouble::Stream(_) => doubtful,
                _ => None,
            };
            let moved = self.status.borrow().stored != before;
            if matches!(trouble, Trouble::NextEpoch) {
                tracing::info!(origin = %self.origin, "the journal goes on in a new epoch; its stream is made anew");
                continue;
            }
            let words = trouble.to_string();
            if told.is_due(&words) {
                tracing::warn!(origin = %self.origin, trouble = words, "the stream is compared again");
            }
            metrics::counter!("dossier_relay_trouble_total", "origin" => self.origin.name()).increment(1);
            self.tell(RelayState::Failing(words));
            pause_ms = if moved { RETRY_AFTER_MS_MIN } else { (pause_ms * 2).min(RETRY_AFTER_MS_MAX) };
            sleep(Duration::from_millis(pause_ms)).await;
        }
    }

    /// Compares, and publishes until something is wrong. From the number `doubtful` on, every message is compared.
    async fn round(&self, doubtful: Option<u64>) -> Result<std::convert::Infallible, Trouble> {
        let (next, info) = self.reconcile(doubtful).await?;
        self.status.send_modify(|status| {
            status.state = RelayState::Publishing;
            status.stored = next;
        });
        self.publish(next, &info).await
    }

    /// Returns when there is a connection.
    async fn await_link(&self) {
        let mut health = self.connection.health();
        // The sender lives in the connection, which we hold.
        let _ = health.wait_for(BrokerHealth::is_connected).await;
    }

    /// Returns when it is permitted to change the stream. Whoever permitted it last may be gone.
    async fn await_permission(&self) {
        let _ = self.permitted.clone().wait_for(|permitted| *permitted).await;
    }

    fn tell(&self, state: RelayState) {
        self.status.send_modify(|status| status.state = state);
    }
}
