//! A file on its way out.

use std::{
    fs::File,
    io::{self, Read, Seek},
};

use dossier_proto::{Digest, EntryId, KeyId};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    FileError, FileStore, PIECE,
    form::{End, FRONT, Front, PIECE_FRONT, SEALED_MAX},
    incoming::Stored,
};
use crate::{Binding, Purpose, Sealed, UnsealError, Vault, material::NONCE};

/// A file on its way out, a piece at a time. That it is what was kept is certain piece by piece, and of the whole when
/// [`Outgoing::piece`] gives `None`.
pub struct Outgoing {
    vault: Vault,
    entry: EntryId,
    digest: Digest,
    front: Front,
    file: File,
    pieces: u32,
    hash: Option<Sha256>,
    /// Sealed bytes that are still on disk.
    left: u64,
}

impl Outgoing {
    pub(super) fn open(store: &FileStore, entry: EntryId, digest: Digest) -> Result<Self, FileError> {
        let place = store.place(entry, digest);
        let mut file = File::open(&place).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FileError::Missing(digest),
            _ => FileError::disk("open", &place)(error),
        })?;
        let length = file.metadata().map_err(FileError::disk("look at", &place))?.len();
        let mut front = [0; FRONT];
        let whole = length > FRONT as u64 && file.read_exact(&mut front).is_ok();
        let front = Front::decode(&front).filter(|_| whole);
        let front = front.ok_or(FileError::Damaged { digest, what: "its beginning is not that of a file" })?;
        let salt = store.vault.salt(front.key)?;
        let hash = Some(Sha256::new_with_prefix(salt.as_bytes()));
        let left = length - FRONT as u64;
        Ok(Self { vault: store.vault.clone(), entry, digest, front, file, pieces: 0, hash, left })
    }

    /// How many bytes it has. Certain once the last piece was read.
    pub fn bytes(&self) -> u64 {
        self.front.bytes
    }

    /// Its media type. Certain once the last piece was read.
    pub fn media_type(&self) -> &str {
        self.front.media_type.text().unwrap_or_default()
    }

    /// Reads the last piece alone: then what is said of the file is certain, and its bytes are not.
    ///
    /// # Errors
    /// As [`Outgoing::piece`].
    pub fn look(mut self) -> Result<Stored, FileError> {
        let pieces = u32::try_from(self.front.bytes.div_ceil(PIECE as u64)).unwrap_or(u32::MAX);
        let before = u64::from(pieces.saturating_sub(1)) * (PIECE_FRONT + SEALED_MAX) as u64;
        self.left = self.left.checked_sub(before).ok_or(self.damaged("it is shorter than it says"))?;
        let place = io::SeekFrom::Start(FRONT as u64 + before);
        self.file.seek(place).map_err(|_| self.damaged("it cannot be read to its end"))?;
        self.pieces = pieces.saturating_sub(1);
        let last = self.piece()?.map_or(0, |piece| piece.len() as u64);
        if self.left != 0 || u64::from(self.pieces - 1) * PIECE as u64 + last != self.front.bytes {
            return Err(self.damaged("it has another length than it says"));
        }
        Ok(Stored { digest: self.digest, key: self.front.key, bytes: self.front.bytes })
    }

    /// The key it is sealed under.
    pub fn key(&self) -> KeyId {
        self.front.key
    }

    /// The next piece, of at most [`PIECE`] bytes; `None` after the last. Blocks for the disk.
    ///
    /// # Errors
    /// [`FileError::Damaged`], or its key was erased meanwhile. What was given out before was right, and is not the whole.
    pub fn piece(&mut self) -> Result<Option<Zeroizing<Vec<u8>>>, FileError> {
        if self.left == 0 {
            return self.end().map(|()| None);
        }
        let sealed = self.sealed()?;
        let end = if self.left == 0 { End::Last } else { End::More };
        let binding = Binding::entry(self.entry, Purpose::Attachment).with(self.front.piece(self.pieces, end));
        let piece = self.vault.unseal(&sealed, &binding).map_err(|error| self.of_unseal(error))?;
        if piece.is_empty() || (end == End::More && piece.len() != PIECE) {
            return Err(self.damaged("a piece has another length than it was given"));
        }
        if let Some(hash) = &mut self.hash {
            hash.update(&piece);
        }
        self.pieces += 1;
        Ok(Some(piece))
    }

    fn sealed(&mut self) -> Result<Sealed, FileError> {
        let mut front = [0; PIECE_FRONT];
        self.take(&mut front)?;
        let (nonce, length) = front.split_first_chunk::<NONCE>().expect("a nonce and four bytes");
        let length = u32::from_be_bytes(length.try_into().expect("four bytes")) as usize;
        if length > SEALED_MAX {
            return Err(self.damaged("a piece is longer than any is"));
        }
        let mut ciphertext = vec![0; length];
        self.take(&mut ciphertext)?;
        Ok(Sealed { key_id: self.front.key, nonce: *nonce, ciphertext })
    }

    fn take(&mut self, into: &mut [u8]) -> Result<(), FileError> {
        let left = self.left.checked_sub(into.len() as u64);
        self.left = left.ok_or(self.damaged("it ends in the middle of a piece"))?;
        self.file.read_exact(into).map_err(|_| self.damaged("it cannot be read to its end"))
    }

    /// The pieces were right; the whole is what its name says.
    fn end(&mut self) -> Result<(), FileError> {
        let Some(hash) = self.hash.take() else { return Ok(()) };
        let found = Digest(hash.finalize().into());
        if self.pieces == 0 || found != self.digest {
            return Err(self.damaged("it is another file than its name says"));
        }
        Ok(())
    }

    fn damaged(&self, what: &'static str) -> FileError {
        FileError::Damaged { digest: self.digest, what }
    }

    fn of_unseal(&self, error: UnsealError) -> FileError {
        match error {
            UnsealError::Unknown(id) => FileError::Key(crate::KeyError::Unknown(id)),
            UnsealError::Erased(id) => FileError::Key(crate::KeyError::Erased(id)),
            UnsealError::Vault(error) => FileError::Vault(error),
            UnsealError::Damaged(_) => self.damaged("a piece is not the one that was sealed, or not in its place"),
        }
    }
}
