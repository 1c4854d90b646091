//! A relay that never comes to rest.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use dossier_broker::{Broker, Settings};
use dossier_exchange::{
    Position, ReadLimits, Source,
    conformance::signer,
    nats::{Relay, RelaySettings},
};
use dossier_proof::{Checkpoint, SignedCheckpoint, leaf_of_event, tree::TreeHead};
use dossier_proto::Origin;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, block_in_place},
};

use crate::{
    bulk::Bulk,
    house::{HEALED_WITHIN, connect_to},
    raw,
};

const ORIGIN: Origin = Origin::Submission;
/// How long the broker's words take on the long way: as between continents.
const LATENCY: Duration = Duration::from_millis(100);

fn at(sequence: u64) -> Position {
    Position { epoch: 0, sequence }
}

/// A journal in which there is always more: its end is ten thousand events ahead of whoever reads, and nothing is ever waited for.
struct Endless {
    events: Vec<Bytes>,
    read: AtomicU64,
}

impl Endless {
    const AHEAD: u64 = 10_000;

    fn new() -> Arc<Self> {
        // What a relay looks at is the entry; a reader would refuse these.
        let events = Bulk::of(ORIGIN, 1, 4_000).read(at(0), ReadLimits::default()).expect("in memory");
        Arc::new(Self { events, read: AtomicU64::new(0) })
    }
}

impl Source for Endless {
    fn read(&self, from: Position, limits: ReadLimits) -> Result<Vec<Bytes>, String> {
        self.read.fetch_max(from.sequence, Ordering::Relaxed);
        Ok(self.events.iter().cycle().take(limits.events_max).cloned().collect())
    }

    fn wait(&self, _from: Position) -> BoxFuture<'_, ()> {
        std::future::ready(()).boxed()
    }

    fn checkpoint(&self) -> Result<SignedCheckpoint, String> {
        let size = self.read.load(Ordering::Relaxed) + Self::AHEAD;
        let head = TreeHead { size, root: leaf_of_event(b"any") };
        SignedCheckpoint::sign(&Checkpoint::new(format!("test/{ORIGIN}/0"), head), &signer(ORIGIN))
            .map_err(|error| error.to_string())
    }

    fn checkpoint_at(&self, _at: Position) -> Result<Option<SignedCheckpoint>, String> {
        Ok(None)
    }
}

/// A way to the broker on which its words come late.
async fn long_way(broker: u16) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("nats://{}", listener.local_addr().expect("a port"));
    let task = tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(("127.0.0.1", broker)).await.expect("a broker");
            let ((mut hears, mut asks), (mut says, mut takes)) = (near.into_split(), far.into_split());
            tokio::spawn(async move { tokio::io::copy(&mut hears, &mut takes).await });
            tokio::spawn(async move {
                let mut words = vec![0; 1024 * 1024];
                while let Ok(count @ 1..) = says.read(&mut words).await {
                    tokio::time::sleep(LATENCY).await; // the way is long: that is what it is for
                    if asks.write_all(&words[..count]).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (url, task)
}

/// What is stored is confirmed all the time; whether it can be read as it should be has to be looked at all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_is_changed_under_load_is_put_right() {
    let broker = block_in_place(|| Broker::start(Settings::default()));
    let port = broker.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
    let (url, way) = long_way(port).await;
    let relay = Relay::start(connect_to(&url, ORIGIN).await, Endless::new(), RelaySettings::default());
    let mut status = relay.status();
    status.wait_for(|status| status.stored.sequence > 1000).await.expect("a relay");
    let client = raw::client(&broker.url()).await;
    let right = raw::config_of(&raw::api(&client, "INFO", ORIGIN, "").await);
    let (from, to) = ("\"allow_direct\":true", "\"allow_direct\":false");
    assert!(raw::api(&client, "UPDATE", ORIGIN, &right.replace(from, to)).await.contains(to));
    let deadline = tokio::time::Instant::now() + 2 * HEALED_WITHIN;
    while !raw::api(&client, "INFO", ORIGIN, "").await.contains(from) {
        assert!(tokio::time::Instant::now() < deadline, "{:?}", *status.borrow());
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    way.abort();
}
