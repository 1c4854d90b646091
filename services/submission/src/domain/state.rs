//! What is needed to decide: positions and facts, never contents.

use std::collections::{BTreeMap, BTreeSet};

use dossier_identity::Designations;
use dossier_proto::{BodyCode, Digest, EntryId, Micros, Place, v1};
use serde::{Deserialize, Serialize};

use super::{FieldNames, Holder, Lineage, Turn, Workflow};

/// The state of the submission service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Who may act for which body.
    pub designations: Designations,
    /// Digest of the registry in force.
    pub registry: Option<Digest>,
    /// All entries, the oldest first.
    pub entries: BTreeMap<EntryId, Entry>,
    /// The keys of all fields ever written.
    pub fields: FieldNames,
    /// Which entry of a body was read from which file, by the file's digest.
    pub sources: BTreeMap<(BodyCode, Digest), EntryId>,
    /// When entries return to draft by themselves.
    expiries: BTreeSet<(Micros, EntryId)>,
}

/// What never changes about an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryFacts {
    /// The body it belongs to.
    pub body: BodyCode,
    /// Its record type.
    pub record_type: String,
    /// The language it is written in first.
    pub language: String,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What never changes.
    pub facts: EntryFacts,
    /// The version of the draft: moved by every save and by opening a revision, never by others or by time.
    pub version: u64,
    /// The working content.
    pub working: Revision,
    /// The number of the newest revision; the next save has this one plus one.
    pub saved: u32,
    /// The public edition that the working content revises.
    pub base: Option<Base>,
    /// How many times it was submitted.
    pub round: u32,
    /// What was ever submitted: number and digest.
    pub submitted: BTreeMap<u32, Digest>,
    /// Where the work stands.
    pub workflow: Workflow,
    /// Since when it stands there.
    pub since: Micros,
    /// What the public sees, or saw before the retraction.
    pub public: Option<Public>,
    /// Who wrote it.
    pub lineage: Lineage,
}

/// One content of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// From 1, in the order of saving.
    pub number: u32,
    /// Its digest.
    pub digest: Digest,
}

/// The public edition that a draft revises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Base {
    /// Its number.
    pub edition: u32,
    /// Its content.
    pub revision: Revision,
}

/// What the public sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Public {
    /// Such as `EVT-2026-00042`; given once.
    pub number: String,
    /// The current edition.
    pub edition: u32,
    /// Its content.
    pub revision: Revision,
    /// The body has asked for its retraction by this event; a publisher decides.
    pub retraction_asked: Option<(Place, Micros)>,
}

impl Revision {
    /// The revision that a content in an event is; `None` when it has no digest.
    pub fn of(content: &v1::Content) -> Option<Self> {
        Some(Self { number: content.revision, digest: content.digest.as_slice().try_into().ok()? })
    }
}

impl Entry {
    /// Who has the next move, and since when.
    pub fn turn(&self) -> Turn {
        let retraction = self.public.as_ref().and_then(|public| public.retraction_asked);
        let (who, since) = match (&self.workflow, retraction) {
            (Workflow::Draft | Workflow::ChangesRequested { .. }, _) => (Holder::Contributor, self.since),
            (Workflow::InReview { .. }, _) => (Holder::Moderator, self.since),
            (Workflow::Approved { .. }, _) => (Holder::Publisher, self.since),
            (Workflow::Retracted { .. }, _) | (_, None) => (Holder::Nobody, self.since),
            (_, Some((_, asked_at))) => (Holder::Publisher, asked_at),
        };
        Turn { who, since }
    }

    /// Whether the public edition is still there to be revised.
    pub fn is_public(&self) -> bool {
        self.public.is_some() && !matches!(self.workflow, Workflow::Retracted { .. })
    }

    /// Whether the working content revises an edition that is not the current one any more.
    pub fn base_is_outdated(&self) -> bool {
        match (&self.base, &self.public) {
            (Some(base), Some(public)) => base.edition != public.edition,
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }

    /// Days until it returns to draft by itself; a day that has begun counts.
    pub fn days_left(&self, now: Micros) -> Option<i64> {
        match self.workflow {
            Workflow::ChangesRequested { expires, .. } => {
                let left = expires.0.saturating_sub(now.0).max(0);
                Some(left.div_euclid(Micros::DAY) + i64::from(left % Micros::DAY != 0))
            }
            _ => None,
        }
    }
}

impl State {
    /// The entry that a body has filed from this file, unless it was withdrawn.
    pub fn filed_from(&self, body: &BodyCode, source: Digest) -> Option<EntryId> {
        let id = *self.sources.get(&(body.clone(), source))?;
        let withdrawn = matches!(self.entries.get(&id)?.workflow, Workflow::Withdrawn { .. });
        (!withdrawn).then_some(id)
    }

    /// The moment at which the first entry returns to draft.
    pub(super) fn next_expiry(&self) -> Option<Micros> {
        self.expiries.first().map(|(moment, _)| *moment)
    }

    /// The entries that are due to return to draft at `now`, the longest overdue first.
    pub(super) fn expired_at(&self, now: Micros) -> impl Iterator<Item = EntryId> + '_ {
        self.expiries.iter().take_while(move |(moment, _)| *moment <= now).map(|(_, entry)| *entry)
    }

    /// Moves an entry to where the work stands now, and keeps the list of expiries true. This is the one door: every
    /// change of [`Entry::workflow`] goes through it.
    pub(super) fn moves(&mut self, id: EntryId, to: Workflow, since: Micros) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if let Workflow::ChangesRequested { expires, .. } = entry.workflow {
            self.expiries.remove(&(expires, id));
        }
        if let Workflow::ChangesRequested { expires, .. } = to {
            self.expiries.insert((expires, id));
        }
        // Published is where nothing is under way: what was being written gives way to what is public.
        if let (Workflow::Published, Some(public)) = (&to, &entry.public) {
            entry.working = public.revision;
            entry.base = None;
        }
        entry.workflow = to;
        entry.since = since;
    }

    /// Where the work stands after the body ended it: nowhere (`ended`), or at the public edition, which stays.
    pub(super) fn ended_by_body(&self, id: EntryId, ended: Workflow) -> Workflow {
        if self.entries.get(&id).is_some_and(Entry::is_public) { Workflow::Published } else { ended }
    }

    /// Whether the list of expiries says what the entries say.
    #[cfg(test)]
    pub(super) fn expiries_are_true(&self) -> bool {
        let told = self.entries.iter().filter_map(|(id, entry)| match entry.workflow {
            Workflow::ChangesRequested { expires, .. } => Some((expires, *id)),
            _ => None,
        });
        told.collect::<BTreeSet<_>>() == self.expiries
    }
}
