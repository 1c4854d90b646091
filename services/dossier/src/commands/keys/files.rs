//! Files with secrets, durable and with the right readers from their first byte on.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use crate::Failure;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// Its owner alone (0600), in a directory that its owner alone enters.
    Owner,
    /// Everybody (0644).
    Everybody,
}

impl Readers {
    fn mode(self) -> u32 {
        match self {
            Self::Owner => 0o600,
            Self::Everybody => 0o644,
        }
    }
}

/// Makes the directory of a file of secrets, and those above it.
pub(super) fn make_private_directory(file: &Path) -> Result<(), Failure> {
    make_directory(file, 0o700)
}

/// Makes the directory of a file that everybody reads, and those above it.
pub(super) fn make_open_directory(file: &Path) -> Result<(), Failure> {
    make_directory(file, 0o755)
}

fn make_directory(file: &Path, mode: u32) -> Result<(), Failure> {
    let Some(directory) = file.parent() else { return Ok(()) };
    let made = DirBuilder::new().recursive(true).mode(mode).create(directory);
    made.map_err(|error| Failure::disk(directory, &error))
}

/// Writes a file that is not there yet.
pub(super) fn create(path: &Path, text: &[u8], readers: Readers) -> Result<(), Failure> {
    // The broker's directory holds a secret among what everybody reads; those of services and of the authority are closed.
    let open = path.parent().is_some_and(|parent| parent.ends_with("tls"));
    make_directory(path, if readers == Readers::Everybody || open { 0o755 } else { 0o700 })?;
    write_new(path, text, readers).map_err(|error| Failure::disk(path, &error))
}

/// Puts a file in the place of the one that is there: whole, or not at all.
pub(super) fn replace(path: &Path, text: &[u8], readers: Readers) -> Result<(), Failure> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let beside = path.with_file_name(name);
    let write = || {
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        write_new(&beside, text, readers)?;
        fs::rename(&beside, path)?;
        sync_directory(path)
    };
    write().map_err(|error| Failure::disk(path, &error))
}

fn write_new(path: &Path, text: &[u8], readers: Readers) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(readers.mode()).open(path)?;
    file.write_all(text)?;
    file.sync_all()?;
    sync_directory(path)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
