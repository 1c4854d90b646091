//! The engine around a small decider, on a real store.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use std::{sync::Arc, time::Duration};

use dossier_engine::{Engine, EngineError, ExecuteError, Redecider, Repeated};
use dossier_journal::{MemoryStore, MemoryTrouble, Place};
use dossier_proto::{Actor, Digest, EVENT_BYTES_MAX, EntryId, Event, Micros, Origin, Payload};
use toy::{NOON, Toy, ToyClock, ToyCommand, ToyEngine, ToyRefusal, ToyView, open, request, settings};

const PATIENCE: Duration = Duration::from_secs(20);

async fn start(engine: &ToyEngine, key: &str) -> EntryId {
    let outcome = engine.execute(request(key, ToyCommand::Start(3))).await.unwrap();
    outcome.events[0].head.entry.unwrap()
}

/// Opens a journal again once the threads of the former engine have let go of it.
fn reopen(directory: &std::path::Path) -> ToyEngine {
    reopen_at(directory, &ToyClock::at(NOON)).unwrap()
}

fn reopen_at(directory: &std::path::Path, clock: &Arc<ToyClock>) -> Result<ToyEngine, EngineError> {
    let deadline = std::time::Instant::now() + PATIENCE;
    loop {
        match Engine::open(settings(directory, Arc::clone(clock))) {
            Err(EngineError::Journal(dossier_journal::OpenError::Busy { .. }))
                if std::time::Instant::now() < deadline =>
            {
                std::thread::sleep(Duration::from_millis(10)); // between looks
            }
            opened => return opened,
        }
    }
}

/// P1, P2: what was answered is there after a start, and everything folded from it is the same.
#[tokio::test]
async fn what_was_answered_is_there_after_a_start() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let entry = start(&engine, "one").await;
    let mut bump = request("two", ToyCommand::Bump);
    bump.entry = Some(entry);
    engine.execute(bump).await.unwrap();
    assert_eq!(engine.view().versions[&entry], 2);
    let before = engine.digests().await.unwrap();
    drop(engine);
    let engine = reopen(directory.path());
    assert_eq!(engine.digests().await.unwrap(), before);
    assert_eq!(engine.view().versions[&entry], 2);
    assert_eq!(engine.of_entry(entry).unwrap().len(), 2);
}

/// P4: the same command again is answered with what was recorded, also after a start.
#[tokio::test]
async fn a_repeated_command_takes_effect_once() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let first = engine.execute(request("one", ToyCommand::Start(3))).await.unwrap();
    let again = engine.execute(request("one", ToyCommand::Start(3))).await.unwrap();
    assert_eq!((first.repeated, again.repeated), (Repeated::No, Repeated::Yes));
    assert_eq!(first.events, again.events);
    drop(engine);
    let engine = reopen(directory.path());
    let later = engine.execute(request("one", ToyCommand::Start(3))).await.unwrap();
    assert_eq!(first.events, later.events);
    assert_eq!(engine.journal().head().size, 1);
}

/// P4: another request under the same key is not mistaken for a repeat.
#[tokio::test]
async fn a_key_with_another_request_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    start(&engine, "one").await;
    let mut other = request("one", ToyCommand::Start(4));
    other.request_digest = Digest([8; 32]);
    assert_eq!(engine.execute(other).await.unwrap_err(), ExecuteError::KeyReused);
}

/// P4: after thirty days a key may be used again; a day before it may not.
#[tokio::test]
async fn keys_are_remembered_for_thirty_days() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ToyClock::at(NOON);
    let engine: ToyEngine = Engine::open(settings(directory.path(), Arc::clone(&clock))).unwrap();
    start(&engine, "one").await;
    clock.set(NOON.plus(29 * Micros::DAY));
    assert_eq!(engine.execute(request("one", ToyCommand::Start(3))).await.unwrap().repeated, Repeated::Yes);
    clock.set(NOON.plus(31 * Micros::DAY));
    start(&engine, "two").await;
    assert_eq!(engine.execute(request("one", ToyCommand::Start(3))).await.unwrap().repeated, Repeated::No);
}

