//! What an examination found.

use dossier_engine::Deviation;
use dossier_proof::Hash;
use dossier_proto::Origin;
use serde::Serialize;

use super::{FAULTS_MAX, Fault, FaultKind};

/// An epoch as it was examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct EpochSeen {
    /// Its number.
    pub epoch: u32,
    /// How many events.
    pub size: u64,
    /// Their root.
    #[serde(serialize_with = "as_text")]
    pub root: Hash,
}

fn as_text<S: serde::Serializer>(root: &Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(root)
}

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Examined {
    /// Whose journal.
    pub origin: Origin,
    /// How many events were looked at.
    pub events: u64,
    /// The epochs.
    pub epochs: Vec<EpochSeen>,
    /// How many signed heads were compared and agree.
    pub compared: usize,
    /// What is wrong, in the order it was found; the first [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// How many faults there are altogether.
    pub faults_total: u64,
}

impl Examined {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.faults_total == 0
    }

    /// Adds what could not have been decided as it is recorded.
    pub fn deviate(&mut self, deviations: impl IntoIterator<Item = Deviation>) {
        for Deviation { at, found, .. } in deviations {
            note(&mut self.faults, &mut self.faults_total, Fault { kind: FaultKind::NotSoDecided, at, found });
        }
    }
}

pub(super) fn note(faults: &mut Vec<Fault>, total: &mut u64, fault: Fault) {
    *total += 1;
    if faults.len() < FAULTS_MAX {
        faults.push(fault);
    }
}
