//! Every error of this crate. Which goes where:
//!
//! - [`OpenError`]: a journal was not opened. Always says which journal, what is wrong and what to do; its
//!   [`kind`](OpenError::kind) is stable and has an exit code.
//! - [`WriteError`]: nothing was acknowledged. `Refused` means that the caller asked for something impossible and nothing
//!   changed; `Stopped` means that the journal takes no more writes, for the reason it always gives from then on.
//! - [`ReadError`]: an event could not be read.

mod open;

use std::io;
use std::sync::Arc;

use thiserror::Error;

use crate::frame::{EVENT_BYTES_MAX, FOLLOWED_MAX, GROUP_BYTES_MAX, GROUP_RECORDS_MAX};
use crate::store::StoreError;
use crate::tiles::NodeError;

pub use open::{OpenError, OpenErrorKind};

/// Something in the recorded history is not what was written. Final: it has to be restored from a copy.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("epoch {epoch}, sequence {sequence}: {what}")]
pub struct Damage {
    /// The epoch it lies in.
    pub epoch: u32,
    /// The first sequence that cannot be trusted.
    pub sequence: u64,
    /// What was found there.
    pub what: String,
    /// In which way it is not what was written, as far as that can be told.
    pub kind: DamageKind,
}

/// In which way something is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DamageKind {
    /// Bytes are missing, or are none that this crate writes: a checksum does not fit, a slot is empty.
    Unreadable,
    /// The event can be read, and is not the one that the Merkle tree was made of.
    Altered,
    /// The event can be read, and says that it stands elsewhere.
    Misplaced,
}

/// Why an append was not acknowledged.
#[derive(Debug, Clone, Error)]
pub enum WriteError {
    /// The group cannot be written as it is; nothing changed and the journal goes on. Final for this group.
    #[error("the group was refused: {0}")]
    Refused(#[from] Refusal),
    /// The journal takes no more writes until it is opened again. What was not acknowledged may or may not be there then.
    #[error("the journal has stopped: {0}")]
    Stopped(Arc<Stop>),
}

/// What is wrong with a group.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Neither records nor positions.
    #[error("it is empty")]
    Nothing,
    /// Too many records.
    #[error("it has {0} records; the limit is {GROUP_RECORDS_MAX}")]
    Records(usize),
    /// Too many bytes.
    #[error("it has {0} bytes; the limit is {GROUP_BYTES_MAX}")]
    Bytes(usize),
    /// Too many followed journals, or more hashes than an edge has.
    #[error("it names more than {FOLLOWED_MAX} followed journals, or an edge of more than 64 hashes")]
    Followed,
    /// An event without bytes, or more than the limit.
    #[error(
        "event {index} of it has {bytes} bytes; an event has 1 to {EVENT_BYTES_MAX}, and so has what lies beside it at most"
    )]
    Event {
        /// Which record, from 0.
        index: usize,
        /// Its length, or that of what lies beside it.
        bytes: usize,
    },
    /// The event says another place than the one it would get: whoever made it does not know where the journal ends.
    #[error(
        "event {index} of it says epoch {said_epoch}, sequence {said_sequence}, but its place is epoch {epoch}, sequence {sequence}"
    )]
    Place {
        /// Which record, from 0.
        index: usize,
        /// The epoch its bytes say.
        said_epoch: u32,
        /// The sequence its bytes say.
        said_sequence: u64,
        /// The epoch of the journal.
        epoch: u32,
        /// The next sequence of the journal.
        sequence: u64,
    },
    /// It gives the journal's key up in a way that cannot be followed.
    #[error("event {index} of it takes another key to sign with: {error}")]
    Turn {
        /// Which record, from 0.
        index: usize,
        /// Why not.
        error: crate::SignersError,
    },
    /// Epoch, sequence and entry cannot be read from the event's bytes.
    #[error("event {index} of it cannot be read: {error}")]
    Unreadable {
        /// Which record, from 0.
        index: usize,
        /// What the reader said.
        error: PeekError,
    },
}

/// Why a journal stopped. Sticky.
#[derive(Debug, Error)]
pub enum Stop {
    /// A write or a sync failed: nobody knows what is on disk.
    #[error("{0}; look at the disk (full, failing, remounted read-only?) and start again")]
    Store(#[source] StoreError),
    /// The anchor could not be written.
    #[error("the anchor {place} could not be written: {source}; look at the disk and start again")]
    Anchor {
        /// The anchor file.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// The verification behind the back of the readers found damage.
    #[error("the history is damaged at {0}; restore the journal from a copy")]
    Damaged(#[source] Damage),
    /// Staged groups were written in another order than they were staged in, or one was dropped: a fault in the caller.
    #[error("group {found} was written where group {expected} was due")]
    OutOfOrder {
        /// The number of the group that was due.
        expected: u64,
        /// The number of the group that came.
        found: u64,
    },
    /// An epoch was to begin while a group was staged and not committed: a fault in the caller.
    #[error("a new epoch was to begin while a staged group had not been committed")]
    NotCommitted,
    /// A loss was accepted when the journal was opened, and no new epoch has begun yet.
    #[error("the journal was opened after a loss; begin a new epoch before anything is appended")]
    EpochNotBegun,
}

/// Why an event or a proof could not be read.
#[derive(Debug, Error)]
pub enum ReadError {
    /// What is there is not what was written. Final.
    #[error("the history is damaged at {0}; restore the journal from a copy")]
    Damaged(#[from] Damage),
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A node of the Merkle tree could not be had.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// The question has no answer: an epoch, a size or a leaf that is not there.
    #[error("{0}")]
    NotThere(String),
}

/// Why [`PeekFn`](crate::PeekFn) could not read an event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct PeekError(pub String);

pub(crate) fn damage(epoch: u32, sequence: u64, what: impl Into<String>) -> Damage {
    Damage { epoch, sequence, what: what.into(), kind: DamageKind::Unreadable }
}

impl Damage {
    pub(crate) fn of_kind(self, kind: DamageKind) -> Self {
        Self { kind, ..self }
    }
}
