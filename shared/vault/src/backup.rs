//! What is secret in a backup: sealed under a key of its own, which lies neither with the data nor with the backup.
//!
//! ```text
//! "DOSBAK1\n"  fingerprint of the key (8)  random prefix (19)  then part after part:
//! length of the ciphertext (4, big-endian)  ciphertext
//! ```
//!
//! Parts of [`PART`] bytes, each sealed with XChaCha20-Poly1305 under the nonce `prefix ‖ number (4, big-endian) ‖ 1 for the last one, else 0`
//! and with the first 35 bytes of the file (the construction STREAM of [Hoang, Reyhanitabar, Rogaway and
//! Vizár](https://eprint.iacr.org/2015/189)): so no part can be left out, moved, repeated, taken from another backup, or cut off at the end.

use std::{
    io::{self, Read, Write},
    path::Path,
};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use crate::{MasterKey, MasterKeyError};

const MAGIC: &[u8; 8] = b"DOSBAK1\n";
const PREFIX: usize = 19;
const HEAD: usize = MAGIC.len() + 8 + PREFIX;
const TAG: usize = 16;
/// Bytes in the clear of a part: a reader holds one at a time.
pub const PART: usize = 64 * 1024;

/// The key of backups: 32 bytes, in a file of 64 hexadecimal digits that its owner alone may read.
#[derive(Clone, Debug)]
pub struct BackupKey(MasterKey);

impl BackupKey {
    /// Makes a key in a file that must not exist yet.
    ///
    /// # Errors
    /// [`MasterKeyError`]: there is such a file, or it cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, MasterKeyError> {
        let path = path.as_ref();
        if path.symlink_metadata().is_ok() {
            return Err(MasterKeyError::File { path: path.to_owned(), source: io::ErrorKind::AlreadyExists.into() });
        }
        MasterKey::create_or_read(path).map(Self)
    }

    /// Reads a key.
    ///
    /// # Errors
    /// [`MasterKeyError`]: there is no such file, or it holds something else.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, MasterKeyError> {
        MasterKey::from_file(path).map(Self)
    }

    /// A key that follows from a master key and a label: for what is written down where that is, and is none of a backup.
    pub fn derived(master: &MasterKey, label: &str) -> Self {
        Self(master.derived(label))
    }

    /// 16 hexadecimal digits that tell one key from another and disclose nothing of it.
    pub fn fingerprint(&self) -> String {
        hex::encode(self.marked())
    }

    fn marked(&self) -> [u8; 8] {
        let mut mark = [0; 8];
        mark.copy_from_slice(&self.0.derive("backup key")[..8]);
        mark
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        let key = Zeroizing::new(self.0.derive("backup, sealing"));
        XChaCha20Poly1305::new((&*key).into())
    }
}

/// Why a sealed backup cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum UnsealBackupError {
    /// Another key.
    #[error("it was sealed under the backup key {sealed}, and {given} was given")]
    OtherKey {
        /// The fingerprint of the key it was sealed under.
        sealed: String,
        /// That of the key that was given.
        given: String,
    },
    /// These are not the bytes that were sealed.
    #[error("it is damaged: {0}")]
    Damaged(&'static str),
    /// The disk.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Seals what is written to it.
pub struct Sealing<W: Write> {
    to: W,
    cipher: XChaCha20Poly1305,
    head: [u8; HEAD],
    number: u32,
    waiting: Zeroizing<Vec<u8>>,
}

impl<W: Write> Sealing<W> {
    /// Begins.
    ///
    /// # Errors
    /// It cannot be written, or the operating system gives no random bytes.
    pub fn begin(mut to: W, key: &BackupKey) -> io::Result<Self> {
        let mut head = [0; HEAD];
        head[..8].copy_from_slice(MAGIC);
        head[8..16].copy_from_slice(&key.marked());
        getrandom::fill(&mut head[16..]).map_err(|error| io::Error::other(error.to_string()))?;
        to.write_all(&head)?;
        Ok(Self { to, cipher: key.cipher(), head, number: 0, waiting: Zeroizing::new(Vec::with_capacity(PART)) })
    }

    /// Ends, and gives back what it was written to.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(mut self) -> io::Result<W> {
        self.part(true)?;
        Ok(self.to)
    }

    fn part(&mut self, last: bool) -> io::Result<()> {
        let nonce = nonce(&self.head, self.number, last);
        let payload = Payload { msg: &self.waiting, aad: &self.head };
        let sealed =
            self.cipher.encrypt(&nonce, payload).map_err(|_| io::Error::other("a part could not be sealed"))?;
        self.to.write_all(&(sealed.len() as u32).to_be_bytes())?;
        self.to.write_all(&sealed)?;
        self.waiting.clear();
        // 2^32 parts are 256 TiB.
        self.number = self.number.checked_add(1).ok_or_else(|| io::Error::other("it is too long to be sealed"))?;
        Ok(())
    }
}

impl<W: Write> Write for Sealing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.waiting.len() == PART {
            self.part(false)?;
        }
        let taken = bytes.len().min(PART - self.waiting.len());
        self.waiting.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Gives back what was sealed. What comes out was checked; the end is an end only when the last part was.
