//! Attached files on their way from service to service.
//!
//! An event names a file by its digest and its key; its bytes are too many for a journal. They lie under seal in the store of each service
//! that may read them (`dossier_vault::files`), and go the way of the key: whoever was given the key asks the same service for the bytes.
//!
//! - [`NamedFiles`]: what events name, folded into a view: which files a service ought to have is derived, and written down nowhere;
//! - [`FileFetcher`]: fetches what is named and not here, checks every piece, and tries again for as long as it takes;
//! - [`FileDesk`]: the holder's side.
//!
//! Whoever carries the bytes can delay them and nothing else: each piece opens under the file's own key in its own place, and the whole has
//! the digest that the event names.

mod desk;
mod fetcher;
mod named;
mod queue;
#[cfg(test)]
mod tests;
mod wire;

pub use desk::FileDesk;
pub use fetcher::{FileFetcher, FileNeeds};
pub use named::{NamedFile, NamedFiles};

/// How many bytes of a file are asked for at once: four pieces, a third of the largest answer. 25 MB, the longest file that most fields
/// admit, are 96 questions.
pub const FILE_PART_BYTES: u32 = 256 * 1024;

const _: () = assert!(FILE_PART_BYTES as usize * 3 <= crate::ANSWER_BYTES_MAX);
