//! What `dossier trail` takes.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Server;

#[derive(Debug, Args)]
pub struct Trail {
    /// The entry's id, or its public number.
    pub entry: String,
    /// Steps that were recorded then or later (2026-03-09T09:00:00Z).
    #[arg(long, value_name = "T")]
    pub from: Option<String>,
    /// Steps that were recorded before then.
    #[arg(long, value_name = "T")]
    pub to: Option<String>,
    /// Steps of this kind, as --format jsonl names it; several times for several.
    #[arg(long)]
    pub kind: Vec<String>,
    /// Steps of this service; several times for several.
    #[arg(long)]
    pub origin: Vec<String>,
    /// Who did it: the id of a person, or person, service, system.
    #[arg(long)]
    pub by: Option<String>,
    /// Decisions alone, or what the public is told.
    #[arg(long, value_enum)]
    pub only: Option<Only>,
    /// The trail as it stood: an instant, or the place of an event such as moderation/17.
    #[arg(long, value_name = "T|PLACE")]
    pub as_of: Option<String>,
    /// Shows the contents that were submitted, and word by word what changed. That is on record as a reading of contents.
    #[arg(long)]
    pub contents: bool,
    /// Shows word by word what changed. That is on record as a reading of contents.
    #[arg(long)]
    pub changes: bool,
    /// Lines of words, or a file that says at its end whether it is whole.
    #[arg(long, value_enum, default_value = "text")]
    pub format: Format,
    /// Where to; must not exist yet. Standard output when nothing is said.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub server: Server,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Only {
    /// What somebody decided, refused attempts too.
    Decisions,
    /// What the public is told of, as the public is told it.
    Public,
}

impl Only {
    /// As the server calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Decisions => "decisions",
            Self::Public => "public",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// JSON Lines: one document a step.
    Jsonl,
    /// A table (RFC 4180, UTF-8), safe to open in a spreadsheet.
    Csv,
}

impl Format {
    /// As the server calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }
}
