//! A whole history, read by several threads in turns.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use dossier_journal::store::Tree;
use dossier_journal::{Frame, Journal, MemoryStore, Place, Stored, Writer};
use support::{House, Random, group, record};

const START: Place = Place { epoch: 0, sequence: 0 };

/// Appends groups of all kinds, with events that take up to 86 slots, so that frames lie across the places where turns end.
fn append(writer: &mut Writer, random: &mut Random, groups: u64) {
    for _ in 0..groups {
        let (count, size) = match random.below(8) {
            0 => (1, 100_000 + random.below(400_000)),
            1 => (3, 7_000),
            2 => (400, 250),
            _ => (1 + random.below(20), 100 + random.below(3_000)),
        };
        let next = writer.next();
        let records = (0..count).map(|n| {
            let place = Place { sequence: next.sequence + n, ..next };
            record(place, size as usize, (n % 3 == 0).then_some(500))
        });
        writer.append(Frame { records: records.collect(), followed: Vec::new() }).unwrap();
    }
}

/// Everything, by the way that knows no turns.
fn in_one_go(journal: &Journal) -> Vec<Stored> {
    let epochs = journal.epochs();
    let all = epochs.iter().map(|(epoch, _)| journal.read(*epoch, 0, usize::MAX, usize::MAX).unwrap());
    all.flatten().collect()
}

#[test]
fn a_replay_shows_what_reading_shows_from_wherever_it_begins() {
    let mut random = Random::seeded("replay");
    let (house, store) = (House::new(), MemoryStore::new());
    let (journal, mut writer) = house.open_store(store.clone()).unwrap();
    append(&mut writer, &mut random, 150);
    writer.begin_epoch(None).unwrap();
    append(&mut writer, &mut random, 60);
    writer.begin_epoch(None).unwrap();
    let slots = store.keys(Tree::Frames).len();
    assert!(slots > 1500, "there are {slots} slots: too few for several turns");
    let all = in_one_go(&journal);
    for from in [0, 1, all.len() / 3, all.len() / 2, all.len() - 1].map(|n| &all[n]) {
        let from = Place { epoch: from.epoch, sequence: from.sequence };
        let mut seen = Vec::new();
        let end = journal.replay(from, |stored| seen.push(stored)).unwrap();
        let expected = all.iter().filter(|one| (Place { epoch: one.epoch, sequence: one.sequence }) >= from);
        assert!(seen.iter().eq(expected), "from {from:?}");
        assert_eq!(end, journal.head().next());
    }
}

/// The threads come to damage in another order than that of the history; what is told is the first of it.
#[test]
fn a_replay_shows_everything_before_the_first_damage_and_names_it() {
    // Two slots a group, of 30 events and 10. 256 and 512 are places where turns end.
    for slot in [0, 1, 255, 256, 257, 300, 511, 512] {
        let (house, store) = (House::new(), MemoryStore::new());
        let (journal, mut writer) = house.open_store(store.clone()).unwrap();
        for _ in 0..500 {
            writer.append(group(writer.next(), &[200; 40])).unwrap();
        }
        let keys = store.keys(Tree::Frames);
        for damaged in [slot, 600, 900] {
            store.tamper(Tree::Frames, &keys[damaged], |mut value| {
                value[100] ^= 1;
                Some(value)
            });
        }
        let before = (slot / 2 * 40 + slot % 2 * 30) as u64;
        let mut seen = 0;
        let told = journal
            .replay(START, |stored| {
                assert_eq!(stored.sequence, seen);
                seen += 1;
            })
            .unwrap_err()
            .to_string();
        assert_eq!(seen, before, "slot {slot}: {told}");
        assert!(told.contains(&format!("sequence {before}")) && told.contains(&format!("slot {slot}:")), "{told}");
        assert!(told.contains("checksum"), "{told}");
    }
}
