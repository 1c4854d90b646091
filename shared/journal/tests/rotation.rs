//! A journal takes other keys to sign with: what signs what, whatever is lost on the way, and who follows the keys in an export.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::fs;

use bytes::Bytes;
use dossier_journal::export::{ExportError, Readers, export, verify_export_from};
use dossier_journal::import::import;
use dossier_journal::{
    Frame, Journal, KeyTurn, MemoryStore, OpenError, OpenErrorKind, OpenOptions, Place, Record, Signers, SledStore,
    Writer, open,
};
use dossier_proof::{KeyHistory, LogProof, SigningKey, Stand, leaf_of_event};
use support::{EVENT_HEAD, House, LOG, event, group, key_of, peek};

const MARK: &[u8] = b"another key: ";

fn key(generation: u32) -> SigningKey {
    key_of(LOG, u8::try_from(generation).unwrap())
}

fn signers() -> Signers {
    Signers::generations(key(1), |generation| Some(key(generation)))
}

/// As services encode it: their own business.
fn turn(event: &[u8]) -> Option<KeyTurn> {
    let text = std::str::from_utf8(event.get(EVENT_HEAD..)?.strip_prefix(MARK)?).ok()?;
    let (former, verifier) = text.split_once(' ')?;
    Some(KeyTurn { former: former.to_owned(), verifier: verifier.to_owned() })
}

fn turning(place: Place, former: &SigningKey, next: &SigningKey) -> Bytes {
    let text = format!("{} {}", former.verifier(), next.verifier());
    [&event(place, 0, EVENT_HEAD), MARK, text.as_bytes()].concat().into()
}

fn options(house: &House) -> OpenOptions {
    OpenOptions { turn, ..OpenOptions::new(LOG, house.anchors(), signers(), peek) }
}

fn open_here(house: &House) -> (Journal, Writer) {
    open(SledStore::open(house.journal()).unwrap(), options(house)).unwrap()
}

fn frame(event: Bytes) -> Frame {
    Frame { records: vec![Record { event, beside: None }], followed: Vec::new() }
}

fn rotate(writer: &mut Writer, from: u32) {
    let event = turning(writer.next(), &key(from), &key(from + 1));
    writer.append(frame(event)).unwrap();
}

fn at(epoch: u32, size: u64) -> Stand {
    Stand { epoch, size }
}

/// Every checkpoint is signed with the key that signs there, and with no other.
fn signs_as_it_should(journal: &Journal, turns: &[(Stand, u32)]) {
    for (epoch, size) in journal.epochs() {
        for size in 0..=size {
            let due =
                turns.iter().filter(|(after, _)| *after < at(epoch, size)).map(|(_, generation)| *generation).max();
            let signed = journal.checkpoint_at(epoch, size).unwrap();
            signed.verify(&key(due.unwrap_or(1)).verifier()).unwrap_or_else(|error| panic!("{epoch}/{size}: {error}"));
            assert_eq!(journal.keys().verify(&signed).unwrap().0, at(epoch, size));
        }
    }
}

/// Two keys in a row, one in the middle of a group, one in the next epoch; opened again between them.
fn rotated(house: &House) -> Vec<(Stand, u32)> {
    let (_, mut writer) = open_here(house);
    writer.append(group(writer.next(), &[50; 5])).unwrap();
    rotate(&mut writer, 1);
    rotate(&mut writer, 2);
    drop(writer);
    let (_, mut writer) = open_here(house);
    let first = writer.next();
    let mut several = group(first, &[50; 3]);
    several.records[1].event = turning(Place { sequence: first.sequence + 1, ..first }, &key(3), &key(4));
    writer.append(several).unwrap();
    writer.begin_epoch(None).unwrap();
    writer.append(group(writer.next(), &[50; 2])).unwrap();
    rotate(&mut writer, 4);
    writer.append(group(writer.next(), &[50; 2])).unwrap();
    vec![(at(0, 6), 2), (at(0, 7), 3), (at(0, 9), 4), (at(1, 3), 5)]
}

#[test]
fn each_key_signs_its_stretch_also_after_the_next_opening() {
    let house = House::new();
    let turns = rotated(&house);
    for _ in 0..2 {
        let (journal, writer) = open_here(&house);
        signs_as_it_should(&journal, &turns);
        assert_eq!(journal.keys().generation(), 5);
        drop(writer);
    }
    let (journal, _writer) = open_here(&house);
    let proofs = journal.key_turns(0, 10).unwrap();
    assert_eq!(journal.key_turns(3, 10).unwrap(), proofs[3..]);
    let mut known = KeyHistory::from(key(1).verifier());
    for proof in &proofs {
        follow(&mut known, proof);
    }
    assert_eq!(known, journal.keys());
}

/// What a reader does with a proof.
fn follow(known: &mut KeyHistory, proof: &LogProof) {
    let (stand, _) = known.verify(proof.unverified()).unwrap();
    let origin = proof.unverified().unverified().origin.clone();
    proof.verify(leaf_of_event(proof.extra()), &origin, &[known.key_at(stand).clone()]).unwrap();
    let turn = turn(proof.extra()).unwrap();
    assert!(known.turn(stand, &turn.former, &turn.verifier).unwrap());
}

