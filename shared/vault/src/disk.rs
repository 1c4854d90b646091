//! The files of a vault. The only place that touches them.
//!
//! ```text
//! keys/header        made once: version, fingerprint of the master key, a known text under it
//! keys/lock          locked while a process has the vault open
//! keys/slots-0000    slots 0 to 32 767
//! keys/slots-0001    slots 32 768 to 65 535, …
//! ```

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use rustix::fs::{FlockOperation, flock};

use crate::{VaultError, slot::SLOT};

/// Slots in a file: 32 768 × 128 bytes = 4 MiB. A million keys are 31 files, each with one descriptor.
pub(crate) const SLOTS_IN_FILE: u32 = 32 * 1024;
/// Bytes of a slot file.
pub(crate) const FILE_BYTES: usize = SLOTS_IN_FILE as usize * SLOT;
/// No header is longer.
const LONGEST_HEADER: u64 = 4096;

/// The files of a vault, and how they fail. The tests put one in its place that records, cuts and refuses.
pub(crate) trait Disk: Send + Sync {
    /// The header, if there is one.
    fn header(&self) -> Result<Option<Vec<u8>>, VaultError>;
    /// Makes the header, durably.
    fn make_header(&self, bytes: &[u8]) -> Result<(), VaultError>;
    /// How many slot files there are.
    fn files(&self) -> usize;
    /// Adds a slot file of zeros, durably. A failure leaves no such file.
    fn add_file(&self) -> Result<(), VaultError>;
    /// Reads within one file.
    fn read(&self, file: usize, offset: usize, into: &mut [u8]) -> Result<(), VaultError>;
    /// Writes within one file; durable after [`Disk::sync`].
    fn write(&self, file: usize, offset: usize, bytes: &[u8]) -> Result<(), VaultError>;
    /// Makes all writes to a file durable.
    fn sync(&self, file: usize) -> Result<(), VaultError>;
    /// The directory, for messages.
    fn directory(&self) -> &Path;
}

/// The name of a slot file.
pub(crate) fn slot_file(number: usize) -> String {
    format!("slots-{number:04}")
}

/// Files in a directory.
pub(crate) struct Files {
    directory: PathBuf,
    slots: RwLock<Vec<Arc<File>>>,
    /// Held for its lock, which the operating system takes back when the process ends, however it ends.
    _lock: File,
}

impl Files {
    /// Makes the directory if there is none, locks it, and opens its files.
    pub(crate) fn open(directory: &Path) -> Result<Self, VaultError> {
        make_directory(directory)?;
        let lock = lock(directory)?;
        remove_drafts(directory)?;
        let slots = open_slot_files(directory)?;
        Ok(Self { directory: directory.to_owned(), slots: RwLock::new(slots), _lock: lock })
    }

    fn file(&self, number: usize) -> Arc<File> {
        Arc::clone(&self.slots.read().unwrap_or_else(PoisonError::into_inner)[number])
    }

    fn failed(&self, what: &'static str, number: usize, source: io::Error) -> VaultError {
        VaultError::Disk { what, path: self.directory.join(slot_file(number)), source }
    }

    /// Puts a complete, durable file in the directory, or none.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<File, VaultError> {
        let path = self.directory.join(name);
        let draft = self.directory.join(format!("{name}.new"));
        let put = || -> io::Result<File> {
            let mut options = OpenOptions::new();
            let mut file = options.read(true).write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&draft, &path)?;
            Ok(file)
        };
        match put() {
            Ok(file) => {
                sync_directory(&self.directory)?;
                Ok(file)
            }
            Err(source) => {
                // On a full disk the draft would take the room that is left. If it cannot go now, it goes at the next start.
                let _ = fs::remove_file(&draft);
                Err(VaultError::Disk { what: "making", path, source })
            }
        }
    }
}

impl Disk for Files {
    fn header(&self) -> Result<Option<Vec<u8>>, VaultError> {
        let path = self.directory.join("header");
        match fs::metadata(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Ok(about) if about.len() > LONGEST_HEADER => {
                return Err(VaultError::Header { path, what: format!("has {} bytes", about.len()) });
            }
            _ => {}
        }
        fs::read(&path).map(Some).map_err(|error| failed("reading", &path)(error))
    }

