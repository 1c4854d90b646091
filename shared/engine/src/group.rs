//! One group on its way from the deciding thread over the writing one to the committing one: what is written, and who waits
//! for it.

use std::time::Instant;

use dossier_exchange::{Delivery, InboxError};
use dossier_journal::Staged;
use dossier_proto::{CommandId, Digest, Place};
use tokio::sync::oneshot;

use crate::{
    Decider, ExecuteError, Fold, Outcome, Passing, Receipt, Request, Step,
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
    /// Say at once what is remembered of a command. It may not be durable yet.
    Known { command: CommandId, reply: oneshot::Sender<Option<Receipt>> },
    /// Say at once the sequence of the event that will be decided next. What stands before it may not be durable yet.
    Decided { reply: oneshot::Sender<u64> },
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
    /// Digests are taken of copies, beside the work: of a million entries they take a second.
    Digests {
        next: Place,
        fold: Box<Fold<D::State>>,
        reply: oneshot::Sender<Digests>,
    },
    /// Answered when the snapshot is on disk.
    Snapshot {
        reply: oneshot::Sender<()>,
    },
}

/// What was decided together and is committed together; `J` is what the journal has made of it so far.
pub(crate) struct Group<D: Decider, J = Staged> {
    /// Counted since the start, from 1.
    pub(crate) number: u64,
    pub(crate) written: Vec<Written>,
    /// How many bytes of events that is.
    pub(crate) bytes: usize,
    pub(crate) waiting: Vec<Waiting<D>>,
    /// The same as `written`, as the journal has it; none when nothing is written.
    pub(crate) journal: Option<J>,
    /// State and positions at the end of this group, when a snapshot is due.
    pub(crate) photograph: Option<Box<Photograph<D::State>>>,
}

impl<D: Decider> Group<D> {
    pub(crate) const fn new(number: u64) -> Self {
        Self { number, written: Vec::new(), bytes: 0, waiting: Vec::new(), journal: None, photograph: None }
    }
}

/// A group in the store, not durable yet.
pub(crate) struct InStore {
    pub(crate) written: dossier_journal::Written,
    /// When the writing began.
    pub(crate) begun: Instant,
}

impl<D: Decider, J> Group<D, J> {
    /// The same group, when the journal has taken it one step further.
    pub(crate) fn step<K, E>(self, step: impl FnOnce(J) -> Result<K, E>) -> Result<Group<D, K>, E> {
        let Self { number, written, bytes, waiting, journal, photograph } = self;
        let journal = journal.map(step).transpose()?;
        Ok(Group { number, written, bytes, waiting, journal, photograph })
    }

    /// What crash tests are told of it.
    pub(crate) fn passing(&self, step: Step) -> Passing {
        let is_received = |one: &&Written| one.beside.is_some();
        let takes_effect =
            |one: &&Waiting<D>| matches!(one, Waiting::Command { fate: Fate::Done(range), .. } if !range.is_empty());
        Passing {
            origin: D::ORIGIN,
            step,
            group: self.number,
            received: self.written.iter().filter(is_received).count(),
            commands: self.waiting.iter().filter(takes_effect).count(),
        }
    }

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
