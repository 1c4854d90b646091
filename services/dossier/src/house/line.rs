//! One service's line to the broker: its connection, and what works on it.

mod comparing;
mod place;

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use dossier_exchange::{
    Answerer, Transport,
    nats::{
        BrokerHealth, Connection, ConnectionError, ConnectionSettings, Desks, Listening, NatsTransport, Presence,
        PresenceError, Relay, RelaySettings, RelayStatus,
    },
};
use dossier_journal::Signers;
use dossier_proto::Origin;
use futures_util::FutureExt;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use self::place::Place;
use super::{plot::Plot, room::Room, waiting::Waiting};
use crate::{Exit, Failure, arrival::Arrival};

/// Between two attempts to ask a broker that does not answer.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

const MAY_BE_A_COPY: &str = "its data directory is not where the service left it, so it may be the copy of one that is at work and cut off; \
                             such a one writes for ten seconds at most";

/// Where the broker is, and who a service is there.
#[derive(Debug, Clone)]
pub struct BrokerSettings {
    /// `nats://HOST:PORT` or `tls://HOST:PORT`, all nodes of a cluster.
    pub servers: Vec<String>,
    /// The file with the seed of the service's key; without one the broker must admit anybody.
    pub nkey: Option<PathBuf>,
    /// The certificate authority to trust instead of the system's.
    pub ca: Option<PathBuf>,
    /// How many nodes keep the service's stream.
    pub replicas: u32,
}

/// A service's line to the broker.
pub(super) struct Line {
    connection: Arc<Connection>,
    transport: Arc<NatsTransport>,
    /// What the service signs with: its checkpoints, its answers, and that it is there.
    signers: Signers,
    replicas: u32,
    presence: OnceLock<Presence>,
    joined: OnceLock<Joined>,
    waiting: Waiting,
    arrival: Arrival,
    place: Place,
}

struct Joined {
    relay: watch::Receiver<RelayStatus>,
    _relay: Relay,
    _desks: Desks,
}

impl Line {
    /// Begins to connect. Settings that cannot be right are told at once; a broker that is not there is tried again.
    pub(super) async fn open(plot: &Plot, origin: Origin, settings: &BrokerSettings) -> Result<Self, Failure> {
        let nkey_seed = settings.nkey.as_deref().map(|file| {
            warn_if_open(file);
            fs::read_to_string(file).map_err(|error| match error.kind() {
                std::io::ErrorKind::NotFound => Failure::not_there(format!(
                    "{} does not exist: it says who {origin} is to the broker. `dossier keys` makes it, or put it back",
                    file.display()
                )),
                _ => Failure::disk(file, &error),
            })
        });
        let connection = Connection::open(ConnectionSettings {
            origin,
            servers: settings.servers.clone(),
            nkey_seed: nkey_seed.transpose()?,
            ca: settings.ca.clone(),
        });
        let connection = connection.await.map_err(|error| failure(&error))?;
        let transport = NatsTransport::new(Arc::clone(&connection), plot.keys.clone());
        Ok(Self {
            connection,
            transport,
            signers: plot.secrets.signer(origin),
            replicas: settings.replicas,
            presence: OnceLock::new(),
            joined: OnceLock::new(),
            waiting: Waiting::of(origin),
            arrival: Arrival::of(&plot.layout),
            place: Place::default(),
        })
    }

    pub(super) fn transport(&self) -> Arc<dyn Transport> {
        Arc::<NatsTransport>::clone(&self.transport)
    }

    pub(super) fn health(&self) -> watch::Receiver<BrokerHealth> {
        self.connection.health()
    }

    /// What the relay is doing, once it works.
    pub(super) fn relay(&self) -> Option<watch::Receiver<RelayStatus>> {
        self.joined.get().map(|joined| joined.relay.clone())
    }

    /// Returns when the broker is there.
    ///
    /// # Errors
    /// [`Failure`] after `patience`; the connection goes on being tried.
    pub(super) async fn connected(&self, patience: Duration) -> Result<(), Failure> {
        self.connection.connected(patience).await.map_err(|error| failure(&error))
    }

    /// Looks whether another instance of the service is at work, and takes its place if none can be: one whose data directory may be a copy
    /// has to listen for longer first. Waits for the broker.
    ///
    /// # Errors
    /// [`Failure`]: there is one. Nothing was written.
    pub(super) async fn look(&self) -> Result<(), Failure> {
        if !self.may_be_a_copy() {
            return self.occupy().await;
        }
        self.find(|| Presence::look(Arc::clone(&self.connection), self.signers.clone())).await
    }

