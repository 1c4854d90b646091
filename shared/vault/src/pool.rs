//! Spare keys: made and durable before anybody asks, so that a command does not wait for a sync of its own.
//!
//! A spare key that is never handed out (the process ended) stays in its slot and opens nothing. It is not handed out later: after a restore from
//! a backup it could be one that was. To keep that waste small the batches grow with the demand: 8 keys of a kind first, then 16, 32, 64. So a start
//! wastes fewer keys than it uses, or 8 of a kind.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use dossier_proto::KeyId;

use crate::Kind;

/// Keys in the first batch of a kind.
const FIRST_BATCH: usize = 8;
/// Keys in the largest batch: 64 × 128 bytes = 8 KiB, one sync. At 1 ms a sync that is 64 000 keys a second.
const LARGEST_BATCH: usize = 64;

/// The spare keys of one kind.
#[derive(Default)]
struct Shelf {
    ids: Vec<KeyId>,
    /// Keys in the last batch; 0 until this kind is asked for.
    batch: usize,
}

impl Shelf {
    fn is_low(&self) -> bool {
        self.ids.len() < self.batch / 2
    }

    fn next_batch(&self) -> usize {
        (self.batch * 2).clamp(FIRST_BATCH, LARGEST_BATCH)
    }
}

#[derive(Default)]
struct State {
    shelves: [Shelf; Kind::ALL.len()],
    /// The background thread could not make keys; whoever needs one tries, and learns why.
    stalled: bool,
    closed: bool,
}

/// The spare keys, and the wish for more.
#[derive(Default)]
pub(crate) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
}

/// What the background thread is to do.
pub(crate) enum Wish {
    /// Make keys of this kind.
    More(Kind),
    /// End.
    Close,
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change below is complete before anything could panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A spare key, if there is one.
    pub(crate) fn take(&self, kind: Kind) -> Option<KeyId> {
        let mut state = self.lock();
        let shelf = &mut state.shelves[kind.position()];
        let id = shelf.ids.pop();
        if shelf.is_low() {
            self.changed.notify_one();
        }
        id
    }

    /// How many keys the next batch of a kind has: at least one.
    pub(crate) fn batch(&self, kind: Kind) -> usize {
        self.lock().shelves[kind.position()].next_batch()
    }

    /// Whether keys of a kind should be made before they are missed.
    pub(crate) fn is_low(&self, kind: Kind) -> bool {
        self.lock().shelves[kind.position()].is_low()
    }

    /// Adds the durable keys of a batch.
    pub(crate) fn put(&self, kind: Kind, ids: Vec<KeyId>) {
        let mut state = self.lock();
        state.stalled = false;
        let shelf = &mut state.shelves[kind.position()];
        shelf.batch = shelf.next_batch();
        shelf.ids.extend(ids);
    }

    /// Waits until keys are wanted or the vault is closed. For the background thread.
    pub(crate) fn wish(&self) -> Wish {
        let mut state = self.lock();
        loop {
            if state.closed {
                return Wish::Close;
            }
            let low = Kind::ALL.into_iter().find(|kind| state.shelves[kind.position()].is_low());
            match low {
                Some(kind) if !state.stalled => return Wish::More(kind),
                _ => state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Stops the background thread from trying again and again what fails.
    pub(crate) fn stall(&self) {
        self.lock().stalled = true;
    }

    /// Ends the background thread.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Spare keys of all kinds.
    pub(crate) fn spare(&self) -> usize {
        self.lock().shelves.iter().map(|shelf| shelf.ids.len()).sum()
    }
}
