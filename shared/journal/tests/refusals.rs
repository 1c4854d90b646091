//! Journals that are not what they were: each is refused, with the right kind and a message that says what to do.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::fs;
use std::os::unix::fs::FileExt;

use dossier_journal::store::Tree;
use dossier_journal::{
    Frame, Journal, MemoryStore, MirrorHead, OpenError, OpenErrorKind, OpenOptions, Recovery, Stop, TrustedEdge,
    Verification, Verify, WriteError, Writer, open,
};
use dossier_proof::SigningKey;
use support::{House, LOG, Random, all_events, copy, group, key_of, peek};

fn fill(writer: &mut Writer, groups: usize) {
    for round in 0..groups {
        writer.append(group(writer.next(), &vec![60 + round * 37 % 500; 1 + round % 9])).unwrap();
    }
}

/// A journal with some events, closed.
fn made(groups: usize) -> House {
    let house = House::new();
    let (_, mut writer) = house.open().unwrap();
    fill(&mut writer, groups);
    house
}

#[track_caller]
fn refused(opened: Result<(Journal, Writer), OpenError>, kind: OpenErrorKind, words: &[&str]) {
    let error = opened.expect_err("the journal must be refused");
    assert_eq!(error.kind(), kind, "{error}");
    let text = error.to_string();
    for word in words {
        assert!(text.contains(word), "{word:?} is missing in: {text}");
    }
}

/// Cuts sled's file: everything from the place where `db` ended when `mark` was taken.
fn cut_file(house: &House, keep: u64) {
    let file = fs::OpenOptions::new().write(true).open(house.journal().join("db")).unwrap();
    file.set_len(keep).unwrap();
}

#[test]
fn a_truncated_journal_is_refused() {
    let house = House::new();
    let (_, mut writer) = house.open().unwrap();
    fill(&mut writer, 200);
    let keep = fs::metadata(house.journal().join("db")).unwrap().len();
    fill(&mut writer, 2000);
    drop(writer);
    let whole = fs::metadata(house.journal().join("db")).unwrap().len();
    assert!(whole > keep + 512 * 1024, "{whole} bytes, of which {keep} are kept");
    cut_file(&house, keep);
    refused(
        house.open(),
        OpenErrorKind::Truncated,
        &["cut short", "anchor", "Put journal/ and anchors/ of one backup back", "audit"],
    );
    refused(house.open(), OpenErrorKind::Truncated, &[]);
}

#[test]
fn a_journal_whose_files_are_gone_is_refused() {
    let house = made(50);
    fs::remove_dir_all(house.journal()).unwrap();
    refused(house.open(), OpenErrorKind::Truncated, &["ends before event 0 of epoch 0"]);
}

#[test]
fn a_journal_put_back_is_refused() {
    let house = made(50);
    copy(&house.journal(), &house.root().join("backup"));
    let (_, mut writer) = house.open().unwrap();
    fill(&mut writer, 5);
    drop(writer);
    fs::remove_dir_all(house.journal()).unwrap();
    copy(&house.root().join("backup"), &house.journal());
    refused(house.open(), OpenErrorKind::RolledBack, &["rolled back", "its anchor", "delete nothing"]);
}

#[test]
fn a_journal_put_back_together_with_its_anchor_is_refused_when_a_mirror_knows_more() {
    let house = made(50);
    copy(&house.journal(), &house.root().join("backup"));
    copy(&house.anchors(), &house.root().join("anchors-backup"));
    let (journal, mut writer) = house.open().unwrap();
    fill(&mut writer, 5);
    let head = journal.head();
    let mirror = MirrorHead { epoch: head.epoch, size: head.size, root: head.root };
    drop((journal, writer));
    for name in ["journal", "anchors"] {
        fs::remove_dir_all(house.root().join(name)).unwrap();
    }
    copy(&house.root().join("backup"), &house.journal());
    copy(&house.root().join("anchors-backup"), &house.anchors());
    drop(house.open().expect("alone it looks right"));
    let opened = house.open_with(|options| options.mirrors = vec![mirror]);
    refused(opened, OpenErrorKind::RolledBack, &["a mirror knows", "rolled back"]);
    let later = MirrorHead { epoch: 3, ..mirror };
    refused(house.open_with(|options| options.mirrors = vec![later]), OpenErrorKind::RolledBack, &["epoch 3"]);
}

