//! A journal as other services read it: up to what the views show.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use dossier_exchange::{Position, ReadLimits, Source};
use dossier_journal::Journal;
use dossier_proof::{LogProof, SignedCheckpoint};
use futures_util::{FutureExt, future::BoxFuture};
use tokio::sync::watch;

/// Durable events that are in the view.
pub(crate) struct Shown {
    journal: Journal,
    /// How many events of the current epoch are in the view.
    shown: watch::Sender<u64>,
    /// The last signature at the end: every reader asks for the same one.
    newest: Mutex<Option<(Position, SignedCheckpoint)>>,
}

impl Shown {
    pub(crate) fn new(journal: Journal, shown: watch::Sender<u64>) -> Self {
        Self { journal, shown, newest: Mutex::new(None) }
    }

    fn end(&self) -> Position {
        Position { epoch: self.journal.head().epoch, sequence: *self.shown.borrow() }
    }

    /// The same position, or the beginning of the next epoch when this one ends there.
    fn going_on(&self, from: Position) -> Position {
        let epochs = self.journal.epochs();
        let ends = epochs.iter().any(|(epoch, size)| *epoch == from.epoch && *size <= from.sequence);
        let next = epochs.iter().map(|(epoch, _)| *epoch).find(|epoch| *epoch > from.epoch);
        match next {
            Some(epoch) if ends => Position { epoch, sequence: 0 },
            _ => from,
        }
    }
}

impl Source for Shown {
    fn read(&self, from: Position, limits: ReadLimits) -> Result<Vec<Bytes>, String> {
        let end = self.end();
        let from = self.going_on(from);
        if from >= end {
            return Ok(Vec::new());
        }
        // Former epochs are in the view as a whole.
        let room = if from.epoch == end.epoch { end.sequence - from.sequence } else { u64::MAX };
        let events_max = limits.events_max.min(usize::try_from(room).unwrap_or(usize::MAX));
        Source::read(&self.journal, from, ReadLimits { events_max, ..limits })
    }

    fn wait(&self, from: Position) -> BoxFuture<'_, ()> {
        async move {
            let epoch = self.journal.head().epoch;
            let mut shown = self.shown.subscribe();
            // The sender is ours; the channel does not close while we wait.
            let _ = shown.wait_for(|shown| Position { epoch, sequence: *shown } > from).await;
        }
        .boxed()
    }

    fn checkpoint(&self) -> Result<SignedCheckpoint, String> {
        let signed = self.checkpoint_at(self.end())?;
        signed.ok_or_else(|| "the journal is shorter than what was shown of it".to_owned())
    }

    fn key_turns(&self, from: usize, max: usize) -> Result<Vec<LogProof>, String> {
        Source::key_turns(&self.journal, from, max)
    }

    fn checkpoint_at(&self, at: Position) -> Result<Option<SignedCheckpoint>, String> {
        let end = self.end();
        if at.epoch == end.epoch && at > end {
            return Ok(None);
        }
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, signed)) = newest.as_ref().filter(|(position, _)| *position == at) {
            return Ok(Some(signed.clone()));
        }
        let signed = Source::checkpoint_at(&self.journal, at)?;
        if at == end {
            *newest = signed.clone().map(|signed| (at, signed));
        }
        Ok(signed)
    }
}
