//! What must be done to a sled directory before sled opens it, and right after it was made.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Removes what a crash in the middle of opening leaves behind: `snap.<lsn>.generating`. The next open would take
/// it for a snapshot and refuse the database as corrupt. Its content is made anew at every open, so nothing is lost.
///
/// The caller holds the directory's lock: another process could be writing such a file at this moment.
pub(super) fn remove_unfinished_snapshots(directory: &Path) -> io::Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("snap.") && name.ends_with(".generating") {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// The mark of a store that is being made. While it stands nobody has been answered.
const MAKING: &str = "making";

/// Begins to make a store where there is none, and begins anew where a crash came between: sled refuses a database of which
/// only some of the first writes are left. The mark is durable before sled writes anything, and gone before anybody is
/// answered ([`end_making`]), so what it stands beside holds nothing. A store without the mark is never touched here.
///
/// The caller holds the directory's lock.
pub(super) fn begin_making(directory: &Path) -> io::Result<()> {
    let mark = directory.join(MAKING);
    if mark.exists() {
        tracing::warn!(directory = %directory.display(), "a crash left this store half made; it is made anew");
        remove_sled_files(directory)?;
    } else if directory.join("db").exists() || directory.join("conf").exists() {
        return Ok(());
    }
    File::create(&mark)?.sync_all()?;
    sync_directory(directory)
}

/// The store is made, and everything about it is durable.
pub(super) fn end_making(directory: &Path) -> io::Result<()> {
    match fs::remove_file(directory.join(MAKING)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(()) => sync_directory(directory),
    }
}

fn remove_sled_files(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        match &*name.to_string_lossy() {
            "blobs" => fs::remove_dir_all(entry.path())?,
            name if name == "db" || name == "conf" || name.starts_with("snap.") => fs::remove_file(entry.path())?,
            _ => {}
        }
    }
    sync_directory(directory)
}

/// Makes a directory and every missing one above it, each durable in its parent.
pub(crate) fn create_durably(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_durably(parent)?;
    }
    match fs::create_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => other?,
    }
    sync_directory(directory)?;
    sync_parent(directory)
}

/// Makes the names in a directory durable.
pub(crate) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// Makes the name of a file or directory durable.
pub(crate) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => sync_directory(parent),
        None => sync_directory(Path::new(".")),
    }
}

/// sled writes `conf` and never syncs it; `db` and the names of both are in no better state.
pub(super) fn sync_made_files(directory: &Path) -> io::Result<()> {
    for name in ["conf", "db"] {
        File::open(directory.join(name))?.sync_all()?;
    }
    sync_directory(&directory.join("blobs"))?;
    sync_directory(directory)?;
    sync_parent(directory)
}
