//! Random appends, crashes and openings against a plain list.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::collections::BTreeMap;

use dossier_journal::{
    Followed, Frame, MemoryStore, MemoryTrouble, OpenOptions, Place, Recovery, SledStore, Verify, Writer, open,
};
use proptest::prelude::*;
use support::{House, LOG, all_events, copy, key, peek, record};

#[derive(Debug, Clone)]
enum Step {
    /// Events of these sizes (and what lies beside some), and perhaps a position.
    Append(Vec<(usize, Option<usize>)>, Option<u8>),
    /// Close and open.
    Reopen,
    /// A group is written and the machine stops before it is synced; so many of its writes survive.
    Crash(usize, usize),
    /// A write or a sync fails; the journal stops and is opened again.
    Fail(bool),
    /// A new epoch.
    Epoch,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let size = prop_oneof![8 => 28_usize..700, 2 => 700_usize..7000, 1 => 7000_usize..40_000];
    let beside = prop_oneof![4 => Just(None), 1 => (0_usize..9000).prop_map(Some)];
    let append = (prop::collection::vec((size, beside), 0..30), prop::option::of(0_u8..4));
    let step = prop_oneof![
        12 => append.prop_map(|(sizes, position)| Step::Append(sizes, position)),
        2 => Just(Step::Reopen),
        3 => (1_usize..60, 0_usize..200).prop_map(|(events, survivors)| Step::Crash(events, survivors)),
        1 => any::<bool>().prop_map(Step::Fail),
        1 => Just(Step::Epoch),
    ];
    prop::collection::vec(step, 1..40)
}

/// What must be there.
#[derive(Default)]
struct Model {
    epochs: Vec<u64>,
    followed: BTreeMap<u8, u64>,
}

fn frame(place: Place, sizes: &[(usize, Option<usize>)]) -> Frame {
    let places = (place.sequence..).map(|sequence| Place { epoch: place.epoch, sequence });
    let records = places.zip(sizes).map(|(place, (size, beside))| record(place, *size, *beside)).collect();
    Frame { records, followed: Vec::new() }
}

fn followed(origin: u8, next: u64) -> Followed {
    Followed { origin, epoch: 0, next, frontier: vec![[1; 32]; 3] }
}

impl Model {
    fn check(&self, journal: &dossier_journal::Journal) {
        let epochs: Vec<_> = journal.epochs().iter().map(|(_, size)| *size).collect();
        assert_eq!(epochs, self.epochs);
        assert_eq!(all_events(journal), self.epochs.iter().sum::<u64>());
        let positions: BTreeMap<_, _> =
            journal.followed().iter().map(|followed| (followed.origin, followed.next)).collect();
        assert_eq!(positions, self.followed);
    }

    fn append(&mut self, writer: &mut Writer, sizes: &[(usize, Option<usize>)], position: Option<u8>) {
        let mut frame = frame(writer.next(), sizes);
        frame.followed = position
            .map(|origin| followed(origin, self.followed.get(&origin).map_or(1, |next| next + 1)))
            .into_iter()
            .collect();
        if frame == Frame::default() {
            return;
        }
        *self.epochs.last_mut().unwrap() += sizes.len() as u64;
        self.followed.extend(frame.followed.iter().map(|followed| (followed.origin, followed.next)));
        writer.append(frame).unwrap();
    }
}

fn options(house: &House) -> OpenOptions {
    OpenOptions::new(LOG, house.anchors(), key(), peek)
}

/// A crash in the middle of a group. It was not acknowledged: it may be there as a whole or not at all.
fn crash(house: &House, store: &mut MemoryStore, model: &mut Model, writer: Writer, events: usize, survivors: usize) {
    let place = writer.next();
    let (mut stager, mut scribe, syncer) = writer.into_stages().unwrap();
    let sizes: Vec<_> = (0..events).map(|n| (100 + n * 50, None)).collect();
    let written = scribe.write(stager.stage(frame(place, &sizes)).unwrap()).unwrap();
    let all = survivors >= store.unsynced();
    *store = store.after_crash(survivors);
    drop((written, stager, scribe, syncer));
    let (journal, _) = open(store.clone(), options(house)).unwrap();
    let size = journal.head().size;
    let expected = place.sequence + if all { events as u64 } else { 0 };
    assert_eq!(size, expected, "{survivors} writes survived");
    *model.epochs.last_mut().unwrap() = size;
}