#[test]
fn a_mirror_with_the_same_history_is_no_objection() {
    let house = House::new();
    let (journal, mut writer) = house.open().unwrap();
    let mut mirrors = Vec::new();
    for _ in 0..20 {
        fill(&mut writer, 10);
        let head = journal.head();
        mirrors.push(MirrorHead { epoch: head.epoch, size: head.size, root: head.root });
    }
    writer.begin_epoch(None).unwrap();
    drop((journal, writer));
    drop(house.open_with(|options| options.mirrors.clone_from(&mirrors)).unwrap());
    mirrors[7].root = mirrors[8].root;
    let (journal, writer) = house.open().unwrap();
    journal.compare("the stream", mirrors[6]).unwrap();
    assert_eq!(journal.compare("the stream", mirrors[7]).unwrap_err().kind(), OpenErrorKind::Forked);
    let ahead = MirrorHead { size: 100_000, ..mirrors[6] };
    assert_eq!(journal.compare("the stream", ahead).unwrap_err().kind(), OpenErrorKind::RolledBack);
    drop((journal, writer));
    let opened = house.open_with(|options| options.mirrors.clone_from(&mirrors));
    refused(opened, OpenErrorKind::Forked, &["another history", "a mirror", "Keep both"]);
}

#[test]
fn a_loss_can_be_accepted_and_a_new_epoch_names_it() {
    let house = made(50);
    copy(&house.journal(), &house.root().join("backup"));
    let (journal, mut writer) = house.open().unwrap();
    fill(&mut writer, 5);
    let head = journal.head();
    let lost = MirrorHead { epoch: head.epoch, size: head.size, root: head.root };
    drop((journal, writer));
    fs::remove_dir_all(house.journal()).unwrap();
    copy(&house.root().join("backup"), &house.journal());
    let accept = |options: &mut OpenOptions| {
        options.recovery = Recovery::NewEpoch;
        options.mirrors = vec![lost];
    };
    {
        let (journal, mut writer) = house.open_with(accept).unwrap();
        let early = writer.append(group(writer.next(), &[50]));
        assert!(matches!(early, Err(WriteError::Stopped(stop)) if matches!(*stop, Stop::EpochNotBegun)));
        assert!(all_events(&journal) < head.size);
    }
    refused(house.open(), OpenErrorKind::RolledBack, &[]);
    let (journal, mut writer) = house.open_with(accept).unwrap();
    let kept = journal.head().size;
    // What was lost need not be said again.
    assert_eq!(writer.begin_epoch(None).unwrap(), 1);
    fill(&mut writer, 3);
    drop((journal, writer));
    // From now on it opens by itself, and the mirror's memory of the lost events is no objection.
    let (journal, _writer) = house.open_with(|options| options.mirrors = vec![lost]).unwrap();
    assert_eq!(journal.epochs()[0], (0, kept));
    assert_eq!(journal.head().epoch, 1);
}

#[test]
fn foreign_journals_and_keys_are_refused() {
    let house = made(20);
    let open_as = |log: &str, key: SigningKey| {
        house.open_with(|options| (options.log, options.key) = (log.to_owned(), key.into()))
    };
    refused(
        open_as("example.org/other", key_of(LOG, 7)),
        OpenErrorKind::Foreign,
        &["is not the journal of example.org/other", LOG],
    );
    refused(open_as(LOG, key_of(LOG, 8)), OpenErrorKind::Foreign, &["not signed with our key", "configuration"]);
    // Another service's anchor.
    let other = House::new();
    let mut options = other.options();
    options.log = "example.org/other".to_owned();
    drop(open(MemoryStore::new(), options).unwrap());
    let own = house.root().join("own-anchors");
    fs::rename(house.anchors(), &own).unwrap();
    copy(&other.anchors(), &house.anchors());
    refused(house.open(), OpenErrorKind::Foreign, &["its anchor is of the log example.org/other/0"]);
    fs::remove_dir_all(house.anchors()).unwrap();
    fs::rename(own, house.anchors()).unwrap();
    let opened = house.open_with(|options| {
        (options.key, options.former_keys) = (key_of(LOG, 8).into(), vec![key_of(LOG, 7).verifier()]);
    });
    drop(opened.expect("a key that was replaced is ours too"));
}

