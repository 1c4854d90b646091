//! The places where a crash is interesting. Production passes [`NoFaults`]; the crash tests kill the process there.

/// A place between two steps of taking a command in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Decided (or received from another service), not yet committed.
    BeforeCommit,
    /// Durable, nobody has been answered.
    Committed,
    /// The callers were answered; nobody else may have read it.
    Answered,
}

/// Called at each step of each group.
pub trait Faults: Send + Sync + 'static {
    /// The step has been reached.
    fn reach(&self, step: Step);
}

/// Nothing happens.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn reach(&self, _step: Step) {}
}
