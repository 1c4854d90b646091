//! Where events of all four journals are looked up.

use std::sync::{Arc, Mutex, PoisonError};

use dossier_journal::Journal;
use dossier_proto::{Event, Origin, Payload, Place, hash_of};

use crate::{
    copies::{COPIED, Copies},
    reconcile::{Look, Shelf},
    trail::Filed,
};

/// The copies and our own journal.
pub(crate) struct Library {
    own: Journal,
    copies: Arc<Copies>,
    /// What was looked up last: an event that was received is asked for twice.
    last: Mutex<Option<(Place, Look)>>,
}

impl Library {
    pub(crate) const fn new(own: Journal, copies: Arc<Copies>) -> Self {
        Self { own, copies, last: Mutex::new(None) }
    }

    /// Another one of the same journals.
    pub(crate) fn again(&self) -> Self {
        Self::new(self.own.clone(), Arc::clone(&self.copies))
    }

    /// All origins, the copied ones first.
    pub(crate) fn origins() -> impl Iterator<Item = Origin> {
        COPIED.into_iter().chain([Origin::Audit])
    }

    /// The journal of an origin, or the copy of it.
    pub(crate) fn journal(&self, origin: Origin) -> Option<&Journal> {
        if origin == Origin::Audit { Some(&self.own) } else { self.copies.journal(origin) }
    }

    /// Where the journal of an origin ends, or the copy of it.
    pub(crate) fn head(&self, origin: Origin) -> Option<(u32, u64)> {
        self.journal(origin).map(|journal| (journal.head().epoch, journal.head().size))
    }

    /// The root of the first `size` events of an epoch, as far as they are here.
    pub(crate) fn root(&self, origin: Origin, epoch: u32, size: u64) -> Option<[u8; 32]> {
        self.journal(origin)?.root_at(epoch, size).ok().map(|root| *root.as_bytes())
    }

    /// The checkpoints of the others.
    pub(crate) const fn copies(&self) -> &Arc<Copies> {
        &self.copies
    }

    /// Whether the event at this place was lost with its journal, openly: a later epoch names how much of the former one is known.
    pub(crate) fn is_lost(&self, place: Place) -> bool {
        self.journal(place.origin).is_some_and(|journal| {
            known_sizes(journal).any(|(epoch, known)| epoch == place.epoch && place.sequence >= known)
        })
    }

    /// Whether the event at this place may still be written, or copied.
    pub(crate) fn may_come(&self, place: Place) -> bool {
        self.journal(place.origin).is_some_and(|journal| {
            let head = journal.head();
            (place.epoch, place.sequence) >= (head.epoch, head.size)
        })
    }

    fn look(&self, place: Place) -> Look {
        let Some(journal) = self.journal(place.origin) else { return Look::Unknown };
        let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
        match journal.get(at) {
            Ok(Some(stored)) => match Event::decode(&stored.event) {
                Ok(event) => Look::Found(Box::new(Filed { event, hash: hash_of(&stored.event) })),
                // What is no event is told by `dossier verify`; one of a later version is no finding.
                Err(_) => Look::Unknown,
            },
            Ok(None) if self.is_lost(place) => Look::Unknown,
            Ok(None) => Look::Absent,
            Err(error) => {
                // A copy that cannot be read is no finding about the others; the journal says so by itself.
                tracing::error!(%place, %error, "a copied event could not be read");
                Look::Unknown
            }
        }
    }
}

impl Shelf for Library {
    fn at(&self, place: Place) -> Look {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, look)) = &*last
            && *known == place
            && matches!(look, Look::Found(_))
        {
            return look.clone();
        }
        let look = self.look(place);
        *last = Some((place, look.clone()));
        look
    }
}

/// The library for our own journal, which hears of an event just before it is copied: what is not copied yet may come. Whatever a copied
/// event rests on was copied before it, because what its service knew is in its journal before it, and was held until it was here.
pub(crate) struct NotYet<'a>(pub(crate) &'a Library);

impl Shelf for NotYet<'_> {
    fn at(&self, place: Place) -> Look {
        // Before the look: what is copied between the two was not absent.
        let may_come = self.0.may_come(place);
        match self.0.at(place) {
            Look::Absent if may_come => Look::Unknown,
            look => look,
        }
    }
}

/// How much of each former epoch is known, as the epochs that followed say it. Events beyond that were lost, and are no part of what the
/// service goes on from.
pub(crate) fn known_sizes(journal: &Journal) -> impl Iterator<Item = (u32, u64)> {
    let starts = journal.epochs().into_iter().map(|(epoch, _)| dossier_journal::Place { epoch, sequence: 0 });
    let firsts = starts.filter_map(|start| journal.get(start).ok().flatten());
    firsts.filter_map(|stored| known_size(&Event::decode(&stored.event).ok()?))
}

/// Which epoch an event says to have ended, and how much of it is known.
pub(crate) fn known_size(event: &Event) -> Option<(u32, u64)> {
    match &event.payload {
        Some(Payload::EpochStarted(started)) => Some((started.former_epoch, started.known_size)),
        _ => None,
    }
}
