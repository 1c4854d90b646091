//! Which foreign events have been acted upon, so that each takes effect once however often it is delivered (P4).
//!
//! This is kept apart from the state and its digest: how far a service has *read* is not what it *knows*.

use std::collections::{BTreeMap, BTreeSet};

use dossier_exchange::Tally;
use dossier_proto::{Event, Origin, Payload, Place};
use serde::{Deserialize, Serialize};

/// What was taken in, by origin.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Intake {
    origins: BTreeMap<Origin, Taken>,
}

/// Everything below the floor was consumed; above it single events were (those of entries that are not parked).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Taken {
    floor: (u32, u64),
    above: BTreeSet<(u32, u64)>,
}

impl Intake {
    /// Whether this event was acted upon, or read and left.
    pub(crate) fn has(&self, place: Place) -> bool {
        let at = (place.epoch, place.sequence);
        self.origins.get(&place.origin).is_some_and(|taken| at < taken.floor || taken.above.contains(&at))
    }

    /// Folds one event of our own journal.
    pub(crate) fn apply(&mut self, event: &Event) {
        let Some(Payload::Received(received)) = &event.payload else { return };
        let Some(Ok(place)) = received.place.as_ref().map(Place::try_from) else { return };
        let taken = self.origins.entry(place.origin).or_default();
        if (place.epoch, place.sequence) >= taken.floor {
            taken.above.insert((place.epoch, place.sequence));
        }
    }

    /// Everything before this position was consumed.
    pub(crate) fn reach(&mut self, resume: &Tally) {
        let next = resume.next();
        let taken = self.origins.entry(resume.origin).or_default();
        taken.floor = taken.floor.max((next.epoch, next.sequence));
        taken.above = taken.above.split_off(&taken.floor);
    }
}
