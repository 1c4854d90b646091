//! The consumer's side: what a follower hands events to.

use bytes::Bytes;
use dossier_proto::{Event, KeyId, Origin};
use dossier_vault::GrantedKey;
use futures_util::future::BoxFuture;

use crate::{Divergence, Tally};

/// One event as it was read.
#[derive(Debug, Clone)]
pub struct Delivered {
    /// Its bytes, as the origin wrote them.
    pub bytes: Bytes,
    /// The same, decoded.
    pub event: Event,
}

/// Events of one origin, in order and without gaps, and the position after them.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Whose events.
    pub origin: Origin,
    /// The events. Empty when only the position moved.
    pub events: Vec<Delivered>,
    /// Where to go on after a restart: after the last event, or before the first parked one.
    pub resume: Tally,
}

/// Why the consumer did not take a delivery.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InboxError {
    /// Not now; the same delivery may succeed later.
    #[error("the service is busy")]
    Busy,
    /// Never again in this process: it stopped, because it could not write or because the delivery contradicts what
    /// it holds.
    #[error("the service has stopped: {0}")]
    Stopped(String),
}

/// Which events a consumer wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appetite {
    /// Those of kinds this version knows; unknown ones are passed over, parked or stop the reading.
    Known,
    /// All of them as they are: who keeps copies does not need to understand.
    Everything,
}

/// Takes events. Implemented by the engine, and by the audit service for its copies.
pub trait Inbox: Send + Sync + 'static {
    /// Where to go on reading `origin`, from the journal.
    fn resume(&self, origin: Origin) -> Tally;

    /// The keys that must be held before this event is acted upon, and are not held yet.
    fn keys_needed(&self, event: &Event) -> Vec<KeyId>;

    /// Keeps keys; they are durable when this returns.
    fn admit(&self, keys: Vec<GrantedKey>) -> BoxFuture<'_, Result<(), InboxError>>;

    /// Acts upon events. When this returns, effects and position are durable, in one frame. A delivery may be
    /// repeated; what was acted upon is not acted upon again.
    fn deliver(&self, delivery: Delivery) -> BoxFuture<'_, Result<(), InboxError>>;

    /// Which events it wants.
    fn appetite(&self) -> Appetite {
        Appetite::Known
    }

    /// The origin shows something that does not agree with what it signed. Reading it has stopped.
    fn diverged(&self, _divergence: &Divergence) {}
}
