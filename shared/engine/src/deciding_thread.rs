//! The thread that decides. It takes what is waiting, decides it as one group, and passes it on to be written and committed;
//! meanwhile the next is being decided.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc::SyncSender,
    },
};

use bytes::Bytes;
use dossier_exchange::Tally;
use dossier_journal::{Followed, Frame, Record, Stager};
use dossier_proto::Origin;
use tokio::sync::mpsc::Receiver;

use crate::{
    Decider,
    deciding::{Deciding, Fate, Written},
    group::{Group, Job, Waiting},
    snapshots::Photograph,
    stopping::{StopOnPanic, Stopping},
};

/// A group holds about so many events: at 256 bytes each this is 128 KiB, one write of a good size.
const GROUP_EVENTS_MAX: usize = 512;
/// And about so many bytes: four of the largest events. (The last command of a group may go beyond.)
const GROUP_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The thread's own things.
pub(crate) struct DecidingThread<D: Decider> {
    pub(crate) deciding: Deciding<D>,
    pub(crate) jobs: Receiver<Job<D>>,
    pub(crate) groups: SyncSender<Group<D>>,
    pub(crate) stager: Stager,
    pub(crate) stopping: Stopping,
    /// How far origins have been read, as far as no frame says it yet. The next frame does.
    pub(crate) positions: BTreeMap<Origin, Tally>,
    /// The moment of the next timer, for the task that wakes us; `i64::MAX` when there is none.
    pub(crate) next_due: Arc<AtomicI64>,
    /// Events between snapshots.
    pub(crate) snapshot_every: u64,
    pub(crate) since_snapshot: u64,
    /// How many groups there have been.
    pub(crate) groups_made: u64,
}

impl<D: Decider> DecidingThread<D> {
    /// Works until all senders are gone or the writing thread has stopped.
    pub(crate) fn run(mut self) {
        // A local, so that it is dropped, and the reason told, before the channels close.
        let _watch = StopOnPanic::new(self.stopping.clone(), "decides");
        self.tell_next_due();
        while let Some(job) = self.jobs.blocking_recv() {
            let group = match self.gather(job) {
                Ok(group) => group,
                // The state is ahead of what can be written: there is no way on.
                Err(reason) => return self.stopping.stop(reason),
            };
            self.tell_next_due();
            if self.groups.send(group).is_err() {
                return;
            }
        }
    }

    /// Decides the job and what else is waiting by now; there is no timer, waiting gains nothing.
    fn gather(&mut self, first: Job<D>) -> Result<Group<D>, String> {
        self.groups_made += 1;
        let mut group = Group::new(self.groups_made);
        self.take(first, &mut group);
        while !is_full(&group) {
            let Ok(job) = self.jobs.try_recv() else { break };
            self.take(job, &mut group);
        }
        if !group.written.is_empty() {
            let staged = self
                .stager
                .stage(frame_of(&group, &std::mem::take(&mut self.positions)))
                .map_err(|error| error.to_string())?;
            group.journal = Some(staged);
        }
        self.since_snapshot += group.written.len() as u64;
        if self.since_snapshot >= self.snapshot_every || group.snapshot_asked() {
            self.since_snapshot = 0;
            group.photograph = Some(Box::new(self.photograph()));
        }
        Ok(group)
    }

    fn photograph(&self) -> Photograph<D::State> {
        let next = self.stager.next();
        Photograph {
            epoch: next.epoch,
            next: next.sequence,
            frontier: self.stager.frontier().clone(),
            memory: self.deciding.memory.clone(),
        }
    }

    fn take(&mut self, job: Job<D>, group: &mut Group<D>) {
        let before = group.written.len();
        self.decide(job, group);
        group.bytes += group.written.iter().skip(before).map(|written| written.bytes.len()).sum::<usize>();
    }

    fn decide(&mut self, job: Job<D>, group: &mut Group<D>) {
        match job {
            Job::Execute { request, reply } => {
                let fate: Fate<D::Refusal> = self.deciding.execute(&request, &mut group.written);
                group.waiting.push(Waiting::Command { fate, reply });
            }
            Job::Deliver { delivery, reply } => {
                self.positions.insert(delivery.origin, delivery.resume.clone());
                self.deciding.receive(*delivery, &mut group.written);
                group.waiting.push(Waiting::Delivery { reply });
            }
            // Whoever asked may have gone away.
            Job::Known { command, reply } => drop(reply.send(self.deciding.memory.fold.ledger.find(command))),
            Job::Decided { reply } => drop(reply.send(self.deciding.edge.next.sequence)),
            Job::Due => self.deciding.run_due(&mut group.written),
            Job::Digests { reply } => {
                let fold = Box::new(self.deciding.memory.fold.clone());
                group.waiting.push(Waiting::Digests { next: self.deciding.edge.next, fold, reply });
            }
            Job::Snapshot { reply } => group.waiting.push(Waiting::Snapshot { reply }),
        }
    }

    pub(crate) fn tell_next_due(&self) {
        let next = D::next_due(&self.deciding.memory.fold.state).map_or(i64::MAX, |moment| moment.0);
        self.next_due.store(next, Ordering::Release);
    }
}

fn is_full<D: Decider>(group: &Group<D>) -> bool {
    // Digests and snapshots speak of the end of a group.
    let closes = matches!(group.waiting.last(), Some(Waiting::Digests { .. } | Waiting::Snapshot { .. }));
    closes
        || group.written.len() >= GROUP_EVENTS_MAX
        || group.waiting.len() >= GROUP_EVENTS_MAX
        || group.bytes >= GROUP_BYTES_MAX
}

fn frame_of<D: Decider>(group: &Group<D>, positions: &BTreeMap<Origin, Tally>) -> Frame {
    let record = |one: &Written| Record {
        event: one.bytes.clone(),
        beside: one.beside.as_ref().map(|delivered| Bytes::clone(&delivered.bytes)),
    };
    Frame { records: group.written.iter().map(record).collect(), followed: positions.values().map(followed).collect() }
}

/// A position as the journal keeps it.
fn followed(tally: &Tally) -> Followed {
    Followed {
        origin: tally.origin.number(),
        epoch: tally.epoch,
        next: tally.frontier.size(),
        frontier: tally.frontier.hashes().into_iter().map(|hash| *hash.as_bytes()).collect(),
    }
}
