//! A journal, its relay, a broker that forgets, and a reader.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use dossier_broker::{Broker, Settings};
use dossier_exchange::{
    KeyDesk, KeyRefusal, Position, Source,
    nats::{Connection, ConnectionSettings, Desks, Relay, RelaySettings, RelayState, STREAM_EVENTS_MAX},
};
use dossier_journal::{Frame, Journal, Record, Verify, Writer};
use dossier_proto::{KeyId, Origin};
use dossier_vault::GrantedKey;
use tokio::{runtime::Runtime, time::timeout};

use super::reader;
use crate::{arguments::Size, events, failure::Failure, log};

/// Events written to the journal together.
const GROUP: u64 = 1_000;
/// A million events over the slowest broker that is of use.
const PATIENCE: Duration = Duration::from_secs(600);

/// What came out, in events a second and in seconds.
pub(super) struct Carried {
    /// From the journal into the stream.
    pub(super) relayed: f64,
    /// From the stream to a reader who checks every event against what was signed.
    pub(super) read: f64,
    /// From the moment at which the broker is back with nothing until the stream is whole and somebody new has read it.
    pub(super) recovered: f64,
}

impl Carried {
    /// Over a journal of so many events.
    pub(super) fn measure(size: Size, count: u64, sync: &str, directory: &Path) -> Result<Self, Failure> {
        let (journal, _writer) = filled(size, count, directory)?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::disk("(threads)"))?;
        let mut broker = Broker::start(Settings::with_lines(format!("jetstream {{ {sync} }}")));
        let (origin, consumer) =
            (connect(&runtime, &broker, Origin::Submission)?, connect(&runtime, &broker, Origin::Audit)?);
        let source: Arc<dyn Source> = Arc::new(journal);
        let end = Position { epoch: 0, sequence: count };
        let desks = Desks::open(Arc::clone(&origin), Arc::clone(&source), Arc::new(NoKeys), None, log::signer()?);
        let _desks = runtime.block_on(desks);
        let begun = Instant::now();
        let guard = runtime.enter();
        let relay = Relay::start(origin, source, RelaySettings::default());
        drop(guard);
        runtime.block_on(stored(&relay, end))?;
        // The stream is a window: what is older than it is not carried, and readers ask the journal itself for it.
        let relayed = count.min(STREAM_EVENTS_MAX) as f64 / begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        runtime.block_on(reader::read_all(&consumer, end, PATIENCE))?;
        let read = count as f64 / begun.elapsed().as_secs_f64();
        broker.kill();
        broker.delete_store();
        broker.restart();
        let begun = Instant::now();
        runtime.block_on(reader::read_all(&consumer, end, PATIENCE))?;
        runtime.block_on(stored(&relay, end))?;
        Ok(Self { relayed, read, recovered: begun.elapsed().as_secs_f64() })
    }
}

/// A journal with so many events.
fn filled(size: Size, count: u64, directory: &Path) -> Result<(Journal, Writer), Failure> {
    std::fs::create_dir_all(directory).map_err(Failure::disk(directory))?;
    let (journal, mut writer) = log::open_in(directory, Verify::Whole)?;
    let mut n = 0;
    while n < count {
        let group = (n..count.min(n + GROUP)).map(|n| Record { event: events::event(size, n), beside: None });
        writer.append(Frame { records: group.collect(), followed: Vec::new() })?;
        n += GROUP;
    }
    Ok((journal, writer))
}

fn connect(runtime: &Runtime, broker: &Broker, origin: Origin) -> Result<Arc<Connection>, Failure> {
    let settings = ConnectionSettings { origin, servers: vec![broker.url()], nkey_seed: None, ca: None };
    runtime.block_on(async {
        let connection = Connection::open(settings).await.map_err(Failure::wrong)?;
        connection.connected(PATIENCE).await.map_err(Failure::wrong)?;
        Ok(connection)
    })
}

async fn stored(relay: &Relay, end: Position) -> Result<(), Failure> {
    let mut status = relay.status();
    let whole = status.wait_for(|status| status.stored == end && status.state == RelayState::Publishing);
    match timeout(PATIENCE, whole).await {
        Ok(Ok(_)) => Ok(()),
        _ => Err(Failure::wrong(format!("the stream is not whole: {:?}", relay.status().borrow()))),
    }
}

/// Nobody asks for keys here.
struct NoKeys;

impl KeyDesk for NoKeys {
    fn grant(&self, _asker: Origin, _keys: &[KeyId]) -> Result<Vec<GrantedKey>, KeyRefusal> {
        Ok(Vec::new())
    }
}
