//! Services around a real broker: each with a connection of its own.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use dossier_broker::{Broker, Settings};
use dossier_exchange::{
    Answerer, FollowStatus, KeyDesk, Position, Progress, ReadLimits, Source, Transport,
    conformance::{ManualClock, Tray, signer},
    nats::{Connection, ConnectionSettings, Desks, NatsTransport, Relay, RelaySettings, RelayState, RelayStatus},
};
use dossier_proof::VerifierKey;
use dossier_proto::{KeyId, Micros, Origin, Place};
use nkeys::KeyPair;
use tempfile::TempDir;
use tokio::{sync::watch, task::JoinHandle};

/// Whatever was done to the broker: healed within this, without anybody's help.
pub(crate) const HEALED_WITHIN: Duration = Duration::from_secs(10);

/// A broker and the services around it.
pub(crate) struct House {
    pub(crate) broker: Mutex<Broker>,
    pub(crate) connections: BTreeMap<Origin, Arc<Connection>>,
    pub(crate) seats: Mutex<BTreeMap<Origin, Seat>>,
    /// What each service shows of itself; empty where anybody is admitted.
    seeds: BTreeMap<Origin, String>,
    /// Files that the broker reads when it starts.
    _files: Option<TempDir>,
}

/// What a service keeps running.
pub(crate) struct Seat {
    pub(crate) relay: Relay,
    _desks: Desks,
}

/// Waits for something in a test whose function is not async. The test's runtime has several threads.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
}

/// What each service signs with.
pub(crate) fn verifiers() -> BTreeMap<Origin, VerifierKey> {
    Origin::ALL.into_iter().map(|origin| (origin, signer(origin).verifier())).collect()
}

/// A connection of a service to a broker that admits anybody.
pub(crate) async fn connect(broker: &Broker, origin: Origin) -> Arc<Connection> {
    connect_to(&broker.url(), origin).await
}

/// The same, by address.
pub(crate) async fn connect_to(url: &str, origin: Origin) -> Arc<Connection> {
    connect_to_any(&[url.to_owned()], origin).await
}

/// The same, to whichever of several answers.
pub(crate) async fn connect_to_any(urls: &[String], origin: Origin) -> Arc<Connection> {
    connect_with(urls, origin, None).await
}

async fn connect_with(urls: &[String], origin: Origin, nkey_seed: Option<String>) -> Arc<Connection> {
    let settings = ConnectionSettings { origin, servers: urls.to_vec(), nkey_seed, ca: None };
    let connection = Connection::open(settings).await.expect("settings that are right");
    connection.connected(Duration::from_secs(20)).await.expect("a broker that is there");
    connection
}

/// `deploy/nats.conf` as it is, with keys made here; without TLS, which `tests/deploy` has.
fn deployed_files() -> (TempDir, BTreeMap<Origin, String>) {
    let directory = tempfile::tempdir().expect("a directory");
    let conf = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/nats.conf");
    fs::copy(conf, directory.path().join("nats.conf")).expect("deploy/nats.conf");
    let pairs: BTreeMap<Origin, KeyPair> =
        Origin::ALL.into_iter().map(|origin| (origin, KeyPair::new_user())).collect();
    let line = |(origin, pair): (&Origin, &KeyPair)| {
        format!("{}_NKEY: {}\n", origin.name().to_ascii_uppercase(), pair.public_key())
    };
    let keys: String = pairs.iter().map(line).collect();
    fs::write(directory.path().join("nkeys.conf"), keys).expect("a writable directory");
    fs::write(directory.path().join("nats-tls.conf"), "").expect("a writable directory");
    let seeds = pairs.into_iter().map(|(origin, pair)| (origin, pair.seed().expect("a seed"))).collect();
    (directory, seeds)
}

impl House {
    /// A broker that admits anybody to anything, so that a test can do harm.
    pub(crate) fn start() -> Self {
        Self::around(Broker::start(Settings::default()), BTreeMap::new(), None)
    }

    /// A broker with the accounts and permissions of a deployment.
    pub(crate) fn deployed() -> Self {
        let (files, seeds) = deployed_files();
        let broker = Broker::start(Settings::in_deployment(files.path(), files.path().join("nats.conf")));
        Self::around(broker, seeds, Some(files))
    }

    fn around(broker: Broker, seeds: BTreeMap<Origin, String>, files: Option<TempDir>) -> Self {
        let urls = [broker.url()];
        let connect_all = async {
            let mut connections = BTreeMap::new();
            for origin in Origin::ALL {
                connections.insert(origin, connect_with(&urls, origin, seeds.get(&origin).cloned()).await);
            }
            connections
        };
        let connections = wait(connect_all);
        Self { broker: Mutex::new(broker), connections, seats: Mutex::default(), seeds, _files: files }
    }

    /// One more connection of a service.
    pub(crate) async fn another_connection(&self, origin: Origin) -> Arc<Connection> {
        let urls = [self.url()];
        connect_with(&urls, origin, self.seeds.get(&origin).cloned()).await
    }

    /// The key to the broker, where one is needed.
    pub(crate) fn seed(&self, origin: Origin) -> Option<String> {
        self.seeds.get(&origin).cloned()
    }

    /// A service ends.
    pub(crate) fn leaves(&self, origin: Origin) {
        self.seats.lock().expect("no test panics while it holds the seats").remove(&origin);
    }