    fn make_header(&self, bytes: &[u8]) -> Result<(), VaultError> {
        self.put("header", bytes).map(drop)
    }

    fn files(&self) -> usize {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn add_file(&self) -> Result<(), VaultError> {
        // Zeros are written, not only reserved: so a later write changes no metadata and a sync is one write to the disk.
        let file = self.put(&slot_file(self.files()), &vec![0; FILE_BYTES])?;
        self.slots.write().unwrap_or_else(PoisonError::into_inner).push(Arc::new(file));
        Ok(())
    }

    fn read(&self, file: usize, offset: usize, into: &mut [u8]) -> Result<(), VaultError> {
        self.file(file).read_exact_at(into, offset as u64).map_err(|source| self.failed("reading", file, source))
    }

    fn write(&self, file: usize, offset: usize, bytes: &[u8]) -> Result<(), VaultError> {
        self.file(file).write_all_at(bytes, offset as u64).map_err(|source| self.failed("writing", file, source))
    }

    fn sync(&self, file: usize) -> Result<(), VaultError> {
        self.file(file).sync_data().map_err(|source| self.failed("syncing", file, source))
    }

    fn directory(&self) -> &Path {
        &self.directory
    }
}

type Failed = Box<dyn FnOnce(io::Error) -> VaultError>;

fn failed(what: &'static str, path: &Path) -> Failed {
    let path = path.to_owned();
    Box::new(move |source| VaultError::Disk { what, path, source })
}

fn make_directory(directory: &Path) -> Result<(), VaultError> {
    if directory.is_dir() {
        return Ok(());
    }
    let made = DirBuilder::new().recursive(true).mode(0o700).create(directory);
    made.map_err(failed("making", directory))?;
    // The new directories must survive a loss of power as their files do. All the way up: which of them are new is not told.
    let whole = directory.canonicalize().map_err(failed("finding", directory))?;
    for above in whole.ancestors().skip(1) {
        if sync_directory(above).is_err() {
            // Not ours to open: then it was there before.
            break;
        }
    }
    Ok(())
}

fn sync_directory(directory: &Path) -> Result<(), VaultError> {
    let synced = File::open(directory).and_then(|file| file.sync_all());
    synced.map_err(failed("syncing", directory))
}

fn lock(directory: &Path) -> Result<File, VaultError> {
    let path = directory.join("lock");
    let opened = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path);
    let file = opened.map_err(failed("opening", &path))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(VaultError::Locked { directory: directory.to_owned() }),
        Err(error) => Err(failed("locking", &path)(error.into())),
    }
}

/// Removes what a crash left while a file was being made: it never held a key.
fn remove_drafts(directory: &Path) -> Result<(), VaultError> {
    for name in names(directory)? {
        if name.ends_with(".new") {
            let path = directory.join(name);
            fs::remove_file(&path).map_err(failed("removing", &path))?;
        }
    }
    Ok(())
}

fn names(directory: &Path) -> Result<Vec<String>, VaultError> {
    let entries = fs::read_dir(directory).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(failed("listing", directory))?;
    Ok(entries.iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}

fn open_slot_files(directory: &Path) -> Result<Vec<Arc<File>>, VaultError> {
    let names = names(directory)?;
    let count = names.iter().filter(|name| name.starts_with("slots-")).count();
    (0..count)
        .map(|number| {
            let path = directory.join(slot_file(number));
            let file = match OpenOptions::new().read(true).write(true).open(&path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(VaultError::SlotFile { path, what: "is missing, but later ones are there".to_owned() });
                }
                opened => opened.map_err(failed("opening", &path))?,
            };
            let length = file.metadata().map_err(failed("reading", &path))?.len();
            if length != FILE_BYTES as u64 {
                return Err(VaultError::SlotFile { path, what: format!("has {length} bytes instead of {FILE_BYTES}") });
            }
            Ok(Arc::new(file))
        })
        .collect()
}
