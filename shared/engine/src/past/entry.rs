//! One entry as it was, and what concerns all entries: folded from their own events, so at a cost that does not grow with the journal.
//!
//! The place of the moment is found by halving (20 reads in a million events). Then there is a read and a decoding for each event of the
//! entry, some microseconds each.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use dossier_journal::Place as At;
use dossier_proto::EntryId;

use super::{AsOf, Asker, Past, PastError, general::OfAll, has_gone, off_thread};
use crate::{Decider, Engine, PerEntry, RecordError};

/// So long somebody waits while others are answered.
const PATIENCE: Duration = Duration::from_secs(5);

impl<D: Decider, V: PerEntry> Engine<D, V> {
    /// A view that knows of one entry, of those it is bound up with, and of what concerns all, as it was. It says of the entry what
    /// [`as_of`](Engine::as_of) would, at a cost of that entry's events.
    ///
    /// # Errors
    /// [`PastError`], as [`as_of`](Engine::as_of).
    pub async fn entry_as_of(&self, entry: EntryId, asked: AsOf) -> Result<Past<V>, PastError> {
        self.piece_as_of(Some(entry), asked).await
    }

    /// A view that knows of no entry, and of what concerns all: designations and registries as they were.
    ///
    /// # Errors
    /// [`PastError`], as [`as_of`](Engine::as_of).
    pub async fn general_as_of(&self, asked: AsOf) -> Result<Past<V>, PastError> {
        self.piece_as_of(None, asked).await
    }

    /// Another entry at the same moment. Reads the journal: off the async threads.
    ///
    /// # Errors
    /// [`PastError::Record`].
    pub fn also_as_of(&self, past: &Past<V>, entry: EntryId) -> Result<V, PastError> {
        let asker = Asker::default();
        Ok(self.fold_piece(Some(entry), past.end, &asker.watched())?.view)
    }

    async fn piece_as_of(&self, entry: Option<EntryId>, asked: AsOf) -> Result<Past<V>, PastError> {
        let end = self.settled_end(asked).await?;
        let waiting = Arc::clone(&self.inner.general.turns).acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, waiting).await.map_err(|_elapsed| PastError::Busy)?;
        // The semaphore is never closed.
        let turn = turn.map_err(|_closed| PastError::Stopped)?;
        let engine = self.clone();
        let asker = Asker::default();
        let asks = asker.watched();
        let past = off_thread(move || {
            let past = engine.fold_piece(entry, end, &asks);
            drop(turn);
            past
        })
        .await;
        drop(asker);
        past
    }

    fn fold_piece(&self, entry: Option<EntryId>, end: At, asks: &Weak<()>) -> Result<Past<V>, PastError> {
        let own = entry.map_or_else(|| Ok(Vec::new()), |entry| self.places_of(entry, end))?;
        let begin = own.first().copied().unwrap_or(end);
        let (mut view, general) = self.inner.general.around(&self.inner.records, begin, end)?;
        let mut general = general.into_iter().peekable();
        for at in own {
            if has_gone(asks) {
                return Err(PastError::Stopped);
            }
            while let Some(one) = general.next_if(|one| one.at < at) {
                view.apply(&one.event, one.beside.as_ref());
            }
            let recorded = self.inner.records.get(at.epoch, at.sequence)?;
            view.apply(&recorded.event, recorded.beside.as_ref());
        }
        let rest: Vec<Arc<OfAll>> = general.collect();
        rest.iter().for_each(|one| view.apply(&one.event, one.beside.as_ref()));
        Ok(Past { view, last: self.last_before(end)?, end })
    }

    /// Where the events stand that bear on an entry, before `end`.
    fn places_of(&self, entry: EntryId, end: At) -> Result<Vec<At>, PastError> {
        let mut entries = self.view().bound_up_with(entry);
        entries.push(entry);
        let mut places = Vec::new();
        for entry in entries {
            let of_entry = self.journal().of_entry(entry.0).map_err(|error| RecordError::Journal(error.to_string()))?;
            places.extend(of_entry.into_iter().filter(|place| *place < end));
        }
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }
}
