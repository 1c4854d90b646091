//! What has to be remembered to decide: rights, and what was found already.

use std::collections::BTreeSet;

use dossier_engine::erasure::Orders;
use dossier_identity::Designations;
use dossier_proto::{Digest, Origin, Place};
use serde::{Deserialize, Serialize};

use super::FindingKind;

/// Everything the audit service decides with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// Who may do what, as moderation granted it.
    pub designations: Designations,
    /// Digest of the registry in force.
    pub registry: Option<Digest>,
    /// What was reported and is not settled: the same thing is reported once.
    pub findings: BTreeSet<KnownFinding>,
    /// What is to be destroyed, and whether it was here.
    pub erasures: Orders,
}

/// A finding that was reported.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KnownFinding {
    /// In which way something does not agree.
    pub kind: FindingKind,
    /// Where.
    pub at: Place,
    /// What was found there.
    pub found: Vec<u8>,
    /// Of which service, where it is not the one whose journal it is.
    pub service: Option<Origin>,
    /// Why: a state that is wrong in memory and one that is wrong on disk are two findings.
    pub code: String,
}