/// Another journal of the same service, such as one from a test system with the same key.
#[test]
fn another_journal_of_the_same_name_is_refused() {
    let house = made(50);
    let other = House::new();
    let (_, mut writer) = other.open().unwrap();
    for _ in 0..400 {
        writer.append(group(writer.next(), &[77])).unwrap();
    }
    drop(writer);
    drop(other.open().unwrap());
    fs::remove_dir_all(house.journal()).unwrap();
    copy(&other.journal(), &house.journal());
    refused(house.open(), OpenErrorKind::Forked, &["another history", "its anchor"]);
}

#[test]
fn a_journal_without_its_anchor_is_refused() {
    let house = made(20);
    let anchor = house.anchors().join("head");
    let whole = fs::read(&anchor).unwrap();
    fs::remove_file(&anchor).unwrap();
    refused(house.open(), OpenErrorKind::AnchorLost, &["no readable anchor", "there is none", "Put anchors/ back"]);
    fs::write(&anchor, vec![0x5a; whole.len()]).unwrap();
    refused(house.open(), OpenErrorKind::AnchorLost, &["both copies in it are damaged"]);
    fs::write(&anchor, &whole).unwrap();
    drop(house.open().unwrap());
}

#[test]
fn a_journal_that_is_open_is_refused() {
    let house = made(5);
    let _open = house.open().unwrap();
    refused(house.open(), OpenErrorKind::Busy, &["open in another process"]);
}

#[test]
fn a_snapshot_of_another_history_is_refused() {
    let house = made(30);
    let other = House::new();
    let (_, mut writer) = other.open().unwrap();
    writer.append(group(writer.next(), &[77; 20])).unwrap();
    let edge = TrustedEdge { epoch: 0, size: 20, frontier: writer.frontier().hashes() };
    let opened = house.open_with(|options| options.verify = Verify::Since(edge.clone()));
    refused(opened, OpenErrorKind::SnapshotDiffers, &["Remove snapshots/", "rebuilt from the journal"]);
    let malformed = TrustedEdge { frontier: Vec::new(), ..edge };
    let opened = house.open_with(|options| options.verify = Verify::Since(malformed));
    refused(opened, OpenErrorKind::SnapshotDiffers, &[]);
    let ahead = TrustedEdge { epoch: 0, size: 1 << 30, frontier: Vec::new() };
    let opened = house.open_with(|options| options.verify = Verify::Since(ahead));
    refused(opened, OpenErrorKind::RolledBack, &["the snapshot knows"]);
}

/// Flips bits all over sled's file, one at a time. Where it matters the journal is refused; where sled keeps nothing
/// of importance it opens with every event as it was. Nothing in between.
#[test]
fn a_flipped_bit_is_refused_or_does_not_matter() {
    let house = made(1500);
    let total = all_events(&house.open().unwrap().0);
    let mut random = Random::seeded("a flipped bit");
    let pristine = house.root().join("pristine");
    copy(&house.journal(), &pristine);
    let anchors = house.root().join("pristine-anchors");
    copy(&house.anchors(), &anchors);
    let length = fs::metadata(pristine.join("db")).unwrap().len();
    let mut kinds = Vec::new();
    for _ in 0..60 {
        fs::remove_dir_all(house.journal()).unwrap();
        fs::remove_dir_all(house.anchors()).unwrap();
        copy(&pristine, &house.journal());
        copy(&anchors, &house.anchors());
        let at = random.below(length);
        flip(&house.journal().join("db"), at, 1 << random.below(8));
        match house.open() {
            Ok((journal, _writer)) => assert_eq!(all_events(&journal), total, "byte {at}"),
            Err(error) => {
                let expected = [
                    OpenErrorKind::Damaged,
                    OpenErrorKind::Truncated,
                    OpenErrorKind::RolledBack,
                    OpenErrorKind::StoreRefused,
                ];
                assert!(expected.contains(&error.kind()), "byte {at}: {error}");
                kinds.push(error.kind());
            }
        }
    }
    assert!(kinds.len() > 10, "only {kinds:?} were refused: the flips miss the events");
}