    /// Makes sure that no other instance of the service is at work, and takes no place. Waits for the broker.
    ///
    /// # Errors
    /// [`Failure`]: there is one.
    pub(super) async fn look_for_others(&self) -> Result<(), Failure> {
        self.find(|| Presence::look(Arc::clone(&self.connection), self.signers.clone())).await
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether the data directory is not where the service left it.
    pub(super) fn may_be_a_copy(&self) -> bool {
        self.presence.get().is_none() && self.arrival.listening() == Listening::UntilAnyOtherHasShut
    }

    /// Makes sure that no other instance of the service is at work, and says from now on that this one is. Waits for the broker.
    ///
    /// # Errors
    /// [`Failure`]: there is one. Nothing was written.
    pub(super) async fn occupy(&self) -> Result<(), Failure> {
        if self.presence.get().is_none() {
            let listening = self.arrival.listening();
            if self.may_be_a_copy() {
                self.waiting.note(MAY_BE_A_COPY.to_owned());
            }
            let take = || Presence::take(Arc::clone(&self.connection), self.signers.clone(), listening);
            // It is taken once; a second taking would say the same.
            drop(self.presence.set(self.find(take).await?));
        }
        self.arrival.settle()
    }

    /// Asks for other instances until the broker carries it.
    async fn find<T, F: Future<Output = Result<T, PresenceError>>>(&self, ask: impl Fn() -> F) -> Result<T, Failure> {
        loop {
            match ask().await {
                Ok(found) => {
                    self.waiting.over();
                    return Ok(found);
                }
                Err(error @ PresenceError::Occupied { .. }) => {
                    return Err(Failure::new(Exit::Occupied, error.to_string()));
                }
                Err(PresenceError::Unreachable(reason)) => self.wait_for_broker(&reason).await,
            }
        }
    }

    /// What keeps the service from beginning, and for how long it has; nothing when nothing does.
    pub(super) fn obstacle(&self) -> Option<String> {
        self.waiting.words()
    }

    /// Does a part of the beginning, if the broker lets it in time.
    ///
    /// # Errors
    /// [`Failure`] that says what keeps it from it; or that of the part.
    pub(super) async fn within<T>(
        &self,
        patience: Duration,
        part: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        timeout(patience, part).await.unwrap_or_else(|_elapsed| {
            let why = self.obstacle().unwrap_or_else(|| "the broker takes too long".to_owned());
            Err(Failure::new(Exit::Unreachable, format!("{} cannot begin, {why}", self.connection.origin())))
        })
    }

    async fn wait_for_broker(&self, reason: &str) {
        // What the broker refuses says more than that nothing comes.
        let complaint = self.health().borrow().complaint().filter(|complaint| !reason.contains(complaint.as_str()));
        self.waiting.note(complaint.map_or_else(|| reason.to_owned(), |complaint| format!("{reason}; {complaint}")));
        sleep(AGAIN_AFTER).await;
    }

    /// Returns when another instance turns out to be at work that began earlier.
    pub(super) async fn lost(&self) -> Failure {
        match self.presence.get() {
            Some(presence) => Failure::new(Exit::Occupied, presence.lost().await.to_string()),
            None => std::future::pending().await,
        }
    }

    /// Whether no other instance has turned up since this one took its place: opening a journal and waiting for a broker take a while,
    /// and nobody looks at [`Self::lost`] meanwhile.
    ///
    /// # Errors
    /// [`Failure`]: there is one that began earlier. Nothing was written.
    fn still_alone(&self) -> Result<(), Failure> {
        self.lost().now_or_never().map_or(Ok(()), Err)
    }

    /// Carries the journal into its stream, and answers others.
    ///
    /// # Errors
    /// [`Failure`]: the client cannot listen.
    pub(super) async fn join(&self, room: &Room, answers: Arc<dyn Answerer>) -> Result<(), Failure> {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&room.desk));
        let desks = Desks::open(connection, room.source(), desk, Some(answers), self.signers.clone()).await;
        let desks = desks.map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", room.origin)))?;
        let (connection, settings) = (Arc::clone(&self.connection), RelaySettings { replicas: self.replicas });
        let relay = Relay::start_while(self.place.certain(), connection, room.source(), settings);
        // A service joins once; a second time would change nothing.
        drop(self.joined.set(Joined { relay: relay.status(), _relay: relay, _desks: desks }));
        Ok(())
    }
}

/// Whoever reads the seed can speak to the broker as this service.
fn warn_if_open(file: &Path) {
    let Ok(about) = fs::metadata(file) else { return };
    let mode = about.mode() & 0o777;
    if mode & 0o077 != 0 {
        tracing::warn!(
            file = %file.display(),
            mode = format_args!("{mode:03o}"),
            "the key to the broker can be read by others than its owner; run: chmod 600 {}",
            file.display()
        );
    }
}

fn failure(error: &ConnectionError) -> Failure {
    let exit = match error {
        ConnectionError::Settings(_) => Exit::Usage,
        ConnectionError::Unreachable(_) => Exit::Unreachable,
        ConnectionError::Client(_) => Exit::Failed,
    };
    Failure::new(exit, error.to_string())
}
