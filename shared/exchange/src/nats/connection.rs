//! One connection of one service to the broker.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use async_nats::{Client, ConnectOptions, ServerAddr, connection::State};
use dossier_proto::Origin;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval, timeout},
};

use super::{
    calls::Calls,
    health::{BrokerHealth, Connected, HealthKeeper},
    names,
    task::Task,
};

/// A server that does not greet within this is passed over: another of the cluster may.
const GREETING_PATIENCE: Duration = Duration::from_secs(2);
/// Two pings without an answer end a connection: a broker that hangs is noticed within 6 s.
const PING_EVERY: Duration = Duration::from_secs(2);
/// The longest wait between two attempts: what was lost heals within 10 s.
const RECONNECT_AFTER_MAX: Duration = Duration::from_millis(500);
/// How often the client is asked whether it is connected. What it says twice is believed, whatever its events said.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Messages that may wait in one subscription before more are dropped (and noticed): as many confirmations as the relay may have under way.
///
/// The client counts messages and not bytes, so every subscription whose messages may be large is emptied by a task that does nothing else,
/// into a place that counts bytes: what is live 16 MiB an origin (`live`), answers what was asked for (`calls`), questions 8 of each asker
/// (`desks`). What waits here is what came while such a task was not run: of the mix (2 KB) 8 MiB when full; of the largest events
/// what a line brings in the 50 ms of a busy machine, 60 MB at 10 Gbit/s.
const SUBSCRIPTION_MESSAGES_MAX: usize = 4096;

/// Where the broker is, and who we are there.
#[derive(Clone)]
pub struct ConnectionSettings {
    /// Which service this is.
    pub origin: Origin,
    /// The servers: `nats://HOST:PORT`, or `tls://HOST:PORT`. All nodes of a cluster are named; what servers say of
    /// others is not followed.
    pub servers: Vec<String>,
    /// The seed of the service's nkey, `SU…`. Without one the broker must admit anybody, as in tests.
    pub nkey_seed: Option<String>,
    /// The certificate authority to trust, PEM, instead of the system's.
    pub ca: Option<PathBuf>,
}

impl std::fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { origin, servers, nkey_seed, ca } = self;
        let nkey = if nkey_seed.is_some() { "given" } else { "none" };
        f.debug_struct("ConnectionSettings")
            .field("origin", origin)
            .field("servers", servers)
            .field("nkey_seed", &nkey)
            .field("ca", ca)
            .finish()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// The settings are wrong: nothing gets better by waiting.
    #[error("the broker's settings are wrong: {0}")]
    Settings(String),
    /// The broker is not there (yet). The connection goes on being tried.
    #[error("the broker does not answer: {0}")]
    Unreachable(String),
    /// The client could not begin.
    #[error("no connection to the broker could be begun: {0}")]
    Client(String),
}

/// One connection of one service to the broker. It is made again whenever it is lost.
pub struct Connection {
    origin: Origin,
    client: Client,
    calls: Calls,
    health: HealthKeeper,
    _watch: Task,
}

impl Connection {
    /// Begins to connect, and goes on trying. The settings are checked at once; see [`Connection::connected`].
    ///
    /// # Errors
    /// [`ConnectionError::Settings`] and [`ConnectionError::Client`].
    pub async fn open(settings: ConnectionSettings) -> Result<Arc<Self>, ConnectionError> {
        let health = HealthKeeper::new(settings.origin, &settings.servers.join(", "));
        let addresses = addresses(&settings.servers)?;
        let client = options(&settings, &health)?.connect(addresses).await;
        let client = client.map_err(|error| ConnectionError::Client(error.to_string()))?;
        let calls = Calls::start(client.clone(), settings.origin).await.map_err(ConnectionError::Client)?;
        let watch = Task::spawn(watch_over(client.clone(), health.clone()));
        Ok(Arc::new(Self { origin: settings.origin, client, calls, health, _watch: watch }))
    }

