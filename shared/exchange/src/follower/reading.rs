//! What was read of an origin, and how much of it the origin's signature covers. Pure.
//!
//! Events are counted as they come. They are worth nothing until a checkpoint of the origin covers them: whoever carried them
//! may have changed them. What does not hold is forgotten, back to the last position that was covered.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use dossier_proof::{Hash, leaf_of_event};
use dossier_proto::{Event, Payload, Place};

use super::signature::Signature;
use crate::{Appetite, Divergence, Position, Tally};

/// Through whom something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Somebody carried it, and may have lost, mixed up or changed it.
    Carried,
    /// The origin itself answered: it is held to it.
    Origin,
}

/// An event that was read.
#[derive(Debug, Clone)]
pub(super) struct Read {
    pub(super) bytes: Bytes,
    pub(super) event: Event,
    leaf: Hash,
}

/// What became of bytes that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folded {
    /// They are the next event.
    Counted,
    /// They were read before.
    Repeated,
    /// Something before them is missing.
    Missing,
}

/// The two ends of a reading: what is covered by a signature, and what was read beyond it.
pub(super) struct Reading {
    covered: Tally,
    end: Tally,
    uncovered: Vec<Read>,
    bytes: usize,
    /// How many of those somebody carried.
    carried: usize,
    appetite: Appetite,
}

impl Tally {
    /// Counts an event that was read; one of a later epoch begins it.
    pub(super) fn count(&mut self, read: &Read) {
        let epoch = read.event.head.place.epoch;
        if epoch > self.epoch {
            self.start_epoch(epoch);
        }
        self.frontier.append(read.leaf);
    }
}

impl Reading {
    /// Goes on where everything is covered.
    pub(super) fn at(covered: Tally, appetite: Appetite) -> Self {
        Self { end: covered.clone(), covered, uncovered: Vec::new(), bytes: 0, carried: 0, appetite }
    }

    /// The next event that is wanted.
    pub(super) fn next(&self) -> Position {
        self.end.next()
    }

    /// What was read last and waits for a signature.
    pub(super) fn last(&self) -> Option<&Read> {
        self.uncovered.last()
    }

    /// The end of what is covered.
    pub(super) fn covered(&self) -> Position {
        self.covered.next()
    }

    /// How many events wait for a signature.
    pub(super) fn uncovered(&self) -> usize {
        self.uncovered.len()
    }

    /// Their bytes.
    pub(super) fn uncovered_bytes(&self) -> usize {
        self.bytes
    }

    /// Whether what does not hold now would be the origin's own contradiction: it said all of it itself.
    pub(super) fn is_evidence(&self, word: Word) -> bool {
        word == Word::Origin && self.carried == 0
    }

    /// Forgets what is not covered.
    pub(super) fn rewind(&mut self) {
        self.end = self.covered.clone();
        self.uncovered.clear();
        (self.bytes, self.carried) = (0, 0);
    }

    /// Counts the next event.
    ///
    /// # Errors
    /// [`Divergence`]: these are not bytes that can stand here.
    pub(super) fn fold(&mut self, bytes: Bytes, word: Word) -> Result<Folded, Divergence> {
        let wanted = self.end.next_place();
        let event = Event::decode(&bytes).map_err(|error| divergence(wanted, &error))?;
        let place = event.head.place;
        if place.origin != wanted.origin {
            return Err(divergence(wanted, &format!("it says it is {place}")));
        }
        if self.end.has(place) {
            return Ok(Folded::Repeated);
        }
        // After a loss that others noticed, numbers of epochs are left out: they might be in use elsewhere.
        let begins_epoch = place.epoch > wanted.epoch && place.sequence == 0;
        if begins_epoch && !self.follows(&event)? {
            return Ok(Folded::Missing);
        }
        if !begins_epoch && place != wanted {
            return Ok(Folded::Missing);
        }
        let read = Read { leaf: leaf_of_event(&bytes), bytes, event };
        self.end.count(&read);
        self.bytes += read.bytes.len();
        self.carried += usize::from(word == Word::Carried);
        self.uncovered.push(read);
        Ok(Folded::Counted)
    }

    /// Whether a new epoch follows what was read. What it knows of the old one must be exactly that; so its own signature
    /// covers the old one too.
    ///
    /// A journal that was rebuilt after the loss of its disk may know less than somebody has read: what this reader acted upon, and nobody
    /// has kept. The origin says so openly, in words that it signs, and the reader goes on; else one lost event would end the work for
    /// ever. Whoever keeps copies does not: what it holds can be given back, so an epoch that leaves it out is a contradiction.
    fn follows(&self, event: &Event) -> Result<bool, Divergence> {
        let place = event.head.place;
        let Some(Payload::EpochStarted(started)) = &event.payload else {
            return Err(divergence(place, &"an epoch must begin with the event that says so"));
        };
        let read = self.end.frontier.size();
        if started.former_epoch != self.end.epoch || started.known_size > read {
            return Ok(false);
        }
        if started.known_size < read {
            let shown = started.known_size;
            return match self.appetite {
                Appetite::Known => {
                    tracing::error!(origin = %place.origin, epoch = self.end.epoch, shown, read, "events that were read here are lost there");
                    Ok(true)
                }
                Appetite::Everything => Err(Divergence::Shorter { origin: place.origin, shown, read }),
            };
        }
        if started.known_root != self.end.frontier.root().as_bytes() {
            return Err(divergence(place, &"it names another root for the former epoch"));
        }
        Ok(true)
    }

    /// Takes a signature of exactly the end: what waited is covered, and comes out. One of another size says nothing.
    ///
    /// # Errors
    /// [`Divergence::Root`].
    pub(super) fn cover(&mut self, signature: &Signature) -> Result<Vec<Read>, Divergence> {
        if signature.end != self.end.next() {
            return Ok(Vec::new());
        }
        self.end.compare(&signature.checkpoint)?;
        self.covered = self.end.clone();
        (self.bytes, self.carried) = (0, 0);
        Ok(std::mem::take(&mut self.uncovered))
    }
}

fn divergence(place: Place, reason: &dyn std::fmt::Display) -> Divergence {
    Divergence::Event { place, reason: reason.to_string() }
}
