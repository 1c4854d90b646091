//! The thread that writes: it hands each group to the journal's store while the group before it is being synced and the next
//! one decided. Nobody is answered here.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender},
    },
    time::Instant,
};

use dossier_journal::Scribe;

use crate::{
    Decider, Faults, Step,
    group::{Group, InStore},
    stopping::{StopOnPanic, Stopping},
};

/// The thread's own things.
pub(crate) struct WritingThread<D: Decider> {
    pub(crate) groups: Receiver<Group<D>>,
    pub(crate) written: SyncSender<Group<D, InStore>>,
    pub(crate) scribe: Scribe,
    pub(crate) faults: Arc<dyn Faults>,
    pub(crate) stopping: Stopping,
}

impl<D: Decider> WritingThread<D> {
    /// Works until the deciding thread is gone, the committing thread has stopped, or a write fails. On an error the group is
    /// dropped, and with it everybody's hope of an answer; groups on their way to be committed fail there, because the journal
    /// has stopped.
    pub(crate) fn run(mut self) {
        // A local, so that it is dropped, and the reason told, before the channels close.
        let _watch = StopOnPanic::new(self.stopping.clone(), "writes");
        while let Ok(group) = self.groups.recv() {
            if group.journal.is_some() {
                self.faults.reach(group.passing(Step::BeforeCommit));
            }
            let begun = Instant::now();
            let group = match group.step(|staged| Ok(InStore { written: self.scribe.write(staged)?, begun })) {
                Ok(group) => group,
                Err(error) => return self.stopping.stop_writing(D::ORIGIN, &error),
            };
            if self.written.send(group).is_err() {
                return;
            }
        }
    }
}
