//! How fast a relay carries events into its stream, beside a loop that only publishes, and how soon an event is with its reader.
//!
//! `DOSSIER_NATS_SERVER=… cargo run --release -p dossier-exchange --features nats,conformance --example relay_rate`

#![allow(clippy::print_stdout, reason = "figures are printed")]

#[path = "../tests/nats/bulk.rs"]
mod bulk;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use dossier_broker::{Broker, Settings};
use dossier_exchange::{
    Position, ReadLimits, Source, Transport,
    conformance::{Desk, ManualClock, Shelf, Tray, event, signer},
    nats::{Connection, ConnectionSettings, Desks, NatsTransport, Relay, RelaySettings, STREAM_EVENTS_MAX},
};
use dossier_proof::VerifierKey;
use dossier_proto::{Micros, Origin, Payload, v1};
use futures_util::StreamExt;

const ORIGIN: Origin = Origin::Submission;
const EVENT_BYTES: usize = 600;
const LOST: usize = 100_000;
const ROUNDS: usize = 500;
/// Publications under way in the raw loop: as many as the relay allows itself.
const UNDER_WAY: usize = 4096;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    for (sync, lines) in [("default", ""), ("always", "jetstream { sync_interval: always }")] {
        let broker = Broker::start(Settings::with_lines(lines));
        let count = if sync == "always" { STREAM_EVENTS_MAX / 4 } else { STREAM_EVENTS_MAX };
        let source = bulk::Bulk::of(ORIGIN, count as usize, EVENT_BYTES);
        let raw = raw(&broker, &source).await;
        let (relayed, read) = relayed(&broker, &source).await;
        println!(
            "sync {sync}: raw loop {raw:.0} events/s, relay {relayed:.0} events/s ({:.0} % of raw), read {read:.0} events/s",
            100.0 * relayed / raw
        );
    }
    let (p50, p99) = latency().await;
    println!("one event, from the journal to its reader: p50 {p50:?}, p99 {p99:?}");
    println!("{LOST} events, the store deleted: a new reader has all after {:?}", recovery().await);
}

fn rate(count: usize, since: Instant) -> f64 {
    count as f64 / since.elapsed().as_secs_f64()
}

async fn connect(broker: &Broker, origin: Origin) -> Arc<Connection> {
    let settings = ConnectionSettings { origin, servers: vec![broker.url()], nkey_seed: None, ca: None };
    let connection = Connection::open(settings).await.expect("settings that are right");
    connection.connected(Duration::from_secs(10)).await.expect("a broker");
    connection
}

/// Publishes and counts confirmations: nothing is read, compared, signed or awaited in order.
async fn raw(broker: &Broker, source: &bulk::Bulk) -> f64 {
    let client = async_nats::connect(broker.url()).await.expect("a broker");
    let config = r#"{"name":"RAW","subjects":["raw.>"],"storage":"file","retention":"limits","num_replicas":1}"#;
    client.request("$JS.API.STREAM.CREATE.RAW", config.into()).await.expect("a stream");
    let limits = ReadLimits { events_max: usize::MAX, bytes_max: usize::MAX };
    let events = source.read(Position::default(), limits).expect("in memory");
    let mut confirmations = client.subscribe("raw_confirmations.*").await.expect("a subscription");
    let since = Instant::now();
    let mut confirmed = 0;
    for (k, event) in events.iter().enumerate() {
        publish(&client, k, event.clone()).await;
        while k + 1 - confirmed >= UNDER_WAY {
            confirmations.next().await.expect("a confirmation");
            confirmed += 1;
        }
    }
    while confirmed < events.len() {
        confirmations.next().await.expect("a confirmation");
        confirmed += 1;
    }
    rate(events.len(), since)
}

async fn publish(client: &Client, k: usize, event: Bytes) {
    let mut headers = HeaderMap::new();
    headers.insert("Dossier-Epoch", "0");
    headers.insert("Nats-Expected-Last-Sequence", k.to_string());
    let reply = format!("raw_confirmations.{k}");
    client.publish_with_reply_and_headers("raw.-", reply, headers, event).await.expect("sent");
}

async fn relayed(broker: &Broker, source: &Arc<bulk::Bulk>) -> (f64, f64) {
    let connection = connect(broker, ORIGIN).await;
    let since = Instant::now();
    let relay = Relay::start(connection, Arc::clone(source) as Arc<dyn Source>, RelaySettings::default());
    let head = source.head();
    relay.status().wait_for(|status| status.stored == head).await.expect("a relay");
    let relayed = rate(head.sequence as usize, since);
    let transport = NatsTransport::new(connect(broker, Origin::Audit).await, verifiers());
    let since = Instant::now();
    let mut next = Position::default();
    while next < head {
        let batch = transport.read(ORIGIN, next, ReadLimits::default()).await.expect("a reading");
        next.sequence += batch.events.len() as u64;
    }
    (relayed, rate(head.sequence as usize, since))
}

/// One event at a time, put into the journal and read by somebody who waits.
async fn latency() -> (Duration, Duration) {
    let broker = Broker::start(Settings::default());
    let shelf = Shelf::new(ORIGIN);
    let _relay = Relay::start(connect(&broker, ORIGIN).await, shelf.clone(), RelaySettings::default());
    let transport = NatsTransport::new(connect(&broker, Origin::Audit).await, verifiers());
    let mut took = Vec::new();
    for sequence in 0..ROUNDS as u64 {
        let since = Instant::now();
        shelf.put(event(ORIGIN, None, Payload::Expired(v1::Expired::default())));
        let from = Position { epoch: 0, sequence };
        transport.read(ORIGIN, from, ReadLimits::default()).await.expect("a reading");
        took.push(since.elapsed());
    }
    took.sort_unstable();
    (took[ROUNDS / 2], took[ROUNDS * 99 / 100])
}

/// The broker has lost everything; a new reader follows and checks all of it.
async fn recovery() -> Duration {
    let mut broker = Broker::start(Settings::default());
    let source = bulk::Bulk::of(ORIGIN, LOST, EVENT_BYTES);
    let connection = connect(&broker, ORIGIN).await;
    let consumer = connect(&broker, Origin::Audit).await;
    let keys = Desk::with(Vec::new());
    let _desks =
        Desks::open(Arc::clone(&connection), source.clone(), keys, None, signer(ORIGIN)).await.expect("a connection");
    let relay = Relay::start(connection, source.clone(), RelaySettings::default());
    let head = source.head();
    relay.status().wait_for(|status| status.stored == head).await.expect("a relay");
    broker.kill();
    broker.delete_store();
    let since = Instant::now();
    broker.restart();
    let tray = Tray::new();
    let progress = dossier_exchange::Progress::new([ORIGIN]);
    let clock = ManualClock::at(Micros(1_767_268_800_000_000));
    let (_status, task) = tray.follow(ORIGIN, NatsTransport::new(consumer, verifiers()), &progress, &clock);
    tray.holds(LOST).await;
    task.abort();
    since.elapsed()
}

/// What is believed of the one origin that there is.
fn verifiers() -> BTreeMap<Origin, VerifierKey> {
    BTreeMap::from([(ORIGIN, signer(ORIGIN).verifier())])
}
