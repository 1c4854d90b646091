//! Snapshots of what is folded: throw-away caches, so that a start does not begin at the first event.

use std::{path::PathBuf, sync::Arc};

use dossier_journal::TrustedEdge;
use dossier_proof::Frontier;
use dossier_proto::Digest;
use serde::Serialize;

use crate::{Decider, View, fold::Memory};

/// State and positions at the end of a group.
#[derive(Debug, Clone)]
pub(crate) struct Photograph<S> {
    pub(crate) epoch: u32,
    /// The next sequence.
    pub(crate) next: u64,
    pub(crate) frontier: Frontier,
    pub(crate) memory: Memory<S>,
}

/// The snapshots of one service.
pub(crate) struct Snapshots {
    directory: PathBuf,
    fingerprint: Digest,
}

/// A snapshot that was read back.
pub(crate) struct Taken<S, V> {
    photograph: Photograph<S>,
    view: V,
}

impl<S, V> Taken<S, V> {
    /// Where the history it speaks of ends.
    pub(crate) fn edge(&self) -> TrustedEdge {
        TrustedEdge {
            epoch: self.photograph.epoch,
            size: self.photograph.next,
            frontier: self.photograph.frontier.hashes(),
        }
    }

    /// State, view, and where to go on.
    pub(crate) fn into_parts(self) -> (Memory<S>, V, dossier_journal::Place) {
        let from = dossier_journal::Place { epoch: self.photograph.epoch, sequence: self.photograph.next };
        (self.photograph.memory, self.view, from)
    }
}

impl Snapshots {
    pub(crate) fn new(directory: PathBuf, fingerprint: Digest) -> Self {
        Self { directory, fingerprint }
    }

    pub(crate) fn load<D: Decider, V: View>(&self) -> Option<Taken<D::State, V>> {
        let _ = (&self.directory, self.fingerprint);
        None
    }

    pub(crate) fn write<S: Serialize, V: View>(&self, _photograph: &Photograph<S>, _view: &V) {}

    pub(crate) fn write_beside<S: Serialize + Send + 'static, V: View>(
        self: &Arc<Self>,
        photograph: Photograph<S>,
        view: V,
    ) {
        self.write(&photograph, &view);
    }
}
