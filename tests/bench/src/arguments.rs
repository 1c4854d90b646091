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
    /// A history that was made already, to be verified in this process: what `verify` gives its children.
    #[arg(long, hide = true, requires = "form")]
    pub(crate) made: Option<PathBuf>,
    /// In which form.
    #[arg(long, hide = true, value_enum)]
    pub(crate) form: Option<Form>,
}

/// In which form a history is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// As its service keeps it.
    Journal,
    /// As plain files.
    Export,
}

impl Form {
    /// Its name on the command line and in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Journal => "journal",
            Self::Export => "export",
        }
    }
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
    /// A whole history, verified, beside the same only read.
    Verify,
    /// From submit to readable by the public.
    Pipeline,
    /// Ten thousand entries in all states: the queue, its counts, a moment that has gone by, and commands beside an empty house.
    Queue,
    /// An entry with ten thousand events: pages of its trail, at the end as at the beginning.
    Trail,
    /// One entry as it was, in each service, beside the same as it stands; and receipts, in the history of `--entries` published entries.
    AsOf,
    /// The exchange over NATS: the pipeline as it is deployed, the relay, recovery, catching up.
    Nats,
    /// Everything but what needs a broker, or minutes to fill (the queue, looking back).
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
