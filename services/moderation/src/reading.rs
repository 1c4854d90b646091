//! Reads single events of our journal, of whichever epoch.

use dossier_engine::{Engine, RecordError};
use dossier_journal::Place;
use dossier_proto::{EntryId, Event, Payload, v1};

use crate::{
    domain::Moderation,
    views::{Reviews, Whereabouts},
};

/// An event, and the foreign one that a `Received` stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// Our event.
    pub event: Event,
    /// The foreign event.
    pub beside: Option<Event>,
}

impl Read {
    /// What happened, wherever it was recorded first: the foreign event if there is one.
    pub fn told(&self) -> &Event {
        self.beside.as_ref().unwrap_or(&self.event)
    }
}

/// The event at a position.
///
/// # Errors
/// [`RecordError`].
pub(crate) fn at(engine: &Engine<Moderation, Reviews>, at: Whereabouts) -> Result<Read, RecordError> {
    let Whereabouts { epoch, sequence } = at;
    let stored = engine.journal().get(Place { epoch, sequence });
    let stored = stored.map_err(|error| RecordError::Journal(error.to_string()))?;
    let stored = stored.ok_or(RecordError::NotThere { epoch, sequence })?;
    let beside = stored.beside.as_deref().map(Event::decode).transpose()?;
    Ok(Read { event: Event::decode(&stored.event)?, beside })
}

/// The submission that was received there; `None` when something else was.
///
/// # Errors
/// [`RecordError`].
pub(crate) fn submitted_at(
    engine: &Engine<Moderation, Reviews>,
    place: Whereabouts,
) -> Result<Option<v1::Submitted>, RecordError> {
    match at(engine, place)?.beside.and_then(|foreign| foreign.payload) {
        Some(Payload::Submitted(submitted)) => Ok(Some(submitted)),
        _ => Ok(None),
    }
}

/// Everything that concerns an entry, in the order it was recorded here.
///
/// # Errors
/// [`RecordError`].
pub fn of_entry(engine: &Engine<Moderation, Reviews>, entry: EntryId) -> Result<Vec<Read>, RecordError> {
    let recorded = engine.of_entry(entry)?;
    Ok(recorded.into_iter().map(|recorded| Read { event: recorded.event, beside: recorded.beside }).collect())
}
