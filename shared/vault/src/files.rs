//! Files under seal: attached documents, each in a file of its own, written as they come and never whole in memory.
//!
//! A file is cut into pieces of [`PIECE`] bytes, each sealed by the [`Vault`] under the file's own key and tied to its place, so that no
//! piece can be left out, moved, repeated or taken from another file. The name on disk is the file's digest, `SHA-256(salt ‖ bytes)`
//! with the salt of its key: it says nothing to whoever does not hold the key, and nobody who uploads chooses a name here.
//! Erasing the key makes the file unreadable wherever a copy of it lies.
//!
//! A file travels from store to store as it lies on disk, sealed: [`FileStore::sealed`] gives a part of it, [`FileStore::arrive`] takes the
//! parts in, with the key that came apart from them. What arrives is checked piece by piece and is here once it is whole.
//!
//! ```text
//! attachments/half/<number>     being written; removed when the service starts
//! attachments/<entry>/<digest>  whole and durable
//! ```

mod arriving;
mod error;
mod form;
mod incoming;
mod outgoing;
mod sealed;

use std::{
    fs::{self, DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    time::SystemTime,
};

use dossier_proto::{Digest, EntryId, KeyId};

pub use arriving::{ARRIVING_BYTES_MAX, Arriving};
pub use error::FileError;
pub use incoming::{Incoming, Stored};
pub use outgoing::Outgoing;
pub use sealed::SealedPart;

use crate::{Holding, Vault};

/// The bytes of a piece, but for the last: 64 KiB. A reader holds one at a time; 25 MB are 382 of them, and what seals them adds
/// 0.1 %.
pub const PIECE: usize = 64 * 1024;

/// What is kept about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub digest: Digest,
    /// The key that opens it.
    pub key: KeyId,
    /// How many bytes it has.
    pub bytes: u64,
    /// Of what kind it is, as was found from its bytes.
    pub media_type: String,
}

/// Where the files of one service are kept.
#[derive(Debug, Clone)]
pub struct FileStore {
    directory: PathBuf,
    vault: Vault,
}

impl FileStore {
    /// The store in a directory, which is made when the first file comes.
    pub fn new(directory: impl Into<PathBuf>, vault: Vault) -> Self {
        Self { directory: directory.into(), vault }
    }

