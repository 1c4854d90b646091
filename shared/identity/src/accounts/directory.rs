//! The directory of accounts: one file each, replaced as a whole or not at all.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use dossier_proto::SubjectId;

use super::{AccountsError, record::Account};

/// The file that says somebody has the directory open. It is empty and stays.
const LOCK: &str = "lock";
/// The end of the name of an account's file; before it stands the subject id.
const ACCOUNT: &str = ".json";
/// The end of the name of a file that is being written.
const DRAFT: &str = ".new";
/// An account file, in bytes: 100 tokens of 500 bytes, a name, a password and two links are 54 KB.
const FILE_MAX: u64 = 256 * 1024;

/// The open directory. Holds the lock for as long as it lives.
pub(super) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    pub(super) fn open(path: &Path) -> Result<Self, AccountsError> {
        let at = |what| move |source| AccountsError::Disk { what, path: path.to_owned(), source };
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(at("making the directory"))?;
        let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path.join(LOCK));
        let lock = lock.map_err(at("opening the lock in"))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(AccountsError::InUse { directory: path.to_owned() }),
            Err(TryLockError::Error(source)) => return Err(at("locking")(source)),
        }
        // The directory may be new: without this a loss of power could take it with all that is in it.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_directory(parent).and_then(|()| sync_directory(path)).map_err(at("syncing"))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    /// Every account, by its subject id. Half-written files are removed: nobody was told of them.
    pub(super) fn load(&self) -> Result<Vec<Account>, AccountsError> {
        let at = |what, path: &Path| {
            let path = path.to_owned();
            move |source| AccountsError::Disk { what, path, source }
        };
        let mut accounts = Vec::new();
        for found in fs::read_dir(&self.path).map_err(at("reading the directory", &self.path))? {
            let path = found.map_err(at("reading the directory", &self.path))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.ends_with(DRAFT) {
                fs::remove_file(&path).map_err(at("removing the half-written file", &path))?;
            } else if let Some(subject) = name.strip_suffix(ACCOUNT) {
                let text = read_limited(&path).map_err(at("reading", &path))?;
                let damaged = |reason| AccountsError::Damaged { path: path.clone(), reason };
                let account = Account::from_text(&text).map_err(damaged)?;
                if account.subject.to_string() != subject {
                    return Err(damaged(format!("it is the account of {}", account.subject)));
                }
                accounts.push(account);
            }
        }
        accounts.sort_by_key(|account| account.subject);
        Ok(accounts)
    }

    /// Puts an account on disk: durable, and whole, when this returns.
    pub(super) fn write(&self, account: &Account) -> Result<(), AccountsError> {
        let path = self.path.join(format!("{}{ACCOUNT}", account.subject));
        let draft = self.path.join(format!("{}{DRAFT}", account.subject));
        self.replace(&path, &draft, &account.to_text()).map_err(|source| AccountsError::Disk {
            what: "writing the account file",
            path,
            source,
        })
    }

    /// Takes an account off the disk: durably gone when this returns.
    pub(super) fn remove(&self, subject: SubjectId) -> Result<(), AccountsError> {
        let path = self.path.join(format!("{subject}{ACCOUNT}"));
        let removed = fs::remove_file(&path).and_then(|()| sync_directory(&self.path));
        removed.map_err(|source| AccountsError::Disk { what: "removing the account file", path, source })
    }

    fn replace(&self, path: &Path, draft: &Path, text: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(draft)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(draft, path)?;
        sync_directory(&self.path)
    }
}

fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut text = Vec::new();
    File::open(path)?.take(FILE_MAX + 1).read_to_end(&mut text)?;
    if text.len() as u64 > FILE_MAX {
        return Err(io::Error::other(format!("it has more than {FILE_MAX} bytes, so it is no account")));
    }
    Ok(text)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}
