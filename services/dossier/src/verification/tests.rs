//! Reading exports and comparing copies, over journals of many events.

use std::path::Path;

use bytes::Bytes;
use dossier_journal::{
    Frame, Journal, MemoryStore, OpenOptions, Peek, PeekError, Place, Record, Writer, export::export,
};
use dossier_proof::SigningKey;
use dossier_proto::Origin;

use super::{DoubtKind, ExportedJournal, Source, compare_copy};

/// Places, and a byte that tells one history from another.
fn event(place: Place, flavour: u8) -> Bytes {
    let filling = vec![flavour; place.sequence as usize % 40];
    [&place.epoch.to_be_bytes()[..], &place.sequence.to_be_bytes(), &[flavour], &filling].concat().into()
}

fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    let number = |bytes: &[u8]| bytes.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (epoch, sequence) = (number(&event[..4]) as u32, number(&event[4..12]));
    Ok(Peek { epoch, sequence, entry: None })
}

fn open(anchors: &Path) -> (Journal, Writer) {
    let key = SigningKey::from_seed("example.org/submission", &[7; 32]).unwrap();
    dossier_journal::open(MemoryStore::new(), OpenOptions::new("example.org/submission", anchors, key, peek)).unwrap()
}

/// Appends events in groups of seven; every fifth has something beside it.
fn append(writer: &mut Writer, count: u64, flavour: impl Fn(u64) -> u8) {
    let from = writer.next();
    let places: Vec<_> = (from.sequence..from.sequence + count).map(|sequence| Place { sequence, ..from }).collect();
    for group in places.chunks(7) {
        let record = |place: &Place| Record {
            event: event(*place, flavour(place.sequence)),
            beside: place.sequence.is_multiple_of(5).then(|| event(*place, 0xbe)),
        };
        let records = group.iter().map(record).collect();
        writer.append(Frame { records, followed: Vec::new() }).unwrap();
    }
}

#[test]
fn an_export_reads_as_the_journal_does() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, mut writer) = open(&directory.path().join("anchors"));
    append(&mut writer, 1_000, |_| 1);
    writer.begin_epoch(None).unwrap();
    append(&mut writer, 300, |_| 2);
    let to = directory.path().join("export");
    export(&journal, &to, |_| {}).unwrap();
    let exported = ExportedJournal::open(&to).unwrap();
    assert_eq!(exported.epochs(), [(0, 1_000), (1, 300)]);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    assert_eq!(exported.visit(&mut |prepared| ours.push(prepared.stored)), []);
    assert_eq!(Source::visit(&journal, &mut |prepared| theirs.push(prepared.stored)), []);
    assert_eq!(ours, theirs);
    for stored in theirs {
        assert_eq!(exported.get(stored.place()).unwrap(), Some(stored));
    }
    for (epoch, sequence) in [(0, 1_000), (1, 300), (2, 0)] {
        assert_eq!(exported.get(Place { epoch, sequence }).unwrap(), None);
    }
}

fn visit_ok(exported: &ExportedJournal) -> bool {
    exported.visit(&mut |_| {}).is_empty()
}

#[test]
fn an_event_file_that_was_cut_or_is_missing_is_told_where() {
    let directory = tempfile::tempdir().unwrap();
    let (journal, mut writer) = open(&directory.path().join("anchors"));
    append(&mut writer, 20, |_| 1);
    let to = directory.path().join("export");
    export(&journal, &to, |_| {}).unwrap();
    assert!(visit_ok(&ExportedJournal::open(&to).unwrap()));
    let file = to.join("events-0-0.bin");
    let whole = std::fs::read(&file).unwrap();
    for kept in [whole.len() - 1, whole.len() / 2, 19, 0] {
        std::fs::write(&file, &whole[..kept]).unwrap();
        let opened = ExportedJournal::open(&to);
        // A cut between two events gives fewer events: that is for who knows how many there should be.
        assert!(opened.as_ref().map_or(true, |exported| exported.epochs() != [(0, 20)]), "{kept} bytes kept");
        assert!(opened.err().is_none_or(|error| error.contains("events-0-0.bin")));
    }
    std::fs::rename(&file, to.join("events-0-7.bin")).unwrap();
    assert!(ExportedJournal::open(&to).err().unwrap().contains("event 0 should come first"));
}

#[test]
fn the_first_event_in_which_a_copy_differs_is_found() {
    let directory = tempfile::tempdir().unwrap();
    let made = |name: &str, count: u64, differs_at: Option<u64>| {
        let (journal, mut writer) = open(&directory.path().join(name));
        append(&mut writer, count, |sequence| if differs_at.is_some_and(|at| sequence >= at) { 2 } else { 1 });
        journal
    };
    let original = made("original", 600, None);
    let compared = |copy: &Journal| {
        let doubt = compare_copy(Origin::Submission, &original, copy, &[]).unwrap();
        doubt.map(|doubt| (doubt.kind, doubt.at.unwrap().sequence))
    };
    assert_eq!(compared(&made("equal", 600, None)), None);
    assert_eq!(compared(&made("shorter", 411, None)), None, "a copy may be behind");
    assert_eq!(compared(&made("nothing", 0, None)), None);
    for at in [0, 1, 255, 256, 257, 410, 599] {
        let copy = made(&format!("differs at {at}"), 600, Some(at));
        assert_eq!(compared(&copy), Some((DoubtKind::CopyDiffers, at)));
    }
    assert_eq!(compared(&made("longer", 601, None)), Some((DoubtKind::CopyIsLonger, 600)));
    assert_eq!(compared(&made("longer and other", 700, Some(3))), Some((DoubtKind::CopyDiffers, 3)));
}
