//! Reads the journal ahead of the publishing: groups of events with the signature of their end.

use std::sync::Arc;

use bytes::Bytes;
use dossier_proof::SignedCheckpoint;
use tokio::sync::mpsc;

use super::{Trouble, reconcile::blocking};
use crate::{Position, ReadLimits, Source, nats::task::Task, read_signed};

/// Groups that are read ahead: one is being published, one waits, one is being read. 3 MiB at most.
const GROUPS_AHEAD: usize = 1;

/// Events that are published together; the signature goes with the last.
pub(super) struct Group {
    pub(super) events: Vec<Bytes>,
    pub(super) checkpoint: Option<SignedCheckpoint>,
}

/// The groups of an epoch, in order.
pub(super) struct Feed {
    groups: mpsc::Receiver<Result<Group, Trouble>>,
    _task: Task,
}

impl Feed {
    pub(super) fn from(source: Arc<dyn Source>, from: Position) -> Self {
        let (sender, groups) = mpsc::channel(GROUPS_AHEAD);
        let task = Task::spawn(async move {
            let mut next = from;
            loop {
                let group = read(&source, next).await;
                let events = group.as_ref().map_or(0, |group| group.events.len());
                let is_last = group.is_err();
                if sender.send(group).await.is_err() || is_last {
                    return;
                }
                next.sequence += events as u64;
            }
        });
        Self { groups, _task: task }
    }

    /// The next group, when there is one.
    pub(super) async fn next(&mut self) -> Result<Group, Trouble> {
        match self.groups.recv().await {
            Some(group) => group,
            None => Err(Trouble::Journal("the reading ended".to_owned())),
        }
    }
}

async fn read(source: &Arc<dyn Source>, from: Position) -> Result<Group, Trouble> {
    loop {
        let reading = Arc::clone(source);
        let batch = blocking(move || read_signed(&*reading, from, ReadLimits::default())).await?;
        let Some(mut batch) = batch else {
            source.wait(from).await;
            continue;
        };
        // The journal gives the next epoch's events when this one has no more.
        let first = batch.events.first().and_then(|first| dossier_proto::peek(first).ok());
        if first.is_some_and(|first| first.epoch != from.epoch) {
            return Err(Trouble::NextEpoch);
        }
        return Ok(Group { events: batch.events, checkpoint: batch.checkpoints.pop() });
    }
}