/// P1: whatever of the group a loss of power leaves, the journal opens and signs with the right key, and what is written next stands.
#[test]
fn a_crash_at_every_write_of_a_rotation_leaves_one_key_or_the_other() {
    let (mut with, mut without) = (0, 0);
    for survivors in 0.. {
        let (house, store) = (House::new(), MemoryStore::new());
        let (_, mut writer) = open(store.clone(), options(&house)).unwrap();
        writer.append(group(writer.next(), &[50; 5])).unwrap();
        let place = writer.next();
        let (mut stager, mut scribe, _syncer) = writer.into_stages().unwrap();
        let written = scribe.write(stager.stage(frame(turning(place, &key(1), &key(2)))).unwrap()).unwrap();
        if survivors > store.unsynced() {
            break;
        }
        let left = store.after_crash(survivors);
        drop(written);
        for opening in 0..2 {
            let (journal, mut writer) = open(left.clone(), options(&house)).unwrap();
            let size = journal.head().size - opening;
            let turns: &[_] = if size == 6 { &[(at(0, 6), 2)] } else { &[] };
            if opening == 0 {
                *(if size == 6 { &mut with } else { &mut without }) += 1;
                // Where it is not there, another event takes its place, and the note of it is no key.
                writer.append(group(writer.next(), &[50])).unwrap();
            }
            signs_as_it_should(&journal, turns);
        }
    }
    assert!(with > 0 && without > 1, "{with} with, {without} without");
}

#[test]
fn a_key_that_does_not_follow_is_refused_and_nothing_is_written() {
    let house = House::new();
    let (journal, mut writer) = open_here(&house);
    writer.append(group(writer.next(), &[50; 2])).unwrap();
    for (former, next) in
        [(key(1), key(3)), (key(2), key(3)), (key(1), key(1)), (key(1), key_of("example.org/other", 2))]
    {
        let event = turning(writer.next(), &former, &next);
        let refused = writer.append(frame(event)).unwrap_err().to_string();
        assert!(refused.contains("another key to sign with"), "{refused}");
    }
    assert_eq!((journal.head().size, journal.keys().generation()), (2, 1));
    // Another log's key is none of ours: a copy has such events.
    let (former, next) = (key_of("example.org/other", 1), key_of("example.org/other", 2));
    let event = turning(writer.next(), &former, &next);
    writer.append(frame(event)).unwrap();
    assert_eq!(journal.keys().generation(), 1);
}

#[test]
fn another_master_key_opens_nothing() {
    let house = House::new();
    rotated(&house);
    let refused = |signers: Signers| -> OpenError {
        let options = OpenOptions { key: signers, ..options(&house) };
        open(SledStore::open(house.journal()).unwrap(), options).map(drop).unwrap_err()
    };
    let other = Signers::generations(key(1), |generation| Some(key(generation + 1)));
    for signers in [other, key(1).into(), key(5).into()] {
        assert_eq!(refused(signers).kind(), OpenErrorKind::Foreign);
    }
}

#[test]
fn who_trusts_the_first_key_alone_verifies_an_export() {
    let house = House::new();
    let turns = rotated(&house);
    let (journal, _writer) = open_here(&house);
    let target = house.root().join("export");
    let summary = export(&journal, &target, |_| ()).unwrap();
    let readers = Readers { peek, turn };
    let verify = |trusted: &KeyHistory| verify_export_from(&target, trusted, readers, |_| ());
    let first = KeyHistory::from(key(1).verifier());
    assert_eq!(verify(&first).unwrap(), (summary, journal.keys()));
    assert_eq!(verify(&journal.keys().until(at(0, 7))).unwrap().1, journal.keys());
    assert_eq!(verify(&journal.keys()).unwrap().1, journal.keys());
    let untrusted = |trusted: &KeyHistory| matches!(verify(trusted), Err(ExportError::Untrusted { .. }));
    assert!(untrusted(&key(2).verifier().into()), "a later key is no first one");
    let mut invented = first.clone();
    invented.turn(at(0, 3), &key(1).verifier().to_string(), &key(9).verifier().to_string()).unwrap();
    assert!(untrusted(&invented), "a key that no event names");
    let mut more = journal.keys();
    more.turn(at(1, 4), &key(5).verifier().to_string(), &key(6).verifier().to_string()).unwrap();
    assert!(untrusted(&more), "a key that no event names, at the end");

    // The checkpoint that a former key signed last is what leads on: changed, missing, or of another, it leads nowhere.
    let last_of_first = target.join("checkpoint-0-6.txt");
    let signed = fs::read(&last_of_first).unwrap();
    fs::write(&last_of_first, journal.checkpoint_at(0, 7).unwrap().text()).unwrap();
    assert!(verify(&first).is_err());
    fs::remove_file(&last_of_first).unwrap();
    assert!(verify(&first).is_err());
    fs::write(&last_of_first, signed).unwrap();
    verify(&first).unwrap();

    let restored = House::new();
    let store = SledStore::open(restored.journal()).unwrap();
    drop(import(&target, store, options(&restored), |_| ()).unwrap());
    let (copy, _copy_writer) = open_here(&restored);
    signs_as_it_should(&copy, &turns);
}
