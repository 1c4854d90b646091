//! sled 0.34.7 as a store. The only file that names sled.

use std::fs::{File, OpenOptions, TryLockError};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::{Put, Store, StoreError, Tree, Visit, check_sizes, tidy};

#[cfg(test)]
mod tests;

/// How often sled's own thread writes what is waiting and collects garbage. It must not be `None`: that would stop the
/// collection of garbage as well.
const FLUSH_EVERY_MS: u64 = 500;

/// How much sled may keep in memory. It is a wish: the pages in use are kept whatever it says.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;

/// How long a just closed store of this very process may take to let go of its files.
const RELEASE_WAIT: Duration = Duration::from_secs(5);

/// A store in one directory: sled's files, and a `lock` beside them.
pub struct SledStore {
    directory: PathBuf,
    frames: sled::Tree,
    tiles: sled::Tree,
    meta: sled::Tree,
    db: sled::Db,
    /// A descriptor of our own on sled's `db` file. sled's `flush` ends in `sync_file_range`, which survives no loss of
    /// power; `sync_data` here does. It also has its own error state: a failed write-back is reported to it
    /// even where sled's own thread was told first and only logged it.
    file: File,
    /// Held for as long as the store is open; declared last, so that it is let go last.
    _lock: File,
}

impl SledStore {
    /// Opens the store in `directory`, or makes one there: lock, tidy, open, sync.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when another process has it open, [`StoreError::Refused`] when sled finds its files damaged,
    /// [`StoreError::Io`] otherwise.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let directory = directory.as_ref();
        let io = |source| StoreError::io(directory, source);
        tidy::create_durably(directory).map_err(io)?;
        let lock = lock(directory)?;
        tidy::begin_making(directory).map_err(io)?;
        let removed = tidy::remove_unfinished_snapshots(directory).map_err(io)?;
        if removed > 0 {
            tracing::warn!(directory = %directory.display(), removed, "removed unfinished sled snapshots left by a crash");
        }
        let db = open_database(directory)?;
        let file = OpenOptions::new().read(true).write(true).open(directory.join("db")).map_err(io)?;
        let tree = |tree: Tree| guarded(directory, || db.open_tree(tree.name()));
        let (frames, tiles, meta) = (tree(Tree::Frames)?, tree(Tree::Tiles)?, tree(Tree::Meta)?);
        guarded(directory, || db.flush())?;
        file.sync_all().map_err(io)?;
        tidy::sync_made_files(directory).map_err(io)?;
        tidy::end_making(directory).map_err(io)?;
        Ok(Self { directory: directory.to_owned(), frames, tiles, meta, db, file, _lock: lock })
    }

    fn tree(&self, tree: Tree) -> &sled::Tree {
        match tree {
            Tree::Frames => &self.frames,
            Tree::Tiles => &self.tiles,
            Tree::Meta => &self.meta,
        }
    }

    fn guarded<T>(&self, work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
        guarded(&self.directory, work)
    }
}

impl Store for SledStore {
    fn get(&self, tree: Tree, key: &[u8]) -> Result<Option<Bytes>, StoreError> {
        let found = self.guarded(|| self.tree(tree).get(key))?;
        Ok(found.map(Bytes::from_owner))
    }

    fn scan(&self, tree: Tree, from: &[u8], visit: &mut Visit<'_>) -> Result<(), StoreError> {
        let mut pairs = self.tree(tree).range(from..);
        while let Some((key, value)) = self.guarded(|| pairs.next().transpose())? {
            if let ControlFlow::Break(()) = visit(&key, Bytes::from_owner(value)) {
                break;
            }
        }
        Ok(())
    }

    fn floor(&self, tree: Tree, limit: &[u8]) -> Result<Option<(Vec<u8>, Bytes)>, StoreError> {
        // sled's reverse iterator steps from page to page by key as the forward one does; the conformance suite compares
        // it with the memory twin over many pages.
        let found = self.guarded(|| self.tree(tree).range(..=limit).next_back().transpose())?;
        Ok(found.map(|(key, value)| (key.to_vec(), Bytes::from_owner(value))))
    }

    fn write(&self, puts: &[Put]) -> Result<(), StoreError> {
        for put in puts {
            check_sizes(put)?;
        }
        self.guarded(|| {
            for put in puts {
                self.tree(put.tree).insert(&put.key, &put.value[..])?;
            }
            Ok(())
        })
    }

    fn sync(&self) -> Result<(), StoreError> {
        // Here and not in `write`, so that the next group's inserts run while this one is handed to the disk. Part of that group may
        // then be handed over too; until it is synced itself nobody relies on it.
        self.guarded(|| self.db.flush())?;
        self.file.sync_data().map_err(|source| StoreError::io(self.directory.join("db"), source))
    }

    fn place(&self) -> String {
        self.directory.display().to_string()
    }
}

/// Takes the directory's lock. sled has a lock of its own on `db`, but it opens, tidies and writes before it
/// asks for it.
fn lock(directory: &Path) -> Result<File, StoreError> {
    let path = directory.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|source| StoreError::io(&path, source))?;
    // A store of this process that was dropped a moment ago can still be letting go.
    let deadline = Instant::now() + Duration::from_millis(200);
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(source)) => return Err(StoreError::io(path, source)),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                return Err(StoreError::Busy { place: path });
            }
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

/// Opens sled. We hold the directory's lock, so who still holds sled's is a store of this process on its way out.
fn open_database(directory: &Path) -> Result<sled::Db, StoreError> {
    let deadline = Instant::now() + RELEASE_WAIT;
    loop {
        let config =
            sled::Config::new().path(directory).cache_capacity(CACHE_BYTES).flush_every_ms(Some(FLUSH_EVERY_MS));
        match guarded(directory, || config.open()) {
            Err(StoreError::Io { source, .. }) if source.to_string().contains("could not acquire lock") => {
                if Instant::now() >= deadline {
                    return Err(StoreError::Busy { place: directory.join("db") });
                }
                thread::sleep(Duration::from_millis(5));
            }
            other => return other,
        }
    }
}

/// Runs sled code; a panic becomes an error, because sled asserts where damaged files surprise it.
fn guarded<T>(directory: &Path, work: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    let refused = |message: String| StoreError::Refused { place: directory.to_owned(), message };
    // After a panic the journal stops for good, so nobody looks at what the closure left half done.
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(sled::Error::Io(source))) => Err(StoreError::io(directory, source)),
        Ok(Err(sled::Error::Corruption { .. })) => {
            Err(refused("a page of its file `db` does not have the checksum it was written with".to_owned()))
        }
        Ok(Err(error)) => Err(refused(error.to_string())),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            Err(refused(format!("it stopped with: {}", text.unwrap_or_default())))
        }
    }
}
