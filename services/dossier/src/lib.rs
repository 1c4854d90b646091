//! The one binary: every service, alone or together, and the tools.
//!
//! - [`house`]: all services in one process, or one of them;
//! - [`configuration`]: what one service of a deployment is started with;
//! - [`client`]: talks to a running Dossier over HTTP, as any program would;
//! - [`front`]: one address in front of four processes;
//! - [`commands`]: what the command line does, a file a command;
//! - [`offline`]: a data directory that nothing has open, for the tools;
//! - [`deciders`]: the four services' deciders and views, by name;
//! - [`session`]: the token of whoever signed in on this machine;
//! - [`paste`]: commands as one pastes them into a shell;
//! - [`progress`]: how far a long run has come, on a terminal;
//! - [`verification`]: whether journals and exports hold;
//! - [`witness`]: a foreign audit node, which cosigns what continues;
//! - [`tenant`]: whose a data directory is;
//! - [`story`]: the sample record from draft to published, and a practice from draft to tombstone, told step by step.

mod allocator;
mod appointment;
mod arrival;
mod backup;
pub mod cli;
pub mod client;
pub mod commands;
pub mod configuration;
pub mod deciders;
mod failure;
pub mod front;
pub mod house;
pub mod key_turns;
mod layout;
pub mod offline;
pub mod output;
pub mod paste;
pub mod progress;
mod public_url;
mod restore;
mod secrets;
pub mod session;
pub mod story;
pub mod tenant;
mod terminal;
pub mod verification;
pub mod witness;

pub use failure::{Exit, Failure};
pub use layout::Layout;
pub use public_url::public_url;
pub use secrets::{Installation, MASTER_KEY_VARIABLE, Secrets};
