//! A disk in memory on which one thing goes wrong, and what a loss of power leaves of it.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use bytes::Bytes;
use dossier_journal::{
    MemoryStore, Store, StoreError,
    store::{Put, Tree, Visit},
};

/// How long the threads of an engine that was let go may take to end.
const PATIENCE: Duration = Duration::from_secs(20);

/// What goes wrong with the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// Writes fail after so many more puts, for good.
    WritesAfter(usize),
    /// There is room for so many more puts, until somebody makes some.
    FullAfter(usize),
    /// Syncs fail, for good.
    Syncs,
    /// Syncs do nothing, and say that they did.
    SyncsLie,
}

#[derive(Default)]
struct Wear {
    trouble: Option<Trouble>,
    /// Puts since the trouble was announced.
    puts: usize,
}

/// A store that fails where it is told to. Clones are handles on the same one.
#[derive(Clone, Default)]
pub(crate) struct Disk {
    store: MemoryStore,
    wear: Arc<Mutex<Wear>>,
}

impl Disk {
    /// What is durable here, on a disk of its own, and so many of the puts that are not.
    pub(crate) fn after_crash(&self, survivors: usize) -> Self {
        Self { store: self.store.after_crash(survivors), wear: Arc::default() }
    }

    /// From now on puts are counted, and this goes wrong, or nothing any more.
    pub(crate) fn suffer(&self, trouble: Option<Trouble>) {
        *self.wear() = Wear { trouble, puts: 0 };
    }

    /// How many puts came since [`Self::suffer`].
    pub(crate) fn puts(&self) -> usize {
        self.wear().puts
    }

    /// Returns when nobody else has a handle on it: the threads of the engine have ended.
    pub(crate) async fn let_go(&self) {
        let deadline = Instant::now() + PATIENCE;
        while Arc::strong_count(&self.wear) > 1 {
            assert!(Instant::now() < deadline, "the threads of an engine that was let go do not end");
            tokio::time::sleep(Duration::from_millis(1)).await; // between looks
        }
    }

    fn wear(&self) -> MutexGuard<'_, Wear> {
        self.wear.lock().unwrap()
    }
}

fn failed(kind: io::ErrorKind) -> StoreError {
    StoreError::Io { place: PathBuf::from("memory"), source: kind.into() }
}

impl Store for Disk {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        self.store.get(tree, key)
    }

    fn scan(&self, tree: Tree, from: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreError> {
        self.store.scan(tree, from, visit)
    }

    fn floor(&self, tree: Tree, limit: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, StoreError> {
        self.store.floor(tree, limit)
    }

    fn write(&self, puts: &[Put]) -> Result<(), StoreError> {
        let mut wear = self.wear();
        let (room, kind) = match wear.trouble {
            Some(Trouble::WritesAfter(room)) => (room, io::ErrorKind::Other),
            Some(Trouble::FullAfter(room)) => (room, io::ErrorKind::StorageFull),
            Some(Trouble::Syncs | Trouble::SyncsLie) | None => (usize::MAX, io::ErrorKind::Other),
        };
        let fit = room.saturating_sub(wear.puts).min(puts.len());
        self.store.write(&puts[..fit])?;
        wear.puts += fit;
        if fit < puts.len() { Err(failed(kind)) } else { Ok(()) }
    }

    fn sync(&self) -> Result<(), StoreError> {
        let trouble = self.wear().trouble;
        match trouble {
            Some(Trouble::Syncs) => Err(failed(io::ErrorKind::Other)),
            Some(Trouble::SyncsLie) => Ok(()),
            _ => self.store.sync(),
        }
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}
