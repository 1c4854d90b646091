//! Verifying journals: that each is whole, that they agree with each other, with their copies and with checkpoints that
//! somebody kept, and that every recorded command could have been decided so.
//!
//! - [`Doubt`]: something that does not hold, where, what it means and what to do;
//! - [`Source`]: a journal, or an export of one, to be read;
//! - [`read_through`]: one journal from its first event to its last, held against the others;
//! - [`compare_copy`]: a copy against the original;
//! - [`KeptCheckpoint`]: what somebody kept, and must still be contained.
//!
//! - [`served`]: a running Dossier, whose logs anybody can fetch.
//!
//! What is kept here does not grow with the length of a journal, apart from the state that decides its commands again and, for an export,
//! 40 bytes for each 256 events. sled keeps pages of the journals of a data directory in memory as it likes (`dossier-bench verify`).

mod checkpoint;
mod class;
mod copy;
mod deciding;
mod doubt;
mod exported;
mod exports;
mod in_order;
mod keys;
mod misplaced;
mod reading;
mod recent;
mod references;
pub mod served;
mod source;
#[cfg(test)]
mod tests;

pub use checkpoint::KeptCheckpoint;
pub use class::Class;
pub use copy::compare_copy;
pub use deciding::Deciding;
pub use doubt::{Doubt, DoubtKind, Log};
pub use exported::ExportedJournal;
pub use exports::Exports;
pub use keys::{KEYS_FILE, read_keys, write_keys};
pub use reading::{Reading, read_copy, read_deciding, read_through, unknown_registries};
pub use source::{Source, Sources, Travelled, Unread};
