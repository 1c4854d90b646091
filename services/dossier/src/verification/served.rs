//! A running Dossier, as anybody sees it: its logs as tiles ([C2SP tlog-tiles](https://c2sp.org/tlog-tiles)), and for auditors its events.
//!
//! - [`ServedLog`]: one log, whose hashes are all fetched and put together again;
//! - [`Spool`]: events as they are fetched, on disk, so that they can be read as an export is.

mod events;
mod log;
mod spool;
mod tree;

pub use events::{Page, page};
pub use log::{EachBundle, LogRead, ServedLog, Stood};
pub use spool::Spool;
