//! Three brokers: one dies, the one that leads hangs, and the services go on.

use dossier_broker::{Cluster, Settings};
use dossier_exchange::{
    KeyDesk, Position, Source,
    conformance::{Desk, Shelf, signer},
    nats::{Desks, NatsTransport, Relay, RelaySettings, RelayState, stream_name},
};
use dossier_proto::Origin;
use std::{sync::Arc, time::Duration};
use tokio::{task::block_in_place, time::timeout};

use crate::house::{Reader, connect_to_any, verifiers};

const ORIGIN: Origin = Origin::Submission;
/// A leader is missed after some seconds and another elected; then it heals as with one broker.
const WITHIN: Duration = Duration::from_secs(20);

struct Three {
    cluster: Cluster,
    shelf: Arc<Shelf>,
    relay: Relay,
    _desks: Desks,
    reader: Reader,
}

impl Three {
    async fn start() -> Self {
        // As much as in a deployment, however full this machine's disk is: 500 events are half a megabyte.
        let settings = Settings::with_lines("jetstream { max_file_store: 5GB, max_memory_store: 0 }");
        let cluster = block_in_place(|| Cluster::start(&settings));
        let urls = cluster.urls();
        let origin = connect_to_any(&urls, ORIGIN).await;
        let shelf = Shelf::new(ORIGIN);
        let source: Arc<dyn Source> = shelf.clone();
        let keys: Arc<dyn KeyDesk> = Desk::with(Vec::new());
        let desks = Desks::open(Arc::clone(&origin), Arc::clone(&source), keys, None, signer(ORIGIN))
            .await
            .expect("a connection");
        let relay = Relay::start(origin, source, RelaySettings { replicas: 3 });
        let consumer = connect_to_any(&urls, Origin::Moderation).await;
        let reader = Reader::over(NatsTransport::new(consumer, verifiers()), ORIGIN);
        Self { cluster, shelf, relay, _desks: desks, reader }
    }

    async fn is_level(&self, count: u64) {
        let waited = timeout(WITHIN, self.reader.tray.holds(count as usize)).await;
        assert!(waited.is_ok(), "{} of {count}: {:?}", self.reader.tray.places().len(), *self.reader.status.borrow());
        self.reader.holds_exactly(ORIGIN, count).await;
        let mut status = self.relay.status();
        let whole = |status: &dossier_exchange::nats::RelayStatus| {
            status.stored == Position { epoch: 0, sequence: count } && status.state == RelayState::Publishing
        };
        let stored = timeout(WITHIN, status.wait_for(whole)).await.map(|stored| stored.is_ok());
        assert_eq!(stored, Ok(true), "{:?}", *self.relay.status().borrow());
    }

    fn leader(&self) -> usize {
        self.cluster.leader_of(&stream_name(ORIGIN)).expect("a stream that was written to a moment ago has a leader")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_of_three_dies_and_the_leader_hangs() {
    let mut three = Three::start().await;
    three.shelf.fill(100);
    three.is_level(100).await;
    let follower = (three.leader() + 1) % 3;
    three.cluster.node(follower).kill();
    three.shelf.fill(100);
    three.is_level(200).await;
    block_in_place(|| three.cluster.node(follower).restart());
    let leader = three.leader();
    three.cluster.node(leader).freeze();
    three.shelf.fill(100);
    three.is_level(300).await;
    three.cluster.node(leader).thaw();
    three.shelf.fill(100);
    three.is_level(400).await;
    let leader = three.leader();
    three.cluster.node(leader).kill();
    three.shelf.fill(100);
    three.is_level(500).await;
}
