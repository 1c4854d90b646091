//! The receipt of an edition: where it stands in the log, checked against a signed checkpoint for the page it stands on.

use std::collections::{BTreeMap, btree_map::Entry};

use dossier_engine::Engine;
use dossier_proof::{Checkpoint, KeyHistory, SignedCheckpoint, inclusion, leaf_of_event};
use dossier_proto::Place;

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

/// Checks that the event at this place, and those at the others, stand under the newest checkpoint of their epoch. The one
/// that is shown is that of `at`.
pub(crate) fn receipt(
    engine: &Engine<Publication, Catalogue>,
    keys: &KeyHistory,
    at: Place,
    others: &[Place],
) -> Receipt {
    match prove(engine, keys, at, others) {
        Ok(checkpoint) => {
            Receipt { size: checkpoint.size, root: checkpoint.root.to_base64(), standing: Standing::Proved }
        }
        Err(error) => {
            tracing::error!(%error, %at, "the place of an edition in the log could not be proved");
            let head = engine.journal().head();
            Receipt { size: head.size, root: head.root.to_base64(), standing: Standing::NotProved }
        }
    }
}

fn prove(
    engine: &Engine<Publication, Catalogue>,
    keys: &KeyHistory,
    at: Place,
    others: &[Place],
) -> Result<Checkpoint, NotProved> {
    let mut newest: BTreeMap<u32, Checkpoint> = BTreeMap::new();
    for place in others.iter().copied().chain([at]) {
        let checkpoint = match newest.entry(place.epoch) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(newest_of(engine, keys, place.epoch)?),
        };
        let stands = dossier_journal::Place { epoch: place.epoch, sequence: place.sequence };
        let bytes = engine.recorded_at(place).map_err(because)?.bytes;
        let proof = engine.journal().inclusion(stands, checkpoint.size).map_err(because)?;
        inclusion::verify(leaf_of_event(&bytes), place.sequence, checkpoint.head(), &proof).map_err(because)?;
    }
    newest.remove(&at.epoch).ok_or_else(|| because("the epoch has no checkpoint"))
}

/// The newest checkpoint of an epoch, read as anybody else would read it: from its text, with the public key.
fn newest_of(engine: &Engine<Publication, Catalogue>, keys: &KeyHistory, epoch: u32) -> Result<Checkpoint, NotProved> {
    let journal = engine.journal();
    let signed = match journal.epochs().into_iter().find(|(one, _)| *one == epoch) {
        Some((_, size)) if epoch != journal.head().epoch => journal.checkpoint_at(epoch, size),
        _ => journal.checkpoint(),
    };
    let signed = SignedCheckpoint::parse(signed.map_err(because)?.text()).map_err(because)?;
    let (_, checkpoint) = keys.verify(&signed).map_err(because)?;
    Ok(checkpoint)
}
