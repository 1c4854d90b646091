//! Snapshots of what is folded: throw-away caches, so that a start does not begin at the first event.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Instant,
};

use dossier_journal::{
    Place, TrustedEdge,
    snapshot::{Snapshot, Snapshots as Store},
};
use dossier_proof::Frontier;
use dossier_proto::{Digest, Origin};
use serde::Serialize;

use crate::{Decider, Digests, Engine, View, digest_of, fold::Memory};

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
    store: Store,
    /// One is written at a time; the next may wait for its turn.
    writing: AtomicBool,
}

/// A snapshot that was read back.
pub(crate) struct Taken<S, V> {
    edge: TrustedEdge,
    memory: Memory<S>,
    view: V,
}

impl<S, V> Taken<S, V> {
    /// Where the history it speaks of ends.
    pub(crate) fn edge(&self) -> TrustedEdge {
        self.edge.clone()
    }

    /// State, view, and where to go on.
    pub(crate) fn into_parts(self) -> (Memory<S>, V, Place) {
        let from = Place { epoch: self.edge.epoch, sequence: self.edge.size };
        (self.memory, self.view, from)
    }
}

impl<D: Decider, V: View> Engine<D, V> {
    /// The digests of the newest snapshot that can be used, read back from the disk and beside the work; `None` when there is none.
    pub async fn snapshot_digests(&self) -> Option<Digests> {
        let snapshots = Arc::clone(&self.inner.snapshots);
        let read = tokio::task::spawn_blocking(move || snapshots.load::<D, V>().map(|taken| taken.digests(D::ORIGIN)));
        read.await.ok().flatten()
    }
}

impl<S: Serialize, V: View> Taken<S, V> {
    fn digests(&self, origin: Origin) -> Digests {
        let next = dossier_proto::Place { origin, epoch: self.edge.epoch, sequence: self.edge.size };
        Digests { next, state: self.memory.fold.digest(), view: digest_of(&self.view) }
    }
}

impl Snapshots {
    pub(crate) fn new(directory: PathBuf, fingerprint: Digest) -> Self {
        Self { store: Store::new(directory, fingerprint.0), writing: AtomicBool::new(false) }
    }

    /// The newest that can be used. Whatever is wrong with one, the journal is there: it is passed over.
    pub(crate) fn load<D: Decider, V: View>(&self) -> Option<Taken<D::State, V>> {
        let snapshot = self.store.newest().unwrap_or_else(|error| {
            tracing::warn!(%error, "the snapshots cannot be read; the journal is folded from its first event");
            None
        })?;
        match postcard::from_bytes(&snapshot.state) {
            Ok((memory, view)) => Some(Taken { edge: snapshot.edge, memory, view }),
            Err(error) => {
                tracing::warn!(%error, "a snapshot does not decode and is passed over");
                None
            }
        }
    }

    /// Deletes all of them.
    pub(crate) fn delete_all(&self) {
        if let Err(error) = self.store.delete_all() {
            tracing::warn!(%error, "the snapshots cannot be deleted");
        }
    }

    /// Writes one. A failure is told and is no more than a slower start.
    pub(crate) fn write<S: Serialize, V: View>(&self, photograph: &Photograph<S>, view: &V) {
        let started = Instant::now();
        let edge =
            TrustedEdge { epoch: photograph.epoch, size: photograph.next, frontier: photograph.frontier.hashes() };
        let encoded = postcard::to_stdvec(&(&photograph.memory, view)).map_err(|error| error.to_string());
        let saved = encoded.and_then(|state| {
            self.store.save(&Snapshot { edge, state: state.into() }).map_err(|error| error.to_string())
        });
        match saved {
            Ok(()) => tracing::info!(next = photograph.next, took = ?started.elapsed(), "a snapshot was written"),
            Err(error) => tracing::warn!(%error, "a snapshot could not be written"),
        }
    }

    /// Writes one in a thread of its own; none when the one before is not finished.
    pub(crate) fn write_beside<S: Serialize + Send + 'static, V: View>(
        self: &Arc<Self>,
        photograph: Photograph<S>,
        view: V,
    ) {
        if self.writing.swap(true, Ordering::AcqRel) {
            return;
        }
        let this = Arc::clone(self);
        let started = thread::Builder::new().name("snapshot".to_owned()).spawn(move || {
            this.write(&photograph, &view);
            this.writing.store(false, Ordering::Release);
        });
        if let Err(error) = started {
            tracing::warn!(%error, "no thread for a snapshot");
            self.writing.store(false, Ordering::Release);
        }
    }
}
