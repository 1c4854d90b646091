//! Any moment can be seen again (P8): the view as of an instant or a position.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod toy;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use dossier_engine::{AsOf, Engine, Past, PastError, PerEntry, View, past::KEPT_MAX};
use dossier_journal::{MemoryStore, OpenOptions, Peek, PeekError};
use dossier_proto::{EntryId, Event, Micros, Origin, Place};
use serde::{Deserialize, Serialize};
use toy::{NOON, Toy, ToyClock, ToyCommand, ToyEngine, ToyView, request, settings};

/// An engine whose clock goes on by a second for each command, and what it answered after each.
struct Story {
    engine: ToyEngine,
    clock: Arc<ToyClock>,
    answered: Vec<ToyView>,
    moments: Vec<Micros>,
    _directory: tempfile::TempDir,
}

fn later(seconds: i64) -> Micros {
    NOON.plus(seconds * Micros::SECOND)
}

fn at(epoch: u32, sequence: u64) -> AsOf {
    AsOf::Place(Place { origin: Origin::Submission, epoch, sequence })
}

impl Story {
    fn new() -> Self {
        Self::with(MemoryStore::new(), 200_000)
    }

    fn with(store: MemoryStore, snapshot_every: u64) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let clock = ToyClock::at(NOON);
        let mut settings = settings(directory.path(), Arc::clone(&clock));
        settings.snapshot_every = snapshot_every;
        let engine = Engine::open_on(store, settings).unwrap();
        Self { engine, clock, answered: Vec::new(), moments: Vec::new(), _directory: directory }
    }

    /// One command, and what the view answers after it.
    async fn tell(&mut self, command: ToyCommand, entry: Option<EntryId>) -> EntryId {
        let number = self.answered.len();
        self.clock.set(later(i64::try_from(number).unwrap() + 1));
        let mut request = request(&format!("command {number}"), command);
        request.entry = entry;
        let outcome = self.engine.execute(request).await.unwrap();
        self.answered.push(self.engine.view().clone());
        self.moments.push(outcome.events[0].head.recorded_at);
        outcome.events[0].head.entry.unwrap()
    }

    async fn tell_many(&mut self, count: usize) {
        let entry = self.tell(ToyCommand::Start(3), None).await;
        for _ in 1..count {
            self.tell(ToyCommand::Bump, Some(entry)).await;
        }
        self.clock.set(later(i64::try_from(count).unwrap() + 1_000));
    }

    async fn as_of(&self, asked: AsOf) -> Arc<Past<ToyView>> {
        self.engine.as_of(asked).await.unwrap()
    }
}

fn same(one: &ToyView, other: &ToyView) {
    assert_eq!((one.shown, &one.versions), (other.shown, &other.versions));
}

#[tokio::test]
async fn what_was_answered_then_is_answered_again_by_position_and_by_instant() {
    let mut story = Story::new();
    story.tell_many(7).await;
    // Backwards too: what was folded before does not shine through.
    for number in (0..7).chain((0..7).rev()) {
        let (answered, moment) = (&story.answered[number], story.moments[number]);
        let by_place = story.as_of(at(0, number as u64)).await;
        same(&by_place.view, answered);
        let last = Place { origin: Origin::Submission, epoch: 0, sequence: number as u64 };
        assert_eq!(by_place.last, Some((last, moment)));
        let by_instant = story.as_of(AsOf::Instant(moment)).await;
        assert!(Arc::ptr_eq(&by_place, &by_instant), "the same moment is folded once");
        let just_before_the_next = story.as_of(AsOf::Instant(moment.plus(Micros::SECOND - 1))).await;
        assert_eq!(just_before_the_next.last, Some((last, moment)));
    }
}

#[tokio::test]
async fn before_the_first_event_there_was_nothing() {
    let mut story = Story::new();
    story.tell_many(2).await;
    let past = story.as_of(AsOf::Instant(Micros(0))).await;
    assert_eq!((past.view.shown, past.last), (0, None));
}

#[tokio::test]
async fn a_moment_that_is_still_to_come_is_not_settled() {
    let mut story = Story::new();
    story.tell_many(3).await;
    story.clock.set(later(100));
    let asked = |asked| story.engine.as_of(asked);
    assert!(matches!(asked(AsOf::Instant(later(101))).await, Err(PastError::NotSettled)));
    assert!(matches!(asked(AsOf::Instant(later(100))).await, Err(PastError::NotSettled)), "it is not over");
    assert!(matches!(asked(at(0, 3)).await, Err(PastError::NotSettled)));
    assert!(matches!(asked(at(1, 0)).await, Err(PastError::NotSettled)));
    asked(AsOf::Instant(later(99))).await.unwrap();
    asked(at(0, 2)).await.unwrap();
}

