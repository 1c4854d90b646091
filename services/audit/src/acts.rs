//! Who did what, under which designation, and what is about which content: an index in memory over all journals, so that an auditor's
//! question is answered by looking at what answers it.
//!
//! 8 bytes for each event under its person, its designation and its digest: 24 at most. A million events, of which half are people's, take
//! about 30 MB with the maps. It is made in the background after the start and grows with the copies; until it is whole, searches look at
//! everything.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use dossier_journal::Place as At;
use dossier_proto::{Actor, Event, Origin, Place};

use crate::{
    searching::Question,
    trail::{ByWhom, Row, slot},
};

/// Marks that are kept: 8 bytes each in sets that are about two thirds full, 400 MB. Beyond that, searches look at everything again.
const MARKS_MAX: usize = 32_000_000;

/// What a mark is of: who, under what, about what; and its first sixteen bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Of {
    Person([u8; 16]),
    Designation([u8; 16]),
    Digest([u8; 16]),
}

/// The index.
#[derive(Default)]
pub(crate) struct Acts {
    marks: RwLock<Marks>,
    is_whole: AtomicBool,
    is_given_up: AtomicBool,
}

#[derive(Default)]
struct Marks {
    places: HashMap<Of, BTreeSet<u64>>,
    count: usize,
}

impl Acts {
    /// Takes note of an event; a second time changes nothing.
    pub(crate) fn note(&self, event: &Event) {
        let marks = marks_of(event);
        if self.is_given_up.load(Ordering::Acquire) {
            return;
        }
        let Some(packed) = pack(event.head.place) else {
            // Such a place there will not be; if there is, nothing is answered from the index.
            self.give_up();
            return;
        };
        if marks.iter().all(Option::is_none) {
            return;
        }
        let mut kept = self.marks.write().unwrap_or_else(PoisonError::into_inner);
        for of in marks.into_iter().flatten() {
            kept.count += usize::from(kept.places.entry(of).or_default().insert(packed));
        }
        if kept.count > MARKS_MAX {
            *kept = Marks::default();
            drop(kept);
            self.give_up();
        }
    }

    /// From now on it answers: every event that there was at the start has been noted.
    pub(crate) fn is_made(&self) {
        self.is_whole.store(true, Ordering::Release);
    }

    fn give_up(&self) {
        tracing::warn!(
            most = MARKS_MAX,
            "more acts of persons, under designations and on digests than are kept in memory: searches for one of these now read the journals from \
             end to end, as others do, and take longer; nothing is left out"
        );
        self.is_given_up.store(true, Ordering::Release);
    }

    /// The only places of an origin that can fit, where the question names a person, a designation or a digest, and this is whole.
    pub(crate) fn places(&self, origin: Origin, question: &Question) -> Option<Vec<At>> {
        if !self.is_whole.load(Ordering::Acquire) || self.is_given_up.load(Ordering::Acquire) {
            return None;
        }
        let marks = self.marks.read().unwrap_or_else(PoisonError::into_inner);
        let asked = asked_for(question);
        let sets: Vec<Option<&BTreeSet<u64>>> = asked.into_iter().flatten().map(|of| marks.places.get(&of)).collect();
        // The shortest list of those that have to fit; somebody of whom nothing is known has done nothing.
        let shortest = sets.iter().min_by_key(|set| set.map_or(0, BTreeSet::len))?;
        let Some(set) = shortest else { return Some(Vec::new()) };
        let (from, to) = (pack_slot(origin), pack_slot(origin) | (u64::MAX >> 2));
        Some(set.range(from..=to).map(|packed| unpack(*packed)).collect())
    }
}

fn asked_for(question: &Question) -> [Option<Of>; 3] {
    let person = match question.filter.by {
        Some(ByWhom::Person(subject)) => Some(Of::Person(subject.0)),
        _ => None,
    };
    let designation = question.filter.designation.map(|id| Of::Designation(id.0));
    [person, designation, question.digest.and_then(|digest| first(&digest.0)).map(Of::Digest)]
}

fn marks_of(event: &Event) -> [Option<Of>; 3] {
    let row = Row::of(event);
    let person = match row.actor {
        Actor::Person(subject) => Some(Of::Person(subject.0)),
        _ => None,
    };
    let digest = row.judged.digest.and_then(|digest| first(&digest.0)).map(Of::Digest);
    [person, row.designation.map(|id| Of::Designation(id.0)), digest]
}

fn first(bytes: &[u8]) -> Option<[u8; 16]> {
    bytes.first_chunk().copied()
}

/// Two bits of origin, 18 of epoch, 44 of sequence: in the order of places. A quarter of a million losses, and 17 million million events.
fn pack(place: Place) -> Option<u64> {
    let fits = place.epoch < 1 << 18 && place.sequence < 1 << 44;
    fits.then(|| pack_slot(place.origin) | u64::from(place.epoch) << 44 | place.sequence)
}

fn pack_slot(origin: Origin) -> u64 {
    (slot(origin) as u64) << 62
}

const fn unpack(packed: u64) -> At {
    At { epoch: (packed >> 44 & 0x3_ffff) as u32, sequence: packed & ((1 << 44) - 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_comes_back_and_places_keep_their_order() {
        let mut before = None;
        for origin in Origin::ALL {
            for (epoch, sequence) in [(0, 0), (0, 1), (0, (1 << 44) - 1), (1, 0), ((1 << 18) - 1, 7)] {
                let packed = pack(Place { origin, epoch, sequence }).unwrap();
                assert!(before.is_none_or(|before| before < packed));
                before = Some(packed);
                assert_eq!(unpack(packed), At { epoch, sequence });
                assert_eq!(packed & !(u64::MAX >> 2), pack_slot(origin));
            }
        }
        assert_eq!(pack(Place { origin: Origin::Audit, epoch: 1 << 18, sequence: 0 }), None);
    }
}
