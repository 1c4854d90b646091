//! Whether a service works with the state that its journal amounts to (P2): what it has in memory, and what it snapshots, against what we
//! fold from our copy of its journal. Where that differs, its own journal folded by itself says on whose side the fault is.

use dossier_engine::Digests;
use dossier_proto::{Digest, Origin};

use super::{StateAsked, StateTold, questions::AskService};
use crate::domain::{Finding, FindingKind};

/// What was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Memory {
    /// What decides, in memory.
    LiveState,
    /// What answers, in memory.
    LiveView,
    /// What decides, in the newest snapshot.
    SnapshotState,
    /// What answers, in the newest snapshot.
    SnapshotView,
}

impl Memory {
    pub(super) const fn code(self) -> &'static str {
        match self {
            Self::LiveState => "live-state",
            Self::LiveView => "live-view",
            Self::SnapshotState => "snapshot-state",
            Self::SnapshotView => "snapshot-view",
        }
    }
}

/// What a comparison came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compared {
    pub(super) memory: Memory,
    pub(super) finding: Option<Finding>,
}

/// Compares one digest with ours. Pure.
pub(super) fn compare(memory: Memory, origin: Origin, told: &Digests, ours: Digest) -> Compared {
    let theirs = match memory {
        Memory::LiveState | Memory::SnapshotState => told.state,
        Memory::LiveView | Memory::SnapshotView => told.view,
    };
    let finding = (theirs != ours).then(|| Finding {
        expected: ours.to_vec(),
        found: theirs.to_vec(),
        code: memory.code().to_owned(),
        service: Some(origin),
        ..Finding::of(FindingKind::StateDiffers, told.next)
    });
    Compared { memory, finding }
}

/// What a service tells of the digests of its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Comparable {
    /// These can be compared with ours.
    Told(Digests),
    /// It answers, runs our code, and has none: no snapshot was made, or it was deleted.
    Nothing,
    /// It does not answer, or runs other code.
    Unknown,
}

/// Asks a service for digests that can be compared with ours.
pub(super) async fn comparable(ask: &AskService, origin: Origin, asked: StateAsked, fingerprint: Digest) -> Comparable {
    let StateTold { fingerprint: theirs, digests, .. } = match ask(origin, asked).await {
        Ok(told) => told,
        Err(reason) => {
            tracing::debug!(%origin, reason, "it does not tell the digests of its state");
            return Comparable::Unknown;
        }
    };
    if theirs != fingerprint {
        tracing::info!(%origin, ours = %fingerprint, %theirs, "it runs another version, so its state is not compared with ours");
        return Comparable::Unknown;
    }
    digests.map_or(Comparable::Nothing, Comparable::Told)
}

/// Says on whose side the fault is: what the service's own journal amounts to, folded by the service from the first event.
pub(super) async fn tell_apart(ask: &AskService, origin: Origin, finding: &Finding) {
    let until = finding.at.sequence;
    let replayed = ask(origin, StateAsked::Replay { until }).await.ok().and_then(|told| told.digests);
    let Some(replayed) = replayed else { return };
    let is_view = finding.code.ends_with("view");
    let theirs = if is_view { replayed.view } else { replayed.state };
    if theirs.0.as_slice() == finding.expected {
        tracing::error!(%origin, at = %finding.at, "its own journal, folded anew, amounts to what we have: the fault is in its memory");
    } else {
        tracing::error!(%origin, at = %finding.at, "its own journal, folded anew, does not amount to what we have: compare the journal with the copy");
    }
}