fn flip(path: &std::path::Path, at: u64, mask: u8) {
    let file = fs::OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).unwrap();
    file.write_all_at(&[byte[0] ^ mask], at).unwrap();
}

/// Damage that gets past sled's own checksums, placed exactly.
#[test]
fn damage_inside_the_history_names_its_place() {
    let frames = |store: &MemoryStore| store.keys(Tree::Frames);
    let check = |damage: &dyn Fn(&MemoryStore), words: &[&str]| {
        let house = House::new();
        let store = MemoryStore::new();
        let (journal, mut writer) = house.open_store(store.clone()).unwrap();
        for _ in 0..100 {
            writer.append(group(writer.next(), &[200; 40])).unwrap();
        }
        drop((journal, writer));
        damage(&store);
        refused(house.open_store(store), OpenErrorKind::Damaged, words);
    };
    // Two slots a group: 30 events and 10.
    let flip_at = |slot: usize, byte: usize| {
        move |store: &MemoryStore| {
            store.tamper(Tree::Frames, &frames(store)[slot], |mut value| {
                value[byte] ^= 1;
                Some(value)
            });
        }
    };
    check(&flip_at(6, 100), &["epoch 0, sequence 120", "checksum", "of one backup"]);
    check(&flip_at(7, 100), &["epoch 0, sequence 150"]);
    let take_away = |store: &MemoryStore| store.tamper(Tree::Frames, &frames(store)[20], |_| None);
    check(&take_away, &["epoch 0, sequence 400", "missing"]);
    let empty = |store: &MemoryStore| {
        store.tamper(Tree::Frames, &frames(store)[21], |mut value| {
            value.clear();
            Some(value)
        });
    };
    check(&empty, &["epoch 0, sequence 430", "empty"]);
    let swap = |store: &MemoryStore| {
        let keys = frames(store);
        let (mut one, mut other) = (Vec::new(), Vec::new());
        store.tamper(Tree::Frames, &keys[30], |value| {
            one.clone_from(&value);
            Some(value)
        });
        store.tamper(Tree::Frames, &keys[32], |value| {
            other.clone_from(&value);
            Some(value)
        });
        store.tamper(Tree::Frames, &keys[30], |_| Some(other));
        store.tamper(Tree::Frames, &keys[32], |_| Some(one));
    };
    check(&swap, &["epoch 0, sequence 600", "checksum"]);
    let tile = |store: &MemoryStore| store.tamper(Tree::Tiles, &store.keys(Tree::Tiles)[0], |_| None);
    check(&tile, &["epoch 0, sequence 0", "tile 0 of level 0"]);
}

/// An attacker who may write to the store makes a journal that is right in itself; the anchor tells. Seen in Wagtail: an audit row
/// is rewritten with one UPDATE and nothing notices.
#[test]
fn a_rewritten_history_is_refused() {
    let house = made(0);
    let other = House::new();
    let (ours, theirs) = (MemoryStore::new(), MemoryStore::new());
    for (home, store, size) in [(&house, &ours, 100), (&other, &theirs, 101)] {
        let (_, mut writer) = home.open_store(store.clone()).unwrap();
        writer.append(group(writer.next(), &[size; 600])).unwrap();
    }
    refused(house.open_store(theirs), OpenErrorKind::Forked, &["another history", "its anchor"]);
    drop(house.open_store(ours).unwrap());
}

