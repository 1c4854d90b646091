//! A running Dossier, as anybody sees it: its logs as tiles ([C2SP tlog-tiles](https://c2sp.org/tlog-tiles)), and for auditors its events.
//!
//! - [`ServedLog`]: one log, whose hashes are all fetched and put together again;
//! - [`followed`]: what it signs with now, from a key that somebody has;
//! - [`Spool`]: events as they are fetched, on disk, so that they can be read as an export is.

use serde_json::Value;

use crate::{
    Exit, Failure,
    client::{Reader, Received},
};

mod events;
mod log;
mod spool;
mod tree;
mod turns;

pub use events::{Page, page};
pub use log::{EachBundle, LogRead, ServedLog, Stood};
pub use spool::Spool;
pub use turns::{Followed, followed};

/// Asks for bytes, at most so many.
///
/// # Errors
/// [`Failure`] when nobody answers, or with more.
pub fn fetched(server: &Reader, path: &str, max: usize) -> Result<Received, Failure> {
    server.get(path, max).map_err(|error| Failure::new(Exit::Unreachable, error.to_string()))
}

/// Asks for a document.
///
/// # Errors
/// As [`fetched`]; also when there is none, or whoever asks may not read it.
pub fn document(server: &Reader, path: &str, max: usize) -> Result<Value, Failure> {
    let received = fetched(server, path, max)?;
    let refused = |exit, what: String| Failure::new(exit, format!("{}{path}: {what}", server.base()));
    match received.status {
        200..300 => serde_json::from_slice(&received.body)
            .map_err(|error| refused(Exit::Failed, format!("what came is no JSON: {error}"))),
        404 => Err(refused(Exit::NotThere, "there is no such page (404). Is it a Dossier?".to_owned())),
        status => Err(refused(Exit::Refused, format!("the server refused ({status})"))),
    }
}
