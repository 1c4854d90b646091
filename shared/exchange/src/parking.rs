//! Entries whose events wait because one of them is of a kind this version does not know.

use std::collections::BTreeSet;

use dossier_proto::{EntryId, Event};

use crate::Tally;

/// What to do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Hand it over.
    Take,
    /// Unknown, and the writer says it may be passed over.
    Pass,
    /// It waits, with all later events of its entry.
    Park,
    /// Unknown, must be understood, and concerns no entry: nothing after it can be trusted to be complete.
    Halt,
}

/// The parked entries of one origin.
#[derive(Debug, Default)]
pub(crate) struct Parking {
    entries: BTreeSet<EntryId>,
    /// Where to go on after a restart: before the first parked event. A newer version reads them again from there.
    resume: Option<Tally>,
}

impl Parking {
    /// Judges an event; `before` is the position in front of it.
    pub(crate) fn judge(&mut self, event: &Event, before: &Tally) -> Verdict {
        let entry = event.head.entry;
        if entry.is_some_and(|entry| self.entries.contains(&entry)) {
            return Verdict::Park;
        }
        if event.payload.is_some() {
            return Verdict::Take;
        }
        if !event.head.must_understand {
            return Verdict::Pass;
        }
        let Some(entry) = entry else { return Verdict::Halt };
        self.entries.insert(entry);
        self.resume.get_or_insert_with(|| before.clone());
        Verdict::Park
    }

    /// How many entries wait.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Where to go on after a restart, when `now` is where we are.
    pub(crate) fn resume(&self, now: &Tally) -> Tally {
        self.resume.clone().unwrap_or_else(|| now.clone())
    }
}
