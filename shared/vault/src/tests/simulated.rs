//! A disk in memory that knows what was synced: it can lose the rest, tear it, and fail on demand.

use std::{
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
};

use crate::{VaultError, disk::Disk};

const SECTOR: usize = 512;

/// SplitMix64: small, seeded, good enough to choose by.
pub(super) struct Chance(u64);

impl Chance {
    /// From `DOSSIER_SEED`, or new; printed, so that a failure can be looked at again.
    pub(super) fn seeded() -> Self {
        let seed = match std::env::var("DOSSIER_SEED") {
            Ok(text) => text.parse().expect("DOSSIER_SEED is a number"),
            Err(_) => getrandom::u64().unwrap(),
        };
        println!("DOSSIER_SEED={seed}");
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// What was done to the disk, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Done {
    Added { file: usize },
    Wrote { file: usize, offset: usize, bytes: Vec<u8> },
    Synced { file: usize },
}

/// A file of zeros; the vectors end with what was last written.
#[derive(Clone, Default)]
struct SlotFile {
    now: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<(usize, Vec<u8>)>,
}

#[derive(Default)]
struct State {
    header: Option<Vec<u8>>,
    files: Vec<SlotFile>,
    done: Vec<Done>,
    /// Changes of the disk that still succeed; then all fail.
    budget: Option<usize>,
}

#[derive(Clone, Default)]
pub(super) struct Simulated(Arc<Mutex<State>>);

/// What becomes of writes that were not synced when the power goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsynced {
    Lost,
    Kept,
    /// Each sector by chance: lost, kept, or torn at a word.
    Mixed,
}

impl Simulated {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// After so many more changes every change fails.
    pub(super) fn fail_after(&self, changes: usize) {
        self.state().budget = Some(changes);
    }

    pub(super) fn done(&self) -> Vec<Done> {
        self.state().done.clone()
    }

    /// The bytes of a file up to the last one ever written; none when there is no such file.
    pub(super) fn bytes(&self, file: usize) -> Vec<u8> {
        self.state().files.get(file).map(|file| file.now.clone()).unwrap_or_default()
    }

    /// Changes bytes behind the back of the vault.
    pub(super) fn damage(&self, file: usize, offset: usize, change: impl FnOnce(&mut [u8])) {
        let mut state = self.state();
        change(&mut state.files[file].now[offset..]);
        state.files[file].durable = state.files[file].now.clone();
    }

    /// The disk as it is found after a loss of power.
    pub(super) fn after_power_loss(&self, unsynced: Unsynced, chance: &mut Chance) -> Self {
        let state = self.state();
        let files = state.files.iter().map(|file| file.after_power_loss(unsynced, chance)).collect();
        let header = state.header.clone();
        Self(Arc::new(Mutex::new(State { header, files, ..State::default() })))
    }
}

fn put(into: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    into.resize(into.len().max(end), 0);
    into[offset..end].copy_from_slice(bytes);
}

impl SlotFile {
    fn after_power_loss(&self, unsynced: Unsynced, chance: &mut Chance) -> Self {
        let mut found = self.durable.clone();
        for (offset, bytes) in &self.unsynced {
            let mut at = 0;
            while at < bytes.len() {
                let end = bytes.len().min(at + SECTOR - (offset + at) % SECTOR);
                let kept = match (unsynced, chance.below(4)) {
                    (Unsynced::Lost, _) | (Unsynced::Mixed, 0) => at..at,
                    (Unsynced::Kept, _) | (Unsynced::Mixed, 1) => at..end,
                    (Unsynced::Mixed, 2) => at..at + chance.below((end - at) / 8 + 1) * 8,
                    (Unsynced::Mixed, _) => at + chance.below((end - at) / 8 + 1) * 8..end,
                };
                put(&mut found, offset + kept.start, &bytes[kept]);
                at = end;
            }
        }
        Self { now: found.clone(), durable: found, unsynced: Vec::new() }
    }
}

impl State {
    fn change(&mut self) -> Result<(), VaultError> {
        match &mut self.budget {
            None => Ok(()),
            Some(0) => Err(VaultError::Disk {
                what: "simulating",
                path: "a failure".into(),
                source: io::Error::from_raw_os_error(5),
            }),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
        }
    }
}

impl Disk for Simulated {
    fn header(&self) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.state().header.clone())
    }

    fn make_header(&self, bytes: &[u8]) -> Result<(), VaultError> {
        let mut state = self.state();
        state.change()?;
        state.header = Some(bytes.to_vec());
        Ok(())
    }

    fn files(&self) -> usize {
        self.state().files.len()
    }

    fn add_file(&self) -> Result<(), VaultError> {
        let mut state = self.state();
        state.change()?;
        let file = state.files.len();
        state.done.push(Done::Added { file });
        state.files.push(SlotFile::default());
        Ok(())
    }

    fn read(&self, file: usize, offset: usize, into: &mut [u8]) -> Result<(), VaultError> {
        let state = self.state();
        let there = state.files[file].now.get(offset..).unwrap_or_default();
        let length = there.len().min(into.len());
        into.fill(0);
        into[..length].copy_from_slice(&there[..length]);
        Ok(())
    }

    fn write(&self, file: usize, offset: usize, bytes: &[u8]) -> Result<(), VaultError> {
        let mut state = self.state();
        let changed = state.change();
        // A write that fails may still have arrived.
        let there = &mut state.files[file];
        put(&mut there.now, offset, bytes);
        there.unsynced.push((offset, bytes.to_vec()));
        changed?;
        state.done.push(Done::Wrote { file, offset, bytes: bytes.to_vec() });
        Ok(())
    }

    fn sync(&self, file: usize) -> Result<(), VaultError> {
        let mut state = self.state();
        state.change()?;
        let there = &mut state.files[file];
        for (offset, bytes) in std::mem::take(&mut there.unsynced) {
            put(&mut there.durable, offset, &bytes);
        }
        state.done.push(Done::Synced { file });
        Ok(())
    }

    fn directory(&self) -> &Path {
        Path::new("simulated")
    }
}
