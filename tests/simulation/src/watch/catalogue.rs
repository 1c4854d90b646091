//! P7: a number is given once and kept; editions are counted without gaps; what was there is there, and retracted is for ever.

use std::collections::{BTreeMap, BTreeSet};

use dossier_proto::{EntryId, Event, Payload};
use dossier_publication::domain::Standing;

use crate::Town;

#[derive(Default)]
pub(super) struct Catalogue {
    numbers: BTreeMap<String, EntryId>,
    editions: BTreeMap<EntryId, (String, u32)>,
    retracted: BTreeSet<EntryId>,
    begun: BTreeSet<EntryId>,
    reviewed: BTreeSet<EntryId>,
}

impl Catalogue {
    pub(super) fn take(&mut self, event: &Event) {
        let (Some(payload), Some(entry)) = (&event.payload, event.head.entry) else { return };
        match payload {
            Payload::DraftStarted(_) => {
                assert!(self.begun.insert(entry), "a name of an entry was used again");
            }
            Payload::ReviewOpened(_) => {
                self.reviewed.insert(entry);
            }
            Payload::EditionPublished(one) => {
                let holder = *self.numbers.entry(one.number.clone()).or_insert(entry);
                assert_eq!(holder, entry, "the number {} was given to two entries (P7)", one.number);
                assert!(!self.retracted.contains(&entry), "what is retracted comes back (P7)");
                let before = self.editions.insert(entry, (one.number.clone(), one.edition));
                let (number, edition) = before.unwrap_or((one.number.clone(), 0));
                assert_eq!((number, edition + 1), (one.number.clone(), one.edition), "the next edition (P7)");
            }
            Payload::EntryRetracted(_) => {
                assert!(self.retracted.insert(entry), "retracted twice");
            }
            _ => {}
        }
    }

    pub(super) fn stand(&self, town: &Town) {
        let submission = &town.submission.state().entries;
        assert!(self.begun.iter().all(|id| submission.contains_key(id)), "an entry vanished (P7)");
        let moderation = &town.moderation.state().entries;
        assert!(self.reviewed.iter().all(|id| moderation.contains_key(id)), "a review vanished (P7)");
        for (id, (number, edition)) in &self.editions {
            let entry = town.publication.state().entries.get(id).expect("what was public vanished (P7)");
            assert_eq!((entry.number.to_string(), entry.edition), (number.clone(), *edition));
            assert_eq!(entry.standing() == Standing::Retracted, self.retracted.contains(id), "a tombstone stays (P7)");
            if let Some(public) = &submission[id].public {
                assert_eq!(public.number, *number, "the body is told another number");
            }
        }
    }
}