pub struct Unsealing<R: Read> {
    from: R,
    cipher: XChaCha20Poly1305,
    head: [u8; HEAD],
    number: u32,
    waiting: Zeroizing<Vec<u8>>,
    given: usize,
    ended: bool,
}

impl<R: Read> Unsealing<R> {
    /// Begins.
    ///
    /// # Errors
    /// [`UnsealBackupError`]: it is no sealed backup, or was sealed under another key.
    pub fn begin(mut from: R, key: &BackupKey) -> Result<Self, UnsealBackupError> {
        let mut head = [0; HEAD];
        from.read_exact(&mut head)?;
        if &head[..8] != MAGIC {
            return Err(UnsealBackupError::Damaged("it does not begin as the secrets of a backup"));
        }
        if head[8..16] != key.marked() {
            let (sealed, given) = (hex::encode(&head[8..16]), key.fingerprint());
            return Err(UnsealBackupError::OtherKey { sealed, given });
        }
        let waiting = Zeroizing::new(Vec::new());
        Ok(Self { from, cipher: key.cipher(), head, number: 0, waiting, given: 0, ended: false })
    }

    fn part(&mut self) -> Result<(), UnsealBackupError> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length)?;
        let length = u32::from_be_bytes(length) as usize;
        if !(TAG..=PART + TAG).contains(&length) {
            return Err(UnsealBackupError::Damaged("a part has another length than it can have"));
        }
        let mut sealed = vec![0; length];
        self.from.read_exact(&mut sealed)?;
        let opened = [false, true].into_iter().find_map(|last| {
            let payload = Payload { msg: &sealed, aad: &self.head };
            let opened = self.cipher.decrypt(&nonce(&self.head, self.number, last), payload).ok()?;
            Some((last, opened))
        });
        let (last, opened) = opened.ok_or(UnsealBackupError::Damaged("a part is not the one that was sealed"))?;
        (self.waiting, self.given, self.ended) = (Zeroizing::new(opened), 0, last);
        self.number = self.number.wrapping_add(1);
        if last && self.from.read(&mut [0])? > 0 {
            return Err(UnsealBackupError::Damaged("it goes on behind its last part"));
        }
        Ok(())
    }
}

impl<R: Read> Read for Unsealing<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.given == self.waiting.len() && !self.ended {
            self.part().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        }
        let there = &self.waiting[self.given..];
        let taken = there.len().min(into.len());
        into[..taken].copy_from_slice(&there[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

fn nonce(head: &[u8; HEAD], number: u32, last: bool) -> XNonce {
    let mut nonce = [0; 24];
    nonce[..PREFIX].copy_from_slice(&head[HEAD - PREFIX..]);
    nonce[PREFIX..PREFIX + 4].copy_from_slice(&number.to_be_bytes());
    nonce[23] = u8::from(last);
    XNonce::from(nonce)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(directory: &Path, name: &str) -> BackupKey {
        BackupKey::create(directory.join(name)).unwrap()
    }

    fn sealed(key: &BackupKey, text: &[u8]) -> Vec<u8> {
        let mut sealing = Sealing::begin(Vec::new(), key).unwrap();
        sealing.write_all(text).unwrap();
        sealing.finish().unwrap()
    }

    fn opened(key: &BackupKey, bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        let mut opening = Unsealing::begin(bytes, key).map_err(|error| error.to_string())?;
        opening.read_to_end(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn what_was_sealed_comes_back_whatever_its_length() {
        let directory = tempfile::tempdir().unwrap();
        let key = key(directory.path(), "key");
        for length in [0, 1, PART - 1, PART, PART + 1, 3 * PART] {
            let text: Vec<_> = (0..length).map(|k| (k % 251) as u8).collect();
            assert_eq!(opened(&key, &sealed(&key, &text)).unwrap(), text, "{length}");
        }
    }

    #[test]
    fn every_change_is_told_and_so_is_another_key() {
        let directory = tempfile::tempdir().unwrap();
        let (mine, other) = (key(directory.path(), "key"), key(directory.path(), "other"));
        let whole = sealed(&mine, &vec![7; PART + 100]);
        assert!(opened(&other, &whole).unwrap_err().contains(&mine.fingerprint()), "names the key that is wanted");
        for at in (0..whole.len()).step_by(997).chain([0, 8, 16, HEAD, whole.len() - 1]) {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            assert!(opened(&mine, &flipped).is_err(), "byte {at}");
        }
        let first_part = HEAD + 4 + PART + TAG;
        assert!(opened(&mine, &whole[..first_part]).is_err(), "cut off between two parts");
        let moved = [&whole[..HEAD], &whole[first_part..], &whole[HEAD..first_part]].concat();
        assert!(opened(&mine, &moved).is_err(), "the parts in another order");
        assert!(opened(&mine, &[&whole[..], b"x"].concat()).is_err(), "something behind the end");
    }

    #[test]
    fn a_key_is_never_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let made = key(directory.path(), "key");
        assert!(BackupKey::create(directory.path().join("key")).is_err());
        assert_eq!(BackupKey::read(directory.path().join("key")).unwrap().fingerprint(), made.fingerprint());
    }
}
