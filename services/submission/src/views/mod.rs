//! What people and programs ask submission for, fed with every durable event.

mod listing;
#[cfg(test)]
mod tests;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::{Decider, View};
use dossier_proto::{BodyCode, EntryId, Event, KeyId, Payload, Place};
use serde::{Deserialize, Serialize};

pub use timeline::{Happened, Moment, Party};

use crate::{
    domain::{Entry, State, Submission, WorkState},
    keys,
};

/// All entries: the facts of the decider, and what has happened to each.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Entries {
    state: State,
    timelines: BTreeMap<EntryId, Vec<Moment>>,
    listed: BTreeMap<(BodyCode, WorkState), BTreeSet<EntryId>>,
    /// The keys of everything that was ever submitted, and of what.
    submitted_keys: BTreeMap<KeyId, EntryId>,
    /// Our own event that received the registry in force.
    registry: Option<Place>,
}

impl Entries {
    /// The facts that decisions are taken on, as far as they are durable.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// An entry.
    pub fn entry(&self, id: EntryId) -> Option<&Entry> {
        self.state.entries.get(&id)
    }

    /// What has happened to an entry, in order.
    pub fn timeline(&self, id: EntryId) -> &[Moment] {
        self.timelines.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Where our event stands that received the registry in force; the registry itself is beside it.
    pub fn registry(&self) -> Option<Place> {
        self.registry
    }

    /// Whether a key belongs to something that was submitted, and to which entry.
    pub fn submitted_key(&self, key: KeyId) -> Option<EntryId> {
        self.submitted_keys.get(&key).copied()
    }

    /// Keeps the lists true after an event about `id`.
    fn relist(&mut self, id: EntryId, former: Option<WorkState>) {
        let Some(entry) = self.state.entries.get(&id) else { return };
        let now = entry.workflow.state();
        if former == Some(now) {
            return;
        }
        if let Some(former) = former
            && let Some(list) = self.listed.get_mut(&(entry.facts.body.clone(), former))
        {
            list.remove(&id);
        }
        self.listed.entry((entry.facts.body.clone(), now)).or_default().insert(id);
    }
}

impl View for Entries {
    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        let place = event.head.place;
        let former = event.head.entry.and_then(|id| self.entry(id)).map(|entry| entry.workflow.state());
        Submission::evolve(&mut self.state, event, beside);
        if matches!(beside.and_then(|foreign| foreign.payload.as_ref()), Some(Payload::RegistryAdopted(_))) {
            self.registry = Some(place);
        }
        let Some(id) = event.head.entry.filter(|id| self.state.entries.contains_key(id)) else { return };
        if let Some(Payload::Submitted(submitted)) = &event.payload {
            self.submitted_keys.extend(keys::of_submitted(submitted).into_iter().map(|key| (key, id)));
        }
        if let Some(moment) = timeline::moment(event, beside) {
            self.timelines.entry(id).or_default().push(moment);
        }
        self.relist(id, former);
    }
}
