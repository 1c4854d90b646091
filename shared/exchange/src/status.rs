//! What a follower is doing, for readiness, metrics and `doctor`.

#[cfg(test)]
mod tests;

use dossier_proof::Hash;
use dossier_proto::{Micros, Origin, Place};

use crate::{Divergence, Moment, ParkedEntry, Position};

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
    /// The origin does not agree with what it signed, or somebody speaks in its place. Nothing is taken from it until it does.
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
    /// The Merkle root of everything before that in its epoch, as the origin signed it.
    pub root: Hash,
    /// The size of the origin's journal, by its newest checkpoint.
    pub head: Position,
    /// When the origin itself was last asked where it stands, and answered.
    pub heard: Option<Moment>,
    /// Everything that the origin had at this moment was consumed: what is known of it is so old at most.
    pub known_as_of: Option<Moment>,
    /// Where the origin stood when it was asked, as long as the consumer has not come there.
    pub(crate) awaited: Option<(Position, Moment)>,
    /// What it is doing.
    pub state: FollowState,
    /// Entries whose events wait for an upgrade.
    pub parked: usize,
    /// The first of them, [`crate::PARKED_NAMED_MAX`] at most.
    pub parked_first: Vec<ParkedEntry>,
}

impl FollowStatus {
    /// Whether everything the newest checkpoint speaks of was consumed.
    pub fn is_level(&self) -> bool {
        self.next >= self.head
    }

    /// The origin was asked at `asked` and stands at `head`.
    pub(crate) fn hear(&mut self, head: Position, asked: Moment) {
        self.head = head;
        self.heard = Some(asked);
        if matches!(self.state, FollowState::Diverged(_)) {
            // It does not agree with itself: what it says is worth nothing.
            return;
        }
        if self.next >= head {
            (self.known_as_of, self.awaited) = (Some(asked), None);
        } else {
            // The first one that is not reached stays: others might never be, while the origin writes.
            self.awaited.get_or_insert((head, asked));
        }
    }

    /// The consumer has come to `next`; everything before has this root.
    pub(crate) fn come_to(&mut self, next: Position, root: Hash) {
        (self.next, self.root) = (next, root);
        if let Some((_, asked)) = self.awaited.take_if(|(head, _)| next >= *head) {
            self.known_as_of = Some(asked);
        }
    }

    /// Whether the follower works as it should.
    pub fn is_sound(&self) -> bool {
        self.state == FollowState::Reading && self.parked == 0
    }
}
