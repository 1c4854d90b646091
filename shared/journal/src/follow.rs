//! Following a journal.

use tokio::sync::watch;

use crate::{Head, Journal, Place, ReadError, Stored};

/// How much one step gives at most: enough to pay for the step, little enough to be handled in a few milliseconds.
const STEP_EVENTS_MAX: usize = 4096;
const STEP_BYTES_MAX: usize = 1024 * 1024;

/// Gives events in order as they become durable, densely, and goes on in the next epoch where one ends.
pub struct Follower {
    journal: Journal,
    next: Place,
    heads: watch::Receiver<Head>,
}

impl Follower {
    pub(crate) fn new(journal: Journal, next: Place) -> Self {
        let heads = journal.watch();
        Self { journal, next, heads }
    }

    /// The place of the event to come.
    #[must_use]
    pub const fn position(&self) -> Place {
        self.next
    }

    /// The next events, at least one; waits until there are some. May be dropped while it waits; nothing is lost.
    ///
    /// # Errors
    /// [`ReadError`] when the journal cannot be read.
    pub async fn next(&mut self) -> Result<Vec<Stored>, ReadError> {
        loop {
            // Marked as seen before reading, so that what becomes durable after the read wakes us.
            self.heads.borrow_and_update();
            if let Some(events) = self.step()? {
                return Ok(events);
            }
            // The sender lives as long as the journal this holds.
            let _ = self.heads.changed().await;
        }
    }

    /// The next events if there are any now.
    ///
    /// # Errors
    /// As [`Follower::next`].
    pub fn step(&mut self) -> Result<Option<Vec<Stored>>, ReadError> {
        loop {
            let events = self.journal.read(self.next.epoch, self.next.sequence, STEP_EVENTS_MAX, STEP_BYTES_MAX)?;
            if let Some(last) = events.last() {
                self.next.sequence = last.sequence + 1;
                return Ok(Some(events));
            }
            let durable = self.journal.durable();
            // More may have come to this epoch, and the epoch may have ended, since the read.
            if durable.extent(self.next.epoch).is_some_and(|extent| self.next.sequence < extent.size) {
                continue;
            }
            let Some(later) = durable.epoch_after(self.next.epoch) else { return Ok(None) };
            self.next = Place { epoch: later, sequence: 0 };
        }
    }
}
