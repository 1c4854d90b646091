//! What the house does with every engine alike, whatever it decides.

use std::sync::Arc;

use dossier_engine::{Decider, Digests, Engine, Until, View, fold_journal, run_timers_when_level};
use dossier_exchange::{FollowStatus, Source};
use dossier_journal::Journal;
use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::watch;

/// A running engine.
pub(super) trait Machine: Send + Sync {
    /// Its journal, for reading.
    fn journal(&self) -> &Journal;
    /// What others may read.
    fn source(&self) -> Arc<dyn Source>;
    /// Why it has stopped, when it has.
    fn stopped_because(&self) -> Option<String>;
    /// Returns when it has stopped, with the reason.
    fn stopped(&self) -> BoxFuture<'_, String>;
    /// Writes a snapshot. One that has stopped writes none.
    fn snapshot(&self) -> BoxFuture<'_, ()>;
    /// The digests of state and view; none when it has stopped.
    fn digests(&self) -> BoxFuture<'_, Option<Digests>>;
    /// Those of its newest snapshot, read back from the disk; none when there is none.
    fn snapshot_digests(&self) -> BoxFuture<'_, Option<Digests>>;
    /// Those of its journal, folded anew to before a sequence of the newest epoch.
    fn replayed_digests(&self, until: u64) -> BoxFuture<'_, Result<Digests, String>>;
    /// Runs its timers once everything followed is level.
    fn run_timers(&self, followed: Vec<watch::Receiver<FollowStatus>>) -> BoxFuture<'static, ()>;
}

impl<D: Decider, V: View> Machine for Engine<D, V> {
    fn journal(&self) -> &Journal {
        Self::journal(self)
    }

    fn source(&self) -> Arc<dyn Source> {
        Self::source(self)
    }

    fn stopped_because(&self) -> Option<String> {
        Self::stopped_because(self)
    }

    fn stopped(&self) -> BoxFuture<'_, String> {
        Self::stopped(self).boxed()
    }

    fn snapshot(&self) -> BoxFuture<'_, ()> {
        Self::snapshot(self).map(drop).boxed()
    }

    fn digests(&self) -> BoxFuture<'_, Option<Digests>> {
        Self::digests(self).map(Result::ok).boxed()
    }

    fn snapshot_digests(&self) -> BoxFuture<'_, Option<Digests>> {
        Self::snapshot_digests(self).boxed()
    }

    fn replayed_digests(&self, until: u64) -> BoxFuture<'_, Result<Digests, String>> {
        let journal = Self::journal(self).clone();
        let folded = tokio::task::spawn_blocking(move || fold_journal::<D, V>(&journal, Until::Sequence(until)));
        let read = async move {
            let folded = folded.await.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?;
            Ok(folded.digests())
        };
        read.boxed()
    }

    fn run_timers(&self, followed: Vec<watch::Receiver<FollowStatus>>) -> BoxFuture<'static, ()> {
        run_timers_when_level(self.clone(), followed).boxed()
    }
}
