//! The receipt of an edition: where it stands in the log, checked against a signed checkpoint for the page it stands on.

use dossier_engine::Engine;
use dossier_proof::{SignedCheckpoint, VerifierKey, inclusion, leaf_of_event};

use crate::{domain::Publication, views::Catalogue};

/// Where events stand in the log, and what was found when that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Number of events under the checkpoint.
    pub(crate) size: u64,
    /// Root over them, in base64.
    pub(crate) root: String,
    /// What was found.
    pub(crate) standing: Standing,
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The checkpoint's signature holds, and every event was proved to be under it.
    Proved,
    /// One of them could not be proved.
    NotProved,
}

/// Why something was not proved. It is logged; a reader is told what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct NotProved(String);

fn because(error: impl std::fmt::Display) -> NotProved {
    NotProved(error.to_string())
}

/// Checks that the events at these positions stand under the newest checkpoint.
pub(crate) fn receipt(
    engine: &Engine<Publication, Catalogue>,
    key: &VerifierKey,
    sequences: impl IntoIterator<Item = u64>,
) -> Receipt {
    let checked = prove(engine, key, sequences);
    let head = engine.journal().head();
    match checked {
        Ok((size, root)) => Receipt { size, root, standing: Standing::Proved },
        Err(error) => {
            tracing::error!(%error, "the place of an edition in the log could not be proved");
            Receipt { size: head.size, root: head.root.to_base64(), standing: Standing::NotProved }
        }
    }
}

fn prove(
    engine: &Engine<Publication, Catalogue>,
    key: &VerifierKey,
    sequences: impl IntoIterator<Item = u64>,
) -> Result<(u64, String), NotProved> {
    let journal = engine.journal();
    let epoch = journal.head().epoch;
    let signed = journal.checkpoint().map_err(because)?;
    // Read as anybody else would read it: from its text, with the public key.
    let checkpoint = SignedCheckpoint::parse(signed.text()).map_err(because)?.verify(key).map_err(because)?;
    for sequence in sequences {
        let place = dossier_journal::Place { epoch, sequence };
        let bytes = engine.recorded(sequence).map_err(because)?.bytes;
        let proof = journal.inclusion(place, checkpoint.size).map_err(because)?;
        inclusion::verify(leaf_of_event(&bytes), sequence, checkpoint.head(), &proof).map_err(because)?;
    }
    Ok((checkpoint.size, checkpoint.root.to_base64()))
}
