//! Appending and reading, on both stores: every test here runs twice.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::sync::mpsc::sync_channel;
use std::time::Duration;

use bytes::Bytes;
use dossier_journal::{
    EVENT_BYTES_MAX, Followed, Frame, Head, Journal, MemoryStore, MirrorHead, OpenError, Place, ReadError, Record,
    Refusal, Stop, Stored, WriteError, Writer,
};
use dossier_proof::{Frontier, Hash, TreeHead, consistency, inclusion, leaf_of_event};
use support::{House, LOG, all_events, entry_of, event, group, key, record};

/// A store that can be closed and opened again.
trait Kind {
    fn new() -> Self;
    fn open(&self) -> Result<(Journal, Writer), OpenError>;
}

struct OnSled(House);
struct InMemory(House, MemoryStore);

impl Kind for OnSled {
    fn new() -> Self {
        Self(House::new())
    }

    fn open(&self) -> Result<(Journal, Writer), OpenError> {
        self.0.open()
    }
}

impl Kind for InMemory {
    fn new() -> Self {
        Self(House::new(), MemoryStore::new())
    }

    fn open(&self) -> Result<(Journal, Writer), OpenError> {
        self.0.open_store(self.1.clone())
    }
}

macro_rules! on_both {
    ($($name:ident),* $(,)?) => {
        mod on_sled { $(#[test] fn $name() { super::$name(&<super::OnSled as super::Kind>::new()); })* }
        mod in_memory { $(#[test] fn $name() { super::$name(&<super::InMemory as super::Kind>::new()); })* }
    };
}

on_both!(
    what_is_appended_can_be_read_at_once_and_after_reopening,
    reads_keep_to_their_limits,
    events_are_found_by_entry,
    the_largest_event_goes_through_with_the_largest_beside_it,
    positions_come_back_and_cost_no_sequence,
    a_follower_sees_everything_once_and_in_order,
    stages_in_three_threads_keep_the_order,
    a_group_out_of_turn_stops_the_journal,
    what_cannot_be_appended_is_refused_and_changes_nothing,
    proofs_hold_for_every_size,
    an_epoch_ends_and_stays_readable,
    the_checkpoint_signs_the_durable_head,
    a_journal_without_a_writer_still_reads,
);

fn next(writer: &Writer) -> Place {
    writer.next()
}

/// Appends groups until there are about `events` events: sizes and group sizes change.
fn fill(writer: &mut Writer, events: u64) {
    let target = writer.next().sequence + events;
    let mut round = 0_usize;
    while writer.next().sequence < target {
        round += 1;
        let count = [1, 3, 40, 2, 17][round % 5].min((target - writer.next().sequence) as usize);
        let sizes: Vec<_> = (0..count).map(|n| 30 + (n * 197 + round * 61) % 900).collect();
        let place = next(writer);
        let appended = writer.append(group(place, &sizes)).unwrap();
        assert_eq!((appended.first, appended.count), (place, count as u64));
        assert_eq!(appended.head.next(), writer.next());
    }
}

fn what_is_appended_can_be_read_at_once_and_after_reopening(kind: &impl Kind) {
    let mut expected = 0;
    let mut head = None;
    for round in 0..4 {
        let (journal, mut writer) = kind.open().unwrap();
        assert_eq!(head.unwrap_or(journal.head()), journal.head(), "round {round}");
        assert_eq!(all_events(&journal), expected);
        fill(&mut writer, 700);
        expected += 700;
        assert_eq!(all_events(&journal), expected);
        head = Some(journal.head());
        for sequence in (0..expected).step_by(37) {
            let stored = journal.get(Place { epoch: 0, sequence }).unwrap().unwrap();
            assert_eq!(stored.sequence, sequence);
            assert_eq!(stored.event, event(stored.place(), entry_of(sequence), stored.event.len()));
        }
        assert_eq!(journal.get(Place { epoch: 0, sequence: expected }).unwrap(), None);
        assert_eq!(journal.get(Place { epoch: 1, sequence: 0 }).unwrap(), None);
    }
}

fn reads_keep_to_their_limits(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    let place = next(&writer);
    writer.append(group(place, &[100; 200])).unwrap();
    let sequences = |events: Vec<Stored>| events.iter().map(|stored| stored.sequence).collect::<Vec<_>>();
    assert_eq!(sequences(journal.read(0, 50, 3, usize::MAX).unwrap()), [50, 51, 52]);
    assert_eq!(sequences(journal.read(0, 50, 100, 250).unwrap()), [50, 51]);
    assert_eq!(sequences(journal.read(0, 50, 100, 1).unwrap()), [50], "at least one");
    assert_eq!(sequences(journal.read(0, 198, 100, usize::MAX).unwrap()), [198, 199]);
    assert!(journal.read(0, 50, 0, usize::MAX).unwrap().is_empty());
    assert!(journal.read(0, 200, 10, usize::MAX).unwrap().is_empty());
    assert!(journal.read(9, 0, 10, usize::MAX).unwrap().is_empty());
}

fn events_are_found_by_entry(kind: &impl Kind) {
    for round in 1..3 {
        let (journal, mut writer) = kind.open().unwrap();
        fill(&mut writer, 300);
        for entry in 1..=12_u8 {
            let expected: Vec<_> = (0..round * 300).filter(|n| entry_of(*n) == entry).collect();
            let found: Vec<_> = journal.of_entry([entry; 16]).unwrap().iter().map(|place| place.sequence).collect();
            assert_eq!(found, expected);
        }
    }
}

fn the_largest_event_goes_through_with_the_largest_beside_it(kind: &impl Kind) {
    let place = Place { epoch: 0, sequence: 1 };
    let largest = record(place, EVENT_BYTES_MAX, Some(EVENT_BYTES_MAX));
    for _ in 0..2 {
        let (journal, mut writer) = kind.open().unwrap();
        if writer.next().sequence == 0 {
            writer.append(group(next(&writer), &[30])).unwrap();
            writer.append(Frame { records: vec![largest.clone()], followed: vec![] }).unwrap();
            writer.append(group(next(&writer), &[30])).unwrap();
        }
        let stored = journal.get(place).unwrap().unwrap();
        assert_eq!((stored.event, stored.beside), (largest.event.clone(), largest.beside.clone()));
        assert_eq!(journal.get(Place { epoch: 0, sequence: 2 }).unwrap().unwrap().sequence, 2);
        assert_eq!(all_events(&journal), 3);
    }
}

fn followed(origin: u8, next: u64) -> Followed {
    Followed { origin, epoch: 0, next, frontier: vec![[origin; 32]; next.count_ones() as usize] }
}

fn positions_come_back_and_cost_no_sequence(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    assert!(journal.followed().is_empty());
    let mut frame = group(next(&writer), &[50; 100]);
    frame.followed = vec![followed(2, 5), followed(1, 9)];
    writer.append(frame).unwrap();
    assert_eq!(journal.followed(), [followed(1, 9), followed(2, 5)]);
    // Enough of them to pass marks, and none of them takes a sequence.
    for n in 10..700 {
        let appended = writer.append(Frame { records: vec![], followed: vec![followed(1, n)] }).unwrap();
        assert_eq!((appended.count, appended.first.sequence), (0, 100));
    }
    writer.append(group(next(&writer), &[50])).unwrap();
    drop((journal, writer));
    let (journal, writer) = kind.open().unwrap();
    assert_eq!(journal.followed(), [followed(1, 699), followed(2, 5)]);
    assert_eq!(writer.next().sequence, 101);
    assert_eq!(all_events(&journal), 101);
    assert_eq!(journal.get(Place { epoch: 0, sequence: 100 }).unwrap().unwrap().sequence, 100);
}

fn a_follower_sees_everything_once_and_in_order(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    fill(&mut writer, 200);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let reading = std::thread::spawn({
        let mut follower = journal.follow(Place { epoch: 0, sequence: 150 });
        move || {
            let mut seen = Vec::new();
            runtime.block_on(async {
                while seen.len() < 450 + 10 {
                    let step = tokio::time::timeout(Duration::from_secs(20), follower.next()).await;
                    seen.extend(step.expect("events come").unwrap());
                }
                // Nothing more: it waits.
                let more = tokio::time::timeout(Duration::from_millis(20), follower.next()).await;
                assert!(more.is_err());
            });
            seen
        }
    });
    fill(&mut writer, 400);
    writer.begin_epoch(None).unwrap();
    fill(&mut writer, 10);
    let seen = reading.join().unwrap();
    let expected = (150..600).map(|sequence| Place { epoch: 0, sequence });
    let expected = expected.chain((0..10).map(|sequence| Place { epoch: 1, sequence }));
    assert!(seen.iter().map(Stored::place).eq(expected));
}

fn stages_in_three_threads_keep_the_order(kind: &impl Kind) {
    let (journal, writer) = kind.open().unwrap();
    let (mut stager, mut scribe, mut syncer) = writer.into_stages().unwrap();
    let (to_scribe, staged) = sync_channel(2);
    let (to_syncer, written) = sync_channel(2);
    std::thread::scope(|scope| {
        scope.spawn(move || staged.into_iter().for_each(|group| to_syncer.send(scribe.write(group).unwrap()).unwrap()));
        scope.spawn(move || {
            for group in written {
                let appended = syncer.sync(group).unwrap();
                assert_eq!(syncer.journal().head(), appended.head);
            }
        });
        for n in 0..300_usize {
            to_scribe.send(stager.stage(group(stager.next(), &vec![100 + n; n % 7 + 1])).unwrap()).unwrap();
        }
        drop(to_scribe);
    });
    let expected = (0..300).map(|n| n % 7 + 1).sum::<u64>();
    assert_eq!(all_events(&journal), expected);
    drop((journal, stager));
    assert_eq!(all_events(&kind.open().unwrap().0), expected);
}

fn a_group_out_of_turn_stops_the_journal(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    fill(&mut writer, 10);
    let first = writer.stage(group(next(&writer), &[50])).unwrap();
    let second = writer.stage(group(next(&writer), &[50])).unwrap();
    drop(first);
    let refused = writer.commit(second);
    assert!(matches!(&refused, Err(WriteError::Stopped(stop)) if matches!(**stop, Stop::OutOfOrder { .. })));
    assert!(writer.append(group(next(&writer), &[50])).is_err(), "it stays stopped");
    assert_eq!(all_events(&journal), 10);
    assert!(journal.stopped().is_some());
}

fn what_cannot_be_appended_is_refused_and_changes_nothing(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    fill(&mut writer, 10);
    let place = |sequence| Place { epoch: 0, sequence };
    let one = |record| Frame { records: vec![record], followed: vec![] };
    let raw = |event: Bytes, beside: Option<Bytes>| one(Record { event, beside });
    let large = Bytes::from(vec![0; EVENT_BYTES_MAX + 1]);
    let twice = vec![followed(1, 1), followed(1, 2)];
    let refused = [
        Frame::default(),
        one(record(place(11), 50, None)),
        one(record(place(9), 50, None)),
        one(record(Place { epoch: 1, sequence: 10 }, 50, None)),
        Frame { records: vec![record(place(10), 50, None), record(place(10), 50, None)], followed: vec![] },
        raw(Bytes::new(), None),
        raw(Bytes::from_static(b"too short to be peeked at"), None),
        raw(large.clone(), None),
        raw(event(place(10), 1, 50), Some(large)),
        Frame { records: vec![], followed: twice },
        Frame { records: vec![], followed: vec![Followed { frontier: vec![[0; 32]; 65], ..followed(1, 1) }] },
        Frame { records: vec![], followed: (0..33).map(|origin| followed(origin, 1)).collect() },
    ];
    for (number, frame) in refused.into_iter().enumerate() {
        let result = writer.append(frame);
        assert!(matches!(result, Err(WriteError::Refused(_))), "{number}: {result:?}");
    }
    let wrong = writer.append(one(record(place(11), 50, None))).unwrap_err();
    let expected = Refusal::Place { index: 0, said_epoch: 0, said_sequence: 11, epoch: 0, sequence: 10 };
    assert!(matches!(wrong, WriteError::Refused(refusal) if refusal == expected));
    fill(&mut writer, 10);
    assert_eq!(all_events(&journal), 20);
}

fn proofs_hold_for_every_size(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    fill(&mut writer, 600);
    let mut frontier = Frontier::new();
    let mut roots = vec![frontier.root()];
    let mut leaves = Vec::new();
    journal
        .replay(Place { epoch: 0, sequence: 0 }, |stored| {
            leaves.push(leaf_of_event(&stored.event));
            frontier.append(leaf_of_event(&stored.event));
            roots.push(frontier.root());
        })
        .unwrap();
    assert_eq!(journal.head().root, frontier.root());
    for size in (0..=600_u64).step_by(13) {
        assert_eq!(journal.root_at(0, size).unwrap(), roots[size as usize]);
        let head = TreeHead { size, root: roots[size as usize] };
        for sequence in (0..size).step_by(71) {
            let proof = journal.inclusion(Place { epoch: 0, sequence }, size).unwrap();
            inclusion::verify(leaves[sequence as usize], sequence, head, &proof).unwrap();
        }
        let proof = journal.consistency(0, size, 600).unwrap();
        consistency::verify(head, TreeHead { size: 600, root: roots[600] }, &proof).unwrap();
    }
    assert!(matches!(journal.root_at(0, 601), Err(ReadError::NotThere(_))));
    assert!(matches!(journal.root_at(3, 0), Err(ReadError::NotThere(_))));
    let tile = journal.tile(0, 0, 1).unwrap();
    assert_eq!(tile, leaves[256..512]);
    assert_eq!(journal.tile(0, 0, 2).unwrap(), leaves[512..]);
    assert_eq!(journal.tile(0, 1, 0).unwrap().len(), 2);
    assert!(journal.tile(0, 0, 3).is_err());
}

fn an_epoch_ends_and_stays_readable(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    fill(&mut writer, 300);
    writer.append(Frame { records: vec![], followed: vec![followed(1, 7)] }).unwrap();
    let old = journal.head();
    assert_eq!(writer.begin_epoch(None).unwrap(), 1);
    assert_eq!(journal.head(), Head { epoch: 1, size: 0, root: Hash::EMPTY_ROOT });
    let stale = Frame { records: vec![record(Place { epoch: 0, sequence: 300 }, 50, None)], followed: vec![] };
    assert!(
        matches!(writer.append(stale), Err(WriteError::Refused(Refusal::Place { .. }))),
        "an old place is not used again"
    );
    fill(&mut writer, 20);
    let lost = MirrorHead { epoch: 4, size: 1000, root: Hash::from_bytes([4; 32]) };
    assert_eq!(writer.begin_epoch(Some(lost)).unwrap(), 5, "above everything others know of");
    fill(&mut writer, 5);
    drop((journal, writer));
    let (journal, writer) = kind.open().unwrap();
    assert_eq!(journal.epochs(), [(0, 300), (1, 20), (5, 5)]);
    assert_eq!(writer.next(), Place { epoch: 5, sequence: 5 });
    assert_eq!(all_events(&journal), 325);
    assert_eq!(journal.root_at(0, 300).unwrap(), old.root);
    assert_eq!(journal.followed(), [followed(1, 7)]);
    assert!(journal.inclusion(Place { epoch: 0, sequence: 299 }, 300).is_ok());
    let of_entry = journal.of_entry([2; 16]).unwrap();
    assert!(of_entry.is_sorted() && of_entry.iter().any(|place| place.epoch == 5));
    assert_eq!(
        of_entry.len(),
        [300, 20, 5].iter().map(|size| (0..*size).filter(|n| entry_of(*n) == 2).count()).sum::<usize>()
    );
}

fn the_checkpoint_signs_the_durable_head(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    fill(&mut writer, 30);
    let checkpoint = journal.checkpoint().unwrap().verify(&key().verifier()).unwrap();
    assert_eq!(checkpoint.origin, format!("{LOG}/0"));
    assert_eq!(checkpoint.head(), journal.head().tree_head());
}

fn a_journal_without_a_writer_still_reads(kind: &impl Kind) {
    let (journal, mut writer) = kind.open().unwrap();
    fill(&mut writer, 30);
    drop(writer);
    assert_eq!(all_events(&journal), 30);
}