fn run(steps: Vec<Step>) {
    let house = House::new();
    let mut store = MemoryStore::new();
    let mut model = Model { epochs: vec![0], followed: BTreeMap::new() };
    for step in steps {
        let (journal, mut writer) = open(store.clone(), options(&house)).unwrap();
        model.check(&journal);
        match step {
            Step::Append(sizes, position) => model.append(&mut writer, &sizes, position),
            Step::Reopen => drop((journal, writer)),
            Step::Crash(events, survivors) => {
                drop(journal);
                crash(&house, &mut store, &mut model, writer, events, survivors);
            }
            Step::Fail(in_sync) => {
                store.fail_next(if in_sync { MemoryTrouble::Sync } else { MemoryTrouble::WriteAfter(1) });
                let place = writer.next();
                assert!(writer.append(frame(place, &[(100, None); 5])).is_err());
                let place = writer.next();
                assert!(writer.append(frame(place, &[(100, None)])).is_err(), "it stays stopped");
                model.check(&journal);
                store = store.after_crash(0);
            }
            Step::Epoch => {
                writer.begin_epoch(None).unwrap();
                model.epochs.push(0);
            }
        }
    }
    let (journal, _writer) = open(store, options(&house)).unwrap();
    model.check(&journal);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn any_history_of_appends_crashes_and_openings_is_what_was_acknowledged(steps in steps()) {
        run(steps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn any_history_of_appends_and_openings_on_sled_is_what_was_acknowledged(steps in steps()) {
        let house = House::new();
        let mut model = Model { epochs: vec![0], followed: BTreeMap::new() };
        let mut opened = house.open().unwrap();
        for step in steps {
            match step {
                Step::Append(sizes, position) => model.append(&mut opened.1, &sizes, position),
                Step::Epoch => {
                    opened.1.begin_epoch(None).unwrap();
                    model.epochs.push(0);
                }
                Step::Reopen | Step::Crash(..) | Step::Fail(_) => {
                    drop(opened);
                    opened = house.open().unwrap();
                }
            }
            model.check(&opened.0);
        }
    }
}

/// Every prefix of a large group's writes, one by one.
#[test]
fn a_group_is_there_as_a_whole_or_not_at_all_wherever_it_is_cut() {
    let house = House::new();
    let store = MemoryStore::new();
    let (journal, mut writer) = open(store.clone(), options(&house)).unwrap();
    let place = writer.next();
    writer.append(frame(place, &[(200, None); 300])).unwrap();
    let before = journal.head();
    let (mut stager, mut scribe, mut syncer) = writer.into_stages().unwrap();
    let mut group = frame(stager.next(), &[(300, Some(20)); 400]);
    group.followed = vec![followed(3, 8)];
    let written = scribe.write(stager.stage(group).unwrap()).unwrap();
    let writes = store.unsynced();
    let cut: Vec<_> = (0..=writes).map(|survivors| store.after_crash(survivors)).collect();
    assert!(writes > 20, "{writes}");
    // The anchor as it was before the group was durable.
    let anchors = House::new();
    copy(&house.anchors(), &anchors.anchors());
    let after = syncer.sync(written).unwrap().head;
    drop((journal, stager, scribe, syncer));
    for (survivors, store) in cut.into_iter().enumerate() {
        let house = House::new();
        copy(&anchors.anchors(), &house.anchors());
        let (journal, mut writer) = open(store, options(&house)).unwrap();
        let whole = survivors == writes;
        assert_eq!(journal.head(), if whole { after } else { before }, "{survivors} of {writes}");
        assert_eq!(journal.followed().is_empty(), !whole);
        let place = writer.next();
        writer.append(frame(place, &[(250, None); 100])).unwrap();
        assert_eq!(all_events(&journal), before.size + if whole { 500 } else { 100 });
    }
}

/// Cutting a torn group is itself cut short, at every point, and done again.
#[test]
fn a_crash_while_a_torn_group_is_cut_leaves_a_torn_group() {
    let house = House::new();
    let store = MemoryStore::new();
    let (_, mut writer) = open(store.clone(), options(&house)).unwrap();
    writer.append(frame(writer.next(), &[(200, None); 300])).unwrap();
    let before = writer.head();
    let (mut stager, mut scribe, _syncer) = writer.into_stages().unwrap();
    let place = stager.next();
    let _written = scribe.write(stager.stage(frame(place, &[(300, None); 400])).unwrap()).unwrap();
    let torn = store.after_crash(store.unsynced() - 1);
    let anchors = House::new();
    copy(&house.anchors(), &anchors.anchors());
    for survivors in 0..40 {
        let house = House::new();
        copy(&anchors.anchors(), &house.anchors());
        let store = torn.after_crash(0);
        store.fail_next(MemoryTrouble::WriteAfter(survivors));
        let opened = open(store.clone(), options(&house));
        assert!(opened.is_err(), "the opening writes, and that fails");
        let (journal, mut writer) = open(store.after_crash(survivors), options(&house)).unwrap();
        assert_eq!(journal.head(), before, "{survivors}");
        writer.append(frame(writer.next(), &[(50, None)])).unwrap();
        assert_eq!(all_events(&journal), before.size + 1);
    }
}

#[test]
fn verification_from_a_snapshot_or_the_edge_comes_to_the_same_end() {
    let house = House::new();
    let (journal, mut writer) = house.open().unwrap();
    let mut edges = Vec::new();
    for round in 0..40_usize {
        edges.push(dossier_journal::TrustedEdge {
            epoch: writer.next().epoch,
            size: writer.next().sequence,
            frontier: writer.frontier().hashes(),
        });
        if round % 15 == 14 {
            writer.begin_epoch(None).unwrap();
        }
        let place = writer.next();
        writer.append(frame(place, &vec![(120, None); 1 + round * 7 % 50])).unwrap();
    }
    let (head, total) = (journal.head(), all_events(&journal));
    let of_entry = journal.of_entry([3; 16]).unwrap();
    drop((journal, writer));
    let ways = edges.into_iter().map(Verify::Since).chain([Verify::Edge, Verify::Whole]);
    for verify in ways {
        let store = SledStore::open(house.journal()).unwrap();
        let options = OpenOptions { verify: verify.clone(), recovery: Recovery::Refuse, ..options(&house) };
        let (journal, mut writer) = open(store, options).unwrap();
        assert_eq!(journal.head(), head, "{verify:?}");
        assert_eq!(journal.of_entry([3; 16]).unwrap(), of_entry);
        let mut verification = journal.watch_verification();
        while matches!(*verification.borrow_and_update(), dossier_journal::Verification::Running { .. }) {
            std::thread::yield_now();
        }
        assert_eq!(journal.verification(), dossier_journal::Verification::Sound);
        assert_eq!(all_events(&journal), total);
        // The index goes on where the background stopped.
        assert!(writer.append(Frame { records: vec![], followed: vec![followed(1, 1)] }).is_ok());
    }
}
