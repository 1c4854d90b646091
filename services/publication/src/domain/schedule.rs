//! Editions that wait for their time, found by entry and by time.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{EntryId, Micros, Place};
use serde::{Deserialize, Serialize};

use super::Waiting;

/// An edition that waits for its time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scheduled {
    /// What waits.
    pub waiting: Waiting,
    /// When it is published.
    pub at: Micros,
    /// Our event that set this time: its sequence is the version a publisher names when changing it.
    pub set: Place,
}

impl Scheduled {
    /// The version for `If-Match`. It is never that of another time or another content of the entry.
    pub const fn version(&self) -> u64 {
        self.set.sequence
    }

    /// The moment before which nothing of it may be public.
    pub fn not_before(&self) -> Micros {
        self.waiting.not_before.unwrap_or(Micros(i64::MIN))
    }
}

/// All that wait for a time: of each entry one at most, because a later approval takes the place of an earlier one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    of_entry: BTreeMap<EntryId, Scheduled>,
    /// The same by time, so that the next one is found without looking at all.
    by_time: BTreeSet<(Micros, EntryId)>,
}

impl Schedule {
    /// What waits of an entry.
    pub fn get(&self, entry: EntryId) -> Option<&Scheduled> {
        self.of_entry.get(&entry)
    }

    /// All of them, the next one first.
    pub fn by_time(&self) -> impl Iterator<Item = &Scheduled> {
        self.by_time.iter().filter_map(|(_, entry)| self.of_entry.get(entry))
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Micros> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.of_entry.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.of_entry.is_empty()
    }

    pub(super) fn put(&mut self, scheduled: Scheduled) {
        let (entry, at) = (scheduled.waiting.entry, scheduled.at);
        self.remove(entry);
        self.of_entry.insert(entry, scheduled);
        self.by_time.insert((at, entry));
    }

    pub(super) fn remove(&mut self, entry: EntryId) -> Option<Scheduled> {
        let scheduled = self.of_entry.remove(&entry)?;
        self.by_time.remove(&(scheduled.at, entry));
        Some(scheduled)
    }
}