    /// Which service this is.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// What the broker says, from now on.
    #[must_use]
    pub fn health(&self) -> watch::Receiver<BrokerHealth> {
        self.health.watch()
    }

    /// Returns when the broker is there.
    ///
    /// # Errors
    /// [`ConnectionError::Unreachable`] after `patience`; the connection goes on being tried.
    pub async fn connected(&self, patience: Duration) -> Result<(), ConnectionError> {
        let mut health = self.health();
        let connected = timeout(patience, health.wait_for(BrokerHealth::is_connected)).await.is_ok();
        if connected {
            return Ok(());
        }
        let complaint = self.health().borrow().complaint();
        Err(ConnectionError::Unreachable(complaint.unwrap_or_else(|| "no answer".to_owned())))
    }

    /// Whether what is sent now goes out now.
    pub(crate) fn is_up(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn calls(&self) -> &Calls {
        &self.calls
    }
}

/// Keeps what is known of the connection true though the client may drop events about it.
async fn watch_over(client: Client, health: HealthKeeper) {
    let statistics = client.statistics();
    let mut differed = None;
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        let said = Connected {
            now: client.connection_state() == State::Connected,
            times: statistics.connects.load(Ordering::Relaxed),
        };
        if !health.differs(said) {
            differed = None;
        } else if differed.replace(said) == Some(said) {
            health.repair(said);
        }
    }
}

fn addresses(servers: &[String]) -> Result<Vec<ServerAddr>, ConnectionError> {
    if servers.is_empty() {
        return Err(ConnectionError::Settings("no server is named".to_owned()));
    }
    let parse = |server: &String| {
        let address: Result<ServerAddr, _> = server.parse();
        address.map_err(|error| ConnectionError::Settings(format!("{server} is no address of a server: {error}")))
    };
    servers.iter().map(parse).collect()
}

fn options(settings: &ConnectionSettings, health: &HealthKeeper) -> Result<ConnectOptions, ConnectionError> {
    let (keeper, onlooker) = (health.clone(), health.clone());
    let mut options = ConnectOptions::new()
        .name(format!("dossier {}", settings.origin))
        .custom_inbox_prefix(names::inbox(settings.origin))
        .retry_on_initial_connect()
        .max_reconnects(None)
        .ignore_discovered_servers()
        .connection_timeout(GREETING_PATIENCE)
        .ping_interval(PING_EVERY)
        .subscription_capacity(SUBSCRIPTION_MESSAGES_MAX)
        .reconnect_delay_callback(reconnect_after)
        .reconnect_to_server_callback(move |servers, _info| {
            onlooker.unreached(&servers);
            // The client goes on choosing by itself.
            std::future::ready(None)
        })
        .event_callback(move |event| {
            keeper.note(&event);
            std::future::ready(())
        });
    if let Some(seed) = &settings.nkey_seed {
        let seed = seed.trim();
        // The client would only find out when it connects, and try for ever.
        let is_users = seed.starts_with("SU") && nkeys::KeyPair::from_seed(seed).is_ok();
        if !is_users {
            return Err(ConnectionError::Settings("the nkey's seed is none of a user (SU…)".to_owned()));
        }
        options = options.nkey(seed.to_owned());
    }
    if let Some(ca) = &settings.ca {
        let text = fs::read_to_string(ca);
        let text =
            text.map_err(|error| ConnectionError::Settings(format!("{} cannot be read: {error}", ca.display())))?;
        if !text.contains("BEGIN CERTIFICATE") {
            return Err(ConnectionError::Settings(format!("{} holds no certificate in PEM", ca.display())));
        }
        options = options.add_root_certificates(ca.clone());
    }
    Ok(options)
}

/// 0, 20, 40 … 500 ms.
fn reconnect_after(attempts: usize) -> Duration {
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    Duration::from_millis(20).saturating_mul(attempts.saturating_sub(1)).min(RECONNECT_AFTER_MAX)
}
