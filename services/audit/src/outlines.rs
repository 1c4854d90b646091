//! The trails that were looked at lately, without their words, kept in memory; and the events of a trail, read in runs.
//!
//! What an entry's trail looks like is known from every event of it, so the first look reads them all. After that only what is
//! new is read: a page at the end of ten thousand events costs what one at their beginning does.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dossier_journal::{Journal, Place as At};
use dossier_proto::{EntryId, Event, Origin, Place};

use crate::{
    copies::{CopyReadError, filed},
    office::Office,
    trail::{Filed, Heads, Outline, Row, slot},
};

/// Rows that are kept: about 250 bytes each, so 25 MB.
const ROWS_MAX: usize = 100_000;
/// Events of others that are read along between two of an entry, instead of looking the second one up.
const GAP_MAX: u64 = 8;
/// Bytes of events read at once: eight of the largest.
const READ_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Outlines by entry. What was used longest ago goes first.
#[derive(Default)]
pub(crate) struct Outlines(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    outlines: HashMap<EntryId, Known>,
    rows: usize,
    looks: u64,
}

struct Known {
    outline: Arc<Outline>,
    /// How many events of the entry each journal had.
    read: [usize; 4],
    used: u64,
}

impl Outlines {
    /// The outline of an entry as it is now, and how far the journals were then. Reads what is new.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub(crate) fn of(&self, office: &Office, entry: EntryId) -> Result<(Arc<Outline>, Heads), CopyReadError> {
        let heads = heads(office);
        let (mut outline, mut read) = self.known(entry);
        let mut new = Vec::new();
        for origin in Origin::ALL {
            let Some(journal) = office.journal(origin) else { continue };
            let places = journal.of_entry(entry.0)?;
            let unread = places.get(read[slot(origin)]..).unwrap_or_default();
            visit(journal, origin, unread, &mut |filed| new.push(Row::of(&filed.event)))?;
            read[slot(origin)] = places.len();
        }
        if !new.is_empty() {
            outline = Arc::new(outline.with(new));
            self.keep(entry, Arc::clone(&outline), read);
        }
        Ok((outline, heads))
    }

    fn known(&self, entry: EntryId) -> (Arc<Outline>, [usize; 4]) {
        let mut kept = self.kept();
        kept.looks += 1;
        let looks = kept.looks;
        let Some(known) = kept.outlines.get_mut(&entry) else { return (Arc::default(), [0; 4]) };
        known.used = looks;
        (Arc::clone(&known.outline), known.read)
    }

    fn keep(&self, entry: EntryId, outline: Arc<Outline>, read: [usize; 4]) {
        let mut kept = self.kept();
        let used = kept.looks;
        // Two who look at once: whoever has read more stays.
        if kept.outlines.get(&entry).is_some_and(|known| known.outline.rows().len() > outline.rows().len()) {
            return;
        }
        kept.rows += outline.rows().len();
        let before = kept.outlines.insert(entry, Known { outline, read, used });
        kept.rows -= before.map_or(0, |before| before.outline.rows().len());
        while kept.rows > ROWS_MAX {
            let oldest = kept.outlines.iter().min_by_key(|(_, known)| known.used).map(|(entry, _)| *entry);
            let Some(gone) = oldest.and_then(|oldest| kept.outlines.remove(&oldest)) else { return };
            kept.rows -= gone.outline.rows().len();
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How far each journal is.
pub(crate) fn heads(office: &Office) -> Heads {
    Heads(Origin::ALL.map(|origin| {
        let head = office.journal(origin).map(Journal::head);
        head.map_or((0, 0), |head| (head.epoch, head.size))
    }))
}

/// The events at these places, in the same order; those that are not there are left out.
///
/// # Errors
/// [`CopyReadError`].
pub(crate) fn events_at(office: &Office, places: &[Place]) -> Result<Vec<Filed>, CopyReadError> {
    let mut found = Vec::with_capacity(places.len());
    for origin in Origin::ALL {
        let Some(journal) = office.journal(origin) else { continue };
        let mut of_origin: Vec<At> = places
            .iter()
            .filter(|place| place.origin == origin)
            .map(|place| At { epoch: place.epoch, sequence: place.sequence })
            .collect();
        of_origin.sort_unstable_by_key(|at| (at.epoch, at.sequence));
        visit(journal, origin, &of_origin, &mut |filed| found.push(filed))?;
    }
    let wanted: HashMap<Place, usize> = places.iter().copied().zip(0..).collect();
    found.sort_by_key(|filed: &Filed| wanted.get(&filed.event.head.place).copied());
    Ok(found)
}

/// Reads the events at these places (ascending), neighbours in one go.
///
/// # Errors
/// [`CopyReadError`].
pub(crate) fn visit(
    journal: &Journal,
    origin: Origin,
    places: &[At],
    take: &mut dyn FnMut(Filed),
) -> Result<(), CopyReadError> {
    let mut rest = places;
    while let Some(first) = rest.first().copied() {
        let is_near = |pair: &[At]| match pair {
            [one, other] => one.epoch == other.epoch && other.sequence - one.sequence <= GAP_MAX,
            _ => false,
        };
        let run = 1 + rest.windows(2).take_while(|pair| is_near(pair)).count();
        let last = rest.get(run - 1).copied().unwrap_or(first);
        let span = usize::try_from(last.sequence - first.sequence).unwrap_or(usize::MAX).saturating_add(1);
        let read = journal.read(first.epoch, first.sequence, span, READ_BYTES_MAX)?;
        let Some(end) = read.last().map(|stored| stored.sequence) else { return Ok(()) };
        let mut wanted = rest.iter().take(run).peekable();
        for stored in &read {
            if wanted.next_if(|at| at.sequence == stored.sequence).is_some() {
                take(filed(origin, stored)?);
            }
        }
        let done = rest.iter().take(run).take_while(|at| at.sequence <= end).count();
        rest = rest.get(done..).unwrap_or_default();
    }
    Ok(())
}

/// One event, of whatever origin.
///
/// # Errors
/// [`CopyReadError`].
pub(crate) fn event_at(office: &Office, place: Place) -> Result<Option<Event>, CopyReadError> {
    Ok(events_at(office, &[place])?.pop().map(|filed| filed.event))
}
