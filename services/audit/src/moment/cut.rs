//! The moment that somebody asks about, over all journals.

use dossier_journal::Journal;
use dossier_proto::{Event, Micros, Origin, Place};
use dossier_web::{
    Answer, Problem,
    as_of::{Asked, never_there, not_settled, read_any},
};

use crate::{copies::COPIED, office::Office};

/// A moment that all origins have passed: nothing can happen in it any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// The instant. A place stands for the moment in which its event was recorded.
    pub(crate) instant: Micros,
    /// As it was asked for.
    pub(crate) text: String,
}

impl Cut {
    /// Whether an event had happened by then, wherever it was recorded first.
    pub(crate) fn has(&self, event: &Event) -> bool {
        event.head.recorded_at <= self.instant
    }
}

/// The moment that `text` names: an instant, or the place of an event of any origin, included. `parameter` is what it is called in the
/// address. Reads the journals: off the async threads.
///
/// # Errors
/// 400 when it is none, or the place of an event that will never be; 409 when an origin has not passed it yet.
pub(crate) fn cut(office: &Office, text: &str, parameter: &str) -> Answer<Cut> {
    let instant = match read_any(text, parameter)? {
        Asked::Instant(instant) => instant,
        Asked::Place(place) => recorded_at(office, place, text)?,
    };
    let is_open = |origin: &Origin| has_passed(office, *origin, instant).map(|passed| !passed);
    let mut waiting = Vec::new();
    for origin in COPIED.into_iter().chain([Origin::Audit]) {
        if instant >= office.now() || is_open(&origin)? {
            waiting.push(origin);
        }
    }
    if waiting.is_empty() { Ok(Cut { instant, text: text.to_owned() }) } else { Err(not_settled(text, &waiting)) }
}

fn journal(office: &Office, origin: Origin) -> Option<&Journal> {
    match origin {
        Origin::Audit => Some(office.engine().journal()),
        other => office.copies().journal(other),
    }
}

fn recorded_at(office: &Office, place: Place, text: &str) -> Answer<Micros> {
    let journal = journal(office, place.origin).ok_or_else(|| never_there(place))?;
    match read(journal, place)? {
        Some(event) => Ok(event.head.recorded_at),
        None if place.epoch < journal.head().epoch => Err(never_there(place)),
        None => Err(not_settled(text, &[place.origin])),
    }
}

fn read(journal: &Journal, place: Place) -> Answer<Option<Event>> {
    let at = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
    let stored = journal.get(at).map_err(|error| Problem::internal(&error))?;
    stored.map(|stored| Event::decode(&stored.event)).transpose().map_err(|error| Problem::internal(&error))
}

/// Whether the origin can record nothing any more with this instant or an earlier one.
fn has_passed(office: &Office, origin: Origin, instant: Micros) -> Answer<bool> {
    // What we record ourselves is of now, and every reading is recorded before it is answered.
    if origin == Origin::Audit || office.copies().passed().is_behind(origin, instant) {
        return Ok(true);
    }
    let Some(journal) = office.copies().journal(origin) else { return Ok(false) };
    let newest = journal.epochs().into_iter().rev().find_map(|(epoch, size)| Some((epoch, size.checked_sub(1)?)));
    let Some((epoch, sequence)) = newest else { return Ok(false) };
    Ok(read(journal, Place { origin, epoch, sequence })?.is_some_and(|event| event.head.recorded_at > instant))
}
