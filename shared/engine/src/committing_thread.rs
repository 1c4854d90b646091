//! The thread that commits: one batch, one sync, then the views, then the answers. Every answer, refusals and repeats
//! included, waits here until the group it was read in is durable. After a write error nothing is acknowledged any
//! more: the service stops.

use std::{
    sync::{Arc, PoisonError, RwLock, mpsc::Receiver},
    time::Instant,
};

use dossier_exchange::InboxError;
use dossier_journal::{Scribe, Staged, Syncer, WriteError};
use dossier_proto::Event;
use tokio::sync::watch;

use crate::{
    Decider, ExecuteError, Faults, Outcome, Passing, Repeated, Step, View,
    deciding::{Fate, Written},
    fold::digest_of,
    group::{Group, Waiting},
    recorded::{Recorded, Records},
    snapshots::{Photograph, Snapshots},
    stopping::{StopOnPanic, Stopping},
};

/// The thread's own things.
pub(crate) struct CommittingThread<D: Decider, V: View> {
    pub(crate) groups: Receiver<Group<D>>,
    pub(crate) scribe: Scribe,
    pub(crate) syncer: Syncer,
    /// How many events of the current epoch are durable and in the view.
    pub(crate) shown: watch::Sender<u64>,
    pub(crate) records: Records,
    pub(crate) view: Arc<RwLock<V>>,
    pub(crate) faults: Arc<dyn Faults>,
    pub(crate) snapshots: Arc<Snapshots>,
    pub(crate) stopping: Stopping,
}

impl<D: Decider, V: View> CommittingThread<D, V> {
    /// Works until the deciding thread is gone or a write fails.
    pub(crate) fn run(mut self) {
        // A local, so that it is dropped, and the reason told, before the channels close.
        let _watch = StopOnPanic::new(self.stopping.clone(), "commits");
        while let Ok(group) = self.groups.recv() {
            if let Err(reason) = self.commit(group) {
                tracing::error!(origin = %D::ORIGIN, %reason, "the journal cannot be written; the service stops");
                metrics::counter!("dossier_journal_failed_total", "origin" => D::ORIGIN.name()).increment(1);
                self.stopping.stop(reason);
                return;
            }
        }
        self.stopping.stop("it was asked to".to_owned());
    }

    /// Commits one group. On an error the group is dropped, and with it everybody's hope of an answer: their channels
    /// close, which they read as "stopped".
    fn commit(&mut self, group: Group<D>) -> Result<(), String> {
        let passing = passing(&group);
        let Group { written, waiting, staged, photograph, .. } = group;
        let writes = staged.is_some();
        if let Some(staged) = staged {
            self.faults.reach(passing);
            self.write(staged).map_err(|error| error.to_string())?;
            self.show(&written);
            self.faults.reach(Passing { step: Step::Committed, ..passing });
        }
        if let Some(photograph) = photograph {
            self.snapshot(*photograph, &waiting);
        }
        for one in waiting {
            self.answer(one, &written);
        }
        if writes {
            self.faults.reach(Passing { step: Step::Answered, ..passing });
        }
        Ok(())
    }

    fn write(&mut self, staged: Staged) -> Result<(), WriteError> {
        let started = Instant::now();
        let written = self.scribe.write(staged)?;
        let appended = self.syncer.sync(written)?;
        let origin = D::ORIGIN.name();
        metrics::histogram!("dossier_commit_seconds", "origin" => origin).record(started.elapsed().as_secs_f64());
        metrics::counter!("dossier_events_total", "origin" => origin).increment(appended.count);
        Ok(())
    }

    fn show(&self, written: &[Written]) {
        let mut view = self.view.write().unwrap_or_else(PoisonError::into_inner);
        for one in written {
            view.apply(&one.event, one.beside.as_ref().map(|delivered| &delivered.event));
        }
        drop(view);
        written.iter().for_each(|one| log(&one.event));
        if let Some(last) = written.last() {
            self.shown.send_replace(last.event.head.place.sequence + 1);
        }
    }

    fn answer(&self, waiting: Waiting<D>, written: &[Written]) {
        // A caller who has gone away is no error: what it asked for is done all the same.
        match waiting {
            Waiting::Command { fate, reply } => drop(reply.send(self.outcome(fate, written))),
            Waiting::Delivery { reply } => drop(reply.send(Ok::<(), InboxError>(()))),
            Waiting::Digests { mut digests, reply } => {
                digests.view = digest_of(&*self.view.read().unwrap_or_else(PoisonError::into_inner));
                {
                    let _ = reply.send(digests);
                };
            }
            Waiting::Snapshot { reply } => drop(reply.send(())),
        }
    }

    fn outcome(&self, fate: Fate<D::Refusal>, written: &[Written]) -> Result<Outcome, ExecuteError<D::Refusal>> {
        let receipt = match fate {
            Fate::Done(range) => {
                let events = written[range].iter().map(|one| one.event.clone()).collect();
                return Ok(Outcome { events, repeated: Repeated::No });
            }
            Fate::Not(error) => return Err(error),
            Fate::Repeat(receipt) => receipt,
        };
        let read = |k: u32| self.records.get(receipt.epoch, receipt.first + u64::from(k));
        let events: Result<Vec<_>, _> = (0..receipt.count).map(|k| read(k).map(Recorded::into_event)).collect();
        let events = events.map_err(|error| {
            tracing::error!(%error, "a repeated command's events cannot be read");
            ExecuteError::Stopped
        })?;
        match events.first().and_then(D::refusal_of) {
            Some(refusal) => {
                let recorded = events.first().map(|event| event.head.place);
                Err(ExecuteError::Refused { refusal, recorded })
            }
            None => Ok(Outcome { events, repeated: Repeated::Yes }),
        }
    }

    /// Writes a snapshot: beside the work, or at once when somebody waits for it. What it holds is durable: its group was
    /// committed before.
    fn snapshot(&self, photograph: Photograph<D::State>, waiting: &[Waiting<D>]) {
        let view = self.view.read().unwrap_or_else(PoisonError::into_inner).clone();
        let asked = waiting.iter().any(|one| matches!(one, Waiting::Snapshot { .. }));
        if asked {
            self.snapshots.write(&photograph, &view);
        } else {
            self.snapshots.write_beside(photograph, view);
        }
    }
}

/// What crash tests are told of a group.
fn passing<D: Decider>(group: &Group<D>) -> Passing {
    let is_received = |one: &&Written| one.beside.is_some();
    let takes_effect =
        |one: &&Waiting<D>| matches!(one, Waiting::Command { fate: Fate::Done(range), .. } if !range.is_empty());
    Passing {
        origin: D::ORIGIN,
        step: Step::BeforeCommit,
        received: group.written.iter().filter(is_received).count(),
        commands: group.waiting.iter().filter(takes_effect).count(),
    }
}

/// One line for each event. `command` is the caller's own, in the service that was called; `correlation` is the same for
/// everything that follows from it, in all services.
fn log(event: &Event) {
    let head = &event.head;
    tracing::info!(
        origin = %head.place.origin,
        epoch = head.place.epoch,
        sequence = head.place.sequence,
        command = head.command.map(|command| tracing::field::display(command.id)),
        correlation = head.correlation.map(tracing::field::display),
        entry = head.entry.map(tracing::field::display),
        cause = head.cause.map(tracing::field::display),
        "recorded"
    );
}
