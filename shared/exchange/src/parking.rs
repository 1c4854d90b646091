//! Entries whose events wait because one of them is of a kind this version does not know.

use std::{collections::BTreeSet, fmt};

use dossier_proto::{EntryId, Event, Place, kind_number};

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

/// So many parked entries are named in a follower's status, those that were parked first: an operator looks at some, and 20 lines of 80
/// letters fit a page. How many there are is told beside them.
pub const PARKED_NAMED_MAX: usize = 20;

/// An entry whose events wait, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParkedEntry {
    /// Which one.
    pub entry: EntryId,
    /// The event that this version does not understand.
    pub event: Place,
    /// Its kind: the number of its payload in the contract, when it has one.
    pub kind: Option<u32>,
}

impl fmt::Display for ParkedEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} since {}", self.entry, self.event)?;
        self.kind.map_or(Ok(()), |kind| write!(f, " of kind {kind}"))
    }
}

/// The parked entries of one origin.
#[derive(Debug, Default)]
pub(crate) struct Parking {
    entries: BTreeSet<EntryId>,
    /// Those that were parked first, [`PARKED_NAMED_MAX`] at most.
    named: Vec<ParkedEntry>,
    /// Where to go on after a restart: before the first parked event. A newer version reads them again from there.
    resume: Option<Tally>,
}

impl Parking {
    /// Judges an event; `before` is the position in front of it.
    pub(crate) fn judge(&mut self, event: &Event, bytes: &[u8], before: &Tally) -> Verdict {
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
        if self.named.len() < PARKED_NAMED_MAX {
            self.named.push(ParkedEntry { entry, event: event.head.place, kind: kind_number(bytes) });
        }
        self.resume.get_or_insert_with(|| before.clone());
        Verdict::Park
    }

    /// How many entries wait.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Those that were parked first, [`PARKED_NAMED_MAX`] at most.
    pub(crate) fn named(&self) -> &[ParkedEntry] {
        &self.named
    }

    /// Where to go on after a restart, when `now` is where we are.
    pub(crate) fn resume(&self, now: &Tally) -> Tally {
        self.resume.clone().unwrap_or_else(|| now.clone())
    }
}

#[cfg(test)]
mod tests {
    use dossier_proto::{Origin, Payload, v1};

    use super::*;

    /// Whatever comes: what an operator is shown has an end, and what is parked does not depend on it.
    #[test]
    fn the_first_are_named_and_all_are_parked() {
        let (mut parking, before) = (Parking::default(), Tally::start(Origin::Submission));
        for sequence in 0..30_u8 {
            let entry = EntryId([sequence; 16]);
            let mut event =
                crate::conformance::event(Origin::Submission, Some(entry), Payload::Expired(v1::Expired::default()));
            event.head.place.sequence = sequence.into();
            assert_eq!(parking.judge(&event, &[], &before), Verdict::Take);
            (event.payload, event.head.must_understand) = (None, true);
            // Field 131, length-delimited, empty.
            assert_eq!(parking.judge(&event, &[0x9a, 0x08, 0x00], &before), Verdict::Park);
            assert_eq!(parking.judge(&event, &[], &before), Verdict::Park, "again");
        }
        assert_eq!((parking.len(), parking.named().len()), (30, PARKED_NAMED_MAX));
        let words = parking.named()[3].to_string();
        assert_eq!(words, format!("{} since submission 3 of kind 131", EntryId([3; 16])));
    }
}