/// Refused decisions are history; slips are not. A repeat gets the refusal it got.
#[tokio::test]
async fn refusals_are_recorded_when_they_are_decisions() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let refused = engine.execute(request("one", ToyCommand::Forbidden)).await.unwrap_err();
    let ExecuteError::Refused { refusal: ToyRefusal::Forbidden, recorded: Some(place) } = refused.clone() else {
        panic!("{refused:?}")
    };
    assert_eq!(place.sequence, 0);
    assert_eq!(engine.execute(request("one", ToyCommand::Forbidden)).await.unwrap_err(), refused);
    let slip = engine.execute(request("two", ToyCommand::Nonsense)).await.unwrap_err();
    assert_eq!(slip, ExecuteError::Refused { refusal: ToyRefusal::Nonsense, recorded: None });
    assert_eq!(engine.journal().head().size, 1);
}

/// Somebody who tries over and over does not fill the journal.
#[tokio::test]
async fn recorded_refusals_are_rate_limited() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    for k in 0..50 {
        engine.execute(request(&format!("try {k}"), ToyCommand::Forbidden)).await.unwrap_err();
    }
    assert_eq!(engine.journal().head().size, 10);
}

#[tokio::test]
async fn a_command_that_changes_nothing_is_no_event() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    assert!(engine.execute(request("one", ToyCommand::Rest)).await.unwrap().events.is_empty());
    assert_eq!(engine.journal().head().size, 0);
}

#[tokio::test]
async fn an_event_that_is_too_large_is_refused_and_nothing_else_is_harmed() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let large = engine.execute(request("one", ToyCommand::Start(EVENT_BYTES_MAX))).await.unwrap_err();
    assert!(matches!(large, ExecuteError::TooLarge { max: EVENT_BYTES_MAX, .. }));
    start(&engine, "two").await;
    assert_eq!(engine.journal().head().size, 1);
}

/// P1: a write that fails is never acknowledged, and nothing is from then on.
#[tokio::test]
async fn after_a_failed_sync_nothing_is_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let engine: ToyEngine = Engine::open_on(store.clone(), settings(directory.path(), ToyClock::at(NOON))).unwrap();
    start(&engine, "one").await;
    store.fail_next(MemoryTrouble::Sync);
    assert_eq!(engine.execute(request("two", ToyCommand::Start(3))).await.unwrap_err(), ExecuteError::Stopped);
    assert_eq!(engine.execute(request("three", ToyCommand::Start(3))).await.unwrap_err(), ExecuteError::Stopped);
    assert!(!engine.stopped().await.is_empty());
    assert_eq!(engine.view().shown, 1, "nobody is shown what is not durable");
}

/// Times only grow, whatever the clock does, so that a trail sorted by them respects causality.
#[tokio::test]
async fn recorded_times_grow_when_the_clock_stands_or_goes_back() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ToyClock::at(NOON);
    let engine: ToyEngine = Engine::open(settings(directory.path(), Arc::clone(&clock))).unwrap();
    for (k, moment) in [NOON, NOON, NOON.plus(-Micros::SECOND), NOON.plus(1)].into_iter().enumerate() {
        clock.set(moment);
        start(&engine, &format!("{k}")).await;
    }
    let times: Vec<_> = (0..4).map(|k| engine.recorded(k).unwrap().event.head.recorded_at).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    assert_eq!(engine.recorded(2).unwrap().event.head.wall, NOON.plus(-Micros::SECOND), "what the clock said is kept");
}

#[tokio::test]
async fn a_clock_behind_the_journal_refuses_to_start() {
    let directory = tempfile::tempdir().unwrap();
    start(&open(directory.path()), "one").await;
    let error = reopen_at(directory.path(), &ToyClock::at(NOON.plus(-6 * Micros::SECOND))).err().unwrap();
    assert!(matches!(error, EngineError::ClockBehind { behind_seconds: 6, .. }), "{error}");
    reopen_at(directory.path(), &ToyClock::at(NOON.plus(-4 * Micros::SECOND))).unwrap();
}

