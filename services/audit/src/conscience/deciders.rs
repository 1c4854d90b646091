//! The deciders of all services, as the binary hands them in: this service depends on none of the others.

use dossier_proto::{Digest, Origin};

use super::{Rehearsal, Rehearsed};
use crate::{domain::Audit, views::AuditView};

/// How much is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What decides.
    State,
    /// And what answers.
    StateAndView,
}

/// Who can decide a service's commands again.
pub trait Deciders: Send + Sync {
    /// Begins at the first event; `None` for a service whose decider is not at hand.
    fn begin(&self, origin: Origin, depth: Depth) -> Option<Box<dyn Rehearsal>>;
    /// Goes on with what [`Rehearsal::save`] gave; `None` when that does not decode.
    fn resume(&self, origin: Origin, saved: &[u8]) -> Option<Box<dyn Rehearsal>>;
    /// The code that folds, made by the build: what other code has saved or says of its state is not compared with.
    fn fingerprint(&self) -> Digest;
}

/// Only our own decider: for where the others are not at hand.
#[derive(Debug, Clone, Copy, Default)]
pub struct OwnDecider;

impl Deciders for OwnDecider {
    fn begin(&self, origin: Origin, depth: Depth) -> Option<Box<dyn Rehearsal>> {
        (origin == Origin::Audit).then(|| Rehearsed::<Audit, AuditView>::begin(depth))
    }

    fn resume(&self, origin: Origin, saved: &[u8]) -> Option<Box<dyn Rehearsal>> {
        if origin == Origin::Audit { Rehearsed::<Audit, AuditView>::resume(saved) } else { None }
    }

    fn fingerprint(&self) -> Digest {
        Digest([0; 32])
    }
}
