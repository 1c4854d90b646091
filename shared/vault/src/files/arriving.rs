//! A file on its way here from another store, under seal as it lies there.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
};

use dossier_proto::{Digest, EntryId};
use sha2::{Digest as _, Sha256};

use super::{
    FileError, FileStore, Kept, PIECE,
    form::{self, End, FRONT, Front, PIECE_FRONT},
    make_directory, sync_directory,
};
use crate::{Binding, KeyError, Purpose, Sealed, UnsealError, VaultError, material::NONCE};

/// The longest file that is taken in: 1 GiB, forty times the longest that a field of the registry admits today.
pub const ARRIVING_BYTES_MAX: u64 = 1 << 30;

/// A file on its way here. Each piece is opened and checked before it is written, so nothing lies on disk that whoever sealed the file did
/// not seal. Dropped before [`Arriving::finish`], nothing of it stays.
pub struct Arriving {
    store: FileStore,
    entry: EntryId,
    expected: Kept,
    /// How many pieces stand before the last one, and how many bytes that one has in the clear.
    shape: (u64, u64),
    /// How many bytes it has on disk.
    whole: u64,
    /// How many of them came.
    came: u64,
    front: Option<Front>,
    /// What has come of the part that is not whole yet: at most a piece.
    waiting: Vec<u8>,
    pieces: u32,
    hash: Sha256,
    file: File,
    path: PathBuf,
}

impl Arriving {
    pub(super) fn begin(store: &FileStore, entry: EntryId, expected: Kept) -> Result<Self, FileError> {
        let foreign = |what| FileError::Foreign { digest: expected.digest, what };
        if expected.bytes > ARRIVING_BYTES_MAX {
            return Err(foreign("it is said to be longer than any file"));
        }
        let lengths = form::pieces_of(expected.bytes).zip(form::length_on_disk(expected.bytes));
        let (shape, whole) = lengths.ok_or(foreign("it is said to be empty"))?;
        let salt = store.vault.salt(expected.key)?;
        let mut number = [0; 16];
        getrandom::fill(&mut number).map_err(|error| KeyError::Vault(VaultError::from(error)))?;
        let path = store.half().join(hex::encode(number));
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.map_err(FileError::disk("make", &path))?;
        Ok(Self {
            store: store.clone(),
            entry,
            expected,
            shape,
            whole,
            came: 0,
            front: None,
            waiting: Vec::with_capacity(form::piece_on_disk(PIECE as u64) as usize),
            pieces: 0,
            hash: Sha256::new_with_prefix(salt.as_bytes()),
            file,
            path,
        })
    }

    /// How many bytes of what lies on disk have come: where the next part begins.
    pub fn came(&self) -> u64 {
        self.came
    }

    /// How many are still to come.
    pub fn left(&self) -> u64 {
        self.whole - self.came
    }

    /// Takes the next bytes, and checks each piece as soon as it is whole. Blocks for the disk.
    ///
    /// # Errors
    /// [`FileError::Foreign`] as soon as they are not that file's; its key was erased; [`FileError::Disk`]. The file is given up then.
    pub fn write(&mut self, mut bytes: &[u8]) -> Result<(), FileError> {
        if bytes.len() as u64 > self.left() {
            return Err(self.foreign("more came than it has"));
        }
        while !bytes.is_empty() {
            let wanted = self.wanted() - self.waiting.len();
            let (now, later) = bytes.split_at(bytes.len().min(wanted));
            self.waiting.extend_from_slice(now);
            self.came += now.len() as u64;
            if now.len() == wanted {
                self.check()?;
            }
            bytes = later;
        }
        Ok(())
    }

