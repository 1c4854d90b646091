//! A position in an origin's journal, with the root of everything before it.

use dossier_proof::{Checkpoint, Frontier, Hash, leaf_of_event};
use dossier_proto::{Origin, Place};

use crate::Position;

/// How far an origin was read, and the right edge of its Merkle tree there.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Whose journal.
    pub origin: Origin,
    /// The epoch being read.
    pub epoch: u32,
    /// The tree over all events of this epoch that were read; its size is the next sequence.
    pub frontier: Frontier,
}

/// What does not agree.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Divergence {
    /// The origin signed another root than its events have.
    #[error("{origin} signed the root {signed} for {size} events, but the events that were read have the root {read}")]
    Root {
        /// Whose checkpoint.
        origin: Origin,
        /// For how many events.
        size: u64,
        /// What it signed.
        signed: Hash,
        /// What was read.
        read: Hash,
    },
    /// The checkpoint is not signed by the origin, or is one of another log.
    #[error("a checkpoint that came as {origin}'s is not: {reason}")]
    Signature {
        /// Whose it should be.
        origin: Origin,
        /// Why it is not.
        reason: String,
    },
    /// The origin shows less than was read from it before.
    #[error("{origin} shows {shown} events, but {read} were read from it before")]
    Shorter {
        /// Whose journal.
        origin: Origin,
        /// How many it shows.
        shown: u64,
        /// How many were read.
        read: u64,
    },
    /// An event is not what the contract allows, or not where it says it stands.
    #[error("what came as {place} is not that event: {reason}")]
    Event {
        /// Where it should stand.
        place: Place,
        /// What is wrong.
        reason: String,
    },
}

impl Tally {
    /// Nothing was read yet.
    pub fn start(origin: Origin) -> Self {
        Self { origin, epoch: 0, frontier: Frontier::new() }
    }

    /// The next event that is wanted.
    pub fn next(&self) -> Position {
        Position { epoch: self.epoch, sequence: self.frontier.size() }
    }

    /// The place of the next event.
    pub fn next_place(&self) -> Place {
        Place { origin: self.origin, epoch: self.epoch, sequence: self.frontier.size() }
    }

    /// Counts one event.
    pub fn add(&mut self, event: &[u8]) {
        self.frontier.append(leaf_of_event(event));
    }

    /// Goes on in the next epoch.
    pub fn start_epoch(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.frontier = Frontier::new();
    }

    /// Whether an event at this place was consumed.
    pub fn has(&self, place: Place) -> bool {
        Position { epoch: place.epoch, sequence: place.sequence } < self.next()
    }

    /// Compares with a checkpoint of exactly this size; one of another size says nothing here.
    ///
    /// # Errors
    /// [`Divergence::Root`].
    pub fn compare(&self, checkpoint: &Checkpoint) -> Result<(), Divergence> {
        if checkpoint.size != self.frontier.size() {
            return Ok(());
        }
        let read = self.frontier.root();
        if read == checkpoint.root {
            return Ok(());
        }
        Err(Divergence::Root { origin: self.origin, size: checkpoint.size, signed: checkpoint.root, read })
    }
}
