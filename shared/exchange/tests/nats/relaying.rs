//! What the relay puts into a stream, and how it keeps it.

use std::time::Duration;

use dossier_exchange::{
    Position, ReadLimits, Source,
    conformance::{Desk, Shelf, signer},
    nats::STREAM_EVENTS_MAX,
};
use dossier_proof::SignedCheckpoint;
use dossier_proto::Origin;

use crate::{
    bulk::Bulk,
    house::{HEALED_WITHIN, House},
    raw,
};

const ORIGIN: Origin = Origin::Submission;

fn at(sequence: u64) -> Position {
    Position { epoch: 0, sequence }
}

/// Message number = sequence + 1, bytes verbatim, the epoch on each message, and the origin's signature on the last.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_is_an_event() {
    let house = House::start();
    let shelf = Shelf::new(ORIGIN);
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    shelf.fill(40);
    house.is_stored(ORIGIN, at(40)).await;
    let client = raw::client(&house.url()).await;
    let own = shelf.read(at(0), ReadLimits::default()).expect("in memory");
    for number in 1..=40_u64 {
        let message = raw::stored(&client, ORIGIN, number).await;
        assert_eq!(message.payload, own[number as usize - 1], "message {number}");
        let headers = message.headers.expect("headers");
        assert_eq!(headers.get("Dossier-Epoch").map(|value| value.as_str()), Some("0"));
        let subject = headers.get("Nats-Subject").expect("a subject").as_str();
        assert!(subject.starts_with("dossier.event.submission."), "{subject}");
        if let Some(note) = headers.get("Dossier-Checkpoint") {
            let note = base64_decode(note.as_str());
            let checkpoint = SignedCheckpoint::parse(&note).expect("a signed note");
            let checkpoint = checkpoint.verify(&signer(ORIGIN).verifier()).expect("the origin's signature");
            assert_eq!(checkpoint.size, number, "it covers everything up to and with this event");
        } else {
            assert_ne!(number, 40, "the last message carries a signature");
        }
    }
}

fn base64_decode(text: &str) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    String::from_utf8(STANDARD.decode(text).expect("base64")).expect("text")
}

/// The stream is a window: what is older is the origin's to tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_stream_begins_near_the_end() {
    let house = House::start();
    let count = STREAM_EVENTS_MAX + 5000;
    let source = Bulk::of(ORIGIN, count as usize, 200);
    house.offer(ORIGIN, source.clone(), Desk::with(Vec::new()));
    let mut status = house.relay_status(ORIGIN);
    let stored = status.wait_for(|status| status.stored == at(count));
    tokio::time::timeout(Duration::from_secs(60), stored).await.expect("it is published").expect("a relay");
    let client = raw::client(&house.url()).await;
    let info = raw::api(&client, "INFO", ORIGIN, "").await;
    assert!(info.contains("\"first_seq\":5001,"), "{info}");
    assert!(info.contains(&format!("\"last_seq\":{count},")), "{info}");
    house.stream_is_true_from(ORIGIN, &*source, count - 3000, at(count)).await;
}

/// A relay that comes back goes on where the stream ends, and leaves it as it is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_goes_on_where_the_stream_ends() {
    let house = House::start();
    let shelf = Shelf::new(ORIGIN);
    let client = raw::client(&house.url()).await;
    let mut created = None;
    for round in 1..=4_u64 {
        shelf.fill(30);
        house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
        house.is_stored(ORIGIN, at(30 * round)).await;
        let info = raw::api(&client, "INFO", ORIGIN, "").await;
        let now = info.split("\"created\":").nth(1).map(|rest| rest[..30].to_owned());
        assert_eq!(*created.get_or_insert(now.clone()), now, "the stream is still the first one, round {round}");
    }
    house.stream_is_true(ORIGIN, &*shelf, at(120)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_configuration_that_somebody_changed_is_put_right() {
    let house = House::start();
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(10);
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    house.is_stored(ORIGIN, at(10)).await;
    let client = raw::client(&house.url()).await;
    let right = raw::config_of(&raw::api(&client, "INFO", ORIGIN, "").await);
    let changes = [
        ("\"max_age\":604800000000000", "\"max_age\":60000000000"),
        ("\"allow_direct\":true", "\"allow_direct\":false"),
        ("\"discard\":\"old\"", "\"discard\":\"new\""),
        ("\"max_msgs\":-1", "\"max_msgs\":1000"),
        ("\"deny_purge\":false", "\"deny_purge\":true"),
        ("\"sealed\":false", "\"sealed\":true"),
    ];
    for (from, to) in changes {
        assert!(right.contains(from), "{right}");
        let answer = raw::api(&client, "UPDATE", ORIGIN, &right.replace(from, to)).await;
        assert!(answer.contains(to), "{answer}");
        let deadline = tokio::time::Instant::now() + HEALED_WITHIN;
        while !raw::api(&client, "INFO", ORIGIN, "").await.contains(from) {
            let status = house.relay_status(ORIGIN).borrow().clone();
            assert!(tokio::time::Instant::now() < deadline, "{to} is still there: {status:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    shelf.fill(10);
    house.stream_is_true(ORIGIN, &*shelf, at(20)).await;
}

/// Two relays of one origin by mistake (what the presence prevents) fight, but store nothing wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_of_one_journal_store_each_event_once() {
    let house = House::deployed();
    let shelf = Shelf::new(ORIGIN);
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    let other = house.another_connection(ORIGIN).await;
    let second = dossier_exchange::nats::Relay::start(other, shelf.clone(), Default::default());
    for _ in 0..10 {
        shelf.fill(100);
        tokio::task::yield_now().await;
    }
    let mut status = second.status();
    let stored = status.wait_for(|status| status.stored == at(1000));
    tokio::time::timeout(HEALED_WITHIN, stored).await.expect("the second comes to the end too").expect("a relay");
    house.stream_is_true(ORIGIN, &*shelf, at(1000)).await;
}