#[test]
fn damage_found_behind_the_snapshot_stops_the_journal() {
    let house = House::new();
    let store = MemoryStore::new();
    let (journal, mut writer) = house.open_store(store.clone()).unwrap();
    // Enough slots for a mark: what lies before it is not looked at to find the end.
    for _ in 0..200 {
        writer.append(group(writer.next(), &[200; 40])).unwrap();
    }
    let edge = TrustedEdge { epoch: 0, size: 8000, frontier: writer.frontier().hashes() };
    writer.append(group(writer.next(), &[200; 40])).unwrap();
    drop((journal, writer));
    store.tamper(Tree::Frames, &store.keys(Tree::Frames)[10], |mut value| {
        value[50] ^= 1;
        Some(value)
    });
    let mut options = house.options();
    options.verify = Verify::Since(edge);
    let (journal, mut writer) = open(store, options).expect("the damage lies before the snapshot");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while matches!(journal.verification(), Verification::Running { .. }) {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
    assert!(
        matches!(journal.verification(), Verification::Damaged(damage) if (damage.epoch, damage.sequence) == (0, 200))
    );
    let refused = writer.append(group(writer.next(), &[100]));
    assert!(matches!(refused, Err(WriteError::Stopped(stop)) if matches!(*stop, Stop::Damaged(_))));
    assert!(journal.of_entry([1; 16]).is_err());
    assert!(journal.replay(dossier_journal::Place { epoch: 0, sequence: 0 }, |_| ()).is_err());
}

#[test]
fn an_event_of_another_place_in_the_store_is_damage() {
    // The peek function of one who changes the encoding of events: nothing fits any more.
    let house = made(10);
    let opened = house.open_with(|options| {
        options.peek =
            |event| peek(event).map(|peeked| dossier_journal::Peek { sequence: peeked.sequence + 1, ..peeked });
    });
    refused(opened, OpenErrorKind::Damaged, &["epoch 0, sequence 0", "the event says it is sequence 1"]);
}

/// The anchor follows within 10 ms when nothing is appended; this waits longer before it says that it does not.
#[test]
fn an_idle_journal_is_anchored_by_itself() {
    let house = House::new();
    let (journal, mut writer) = house.open().unwrap();
    fill(&mut writer, 3);
    let size = journal.head().size;
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(5);
    // Line 2 of the checkpoint is the size.
    while !String::from_utf8_lossy(&fs::read(house.anchors().join("head")).unwrap()).contains(&format!("\n{size}\n")) {
        assert!(std::time::Instant::now() < deadline, "the anchor does not follow");
        std::thread::yield_now();
    }
    // A machine that stops now loses nothing, and a journal that is put back is noticed.
    let stopped = House::new();
    copy(house.root(), stopped.root());
    assert_eq!(stopped.open().unwrap().0.head(), journal.head());
}

#[test]
fn exit_codes_are_stable() {
    use OpenErrorKind as Kind;
    let kinds = [
        Kind::Truncated,
        Kind::RolledBack,
        Kind::Damaged,
        Kind::Forked,
        Kind::Foreign,
        Kind::AnchorLost,
        Kind::SnapshotDiffers,
        Kind::Busy,
        Kind::StoreRefused,
        Kind::Io,
        Kind::Options,
    ];
    assert_eq!(kinds.map(OpenErrorKind::exit_code), [80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90]);
}

#[test]
fn a_log_name_that_fits_no_checkpoint_is_refused() {
    for log in ["", "two words", &"x".repeat(241)] {
        let house = House::new();
        let opened = house.open_with(|options| options.log = log.to_owned());
        refused(opened, OpenErrorKind::Options, &["log name"]);
    }
    let house = House::new();
    assert!(house.open_with(|options| options.log = "x".repeat(240)).unwrap().1.append(Frame::default()).is_err());
}