/// What is being committed while somebody asks belongs to the moment, if it was recorded in it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_on_its_way_to_the_disk_is_waited_for() {
    let mut story = Story::new();
    story.tell_many(1).await;
    story.clock.set(later(10));
    let commands = (0..200).map(|number| {
        let engine = story.engine.clone();
        tokio::spawn(async move { engine.execute(request(&format!("many {number}"), ToyCommand::Start(3))).await })
    });
    let commands: Vec<_> = commands.collect();
    tokio::task::yield_now().await;
    story.clock.set(later(20));
    let asked = AsOf::Instant(later(15));
    let first = story.as_of(asked).await.view.shown;
    for command in commands {
        command.await.unwrap().unwrap();
    }
    assert_eq!(story.as_of(asked).await.view.shown, first, "the answer stays what it was");
}

#[tokio::test]
async fn a_few_moments_are_kept_and_the_one_looked_at_longest_ago_goes() {
    let mut story = Story::new();
    story.tell_many(KEPT_MAX + 1).await;
    let first = story.as_of(at(0, 0)).await;
    for number in 1..KEPT_MAX {
        story.as_of(at(0, number as u64)).await;
    }
    assert!(Arc::ptr_eq(&first, &story.as_of(at(0, 0)).await), "all of them are kept");
    let second = story.as_of(at(0, 1)).await;
    story.as_of(at(0, 0)).await;
    for number in 2..=KEPT_MAX {
        story.as_of(at(0, number as u64)).await;
    }
    assert!(Arc::ptr_eq(&first, &story.as_of(at(0, 0)).await));
    assert!(!Arc::ptr_eq(&second, &story.as_of(at(0, 1)).await), "nobody had looked at it for longest");
}

/// Two who ask for the same moment at once have it folded once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_moment_that_many_ask_for_is_folded_once() {
    let mut story = Story::new();
    story.tell_many(50).await;
    let asking: Vec<_> = (0..16)
        .map(|_| {
            let engine = story.engine.clone();
            tokio::spawn(async move { engine.as_of(at(0, 25)).await.unwrap() })
        })
        .collect();
    let first = story.as_of(at(0, 25)).await;
    for one in asking {
        assert!(Arc::ptr_eq(&first, &one.await.unwrap()));
    }
}

#[tokio::test]
async fn a_snapshot_is_a_place_to_begin_and_changes_nothing() {
    let mut story = Story::new();
    let entry = story.tell(ToyCommand::Start(3), None).await;
    for _ in 0..4 {
        story.tell(ToyCommand::Bump, Some(entry)).await;
    }
    story.engine.snapshot().await.unwrap();
    for _ in 0..4 {
        story.tell(ToyCommand::Bump, Some(entry)).await;
    }
    for (number, answered) in story.answered.iter().enumerate().rev() {
        same(&story.as_of(at(0, number as u64)).await.view, answered);
    }
}

fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let peeked = dossier_proto::peek(event).map_err(|error| PeekError(error.to_string()))?;
    Ok(Peek { epoch: peeked.epoch, sequence: peeked.sequence, entry: peeked.entry.map(|entry| entry.0) })
}

#[tokio::test]
async fn moments_go_over_the_ends_of_epochs() {
    let directory = tempfile::tempdir().unwrap();
    let store = MemoryStore::new();
    let clock = ToyClock::at(NOON);
    let settings = || settings(directory.path(), Arc::clone(&clock));
    let engine: ToyEngine = Engine::open_on(store.clone(), settings()).unwrap();
    for key in ["one", "two"] {
        engine.execute(request(key, ToyCommand::Start(3))).await.unwrap();
    }
    drop(engine);
    let of = settings();
    let options = OpenOptions::new(of.log, of.directory.join("anchors"), of.signer, peek);
    dossier_journal::open(store.clone(), options).unwrap().1.begin_epoch(None).unwrap();
    clock.set(later(10));
    let engine: ToyEngine = Engine::open_on(store, settings()).unwrap();
    clock.set(later(20));
    engine.execute(request("three", ToyCommand::Start(3))).await.unwrap();
    clock.set(later(30));
    let shown = async |asked| engine.as_of(asked).await.unwrap().view.shown;
    assert_eq!(shown(at(0, 0)).await, 1);
    assert_eq!(shown(at(0, 1)).await, 2);
    assert_eq!(shown(at(1, 0)).await, 3, "the event that begins the epoch");
    assert_eq!(shown(at(1, 1)).await, 4);
    assert_eq!(shown(AsOf::Instant(later(9))).await, 2);
    assert_eq!(shown(AsOf::Instant(later(15))).await, 3);
    assert_eq!(shown(AsOf::Instant(later(25))).await, 4);
    assert!(matches!(engine.as_of(at(0, 2)).await, Err(PastError::NotThere(_))), "that epoch has ended");
    let whole = dossier_engine::fold_journal::<Toy, ToyView>(engine.journal(), dossier_engine::Until::End).unwrap();
    same(&whole.view, &engine.as_of(at(1, 1)).await.unwrap().view);
}

