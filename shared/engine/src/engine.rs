//! The handle of a running engine.

use std::{
    collections::BTreeMap,
    ops::Deref,
    pin::pin,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use dossier_exchange::{Clock, Delivery, InboxError, Source, Tally};
use dossier_journal::Journal;
use dossier_proto::{CommandId, Digest, EntryId, Origin, Place};
use futures_util::future::{Either, select};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    AuthorityGate, Decider, Digests, ExecuteError, Outcome, RecordError, Recorded, Request, View, again,
    group::Job,
    past::{General, Kept},
    recorded::Records,
    snapshots::Snapshots,
    source::Shown,
    stopping::Stopping,
};

/// How often the timers are looked at.
const TICK: Duration = Duration::from_millis(500);

/// A running service's engine; a cheap clone.
pub struct Engine<D: Decider, V: View> {
    pub(crate) inner: Arc<Inner<D, V>>,
}

pub(crate) struct Inner<D: Decider, V: View> {
    pub(crate) jobs: mpsc::Sender<Job<D>>,
    pub(crate) view: Arc<RwLock<V>>,
    pub(crate) records: Records,
    pub(crate) followed: BTreeMap<Origin, Tally>,
    pub(crate) next_due: Arc<AtomicI64>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) authority: AuthorityGate,
    pub(crate) stopping: Stopping,
    pub(crate) shown: watch::Sender<u64>,
    pub(crate) snapshots: Arc<Snapshots>,
    pub(crate) kept: Kept<V>,
    pub(crate) general: General<V>,
}

impl<D: Decider, V: View> Clone for Engine<D, V> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}

impl<D: Decider, V: View> Engine<D, V> {
    /// Decides a command. The answer comes when everything that was decided before and with it is durable.
    ///
    /// # Errors
    /// [`ExecuteError`]: [`Busy`](ExecuteError::Busy), [`AuthorityNotHeard`](ExecuteError::AuthorityNotHeard) and
    /// [`Stopped`](ExecuteError::Stopped) may be tried again with the same idempotency key, everything else is final.
    pub async fn execute(&self, request: Request<D::Command>) -> Result<Outcome, ExecuteError<D::Refusal>> {
        let (reply, answer) = oneshot::channel();
        let job = Job::Execute { request: Box::new(request), reply };
        let answer = match self.inner.jobs.try_send(job) {
            Ok(()) => answer.await.ok(),
            Err(mpsc::error::TrySendError::Full(_)) => return Err(ExecuteError::Busy),
            Err(mpsc::error::TrySendError::Closed(_)) => None,
        };
        match answer {
            Some(answer) => answer,
            // Threads that let go of an answer are about to say why. Nobody hears of the stop while readiness denies it.
            None => {
                self.stopped().await;
                Err(ExecuteError::Stopped)
            }
        }
    }

    /// Whether a person's command would be decided at all: to be asked before words are sealed for it, under keys that stay.
    /// What is decided is decided by [`Self::execute`], in its moment.
    ///
    /// # Errors
    /// [`AuthorityNotHeard`](ExecuteError::AuthorityNotHeard) and [`Stopped`](ExecuteError::Stopped).
    pub fn admits_persons(&self) -> Result<(), ExecuteError<D::Refusal>> {
        if self.stopped_because().is_some() {
            return Err(ExecuteError::Stopped);
        }
        self.inner.authority.check().map_err(|_not_heard| ExecuteError::AuthorityNotHeard)
    }

    /// What was answered to this command, if it took effect before: for callers that seal words before they execute, so that
    /// a repeat seals none. `None` says that it is not known, now.
    ///
    /// # Errors
    /// As [`Self::execute`]: the refusal that was recorded, or [`KeyReused`](ExecuteError::KeyReused).
    pub async fn answered(
        &self,
        command: CommandId,
        request: Digest,
    ) -> Result<Option<Outcome>, ExecuteError<D::Refusal>> {
        let (reply, answer) = oneshot::channel();
        let known = self.ask(Job::Known { command, reply }, answer).await;
        let Some(receipt) = known.map_err(|_stopped| ExecuteError::Stopped)? else { return Ok(None) };
        // Like every answer, this one waits until what it rests on is durable. Former epochs are.
        if receipt.epoch == self.journal().head().epoch && !self.shows(receipt.first + u64::from(receipt.count)).await {
            return Err(ExecuteError::Stopped);
        }
        if receipt.request_digest != request {
            return Err(ExecuteError::KeyReused);
        }
        let records = self.inner.records.clone();
        let read = tokio::task::spawn_blocking(move || again::answer::<D>(&records, receipt));
        read.await.unwrap_or(Err(ExecuteError::Stopped)).map(Some)
    }

