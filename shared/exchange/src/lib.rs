//! How events travel from the journal they were written to into the journals of those who act upon them.
//!
//! The journal is the outbox and the inbox; there is no other table. A [`Follower`] reads one origin *densely*: every
//! event, in order, folding the Merkle root as it goes and comparing it with the origin's signed checkpoints. Its
//! position is written in the same frame as the effects ([`Inbox::deliver`]), so that nothing is lost and nothing
//! happens twice, whatever the transport does.
//!
//! - [`Transport`]: what carries the bytes. [`InProcess`] reads the producers' journals through a [`Hub`]; NATS
//!   JetStream (`nats`) is the second implementation, under the same conformance suite (`conformance`);
//! - [`Inbox`]: the consumer's side, which the engine implements;
//! - [`KeyDesk`]: the holder's side of keys on request;
//! - [`files`]: attached documents, which travel apart from the events that name them;
//! - [`Tally`]: the position in an origin's journal with the root of everything before it.

mod clock;
pub mod files;
mod follower;
mod hub;
mod inbox;
mod journal_source;
mod keyring;
mod keys;
mod parking;
mod status;
mod tally;
mod transport;

#[cfg(feature = "nats")]
pub mod nats;

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;

pub use clock::{Clock, MachineClock, Moment};
pub use follower::{Follower, FollowerSettings, Progress};
pub use hub::{Hub, InProcess, Source, read_signed};
pub use inbox::{Appetite, Delivered, Delivery, Inbox, InboxError};
pub use keyring::{KeyRing, KeyRingError, NotVerified, TURN_BYTES_MAX, TURNS_PER_ANSWER};
pub use keys::{KEYS_PER_REQUEST_MAX, KeyDesk, KeyRefusal, give};
pub use parking::{PARKED_NAMED_MAX, ParkedEntry};
pub use status::{FollowState, FollowStatus};
pub use tally::{Divergence, Tally};
pub use transport::{ANSWER_BYTES_MAX, Answerer, Batch, Position, Question, ReadLimits, Transport, TransportError};
