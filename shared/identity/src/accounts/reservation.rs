//! Accounts on which somebody is deciding: as long as one is reserved it is not removed.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dossier_proto::SubjectId;

/// How many are deciding on which account. Of requests under way, so it is in memory alone: a crash ends them all.
#[derive(Clone, Default)]
pub(super) struct Reservations(Arc<Mutex<BTreeMap<SubjectId, u32>>>);

impl Reservations {
    pub(super) fn reserve(&self, subject: SubjectId) -> Reservation {
        *self.lock().entry(subject).or_default() += 1;
        Reservation { of: self.clone(), subject }
    }

    pub(super) fn is_reserved(&self, subject: SubjectId) -> bool {
        self.lock().contains_key(&subject)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SubjectId, u32>> {
        // A count is never half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The account stays until this is dropped.
pub(super) struct Reservation {
    of: Reservations,
    subject: SubjectId,
}

impl fmt::Debug for Reservation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reservation({})", self.subject)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut counts = self.of.lock();
        if let Some(count) = counts.get_mut(&self.subject) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.subject);
            }
        }
    }
}
