//! What a consumer reads through the broker, and what it is told when somebody is not there.

use std::time::Duration;

use async_nats::HeaderMap;
use dossier_exchange::{
    Position, Question, ReadLimits, Source, Transport, TransportError,
    conformance::{Desk, Shelf, signer},
    nats::stream_name,
};
use dossier_proto::Origin;
use futures_util::StreamExt;
use tokio::time::Instant;

use crate::{house::House, raw};

const ORIGIN: Origin = Origin::Submission;

/// Nobody is asked: what was published before, from the stream; then what is published now; each with the origin's signature.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stored_events_first_then_live_ones() {
    let house = House::deployed();
    let shelf = Shelf::new(ORIGIN);
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    shelf.fill(300);
    house.is_stored(ORIGIN, shelf.head()).await;
    let transport = house.transport(Origin::Audit);
    let (mut next, mut signed) = (0_u64, 0_u64);
    for round in 0..20 {
        while next < shelf.head().sequence {
            let from = Position { epoch: 0, sequence: next };
            let reading = transport.read(ORIGIN, from, ReadLimits::default());
            let batch = tokio::time::timeout(Duration::from_secs(5), reading).await.expect("it comes").expect("read");
            let own = shelf.read(from, ReadLimits { events_max: batch.events.len(), bytes_max: usize::MAX });
            assert!(Ok(&batch.events) == own.as_ref(), "{from:?}");
            next += batch.events.len() as u64;
            for checkpoint in batch.checkpoints {
                let checkpoint = checkpoint.verify(&signer(ORIGIN).verifier()).expect("the origin's signature");
                assert!(checkpoint.size <= next, "a signature comes with the event it covers");
                signed = signed.max(checkpoint.size);
            }
        }
        assert_eq!(signed, next, "the last event that was read is signed for, round {round}");
        shelf.fill(round % 3 + 1);
    }
}

/// A slow consumer is not told everything again; what did not fit is in the stream.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_is_kept_for_a_busy_reader() {
    let house = House::deployed();
    let source = crate::bulk::Bulk::of(ORIGIN, 30_000, 700);
    let transport = house.transport(Origin::Audit);
    // Begins to listen before anything is published, and then reads nothing for a while.
    let early = transport.read(ORIGIN, Position::default(), ReadLimits::default());
    assert!(tokio::time::timeout(Duration::from_millis(200), early).await.is_err());
    house.offer(ORIGIN, source.clone(), Desk::with(Vec::new()));
    house.is_stored(ORIGIN, source.head()).await;
    let mut next = Position::default();
    while next < source.head() {
        let reading = transport.read(ORIGIN, next, ReadLimits::default());
        let batch = tokio::time::timeout(Duration::from_secs(5), reading).await.expect("it comes").expect("read");
        let own = source.read(next, ReadLimits { events_max: batch.events.len(), bytes_max: usize::MAX });
        assert!(Ok(&batch.events) == own.as_ref(), "{next:?}");
        next.sequence += batch.events.len() as u64;
    }
}

/// Whatever somebody sends in the stream's place: so many bytes are taken, and no more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_bytes_than_were_asked_for() {
    let house = House::start();
    let client = raw::client(&house.url()).await;
    let mut asked = client.subscribe(format!("$JS.API.DIRECT.GET.{}", stream_name(ORIGIN))).await.expect("subscribed");
    client.flush().await.expect("a broker that is there");
    let stranger = tokio::spawn(async move {
        while let Some(question) = asked.next().await {
            let reply = question.reply.expect("somewhere to answer");
            for number in 1..=16_u32 {
                let mut headers = HeaderMap::new();
                headers.insert("Dossier-Epoch", "0");
                headers.insert("Nats-Sequence", number.to_string().as_str());
                let event = vec![7; 512 * 1024];
                client.publish_with_headers(reply.clone(), headers, event.into()).await.expect("sent");
            }
        }
    });
    let transport = house.transport(Origin::Audit);
    let limits = ReadLimits { events_max: 512, bytes_max: 1024 * 1024 };
    let reading = transport.read(ORIGIN, Position::default(), limits);
    let batch = tokio::time::timeout(Duration::from_secs(60), reading).await.expect("it ends").expect("read");
    let bytes: usize = batch.events.iter().map(bytes::Bytes::len).sum();
    assert!((1..=2 * 1024 * 1024).contains(&bytes), "{bytes} bytes");
    stranger.abort();
}

/// The stream's first answer held nothing, as of a copy that lags behind, and nothing comes live: it is asked again all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_that_found_nothing_looks_again_by_itself() {
    let house = House::start();
    let client = raw::client(&house.url()).await;
    let mut asked = client.subscribe(format!("$JS.API.DIRECT.GET.{}", stream_name(ORIGIN))).await.expect("subscribed");
    client.flush().await.expect("a broker that is there");
    let copy = tokio::spawn(async move {
        let mut questions = 0;
        while let Some(question) = asked.next().await {
            questions += 1;
            let reply = question.reply.expect("somewhere to answer");
            // Two answers end a question for one event.
            for number in 1..=2_u32 {
                let mut headers = HeaderMap::new();
                headers.insert("Nats-Sequence", number.to_string().as_str());
                if questions > 1 {
                    headers.insert("Dossier-Epoch", "0");
                }
                client.publish_with_headers(reply.clone(), headers, vec![7; 16].into()).await.expect("sent");
            }
        }
    });
    let transport = house.transport(Origin::Audit);
    let limits = ReadLimits { events_max: 1, bytes_max: 1024 };
    let reading = transport.read(ORIGIN, Position::default(), limits);
    let batch = tokio::time::timeout(Duration::from_secs(60), reading).await.expect("it looks again").expect("read");
    assert!(!batch.events.is_empty());
    copy.abort();
}

fn is_silent<T: std::fmt::Debug>(outcome: &Result<T, TransportError>) {
    assert!(matches!(outcome, Err(TransportError::Silent { origin: ORIGIN, .. })), "{outcome:?}");
}

/// Nobody listens: said at once, not after a timeout.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_not_there_is_silent_at_once() {
    let house = House::deployed();
    let transport = house.transport(Origin::Audit);
    let since = Instant::now();
    is_silent(&transport.checkpoint(ORIGIN).await);
    is_silent(&transport.replay(ORIGIN, Position::default(), ReadLimits::default()).await);
    is_silent(&transport.ask_keys(ORIGIN, Vec::new()).await);
    is_silent(&transport.ask(ORIGIN, Question::Digests, "".into()).await);
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
}

/// Without a broker: at once as well, for readings too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_broker_everybody_is_silent() {
    let house = House::start();
    let transport = house.transport(Origin::Moderation);
    house.broker().kill();
    let mut health = house.connection(Origin::Moderation).health();
    health.wait_for(|health| !health.is_connected()).await.expect("a connection");
    let since = Instant::now();
    is_silent(&transport.checkpoint(ORIGIN).await);
    is_silent(&transport.read(ORIGIN, Position::default(), ReadLimits::default()).await);
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
    let complaint = health.borrow().complaint();
    assert!(complaint.as_ref().is_some_and(|complaint| complaint.contains("lost")), "{complaint:?}");
}

/// A broker that hangs: after two seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broker_that_hangs_is_silent_after_two_seconds() {
    let house = House::start();
    let transport = house.transport(Origin::Moderation);
    house.broker().freeze();
    let since = Instant::now();
    is_silent(&transport.checkpoint(ORIGIN).await);
    assert!(since.elapsed() < Duration::from_secs(4), "{:?}", since.elapsed());
    house.broker().thaw();
}
