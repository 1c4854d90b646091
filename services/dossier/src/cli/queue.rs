//! What `dossier queue` takes.

use clap::Args;
use dossier_proto::BodyCode;

use super::Server;

/// Which part of the queue, as of when. The names are those of the query of `GET /review/api/v1/reviews`.
#[derive(Debug, Args)]
pub struct Queue {
    #[command(flatten)]
    pub server: Server,
    /// Where they stand: in-review (when nothing is said), on-hold, changes-requested, approved, …, or any. This and the others without
    /// a number may be given several times: any of what is named.
    #[arg(long)]
    pub state: Vec<String>,
    /// The type of record.
    #[arg(long = "type", value_name = "TYPE")]
    pub record_type: Vec<String>,
    /// Whose they are.
    #[arg(long)]
    pub body: Vec<BodyCode>,
    /// An objective of the Global Compact, 1 to 23.
    #[arg(long)]
    pub objective: Vec<String>,
    /// The language it was written in.
    #[arg(long)]
    pub language: Vec<String>,
    /// A language it can be read in.
    #[arg(long, value_name = "LANGUAGE")]
    pub readable_in: Vec<String>,
    /// Waiting for so many days at least.
    #[arg(long, value_name = "N")]
    pub waiting_days: Option<u32>,
    /// Who has the next move: moderator, reviewer, contributor, publisher, third-party or nobody.
    #[arg(long)]
    pub turn: Vec<String>,
    /// Who has taken it up: me, nobody, somebody, or the id of a subject.
    #[arg(long, value_name = "WHO")]
    pub claimed: Option<String>,
    /// The stage of the review that they are in.
    #[arg(long)]
    pub stage: Vec<String>,
    /// The queue as it stood at an instant (2026-03-09T09:00:00Z) or after an event of moderation (moderation/17).
    #[arg(long, value_name = "T|PLACE")]
    pub as_of: Option<String>,
    /// Only counts: by state, type, turn and stage, what is taken up, and the oldest of each.
    #[arg(long)]
    pub counts: bool,
}