    /// It has come whole: makes it durable and gives it its name. Blocks for the disk.
    ///
    /// # Errors
    /// [`FileError::Foreign`] when it is not that file, or not all of it came; [`FileError::Disk`]. Nothing stays then.
    pub fn finish(mut self) -> Result<(), FileError> {
        if self.left() > 0 {
            return Err(self.foreign("it is shorter than it says"));
        }
        let digest = self.expected.digest;
        if Digest(std::mem::take(&mut self.hash).finalize().into()) != digest {
            return Err(self.foreign("its bytes have another digest"));
        }
        self.file.sync_all().map_err(FileError::disk("sync", &self.path))?;
        let directory = self.store.of_entry(self.entry);
        make_directory(&directory)?;
        let place = self.store.place(self.entry, digest);
        fs::rename(&self.path, &place).map_err(FileError::disk("name", &place))?;
        sync_directory(&directory)
    }

    fn is_at_last(&self) -> bool {
        u64::from(self.pieces) == self.shape.0
    }

    /// How many bytes the part has that is coming: the front, or a piece.
    fn wanted(&self) -> usize {
        let piece = if self.is_at_last() { self.shape.1 } else { PIECE as u64 };
        if self.front.is_none() { FRONT } else { form::piece_on_disk(piece) as usize }
    }

    /// The front, or a piece, has come whole.
    fn check(&mut self) -> Result<(), FileError> {
        match self.front {
            None => self.check_front()?,
            Some(front) => self.check_piece(&front)?,
        }
        self.file.write_all(&self.waiting).map_err(FileError::disk("write", &self.path))?;
        self.waiting.clear();
        Ok(())
    }

    fn check_front(&mut self) -> Result<(), FileError> {
        let front = self.waiting.first_chunk().and_then(Front::decode);
        let front = front.ok_or_else(|| self.foreign("its beginning is not that of a file"))?;
        let Kept { key, bytes, media_type, .. } = &self.expected;
        if front.key != *key || front.bytes != *bytes || front.media_type.text() != Some(media_type.as_str()) {
            return Err(self.foreign("its beginning says something else of it than the event"));
        }
        self.front = Some(front);
        Ok(())
    }

    fn check_piece(&mut self, front: &Front) -> Result<(), FileError> {
        let is_last = self.is_at_last();
        let (end, wanted) = if is_last { (End::Last, self.shape.1) } else { (End::More, PIECE as u64) };
        let piece = {
            let (nonce, rest) = self.waiting.split_first_chunk::<NONCE>().ok_or(self.foreign("a piece is cut off"))?;
            let (length, ciphertext) = rest.split_first_chunk::<4>().ok_or(self.foreign("a piece is cut off"))?;
            if u32::from_be_bytes(*length) as usize != self.waiting.len() - PIECE_FRONT {
                return Err(self.foreign("a piece has another length than it must have"));
            }
            let sealed = Sealed { key_id: front.key, nonce: *nonce, ciphertext: ciphertext.to_vec() };
            let binding = Binding::entry(self.entry, Purpose::Attachment).with(front.piece(self.pieces, end));
            self.store.vault.unseal(&sealed, &binding).map_err(|error| self.of_unseal(error))?
        };
        if piece.len() as u64 != wanted {
            return Err(self.foreign("a piece has another length than it must have"));
        }
        self.hash.update(&piece);
        self.pieces += 1;
        Ok(())
    }

    fn foreign(&self, what: &'static str) -> FileError {
        FileError::Foreign { digest: self.expected.digest, what }
    }

    fn of_unseal(&self, error: UnsealError) -> FileError {
        match error {
            UnsealError::Unknown(id) => FileError::Key(KeyError::Unknown(id)),
            UnsealError::Erased(id) => FileError::Key(KeyError::Erased(id)),
            UnsealError::Vault(error) => FileError::Vault(error),
            UnsealError::Damaged(_) => self.foreign("a piece is not the one that was sealed, or not in its place"),
        }
    }
}

impl Drop for Arriving {
    fn drop(&mut self) {
        // What was finished stands under its name already; what cannot be removed now is removed at the next start.
        let _ = fs::remove_file(&self.path);
    }
}
