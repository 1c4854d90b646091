//! What the broker says to this service besides messages: whether it is there, and what it refuses.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_nats::{ClientError, Event, Server, ServerError};
use dossier_proto::Origin;
use tokio::{sync::watch, time::Instant};

use super::{told::Told, unreached};

/// How long a refusal stays in [`BrokerHealth::complaint`]: whoever is refused tries again within seconds, so what is still
/// refused shows, and what was put right stops showing by itself.
pub const REFUSED_SHOWN: Duration = Duration::from_secs(30);
/// The server's words name a subject, of at most a few hundred characters.
const WHAT_CHARS_MAX: usize = 400;

/// Whether the broker is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Not connected yet.
    Connecting,
    /// Connected.
    Connected,
    /// Not any more; the connection is being made again.
    Lost,
}

/// Something the broker refused: a publication or subscription without permission, or the key itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The broker's words.
    pub what: String,
    /// When, last.
    pub at: Instant,
    /// How often since the start.
    pub times: u64,
}

/// What the broker says, for readiness and logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokerHealth {
    /// Whether it is there.
    pub link: Link,
    /// Since when.
    pub since: Instant,
    /// Why the last attempt to connect failed, while not connected.
    pub trouble: Option<String>,
    /// The last refusal.
    pub refused: Option<Refused>,
    /// When messages were last dropped because nobody took them fast enough.
    pub slow: Option<Instant>,
    /// When it was last found to be away: an attempt to connect failed, or the connection ended.
    pub away: Option<Instant>,
}

impl BrokerHealth {
    fn new() -> Self {
        Self { link: Link::Connecting, since: Instant::now(), trouble: None, refused: None, slow: None, away: None }
    }

    /// Whether messages pass.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.link == Link::Connected
    }

    /// Whether it was away within the last [`REFUSED_SHOWN`]: others may still be connecting again.
    #[must_use]
    pub fn was_away_lately(&self) -> bool {
        !self.is_connected() || self.away.is_some_and(|away| away.elapsed() < REFUSED_SHOWN)
    }

    /// What an operator should know now: no connection, or a refusal of the last [`REFUSED_SHOWN`].
    #[must_use]
    pub fn complaint(&self) -> Option<String> {
        if let Some(refused) = self.refused.as_ref().filter(|refused| refused.at.elapsed() < REFUSED_SHOWN) {
            return Some(format!("the broker refuses: {} ({})", refused.what, times(refused.times)));
        }
        let seconds = self.since.elapsed().as_secs();
        let trouble = self.trouble.as_deref().unwrap_or("no answer");
        match self.link {
            Link::Connected => None,
            Link::Connecting => Some(format!("the broker has not been reached for {seconds} s: {trouble}")),
            Link::Lost => Some(format!("the broker has been lost for {seconds} s: {trouble}")),
        }
    }

    fn move_to(&mut self, link: Link) {
        if self.link != link {
            self.link = link;
            self.since = Instant::now();
        }
    }

    fn refuse(&mut self, what: &str) {
        let times = self.refused.as_ref().map_or(0, |refused| refused.times) + 1;
        self.refused = Some(Refused { what: shortened(what), at: Instant::now(), times });
    }
}

/// The writing end, for the callback of the client.
#[derive(Debug, Clone)]
pub(crate) struct HealthKeeper {
    origin: Origin,
    /// The servers, as the settings name them.
    servers: Arc<str>,
    told: Arc<Told>,
    health: Arc<watch::Sender<BrokerHealth>>,
    /// How many connections were noted.
    connections: Arc<AtomicU64>,
}

/// What the client itself says of its connection, whenever it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Connected {
    /// Whether there is one.
    pub(crate) now: bool,
    /// How many there have been.
    pub(crate) times: u64,
}

impl HealthKeeper {
    pub(crate) fn new(origin: Origin, servers: &str) -> Self {
        let health = Arc::new(watch::Sender::new(BrokerHealth::new()));
        Self { origin, servers: servers.into(), told: Arc::default(), health, connections: Arc::default() }
    }

    /// Why servers were not reached, as the client knows it before it tries again.
    pub(crate) fn unreached(&self, servers: &[Server]) {
        if let Some(why) = unreached::of_servers(servers) {
            self.trouble(&why);
        }
    }

    fn trouble(&self, why: &str) {
        let why = shortened(why);
        if self.told.is_due(&why) {
            tracing::warn!(origin = %self.origin, why, "the broker is not reached");
        }
        self.health.send_if_modified(|health| {
            let changed = !health.is_connected() && health.trouble.as_deref() != Some(&why);
            if changed {
                health.trouble = Some(why);
            }
            changed
        });
    }

