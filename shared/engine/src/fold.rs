//! Everything that is folded from a journal to decide: the decider's state, the ledger, the last moment.

use dossier_proto::{Digest, Event, Micros};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{Decider, Ledger, intake::Intake};

/// What a service knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Fold<S> {
    /// The decider's state.
    pub state: S,
    /// Commands that have taken effect.
    pub ledger: Ledger,
    /// When the last event was recorded.
    pub last: Micros,
}

impl<S> Fold<S> {
    /// Folds one event.
    pub fn apply<D: Decider<State = S>>(&mut self, event: &Event, beside: Option<&Event>) {
        self.last = self.last.max(event.head.recorded_at);
        self.ledger.apply(event);
        D::evolve(&mut self.state, event, beside);
    }

    /// SHA-256 of the state's bytes: equal states have equal digests, on every machine.
    pub fn digest(&self) -> Digest
    where
        S: Serialize,
    {
        digest_of(self)
    }
}

/// A fold together with what was taken in: what a snapshot holds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory<S> {
    pub(crate) fold: Fold<S>,
    pub(crate) intake: Intake,
}

impl<S> Memory<S> {
    pub(crate) fn apply<D: Decider<State = S>>(&mut self, event: &Event, beside: Option<&Event>) {
        self.intake.apply(event);
        self.fold.apply::<D>(event, beside);
    }
}

/// SHA-256 of a value's bytes in snapshot form: of a view, say, as [`Digests`](crate::Digests) has it.
pub fn digest_of<T: Serialize>(value: &T) -> Digest {
    // Serialising to memory does no I/O, and a state holds plain collections alone (`Decider::State`).
    let bytes = postcard::to_stdvec(value).expect("a state of plain collections can always be serialised");
    Digest(Sha256::digest(bytes).into())
}
