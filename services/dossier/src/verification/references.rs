//! What an event names in other journals: the event it received, the right it was done by, the registry in force.

use std::collections::{BTreeMap, HashMap};

use dossier_audit::{
    reconcile::{Look, Shelf},
    verify::Prepared,
};
use dossier_proto::{Actor, Authority, Digest, Event, Origin, Payload, Place};

use super::{Sources, source::Known};

/// Designations that were looked up. People are thousands, and each has a handful; beyond this they are looked up again.
const RIGHTS_KEPT: usize = 16 * 1024;
/// Registries that are named. A house adopts a few in a year.
const REGISTRIES_KEPT: usize = 1024;

/// Looks up what events of one journal name.
pub(super) struct References<'a> {
    sources: &'a Sources,
    rights: HashMap<Place, Option<Granted>>,
    /// Registries that events were decided under, and the first event of each.
    registries: BTreeMap<Digest, Place>,
}

#[derive(Debug, Clone, Copy)]
struct Granted {
    id: [u8; 16],
    subject: [u8; 16],
}

impl<'a> References<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, rights: HashMap::new(), registries: BTreeMap::new() }
    }

    /// What does not agree about the next event, in words.
    pub(super) fn take(&mut self, prepared: &Prepared, event: &Event) -> Option<Wrong> {
        if let Some(digest) = event.head.registry
            && self.registries.len() < REGISTRIES_KEPT
        {
            self.registries.entry(digest).or_insert(event.head.place);
        }
        let right = event.head.authority.and_then(|authority| self.right(event, authority));
        if let (Some(Payload::Received(received)), None) = (&event.payload, &right) {
            return self.received(prepared, received);
        }
        right.map(Wrong::Right)
    }

    fn received(&self, prepared: &Prepared, received: &dossier_proto::v1::Received) -> Option<Wrong> {
        let named = received.place.as_ref().and_then(|place| Place::try_from(place).ok());
        let Some(place) = named else { return Some(Wrong::Received("it names no event".to_owned())) };
        match self.sources.facts(place) {
            Known::Unknown | Known::Lost => None,
            Known::Absent => Some(Wrong::Received(format!("{place} is not there"))),
            Known::Here(facts) if facts.hash.as_bytes() == received.hash.as_slice() => {
                let keeps = self.sources.of(prepared_origin(prepared)?).is_some_and(|source| source.keeps_beside());
                let lies = prepared.foreign.is_some();
                (keeps && !lies).then(|| Wrong::Beside("the event that was received does not lie beside it".to_owned()))
            }
            Known::Here(facts) => {
                let hash = hex::encode(&received.hash);
                Some(Wrong::Received(format!("{place} has the hash {}, but {hash} was received", facts.hash)))
            }
        }
    }

    fn right(&mut self, event: &Event, authority: Authority) -> Option<String> {
        let place = authority.granted;
        if place.origin != Origin::Moderation {
            return Some(format!("it rests on a right that {place} gave, and only moderation gives rights"));
        }
        let granted = match self.rights.get(&place) {
            Some(granted) => *granted,
            None => {
                let granted = match self.sources.at(place) {
                    Look::Unknown => return None,
                    Look::Absent => None,
                    Look::Found(filed) => granted(&filed.event),
                };
                if self.rights.len() >= RIGHTS_KEPT {
                    self.rights.clear();
                }
                self.rights.insert(place, granted);
                granted
            }
        };
        let Some(granted) = granted else {
            return Some(format!("it rests on the right that {place} gave, which gives none"));
        };
        if granted.id != authority.designation.0 {
            return Some(format!("it rests on another right than {place} gave"));
        }
        match event.head.actor {
            Actor::Person(subject) if subject.0 != granted.subject => {
                Some(format!("it rests on the right that {place} gave, to somebody else"))
            }
            _ => None,
        }
    }

    /// Registries that were named, with the first event of each that did.
    pub(super) fn registries(self) -> BTreeMap<Digest, Place> {
        self.registries
    }
}

/// What does not agree.
pub(super) enum Wrong {
    /// What was received was never sent so.
    Received(String),
    /// What was received is not kept.
    Beside(String),
    /// The right it was done by is none.
    Right(String),
}

fn prepared_origin(prepared: &Prepared) -> Option<Origin> {
    prepared.event.as_ref().ok().map(|event| event.head.place.origin)
}

fn granted(event: &Event) -> Option<Granted> {
    let Some(Payload::DesignationGranted(granted)) = &event.payload else { return None };
    let subject = granted.command.as_ref()?.subject.as_slice().try_into().ok()?;
    Some(Granted { id: event.head.id.0, subject })
}