    /// Removes what a crash left half written: nobody was told of it. To be called when the service starts, before a file comes.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn tidy(&self) -> Result<(), FileError> {
        let half = self.half();
        let entries = match fs::read_dir(&half) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(FileError::disk("read", &half))?,
        };
        for entry in entries {
            let path = entry.map_err(FileError::disk("read", &half))?.path();
            fs::remove_file(&path).map_err(FileError::disk("remove", &path))?;
        }
        Ok(())
    }

    /// Begins to take a file in, of at most `limit` bytes, for an entry.
    ///
    /// # Errors
    /// [`FileError`]: the disk refuses, or no key can be made.
    pub fn receive(&self, entry: EntryId, limit: u64) -> Result<Incoming, FileError> {
        make_directory(&self.directory)?;
        make_directory(&self.half())?;
        Incoming::begin(self, entry, limit)
    }

    /// Begins to take a file in that lies in another store, sealed, and of which an event says what it is.
    ///
    /// # Errors
    /// [`FileError::Key`] when its key is erased or not here, [`FileError::Foreign`] when nothing can be such a file, [`FileError::Disk`].
    pub fn arrive(&self, entry: EntryId, file: Kept) -> Result<Arriving, FileError> {
        make_directory(&self.directory)?;
        make_directory(&self.half())?;
        Arriving::begin(self, entry, file)
    }

    /// Whether a file is here: whole and durable. Whether it can be opened is its key's affair.
    pub fn is_here(&self, entry: EntryId, digest: Digest) -> bool {
        self.place(entry, digest).is_file()
    }

    /// Whether the key of a file was destroyed: then nobody reads it any more, wherever a copy of it lies.
    pub fn is_erased(&self, key: KeyId) -> bool {
        self.vault.holding(key) == Holding::Erased
    }

    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`FileError::Missing`] when it is not here, [`FileError::Key`] when its key is erased or not here, [`FileError::Damaged`] when it is not what
    /// was kept.
    pub fn read(&self, entry: EntryId, digest: Digest) -> Result<Outgoing, FileError> {
        Outgoing::open(self, entry, digest)
    }

    /// What is kept about a file: its key, length and media type, checked; its bytes are not read.
    ///
    /// # Errors
    /// As [`FileStore::read`].
    pub fn look(&self, entry: EntryId, digest: Digest) -> Result<Kept, FileError> {
        let outgoing = self.read(entry, digest)?;
        let media_type = outgoing.media_type().to_owned();
        let Stored { key, bytes, .. } = outgoing.look()?;
        Ok(Kept { digest, key, bytes, media_type })
    }

    /// The files of an entry, and how many bytes each takes on disk.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn list(&self, entry: EntryId) -> Result<Vec<(Digest, u64)>, FileError> {
        let directory = self.of_entry(entry);
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(FileError::disk("read", &directory))?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(FileError::disk("read", &directory))?;
            // What is no digest was not put there by us.
            let Some(digest) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            let length = entry.metadata().map_err(FileError::disk("look at", &entry.path()))?.len();
            found.push((digest, length));
        }
        found.sort_unstable();
        Ok(found)
    }

    /// The files that came before a moment, of all entries, in no order. What is on its way is none of them.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn older_than(&self, moment: SystemTime) -> Result<Vec<(EntryId, Digest)>, FileError> {
        let mut found = Vec::new();
        for name in names_in(&self.directory)? {
            // What is no entry was not put there by us, or is no folder of files.
            let Ok(entry) = name.parse::<EntryId>() else { continue };
            for (digest, _) in self.list(entry)? {
                let place = self.place(entry, digest);
                let came = fs::metadata(&place).and_then(|about| about.modified());
                if came.map_err(FileError::disk("look at", &place))? < moment {
                    found.push((entry, digest));
                }
            }
        }
        Ok(found)
    }

    /// When a file came; none when it is not here.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn came(&self, entry: EntryId, digest: Digest) -> Result<Option<SystemTime>, FileError> {
        let place = self.place(entry, digest);
        match fs::metadata(&place).and_then(|about| about.modified()) {
            Ok(came) => Ok(Some(came)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(FileError::disk("look at", &place)(error)),
        }
    }

    /// Removes a file; removing one that is not here is harmless. Its key is erased apart from this.
    ///
    /// # Errors
    /// [`FileError::Disk`].
    pub fn remove(&self, entry: EntryId, digest: Digest) -> Result<(), FileError> {
        let place = self.place(entry, digest);
        match fs::remove_file(&place) {
            Ok(()) => sync_directory(&self.of_entry(entry)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(FileError::disk("remove", &place)(error)),
        }
    }

    fn of_entry(&self, entry: EntryId) -> PathBuf {
        self.directory.join(entry.to_string())
    }

    fn place(&self, entry: EntryId, digest: Digest) -> PathBuf {
        self.of_entry(entry).join(digest.to_string())
    }

    fn half(&self) -> PathBuf {
        self.directory.join("half")
    }
}

/// The names in a directory; none when there is no such directory, or no name in words.
fn names_in(directory: &Path) -> Result<Vec<String>, FileError> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(FileError::disk("read", directory))?,
    };
    let named = entries.map(|entry| entry.map(|entry| entry.file_name().into_string().ok()));
    named.filter_map(Result::transpose).collect::<io::Result<_>>().map_err(FileError::disk("read", directory))
}

/// Makes a directory that only its owner reads, durably: one that a loss of power takes away is lost with what is in it.
fn make_directory(directory: &Path) -> Result<(), FileError> {
    match DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => directory.parent().map_or(Ok(()), sync_directory),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(FileError::disk("make the directory", directory)(error)),
    }
}

fn sync_directory(directory: &Path) -> Result<(), FileError> {
    File::open(directory).and_then(|opened| opened.sync_all()).map_err(FileError::disk("sync", directory))
}

#[cfg(test)]
mod tests;
