//! The catalogue: every entry that was ever published, its editions, and how it ended if it did.

use std::{collections::BTreeMap, ops::Bound};

use dossier_engine::{Decider, View};
use dossier_proto::{Digest, EntryId, Event, Micros, Origin, Payload, Place};
use serde::{Deserialize, Serialize};

use crate::domain::{Entry, PublicNumber, Publication, State};

/// The catalogue. It holds the state that decisions are made on, so that a page never says something else than a
/// decision would.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    state: State,
    published: BTreeMap<EntryId, Published>,
    numbers: BTreeMap<PublicNumber, EntryId>,
    /// By the place of the event that published the current edition: what is newest comes last, over all epochs.
    listed: BTreeMap<Place, EntryId>,
    /// Requests for retraction that nobody has answered, by their place in our journal.
    requested: BTreeMap<Place, EntryId>,
    /// Where each registry that was ever in force stands in our journal.
    registries: BTreeMap<Digest, Place>,
    retracted: u64,
    /// How far the journal has been read: the epoch, and how many of its events.
    applied: (u32, u64),
}

/// What is known of a published entry beyond what decisions need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Its editions, from the first.
    pub editions: Vec<EditionFacts>,
    /// How it was taken back.
    pub retraction: Option<RetractionFacts>,
    /// The open request of its body to have it taken back.
    pub request: Option<RequestFacts>,
}

/// An edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditionFacts {
    /// Its number, from 1.
    pub edition: u32,
    /// Where the event stands that published it.
    pub place: Place,
    /// When.
    pub at: Micros,
    /// The digest of its content.
    pub digest: Digest,
    /// The registry it was published under: its labels and notices are part of the edition.
    pub registry: Option<Digest>,
}

/// A retraction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetractionFacts {
    /// Where the event stands.
    pub place: Place,
    /// When.
    pub at: Micros,
    /// The code of the reason.
    pub reason: String,
    /// The body's request that it answered, if there was one.
    pub requested: Option<RequestFacts>,
}

/// A request for a retraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestFacts {
    /// Where the event that received it stands in our journal.
    pub place: Place,
    /// When the body asked.
    pub at: Micros,
    /// The edition that was current then.
    pub edition: u32,
}

impl Published {
    /// The newest edition.
    pub fn current(&self) -> Option<&EditionFacts> {
        self.editions.last()
    }

    /// The edition with this number.
    pub fn edition(&self, number: u32) -> Option<&EditionFacts> {
        self.editions.iter().find(|edition| edition.edition == number)
    }
}

impl Catalogue {
    /// What decisions are made on.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Where the first event stands that this is no reading of yet.
    pub fn next(&self) -> Place {
        let (epoch, sequence) = self.applied;
        Place { origin: Origin::Publication, epoch, sequence }
    }

    /// An entry, with what is known of it.
    pub fn entry(&self, id: EntryId) -> Option<(&Entry, &Published)> {
        Some((self.state.entries.get(&id)?, self.published.get(&id)?))
    }

    /// The entry with this number.
    pub fn by_number(&self, number: &PublicNumber) -> Option<EntryId> {
        self.numbers.get(number).copied()
    }

