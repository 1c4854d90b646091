//! All deciders of the house together, with what travels between them, in memory and in one thread.
//!
//! - [`people`]: who lives here, and as what;
//! - [`words`]: contents and sealed texts, each under a key of its own;
//! - [`town`]: the three journals and the post between them;
//! - [`asking`]: for each service every command it knows, with arguments that fit where an entry stands;
//! - [`chance`]: anybody asks for anything at any time;
//! - [`scenes`]: an entry in every place where one can stand;
//! - [`watch`]: what must hold after each step, counted from the journals alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::missing_panics_doc, reason = "a test kit panics where a promise is broken")]

pub mod asking;
pub mod chance;
pub mod people;
pub mod scenes;
pub mod town;
pub mod watch;
pub mod words;

pub use town::Town;