    pub(crate) fn broker(&self) -> MutexGuard<'_, Broker> {
        self.broker.lock().expect("no test panics while it holds the broker")
    }

    pub(crate) fn connection(&self, origin: Origin) -> Arc<Connection> {
        Arc::clone(&self.connections[&origin])
    }

    pub(crate) fn offer(&self, origin: Origin, source: Arc<dyn Source>, desk: Arc<dyn KeyDesk>) {
        self.offer_with(origin, source, desk, None);
    }

    pub(crate) fn offer_with(
        &self,
        origin: Origin,
        source: Arc<dyn Source>,
        desk: Arc<dyn KeyDesk>,
        answerer: Option<Arc<dyn Answerer>>,
    ) {
        // Whoever offered before stops first: there is one service of a name.
        let mut seats = self.seats.lock().expect("no test panics while it holds the seats");
        seats.remove(&origin);
        let connection = self.connection(origin);
        let desks = wait(Desks::open(Arc::clone(&connection), Arc::clone(&source), desk, answerer, signer(origin)));
        let desks = desks.expect("a connection that is there");
        let relay = Relay::start(connection, source, RelaySettings::default());
        seats.insert(origin, Seat { relay, _desks: desks });
    }

    /// The transport of a consumer to whom the origin answers: what it listens to is at the broker.
    pub(crate) async fn transport_to(&self, origin: Origin, consumer: Origin) -> Arc<NatsTransport> {
        let transport = self.transport(consumer);
        let deadline = tokio::time::Instant::now() + HEALED_WITHIN;
        while let Err(silent) = transport.checkpoint(origin).await {
            assert!(tokio::time::Instant::now() < deadline, "{silent}");
        }
        transport
    }

    pub(crate) fn transport(&self, consumer: Origin) -> Arc<NatsTransport> {
        NatsTransport::new(self.connection(consumer), verifiers())
    }
}

impl House {
    /// Waits until the relay of an origin says that everything before `head` is stored.
    pub(crate) async fn is_stored(&self, origin: Origin, head: Position) {
        let mut status = self.relay_status(origin);
        let stored = status.wait_for(|status| status.stored == head && status.state == RelayState::Publishing);
        let waited = tokio::time::timeout(HEALED_WITHIN, stored).await.map(|stored| stored.is_ok());
        assert_eq!(waited, Ok(true), "{head:?} should be stored: {:?}", self.relay_status(origin).borrow());
    }

    pub(crate) fn relay_status(&self, origin: Origin) -> watch::Receiver<RelayStatus> {
        self.seats.lock().expect("no test panics while it holds the seats")[&origin].relay.status()
    }

    /// Reads the whole stream as a newcomer who asks nobody, and compares it with the source.
    pub(crate) async fn stream_is_true(&self, origin: Origin, source: &dyn Source, head: Position) {
        self.stream_is_true_from(origin, source, 0, head).await;
    }

    /// The same, of what a stream holds from a sequence on.
    pub(crate) async fn stream_is_true_from(&self, origin: Origin, source: &dyn Source, first: u64, head: Position) {
        self.is_stored(origin, head).await;
        let connection = self.another_connection(Origin::Audit).await;
        let transport = NatsTransport::new(connection, verifiers());
        let mut next = Position { epoch: head.epoch, sequence: first };
        while next < head {
            let reading = transport.read(origin, next, ReadLimits::default());
            let batch = tokio::time::timeout(HEALED_WITHIN, reading).await.expect("the stream holds it").expect("read");
            let limits = ReadLimits { events_max: batch.events.len(), bytes_max: usize::MAX };
            let own = source.read(next, limits).expect("the source's own");
            let same = batch.events.iter().zip(&own).take_while(|(read, own)| read == own).count();
            assert_eq!(same, batch.events.len(), "event {} of what was read from {next:?} is another", same);
            next.sequence += batch.events.len() as u64;
        }
    }

    pub(crate) fn url(&self) -> String {
        self.broker().url()
    }
}

/// A consumer of one origin.
pub(crate) struct Reader {
    pub(crate) tray: Arc<Tray>,
    pub(crate) status: watch::Receiver<FollowStatus>,
    task: JoinHandle<()>,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Noon of a day in 2026, and the clock of every consumer here.
const NOON: Micros = Micros(1_767_268_800_000_000);

impl Reader {
    /// Moderation follows an origin.
    pub(crate) fn of(house: &House, origin: Origin) -> Self {
        Self::over(house.transport(Origin::Moderation), origin)
    }

    /// Somebody follows an origin over this transport.
    pub(crate) fn over(transport: Arc<NatsTransport>, origin: Origin) -> Self {
        Self::over_needing(transport, origin, Vec::new())
    }

    /// The same, and every event needs these keys.
    pub(crate) fn over_needing(transport: Arc<NatsTransport>, origin: Origin, keys: Vec<KeyId>) -> Self {
        let tray = Tray::new();
        tray.need(keys);
        let progress = Progress::new([origin]);
        let clock = ManualClock::at(NOON);
        let (status, task) = tray.follow(origin, transport, &progress, &clock);
        Self { tray, status, task }
    }

    /// Holds exactly these many events, each once, in order, within ten seconds, and agrees with what the origin signs.
    pub(crate) async fn holds_exactly(&self, origin: Origin, count: u64) {
        let waited = tokio::time::timeout(HEALED_WITHIN, self.tray.holds(count as usize)).await;
        assert!(
            waited.is_ok(),
            "{} of {count} events within {HEALED_WITHIN:?}: {:?}",
            self.tray.places().len(),
            *self.status.borrow()
        );
        let dense: Vec<Place> = (0..count).map(|sequence| Place { origin, epoch: 0, sequence }).collect();
        assert_eq!(self.tray.places(), dense);
        let mut status = self.status.clone();
        let level = status.wait_for(|status| status.is_level() && status.is_sound());
        let waited = tokio::time::timeout(HEALED_WITHIN, level).await.map(|level| level.is_ok());
        assert_eq!(waited, Ok(true), "level with the origin: {:?}", *self.status.borrow());
    }
}