/// What is due is decided as a command of the system.
#[tokio::test]
async fn timers_fire_as_commands_of_the_system() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ToyClock::at(NOON);
    let engine: ToyEngine = Engine::open(settings(directory.path(), Arc::clone(&clock))).unwrap();
    let entry = start(&engine, "one").await;
    assert!(engine.fire_due().await);
    assert_eq!(engine.digests().await.unwrap().next.sequence, 1, "nothing is due yet");
    clock.set(NOON.plus(2 * 3_600 * Micros::SECOND));
    assert!(engine.fire_due().await);
    assert!(engine.reached(2, PATIENCE).await);
    let expired = engine.recorded(1).unwrap().event;
    assert_eq!(expired.head.actor, Actor::System(Origin::Submission));
    assert_eq!(expired.head.entry, Some(entry));
    assert!(matches!(expired.payload, Some(Payload::Expired(_))));
}

/// P10: everything that was decided is decided again the same.
#[tokio::test]
async fn every_command_is_decided_again_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let entry = start(&engine, "one").await;
    let mut bump = request("two", ToyCommand::Bump);
    (bump.entry, bump.expected_version) = (Some(entry), Some(1));
    engine.execute(bump).await.unwrap();
    engine.execute(request("three", ToyCommand::Forbidden)).await.unwrap_err();
    let mut redecider = Redecider::<Toy>::default();
    let mut forged = Redecider::<Toy>::default();
    for sequence in 0..engine.journal().head().size {
        let mut event = engine.recorded(sequence).unwrap().event;
        redecider.take(event.clone(), None);
        if sequence == 1 {
            event.head.part_version = 7;
        }
        forged.take(event, None);
    }
    let (fold, deviations) = redecider.finish();
    assert!(deviations.is_empty(), "{deviations:?}");
    assert_eq!(fold.state.things[&entry], 2);
    assert_eq!(forged.finish().1.len(), 1, "what could not have been decided so is found");
}

/// Many callers at once share groups; everybody gets the answer to what they asked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_callers_each_get_their_own_answer() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let callers: Vec<_> = (0..200)
        .map(|k| {
            let engine = engine.clone();
            tokio::spawn(async move {
                let outcome = engine.execute(request(&format!("{k}"), ToyCommand::Start(k))).await.unwrap();
                let Some(Payload::DraftStarted(started)) = &outcome.events[0].payload else { panic!("a start") };
                assert_eq!(started.command.as_ref().unwrap().record_type.len(), k);
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(engine.journal().head().size, 200);
    assert_eq!(engine.view().shown, 200);
}

/// P2: snapshots are caches. With one, without one, with one of other code: the same state.
#[tokio::test]
async fn a_start_from_a_snapshot_knows_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    let entry = start(&engine, "one").await;
    engine.snapshot().await.unwrap();
    let mut bump = request("two", ToyCommand::Bump);
    bump.entry = Some(entry);
    engine.execute(bump).await.unwrap();
    let before = engine.digests().await.unwrap();
    drop(engine);
    assert!(directory.path().join("snapshots").read_dir().unwrap().count() > 0, "a snapshot was written");
    let engine = reopen(directory.path());
    assert_eq!(engine.digests().await.unwrap(), before);
    assert_eq!(engine.execute(request("one", ToyCommand::Start(3))).await.unwrap().repeated, Repeated::Yes);
    drop(engine);
    std::fs::remove_dir_all(directory.path().join("snapshots")).unwrap();
    let engine = reopen(directory.path());
    assert_eq!(engine.digests().await.unwrap(), before);
}

/// The journal decodes from its bytes alone.
#[tokio::test]
async fn the_journal_holds_the_events_bytes() {
    let directory = tempfile::tempdir().unwrap();
    let engine = open(directory.path());
    start(&engine, "one").await;
    let stored = engine.journal().get(Place { epoch: 0, sequence: 0 }).unwrap().unwrap();
    assert_eq!(Event::decode(&stored.event).unwrap(), engine.recorded(0).unwrap().event);
    let _: &ToyView = &engine.view();
}
