//! The catalogue: every entry that was ever published, its editions, and how it ended if it did.

use std::collections::BTreeMap;

use dossier_engine::{Decider, View};
use dossier_proto::{Digest, EntryId, Event, Micros, Origin, Payload};
use serde::{Deserialize, Serialize};

use crate::domain::{Entry, PublicNumber, Publication, State};

/// The catalogue. It holds the state that decisions are made on, so that a page never says something else than a
/// decision would.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    state: State,
    published: BTreeMap<EntryId, Published>,
    numbers: BTreeMap<PublicNumber, EntryId>,
    /// By the position of the event that published the current edition: what is newest comes last.
    listed: BTreeMap<u64, EntryId>,
    /// Requests for retraction that nobody has answered, by their position in our journal.
    requested: BTreeMap<u64, EntryId>,
    /// Where each registry that was ever in force stands in our journal.
    registries: BTreeMap<Digest, u64>,
    retracted: u64,
    /// So many events were folded.
    size: u64,
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
    /// The position of the event that published it.
    pub sequence: u64,
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
    /// The position of the event.
    pub sequence: u64,
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
    /// The position in our journal of the event that received it.
    pub sequence: u64,
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

    /// How many events this is a reading of.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// An entry, with what is known of it.
    pub fn entry(&self, id: EntryId) -> Option<(&Entry, &Published)> {
        Some((self.state.entries.get(&id)?, self.published.get(&id)?))
    }

    /// The entry with this number.
    pub fn by_number(&self, number: &PublicNumber) -> Option<EntryId> {
        self.numbers.get(number).copied()
    }

    /// The entries the public can read, the newest edition first, with the position each edition was published at; those
    /// before `before` only.
    pub fn newest(&self, before: Option<u64>) -> impl Iterator<Item = (u64, EntryId)> + '_ {
        let range = ..before.unwrap_or(u64::MAX);
        self.listed.range(range).rev().map(|(sequence, entry)| (*sequence, *entry))
    }

    /// The entries the public can read whose current edition was published at this position or later, oldest first.
    pub fn listed_from(&self, from: u64) -> impl Iterator<Item = (u64, EntryId)> + '_ {
        self.listed.range(from..).map(|(sequence, entry)| (*sequence, *entry))
    }

    /// What was published at this position, if it is still the current edition of an entry that was not retracted.
    pub fn listed_at(&self, sequence: u64) -> Option<EntryId> {
        self.listed.get(&sequence).copied()
    }

    /// How many entries the public can read.
    pub fn count(&self) -> usize {
        self.listed.len()
    }

    /// How many entries were retracted.
    pub fn retracted(&self) -> u64 {
        self.retracted
    }

    /// Requests for retraction that wait for a publisher, oldest first, from this position on.
    pub fn requests(&self, from: u64) -> impl Iterator<Item = (u64, EntryId)> + '_ {
        self.requested.range(from..).map(|(sequence, entry)| (*sequence, *entry))
    }

    /// Where the registry with this digest stands in our journal.
    pub fn registry_at(&self, digest: &Digest) -> Option<u64> {
        self.registries.get(digest).copied()
    }

    /// The registry in force, and where it stands.
    pub fn registry(&self) -> Option<(Digest, u64)> {
        let digest = self.state.rules.as_ref()?.digest;
        Some((digest, self.registry_at(&digest)?))
    }

    fn publish(&mut self, event: &Event, id: EntryId) {
        // The state was folded before: its entry is the edition that this event published.
        let Some(entry) = self.state.entries.get(&id) else { return };
        let sequence = event.head.place.sequence;
        let published = self.published.entry(id).or_default();
        if let Some(former) = published.current() {
            self.listed.remove(&former.sequence);
        }
        published.editions.push(EditionFacts {
            edition: entry.edition,
            sequence,
            at: event.head.recorded_at,
            digest: entry.digest,
            registry: event.head.registry,
        });
        self.listed.insert(sequence, id);
        self.numbers.insert(entry.number.clone(), id);
    }

    fn retract(&mut self, event: &Event, id: EntryId, reason: &str) {
        let Some(published) = self.published.get_mut(&id) else { return };
        let requested = published.request.take();
        if let Some(request) = requested {
            self.requested.remove(&request.sequence);
        }
        if let Some(current) = published.current() {
            self.listed.remove(&current.sequence);
        }
        published.retraction = Some(RetractionFacts {
            sequence: event.head.place.sequence,
            at: event.head.recorded_at,
            reason: reason.to_owned(),
            requested,
        });
        self.retracted += 1;
    }

    fn receive(&mut self, sequence: u64, foreign: &Event) {
        match (&foreign.payload, foreign.head.entry, foreign.head.place.origin) {
            (Some(Payload::RegistryAdopted(_)), _, Origin::Moderation) => {
                if let Some(digest) = self.state.rules.as_ref().map(|rules| rules.digest) {
                    self.registries.entry(digest).or_insert(sequence);
                }
            }
            (Some(Payload::RetractionAsked(asked)), Some(id), Origin::Submission) => {
                let open = self.state.entries.get(&id).is_some_and(|entry| entry.asked == Some(foreign.head.place));
                let Some(published) = self.published.get_mut(&id).filter(|_| open) else { return };
                // A later request takes the place of an earlier one: its reason is the one that counts.
                if let Some(former) = published.request.take() {
                    self.requested.remove(&former.sequence);
                }
                published.request =
                    Some(RequestFacts { sequence, at: foreign.head.recorded_at, edition: asked.edition });
                self.requested.insert(sequence, id);
            }
            _ => {}
        }
    }
}

impl View for Catalogue {
    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        Publication::evolve(&mut self.state, event, beside);
        self.size = event.head.place.sequence + 1;
        match (&event.payload, event.head.entry) {
            (Some(Payload::Received(_)), _) => {
                if let Some(foreign) = beside {
                    self.receive(event.head.place.sequence, foreign);
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
