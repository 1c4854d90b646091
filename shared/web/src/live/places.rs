//! How many streams are open, and whose.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dossier_proto::SubjectId;

use super::{STREAMS_MAX, STREAMS_OF_ONE_MAX};

/// The places there are. All clones see the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Places(Arc<Mutex<BTreeMap<SubjectId, usize>>>);

/// One of them; given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    places: Places,
    whose: SubjectId,
}

impl Places {
    /// A place for a person, if there is one left for them.
    pub(super) fn take(&self, whose: SubjectId) -> Option<Place> {
        let mut taken = self.taken();
        if taken.values().sum::<usize>() >= STREAMS_MAX {
            return None;
        }
        let own = taken.entry(whose).or_default();
        if *own >= STREAMS_OF_ONE_MAX {
            return None;
        }
        *own += 1;
        drop(taken);
        Some(Place { places: self.clone(), whose })
    }

    /// How many are taken.
    pub(super) fn count(&self) -> usize {
        self.taken().values().sum()
    }

    fn taken(&self) -> MutexGuard<'_, BTreeMap<SubjectId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(own) = taken.get_mut(&self.whose) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.whose);
            }
        }
    }
}
