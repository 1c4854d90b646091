//! What is wrong with a log, for an operator.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use dossier_witness::{NotBelieved, TilesError};

use super::NotCosigned;
use crate::{Exit, client::Unanswered, key_turns::NoTurns};

/// Why a log could not be followed.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// Two histories, both signed by the log.
    #[error("{log} has signed two histories; the proof is in {}", evidence.display())]
    Forked {
        /// Which log.
        log: String,
        /// Where the proof lies.
        evidence: PathBuf,
    },
    /// It was found to have signed two histories before.
    #[error("{0} has signed two histories before; nothing of it is cosigned any more")]
    ForkedBefore(String),
    /// It shows less than it showed before.
    #[error(
        "{log} shows less than it did: {shown}, and {kept} were cosigned here. It was cut short, or put back from an older copy"
    )]
    Less {
        /// Which log.
        log: String,
        /// What was cosigned.
        kept: String,
        /// What is shown now.
        shown: String,
    },
    /// The installation says that it holds another history.
    #[error("the installation's audit service holds another history of {0} than it showed here, and says so")]
    Disputed(String),
    /// It is said to sign with another key, and its own key has not said so.
    #[error(
        "{log} shows that it has taken another key, and the key that it signs with has not signed that: {why}. Nothing of it is cosigned"
    )]
    TurnNotProven {
        /// Which log.
        log: String,
        /// What does not hold.
        why: String,
    },
    /// It gave a key up, and signed more with it.
    #[error(
        "{log} shows that it gave its key up before it signed {signed} with it, which was cosigned here: it has signed two histories, or somebody else \
         has its key. The proof is in {}",
        evidence.display()
    )]
    TurnedBefore {
        /// Which log.
        log: String,
        /// What it signed.
        signed: String,
        /// Where the proof of the turn lies.
        evidence: PathBuf,
    },
    /// The list of turns could not be had.
    #[error(transparent)]
    NoTurns(#[from] NoTurns),
    /// What is shown is signed by nobody who may.
    #[error(transparent)]
    NotBelieved(#[from] NotBelieved),
    /// What is shown is none.
    #[error("{url}: {what}")]
    Unfit {
        /// What was asked for.
        url: String,
        /// What came.
        what: String,
    },
    /// Tiles are none, or too few.
    #[error("{log}: {error}")]
    Tiles {
        /// Of which log.
        log: String,
        /// What is wrong with them.
        error: TilesError,
    },
    /// Signed, but not shown to continue what was cosigned before; not shown to contradict it either.
    #[error(
        "{log} is signed and not shown to continue what was cosigned here, nor to contradict it: its tiles are not those of the tree that it signed"
    )]
    NotProven {
        /// Which log.
        log: String,
    },
    /// Nobody answers.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// It was not cosigned.
    #[error(transparent)]
    NotCosigned(#[from] NotCosigned),
}

impl Trouble {
    /// The exit code of a single look that ended so.
    pub const fn exit(&self) -> Exit {
        match self {
            Self::Forked { .. } | Self::ForkedBefore(_) | Self::Disputed(_) => Exit::Forked,
            Self::NotCosigned(NotCosigned::Forked(_)) | Self::TurnedBefore { .. } => Exit::Forked,
            Self::Less { .. } => Exit::LessThanBefore,
            Self::Unanswered(Unanswered::Unreachable { .. })
            | Self::NoTurns(NoTurns::Unanswered(Unanswered::Unreachable { .. })) => Exit::Unreachable,
            Self::NotCosigned(NotCosigned::Disk(_)) => Exit::Disk,
            Self::NotBelieved(_)
            | Self::TurnNotProven { .. }
            | Self::NoTurns(_)
            | Self::Unfit { .. }
            | Self::Tiles { .. }
            | Self::NotProven { .. }
            | Self::Unanswered(Unanswered::TooLong { .. })
            | Self::NotCosigned(_) => Exit::NotProved,
        }
    }

    /// The worst first: what is told of several.
    pub const fn weight(&self) -> u8 {
        match self.exit() {
            Exit::Forked => 4,
            Exit::LessThanBefore => 3,
            Exit::NotProved => 2,
            _ => 1,
        }
    }

    /// The word for it in figures.
    pub const fn key(&self) -> &'static str {
        match self.exit() {
            Exit::Forked => "forked",
            Exit::LessThanBefore => "less",
            Exit::Unreachable => "unanswered",
            Exit::Disk => "disk",
            _ => "not-proved",
        }
    }
}

/// What was wrong at the last look at each log.
#[derive(Default)]
pub struct Troubles(Mutex<BTreeMap<String, (u8, String)>>);

impl Troubles {
    /// Notes how a look at a log ended.
    pub fn note(&self, log: &str, ended: Result<(), &Trouble>) {
        let mut troubles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match ended {
            Ok(()) => {
                troubles.remove(log);
            }
            Err(trouble) => {
                metrics::counter!("dossier_witness_refusals_total", "why" => trouble.key()).increment(1);
                let words = trouble.to_string();
                let is_new = troubles.get(log).is_none_or(|(_, before)| *before != words);
                if is_new {
                    tracing::error!(log, "{words}");
                }
                troubles.insert(log.to_owned(), (trouble.weight(), words));
            }
        }
        metrics::gauge!("dossier_witness_logs_in_trouble").set(troubles.len() as f64);
    }

    /// The worst of them.
    pub fn worst(&self) -> Option<String> {
        let troubles = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        troubles.values().max_by_key(|(weight, _)| *weight).map(|(_, words)| words.clone())
    }
}
