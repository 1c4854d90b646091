//! The single writer: stage, write, sync.
//!
//! [`Writer::append`] does all three and returns when the group is durable. For a service under load the three can run in
//! threads of their own ([`Writer::into_stages`]): while one group syncs the next is being written and the one after it
//! staged. Order is kept by number; a group that comes out of turn stops the journal.

mod checks;
mod commit;
mod epoch;
mod stage;

use std::sync::Arc;

use dossier_proof::Frontier;

use crate::anchor::AnchorKeeper;
use crate::core::Shared;
use crate::open::Due;
use crate::{Frame, Head, Journal, MirrorHead, Place, Stop, WriteError};

pub use commit::{Appended, Scribe, Syncer, Written};
pub use stage::{Staged, Stager};

/// The one writer of a journal.
pub struct Writer {
    stager: Stager,
    scribe: Scribe,
    syncer: Syncer,
    /// What comes before anything is appended.
    due: Due,
}

impl std::fmt::Debug for Writer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Writer({} at {:?})", self.stager.core().log, self.next())
    }
}

impl Writer {
    pub(crate) fn new(shared: Arc<Shared>, keeper: AnchorKeeper, stager: Stager, due: Due) -> Self {
        let scribe = Scribe::new(Arc::clone(&shared));
        Self { stager, scribe, syncer: Syncer::new(shared, keeper), due }
    }

    /// Appends a group and returns when it is durable. Blocks for about two disk syncs.
    ///
    /// # Errors
    /// [`WriteError::Refused`] when the group is not one that can be appended here; nothing changed. [`WriteError::Stopped`] when
    /// a write or a sync failed, now or earlier: nothing was acknowledged, and nothing more is taken.
    pub fn append(&mut self, frame: Frame) -> Result<Appended, WriteError> {
        let staged = self.stage(frame)?;
        self.commit(staged)
    }

    /// Encodes, checks and hashes a group: work for the processor only.
    ///
    /// # Errors
    /// As [`Writer::append`].
    pub fn stage(&mut self, frame: Frame) -> Result<Staged, WriteError> {
        self.check_due()?;
        self.stager.stage(frame)
    }

    /// Writes a staged group and makes it durable: work for the disk. Groups are committed in the order they were staged in.
    ///
    /// # Errors
    /// [`WriteError::Stopped`].
    pub fn commit(&mut self, staged: Staged) -> Result<Appended, WriteError> {
        let written = self.scribe.write(staged)?;
        self.syncer.sync(written)
    }

    /// Takes the writer apart, for a thread each.
    ///
    /// # Errors
    /// [`WriteError::Stopped`] when a new epoch is due first.
    pub fn into_stages(self) -> Result<(Stager, Scribe, Syncer), WriteError> {
        self.check_due()?;
        Ok((self.stager, self.scribe, self.syncer))
    }

    /// Ends the epoch and begins the next one, durably. Sequences start at 0 again; what was written stays readable.
    ///
    /// `lost` is what others know of the journal where that is more than, or different from, what is here; after an opening with
    /// [`Recovery::NewEpoch`](crate::Recovery) what anchor and mirrors knew counts by itself. It is recorded, and the new epoch's number is
    /// above it, so that no (epoch, sequence) is ever used twice. The first event of the new epoch should
    /// say the same in the words of the contract.
    ///
    /// # Errors
    /// [`WriteError::Stopped`]. Every staged group must have been committed.
    pub fn begin_epoch(&mut self, lost: Option<MirrorHead>) -> Result<u32, WriteError> {
        self.begin_epoch_above(0, lost)
    }

    /// The same, with a number of at least `at_least`: where nobody is left to say which numbers were used, one is taken that cannot have
    /// been. Also where epochs of another journal are written again under their numbers.
    ///
    /// # Errors
    /// As [`Writer::begin_epoch`].
    pub fn begin_epoch_above(&mut self, at_least: u32, lost: Option<MirrorHead>) -> Result<u32, WriteError> {
        let accepted = match self.due {
            Due::Nothing => None,
            Due::Epoch { lost } => lost,
        };
        let lost = lost.into_iter().chain(accepted).max_by_key(|lost| (lost.epoch, lost.size));
        let staged = self.stager.stage_epoch(at_least, lost)?;
        self.commit(staged)?;
        self.due = Due::Nothing;
        Ok(self.next().epoch)
    }

    fn check_due(&self) -> Result<(), WriteError> {
        match self.due {
            Due::Nothing => Ok(()),
            Due::Epoch { .. } => Err(self.stager.core().stop(Stop::EpochNotBegun)),
        }
    }

    /// Whether a loss was accepted at the opening: nothing is taken before [`Writer::begin_epoch`].
    #[must_use]
    pub const fn epoch_is_due(&self) -> bool {
        matches!(self.due, Due::Epoch { .. })
    }

    /// The place the next event gets.
    #[must_use]
    pub const fn next(&self) -> Place {
        self.stager.next()
    }

    /// The edge of the Merkle tree behind the last staged group: what a snapshot keeps.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        self.stager.frontier()
    }

    /// The durable head.
    #[must_use]
    pub fn head(&self) -> Head {
        self.stager.core().durable().head
    }

    /// A reader.
    #[must_use]
    pub fn journal(&self) -> Journal {
        self.syncer.journal()
    }
}
