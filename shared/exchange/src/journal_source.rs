//! A journal as the source that a hub offers.

use bytes::Bytes;
use dossier_journal::{Journal, Place};
use dossier_proof::{LogProof, SignedCheckpoint};
use futures_util::{FutureExt, future::BoxFuture};

use crate::{Position, ReadLimits, Source};

impl Source for Journal {
    fn read(&self, from: Position, limits: ReadLimits) -> Result<Vec<Bytes>, String> {
        let read = |epoch, sequence| {
            let stored = Self::read(self, epoch, sequence, limits.events_max, limits.bytes_max);
            let stored = stored.map_err(|error| error.to_string())?;
            Ok(stored.into_iter().map(|stored| stored.event).collect::<Vec<_>>())
        };
        let events = read(from.epoch, from.sequence)?;
        if !events.is_empty() {
            return Ok(events);
        }
        match self.epochs().into_iter().find(|(epoch, _)| *epoch > from.epoch) {
            Some((epoch, _)) => read(epoch, 0),
            None => Ok(Vec::new()),
        }
    }

    fn wait(&self, from: Position) -> BoxFuture<'_, ()> {
        async move {
            let from = Place { epoch: from.epoch, sequence: from.sequence };
            // The journal lives as long as we wait; its channel does not close before.
            let _ = self.watch().wait_for(|head| head.next() > from).await;
        }
        .boxed()
    }

    fn checkpoint(&self) -> Result<SignedCheckpoint, String> {
        Self::checkpoint(self).map_err(|error| error.to_string())
    }

    fn checkpoint_at(&self, at: Position) -> Result<Option<SignedCheckpoint>, String> {
        if self.epochs().into_iter().all(|(epoch, size)| epoch != at.epoch || size < at.sequence) {
            return Ok(None);
        }
        Self::checkpoint_at(self, at.epoch, at.sequence).map(Some).map_err(|error| error.to_string())
    }

    fn key_turns(&self, from: usize, max: usize) -> Result<Vec<LogProof>, String> {
        Self::key_turns(self, from, max).map_err(|error| error.to_string())
    }
}
