//! What readers and writer of one journal share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};
use std::thread::JoinHandle;

use dossier_proof::{Checkpoint, Hash, SignedCheckpoint, Stand, TreeHead, checkpoint::CheckpointError};
use tokio::sync::watch;

use crate::entry_index::EntryIndex;
use crate::frame::Followed;
use crate::slot_map::SlotMap;
use crate::store::Store;
use crate::tiles::{Edge, Nodes};
use crate::{Head, MirrorHead, PeekFn, Place, Signers, Stop, TurnFn, Verification, WriteError};

pub(crate) struct Core {
    pub(crate) store: Arc<dyn Store>,
    /// The log name, which begins the origin line of every checkpoint.
    pub(crate) log: String,
    pub(crate) signers: Signers,
    pub(crate) peek: PeekFn,
    pub(crate) turn: TurnFn,
    /// The current end and the epochs before; only what is durable.
    durable: RwLock<Durable>,
    /// The end again, for who waits for it to move.
    pub(crate) heads: watch::Sender<Head>,
    pub(crate) index: EntryIndex,
    pub(crate) slots: SlotMap,
    pub(crate) verification: watch::Sender<Verification>,
    stop: OnceLock<Arc<Stop>>,
    /// The last reader or writer has gone: background work ends.
    pub(crate) closing: AtomicBool,
}

/// The durable end of the journal.
#[derive(Debug, Clone)]
pub(crate) struct Durable {
    pub(crate) head: Head,
    /// How many slots of the epoch are written.
    pub(crate) slots: u64,
    pub(crate) edge: Arc<Edge>,
    /// How far foreign journals have been read, by origin.
    pub(crate) followed: Arc<[Followed]>,
    /// The epochs before, ascending.
    pub(crate) ended: Arc<[EndedEpoch]>,
    /// Losses that were accepted: what others knew when a new epoch began.
    pub(crate) losses: Arc<[MirrorHead]>,
}

/// An epoch that takes no more events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EndedEpoch {
    pub(crate) epoch: u32,
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) slots: u64,
}

/// How much of an epoch can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) size: u64,
    pub(crate) slots: u64,
}

impl Durable {
    pub(crate) fn extent(&self, epoch: u32) -> Option<Extent> {
        if epoch == self.head.epoch {
            return Some(Extent { size: self.head.size, slots: self.slots });
        }
        let ended = self.ended.iter().find(|ended| ended.epoch == epoch)?;
        Some(Extent { size: ended.size, slots: ended.slots })
    }

    /// The epoch that came after this one.
    pub(crate) fn epoch_after(&self, epoch: u32) -> Option<u32> {
        let later = self.ended.iter().map(|ended| ended.epoch).chain([self.head.epoch]);
        later.filter(|later| *later > epoch).min()
    }

    /// All epochs with their sizes, ascending.
    pub(crate) fn epochs(&self) -> impl Iterator<Item = (u32, u64)> {
        let ended = self.ended.iter().map(|ended| (ended.epoch, ended.size));
        ended.chain([(self.head.epoch, self.head.size)])
    }

    /// The place of an event counted over all epochs.
    pub(crate) fn place(&self, ordinal: u64) -> Option<Place> {
        let mut rest = ordinal;
        for (epoch, size) in self.epochs() {
            if rest < size {
                return Some(Place { epoch, sequence: rest });
            }
            rest -= size;
        }
        None
    }

    /// The Merkle tree of an epoch.
    pub(crate) fn nodes<'a>(&'a self, store: &'a dyn Store, epoch: u32) -> Option<Nodes<'a>> {
        if epoch == self.head.epoch {
            return Some(Nodes::new(store, epoch, self.head.size, &self.edge));
        }
        let ended = self.ended.iter().find(|ended| ended.epoch == epoch)?;
        Some(Nodes::of_ended_epoch(store, epoch, ended.size))
    }
}

impl Core {
    pub(crate) fn new(parts: Parts, durable: Durable, maps: Maps, verification: Verification) -> Self {
        let Maps { index, slots } = maps;
        let Parts { store, log, signers, peek, turn } = parts;
        Self {
            store,
            log,
            signers,
            peek,
            turn,
            heads: watch::Sender::new(durable.head),
            durable: RwLock::new(durable),
            index,
            slots,
            verification: watch::Sender::new(verification),
            stop: OnceLock::new(),
            closing: AtomicBool::new(false),
        }
    }

    /// What an epoch had at a size, signed with the key that signs there.
    pub(crate) fn sign(&self, epoch: u32, head: TreeHead) -> Result<SignedCheckpoint, CheckpointError> {
        let key = self.signers.at(Stand { epoch, size: head.size });
        SignedCheckpoint::sign(&Checkpoint::new(checkpoint_origin(&self.log, epoch), head), &key)
    }

    pub(crate) fn durable(&self) -> Durable {
        self.durable.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Shows readers a new end, which is durable.
    pub(crate) fn publish(&self, durable: Durable) {
        let head = durable.head;
        *self.durable.write().unwrap_or_else(PoisonError::into_inner) = durable;
        self.heads.send_replace(head);
    }

    /// Stops the journal; the first reason given is the one it keeps.
    pub(crate) fn stop(&self, reason: Stop) -> WriteError {
        let stop = self.stop.get_or_init(|| {
            tracing::error!(journal = %self.store.place(), "the journal has stopped: {reason}");
            Arc::new(reason)
        });
        WriteError::Stopped(Arc::clone(stop))
    }

    pub(crate) fn check_running(&self) -> Result<(), WriteError> {
        self.stop.get().map_or(Ok(()), |stop| Err(WriteError::Stopped(Arc::clone(stop))))
    }

    pub(crate) fn stopped(&self) -> Option<Arc<Stop>> {
        self.stop.get().cloned()
    }
}

/// What is kept in memory to find events.
pub(crate) struct Maps {
    pub(crate) index: EntryIndex,
    pub(crate) slots: SlotMap,
}

/// What a journal is opened with and keeps.
pub(crate) struct Parts {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) log: String,
    pub(crate) signers: Signers,
    pub(crate) peek: PeekFn,
    pub(crate) turn: TurnFn,
}

/// Held by every reader and by the writer; the last one to go ends the background work, so that the store is closed when they
/// are all gone.
pub(crate) struct Shared {
    pub(crate) core: Arc<Core>,
    pub(crate) background: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.core.closing.store(true, Ordering::Relaxed);
        let background = self.background.lock().unwrap_or_else(PoisonError::into_inner).take();
        if background.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the verification of a journal ended with a panic");
        }
    }
}

/// The origin line of the checkpoints of an epoch.
pub(crate) fn checkpoint_origin(log: &str, epoch: u32) -> String {
    format!("{log}/{epoch}")
}

impl Head {
    /// Size and root, as proofs take them.
    #[must_use]
    pub const fn tree_head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root }
    }

    /// The place the next event gets.
    #[must_use]
    pub const fn next(&self) -> Place {
        Place { epoch: self.epoch, sequence: self.size }
    }
}
