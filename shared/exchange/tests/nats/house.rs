//! Services around a real broker: each with a connection of its own.

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use dossier_broker::{Broker, Settings};
use dossier_exchange::{
    Answerer, FollowStatus, KeyDesk, Position, Progress, ReadLimits, Source, Transport,
    conformance::{ManualClock, Tray},
    nats::{Connection, ConnectionSettings, Desks, NatsTransport, Relay, RelaySettings, RelayState, RelayStatus},
};
use dossier_proto::{Micros, Origin, Place};
use tokio::{sync::watch, task::JoinHandle};

/// Whatever was done to the broker: healed within this, without anybody's help.
pub(crate) const HEALED_WITHIN: Duration = Duration::from_secs(10);

/// A broker and the services around it.
pub(crate) struct House {
    pub(crate) broker: Mutex<Broker>,
    pub(crate) connections: BTreeMap<Origin, Arc<Connection>>,
    pub(crate) seats: Mutex<BTreeMap<Origin, Seat>>,
}

/// What a service keeps running.
pub(crate) struct Seat {
    pub(crate) relay: Relay,
    pub(crate) desks: Desks,
}

/// Waits for something in a test whose function is not async. The test's runtime has several threads.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(future))
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
    let settings = ConnectionSettings { origin, servers: urls.to_vec(), nkey_seed: None, ca: None };
    let connection = Connection::open(settings).await.expect("settings that are right");
    connection.connected(Duration::from_secs(20)).await.expect("a broker that is there");
    connection
}

impl House {
    pub(crate) fn start() -> Self {
        Self::around(Broker::start(Settings::default()))
    }

    pub(crate) fn around(broker: Broker) -> Self {
        let connect_all = async {
            let mut connections = BTreeMap::new();
            for origin in Origin::ALL {
                connections.insert(origin, connect(&broker, origin).await);
            }
            connections
        };
        let connections = wait(connect_all);
        Self { broker: Mutex::new(broker), connections, seats: Mutex::default() }
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
        let desks = wait(Desks::open(Arc::clone(&connection), Arc::clone(&source), desk, answerer));
        let desks = desks.expect("a connection that is there");
        let relay = Relay::start(connection, source, RelaySettings::default());
        seats.insert(origin, Seat { relay, desks });
    }

    pub(crate) fn transport(&self, consumer: Origin) -> Arc<NatsTransport> {
        NatsTransport::new(self.connection(consumer))
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
        let connection = connect_to(&self.url(), Origin::Audit).await;
        let transport = NatsTransport::new(connection);
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
        let tray = Tray::new();
        let progress = Progress::new([origin]);
        let clock = ManualClock::at(NOON);
        let (status, task) = tray.follow(origin, house.transport(Origin::Moderation), &progress, &clock);
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
