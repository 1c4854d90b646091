//! What somebody has typed on the page of a review and not sent yet: comments held until the review is finished, a half-written
//! decision, which fields were viewed, which contents were looked at.
//!
//! It is no history and in no journal. Each form is one file under `scratch/`, sealed under a key of its own, which is destroyed with it;
//! all of it may go. It is bound to one entry and one person, and goes when either is forgotten.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use dossier_proto::{Digest, EntryId, KeyId, SubjectId, v1};
use dossier_vault::{Binding, Kind, Purpose, Sealed, UnsealError, Vault};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// 64 comments and 64 requested changes of 4 KiB are 512 KiB, which nobody writes on one page; half of it fits, and a text that is sealed may
/// have 448 KiB.
pub(crate) const HELD_BYTES_MAX: usize = 256 * 1024;
/// Contents somebody has looked at: the last two are compared, a few more do no harm.
const SEEN_MAX: usize = 8;
/// Locks that people share by the last byte of their id, so that one person's slow disk write holds up few others. Moderators are some dozens.
const LOCKS: usize = 64;
/// How the name of a file ends that is not whole yet.
const UNFINISHED: &str = ".new";
/// Nothing else is hashed with this before it.
const CONTEXT: &[u8] = b"dossier held form 1\0";

/// What is held for one person at one review.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Held {
    /// The fields of the form, by name.
    pub(crate) fields: Vec<(String, String)>,
    /// The contents that were looked at, the last one last.
    pub(crate) seen: Vec<Digest>,
}

impl Held {
    /// Notes a look; answers whether that is news.
    pub(crate) fn look_at(&mut self, digest: Digest) -> bool {
        if self.seen.last() == Some(&digest) {
            return false;
        }
        self.seen.retain(|one| *one != digest);
        self.seen.push(digest);
        let over = self.seen.len().saturating_sub(SEEN_MAX);
        self.seen.drain(..over);
        true
    }
}

/// Why it was not kept, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HeldError {
    /// The disk.
    #[error("what was typed could not be kept: {0}")]
    Disk(#[from] io::Error),
    /// The vault.
    #[error("what was typed could not be sealed: {0}")]
    Vault(String),
    /// More than fits.
    #[error("what was typed has {0} bytes; at most {HELD_BYTES_MAX} are kept")]
    TooLong(usize),
}

/// Where it is kept.
pub(crate) struct HeldForms {
    directory: PathBuf,
    vault: Vault,
    /// Reading, changing and writing belong together: of one person one at a time.
    at_work: [Mutex<()>; LOCKS],
}

impl HeldForms {
    /// Below this directory, which is made when first used.
    pub(crate) const fn new(directory: PathBuf, vault: Vault) -> Self {
        Self { directory, vault, at_work: [const { Mutex::new(()) }; LOCKS] }
    }

