//! Which events concern an entry: an index in memory, made when the journal is opened.
//!
//! Each event holds the number of the event before it of the same entry (5 bytes); a map holds the last one of each entry
//! (about 40 bytes an entry). At six events an entry that is 12 bytes an event, of which the chain is 5. Events that concern no entry
//! are chained to each other, so that they are found without reading the others.
//!
//! The part before a snapshot is filled in the background; whoever asks before that is done waits.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};

/// Bytes of a number in the chain: 2^40 events.
const LINK_BYTES: usize = 5;
/// No event before.
const NONE: u64 = (1 << (8 * LINK_BYTES)) - 1;

/// The events of a stretch of the journal, chained by entry.
#[derive(Debug, Default)]
pub(crate) struct Chains {
    /// The ordinal of the first event of the stretch.
    base: u64,
    previous: Vec<[u8; LINK_BYTES]>,
    last: HashMap<[u8; 16], u64>,
    /// The last event that concerns no entry.
    last_alone: Option<u64>,
}

impl Chains {
    /// An empty stretch that begins at this ordinal (events counted over all epochs).
    pub(crate) fn from(base: u64) -> Self {
        Self { base, ..Self::default() }
    }

    /// Adds the next event.
    pub(crate) fn push(&mut self, entry: Option<[u8; 16]>) {
        let own = self.previous.len() as u64;
        let before = match entry {
            Some(entry) => self.last.insert(entry, own),
            None => self.last_alone.replace(own),
        };
        let before = before.unwrap_or(NONE);
        let bytes = before.to_le_bytes();
        self.previous.push([bytes[0], bytes[1], bytes[2], bytes[3], bytes[4]]);
    }

    /// How many events it covers.
    pub(crate) fn len(&self) -> u64 {
        self.previous.len() as u64
    }

    /// The ordinals of an entry's events, the newest first, appended to `found`.
    fn of(&self, entry: &[u8; 16], found: &mut Vec<u64>) {
        self.chain(self.last.get(entry).copied(), 0, found);
    }

    /// The same of the events that concern no entry, from this ordinal on.
    fn alone(&self, from: u64, found: &mut Vec<u64>) {
        self.chain(self.last_alone, from, found);
    }

    fn chain(&self, last: Option<u64>, from: u64, found: &mut Vec<u64>) {
        let mut at = last;
        while let Some(own) = at.filter(|own| self.base + own >= from) {
            found.push(self.base + own);
            let link = &self.previous[own as usize];
            let before = u64::from_le_bytes([link[0], link[1], link[2], link[3], link[4], 0, 0, 0]);
            at = (before != NONE).then_some(before);
        }
    }
}

/// The index of a whole journal, in two stretches.
#[derive(Debug)]
pub(crate) struct EntryIndex {
    /// Up to the edge from which the journal was opened.
    older: Mutex<Older>,
    older_done: Condvar,
    /// From there on, growing.
    recent: RwLock<Chains>,
}

#[derive(Debug)]
enum Older {
    Building,
    Built(Chains),
    /// The background stopped: damage, or the journal was closed.
    Failed,
}

/// The older stretch will not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct IndexFailed;

impl EntryIndex {
    /// An index of which everything is known.
    pub(crate) fn whole(recent: Chains) -> Self {
        Self::with(Older::Built(Chains::default()), recent)
    }

    /// An index whose older stretch is still being read.
    pub(crate) fn building(recent: Chains) -> Self {
        Self::with(Older::Building, recent)
    }

    fn with(older: Older, recent: Chains) -> Self {
        Self { older: Mutex::new(older), older_done: Condvar::new(), recent: RwLock::new(recent) }
    }

    /// Hands in the older stretch; `None` when it could not be read.
    pub(crate) fn finish(&self, older: Option<Chains>) {
        *self.older() = older.map_or(Older::Failed, Older::Built);
        self.older_done.notify_all();
    }

    /// Adds events that have become durable.
    pub(crate) fn extend(&self, entries: &[Option<[u8; 16]>]) {
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        entries.iter().for_each(|entry| recent.push(*entry));
    }

    /// The ordinals of an entry's events, ascending. Waits for the older stretch.
    pub(crate) fn of(&self, entry: &[u8; 16]) -> Result<Vec<u64>, IndexFailed> {
        self.gather(|chains, found| chains.of(entry, found))
    }

    /// The ordinals of the events that concern no entry, from this one on, ascending. Waits for the older stretch.
    pub(crate) fn alone(&self, from: u64) -> Result<Vec<u64>, IndexFailed> {
        self.gather(|chains, found| chains.alone(from, found))
    }

    fn gather(&self, of: impl Fn(&Chains, &mut Vec<u64>)) -> Result<Vec<u64>, IndexFailed> {
        let mut found = Vec::new();
        of(&self.recent.read().unwrap_or_else(PoisonError::into_inner), &mut found);
        let older = self.older_done.wait_while(self.older(), |older| matches!(older, Older::Building));
        match &*older.unwrap_or_else(PoisonError::into_inner) {
            Older::Built(chains) => of(chains, &mut found),
            Older::Building | Older::Failed => return Err(IndexFailed),
        }
        found.reverse();
        Ok(found)
    }

    /// Whether asking would wait.
    pub(crate) fn is_ready(&self) -> bool {
        !matches!(*self.older(), Older::Building)
    }

    fn older(&self) -> MutexGuard<'_, Older> {
        self.older.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
