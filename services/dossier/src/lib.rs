//! The one binary: every service, alone or together, and the tools.
//!
//! - [`house`]: all services in one process;
//! - [`client`]: talks to a running Dossier over HTTP, as any program would;
//! - [`commands`]: what the command line does, a file a command;
//! - [`story`]: the sample record from draft to published, told step by step.

pub mod cli;
pub mod client;
pub mod commands;
mod failure;
pub mod house;
mod layout;
pub mod output;
mod secrets;
pub mod story;

pub use failure::{Exit, Failure};
pub use layout::Layout;
pub use secrets::{Installation, MASTER_KEY_VARIABLE, Secrets};
