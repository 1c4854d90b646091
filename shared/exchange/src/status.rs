//! What a follower is doing, for readiness, metrics and `doctor`.

use dossier_proto::{Micros, Origin, Place};
use tokio::time::Instant;

use crate::{Divergence, Position};

/// What a follower is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum FollowState {
    /// Reading, or waiting for something new.
    Reading,
    /// The next event waits for its cause.
    HeldForCause(Place),
    /// The next event was recorded more than five seconds ahead of our clock.
    HeldForClock(Micros),
    /// The origin does not answer.
    Silent(String),
    /// A key that is needed has not been given yet.
    HeldForKeys(String),
    /// An event that must be understood, concerns no entry and is of an unknown kind: an upgrade is needed.
    NotUnderstood(Place),
    /// The origin does not agree with what it signed.
    Diverged(Divergence),
    /// The consumer stopped.
    Stopped(String),
}

/// A follower's state and position.
#[derive(Debug, Clone, PartialEq)]
pub struct FollowStatus {
    /// Whom it follows.
    pub origin: Origin,
    /// The next event it wants.
    pub next: Position,
    /// The size of the origin's journal, by its newest checkpoint.
    pub head: Position,
    /// When the origin itself last said where it stands.
    pub heard: Option<Instant>,
    /// What it is doing.
    pub state: FollowState,
    /// Entries whose events wait for an upgrade.
    pub parked: usize,
}

impl FollowStatus {
    /// Whether everything the newest checkpoint speaks of was consumed.
    pub fn is_level(&self) -> bool {
        self.next >= self.head
    }

    /// Whether the follower works as it should.
    pub fn is_sound(&self) -> bool {
        self.state == FollowState::Reading && self.parked == 0
    }
}