/// How many fold at once, and at most did.
static FOLDING: AtomicUsize = AtomicUsize::new(0);
static FOLDED_AT_ONCE: AtomicUsize = AtomicUsize::new(0);
/// How many events were.
static FOLDED: AtomicUsize = AtomicUsize::new(0);

/// A view that takes its time.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Slow(u64);

impl View for Slow {
    fn apply(&mut self, _event: &Event, _beside: Option<&Event>) {
        let folding = FOLDING.fetch_add(1, Ordering::SeqCst) + 1;
        FOLDED_AT_ONCE.fetch_max(folding, Ordering::SeqCst);
        std::thread::sleep(Duration::from_micros(500)); // that is how long a large view takes
        self.0 += 1;
        FOLDED.fetch_add(1, Ordering::SeqCst);
        FOLDING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whoever hung up gave the turn away, and the fold went on: as many at once as somebody cared to begin.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_fold_that_nobody_waits_for_any_more_keeps_its_turn() {
    let directory = tempfile::tempdir().unwrap();
    let clock = ToyClock::at(NOON);
    let settings = settings(directory.path(), Arc::clone(&clock));
    let engine: Engine<Toy, Slow> = Engine::open_on(MemoryStore::new(), settings).unwrap();
    let mut entry = None;
    for number in 0..200 {
        let command = if number == 0 { ToyCommand::Start(3) } else { ToyCommand::Bump };
        let mut request = request(&format!("command {number}"), command);
        request.entry = entry;
        let outcome = engine.execute(request).await.unwrap();
        entry = outcome.events[0].head.entry;
    }
    FOLDED_AT_ONCE.store(0, Ordering::SeqCst);
    let folded = FOLDED.load(Ordering::SeqCst);
    for sequence in 190..194 {
        let asking = tokio::spawn({
            let engine = engine.clone();
            async move { engine.as_of(at(0, sequence)).await.map(drop) }
        });
        while FOLDING.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
        asking.abort();
        let _ = asking.await;
    }
    assert_eq!(engine.as_of(at(0, 199)).await.unwrap().view.0, 200);
    assert_eq!(FOLDED_AT_ONCE.load(Ordering::SeqCst), 1);
    let folded = FOLDED.load(Ordering::SeqCst) - folded;
    assert!(folded < 600, "four who went away had their folds ended: {folded} events were folded for one of 200");
}

impl PerEntry for ToyView {
    fn bears_on_all(_event: &Event, _beside: Option<&Event>) -> bool {
        false
    }
}

/// What one entry was is folded from its own events, and says what folding all of them says.
#[tokio::test]
async fn one_entry_is_folded_from_its_own_events() {
    let mut story = Story::with(MemoryStore::new(), 7);
    let mut entries = Vec::new();
    for number in 0..40_usize {
        if number % 8 == 0 {
            entries.push(story.tell(ToyCommand::Start(3), None).await);
        } else {
            let one = entries[number * 7 % entries.len()];
            story.tell(ToyCommand::Bump, Some(one)).await;
        }
    }
    story.clock.set(later(1_000));
    for (number, answered) in story.answered.iter().enumerate().rev() {
        for entry in &entries {
            for asked in [at(0, number as u64), AsOf::Instant(story.moments[number])] {
                let past = story.engine.entry_as_of(*entry, asked).await.unwrap();
                assert_eq!(past.view.versions.get(entry), answered.versions.get(entry), "{number}");
                assert!(past.view.versions.len() <= 1, "of the others nothing was read");
                assert_eq!(past.last.unwrap().0.sequence, number as u64, "the moment is the journal's");
            }
        }
    }
    let asked = story.engine.entry_as_of(entries[0], AsOf::Instant(later(1_001))).await;
    assert!(matches!(asked, Err(PastError::NotSettled)));
    assert_eq!(story.engine.entry_as_of(entries[0], AsOf::Instant(Micros(0))).await.unwrap().last, None);
    assert_eq!(story.engine.general_as_of(at(0, 39)).await.unwrap().view.shown, 0, "nothing bears on all");
}
