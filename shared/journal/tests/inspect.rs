//! Looking at a journal without taking it over, and replaying it with something made of each event.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use dossier_journal::{
    Damage, DamageKind, Journal, OpenErrorKind, Place, ReadError, SledStore, TreeCheck, Writer, inspect,
};
use dossier_proof::leaf_of_event;
use support::{House, copy, group};

fn fill(writer: &mut Writer, groups: usize) {
    for round in 0..groups {
        writer.append(group(writer.next(), &vec![60 + round * 37 % 9_000; 1 + round % 9])).unwrap();
    }
}

/// Every file below a directory, with what is in it.
fn files(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let items = fs::read_dir(directory).unwrap().map(|item| item.unwrap().path());
    items.filter(|path| path.is_file()).map(|path| (path.display().to_string(), fs::read(&path).unwrap())).collect()
}

fn looked_at(house: &House) -> dossier_journal::Inspection {
    inspect(SledStore::open(house.journal()).unwrap(), house.options()).unwrap()
}

/// Holds all events against the tree, and gives the first damage.
fn checked(journal: &Journal) -> Option<Damage> {
    let mut tree = TreeCheck::new(journal);
    let mut first = None;
    let start = Place { epoch: 0, sequence: 0 };
    let read = journal.replay_with(
        start,
        |stored| (stored.epoch, leaf_of_event(&stored.event)),
        |(epoch, leaf)| {
            if let Err(ReadError::Damaged(damage)) = tree.take(epoch, leaf) {
                first.get_or_insert(damage);
            }
        },
    );
    read.unwrap();
    if let Err(ReadError::Damaged(damage)) = tree.finish() {
        first.get_or_insert(damage);
    }
    first
}

#[test]
fn looking_writes_nothing_and_shows_what_opening_shows() {
    let house = House::new();
    let (journal, mut writer) = house.open().unwrap();
    fill(&mut writer, 400);
    writer.begin_epoch(None).unwrap();
    fill(&mut writer, 60);
    let (head, epochs) = (journal.head(), journal.epochs());
    drop((journal, writer));
    let anchors = files(&house.anchors());
    let inspection = looked_at(&house);
    assert!(inspection.refusals.is_empty(), "{:?}", inspection.refusals);
    assert_eq!((inspection.journal.head(), inspection.journal.epochs()), (head, epochs));
    let anchor = inspection.anchor.unwrap();
    assert_eq!((anchor.epoch, anchor.size, anchor.root), (head.epoch, head.size, head.root));
    assert_eq!(checked(&inspection.journal), None);
    assert!(inspection.journal.of_entry([3; 16]).is_err(), "it has no index, and says so");
    drop(inspection);
    assert_eq!(files(&house.anchors()), anchors, "the anchor stays as it is");
    // No opening was counted: an anchor of a later one would make this a rolled back journal.
    house.open().unwrap();
}

#[test]
fn what_is_made_of_events_comes_in_their_order_from_any_place_on() {
    let house = House::new();
    let (journal, mut writer) = house.open().unwrap();
    fill(&mut writer, 900);
    writer.begin_epoch(None).unwrap();
    fill(&mut writer, 100);
    let last = journal.head();
    for from in [(0, 0), (0, 1), (0, 1_777), (1, 0), (1, 40), (last.epoch, last.size)] {
        let from = Place { epoch: from.0, sequence: from.1 };
        let (mut plain, mut prepared) = (Vec::new(), Vec::new());
        let end = journal.replay(from, |stored| plain.push((stored.place(), stored.event.len()))).unwrap();
        let same = journal.replay_with(from, |stored| (stored.place(), stored.event.len()), |one| prepared.push(one));
        assert_eq!(same.unwrap(), end);
        assert_eq!(prepared, plain, "from {from:?}");
    }
}

#[test]
fn a_journal_put_back_is_told_and_can_still_be_read() {
    let house = House::new();
    let (_, mut writer) = house.open().unwrap();
    fill(&mut writer, 50);
    let kept = writer.next();
    drop(writer);
    copy(&house.journal(), &house.root().join("backup"));
    let (_, mut writer) = house.open().unwrap();
    fill(&mut writer, 50);
    drop(writer);
    fs::remove_dir_all(house.journal()).unwrap();
    copy(&house.root().join("backup"), &house.journal());
    let inspection = looked_at(&house);
    let kinds: Vec<_> = inspection.refusals.iter().map(dossier_journal::OpenError::kind).collect();
    assert_eq!(kinds, [OpenErrorKind::RolledBack]);
    assert_eq!(inspection.journal.head().next(), kept);
    assert_eq!(checked(&inspection.journal), None, "what is there of it holds");
}

#[test]
fn the_first_event_that_is_not_the_one_in_the_tree_is_named() {
    let house = House::new();
    let (journal, mut writer) = house.open().unwrap();
    fill(&mut writer, 500);
    let altered = 700;
    let mut tree = TreeCheck::new(&journal);
    let mut first = None;
    journal
        .replay(Place { epoch: 0, sequence: 0 }, |stored| {
            let mut bytes = stored.event.to_vec();
            if stored.sequence == altered {
                bytes[40] ^= 1;
            }
            if let Err(ReadError::Damaged(damage)) = tree.take(0, leaf_of_event(&bytes)) {
                first.get_or_insert(damage);
            }
        })
        .unwrap();
    let damage = first.unwrap();
    assert_eq!((damage.sequence, damage.kind), (altered, DamageKind::Altered), "{damage}");
}
