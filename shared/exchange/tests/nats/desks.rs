//! Answers: to whom, how large, and to nothing else.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use dossier_exchange::{
    ANSWER_BYTES_MAX, Answerer, KEYS_PER_REQUEST_MAX, KeyRefusal, Position, Question, ReadLimits, Source, Transport,
    TransportError,
    conformance::{Desk, Shelf, signer},
};
use dossier_proto::{KeyId, Origin};
use futures_util::{FutureExt, StreamExt, future::BoxFuture};
use tokio::sync::watch;

use crate::{bulk::Bulk, house::House, raw};

const ORIGIN: Origin = Origin::Submission;

/// Answers with who asked what.
struct Echo;

impl Answerer for Echo {
    fn answer(&self, asker: Origin, question: Question, body: Bytes) -> BoxFuture<'_, Result<Bytes, String>> {
        async move {
            match &body[..] {
                b"refuse" => Err("it may not know".to_owned()),
                b"large" => Ok(Bytes::from(vec![1; ANSWER_BYTES_MAX])),
                b"too large" => Ok(Bytes::from(vec![1; ANSWER_BYTES_MAX + 1])),
                body => Ok(format!("{asker} asks {} {}", question.name(), String::from_utf8_lossy(body)).into()),
            }
        }
        .boxed()
    }
}

/// Does not answer publication as long as it is not let go; counts who has come to the desk.
#[derive(Default)]
struct Dawdler {
    waiting: watch::Sender<usize>,
}

impl Answerer for Dawdler {
    fn answer(&self, asker: Origin, _question: Question, _body: Bytes) -> BoxFuture<'_, Result<Bytes, String>> {
        async move {
            if asker == Origin::Publication {
                self.waiting.send_modify(|waiting| *waiting += 1);
                std::future::pending::<()>().await;
            }
            Ok(Bytes::from_static(b"at once"))
        }
        .boxed()
    }
}

