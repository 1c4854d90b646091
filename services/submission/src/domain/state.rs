//! What is needed to decide: positions and facts, never contents.

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::erasure::Orders;
use dossier_identity::Designations;
use dossier_post::letters::ReadMarks;
use dossier_proto::{BodyCode, Digest, EntryId, Micros, Place, SubjectId, v1};
use serde::{Deserialize, Serialize};

use super::{ClearanceRules, EXPIRY_DAYS, FieldNames, Lineage, OpenItems, Uncleared, Workflow};

/// The state of the submission service.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Who may act for which body.
    pub designations: Designations,
    /// Digest of the registry in force.
    pub registry: Option<Digest>,
    /// What that registry wants cleared nationally.
    pub clearance: ClearanceRules,
    /// All entries, the oldest first.
    pub entries: BTreeMap<EntryId, Entry>,
    /// The keys of all fields ever written.
    pub fields: FieldNames,
    /// Which entry of a body was read from which file, by the file's digest.
    pub sources: BTreeMap<(BodyCode, Digest), EntryId>,
    /// How far everybody has read their inbox.
    pub read: ReadMarks,
    /// What is to be destroyed, and whether it was here.
    pub erasures: Orders,
    /// When entries return to draft by themselves.
    expiries: BTreeSet<(Micros, EntryId)>,
    /// When those who have the move are reminded of entries next.
    reminders: BTreeSet<(Micros, EntryId)>,
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
    /// When its paper came in, of an entry that the secretariat filed on behalf of the body.
    pub received_at: Option<Micros>,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What never changes.
    pub facts: EntryFacts,
    /// The version of the draft: moved by every save and by opening a revision, never by others or by time.
    pub version: u64,
    /// The event that wrote the working content.
    pub written: Place,
    /// The working content.
    pub working: Revision,
    /// The number of the newest revision; the next save has this one plus one.
    pub saved: u32,
    /// The public edition that the working content revises.
    pub base: Option<Base>,
    /// What of the working content its state has not cleared.
    pub uncleared: Uncleared,
    /// How many times it was submitted.
    pub round: u32,
    /// What was ever submitted: number and digest.
    pub submitted: BTreeMap<u32, Digest>,
    /// Until when nothing of what was submitted last is to be public, as the body asked.
    pub embargo_until: Option<Micros>,
    /// The requested changes that wait for an answer.
    pub open_items: OpenItems,
    /// The refused submission against whose refusal the body has appealed, and the event of the appeal.
    pub appealed: Option<Appealed>,
    /// Where the work stands.
    pub workflow: Workflow,
    /// Since when it stands there.
    pub since: Micros,
    /// What the public sees, or saw before the retraction.
    pub public: Option<Public>,
    /// Who wrote it.
    pub lineage: Lineage,
}

/// An appeal: there is one against each refusal of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appealed {
    /// What was refused.
    pub submitted: Place,
    /// The appeal.
    pub appeal: Place,
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
    /// Since when, and by which decision, it is not shown.
    pub suspended: Option<(Place, Micros)>,
    /// The entry that stands in its place. A suspension does not undo that, nor does its end.
    pub superseded: Option<Superseded>,
    /// The current edition is an editorial correction.
    pub corrected: Option<Corrected>,
    /// A contributor has proposed its retraction; the publishing authority has not cleared that yet.
    pub retraction_proposed: Option<Proposed>,
    /// The body has asked for its retraction by this event; a publisher decides.
    pub retraction_asked: Option<(Place, Micros)>,
}

/// Another entry in the place of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Superseded {
    /// The decision.
    pub place: Place,
    /// The number of the other entry.
    pub number: String,
}

/// Whether the public sees the edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Shown,
    /// It sees a tombstone for a while.
    Suspended,
    /// It is pointed on to another entry.
    Superseded,
}

impl Public {
    /// Whether it is shown, as publication counts it: what is suspended is so, whatever stands in its place.
    pub const fn standing(&self) -> Standing {
        match (&self.suspended, &self.superseded) {
            (Some(_), _) => Standing::Suspended,
            (None, Some(_)) => Standing::Superseded,
            (None, None) => Standing::Shown,
        }
    }
}

/// An editorial correction that became an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Its publication.
    pub published: Place,
    /// The objection of the body.
    pub objected: Option<Place>,
}

/// A retraction that was proposed and not cleared yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The event.
    pub place: Place,
    /// When.
    pub at: Micros,
    /// By whom: cannot clear it.
    pub by: SubjectId,
    /// SHA-256 of the sealed reason: what is cleared is that and nothing else.
    pub reason: Digest,
}

impl Revision {
    /// The revision that a content in an event is; `None` when it has no digest.
    pub fn of(content: &v1::Content) -> Option<Self> {
        Some(Self { number: content.revision, digest: content.digest.as_slice().try_into().ok()? })
    }
}

impl Entry {
    /// Whether there is a public edition, though perhaps it is not shown at the moment. What is retracted is none.
    pub fn has_edition(&self) -> bool {
        self.public.is_some() && !matches!(self.workflow, Workflow::Retracted { .. })
    }

    /// The public edition, if the body may revise it: not where another entry stands in its place.
    pub fn revisable(&self) -> Option<&Public> {
        let public = self.public.as_ref().filter(|_| self.has_edition())?;
        public.superseded.is_none().then_some(public)
    }

