//! Reads single events of our journal, of whichever epoch.

use dossier_engine::{Engine, RecordError, Recorded};
use dossier_proto::{EntryId, Event, Origin, Payload, Place, v1};

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

impl From<Recorded> for Read {
    fn from(recorded: Recorded) -> Self {
        Self { event: recorded.event, beside: recorded.beside }
    }
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
    engine.recorded_at(Place { origin: Origin::Moderation, epoch, sequence }).map(Into::into)
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
    Ok(engine.of_entry(entry)?.into_iter().map(Into::into).collect())
}
