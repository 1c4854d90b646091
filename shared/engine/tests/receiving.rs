//! What other services wrote: taken in once, however often it is delivered (P4), with its effects in the same frame.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use std::{path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use dossier_engine::{EngineError, EngineInbox};
use dossier_exchange::{Delivered, Delivery, Inbox, Tally};
use dossier_proto::{Actor, EntryId, Event, EventId, Head, Origin, Payload, Place, must_understand, schema_of, v1};
use dossier_vault::{MasterKey, Vault};
use toy::{NOON, ToyClock, ToyEngine, ToyView, request, settings};

const ENTRY: EntryId = EntryId([5; 16]);

fn foreign(sequence: u64, payload: Payload) -> Delivered {
    let head = Head {
        id: EventId([sequence as u8; 16]),
        place: Place { origin: Origin::Moderation, epoch: 0, sequence },
        schema: schema_of(&payload),
        must_understand: must_understand(&payload),
        entry: Some(ENTRY),
        part_version: 0,
        recorded_at: NOON.plus(1_000_000 + sequence as i64),
        wall: NOON,
        actor: Actor::Service(Origin::Moderation),
        on_behalf_of: None,
        authority: None,
        command: None,
        cause: None,
        rules: 1,
        registry: None,
        correlation: None,
    };
    let event = Event { head, payload: Some(payload) };
    Delivered { bytes: Bytes::from(event.encode()), event }
}

fn opened(sequence: u64) -> Delivered {
    foreign(sequence, Payload::ReviewOpened(v1::ReviewOpened::default()))
}

fn of_no_concern(sequence: u64) -> Delivered {
    foreign(sequence, Payload::ReviewReleased(v1::ReviewReleased::default()))
}

fn delivery(events: &[Delivered]) -> Delivery {
    let mut resume = Tally::start(Origin::Moderation);
    (0..=events.last().unwrap().event.head.place.sequence).for_each(|_| resume.add(b"whatever was there"));
    Delivery { origin: Origin::Moderation, events: events.to_vec(), resume }
}

struct Service {
    engine: ToyEngine,
    inbox: Arc<dyn Inbox>,
    _vault: Vault,
}

impl Service {
    fn open(directory: &Path) -> Self {
        let master = MasterKey::create_or_read(directory.join("master.key")).unwrap();
        let deadline = std::time::Instant::now() + Duration::from_secs(20);
        let engine = loop {
            match ToyEngine::open(settings(directory, ToyClock::at(NOON))) {
                Err(EngineError::Journal(dossier_journal::OpenError::Busy { .. }))
                    if std::time::Instant::now() < deadline =>
                {
                    std::thread::sleep(Duration::from_millis(10)); // between looks
                }
                opened => break opened.unwrap(),
            }
        };
        let vault = Vault::open_unthreaded(directory.join("keys"), &master).unwrap();
        let inbox: Arc<dyn Inbox> = EngineInbox::new(engine.clone(), vault.clone(), |_event| Vec::new());
        Self { engine, inbox, _vault: vault }
    }

    fn size(&self) -> u64 {
        self.engine.journal().head().size
    }
}

#[tokio::test]
async fn an_event_delivered_twice_takes_effect_once() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::open(directory.path());
    service.inbox.deliver(delivery(&[opened(0), of_no_concern(1), opened(2)])).await.unwrap();
    assert_eq!(service.size(), 4, "two receptions with an effect each");
    service.inbox.deliver(delivery(&[opened(0), of_no_concern(1), opened(2)])).await.unwrap();
    service.inbox.deliver(delivery(&[opened(2)])).await.unwrap();
    assert_eq!(service.size(), 4);
    assert_eq!(service.engine.view().versions[&ENTRY], 2);
}

/// The position stands in the frame of the effects: after a start nothing is asked for again, and nothing taken twice.
#[tokio::test]
async fn after_a_start_reading_goes_on_where_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::open(directory.path());
    service.inbox.deliver(delivery(&[opened(0), opened(1)])).await.unwrap();
    let before = service.engine.digests().await.unwrap();
    drop(service);
    let service = Service::open(directory.path());
    assert_eq!(service.inbox.resume(Origin::Moderation).next().sequence, 2);
    service.inbox.deliver(delivery(&[opened(0), opened(1)])).await.unwrap();
    assert_eq!(service.engine.digests().await.unwrap(), before);
}

/// A position that moved over events of no concern is written with the next frame. Until then they are read again, and
/// what was acted upon among them is known.
#[tokio::test]
async fn what_was_only_read_may_be_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::open(directory.path());
    service.inbox.deliver(delivery(&[opened(0)])).await.unwrap();
    service.inbox.deliver(delivery(&[of_no_concern(1), of_no_concern(2)])).await.unwrap();
    assert_eq!(service.inbox.resume(Origin::Moderation).next().sequence, 3);
    drop(service);
    let service = Service::open(directory.path());
    assert_eq!(service.inbox.resume(Origin::Moderation).next().sequence, 1);
    service.inbox.deliver(delivery(&[of_no_concern(1), of_no_concern(2)])).await.unwrap();
    service.engine.execute(request("one", toy::ToyCommand::Start(1))).await.unwrap();
    drop(service);
    let service = Service::open(directory.path());
    assert_eq!(service.inbox.resume(Origin::Moderation).next().sequence, 3, "any frame carries it");
    service.inbox.deliver(delivery(&[opened(0), of_no_concern(1), of_no_concern(2), opened(3)])).await.unwrap();
    assert_eq!(service.size(), 5);
}

/// An own event is recorded after what caused it, even when our clock is behind (a trail sorted by time respects
/// causality).
#[tokio::test]
async fn what_follows_is_recorded_after_its_cause() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::open(directory.path());
    let cause = opened(0);
    service.inbox.deliver(delivery(std::slice::from_ref(&cause))).await.unwrap();
    for sequence in 0..2 {
        let recorded = service.engine.recorded(sequence).unwrap().event;
        assert!(recorded.head.recorded_at > cause.event.head.recorded_at);
        assert_eq!(recorded.head.cause, Some(cause.event.head.place));
    }
    let received = service.engine.recorded(0).unwrap();
    assert_eq!(received.beside, Some(cause.event), "the foreign bytes stand beside it");
}

/// Others see what the view shows: whoever has read an event finds the view knowing of it. (They read the journal's head
/// before, and a key desk answered "not entitled" for what it had not heard of.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_read_nothing_that_the_view_does_not_show() {
    let directory = tempfile::tempdir().unwrap();
    let service = Service::open(directory.path());
    let (source, engine) = (service.engine.source(), service.engine.clone());
    let reader = tokio::task::spawn_blocking(move || {
        let mut seen = 0;
        while seen < 200 {
            let from = dossier_exchange::Position { epoch: 0, sequence: seen };
            seen += source.read(from, dossier_exchange::ReadLimits::default()).unwrap().len() as u64;
            let view: &ToyView = &engine.view();
            assert!(view.shown >= seen, "{} read, {} shown", seen, view.shown);
        }
    });
    for k in 0..200 {
        service.engine.execute(request(&format!("{k}"), toy::ToyCommand::Start(1))).await.unwrap();
    }
    reader.await.unwrap();
}
