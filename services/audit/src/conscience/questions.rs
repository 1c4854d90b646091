//! What the other services are asked about themselves, and what they tell.

use std::sync::Arc;

use dossier_engine::Digests;
use dossier_proto::{Digest, Origin};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// Asks a service. The binary knows how to reach them, and our own engine. The error is for an operator.
pub type AskService = Arc<dyn Fn(Origin, StateAsked) -> BoxFuture<'static, Result<StateTold, String>> + Send + Sync>;

/// What a service is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum StateAsked {
    /// The digests of what it works with now.
    Live,
    /// Those of its newest snapshot, as it lies on the disk.
    Snapshot,
    /// Those of its own journal, folded anew from the first event to before this sequence of the newest epoch. Costs what a start without
    /// a snapshot costs.
    Replay {
        /// The first sequence that does not count.
        until: u64,
    },
    /// How far it has read the others.
    Heads,
}

/// What a service tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StateTold {
    /// The code that folds: digests of other code are not comparable.
    pub fingerprint: Digest,
    /// The digests that were asked for; none when there is no snapshot, or when heads were asked for.
    pub digests: Option<Digests>,
    /// How far the others were read; empty when digests were asked for.
    pub heads: Vec<HeadRead>,
}

/// How far a service has read another one's journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadRead {
    /// Whose journal.
    pub origin: Origin,
    /// The epoch of the next event to be read.
    pub epoch: u32,
    /// Its sequence.
    pub size: u64,
    /// The Merkle root of what was read of this epoch.
    pub root: Digest,
}
