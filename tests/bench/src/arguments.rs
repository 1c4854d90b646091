//! What the command line says.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

/// Measures Dossier beside a raw file on the same disk.
#[derive(Debug, Parser)]
#[command(name = "dossier-bench")]
pub(crate) struct Arguments {
    /// What is measured.
    #[arg(value_enum, default_value_t = Subject::All)]
    pub(crate) subject: Subject,
    /// With which events; both sizes when it is not said.
    #[arg(long, value_enum)]
    pub(crate) size: Option<Size>,
    /// Print one JSON document.
    #[arg(long)]
    pub(crate) json: bool,
    /// How many entries the queue has.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(100..=1_000_000))]
    pub(crate) entries: u64,
    /// How long each measurement that goes on for as long as one likes takes.
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) seconds: u64,
    /// Where to write: the disk under this directory is measured. A folder is made in it and removed at the end. The
    /// usual place for temporary files would be wrong: on many machines it is in memory, where a sync costs nothing.
    #[arg(long, default_value = ".")]
    pub(crate) directory: PathBuf,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Subject {
    /// Groups of events into the journal.
    Append,
    /// One command at a time through the engine.
    Command,
    /// A whole history, read and folded again.
    Replay,
    /// From submit to readable by the public.
    Pipeline,
    /// Ten thousand entries in all states: the queue, its counts, a moment that has gone by, and commands beside an empty house.
    Queue,
    /// The exchange over NATS: the pipeline as it is deployed, the relay, recovery, catching up.
    Nats,
    /// Everything but what needs a broker, or minutes to fill (the queue).
    All,
}

/// How large the events are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Size {
    /// 256 bytes each.
    Small,
    /// The house mix: 2 KB on average.
    Mix,
}