    fn alone(&self, subject: SubjectId) -> MutexGuard<'_, ()> {
        let last = subject.as_bytes().last().copied().unwrap_or_default();
        self.at_work[usize::from(last) % LOCKS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Removes what a crash left half-written, each with its key unless a whole form has the same. For the start, before anybody is served.
    ///
    /// # Errors
    /// [`HeldError`]: the disk or the vault.
    pub(crate) fn tidy(&self) -> Result<(), HeldError> {
        for path in self.files()? {
            let Some(whole) = path.to_str().and_then(|path| path.strip_suffix(UNFINISHED)) else { continue };
            if named(&path).is_some() {
                self.drop_unfinished(Path::new(whole))?;
            }
        }
        Ok(())
    }

    /// What is held; nothing where nothing is, or where it cannot be read any more.
    pub(crate) fn read(&self, entry: EntryId, subject: SubjectId) -> Result<Held, HeldError> {
        let _alone = self.alone(subject);
        Ok(self.opened(entry, subject)?.map(|(held, _)| held).unwrap_or_default())
    }

    /// Changes what is held; what is empty then is forgotten, with its key.
    pub(crate) fn change(
        &self,
        entry: EntryId,
        subject: SubjectId,
        change: impl FnOnce(&mut Held),
    ) -> Result<(), HeldError> {
        let _alone = self.alone(subject);
        let (before, key) = match self.opened(entry, subject)? {
            Some((held, key)) => (held, Some(key)),
            None => (Held::default(), None),
        };
        let mut held = before.clone();
        change(&mut held);
        if held == before {
            return Ok(());
        }
        if held == Held::default() {
            return self.remove(&self.file(entry, subject));
        }
        let text = serde_json::to_vec(&held).map_err(|error| HeldError::Vault(error.to_string()))?;
        if text.len() > HELD_BYTES_MAX {
            return Err(HeldError::TooLong(text.len()));
        }
        let vault = |error: &dyn std::fmt::Display| HeldError::Vault(error.to_string());
        let key = match key {
            Some(key) => key,
            None => self.vault.fresh(Kind::Review).map_err(|error| vault(&error))?,
        };
        let sealed = self.vault.seal(key, &binding(entry, subject), &text).map_err(|error| vault(&error))?;
        let path = self.file(entry, subject);
        // What broke off before would leave its key behind when it is written over.
        self.drop_unfinished(&path)?;
        self.write(&path, &v1::Sealed::from(sealed).encode_to_vec()).inspect_err(|_| {
            if let Err(error) = self.drop_unfinished(&path) {
                tracing::warn!(%error, "a form that could not be kept stays half-written until the next start");
            }
        })
    }

    /// Forgets what a person typed.
    pub(crate) fn forget(&self, subject: SubjectId) -> Result<(), HeldError> {
        self.remove_where(|_, one| one == subject)
    }

    /// Forgets what was typed about entries.
    pub(crate) fn forget_about(&self, is_meant: impl Fn(EntryId) -> bool) -> Result<(), HeldError> {
        self.remove_where(|entry, _| is_meant(entry))
    }

    fn remove_where(&self, is_meant: impl Fn(EntryId, SubjectId) -> bool) -> Result<(), HeldError> {
        for path in self.files()? {
            let Some((entry, subject)) = named(&path).filter(|(entry, subject)| is_meant(*entry, *subject)) else {
                continue;
            };
            let _alone = self.alone(subject);
            self.remove(&self.file(entry, subject))?;
        }
        Ok(())
    }

    fn files(&self) -> Result<Vec<PathBuf>, HeldError> {
        let files = match fs::read_dir(&self.directory) {
            Ok(files) => files,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        files.map(|file| Ok(file?.path())).collect()
    }

    fn file(&self, entry: EntryId, subject: SubjectId) -> PathBuf {
        self.directory.join(format!("held-{entry}-{subject}"))
    }

    fn opened(&self, entry: EntryId, subject: SubjectId) -> Result<Option<(Held, KeyId)>, HeldError> {
        let Some(sealed) = sealed_in(&self.file(entry, subject))? else { return Ok(None) };
        let Ok(key) = KeyId::try_from(sealed.key_id.as_slice()) else { return Ok(None) };
        let Ok(sealed) = Sealed::try_from(sealed) else { return Ok(None) };
        match self.vault.unseal(&sealed, &binding(entry, subject)) {
            Ok(text) => Ok(serde_json::from_slice(&text).ok().map(|held| (held, key))),
            Err(UnsealError::Vault(error)) => Err(HeldError::Vault(error.to_string())),
            // Its key is gone, or it is damaged: it may go, and does when something new is held.
            Err(_) => Ok(None),
        }
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), HeldError> {
        fs::create_dir_all(&self.directory)?;
        let unfinished = unfinished(path);
        let mut file = fs::File::create(&unfinished)?;
        io::Write::write_all(&mut file, bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        fs::File::open(&self.directory)?.sync_all()?;
        Ok(())
    }

    /// Removes a form, whole and half-written, and destroys its keys.
    fn remove(&self, path: &Path) -> Result<(), HeldError> {
        self.drop_unfinished(path)?;
        self.erase(key_in(path)?)?;
        gone(path)
    }

    /// Removes what is half-written beside a form, with its key unless the form has the same.
    fn drop_unfinished(&self, path: &Path) -> Result<(), HeldError> {
        let unfinished = unfinished(path);
        let (key, kept) = (key_in(&unfinished)?, key_in(path)?);
        self.erase(key.filter(|_| key != kept))?;
        gone(&unfinished)
    }

    fn erase(&self, key: Option<KeyId>) -> Result<(), HeldError> {
        let Some(key) = key else { return Ok(()) };
        self.vault.erase(key).map(drop).map_err(|error| HeldError::Vault(error.to_string()))
    }
}

/// Where a form is written before it is whole.
fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}

fn gone(path: &Path) -> Result<(), HeldError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn key_in(path: &Path) -> Result<Option<KeyId>, HeldError> {
    Ok(sealed_in(path)?.and_then(|sealed| KeyId::try_from(sealed.key_id.as_slice()).ok()))
}

/// Somebody else's form does not open under this, nor that of another entry.
fn binding(entry: EntryId, subject: SubjectId) -> Binding {
    let digest = Sha256::new().chain_update(CONTEXT).chain_update(subject.as_bytes()).finalize();
    Binding::entry(entry, Purpose::Note).with(Digest(digest.into()))
}

fn sealed_in(path: &Path) -> Result<Option<v1::Sealed>, HeldError> {
    match fs::read(path) {
        Ok(bytes) => Ok(v1::Sealed::decode(bytes.as_slice()).ok()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The entry and the person that a file is named after, whole or half-written.
fn named(path: &Path) -> Option<(EntryId, SubjectId)> {
    let name = path.file_name()?.to_str()?;
    let (entry, subject) = name.strip_suffix(UNFINISHED).unwrap_or(name).strip_prefix("held-")?.split_once('-')?;
    Some((entry.parse().ok()?, subject.parse().ok()?))
}

#[cfg(test)]
mod tests;
