//! The history: every journal's events in their order, and what is asked of it.

use std::collections::BTreeMap;

use dossier_proof::Hash;
use dossier_proto::{Digest, EntryId, Event, Origin, Payload, Place, hash_of, v1};

/// An event as it was exported.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The event.
    pub event: Event,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What lies beside it.
    pub beside: Option<Vec<u8>>,
}

/// One epoch as it was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedEpoch {
    /// Its number.
    pub epoch: u32,
    /// How many events it has.
    pub size: u64,
    /// Their root.
    pub root: Hash,
}

/// A journal.
#[derive(Debug, Clone)]
pub struct Journal {
    /// The name of its log.
    pub log: String,
    /// Its epochs.
    pub epochs: Vec<SignedEpoch>,
    /// Its events.
    pub events: Vec<Kept>,
}

/// All journals, and audit's copies of three of them.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// The journals.
    pub journals: BTreeMap<Origin, Journal>,
    /// The copies.
    pub copies: BTreeMap<Origin, Journal>,
}

impl Kept {
    /// SHA-256 of its bytes.
    pub fn hash(&self) -> Digest {
        hash_of(&self.bytes)
    }

    /// Where it says it stands.
    pub fn place(&self) -> Place {
        self.event.head.place
    }

    /// The entry it is about.
    pub fn entry(&self) -> Option<EntryId> {
        self.event.head.entry
    }

    /// The foreign event beside it, if it is one.
    pub fn foreign(&self) -> Option<Event> {
        self.beside.as_deref().and_then(|bytes| Event::decode(bytes).ok())
    }
}

impl History {
    /// The events of a service.
    pub fn of(&self, origin: Origin) -> &[Kept] {
        self.journals.get(&origin).map(|journal| journal.events.as_slice()).unwrap_or_default()
    }

    /// All events of all services.
    pub fn events(&self) -> impl Iterator<Item = &Kept> {
        self.journals.values().flat_map(|journal| &journal.events)
    }

    /// The event at a place.
    pub fn at(&self, place: Place) -> Option<&Kept> {
        let events = self.of(place.origin);
        // Sorted, unless the history is misplaced; then this finds nothing, which is complained of too.
        let at = events.binary_search_by_key(&(place.epoch, place.sequence), |kept| {
            let place = kept.place();
            (place.epoch, place.sequence)
        });
        at.ok().and_then(|at| events.get(at))
    }

    /// The events of a service with a payload of some kind.
    pub fn with<'a, T: 'a>(
        &'a self,
        origin: Origin,
        pick: impl Fn(&'a Payload) -> Option<T> + 'a,
    ) -> impl Iterator<Item = (&'a Kept, T)> {
        self.of(origin).iter().filter_map(move |kept| {
            let payload = kept.event.payload.as_ref()?;
            pick(payload).map(|picked| (kept, picked))
        })
    }
}

/// A place in a message, if it is one.
pub fn place(raw: Option<&v1::Place>) -> Option<Place> {
    Place::try_from(raw?).ok()
}
