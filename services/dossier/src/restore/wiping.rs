//! Removes a directory that may hold keys: they are overwritten first.
//!
//! What disks and file systems keep of overwritten bytes (wear levelling, copy on write) is in nobody's hands here; SECURITY.md says what to do
//! about disks.

use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::Path,
};

/// Zeros that are written at once.
const BLOCK: usize = 64 * 1024;
/// What holds no keys by its form, and may have gigabytes: journals hold no words, attached files are under seal, and so are the secrets of a
/// backup.
const UNDER_SEAL: [&str; 5] = ["journal", "journals", "attachments", "checkpoints", "secrets.sealed"];

/// Overwrites every file below a directory with zeros, durably, and removes all of it. A file that another directory shares (a hard link) is
/// the other's, and only loses this name. What is not there is removed.
///
/// # Errors
/// The disk; what was reached is overwritten.
pub(super) fn wipe(directory: &Path) -> io::Result<()> {
    let overwritten = overwrite_all(directory);
    let removed = fs::remove_dir_all(directory);
    match overwritten.and(removed) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn overwrite_all(directory: &Path) -> io::Result<()> {
    for item in fs::read_dir(directory)? {
        let item = item?;
        let kind = item.file_type()?;
        if item.file_name().to_str().is_some_and(|name| UNDER_SEAL.contains(&name)) {
            continue;
        }
        if kind.is_dir() {
            overwrite_all(&item.path())?;
        } else if kind.is_file() {
            overwrite(&item.path())?;
        }
    }
    Ok(())
}

fn overwrite(path: &Path) -> io::Result<()> {
    let about = fs::metadata(path)?;
    if about.nlink() > 1 {
        return Ok(());
    }
    let mut file = File::options().write(true).open(path)?;
    let zeros = [0; BLOCK];
    let mut left = about.len();
    while left > 0 {
        let now = left.min(BLOCK as u64);
        // At most BLOCK.
        file.write_all(&zeros[..now as usize])?;
        left -= now;
    }
    file.sync_all()
}