    /// The entries the public can read, the newest edition first, with the place each edition was published at; those
    /// before `before` only.
    pub fn newest(&self, before: Option<Place>) -> impl Iterator<Item = (Place, EntryId)> + '_ {
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        self.listed.range((Bound::Unbounded, end)).rev().map(|(place, entry)| (*place, *entry))
    }

    /// The entries the public can read whose current edition was published at this place or later, oldest first.
    pub fn listed_from(&self, from: Place) -> impl Iterator<Item = (Place, EntryId)> + '_ {
        self.listed.range(from..).map(|(place, entry)| (*place, *entry))
    }

    /// What was published at this place, if it is still the current edition of an entry that was not retracted.
    pub fn listed_at(&self, place: Place) -> Option<EntryId> {
        self.listed.get(&place).copied()
    }

    /// How many entries the public can read.
    pub fn count(&self) -> usize {
        self.listed.len()
    }

    /// How many entries were retracted.
    pub fn retracted(&self) -> u64 {
        self.retracted
    }

    /// Requests for retraction that wait for a publisher, oldest first: those after `after` only.
    pub fn requests(&self, after: Option<Place>) -> impl Iterator<Item = (Place, EntryId)> + '_ {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.requested.range((start, Bound::Unbounded)).map(|(place, entry)| (*place, *entry))
    }

    /// Where the registry with this digest stands in our journal.
    pub fn registry_at(&self, digest: &Digest) -> Option<Place> {
        self.registries.get(digest).copied()
    }

    /// The registry in force, and where it stands.
    pub fn registry(&self) -> Option<(Digest, Place)> {
        let digest = self.state.rules.as_ref()?.digest;
        Some((digest, self.registry_at(&digest)?))
    }

    fn publish(&mut self, event: &Event, id: EntryId) {
        // The state was folded before: its entry is the edition that this event published.
        let Some(entry) = self.state.entries.get(&id) else { return };
        let place = event.head.place;
        let published = self.published.entry(id).or_default();
        if let Some(former) = published.current() {
            self.listed.remove(&former.place);
        }
        published.editions.push(EditionFacts {
            edition: entry.edition,
            place,
            at: event.head.recorded_at,
            digest: entry.digest,
            registry: event.head.registry,
        });
        self.listed.insert(place, id);
        self.numbers.insert(entry.number.clone(), id);
    }

    fn retract(&mut self, event: &Event, id: EntryId, reason: &str) {
        let Some(published) = self.published.get_mut(&id) else { return };
        let requested = published.request.take();
        if let Some(request) = requested {
            self.requested.remove(&request.place);
        }
        if let Some(current) = published.current() {
            self.listed.remove(&current.place);
        }
        published.retraction = Some(RetractionFacts {
            place: event.head.place,
            at: event.head.recorded_at,
            reason: reason.to_owned(),
            requested,
        });
        self.retracted += 1;
    }

    fn receive(&mut self, place: Place, foreign: &Event) {
        match (&foreign.payload, foreign.head.entry, foreign.head.place.origin) {
            (Some(Payload::RegistryAdopted(_)), _, Origin::Moderation) => {
                if let Some(digest) = self.state.rules.as_ref().map(|rules| rules.digest) {
                    self.registries.entry(digest).or_insert(place);
                }
            }
            (Some(Payload::RetractionAsked(asked)), Some(id), Origin::Submission) => {
                let open = self.state.entries.get(&id).is_some_and(|entry| entry.asked == Some(foreign.head.place));
                let Some(published) = self.published.get_mut(&id).filter(|_| open) else { return };
                // A later request takes the place of an earlier one: its reason is the one that counts.
                if let Some(former) = published.request.take() {
                    self.requested.remove(&former.place);
                }
                published.request = Some(RequestFacts { place, at: foreign.head.recorded_at, edition: asked.edition });
                self.requested.insert(place, id);
            }
            _ => {}
        }
    }
}

impl View for Catalogue {
    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        Publication::evolve(&mut self.state, event, beside);
        let place = event.head.place;
        self.applied = (place.epoch, place.sequence + 1);
        match (&event.payload, event.head.entry) {
            (Some(Payload::Received(_)), _) => {
                if let Some(foreign) = beside {
                    self.receive(place, foreign);
                }
            }
            (Some(Payload::EditionPublished(_)), Some(entry)) => self.publish(event, entry),
            (Some(Payload::EntryRetracted(retracted)), Some(entry)) => {
                let reason = retracted.command.as_ref().map(|command| command.reason.as_str()).unwrap_or_default();
                self.retract(event, entry, reason);
            }
            _ => {}
        }
    }
}
