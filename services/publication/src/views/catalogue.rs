//! The catalogue: every entry that was ever published, its editions, and how it ended if it did.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use dossier_engine::{Decider, PerEntry, View, erasure::Orders};
use dossier_exchange::files::NamedFiles;
use dossier_proto::{Digest, EntryId, Event, KeyId, Origin, Payload, Place, v1};
use serde::{Deserialize, Serialize};

use super::{EditionFacts, EditionKind, Published, RequestFacts, Turn, TurnKind};
use crate::domain::{Entry, PublicNumber, Publication, Standing, State};

/// The catalogue. It holds the state that decisions are made on, so that a page never says something else than a
/// decision would.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    state: State,
    published: BTreeMap<EntryId, Published>,
    numbers: BTreeMap<PublicNumber, EntryId>,
    /// By the place of the event that published the current edition: what is newest comes last, over all epochs. Only entries
    /// that stand as published.
    listed: BTreeMap<Place, EntryId>,
    /// The same of entries that are suspended: they come back to where they stood.
    suspended: BTreeMap<Place, EntryId>,
    /// Every edition that was ever published, by the place of its event: lists as they stood are found among these.
    editions: BTreeMap<Place, EntryId>,
    /// Requests for retraction that nobody has answered, by their place in our journal.
    requested: BTreeMap<Place, EntryId>,
    /// Where each registry that was ever in force stands in our journal.
    registries: BTreeMap<Digest, Place>,
    /// The keys of what publishers said to a body alone.
    said_to_bodies: BTreeSet<KeyId>,
    /// The files that approved contents name, published or not yet.
    files: NamedFiles,
    retracted: u64,
    /// Superseded entries that can be read.
    superseded: u64,
    /// How far the journal has been read: the epoch, and how many of its events.
    applied: (u32, u64),
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

    /// All editions that were published at this place or later, oldest first, but for those of retracted entries: nobody finds these
    /// again.
    pub fn editions_from(&self, from: Place) -> impl Iterator<Item = (EntryId, &EditionFacts)> + '_ {
        let there = self.editions.range(from..);
        there.filter_map(|(place, id)| {
            let (entry, published) = self.entry(*id)?;
            let edition = published.editions.iter().find(|edition| edition.place == *place)?;
            entry.retracted().is_none().then_some((*id, edition))
        })
    }

    /// The edition that was published at this place, of an entry that the public may read today.
    pub fn edition_at(&self, place: Place) -> Option<(EntryId, &EditionFacts)> {
        let id = *self.editions.get(&place)?;
        let (entry, published) = self.entry(id)?;
        let edition = published.editions.iter().find(|edition| edition.place == place)?;
        entry.withheld.is_none().then_some((id, edition))
    }

    /// Whether the edition at this place was listed once everything up to `last` had happened: then the current one of an entry that stood
    /// as published. Of what is suspended or retracted today nothing was.
    pub fn was_listed_at(&self, place: Place, id: EntryId, last: Place) -> bool {
        let Some((entry, published)) = self.entry(id) else { return false };
        entry.withheld.is_none() && published.stood_at(last).is_some_and(|current| current.place == place)
    }

    /// What was published at this place, if it is still the current edition of an entry that stands as published.
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

    /// The entries that are suspended and would stand as published again, by the place of their edition, oldest first.
    pub fn suspended_entries(&self) -> impl Iterator<Item = (Place, EntryId)> + '_ {
        self.suspended.iter().map(|(place, entry)| (*place, *entry))
    }

    /// How many entries are suspended.
    pub fn suspended(&self) -> u64 {
        self.suspended.len() as u64
    }

    /// How many entries were superseded and can be read.
    pub fn superseded(&self) -> u64 {
        self.superseded
    }

    /// Requests for retraction that wait for a publisher, oldest first: those after `after` only.
    pub fn requests(&self, after: Option<Place>) -> impl Iterator<Item = (Place, EntryId)> + '_ {
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        self.requested.range((start, Bound::Unbounded)).map(|(place, entry)| (*place, *entry))
    }

    /// Whether a key opens what a publisher said to a body.
    pub fn is_said_to_a_body(&self, key: KeyId) -> bool {
        self.said_to_bodies.contains(&key)
    }

    /// The files that approved contents name.
    pub fn files(&self) -> &NamedFiles {
        &self.files
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

    fn publish(&mut self, event: &Event, id: EntryId, edition: &v1::EditionPublished) {
        // The state was folded before: its entry is the edition that this event published.
        let Some(entry) = self.state.entries.get(&id) else { return };
        let place = event.head.place;
        let published = self.published.entry(id).or_default();
        let former = published.current().map(|former| former.place);
        published.editions.push(EditionFacts {
            edition: entry.edition,
            place,
            at: event.head.recorded_at,
            digest: entry.digest,
            registry: event.head.registry,
            kind: EditionKind::of(edition),
        });
        self.numbers.insert(entry.number.clone(), id);
        self.editions.insert(place, id);
        self.list_again(id, former);
    }

    /// Puts an entry on the list it belongs to now; its former place was this.
    fn list_again(&mut self, id: EntryId, former: Option<Place>) {
        if let Some(former) = former {
            self.listed.remove(&former);
            self.suspended.remove(&former);
        }
        let current = self.published.get(&id).and_then(Published::current).map(|current| current.place);
        let (Some(entry), Some(place)) = (self.state.entries.get(&id), current) else { return };
        match entry.standing() {
            Standing::Published => {
                self.listed.insert(place, id);
            }
            // One that was superseded too stays off the list when it is reinstated.
            Standing::Suspended if entry.successor.is_none() => {
                self.suspended.insert(place, id);
            }
            Standing::Suspended | Standing::Superseded | Standing::Retracted => {}
        }
    }

    fn turn(&mut self, id: EntryId, mut turn: Turn) {
        let Some(published) = self.published.get_mut(&id) else { return };
        match &turn.kind {
            TurnKind::Retracted => {
                turn.requested = published.request.take();
                if let Some(request) = turn.requested {
                    self.requested.remove(&request.place);
                }
                // A retraction ends a supersession that could be read, and so does a suspension for a while.
                if published.supersession().is_some() && published.withheld().is_none() {
                    self.superseded = self.superseded.saturating_sub(1);
                }
                self.retracted += 1;
            }
            TurnKind::Suspended if published.supersession().is_some() => {
                self.superseded = self.superseded.saturating_sub(1);
            }
            TurnKind::Reinstated if published.supersession().is_some() => self.superseded += 1,
            TurnKind::Superseded { .. } => self.superseded += 1,
            TurnKind::Suspended | TurnKind::Reinstated => {}
        }
        let former = published.current().map(|current| current.place);
        let by = if let TurnKind::Superseded { by, .. } = &turn.kind { Some(*by) } else { None };
        published.turns.push(turn);
        self.list_again(id, former);
        if let Some(successor) = by.and_then(|by| self.published.get_mut(&by)) {
            successor.instead_of.push(id);
        }
    }

    /// The request is answered: nobody waits any more.
    fn decline(&mut self, id: EntryId, declined: &v1::RetractionDeclined) {
        let said = declined.command.as_ref().and_then(|command| command.reason.as_ref());
        self.said_to_bodies.extend(said.and_then(|said| KeyId::try_from(said.key_id.as_slice()).ok()));
        let is_open = self.state.entries.get(&id).is_some_and(|entry| entry.asked.is_some());
        let Some(published) = self.published.get_mut(&id).filter(|_| !is_open) else { return };
        if let Some(request) = published.request.take() {
            self.requested.remove(&request.place);
        }
    }

    fn receive(&mut self, place: Place, foreign: &Event) {
        match (&foreign.payload, foreign.head.entry, foreign.head.place.origin) {
            (Some(Payload::RegistryAdopted(_)), _, Origin::Moderation) => {
                if let Some(digest) = self.state.rules.as_ref().map(|rules| rules.digest) {
                    self.registries.entry(digest).or_insert(place);
                }
            }
            (Some(Payload::Approved(approved)), Some(id), Origin::Moderation) => {
                self.files.take(id, approved.content.as_ref());
            }
            (Some(payload), Some(id), Origin::Submission) => {
                let edition = match payload {
                    Payload::RetractionAsked(asked) => asked.edition,
                    Payload::RetractionCleared(cleared) => cleared.edition,
                    _ => return,
                };
                let open = self.state.entries.get(&id).is_some_and(|entry| entry.asked == Some(foreign.head.place));
                let Some(published) = self.published.get_mut(&id).filter(|_| open) else { return };
                // A later request takes the place of an earlier one: its reason is the one that counts.
                if let Some(former) = published.request.take() {
                    self.requested.remove(&former.place);
                }
                published.request = Some(RequestFacts { place, at: foreign.head.recorded_at, edition });
                self.requested.insert(place, id);
            }
            _ => {}
        }
    }
}

impl View for Catalogue {
    fn erasures(&self) -> Option<&Orders> {
        Some(&self.state.erasures)
    }

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
            (Some(Payload::EditionPublished(edition)), Some(entry)) => self.publish(event, entry, edition),
            (Some(Payload::RetractionDeclined(declined)), Some(entry)) => self.decline(entry, declined),
            (Some(_), Some(entry)) => {
                if let Some(turn) = Turn::of(event) {
                    self.turn(entry, turn);
                }
            }
            _ => {}
        }
    }
}

impl PerEntry for Catalogue {
    /// What readers see hangs on no designation.
    fn bears_on_all(_event: &Event, beside: Option<&Event>) -> bool {
        matches!(beside.and_then(|foreign| foreign.payload.as_ref()), Some(Payload::RegistryAdopted(_)))
    }

    /// The entries that it stands in the place of: what says so is told of them.
    fn bound_up_with(&self, entry: EntryId) -> Vec<EntryId> {
        self.published.get(&entry).map(|published| published.instead_of.clone()).unwrap_or_default()
    }
}
