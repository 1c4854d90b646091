//! From staged to durable.

use std::sync::Arc;

use crate::anchor::AnchorKeeper;
use crate::core::{Core, Shared};
use crate::writer::Staged;
use crate::{Head, Journal, Place, Stop, WriteError};

/// Hands staged groups to the store, in order.
pub struct Scribe {
    shared: Arc<Shared>,
    next_group: u64,
}

/// Makes written groups durable, in order, and shows them to the readers.
pub struct Syncer {
    shared: Arc<Shared>,
    keeper: AnchorKeeper,
    next_group: u64,
}

/// A group that is written and not yet durable.
#[derive(Debug)]
pub struct Written {
    staged: Staged,
}

/// A group that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// The place of its first event; the next place, where it has none.
    pub first: Place,
    /// How many events it has.
    pub count: u64,
    /// Where the journal ends with it.
    pub head: Head,
}

impl Scribe {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared, next_group: 0 }
    }

    /// Writes a group. It is not durable yet, and nobody sees it.
    ///
    /// # Errors
    /// [`WriteError::Stopped`].
    pub fn write(&mut self, mut staged: Staged) -> Result<Written, WriteError> {
        let core = &self.shared.core;
        in_turn(core, &mut self.next_group, &staged)?;
        let puts = std::mem::take(&mut staged.puts);
        core.store.write(&puts).map_err(|error| core.stop(Stop::Store(error)))?;
        Ok(Written { staged })
    }
}

impl Syncer {
    pub(super) const fn new(shared: Arc<Shared>, keeper: AnchorKeeper) -> Self {
        Self { shared, keeper, next_group: 0 }
    }

    /// Makes a group durable. When this returns it may be acknowledged.
    ///
    /// # Errors
    /// [`WriteError::Stopped`].
    pub fn sync(&mut self, written: Written) -> Result<Appended, WriteError> {
        let core = &self.shared.core;
        let staged = written.staged;
        in_turn(core, &mut self.next_group, &staged)?;
        // The disk is busy from now on: the time to sync the anchor of the group before.
        self.keeper.hurry();
        core.store.sync().map_err(|error| core.stop(Stop::Store(error)))?;
        // Damage or a failed anchor may have stopped the journal meanwhile: no acknowledgement on doubt.
        core.check_running()?;
        let head = staged.end.head;
        core.index.extend(&staged.entries);
        let place = |sequence| Place { epoch: head.epoch, sequence };
        core.slots.learn(staged.frames.iter().map(|(sequence, slot)| (place(*sequence), *slot)));
        core.publish(staged.end);
        self.keeper.note(head);
        Ok(Appended { first: staged.first, count: staged.entries.len() as u64, head })
    }

    /// A reader.
    #[must_use]
    pub fn journal(&self) -> Journal {
        Journal::new(Arc::clone(&self.shared))
    }
}

fn in_turn(core: &Core, next_group: &mut u64, staged: &Staged) -> Result<(), WriteError> {
    core.check_running()?;
    if staged.group != *next_group {
        return Err(core.stop(Stop::OutOfOrder { expected: *next_group, found: staged.group }));
    }
    *next_group += 1;
    Ok(())
}