fn silent(outcome: Result<Bytes, TransportError>) -> String {
    match outcome {
        Err(TransportError::Silent { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn questions_are_answered_by_who_holds_the_answer() {
    let house = House::deployed();
    for origin in Origin::ALL {
        house.offer_with(origin, Shelf::new(origin), Desk::with(Vec::new()), Some(Arc::new(Echo)));
    }
    let ask = |asker: Origin, holder: Origin, question: Question, body: &'static str| {
        let transport = house.transport_to(holder, asker);
        async move { transport.await.ask(holder, question, body.into()).await }
    };
    let asked = ask(Origin::Publication, Origin::Moderation, Question::People, "all").await;
    assert_eq!(asked, Ok("publication asks people all".into()));
    let asked = ask(Origin::Audit, ORIGIN, Question::Digests, "now").await;
    assert_eq!(asked, Ok("audit asks digests now".into()));
    let asked = ask(ORIGIN, Origin::Audit, Question::Known, "").await;
    assert_eq!(asked, Ok("submission asks known ".into()));
    let large = ask(ORIGIN, Origin::Audit, Question::Known, "large").await.expect("the largest answer");
    assert_eq!(large.len(), ANSWER_BYTES_MAX);
    assert!(silent(ask(ORIGIN, Origin::Audit, Question::Known, "too large").await).contains("bytes"));
    assert_eq!(silent(ask(ORIGIN, Origin::Audit, Question::Known, "refuse").await), "it may not know");
    let asked = ask(Origin::Moderation, ORIGIN, Question::File, "a part").await;
    assert_eq!(asked, Ok("moderation asks file a part".into()));
    // Who does not hold it is not asked: the broker does not carry it.
    silent(ask(Origin::Publication, ORIGIN, Question::File, "").await);
    silent(ask(ORIGIN, Origin::Publication, Question::People, "").await);
    silent(ask(Origin::Moderation, ORIGIN, Question::Digests, "").await);
}

/// Whoever asks without end takes nobody else's place.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_asker_does_not_keep_others_from_being_answered() {
    let house = House::deployed();
    let (holder, dawdler) = (Origin::Moderation, Arc::new(Dawdler::default()));
    house.offer_with(holder, Shelf::new(holder), Desk::with(Vec::new()), Some(dawdler.clone()));
    let greedy = house.transport_to(holder, Origin::Publication).await;
    let patient = house.transport_to(holder, ORIGIN).await;
    let mut asked = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let greedy = Arc::clone(&greedy);
        asked.spawn(async move { silent(greedy.ask(holder, Question::People, Bytes::new()).await) });
    }
    // Those that found no place are told so; the rest wait at the desk.
    let first = asked.join_next().await.expect("a hundred").expect("an outcome");
    assert!(first.contains("too many"), "{first}");
    let answered = patient.ask(holder, Question::People, Bytes::new()).await;
    assert_eq!(answered, Ok("at once".into()));
    assert!((1..=10).contains(&*dawdler.waiting.borrow()), "{:?}", dawdler.waiting);
}

/// Events, in answers of at most 768 KiB, each with a signature of exactly its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_told_again() {
    let house = House::deployed();
    let source = Bulk::of(ORIGIN, 3000, 3000);
    house.offer(ORIGIN, source.clone(), Desk::with(Vec::new()));
    let transport = house.transport_to(ORIGIN, Origin::Audit).await;
    let (mut next, mut answers) = (Position::default(), 0);
    let limits = ReadLimits { events_max: usize::MAX, bytes_max: usize::MAX };
    while next < source.head() {
        let batch = transport.replay(ORIGIN, next, limits).await.expect("the origin answers");
        let bytes: usize = batch.events.iter().map(Bytes::len).sum();
        assert!(bytes <= ANSWER_BYTES_MAX, "{bytes} bytes");
        let own = source.read(next, ReadLimits { events_max: batch.events.len(), bytes_max: usize::MAX });
        assert!(Ok(&batch.events) == own.as_ref(), "{next:?}");
        next.sequence += batch.events.len() as u64;
        let signed = batch.checkpoints.last().expect("a signature");
        let checkpoint = signed.verify(&signer(ORIGIN).verifier()).expect("the origin's");
        assert_eq!(checkpoint.size, next.sequence);
        answers += 1;
    }
    assert!(answers <= 13, "9 MB in {answers} answers");
    let few = ReadLimits { events_max: 3, bytes_max: 1 };
    assert!((1..=3).contains(&transport.replay(ORIGIN, Position::default(), few).await.expect("some").events.len()));
    let beyond = transport.replay(ORIGIN, source.head(), limits).await.map(drop);
    assert_eq!(beyond, Err(TransportError::NotThere { origin: ORIGIN, position: source.head() }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_of_an_exact_size() {
    let house = House::deployed();
    let shelf = Shelf::new(ORIGIN);
    house.offer(ORIGIN, shelf.clone(), Desk::with(Vec::new()));
    shelf.fill(9);
    let transport = house.transport_to(ORIGIN, Origin::Publication).await;
    for sequence in 0..=9 {
        let at = Position { epoch: 0, sequence };
        let signed = transport.checkpoint_at(ORIGIN, at).await.expect("the origin answers");
        assert_eq!(signed.text(), shelf.checkpoint_at(at).expect("in memory").expect("that size").text());
    }
    let newest = transport.checkpoint(ORIGIN).await.expect("the origin answers");
    assert_eq!(newest.unverified().size, 9);
    let beyond = Position { epoch: 0, sequence: 10 };
    let none = transport.checkpoint_at(ORIGIN, beyond).await.map(drop);
    assert_eq!(none, Err(TransportError::NotThere { origin: ORIGIN, position: beyond }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_of_keys_come_through() {
    let house = House::deployed();
    house.offer(ORIGIN, Shelf::new(ORIGIN), Desk::with(Vec::new()));
    let transport = house.transport_to(ORIGIN, Origin::Publication).await;
    let key = KeyId([7; 16]);
    let refused = transport.ask_keys(ORIGIN, vec![key]).await.expect("the holder answers").map(|keys| keys.len());
    assert_eq!(refused, Err(KeyRefusal::NotEntitled { asker: Origin::Publication, key }));
    let many = vec![key; KEYS_PER_REQUEST_MAX + 1];
    let refused = transport.ask_keys(ORIGIN, many).await.expect("said at once").map(|keys| keys.len());
    assert_eq!(refused, Err(KeyRefusal::TooMany { asked: 257, max: 256 }));
}

/// An answer goes into the asker's inbox and nowhere else, so that nobody can have keys sent to themselves in another's name.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_go_to_the_asker_only() {
    let house = House::start();
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(1);
    house.offer(ORIGIN, shelf, Desk::with(Vec::new()));
    let client = raw::client(&house.url()).await;
    for inbox in
        ["elsewhere", "_INBOX_audit.moderation.x.1", "_INBOX_publication.submission.x.1", "dossier.event.audit.-"]
    {
        let mut answers = client.subscribe(inbox).await.expect("a subscription");
        client.publish_with_reply("dossier.checkpoint.submission.audit", inbox, "".into()).await.expect("sent");
        client.flush().await.expect("sent");
        let answer = tokio::time::timeout(Duration::from_millis(200), answers.next()).await;
        assert!(answer.is_err(), "{inbox}: {answer:?}");
    }
    let mut answers = client.subscribe("_INBOX_audit.submission.>").await.expect("a subscription");
    let inbox = "_INBOX_audit.submission.x.1";
    client.publish_with_reply("dossier.checkpoint.submission.audit", inbox, "".into()).await.expect("sent");
    assert!(tokio::time::timeout(Duration::from_secs(5), answers.next()).await.is_ok());
}

/// Bytes that are no question are answered so, and harm nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_is_answered_as_nonsense() {
    let house = House::start();
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(1);
    house.offer(ORIGIN, shelf, Desk::with(Vec::new()));
    let client = raw::client(&house.url()).await;
    let mut answers = client.subscribe("_INBOX_audit.submission.>").await.expect("a subscription");
    let bodies: [Vec<u8>; 4] = [vec![0xff; 40], vec![0; 1], vec![7; 100_000], b"\x0a\x03abc".to_vec()];
    for topic in ["replay", "checkpoint", "keys"] {
        for body in &bodies {
            let subject = format!("dossier.{topic}.submission.audit");
            let sent = client.publish_with_reply(subject, "_INBOX_audit.submission.x.1", body.clone().into()).await;
            sent.expect("sent");
            let answer = tokio::time::timeout(Duration::from_secs(5), answers.next()).await;
            let answer = answer.expect("an answer").expect("a subscription");
            assert!(answer.payload.len() < 2000, "{topic}: {} bytes", answer.payload.len());
        }
    }
    assert!(house.transport(Origin::Audit).checkpoint(ORIGIN).await.is_ok());
}
