//! The append-only journal of one service, on sled.
//!
//! One [`Writer`] appends groups of events; when [`Writer::append`] returns, the group is durable. Any number of
//! [`Journal`] handles read, and never see an event that is not durable. The events form the leaves of a Merkle tree
//! (RFC 6962, one per epoch), whose signed head ([`Journal::checkpoint`]) anyone can check the journal against.
//!
//! | module | subject |
//! |---|---|
//! | [`store`] | ordered keys on sled, and the twin in memory |
//! | `frame`, `frames`, `keys`, `meta` | the format: what lies in which slot |
//! | `tiles` | the Merkle tree on disk |
//! | `anchor` | the signed head outside of the store |
//! | `open`, `verify` | finding the end, comparing, refusing |
//! | `writer` | stage, write, sync |
//! | `journal`, `follow`, `replay` | reading |
//! | [`snapshot`] | throw-away caches of state |
//! | [`export`], [`import`] | plain files, without sled |
//!
//! Pure: `frame`, `keys`, `entry_index`, `slot_map`. The only file that names sled is `store/sled_store.rs`.
//!
//! # What a loss of power leaves
//! A group is acknowledged after `fdatasync`. One that was not is there as a whole or is cut at the next opening: its last slot says that
//! it ends a group. Damage *inside* the acknowledged history, on the other hand, is never repaired in silence: the journal refuses to
//! open ([`OpenError`]), or stops.

mod anchor;
mod core;
mod entry_index;
mod errors;
pub mod export;
mod follow;
mod frame;
mod frames;
pub mod import;
mod journal;
mod keys;
mod meta;
mod open;
mod replay;
mod signers;
mod slot_map;
pub mod snapshot;
pub mod store;
mod tiles;
mod verify;
mod writer;

use bytes::Bytes;
use dossier_proof::Hash;

pub use errors::{Damage, DamageKind, OpenError, OpenErrorKind, PeekError, ReadError, Refusal, Stop, WriteError};
pub use follow::Follower;
pub use frame::{EVENT_BYTES_MAX, FOLLOWED_MAX, Followed, Frame, GROUP_BYTES_MAX, GROUP_RECORDS_MAX, Record};
pub use journal::Journal;
pub use open::{Inspection, OpenOptions, Recovery, TrustedEdge, Verify, inspect, open};
pub use signers::{KeyTurn, Signers, SignersError, TurnFn};
pub use store::{MemoryStore, MemoryTrouble, SledStore, Store, StoreError};
pub use tiles::{NodeError, Nodes};
pub use verify::{TreeCheck, Verification};
pub use writer::{Appended, Scribe, Staged, Stager, Syncer, Writer, Written};

/// The place of an event: epoch, and sequence in it, dense from 0. Never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Which epoch.
    pub epoch: u32,
    /// Position in the epoch.
    pub sequence: u64,
}

/// Where a journal ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The epoch it is in.
    pub epoch: u32,
    /// Number of events in that epoch.
    pub size: u64,
    /// Root of the Merkle tree over them.
    pub root: Hash,
}

/// What somebody else knows of this journal, from its last message or checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MirrorHead {
    /// The epoch.
    pub epoch: u32,
    /// Number of events known.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

/// An event as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The epoch it is in.
    pub epoch: u32,
    /// Its position there.
    pub sequence: u64,
    /// Its bytes, verbatim.
    pub event: Bytes,
    /// The bytes of the foreign event it says was received.
    pub beside: Option<Bytes>,
}

impl Stored {
    /// Its place.
    #[must_use]
    pub const fn place(&self) -> Place {
        Place { epoch: self.epoch, sequence: self.sequence }
    }
}

/// What a journal wants to know of an event's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peek {
    /// The epoch the event says it is in.
    pub epoch: u32,
    /// The sequence it says it has.
    pub sequence: u64,
    /// The entry it concerns.
    pub entry: Option<[u8; 16]>,
}

/// Reads [`Peek`] from an event's bytes: how events are encoded is no business of the journal.
pub type PeekFn = fn(&[u8]) -> Result<Peek, PeekError>;