    /// Acts upon foreign events; returns when effects and position are durable. "Busy" while another instance may be at work.
    pub(crate) async fn deliver(&self, delivery: Delivery) -> Result<(), InboxError> {
        if self.inner.authority.is_alone().is_err() {
            return Err(InboxError::Busy);
        }
        let (reply, answer) = oneshot::channel();
        let stopped = || InboxError::Stopped(self.inner.stopping.reason().unwrap_or_default());
        self.inner
            .jobs
            .send(Job::Deliver { delivery: Box::new(delivery), reply })
            .await
            .map_err(|_closed| stopped())?;
        answer.await.unwrap_or_else(|_closed| Err(stopped()))
    }

    /// The read model, as of the last durable event. Hold it briefly and never across an await.
    pub fn view(&self) -> impl Deref<Target = V> + '_ {
        let guard: RwLockReadGuard<'_, V> = self.inner.view.read().unwrap_or_else(PoisonError::into_inner);
        guard
    }

    /// One event of the current epoch.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn recorded(&self, sequence: u64) -> Result<Recorded, RecordError> {
        self.inner.records.get(self.journal().head().epoch, sequence)
    }

    /// One event, of whatever epoch.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn recorded_at(&self, place: Place) -> Result<Recorded, RecordError> {
        self.inner.records.get(place.epoch, place.sequence)
    }

    /// What others may read: events that are durable *and* in the view, so that whoever has read an event finds the
    /// view, and the key desk behind it, knowing of it.
    pub fn source(&self) -> Arc<dyn Source> {
        Arc::new(Shown::new(self.journal().clone(), self.inner.shown.clone()))
    }

    /// All events that concern an entry, in order.
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn of_entry(&self, entry: EntryId) -> Result<Vec<Recorded>, RecordError> {
        self.inner.records.of_entry(entry)
    }

    /// The journal, for reading.
    pub fn journal(&self) -> &Journal {
        &self.inner.records.journal
    }

    /// Returns when everything before `size` is durable and in the view. Answers "no" when that does not come within
    /// `patience`.
    pub async fn reached(&self, size: u64, patience: Duration) -> bool {
        let mut shown = self.inner.shown.subscribe();
        tokio::time::timeout(patience, shown.wait_for(|shown| *shown >= size)).await.is_ok_and(|found| found.is_ok())
    }

    /// Returns when everything before `size` is durable and in the view: "no" when the service has stopped before.
    pub(crate) async fn shows(&self, size: u64) -> bool {
        let mut shown = self.inner.shown.subscribe();
        let reached = pin!(async { shown.wait_for(|shown| *shown >= size).await.is_ok() });
        match select(reached, pin!(self.inner.stopping.stopped())).await {
            Either::Left((reached, _)) => reached,
            Either::Right(_) => false,
        }
    }

    /// Digests of state and view at one position.
    ///
    /// # Errors
    /// [`InboxError::Stopped`].
    pub async fn digests(&self) -> Result<Digests, InboxError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Job::Digests { reply }, answer).await
    }

    /// Writes a snapshot; returns when it is on disk.
    ///
    /// # Errors
    /// [`InboxError::Stopped`].
    pub async fn snapshot(&self) -> Result<(), InboxError> {
        let (reply, answer) = oneshot::channel();
        self.ask(Job::Snapshot { reply }, answer).await
    }

    async fn ask<T>(&self, job: Job<D>, answer: oneshot::Receiver<T>) -> Result<T, InboxError> {
        let stopped = || InboxError::Stopped(self.inner.stopping.reason().unwrap_or_default());
        self.inner.jobs.send(job).await.map_err(|_closed| stopped())?;
        answer.await.map_err(|_closed| stopped())
    }

    /// How far other origins had been read when the journal was opened.
    pub fn followed(&self) -> &BTreeMap<Origin, Tally> {
        &self.inner.followed
    }

    /// Why the service has stopped, when it has.
    pub fn stopped_because(&self) -> Option<String> {
        self.inner.stopping.reason()
    }

    /// Returns when the service has stopped, with the reason.
    pub async fn stopped(&self) -> String {
        self.inner.stopping.stopped().await
    }

    /// Decides what is due, from now on. To be started when the heads known at start have been read: a timer must not
    /// fire on what only looks unanswered. Drop the future to stop.
    pub async fn run_timers(&self) {
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if !self.fire_due().await {
                return;
            }
        }
    }

    /// Decides what is due now. Answers "no" when the service has stopped.
    pub async fn fire_due(&self) -> bool {
        let is_early = self.inner.next_due.load(Ordering::Acquire) > self.inner.clock.now().0;
        if is_early || self.inner.authority.is_alone().is_err() {
            return !self.inner.jobs.is_closed();
        }
        self.inner.jobs.send(Job::Due).await.is_ok()
    }
}
