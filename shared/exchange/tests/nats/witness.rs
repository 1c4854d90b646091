//! The service's own stream knows how much of the journal there was.

use dossier_exchange::{
    Position, Source,
    conformance::{Desk, Shelf, signer},
    nats::{WitnessError, stream_witness},
};
use dossier_proof::{Checkpoint, SignedCheckpoint, tree::TreeHead};
use dossier_proto::Origin;

use crate::{house::House, raw};

const ORIGIN: Origin = Origin::Moderation;
const LOG: &str = "test/moderation";

async fn settled(count: u64) -> (House, std::sync::Arc<Shelf>) {
    let house = House::start();
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(count as usize);
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    house.is_stored(ORIGIN, Position { epoch: 0, sequence: count }).await;
    house.seats.lock().expect("a seat").remove(&ORIGIN);
    (house, shelf)
}

/// What the stream proves, as size and message.
async fn known(house: &House) -> Option<(u64, u64)> {
    let keys = signer(ORIGIN).verifier().into();
    let witness = stream_witness(&house.connection(ORIGIN), &keys).await.expect("a broker that answers");
    witness.map(|witness| (witness.head.size, witness.message))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_newest_signature_is_found() {
    let (house, shelf) = settled(300).await;
    let keys = signer(ORIGIN).verifier().into();
    let witness = stream_witness(&house.connection(ORIGIN), &keys).await.expect("a broker").expect("a signature");
    let own = shelf.checkpoint().expect("its own");
    assert_eq!((witness.head.epoch, witness.head.size), (0, 300));
    assert_eq!(witness.head.root, own.unverified().root);
    assert_eq!(witness.message, 300);
    // Of another log, or under another key, it proves nothing.
    let other = dossier_proof::SigningKey::from_seed("test/other", &[1; 32]).expect("a name").verifier().into();
    let other = stream_witness(&house.connection(ORIGIN), &other).await;
    assert_eq!(other, Ok(None));
    let stranger = dossier_proof::SigningKey::from_seed(LOG, &[77; 32]).expect("a name").verifier().into();
    assert_eq!(stream_witness(&house.connection(ORIGIN), &stranger).await, Ok(None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_bytes_prove_nothing() {
    let (house, _shelf) = settled(20).await;
    let client = raw::client(&house.url()).await;
    // A checkpoint of a hundred events, signed by somebody else.
    let head = TreeHead { size: 100, root: dossier_proof::leaf_of_event(b"x") };
    let forged =
        SignedCheckpoint::sign(&Checkpoint::new(format!("{LOG}/0"), head), &signer(Origin::Audit)).expect("a note");
    let forged = {
        use base64::{Engine, engine::general_purpose::STANDARD};
        STANDARD.encode(forged.text())
    };
    for header in [forged.as_str(), "nonsense", ""] {
        raw::publish_as(&client, ORIGIN, &[("Dossier-Epoch", "0"), ("Dossier-Checkpoint", header)], b"foreign").await;
    }
    for _ in 0..400 {
        raw::publish_as(&client, ORIGIN, &[], b"foreign").await;
    }
    raw::forge(&client, ORIGIN, b"the last").await;
    assert_eq!(known(&house).await, Some((20, 20)));
}

/// Direct gets may be answered by a copy that lags behind: what a service believes of its own stream is asked of the leader.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_of_the_stream_are_not_asked() {
    let (house, _shelf) = settled(20).await;
    let client = raw::client(&house.url()).await;
    let config = raw::config_of(&raw::api(&client, "INFO", ORIGIN, "").await);
    let leader_only = config.replace("\"allow_direct\":true", "\"allow_direct\":false");
    assert!(raw::api(&client, "UPDATE", ORIGIN, &leader_only).await.contains("\"allow_direct\":false"));
    assert_eq!(known(&house).await, Some((20, 20)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_stream_knows_nothing_and_no_broker_is_said() {
    let house = House::start();
    assert_eq!(known(&house).await, None);
    let (house, _shelf) = settled(5).await;
    let client = raw::client(&house.url()).await;
    raw::api(&client, "PURGE", ORIGIN, "").await;
    assert_eq!(known(&house).await, None);
    house.broker().kill();
    let mut health = house.connection(ORIGIN).health();
    health.wait_for(|health| !health.is_connected()).await.expect("a connection");
    let unknown = stream_witness(&house.connection(ORIGIN), &signer(ORIGIN).verifier().into()).await;
    assert!(matches!(unknown, Err(WitnessError::Unreachable(_))), "{unknown:?}");
}
