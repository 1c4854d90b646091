//! Coming in on the command line.
#![allow(missing_docs, reason = "the texts stand on commands and options, where clap shows them")]

use clap::Args;

use super::{DEFAULT_SERVER, Server};

/// Where to come in.
#[derive(Debug, Args)]
pub struct Entrance {
    /// Where it is.
    #[arg(long, default_value = DEFAULT_SERVER)]
    pub server: String,
}

#[derive(Debug, Args)]
pub struct SignIn {
    /// The address to which the invitation went; asked for when it is not given.
    #[arg(long)]
    pub mail: Option<String>,
    #[command(flatten)]
    pub entrance: Entrance,
}

#[derive(Debug, Args)]
pub struct SignOut {
    /// Ends all your sessions, on all machines.
    #[arg(long)]
    pub everywhere: bool,
    #[command(flatten)]
    pub server: Server,
}
