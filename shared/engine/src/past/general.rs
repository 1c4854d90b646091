//! The events that bear on everything, decoded, and what they fold to up to a few places.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use dossier_journal::Place as At;
use dossier_proto::Event;
use tokio::sync::Semaphore;

use super::PastError;
use crate::{PerEntry, RecordError, recorded::Records};

/// So many entries are folded at once. Each takes a few milliseconds of one core, and as much memory as what it shows.
const AT_ONCE: usize = 4;
/// So many foldings of the general events are kept: each is a view without entries, so of the size of what is known of people and
/// registries.
const BASES_MAX: usize = 8;

/// An event that bears on everything.
pub(super) struct OfAll {
    pub(super) at: At,
    pub(super) event: Event,
    pub(super) beside: Option<Event>,
}

/// The events that bear on everything. The state of every service holds the same people and registries, so that this doubles what they
/// take, and no more: half a kilobyte a designation.
pub(crate) struct General<V> {
    known: Mutex<Known<V>>,
    pub(super) turns: Arc<Semaphore>,
}

struct Known<V> {
    events: Vec<Arc<OfAll>>,
    /// Behind the last event without an entry that was looked at.
    looked_at: At,
    /// How many events were folded, and to what; the one used last in front.
    bases: Vec<(usize, Arc<V>)>,
}

impl<V> Default for General<V> {
    fn default() -> Self {
        let known = Known { events: Vec::new(), looked_at: At { epoch: 0, sequence: 0 }, bases: Vec::new() };
        Self { known: Mutex::new(known), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

impl<V: PerEntry> General<V> {
    /// What the general events before `begin` fold to, and those from there up to `end`.
    pub(super) fn around(&self, records: &Records, begin: At, end: At) -> Result<(V, Vec<Arc<OfAll>>), PastError> {
        let mut known = self.lock();
        known.catch_up(records)?;
        let first = known.events.partition_point(|one| one.at < begin);
        let until = known.events.partition_point(|one| one.at < end);
        let base = known.base(first);
        let between = known.events.get(first..until).map(<[_]>::to_vec).unwrap_or_default();
        drop(known);
        Ok((V::clone(&base), between))
    }

    fn lock(&self) -> MutexGuard<'_, Known<V>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: PerEntry> Known<V> {
    fn catch_up(&mut self, records: &Records) -> Result<(), PastError> {
        let unread = |error: dossier_journal::ReadError| RecordError::Journal(error.to_string());
        for at in records.journal.of_no_entry(self.looked_at).map_err(unread)? {
            let recorded = records.get(at.epoch, at.sequence)?;
            let (event, beside) = (recorded.event, recorded.beside);
            if V::bears_on_all(&event, beside.as_ref()) {
                self.events.push(Arc::new(OfAll { at, event, beside }));
            }
            self.looked_at = At { sequence: at.sequence + 1, ..at };
        }
        Ok(())
    }

    /// What the first so many events fold to.
    fn base(&mut self, count: usize) -> Arc<V> {
        if let Some(at) = self.bases.iter().position(|(folded, _)| *folded == count) {
            self.bases[..=at].rotate_right(1);
            return Arc::clone(&self.bases[0].1);
        }
        let before = self.bases.iter().filter(|(folded, _)| *folded < count).max_by_key(|(folded, _)| *folded);
        let (folded, mut view) = before.map_or_else(|| (0, V::default()), |(folded, view)| (*folded, V::clone(view)));
        self.events[folded..count].iter().for_each(|one| view.apply(&one.event, one.beside.as_ref()));
        let view = Arc::new(view);
        self.bases.insert(0, (count, Arc::clone(&view)));
        self.bases.truncate(BASES_MAX);
        view
    }
}
