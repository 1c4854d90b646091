//! What is written in one go: the events of one or more commands, and how they lie in slots.
//!
//! A [`Frame`] as the caller gives it becomes one *group* of slots. Records are packed in order, as many as fit in
//! [`VALUE_BYTES_MAX`](crate::store::VALUE_BYTES_MAX); a record that is larger continues over several slots. The last slot
//! of the group says so: a group without it was never acknowledged and is cut when the journal is opened.

mod pack;
mod part;
mod unpack;

#[cfg(test)]
mod tests;

use bytes::Bytes;

pub(crate) use pack::{Packed, pack, put_followed, put_varint};
pub(crate) use part::Part;
pub(crate) use unpack::{Body, BodyError, unpack};

/// The largest admitted event, and the largest foreign event beside one, in bytes: 448 KiB of content, its seal, and
/// 64 KiB for the envelope. NATS admits messages of 1 MiB.
pub const EVENT_BYTES_MAX: usize = 512 * 1024;

/// The most records in one group. 65 536 × 8 KiB would be 512 MiB in memory, so [`GROUP_BYTES_MAX`] is the limit that counts for
/// large ones.
pub const GROUP_RECORDS_MAX: usize = 65_536;

/// The most bytes of events and foreign events in one group: it is held in memory about three times while it is staged and written.
pub const GROUP_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The most foreign journals one journal follows: a letter's worth more than the four origins there are.
pub const FOLLOWED_MAX: usize = 32;

/// What is to be appended in one go: it is there as a whole or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The events, in order. None is fine when `followed` is not empty.
    pub records: Vec<Record>,
    /// How far foreign journals have been read, where that changed.
    pub followed: Vec<Followed>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The event's bytes, kept verbatim.
    pub event: Bytes,
    /// The bytes of the foreign event that this event says was received. They are not part of the Merkle tree; the
    /// event names their hash.
    pub beside: Option<Bytes>,
}

/// A position in a foreign journal, with the edge of its Merkle tree there, from which reading goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The foreign journal's origin, as the contract numbers it.
    pub origin: u8,
    /// The epoch read in.
    pub epoch: u32,
    /// The first sequence not yet read.
    pub next: u64,
    /// The hashes of the edge at `next`, the largest subtree first.
    pub frontier: Vec<[u8; 32]>,
}
