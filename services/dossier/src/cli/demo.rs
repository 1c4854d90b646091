//! What is shown with invented people.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub enum Demo {
    /// A practice of Kenya from its draft to its tombstone: national clearance, two requested changes, divided peers, an embargo, a
    /// correction, a revision, a retraction, and what is refused on the way. It takes about fifteen seconds.
    Practice(Practice),
}

#[derive(Debug, Args)]
pub struct Practice {
    /// A data directory: it is started on it as with `dossier up --demo`, and stays up.
    #[arg(long, default_value = "./dossier-data")]
    pub data: PathBuf,
    /// The address to listen on. When the port is taken, the next free one is used and told.
    #[arg(long, default_value = "127.0.0.1:8080", conflicts_with = "server")]
    pub listen: SocketAddr,
    /// A demonstration that runs already, in one process or in several: it is told there, and nothing is started.
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// With --server: the tokens of its invented people, demo-tokens.json of moderation's data directory; without it those of --data.
    #[arg(long, value_name = "FILE", requires = "server")]
    pub tokens: Option<PathBuf>,
}
