//! Events read back from the journal.

use dossier_journal::{Journal, Place, Stored};
use dossier_proto::{EntryId, Event};

/// An event as it stands in the journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The event.
    pub event: Event,
    /// Its bytes' SHA-256 is its name; these are the bytes.
    pub bytes: bytes::Bytes,
    /// The foreign event that a `Received` stands for.
    pub beside: Option<Event>,
}

impl Recorded {
    /// The event alone.
    pub fn into_event(self) -> Event {
        self.event
    }
}

/// Why an event could not be read back.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The journal says why.
    #[error("the journal could not be read: {0}")]
    Journal(String),
    /// There is no such event.
    #[error("there is no event {sequence} in epoch {epoch}")]
    NotThere {
        /// The epoch asked for.
        epoch: u32,
        /// The sequence asked for.
        sequence: u64,
    },
    /// What stands there is not an event of the contract.
    #[error("what stands there is not an event: {0}")]
    Contract(#[from] dossier_proto::ContractError),
}

/// Reads events.
#[derive(Clone)]
pub(crate) struct Records {
    pub(crate) journal: Journal,
}

impl Records {
    pub(crate) fn get(&self, epoch: u32, sequence: u64) -> Result<Recorded, RecordError> {
        let place = Place { epoch, sequence };
        let stored = self.journal.get(place).map_err(|error| RecordError::Journal(error.to_string()))?;
        read(stored.ok_or(RecordError::NotThere { epoch, sequence })?)
    }

    pub(crate) fn of_entry(&self, entry: EntryId) -> Result<Vec<Recorded>, RecordError> {
        let places = self.journal.of_entry(entry.0).map_err(|error| RecordError::Journal(error.to_string()))?;
        places.into_iter().map(|place| self.get(place.epoch, place.sequence)).collect()
    }
}

/// Decodes what the journal holds.
pub(crate) fn read(stored: Stored) -> Result<Recorded, RecordError> {
    let beside = stored.beside.as_deref().map(Event::decode).transpose()?;
    Ok(Recorded { event: Event::decode(&stored.event)?, bytes: stored.event, beside })
}
