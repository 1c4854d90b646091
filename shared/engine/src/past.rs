//! What a service knew at a moment that has gone by: its view, folded again up to there (P8).
//!
//! A moment is settled when nothing can be recorded any more that it would count: the clock is past it, and everything that was
//! decided before is durable. What a service knew is in its own journal alone, also what it had heard of others by then, so no
//! other service has to be asked.
//!
//! A view is folded off the async threads, one at a time for each service, event by event, beginning with what is nearest: a view
//! folded before, the newest snapshot, or the first event. The last few are kept, known by their position, so that paging through
//! a moment, or counting in it, folds once. Memory: [`KEPT_MAX`] views, and one that is being folded; what nobody looked at for
//! [`KEPT_FOR`] is dropped. Whoever goes away before the answer ends the folding.
//!
//! Of one entry (`entry`) only its own events are folded, with the few that bear on all.

mod entry;
mod general;
mod kept;

use std::{
    ops::ControlFlow,
    sync::{Arc, Weak},
    time::Duration,
};

use dossier_journal::Place as At;
use dossier_proto::{Event, Micros, Place};
use tokio::sync::oneshot;

pub(crate) use general::General;
pub(crate) use kept::Kept;

use crate::{Decider, Engine, RecordError, View, group::Job, recorded};

/// So many folded views are kept.
pub const KEPT_MAX: usize = 4;
/// A folded view that nobody looked at for so long is dropped.
pub const KEPT_FOR: Duration = Duration::from_secs(600);
/// So long somebody waits while another moment is being folded. A million events take two seconds or so.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which moment is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// Everything recorded up to this instant, included.
    Instant(Micros),
    /// Everything up to the event at this place in the service's own journal, included.
    Place(Place),
}

/// A service's view as it was.
#[derive(Debug)]
pub struct Past<V> {
    /// What it answered from.
    pub view: V,
    /// The last event it knew, and when that was recorded; none before the first.
    pub last: Option<(Place, Micros)>,
    pub(crate) end: At,
}

/// Why a moment cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PastError {
    /// It is still to come, or has not been written.
    #[error("the journal has not passed that moment")]
    NotSettled,
    /// There is no such event.
    #[error("there is no event {0}")]
    NotThere(Place),
    /// Others ask for moments of their own; asking again may help.
    #[error("other moments are being folded")]
    Busy,
    /// The service has stopped.
    #[error("the service has stopped")]
    Stopped,
    /// What is recorded cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// The beginning of every journal.
const BEGINNING: At = At { epoch: 0, sequence: 0 };

impl<D: Decider, V: View> Engine<D, V> {
    /// The view as it was. Equal moments are answered with one folding, as long as it is kept.
    ///
    /// # Errors
    /// [`PastError`]: `NotSettled` and `Busy` may be asked again later.
    pub async fn as_of(&self, asked: AsOf) -> Result<Arc<Past<V>>, PastError> {
        let end = self.settled_end(asked).await?;
        if let Some(past) = self.inner.kept.get(end) {
            return Ok(past);
        }
        let turn = tokio::time::timeout(PATIENCE, self.inner.kept.turn()).await.map_err(|_| PastError::Busy)?;
        // Whoever was before us may have folded the same.
        if let Some(past) = self.inner.kept.get(end) {
            return Ok(past);
        }
        let engine = self.clone();
        let asker = Asker::default();
        let asks = asker.watched();
        let past = off_thread(move || {
            let past = Arc::new(engine.fold_to(end, &asks)?);
            engine.inner.kept.put(Arc::clone(&past));
            drop(turn);
            Ok(past)
        })
        .await;
        drop(asker);
        past
    }

    /// The last event up to a moment, when nothing can be recorded in it any more; none before the first. For views that know of themselves
    /// when everything in them became so.
    ///
    /// # Errors
    /// [`PastError`], as [`as_of`](Self::as_of).
    pub async fn last_as_of(&self, asked: AsOf) -> Result<Option<(Place, Micros)>, PastError> {
        let end = self.settled_end(asked).await?;
        let engine = self.clone();
        off_thread(move || engine.last_before(end)).await
    }

    /// The place behind the last event that counts, when nothing can be recorded before it any more.
    async fn settled_end(&self, asked: AsOf) -> Result<At, PastError> {
        if let AsOf::Instant(instant) = asked {
            let engine = self.clone();
            if !off_thread(move || engine.has_passed(instant)).await? {
                self.settle(instant).await?;
            }
        }
        let engine = self.clone();
        off_thread(move || engine.end_of(asked)).await
    }

    /// Whether something was recorded after this instant: moments in a journal only grow, and what is shown is durable.
    fn has_passed(&self, instant: Micros) -> Result<bool, PastError> {
        if self.inner.clock.now() <= instant {
            return Err(PastError::NotSettled);
        }
        let newest = self.sizes().into_iter().rev().find_map(|(epoch, size)| Some((epoch, size.checked_sub(1)?)));
        let Some((epoch, sequence)) = newest else { return Ok(false) };
        Ok(self.inner.records.get(epoch, sequence)?.event.head.recorded_at > instant)
    }

