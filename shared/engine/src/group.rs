//! One group on its way from the deciding thread to the committing one: what is written, and who waits for it.

use dossier_exchange::{Delivery, InboxError};
use dossier_journal::Staged;
use dossier_proto::{Digest, Place};
use tokio::sync::oneshot;

use crate::{
    Decider, ExecuteError, Outcome, Request,
    deciding::{Fate, Written},
    snapshots::Photograph,
};

/// The answer to a command.
pub(crate) type Answer<D> = Result<Outcome, ExecuteError<<D as Decider>::Refusal>>;

/// What the deciding thread is asked to do.
pub(crate) enum Job<D: Decider> {
    /// Decide a command.
    Execute { request: Box<Request<D::Command>>, reply: oneshot::Sender<Answer<D>> },
    /// Act upon foreign events.
    Deliver { delivery: Box<Delivery>, reply: oneshot::Sender<Result<(), InboxError>> },
    /// Decide what is due.
    Due,
    /// Say what the state and the view amount to.
    Digests { reply: oneshot::Sender<Digests> },
    /// Write a snapshot now.
    Snapshot { reply: oneshot::Sender<()> },
}

/// Who waits for a group, and for what.
pub(crate) enum Waiting<D: Decider> {
    Command {
        fate: Fate<D::Refusal>,
        reply: oneshot::Sender<Answer<D>>,
    },
    Delivery {
        reply: oneshot::Sender<Result<(), InboxError>>,
    },
    /// The view's digest is filled in by the committing thread.
    Digests {
        digests: Digests,
        reply: oneshot::Sender<Digests>,
    },
    /// Answered when the snapshot is on disk.
    Snapshot {
        reply: oneshot::Sender<()>,
    },
}

/// What was decided together and is committed together.
pub(crate) struct Group<D: Decider> {
    pub(crate) written: Vec<Written>,
    /// How many bytes of events that is.
    pub(crate) bytes: usize,
    pub(crate) waiting: Vec<Waiting<D>>,
    /// The same as `written`, ready for the disk; none when nothing is written.
    pub(crate) staged: Option<Staged>,
    /// State and positions at the end of this group, when a snapshot is due.
    pub(crate) photograph: Option<Box<Photograph<D::State>>>,
}

impl<D: Decider> Default for Group<D> {
    fn default() -> Self {
        Self { written: Vec::new(), bytes: 0, waiting: Vec::new(), staged: None, photograph: None }
    }
}

impl<D: Decider> Group<D> {
    /// Whether somebody waits for a snapshot.
    pub(crate) fn snapshot_asked(&self) -> bool {
        self.waiting.iter().any(|waiting| matches!(waiting, Waiting::Snapshot { .. }))
    }
}

/// What a service knows at one position, as digests: equal for everybody who folds the same journal (P2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Digests {
    /// The next event's place: everything before it is counted.
    pub next: Place,
    /// Of the state that decides.
    pub state: Digest,
    /// Of the view that answers.
    pub view: Digest,
}
