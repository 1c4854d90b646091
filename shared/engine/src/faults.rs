//! The places where a crash is interesting. Production passes [`NoFaults`]; the crash tests kill the process there.

use dossier_proto::Origin;

/// A place between two steps of taking a command in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Decided (or received from another service), not yet written. The group before may be on its way to be committed.
    BeforeCommit,
    /// Durable, nobody has been answered.
    Committed,
    /// The callers were answered; nobody else may have read it.
    Answered,
}

/// The group of events that reaches a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passing {
    /// Whose journal it goes to.
    pub origin: Origin,
    /// The step.
    pub step: Step,
    /// Which group since the start, from 1: while one is being committed the next one passes the step before.
    pub group: u64,
    /// How many of its events say that another service's event was received.
    pub received: usize,
    /// How many callers' commands take effect with it.
    pub commands: usize,
}

/// Called at each step of each group that is written.
pub trait Faults: Send + Sync + 'static {
    /// The step has been reached. The thread that writes (before the commit) or commits (after it) waits for this to return.
    fn reach(&self, passing: Passing);
}

/// Nothing happens.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn reach(&self, _passing: Passing) {}
}
