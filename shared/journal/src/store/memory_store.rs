//! The twin in memory, for tests and simulations: same contract, and a disk that can fail on request.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::{Put, Store, StoreError, Tree, Visit, check_sizes};

#[cfg(test)]
mod tests;

/// How many pairs a scan copies at a time, so that the visitor may use the store.
const SCAN_CHUNK: usize = 64;

/// What goes wrong next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryTrouble {
    /// The next write stops after this many puts, and fails.
    WriteAfter(usize),
    /// The next sync fails; what it should have made durable is lost in a crash.
    Sync,
}

/// A store in memory. Clones are handles on the same store.
#[derive(Clone, Default)]
pub struct MemoryStore {
    disk: Arc<Mutex<Disk>>,
}

#[derive(Default)]
struct Disk {
    /// What reads see.
    written: BTreeMap<(u8, Vec<u8>), Bytes>,
    /// What a crash leaves for certain.
    durable: BTreeMap<(u8, Vec<u8>), Bytes>,
    /// Written and not yet synced, in order.
    waiting: Vec<Put>,
    trouble: Option<MemoryTrouble>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the next write or sync fail.
    pub fn fail_next(&self, trouble: MemoryTrouble) {
        self.disk().trouble = Some(trouble);
    }

    /// How many writes a crash at this moment could lose.
    #[must_use]
    pub fn unsynced(&self) -> usize {
        self.disk().waiting.len()
    }

    /// The store as a crash leaves it: all that was synced, and the first `survivors` of the writes since. This one
    /// is left as it is.
    #[must_use]
    pub fn after_crash(&self, survivors: usize) -> Self {
        let disk = self.disk();
        let mut durable = disk.durable.clone();
        for put in disk.waiting.iter().take(survivors) {
            durable.insert(address(put.tree, &put.key), put.value.clone());
        }
        let disk = Disk { written: durable.clone(), durable, ..Disk::default() };
        Self { disk: Arc::new(Mutex::new(disk)) }
    }

    /// Changes a durable value behind the journal's back: damage, or somebody's hand. `change` gets the value there is and
    /// gives the new one; `None` takes the key away.
    pub fn tamper(&self, tree: Tree, key: &[u8], change: impl FnOnce(Vec<u8>) -> Option<Vec<u8>>) {
        let mut disk = self.disk();
        let address = address(tree, key);
        let value = disk.durable.get(&address).map(|value| value.to_vec()).unwrap_or_default();
        if let Some(value) = change(value) {
            disk.written.insert(address.clone(), value.clone().into());
            disk.durable.insert(address, value.into());
        } else {
            disk.written.remove(&address);
            disk.durable.remove(&address);
        }
    }

    /// All keys of a tree, for tests that look for one to tamper with.
    #[must_use]
    pub fn keys(&self, tree: Tree) -> Vec<Vec<u8>> {
        self.disk().written.keys().filter(|(owner, _)| *owner == tree as u8).map(|(_, key)| key.clone()).collect()
    }

    fn disk(&self) -> MutexGuard<'_, Disk> {
        // No code below leaves the disk half changed when it panics.
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn address(tree: Tree, key: &[u8]) -> (u8, Vec<u8>) {
    (tree as u8, key.to_vec())
}

fn failed(what: &str) -> StoreError {
    StoreError::io("memory", io::Error::other(format!("{what} was made to fail")))
}

impl Store for MemoryStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        Ok(self.disk().written.get(&address(tree, key)).cloned())
    }

    fn scan(&self, tree: Tree, from: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let mut from = from.to_vec();
        loop {
            let end = (tree as u8 + 1, Vec::new());
            let chunk: Vec<_> = {
                let disk = self.disk();
                let range = disk.written.range(address(tree, &from)..end);
                range.take(SCAN_CHUNK).map(|((_, key), value)| (key.clone(), value.clone())).collect()
            };
            let Some((last, _)) = chunk.last() else { return Ok(()) };
            // The smallest key above the last one.
            from.clone_from(last);
            from.push(0);
            for (key, value) in chunk {
                if let ControlFlow::Break(()) = visit(&key, value) {
                    return Ok(());
                }
            }
        }
    }

    fn floor(&self, tree: Tree, limit: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, StoreError> {
        let disk = self.disk();
        let mut range = disk.written.range((tree as u8, Vec::new())..=address(tree, limit));
        Ok(range.next_back().map(|((_, key), value)| (key.clone(), value.clone())))
    }

    fn write(&self, puts: &[Put]) -> Result<(), StoreError> {
        for put in puts {
            check_sizes(put)?;
        }
        let mut disk = self.disk();
        let stop = match disk.trouble {
            Some(MemoryTrouble::WriteAfter(count)) => {
                disk.trouble = None;
                Some(count.min(puts.len()))
            }
            _ => None,
        };
        for put in &puts[..stop.unwrap_or(puts.len())] {
            disk.written.insert(address(put.tree, &put.key), put.value.clone());
            disk.waiting.push(put.clone());
        }
        stop.map_or(Ok(()), |_| Err(failed("this write")))
    }

    fn sync(&self) -> Result<(), StoreError> {
        let mut disk = self.disk();
        if disk.trouble == Some(MemoryTrouble::Sync) {
            disk.trouble = None;
            return Err(failed("this sync"));
        }
        for put in std::mem::take(&mut disk.waiting) {
            disk.durable.insert(address(put.tree, &put.key), put.value);
        }
        Ok(())
    }

    fn place(&self) -> String {
        "memory".to_owned()
    }
}
