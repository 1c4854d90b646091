//! The thread that commits: one sync, then the views, then the answers. Every answer, refusals and repeats included, waits
//! here until the group it was read in is durable. After a failed write or sync nothing is acknowledged any more: the service
//! stops.

use std::{
    sync::{Arc, PoisonError, RwLock, mpsc::Receiver},
    thread,
};

use dossier_exchange::InboxError;
use dossier_journal::{Syncer, WriteError};
use dossier_proto::{Event, Place};
use tokio::sync::{oneshot, watch};

use crate::{
    Decider, Digests, ExecuteError, Faults, Fold, Outcome, Repeated, Step, View, again,
    deciding::{Fate, Written},
    fold::digest_of,
    group::{Group, InStore, Waiting},
    recorded::Records,
    snapshots::{Photograph, Snapshots},
    stopping::{StopOnPanic, Stopping},
};

/// The thread's own things.
pub(crate) struct CommittingThread<D: Decider, V: View> {
    pub(crate) groups: Receiver<Group<D, InStore>>,
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
    /// Works until the writing thread is gone or a sync fails.
    pub(crate) fn run(mut self) {
        // A local, so that it is dropped, and the reason told, before the channels close.
        let _watch = StopOnPanic::new(self.stopping.clone(), "commits");
        while let Ok(group) = self.groups.recv() {
            if let Err(error) = self.commit(group) {
                return self.stopping.stop_writing(D::ORIGIN, &error);
            }
        }
        self.stopping.stop("it was asked to".to_owned());
    }

    /// Commits one group. On an error the group is dropped, and with it everybody's hope of an answer: their channels
    /// close, which they read as "stopped".
    fn commit(&mut self, group: Group<D, InStore>) -> Result<(), WriteError> {
        let (committed, answered) = (group.passing(Step::Committed), group.passing(Step::Answered));
        let Group { written, waiting, journal, photograph, .. } = group;
        let writes = journal.is_some();
        if let Some(in_store) = journal {
            self.sync(in_store)?;
            self.show(&written);
            self.faults.reach(committed);
        }
        if let Some(photograph) = photograph {
            self.snapshot(*photograph, &waiting);
        }
        for one in waiting {
            self.answer(one, &written);
        }
        if writes {
            self.faults.reach(answered);
        }
        Ok(())
    }

    fn sync(&mut self, in_store: InStore) -> Result<(), WriteError> {
        let appended = self.syncer.sync(in_store.written)?;
        let origin = D::ORIGIN.name();
        metrics::histogram!("dossier_commit_seconds", "origin" => origin)
            .record(in_store.begun.elapsed().as_secs_f64());
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
            Waiting::Digests { next, fold, reply } => {
                let view = self.view.read().unwrap_or_else(PoisonError::into_inner).clone();
                take_digests::<D, V>(next, fold, view, reply);
            }
            Waiting::Snapshot { reply } => drop(reply.send(())),
        }
    }

    fn outcome(&self, fate: Fate<D::Refusal>, written: &[Written]) -> Result<Outcome, ExecuteError<D::Refusal>> {
        match fate {
            Fate::Done(range) => {
                let events = written[range].iter().map(|one| one.event.clone()).collect();
                Ok(Outcome { events, repeated: Repeated::No })
            }
            Fate::Not(error) => Err(error),
            Fate::Repeat(receipt) => again::answer::<D>(&self.records, receipt),
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

/// In a thread of its own; whoever asked waits, and nobody else.
fn take_digests<D: Decider, V: View>(next: Place, fold: Box<Fold<D::State>>, view: V, reply: oneshot::Sender<Digests>) {
    let take = move || {
        let _ = reply.send(Digests { next, state: fold.digest(), view: digest_of(&view) });
    };
    if let Err(error) = thread::Builder::new().name("digests".to_owned()).spawn(take) {
        // The question is dropped with its answer: whoever asked reads that as "stopped", and may ask again.
        tracing::warn!(%error, "no thread for digests");
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