    /// Whether what was noted is not what the client says.
    pub(crate) fn differs(&self, said: Connected) -> bool {
        let noted = self.health.borrow().is_connected();
        noted != said.now || (said.now && self.connections.load(Ordering::Relaxed) != said.times)
    }

    /// Takes the client's word where its events do not say the same: it drops events when there are too many of them at once. To be done
    /// only when they have differed for a while, as an event may be on its way.
    pub(crate) fn repair(&self, said: Connected) {
        tracing::warn!(origin = %self.origin, connected = said.now, "the client has not said what became of the connection");
        metrics::counter!("dossier_broker_health_repaired_total", "origin" => self.origin.name()).increment(1);
        self.connections.store(said.times, Ordering::Relaxed);
        self.health.send_modify(|health| {
            health.link = if said.now { Link::Connected } else { Link::Lost };
            // Whoever waits for news of the connection has to learn that it is another one.
            health.since = Instant::now();
            health.away = Some(health.since);
            health.trouble = None;
        });
    }

    pub(crate) fn watch(&self) -> watch::Receiver<BrokerHealth> {
        self.health.subscribe()
    }

    /// Takes an event of the client.
    pub(crate) fn note(&self, event: &Event) {
        match event {
            Event::Connected => {
                tracing::info!(origin = %self.origin, "connected to the broker");
                self.connections.fetch_add(1, Ordering::Relaxed);
                self.told.forget();
                self.health.send_modify(|health| {
                    health.move_to(Link::Connected);
                    health.trouble = None;
                });
            }
            Event::Disconnected | Event::Closed => {
                tracing::warn!(origin = %self.origin, "the broker is gone; connecting again");
                self.health.send_modify(|health| {
                    health.move_to(Link::Lost);
                    health.away = Some(Instant::now());
                });
            }
            Event::ServerError(error) => self.server_error(error),
            Event::ClientError(error) => self.client_error(error),
            Event::SlowConsumer(subscription) => self.slow(*subscription),
            Event::LameDuckMode => tracing::warn!(origin = %self.origin, "the broker is about to stop"),
            Event::Draining => {}
        }
    }

    fn server_error(&self, error: &ServerError) {
        match error {
            ServerError::AuthorizationViolation => self.refused("authorization violation"),
            ServerError::SlowConsumer(subscription) => self.slow(*subscription),
            ServerError::Other(what) if is_refusal(what) => self.refused(what),
            ServerError::Other(what) => {
                tracing::warn!(origin = %self.origin, error = %shortened(what), "the broker reports an error");
                self.health.send_modify(|health| health.trouble = Some(shortened(what)));
            }
        }
    }

    fn client_error(&self, error: &ClientError) {
        let what = match error {
            ClientError::Other(what) => what.clone(),
            other => other.to_string(),
        };
        if is_refusal(&what) {
            return self.refused(&what);
        }
        tracing::debug!(origin = %self.origin, error = %what, "no connection to the broker");
        if what == "DNS error" {
            // Of this the client keeps nothing with its servers.
            self.trouble(&unreached::of_client(&what, &self.servers));
        }
        self.health.send_modify(|health| {
            // Better words may be there already: see `unreached`.
            health.trouble.get_or_insert_with(|| shortened(&unreached::of_client(&what, &self.servers)));
            if !health.is_connected() {
                health.away = Some(Instant::now());
            }
        });
    }

    fn refused(&self, what: &str) {
        if self.told.is_due(&shortened(what)) {
            tracing::error!(
                origin = %self.origin,
                servers = %self.servers,
                what = %shortened(what),
                "the broker refuses; its configuration does not fit this service or the key is not this service's"
            );
        }
        metrics::counter!("dossier_broker_refused_total", "origin" => self.origin.name()).increment(1);
        self.health.send_modify(|health| health.refuse(what));
    }

    fn slow(&self, subscription: u64) {
        tracing::warn!(origin = %self.origin, subscription, "messages came faster than they were taken, and were dropped");
        metrics::counter!("dossier_broker_slow_total", "origin" => self.origin.name()).increment(1);
        self.health.send_modify(|health| health.slow = Some(Instant::now()));
    }
}

/// `Permissions Violation for Publish to "…"`, `Authorization Violation`, and what the client makes of a wrong key.
fn is_refusal(what: &str) -> bool {
    let what = what.to_ascii_lowercase();
    ["violation", "authentication", "authorization"].iter().any(|word| what.contains(word))
}

fn times(count: u64) -> String {
    if count == 1 { "once".to_owned() } else { format!("{count} times") }
}

fn shortened(what: &str) -> String {
    what.chars().take(WHAT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
