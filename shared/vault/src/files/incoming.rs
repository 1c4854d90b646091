//! A file on its way in.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::{FileExt, OpenOptionsExt},
    path::PathBuf,
};

use dossier_proto::{Digest, EntryId, KeyId};
use sha2::{Digest as _, Sha256};

use super::{
    FileError, FileStore, PIECE,
    form::{End, Front, MediaType},
    make_directory, sync_directory,
};
use crate::{Binding, KeyError, Kind, Purpose, VaultError};

/// A file on its way in. Dropped before [`Incoming::finish`], nothing of it stays.
pub struct Incoming {
    store: FileStore,
    entry: EntryId,
    limit: u64,
    front: Front,
    file: File,
    path: PathBuf,
    /// What has come and is not sealed yet: at most a piece.
    waiting: Vec<u8>,
    pieces: u32,
    bytes: u64,
    hash: Sha256,
}

/// A file that is here, whole and durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// `SHA-256(salt ‖ bytes)` with the salt of the key: its name.
    pub digest: Digest,
    /// The key that opens it. Erasing it erases the file everywhere.
    pub key: KeyId,
    /// How many bytes it has.
    pub bytes: u64,
}

impl Incoming {
    pub(super) fn begin(store: &FileStore, entry: EntryId, limit: u64) -> Result<Self, FileError> {
        let key = store.vault.fresh(Kind::Attachment)?;
        let salt = store.vault.salt(key)?;
        let mut number = [0; 16];
        getrandom::fill(&mut number).map_err(|error| KeyError::Vault(VaultError::from(error)))?;
        let front = Front { key, number, bytes: 0, media_type: MediaType::NONE };
        let path = store.half().join(hex::encode(number));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(FileError::disk("make", &path))?;
        let mut incoming = Self {
            store: store.clone(),
            entry,
            limit,
            front,
            file,
            path,
            waiting: Vec::with_capacity(PIECE),
            pieces: 0,
            bytes: 0,
            hash: Sha256::new_with_prefix(salt.as_bytes()),
        };
        incoming.put(&front.encode())?;
        Ok(incoming)
    }

    /// Takes the next bytes. Blocks for the disk.
    ///
    /// # Errors
    /// [`FileError::TooLong`] as soon as it is; [`FileError::Disk`]; the file is given up then.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), FileError> {
        self.bytes = self.bytes.saturating_add(bytes.len() as u64);
        if self.bytes > self.limit {
            return Err(FileError::TooLong { limit: self.limit });
        }
        self.hash.update(bytes);
        while !bytes.is_empty() {
            // A full piece waits until it is known that it is not the last.
            if self.waiting.len() == PIECE {
                self.seal(End::More)?;
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.waiting.len()));
            self.waiting.extend_from_slice(now);
            bytes = later;
        }
        Ok(())
    }

    /// It has come whole and is of this media type: makes it durable and gives it its name. Blocks for the disk.
    ///
    /// # Errors
    /// [`FileError::Empty`]; [`FileError::Disk`]; a media type that is none. Nothing stays then.
    pub fn finish(mut self, media_type: &str) -> Result<Stored, FileError> {
        if self.bytes == 0 {
            return Err(FileError::Empty);
        }
        self.front.bytes = self.bytes;
        self.front.media_type = MediaType::of(media_type).ok_or(FileError::MediaType)?;
        self.seal(End::Last)?;
        self.file.write_all_at(&self.front.encode(), 0).map_err(FileError::disk("write", &self.path))?;
        self.file.sync_all().map_err(FileError::disk("sync", &self.path))?;
        let digest = Digest(std::mem::take(&mut self.hash).finalize().into());
        let directory = self.store.of_entry(self.entry);
        make_directory(&directory)?;
        let place = self.store.place(self.entry, digest);
        fs::rename(&self.path, &place).map_err(FileError::disk("name", &place))?;
        sync_directory(&directory)?;
        Ok(Stored { digest, key: self.front.key, bytes: self.bytes })
    }

    fn seal(&mut self, end: End) -> Result<(), FileError> {
        let binding = Binding::entry(self.entry, Purpose::Attachment).with(self.front.piece(self.pieces, end));
        let sealed = self.store.vault.seal(self.front.key, &binding, &self.waiting).map_err(FileError::of_seal)?;
        let length = u32::try_from(sealed.ciphertext.len()).expect("a sealed piece has some 64 KiB");
        self.put(&sealed.nonce)?;
        self.put(&length.to_be_bytes())?;
        self.put(&sealed.ciphertext)?;
        self.waiting.clear();
        self.pieces += 1;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), FileError> {
        self.file.write_all(bytes).map_err(FileError::disk("write", &self.path))
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        // What was finished stands under its name already; what cannot be removed now is removed at the next start.
        let _ = fs::remove_file(&self.path);
    }
}
