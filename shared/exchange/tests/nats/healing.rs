//! P3: whatever happens to the broker and to the stream, each consumer comes to hold exactly the origin's events, once, in order,
//! within ten seconds, without anybody's help; and the stream is a true copy again.

use std::{sync::Arc, time::Duration};

use dossier_exchange::{
    Position, Source,
    conformance::{Desk, Shelf},
};
use dossier_proto::Origin;

use crate::{
    house::{House, Reader},
    raw,
};

pub(crate) const ORIGIN: Origin = Origin::Submission;

/// A house whose submission has so many events, all of them stored, and a consumer who has them.
pub(crate) async fn settled(count: u64) -> (House, Arc<Shelf>, Reader) {
    settled_in(House::start(), count).await
}

/// The same, with the accounts and permissions of a deployment.
pub(crate) async fn settled_as_deployed(count: u64) -> (House, Arc<Shelf>, Reader) {
    settled_in(House::deployed(), count).await
}

async fn settled_in(house: House, count: u64) -> (House, Arc<Shelf>, Reader) {
    let shelf = Shelf::new(ORIGIN);
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    shelf.fill(count as usize);
    let reader = Reader::of(&house, ORIGIN);
    reader.holds_exactly(ORIGIN, count).await;
    house.is_stored(ORIGIN, at(count)).await;
    (house, shelf, reader)
}

pub(crate) fn at(sequence: u64) -> Position {
    Position { epoch: 0, sequence }
}

