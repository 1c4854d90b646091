//! What people and programs ask submission for, fed with every durable event.

mod listing;
mod telling;
#[cfg(test)]
mod tests;
mod timeline;

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::{Decider, PerEntry, View, erasure::Orders};
use dossier_post::letters::{Inboxes, Roll};
use dossier_proto::{BodyCode, Digest, EntryId, Event, KeyId, Payload, Place};
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
    /// The entries that the secretariat filed on behalf of their bodies, by where they stand.
    filed: BTreeMap<WorkState, BTreeSet<EntryId>>,
    /// The entries that everybody can read, by type.
    shown: BTreeMap<String, BTreeSet<EntryId>>,
    /// The keys of everything that was ever submitted, and of what.
    submitted_keys: BTreeMap<KeyId, EntryId>,
    /// The keys of reasons that were cleared for publication, and of what.
    cleared_keys: BTreeMap<KeyId, EntryId>,
    /// The files that revisions name.
    files: BTreeSet<(EntryId, Digest)>,
    /// Our own event that received the registry in force.
    registry: Option<Place>,
    /// Who was told what.
    inboxes: Inboxes,
    /// Where to look for those whom something concerns.
    roll: Roll,
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

    /// The registry in force, and where our event stands that received it; the registry itself is beside that.
    pub fn adopted(&self) -> Option<(Digest, Place)> {
        Some((self.state.registry?, self.registry?))
    }

    /// Who was told what, and how far they have read it.
    pub fn inboxes(&self) -> &Inboxes {
        &self.inboxes
    }

    /// Whether a revision of the entry names this file.
    pub fn names_file(&self, entry: EntryId, file: Digest) -> bool {
        self.files.contains(&(entry, file))
    }

    /// Whether a key belongs to something that was submitted, and to which entry.
    pub fn submitted_key(&self, key: KeyId) -> Option<EntryId> {
        self.submitted_keys.get(&key).copied()
    }

    /// Whether a key opens a reason that a publisher is to read, and of which entry.
    pub fn cleared_key(&self, key: KeyId) -> Option<EntryId> {
        self.cleared_keys.get(&key).copied()
    }

    /// The entries of a type that everybody can read, the newest first.
    pub fn shown(&self, record_type: &str) -> impl Iterator<Item = EntryId> {
        self.shown.get(record_type).into_iter().flat_map(|shown| shown.iter().rev().copied())
    }

    /// Keeps the lists true after an event about `id`.
    fn relist(&mut self, id: EntryId, former: Option<WorkState>) {
        let Some(entry) = self.state.entries.get(&id) else { return };
        let shown = self.shown.entry(entry.facts.record_type.clone()).or_default();
        if entry.is_shown() {
            shown.insert(id);
        } else {
            shown.remove(&id);
        }
        let now = entry.state();
        if former == Some(now) {
            return;
        }
        if entry.facts.received_at.is_some() {
            if let Some(list) = former.and_then(|former| self.filed.get_mut(&former)) {
                list.remove(&id);
            }
            self.filed.entry(now).or_default().insert(id);
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
    fn erasures(&self) -> Option<&Orders> {
        Some(&self.state.erasures)
    }

    fn apply(&mut self, event: &Event, beside: Option<&Event>) {
        let place = event.head.place;
        let former = event.head.entry.and_then(|id| self.entry(id)).map(Entry::state);
        let turn = event.head.entry.and_then(|id| self.entry(id)).map(Entry::turn);
        Submission::evolve(&mut self.state, event, beside);
        self.roll.take(beside.unwrap_or(event));
        self.inboxes.take(event);
        if matches!(beside.and_then(|foreign| foreign.payload.as_ref()), Some(Payload::RegistryAdopted(_))) {
            self.registry = Some(place);
        }
        let Some(id) = event.head.entry.filter(|id| self.state.entries.contains_key(id)) else { return };
        if let Some(Payload::Submitted(submitted)) = &event.payload {
            self.submitted_keys.extend(keys::of_submitted(submitted).into_iter().map(|key| (key, id)));
        }
        if let Some(Payload::RetractionCleared(cleared)) = &event.payload {
            self.cleared_keys.extend(keys::of(cleared.reason.iter()).into_iter().map(|key| (key, id)));
        }
        let written = match &event.payload {
            Some(Payload::DraftStarted(started)) => started.command.as_ref().and_then(|start| start.content.as_ref()),
            Some(Payload::DraftSaved(saved)) => saved.command.as_ref().and_then(|save| save.content.as_ref()),
            _ => None,
        };
        let files = written.into_iter().flat_map(|content| &content.files);
        self.files.extend(files.filter_map(|file| Some((id, Digest::try_from(file.digest.as_slice()).ok()?))));
        if let Some(moment) = timeline::moment(event, beside) {
            self.timelines.entry(id).or_default().push(moment);
        }
        self.tell(id, event, beside, turn);
        self.relist(id, former);
    }
}

impl PerEntry for Entries {
    fn bears_on_all(_event: &Event, beside: Option<&Event>) -> bool {
        let heard = beside.and_then(|foreign| foreign.payload.as_ref());
        matches!(
            heard,
            Some(Payload::RegistryAdopted(_) | Payload::DesignationGranted(_) | Payload::DesignationRevoked(_))
        )
    }
}
