//! What the tests of the journal share: events with a known form, stores, and the way to open them.

#![allow(dead_code, reason = "each test file uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use dossier_journal::{
    Frame, Journal, OpenError, OpenOptions, Peek, PeekError, Place, Record, SledStore, Store, Writer, open,
};
use dossier_proof::SigningKey;

pub(crate) const LOG: &str = "example.org/dossier/test";

/// Bytes of an event before its filling: epoch, sequence, entry.
pub(crate) const EVENT_HEAD: usize = 4 + 8 + 16;

/// An event of a known form: the place, the entry (all zero for none), and bytes that follow from the place.
pub(crate) fn event(place: Place, entry: u8, size: usize) -> Bytes {
    let mut event = Vec::with_capacity(size.max(EVENT_HEAD));
    event.extend_from_slice(&place.epoch.to_be_bytes());
    event.extend_from_slice(&place.sequence.to_be_bytes());
    event.extend_from_slice(&[entry; 16]);
    let mut noise = place.sequence.wrapping_mul(31) + u64::from(place.epoch) + 1;
    while event.len() < size {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        event.push((noise >> 56) as u8);
    }
    event.into()
}

pub(crate) fn peek(event: &[u8]) -> Result<Peek, PeekError> {
    if event.len() < EVENT_HEAD {
        return Err(PeekError("the event is too short".to_owned()));
    }
    let number = |from: usize, to: usize| event[from..to].iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let mut entry = [0; 16];
    entry.copy_from_slice(&event[12..28]);
    Ok(Peek { epoch: number(0, 4) as u32, sequence: number(4, 12), entry: Some(entry).filter(|entry| entry[0] != 0) })
}

/// A group of events for the places from `from` on, one of each size.
pub(crate) fn group(from: Place, sizes: &[usize]) -> Frame {
    let places = (from.sequence..).map(|sequence| Place { epoch: from.epoch, sequence });
    let records = places.zip(sizes).map(|(place, size)| record(place, *size, None));
    Frame { records: records.collect(), followed: Vec::new() }
}

pub(crate) fn record(place: Place, size: usize, beside: Option<usize>) -> Record {
    let beside = beside.map(|size| (0..size).map(|n| (n as u64 ^ place.sequence) as u8).collect::<Vec<_>>().into());
    Record { event: event(place, entry_of(place.sequence), size), beside }
}

/// Every fifth event concerns no entry; the others one of eleven.
pub(crate) const fn entry_of(sequence: u64) -> u8 {
    if sequence.is_multiple_of(5) { 0 } else { (sequence % 11) as u8 + 1 }
}

pub(crate) fn key() -> SigningKey {
    key_of(LOG, 7)
}

pub(crate) fn key_of(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, &[seed; 32]).unwrap()
}

/// A data directory.
pub(crate) struct House {
    directory: tempfile::TempDir,
}

impl House {
    pub(crate) fn new() -> Self {
        // Not in a memory file system where another is at hand: syncs should cost something.
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.root().join("journal")
    }

    pub(crate) fn anchors(&self) -> PathBuf {
        self.root().join("anchors")
    }

    pub(crate) fn options(&self) -> OpenOptions {
        OpenOptions::new(LOG, self.anchors(), key(), peek)
    }

    pub(crate) fn open(&self) -> Result<(Journal, Writer), OpenError> {
        open_at(self.root())
    }

    pub(crate) fn open_with(&self, change: impl FnOnce(&mut OpenOptions)) -> Result<(Journal, Writer), OpenError> {
        let mut options = self.options();
        change(&mut options);
        open(SledStore::open(self.journal())?, options)
    }

    pub(crate) fn open_store(&self, store: impl Store) -> Result<(Journal, Writer), OpenError> {
        open(store, self.options())
    }
}

/// Opens the journal of a data directory.
pub(crate) fn open_at(root: &Path) -> Result<(Journal, Writer), OpenError> {
    open(SledStore::open(root.join("journal"))?, OpenOptions::new(LOG, root.join("anchors"), key(), peek))
}

/// Copies a directory with everything in it.
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// All events of a journal, checked to be dense and to be the ones [`event`] makes.
pub(crate) fn all_events(journal: &Journal) -> u64 {
    let mut expected = Place { epoch: 0, sequence: 0 };
    let mut count = 0;
    let end = journal.replay(expected, |stored| {
        if stored.epoch != expected.epoch {
            expected = Place { epoch: stored.epoch, sequence: 0 };
        }
        assert_eq!(stored.place(), expected);
        assert_eq!(stored.event, event(expected, entry_of(expected.sequence), stored.event.len()));
        expected.sequence += 1;
        count += 1;
    });
    assert_eq!(end.unwrap(), journal.head().next());
    count
}

/// A small generator for tests that print their seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A seed from the environment (`JOURNAL_SEED`) or the clock, printed for the next time.
    pub(crate) fn seeded(what: &str) -> Self {
        let seed = std::env::var("JOURNAL_SEED").ok().and_then(|seed| seed.parse().ok());
        let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
        let seed = seed.unwrap_or(clock);
        println!("{what}: JOURNAL_SEED={seed}");
        Self(seed)
    }
}
