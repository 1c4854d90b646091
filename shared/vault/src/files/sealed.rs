//! A part of a file as it lies on disk, under seal: what travels to another store.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
};

use dossier_proto::{Digest, EntryId, KeyId};

use super::{
    FileError, FileStore,
    form::{FRONT, Front},
};

/// A part of a file, under seal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedPart {
    /// The key that opens it: whoever may not have that has no use for this, and is not to be given it.
    pub key: KeyId,
    /// The bytes as they lie on disk: as many as were asked for, fewer at the end, none after it.
    pub bytes: Vec<u8>,
}

impl FileStore {
    /// A part of a file as it lies on disk, of at most `length` bytes from `offset` on. Nothing is opened; whether the file is sound
    /// is for whoever takes it in to find.
    ///
    /// # Errors
    /// [`FileError::Missing`], [`FileError::Key`] when its key is erased or not here, [`FileError::Damaged`] when it does not begin like a
    /// file, [`FileError::Disk`].
    pub fn sealed(&self, entry: EntryId, digest: Digest, offset: u64, length: usize) -> Result<SealedPart, FileError> {
        let place = self.place(entry, digest);
        let mut file = File::open(&place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::Missing(digest),
            _ => FileError::disk("open", &place)(error),
        })?;
        let mut front = [0; FRONT];
        let front = file.read_exact(&mut front).ok().and_then(|()| Front::decode(&front));
        let front = front.ok_or(FileError::Damaged { digest, what: "its beginning is not that of a file" })?;
        // Of what was erased nobody needs the bytes.
        self.vault.salt(front.key)?;
        let mut bytes = Vec::new();
        let mut read = || {
            // Beyond what a disk can have, the operating system would refuse to go.
            let offset = offset.min(file.metadata()?.len());
            file.seek(SeekFrom::Start(offset))?;
            Read::by_ref(&mut file).take(length as u64).read_to_end(&mut bytes)
        };
        read().map_err(FileError::disk("read", &place))?;
        Ok(SealedPart { key: front.key, bytes })
    }
}