/// Both the old consumer and a newcomer hold everything, and so does the stream.
pub(crate) async fn all_is_well(house: &House, shelf: &Arc<Shelf>, reader: &Reader, count: u64) {
    reader.holds_exactly(ORIGIN, count).await;
    Reader::of(house, ORIGIN).holds_exactly(ORIGIN, count).await;
    house.stream_is_true(ORIGIN, &**shelf, at(count)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purged_stream() {
    let (house, shelf, reader) = settled(80).await;
    let client = raw::client(&house.url()).await;
    assert!(raw::api(&client, "PURGE", ORIGIN, "").await.contains("\"purged\":80"));
    shelf.fill(40);
    reader.holds_exactly(ORIGIN, 120).await;
    Reader::of(&house, ORIGIN).holds_exactly(ORIGIN, 120).await;
    house.stream_is_true_from(ORIGIN, &*shelf, 80, at(120)).await;
}

/// After a week without events there is nothing left in a stream, and nothing is wrong with it: nothing is published again. Nor is what
/// somebody purged. Whoever lacks it asks the origin.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_empty_is_whole() {
    let (house, shelf, reader) = settled(80).await;
    let client = raw::client(&house.url()).await;
    let mut status = house.relay_status(ORIGIN);
    status.mark_unchanged();
    assert!(raw::api(&client, "PURGE", ORIGIN, "").await.contains("\"purged\":80"));
    // Longer than it takes the relay to look.
    let disturbed = tokio::time::timeout(Duration::from_secs(5), status.changed()).await;
    assert!(disturbed.is_err(), "{:?}", *status.borrow());
    Reader::of(&house, ORIGIN).holds_exactly(ORIGIN, 80).await;
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    house.is_stored(ORIGIN, at(80)).await;
    shelf.fill(10);
    reader.holds_exactly(ORIGIN, 90).await;
    Reader::of(&house, ORIGIN).holds_exactly(ORIGIN, 90).await;
    house.stream_is_true_from(ORIGIN, &*shelf, 80, at(90)).await;
    assert_eq!(house.relay_status(ORIGIN).borrow().recreated, 0, "it is the same stream all the time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_deleted_while_running() {
    let (house, shelf, reader) = settled(80).await;
    let client = raw::client(&house.url()).await;
    assert!(raw::api(&client, "DELETE", ORIGIN, "").await.contains("\"success\":true"));
    shelf.fill(40);
    all_is_well(&house, &shelf, &reader, 120).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_deleted_from_the_middle() {
    let (house, shelf, reader) = settled(80).await;
    let client = raw::client(&house.url()).await;
    assert!(raw::api(&client, "MSG.DELETE", ORIGIN, "{\"seq\":40}").await.contains("\"success\":true"));
    Reader::of(&house, ORIGIN).holds_exactly(ORIGIN, 80).await;
    shelf.fill(10);
    reader.holds_exactly(ORIGIN, 90).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_longer_than_the_journal() {
    let (house, shelf, reader) = settled(50).await;
    let client = raw::client(&house.url()).await;
    for k in 0..20_u8 {
        raw::forge(&client, ORIGIN, &[k; 100]).await;
    }
    shelf.fill(10);
    all_is_well(&house, &shelf, &reader, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_bytes_where_the_next_events_should_be() {
    let (house, shelf, reader) = settled(50).await;
    let client = raw::client(&house.url()).await;
    for _ in 0..3 {
        raw::forge(&client, ORIGIN, b"this is no event at all").await;
    }
    shelf.fill(100);
    all_is_well(&house, &shelf, &reader, 150).await;
}

/// The stream's last message is the journal's, but what is before it is not; only the consumers can notice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn foreign_bytes_in_the_middle_of_the_stream() {
    let (house, shelf, reader) = settled(60).await;
    let client = raw::client(&house.url()).await;
    let config = raw::api(&client, "INFO", ORIGIN, "").await;
    let events = shelf.read(at(0), dossier_exchange::ReadLimits::default()).expect("in memory");
    let seat = house.seats.lock().expect("a seat").remove(&ORIGIN);
    drop(seat);
    raw::api(&client, "PURGE", ORIGIN, "").await;
    raw::api(&client, "DELETE", ORIGIN, "").await;
    raw::api(&client, "CREATE", ORIGIN, &raw::config_of(&config)).await;
    for (k, event) in events.iter().enumerate() {
        let foreign = (20..40).contains(&k);
        let bytes = if foreign { vec![b'x'; 80] } else { event.to_vec() };
        let expected = k.to_string();
        let headers = [("Dossier-Epoch", "0"), ("Nats-Expected-Last-Sequence", expected.as_str())];
        raw::publish_as(&client, ORIGIN, &headers, &bytes).await;
    }
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    Reader::of(&house, ORIGIN).holds_exactly(ORIGIN, 60).await;
    shelf.fill(20);
    reader.holds_exactly(ORIGIN, 80).await;
    Reader::of(&house, ORIGIN).holds_exactly(ORIGIN, 80).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_messages_that_are_repeated_mixed_up_or_forged() {
    let (house, shelf, reader) = settled(50).await;
    let client = raw::client(&house.url()).await;
    let events = shelf.read(at(0), dossier_exchange::ReadLimits::default()).expect("in memory");
    for k in [49_usize, 3, 3, 17, 49, 0] {
        let expected = k.to_string();
        let headers = [("Dossier-Epoch", "0"), ("Nats-Expected-Last-Sequence", expected.as_str())];
        raw::publish_as(&client, ORIGIN, &headers, &events[k]).await;
    }
    // What claims to be the next, what claims to be far ahead, and an epoch that does not exist.
    for (epoch, expected) in [("0", "50"), ("0", "60"), ("7", "0"), ("x", "50"), ("0", "18446744073709551615")] {
        let headers = [("Dossier-Epoch", epoch), ("Nats-Expected-Last-Sequence", expected)];
        raw::publish_as(&client, ORIGIN, &headers, b"forged").await;
    }
    shelf.fill(60);
    all_is_well(&house, &shelf, &reader, 110).await;
}

/// A journal that goes on in a new epoch has a new stream.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_epoch() {
    let (house, shelf, reader) = settled_as_deployed(60).await;
    shelf.start_epoch(60);
    shelf.fill(9);
    house.stream_is_true(ORIGIN, &*shelf, Position { epoch: 1, sequence: 10 }).await;
    let wait = tokio::time::timeout(crate::house::HEALED_WITHIN, reader.tray.holds(70)).await;
    assert!(wait.is_ok(), "{:?}", *reader.status.borrow());
    let newcomer = Reader::of(&house, ORIGIN);
    let wait = tokio::time::timeout(crate::house::HEALED_WITHIN, newcomer.tray.holds(70)).await;
    assert!(wait.is_ok(), "{:?}", *newcomer.status.borrow());
    assert_eq!(newcomer.tray.places(), reader.tray.places());
}
