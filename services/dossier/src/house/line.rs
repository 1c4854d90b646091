//! One service's line to the broker: its connection, and what works on it.

use std::{
    fs,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use dossier_exchange::{
    Answerer, Transport,
    nats::{
        BrokerHealth, Connection, ConnectionError, ConnectionSettings, Desks, NatsTransport, Presence, PresenceError,
        Relay, RelaySettings, RelayStatus, stream_witness,
    },
};
use dossier_journal::MirrorHead;
use dossier_proof::{SigningKey, VerifierKey};
use dossier_proto::Origin;
use futures_util::FutureExt;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{answers, plot::Plot, room::Room};
use crate::{Exit, Failure};

/// How long the audit service may take to say what it knows of a journal. One that says nothing does not keep others from
/// starting: the anchor and the stream speak of the same.
const KNOWN_PATIENCE: Duration = Duration::from_secs(2);
/// Between two attempts to ask a broker that does not answer.
const AGAIN_AFTER: Duration = Duration::from_millis(200);

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
    signer: SigningKey,
    replicas: u32,
    presence: OnceLock<Presence>,
    joined: OnceLock<Joined>,
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
        let transport = NatsTransport::new(Arc::clone(&connection), plot.verifiers.clone());
        Ok(Self {
            connection,
            transport,
            signer: plot.secrets.signer(origin),
            replicas: settings.replicas,
            presence: OnceLock::new(),
            joined: OnceLock::new(),
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

    /// Makes sure that no other instance of the service is at work, and says from now on that this one is. Waits for the broker.
    ///
    /// # Errors
    /// [`Failure`]: there is one. Nothing was written.
    pub(super) async fn occupy(&self) -> Result<(), Failure> {
        while self.presence.get().is_none() {
            match Presence::take(Arc::clone(&self.connection)).await {
                // It is taken once; a second taking would say the same.
                Ok(presence) => drop(self.presence.set(presence)),
                Err(error @ PresenceError::Occupied { .. }) => {
                    return Err(Failure::new(Exit::Occupied, error.to_string()));
                }
                Err(PresenceError::Unreachable(reason)) => {
                    tracing::debug!(reason, "waiting for the broker");
                    sleep(AGAIN_AFTER).await;
                }
            }
        }
        Ok(())
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

    /// Compares the journal with what the service's own stream proves of it. To be done before the first write. Waits for the broker.
    ///
    /// # Errors
    /// [`Failure`]: events are missing here, or others stand in their place; or another instance has turned up.
    pub(super) async fn compare_with_stream(&self, room: &Room, log: &str, key: &VerifierKey) -> Result<(), Failure> {
        let witness = loop {
            match stream_witness(&self.connection, log, std::slice::from_ref(key)).await {
                Ok(witness) => break witness,
                Err(error) => {
                    tracing::debug!(%error, "waiting for the broker");
                    sleep(AGAIN_AFTER).await;
                }
            }
        };
        self.still_alone()?;
        let Some(witness) = witness else { return Ok(()) };
        let place = format!("message {} of the service's own stream at the broker", witness.message);
        Ok(room.journal().compare(&place, witness.head)?)
    }

    /// Compares the journal with what the audit service has read of it, as far as that says so in time.
    ///
    /// # Errors
    /// As [`Self::compare_with_stream`].
    pub(super) async fn compare_with_audit(&self, room: &Room) -> Result<(), Failure> {
        let origin = room.origin;
        if origin == Origin::Audit {
            return Ok(());
        }
        let Ok(heads) = timeout(KNOWN_PATIENCE, self.ask_audit()).await else {
            tracing::warn!(%origin, "the audit service does not say in time what it has read of our journal; starting without");
            return self.still_alone();
        };
        self.still_alone()?;
        Ok(heads.into_iter().try_for_each(|head| room.journal().compare("the audit service's copy", head))?)
    }

    /// Asks until there is an answer: all services may be starting at once.
    async fn ask_audit(&self) -> Vec<MirrorHead> {
        loop {
            match answers::known(&*self.transport).await {
                Ok(heads) => return heads,
                Err(reason) => tracing::debug!(reason, "asking the audit service again"),
            }
            sleep(AGAIN_AFTER).await;
        }
    }

    /// Carries the journal into its stream, and answers others.
    ///
    /// # Errors
    /// [`Failure`]: the client cannot listen.
    pub(super) async fn join(&self, room: &Room, answers: Arc<dyn Answerer>) -> Result<(), Failure> {
        let (connection, desk) = (Arc::clone(&self.connection), Arc::clone(&room.desk));
        let desks = Desks::open(connection, room.source(), desk, Some(answers), self.signer.clone()).await;
        let desks = desks.map_err(|error| Failure::new(Exit::Failed, format!("{}: {error}", room.origin)))?;
        let relay =
            Relay::start(Arc::clone(&self.connection), room.source(), RelaySettings { replicas: self.replicas });
        // A service joins once; a second time would change nothing.
        drop(self.joined.set(Joined { relay: relay.status(), _relay: relay, _desks: desks }));
        Ok(())
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