    /// Returns when nothing can be recorded any more with this instant or an earlier one, and all that was is in the view.
    async fn settle(&self, instant: Micros) -> Result<(), PastError> {
        if self.inner.clock.now() <= instant {
            return Err(PastError::NotSettled);
        }
        let (reply, answer) = oneshot::channel();
        // What is decided after this question reads the clock after us.
        self.inner.jobs.send(Job::Decided { reply }).await.map_err(|_closed| PastError::Stopped)?;
        let decided = answer.await.map_err(|_closed| PastError::Stopped)?;
        if self.shows(decided).await { Ok(()) } else { Err(PastError::Stopped) }
    }

    /// The place behind the last event that counts.
    fn end_of(&self, asked: AsOf) -> Result<At, PastError> {
        match asked {
            AsOf::Instant(instant) => self.end_at(instant),
            AsOf::Place(place) => self.end_behind(place),
        }
    }

    fn end_behind(&self, place: Place) -> Result<At, PastError> {
        let sizes = self.sizes();
        let newest = sizes.last().map_or(0, |(epoch, _)| *epoch);
        let size = sizes.iter().find(|(epoch, _)| *epoch == place.epoch).map(|(_, size)| *size);
        match size {
            Some(size) if place.sequence < size => Ok(At { epoch: place.epoch, sequence: place.sequence + 1 }),
            // What an epoch that has ended does not have will never be there.
            _ if place.epoch < newest => Err(PastError::NotThere(place)),
            _ => Err(PastError::NotSettled),
        }
    }

    /// The moments in a journal only grow, over its epochs too: halving finds the last one that counts.
    fn end_at(&self, instant: Micros) -> Result<At, PastError> {
        for (epoch, size) in self.sizes().into_iter().rev() {
            let (mut counted, mut others) = (0, size);
            while counted < others {
                let middle = counted + (others - counted) / 2;
                if self.inner.records.get(epoch, middle)?.event.head.recorded_at <= instant {
                    counted = middle + 1;
                } else {
                    others = middle;
                }
            }
            if counted > 0 {
                return Ok(At { epoch, sequence: counted });
            }
        }
        Ok(BEGINNING)
    }

    /// All epochs with the number of their events that are shown.
    fn sizes(&self) -> Vec<(u32, u64)> {
        let shown = *self.inner.shown.borrow();
        let mut epochs = self.journal().epochs();
        if let Some((_, size)) = epochs.last_mut() {
            *size = shown.min(*size);
        }
        epochs
    }

    fn fold_to(&self, end: At, asks: &Weak<()>) -> Result<Past<V>, PastError> {
        let (view, from) = self.base(end);
        let mut view = view.unwrap_or_default();
        self.each_between(from, end, asks, |event, beside| view.apply(event, beside))?;
        Ok(Past { view, last: self.last_before(end)?, end })
    }

    /// The last event before this place, and when it was recorded.
    fn last_before(&self, end: At) -> Result<Option<(Place, Micros)>, PastError> {
        Ok(match end.sequence.checked_sub(1) {
            Some(sequence) => {
                let head = self.inner.records.get(end.epoch, sequence)?.event.head;
                Some((head.place, head.recorded_at))
            }
            None => None,
        })
    }

    /// What folding may begin with, and where it goes on.
    fn base(&self, end: At) -> (Option<V>, At) {
        if let Some(past) = self.inner.kept.before(end) {
            return (Some(past.view.clone()), past.end);
        }
        let taken = self.inner.snapshots.load::<D, V>().map(crate::snapshots::Taken::into_parts);
        match taken {
            Some((_, view, from)) if from <= end => (Some(view), from),
            _ => (None, BEGINNING),
        }
    }

    fn each_between(
        &self,
        from: At,
        end: At,
        asks: &Weak<()>,
        mut each: impl FnMut(&Event, Option<&Event>),
    ) -> Result<(), PastError> {
        let epochs = self.journal().epochs().into_iter().map(|(epoch, _)| epoch);
        for epoch in epochs.filter(|epoch| (from.epoch..=end.epoch).contains(epoch)) {
            let sequence = if epoch == from.epoch { from.sequence } else { 0 };
            let mut failed = None;
            let visited = self.journal().visit(At { epoch, sequence }, &mut |stored| {
                if stored.place() >= end || has_gone(asks) {
                    return ControlFlow::Break(());
                }
                match recorded::read(stored) {
                    Ok(recorded) => {
                        each(&recorded.event, recorded.beside.as_ref());
                        ControlFlow::Continue(())
                    }
                    Err(error) => {
                        failed = Some(error);
                        ControlFlow::Break(())
                    }
                }
            });
            visited.map_err(|error| RecordError::Journal(error.to_string()))?;
            failed.map_or(Ok(()), Err)?;
        }
        // Nobody hears this.
        if has_gone(asks) { Err(PastError::Stopped) } else { Ok(()) }
    }
}

/// Held by whoever waits for an answer, so that the work ends when they go away.
#[derive(Default)]
struct Asker(Arc<()>);

impl Asker {
    fn watched(&self) -> Weak<()> {
        Arc::downgrade(&self.0)
    }
}

/// Whether nobody waits any more.
fn has_gone(asks: &Weak<()>) -> bool {
    asks.strong_count() == 0
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PastError> + Send + 'static,
) -> Result<T, PastError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(stopped) if stopped.is_cancelled() => Err(PastError::Stopped),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
