//! A directory in the making: nothing is in its place before all of it is there, and durable.
//!
//! Whoever fills one holds a lock in it, so that another process can tell work from what a killed process has left. What was left may hold
//! keys: it is overwritten, and removed.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::{Path, PathBuf},
};

use super::wiping::wipe;
use crate::{Exit, Failure};

/// How the name of a directory in the making begins. No service looks there.
const BEGINS: &str = ".unfinished-";
/// The file in it that is locked for as long as somebody fills it.
pub(crate) const LOCK: &str = ".at-work";

/// A directory that is being filled beside its place. Dropped before [`put_in_place`], or killed, it leaves its place empty.
#[derive(Debug)]
pub(crate) struct Draft {
    at: PathBuf,
    place: PathBuf,
    /// Held until this is dropped: the kernel gives it up when the process is killed.
    _lock: File,
}

impl Draft {
    /// Begins to fill a directory for `place`, which must not be there or be empty. What a run that was killed has left is overwritten and
    /// removed.
    ///
    /// # Errors
    /// [`Failure`]: there is something at that place, or somebody else fills it; or the disk.
    pub(crate) fn begin(place: &Path) -> Result<Self, Failure> {
        must_be_free(place)?;
        let name = place.file_name().and_then(|name| name.to_str()).ok_or_else(|| {
            Failure::new(Exit::Usage, format!("{} is no name for a directory; name another", place.display()))
        })?;
        let at = place.with_file_name(format!("{BEGINS}{name}"));
        let at_work = || {
            Failure::busy(format!(
                "another process is filling {}; wait until it has ended, and run this again",
                at.display()
            ))
        };
        let failed = |error: io::Error| Failure::disk(&at, &error);
        if at.exists() && !sweep_one(&at).map_err(failed)? {
            return Err(at_work());
        }
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&at);
        made.map_err(failed)?;
        let lock = lock(&at).map_err(failed)?.ok_or_else(at_work)?;
        Ok(Self { at, place: place.to_owned(), _lock: lock })
    }

    /// Where it is being filled.
    pub(crate) fn path(&self) -> &Path {
        &self.at
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What was put in place has another name. What cannot be removed now is removed by the next run.
        let _ = wipe(&self.at);
    }
}

/// Takes the lock of a directory in the making; nothing when somebody holds it, or has removed the directory meanwhile.
fn lock(at: &Path) -> io::Result<Option<File>> {
    let path = at.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Whoever swept it between the two has removed the file that is locked here.
    let is_there = fs::metadata(&path).is_ok_and(|there| file.metadata().is_ok_and(|held| there.ino() == held.ino()));
    Ok(is_there.then_some(file))
}

/// Overwrites and removes a directory in the making, unless somebody is filling it; whether it is gone.
fn sweep_one(at: &Path) -> io::Result<bool> {
    let held = match lock(at) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        held => held?,
    };
    let Some(_held) = held else { return Ok(false) };
    wipe(at)?;
    Ok(true)
}

/// The directories in the making in a directory, whoever fills them or has left them.
pub(crate) fn drafts_in(directory: &Path) -> Vec<PathBuf> {
    let items = fs::read_dir(directory).into_iter().flatten().flatten();
    let is_draft = |name: &std::ffi::OsStr| name.to_str().is_some_and(|name| name.starts_with(BEGINS));
    let mut found: Vec<_> = items.filter(|item| is_draft(&item.file_name())).map(|item| item.path()).collect();
    found.retain(|path| fs::symlink_metadata(path).is_ok_and(|about| about.is_dir()));
    found.sort();
    found
}

/// Whether somebody is filling a directory.
pub(crate) fn is_at_work(draft: &Path) -> bool {
    File::open(draft.join(LOCK)).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Removes what killed processes have left in a data directory, and of it beside it.
pub(crate) fn sweep_around(data: &Path) {
    sweep(data);
    let beside =
        data.file_name().and_then(|name| name.to_str()).map(|name| data.with_file_name(format!("{BEGINS}{name}")));
    beside.into_iter().filter(|draft| draft.is_dir()).for_each(|draft| sweep_told(&draft));
}

/// Removes what killed processes have left in a directory, and tells what. What cannot be removed is told, and in nobody's way.
pub(crate) fn sweep(directory: &Path) {
    drafts_in(directory).iter().for_each(|draft| sweep_told(draft));
}

fn sweep_told(draft: &Path) {
    match sweep_one(draft) {
        Ok(true) => tracing::warn!(
            directory = %draft.display(),
            "a process that was killed has left it half filled, perhaps with keys in it: it was overwritten and removed"
        ),
        Ok(false) => {}
        Err(error) => tracing::warn!(
            directory = %draft.display(),
            %error,
            "a process that was killed has left it half filled, perhaps with keys in it, and it could not be removed"
        ),
    }
}

/// Makes everything in a directory durable, and gives it its name.
///
/// # Errors
/// [`Failure`]: the disk.
pub(crate) fn put_in_place(draft: &Draft) -> Result<(), Failure> {
    sync_all(&draft.at)?;
    must_be_free(&draft.place)?;
    let rename = || -> io::Result<()> {
        fs::rename(&draft.at, &draft.place)?;
        // Only under its name: who sweeps would take a directory without it for one that was left.
        fs::remove_file(draft.place.join(LOCK))?;
        File::open(&draft.place)?.sync_all()?;
        File::open(parent(&draft.place))?.sync_all()
    };
    rename().map_err(|error| Failure::disk(&draft.place, &error))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn must_be_free(place: &Path) -> Result<(), Failure> {
    match fs::read_dir(place).map(|items| items.count()) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::disk(place, &error)),
        Ok(0) => Ok(()),
        Ok(_) => Err(Failure::new(
            Exit::Usage,
            format!(
                "{} is there and not empty; nothing was written. What is damaged may still be needed: move it away (mv {} {}.damaged), then \
                 run this again",
                place.display(),
                place.display(),
                place.display()
            ),
        )),
    }
}

/// Syncs every file and directory below one.
fn sync_all(directory: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::disk(directory, &error);
    for item in fs::read_dir(directory).map_err(failed)? {
        let item = item.map_err(failed)?;
        if item.file_type().map_err(failed)?.is_dir() {
            sync_all(&item.path())?;
        } else {
            let synced = File::open(item.path()).and_then(|file| file.sync_all());
            synced.map_err(|error| Failure::disk(&item.path(), &error))?;
        }
    }
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(failed)
}

#[cfg(test)]
#[path = "draft/tests.rs"]
mod tests;
