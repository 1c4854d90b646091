//! Somebody with a service's credentials, who asks the others as that service could. The others are the real processes.

use std::{fs, sync::Arc, time::Duration};

use dossier::{Layout, Secrets};
use dossier_exchange::{
    KeyRefusal, Position, Question, ReadLimits, Transport, TransportError,
    nats::{Connection, ConnectionSettings, NatsTransport},
};
use dossier_proto::{Digest, EntryId, Event, KeyId, Origin, v1};
use prost::Message as _;
use tokio::runtime::Runtime;

use crate::{Installation, until};

const PATIENCE: Duration = Duration::from_secs(60);

/// The impostor.
pub struct Impostor {
    runtime: Runtime,
    transport: Arc<NatsTransport>,
}

impl Impostor {
    /// With a service's key to the broker, and knowing what each service signs with, as everybody does.
    ///
    /// # Panics
    /// The broker does not admit it.
    pub fn of(installation: &Installation, origin: Origin) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a thread is enough");
        let verifier = |of: Origin| {
            let secrets = Secrets::read(&Layout::of(installation.deployment.data(of))).expect("the keys were made");
            (of, secrets.verifier(of))
        };
        let settings = ConnectionSettings {
            origin,
            servers: installation.brokers.servers(origin),
            nkey_seed: Some(fs::read_to_string(installation.deployment.nkey(origin)).expect("the keys were made")),
            ca: Some(installation.deployment.authority()),
        };
        let connection = runtime.block_on(async {
            let connection = Connection::open(settings).await.expect("the settings are right");
            connection.connected(PATIENCE).await.expect("the broker admits this key");
            connection
        });
        let transport = NatsTransport::new(connection, std::collections::BTreeMap::from(Origin::ALL.map(verifier)));
        Self { runtime, transport }
    }

    /// Asks a service for its whole journal, which anybody may have: words in it are sealed.
    ///
    /// # Panics
    /// It is not given.
    pub fn journal_of(&self, holder: Origin) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let next = Position { epoch: 0, sequence: events.len() as u64 };
            let ask = || match self.runtime.block_on(self.transport.replay(holder, next, ReadLimits::default())) {
                Ok(batch) => Ok(batch.events),
                Err(TransportError::NotThere { .. }) => Ok(Vec::new()),
                Err(error) => Err(error.to_string()),
            };
            let (more, _) = until("its journal is told", PATIENCE, ask);
            if more.is_empty() {
                return events;
            }
            events.extend(more.iter().map(|bytes| Event::decode(bytes).expect("it is an event")));
        }
    }

    /// Asks a service for the beginning of a file: how many bytes were given.
    ///
    /// # Errors
    /// Why not, in words: of the service, or because nobody ever asks it that.
    pub fn ask_file(&self, holder: Origin, entry: EntryId, digest: Digest) -> Result<usize, String> {
        let request = v1::FileRequest { entry: entry.to_vec(), digest: digest.to_vec(), offset: 0, length: 1000 };
        let asked = self.transport.ask(holder, Question::File, request.encode_to_vec().into());
        self.runtime.block_on(asked).map(|given| given.len()).map_err(|error| error.to_string())
    }

    /// Asks a service for keys: how many were given.
    ///
    /// # Errors
    /// The service's own refusal.
    ///
    /// # Panics
    /// It does not answer.
    pub fn ask_keys(&self, holder: Origin, keys: &[KeyId]) -> Result<usize, KeyRefusal> {
        let ask = || {
            let asked = self.runtime.block_on(self.transport.ask_keys(holder, keys.to_vec()));
            asked.map_err(|error| error.to_string())
        };
        until("it answers", PATIENCE, ask).0.map(|granted| granted.len())
    }
}