    /// Whether everybody can read its public edition now.
    pub fn is_shown(&self) -> bool {
        self.has_edition() && self.public.as_ref().is_some_and(|public| public.standing() == Standing::Shown)
    }

    /// Whether the working content revises an edition that is not the current one any more.
    pub fn base_is_outdated(&self) -> bool {
        match (&self.base, &self.public) {
            (Some(base), Some(public)) => base.edition != public.edition,
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }

    /// Days until it returns to draft by itself; a day that has begun counts. What was recorded a moment ahead of the clock
    /// has all its days and not one more.
    pub fn days_left(&self, now: Micros) -> Option<i64> {
        let left = self.workflow.expires()?.0.saturating_sub(now.0).clamp(0, EXPIRY_DAYS * Micros::DAY);
        Some(left.div_euclid(Micros::DAY) + i64::from(left % Micros::DAY != 0))
    }

    /// The appeal under which the submission is reviewed again.
    pub fn under_appeal(&self) -> Option<Place> {
        let submitted = self.workflow.under_review()?;
        self.appealed.filter(|appealed| appealed.submitted == submitted).map(|appealed| appealed.appeal)
    }
}

impl State {
    /// The entry that a body has filed from this file, unless it was withdrawn.
    pub fn filed_from(&self, body: &BodyCode, source: Digest) -> Option<EntryId> {
        let id = *self.sources.get(&(body.clone(), source))?;
        let withdrawn = matches!(self.entries.get(&id)?.workflow, Workflow::Withdrawn { .. });
        (!withdrawn).then_some(id)
    }

    /// Whether the working content of an entry has to be cleared before it is submitted.
    pub fn needs_clearance(&self, entry: &Entry) -> bool {
        let facts = &entry.facts;
        self.clearance.is_needed_for(&facts.body, &facts.record_type, &entry.uncleared, &self.fields)
    }

    /// The moment at which the first entry returns to draft.
    pub(super) fn next_expiry(&self) -> Option<Micros> {
        self.expiries.first().map(|(moment, _)| *moment)
    }

    /// The entries that are due to return to draft at `now`, the longest overdue first.
    pub(super) fn expired_at(&self, now: Micros) -> impl Iterator<Item = EntryId> + '_ {
        self.expiries.iter().take_while(move |(moment, _)| *moment <= now).map(|(_, entry)| *entry)
    }

    /// The moment at which somebody is to be reminded first.
    pub(super) fn next_reminder(&self) -> Option<Micros> {
        self.reminders.first().map(|(moment, _)| *moment)
    }

    /// The reminders that are due at `now`, the longest overdue first. An entry that expires at the same time is only told that.
    pub(super) fn reminders_at(&self, now: Micros) -> impl Iterator<Item = (EntryId, v1::Remind)> + '_ {
        let due = self.reminders.iter().take_while(move |(moment, _)| *moment <= now);
        due.filter_map(move |(_, id)| Some((*id, self.entries.get(id)?.workflow.due_reminder(now)?)))
    }

    /// Whoever has the move was reminded.
    pub(super) fn was_reminded(&mut self, id: EntryId, days: u32) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if let Some(moment) = entry.workflow.next_reminder() {
            self.reminders.remove(&(moment, id));
        }
        entry.workflow.was_reminded(days);
        if let Some(moment) = entry.workflow.next_reminder() {
            self.reminders.insert((moment, id));
        }
    }

    /// Moves an entry to where the work stands now, and keeps the list of expiries true. This is the one door: every
    /// change of [`Entry::workflow`] from one state to another goes through it.
    pub(super) fn moves(&mut self, id: EntryId, to: Workflow, since: Micros) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        if let Some(expires) = entry.workflow.expires() {
            self.expiries.remove(&(expires, id));
        }
        if let Some(moment) = entry.workflow.next_reminder() {
            self.reminders.remove(&(moment, id));
        }
        if let Some(expires) = to.expires() {
            self.expiries.insert((expires, id));
        }
        if let Some(moment) = to.next_reminder() {
            self.reminders.insert((moment, id));
        }
        // Published is where nothing is under way: what was being written gives way to what is public.
        if let (Workflow::Published, Some(public)) = (&to, &entry.public) {
            entry.working = public.revision;
            entry.base = None;
            entry.uncleared = Uncleared::nothing();
            entry.open_items.clear();
        }
        entry.workflow = to;
        entry.since = since;
    }

    /// Where the work stands after the body ended it: nowhere (`ended`), or at the public edition, which stays.
    pub(super) fn ended_by_body(&self, id: EntryId, ended: Workflow) -> Workflow {
        if self.entries.get(&id).is_some_and(Entry::has_edition) { Workflow::Published } else { ended }
    }

    /// Whether the list of expiries says what the entries say.
    #[cfg(test)]
    pub(super) fn expiries_are_true(&self) -> bool {
        let told = self.entries.iter().filter_map(|(id, entry)| Some((entry.workflow.expires()?, *id)));
        let reminders = self.entries.iter().filter_map(|(id, entry)| Some((entry.workflow.next_reminder()?, *id)));
        told.collect::<BTreeSet<_>>() == self.expiries && reminders.collect::<BTreeSet<_>>() == self.reminders
    }
}
