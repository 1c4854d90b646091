//! The master key: 32 bytes that wrap all other keys and from which a service derives its fixed secrets.

use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// 64 digits, and room for line ends and blanks that an editor leaves.
const LONGEST_FILE: u64 = 256;

/// The master key of an installation. Wiped when dropped; never shown.
///
/// Whoever holds it and the data directory reads everything. Losing it loses every sealed text for ever: it belongs in a backup of its own,
/// away from that of the data.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey([u8; 32]);

/// Why there is no master key.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read or made.
    #[error("the master key file {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// The environment variable is not set.
    #[error("the environment variable {name} is not set; it should hold the master key as 64 hexadecimal digits")]
    NotSet {
        /// The variable.
        name: String,
    },
    /// What is there is no key.
    #[error(
        "{place} does not hold a master key (64 hexadecimal digits); restore it from its backup, do not make a new one: \
             what was sealed under the old one would be lost"
    )]
    Malformed {
        /// The file or the variable.
        place: String,
    },
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes: {0}")]
    Random(#[from] getrandom::Error),
}

impl MasterKey {
    /// Reads the key from a file of 64 hexadecimal digits. Warns when others than the owner may read the file.
    ///
    /// # Errors
    /// [`MasterKeyError`] when there is no such file, or it holds something else.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, MasterKeyError> {
        let path = path.as_ref();
        let failed = |source| MasterKeyError::File { path: path.to_owned(), source };
        let file = File::open(path).map_err(failed)?;
        let mode = file.metadata().map_err(failed)?.mode() & 0o777;
        if mode & 0o077 != 0 {
            tracing::warn!(
                file = %path.display(),
                mode = format_args!("{mode:03o}"),
                "the master key can be read by others than its owner; run: chmod 600 {}",
                path.display()
            );
        }
        let mut text = Zeroizing::new(String::with_capacity(LONGEST_FILE as usize));
        let read = file.take(LONGEST_FILE).read_to_string(&mut text);
        match read {
            Ok(_) => Self::from_text(&text, || path.display().to_string()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(MasterKeyError::Malformed { place: path.display().to_string() })
            }
            Err(error) => Err(failed(error)),
        }
    }

    /// Reads the key from the file, or makes one when there is no file: readable by its owner only (0600), and durable before this
    /// returns. Of two processes that try at once one makes it and both read the same.
    ///
    /// # Errors
    /// As [`MasterKey::from_file`], or the file cannot be written.
    pub fn create_or_read(path: impl AsRef<Path>) -> Result<Self, MasterKeyError> {
        let path = path.as_ref();
        match fs::symlink_metadata(path) {
            Ok(_) => return Self::from_file(path),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(MasterKeyError::File { path: path.to_owned(), source }),
        }
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(key.as_mut_slice())?;
        let mut text = Zeroizing::new(hex::encode(*key));
        text.push('\n');
        create(path, text.as_bytes()).map_err(|source| MasterKeyError::File { path: path.to_owned(), source })?;
        Self::from_file(path)
    }

    /// Reads the key from an environment variable: 64 hexadecimal digits.
    ///
    /// # Errors
    /// [`MasterKeyError`] when the variable is not set or holds something else.
    pub fn from_env(name: &str) -> Result<Self, MasterKeyError> {
        let text = std::env::var(name).map_err(|_| MasterKeyError::NotSet { name: name.to_owned() })?;
        Self::from_text(&Zeroizing::new(text), || format!("the environment variable {name}"))
    }

    #[cfg(test)]
    pub(crate) fn of(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn from_text(text: &str, place: impl FnOnce() -> String) -> Result<Self, MasterKeyError> {
        let mut key = Self([0; 32]);
        hex::decode_to_slice(text.trim_ascii(), &mut key.0)
            .map_err(|_| MasterKeyError::Malformed { place: place() })?;
        Ok(key)
    }

    /// A secret that follows from the master key and a label (HMAC-SHA-256): always the same for the same two. For secrets that
    /// must survive a restart and are written nowhere, such as the pepper of tokens.
    ///
    /// The result is as secret as its use; wrap it in `Zeroizing` where it lives long.
    pub fn derive(&self, label: &str) -> [u8; 32] {
        self.mac(b"dossier/1/derive", label.as_bytes())
    }

    /// A key of the same kind that follows from this one and a label.
    pub(crate) fn derived(&self, label: &str) -> Self {
        Self(self.mac(b"dossier/1/derived-key", label.as_bytes()))
    }

    /// 16 hexadecimal digits that tell one master key from another and disclose nothing of it.
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.mac(b"dossier/1/fingerprint", b"")[..8])
    }

    /// The key that wraps the keys of a vault.
    pub(crate) fn wrapping_key(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.mac(b"dossier/1/wrap", b""))
    }

    /// The key that marks what a vault has seen.
    pub(crate) fn for_marks(&self) -> Self {
        Self(self.mac(b"dossier/1/marks", b""))
    }

    /// A mark under this key: the label's length comes first, so that no two labels meet.
    pub(crate) fn mark(&self, label: &str, bytes: &[u8]) -> [u8; 32] {
        let mut text = (label.len() as u64).to_be_bytes().to_vec();
        text.extend_from_slice(label.as_bytes());
        text.extend_from_slice(bytes);
        self.mac(b"dossier/1/mark", &text)
    }

    /// HMAC-SHA-256 over a label of the use, a zero byte, and the text. No label holds a zero byte, so no two uses meet.
    fn mac(&self, usage: &[u8], text: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.update(usage);
        mac.update(&[0]);
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.fingerprint())
    }
}

/// Puts a complete, durable file at `path`, or leaves the one that is there.
///
/// Written under another name first and linked, so that no reader ever sees half a key and no second process replaces the first one's.
fn create(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut salt = [0; 8];
    getrandom::fill(&mut salt).map_err(|error| io::Error::other(error.to_string()))?;
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
    name.push(format!(".{}.new", hex::encode(salt)));
    let draft = path.with_file_name(name);
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = file.write_all(text).and_then(|()| file.sync_all()).and_then(|()| fs::hard_link(&draft, path));
    // The draft goes whether or not the link came about: it would be a second copy of the key.
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests;
