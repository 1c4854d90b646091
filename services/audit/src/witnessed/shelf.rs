//! The checkpoints that carry cosignatures of others, a few of each epoch of each log: receipts are made with them.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, RwLock},
};

use dossier_proof::{CosignerKey, SignedCheckpoint, note::NoteSignature};
use dossier_proto::{Origin, Place};
use serde::{Deserialize, Serialize};

use super::{Rate, Witnesses};
use crate::seen::replace;

/// Checkpoints kept of one epoch of a log: witnesses look at different moments, and each one's newest is wanted.
const NOTES_MAX: usize = 32;
/// The longest file: notes of some 300 bytes and 16 cosignatures of at most 400, with room.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

type Log = (Origin, u32);

/// What witnesses have cosigned.
pub struct Witnessed {
    /// Whose cosignatures count.
    witnesses: Witnesses,
    /// Where it is kept; nowhere when there are no witnesses.
    directory: Option<PathBuf>,
    logs: RwLock<BTreeMap<Log, Vec<SignedCheckpoint>>>,
    /// Whoever writes holds it: what is kept is read, added to and written by one at a time.
    writing: Mutex<()>,
    rate: Rate,
}

/// The form on disk.
#[derive(Serialize, Deserialize)]
struct OnDisk {
    notes: Vec<String>,
}

/// Why what witnesses have cosigned cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum WitnessedError {
    /// The disk refuses.
    #[error("{}: {source}", path.display())]
    Disk {
        /// Which file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is not what was written there.
    #[error("{} does not hold cosigned checkpoints ({reason}); move it away: witnesses bring their cosignatures again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl Witnessed {
    /// Nobody watches: nothing is taken and nothing kept.
    pub fn nobody() -> Self {
        Self::with(Witnesses::default(), None, BTreeMap::new())
    }

    fn with(witnesses: Witnesses, directory: Option<PathBuf>, logs: BTreeMap<Log, Vec<SignedCheckpoint>>) -> Self {
        let (logs, writing, rate) = (RwLock::new(logs), Mutex::new(()), Rate::default());
        Self { witnesses, directory, logs, writing, rate }
    }

    /// Opens the directory, or makes it. Cosignatures of those who are no witnesses any more are left out.
    ///
    /// # Errors
    /// [`WitnessedError`].
    pub fn open(directory: &Path, witnesses: Witnesses) -> Result<Self, WitnessedError> {
        fs::create_dir_all(directory).map_err(disk(directory))?;
        let mut logs = BTreeMap::new();
        for entry in fs::read_dir(directory).map_err(disk(directory))? {
            let path = entry.map_err(disk(directory))?.path();
            let Some(log) = path.file_name().and_then(|name| log_of(name.to_str()?)) else { continue };
            let notes = read(&path)?.into_iter().filter(|note| count(&witnesses, note) > 0);
            logs.insert(log, notes.collect());
        }
        Ok(Self::with(witnesses, Some(directory.to_owned()), logs))
    }

    /// Whose cosignatures count.
    pub const fn witnesses(&self) -> &Witnesses {
        &self.witnesses
    }

    /// Whether one more stranger is listened to now.
    pub(crate) fn listens(&self) -> bool {
        self.rate.admits()
    }

    /// Where evidence of forks is kept.
    pub(super) fn directory(&self) -> Option<&Path> {
        self.directory.as_deref()
    }

    fn of(&self, log: Log) -> Vec<SignedCheckpoint> {
        self.logs.read().unwrap_or_else(PoisonError::into_inner).get(&log).cloned().unwrap_or_default()
    }

    /// A checkpoint with the cosignatures that others have made of exactly this one.
    pub fn with_cosignatures(&self, origin: Origin, epoch: u32, mut signed: SignedCheckpoint) -> SignedCheckpoint {
        let same = |note: &SignedCheckpoint| note.unverified() == signed.unverified();
        if let Some(note) = self.of((origin, epoch)).iter().find(|note| same(note)) {
            for signature in cosignatures(&self.witnesses, note) {
                // A note that is full is shown without.
                let _ = signed.put(signature.clone());
            }
        }
        signed
    }

    /// The checkpoint that holds an event and that most witnesses have cosigned; of several, the largest.
    pub fn best(&self, place: Place) -> Option<SignedCheckpoint> {
        let notes = self.of((place.origin, place.epoch)).into_iter();
        let holding = notes.filter(|note| note.unverified().size > place.sequence);
        holding.max_by_key(|note| (count(&self.witnesses, note), note.unverified().size))
    }

    /// Keeps the cosignatures of a checkpoint that was compared, beside those that it has already; durable when this returns. Answers whether
    /// any was new. Blocks on the disk.
    ///
    /// # Errors
    /// [`WitnessedError`]; what was kept before stays.
    pub(super) fn keep(&self, origin: Origin, epoch: u32, compared: SignedCheckpoint) -> Result<bool, WitnessedError> {
        let Some(directory) = &self.directory else { return Ok(false) };
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.of((origin, epoch));
        let after = self.added(before.clone(), compared);
        if after == before {
            return Ok(false);
        }
        let on_disk = OnDisk { notes: after.iter().map(|note| note.text().to_owned()).collect() };
        let text = serde_json::to_vec(&on_disk).expect("texts always serialise");
        let path = directory.join(format!("{origin}-{epoch}.json"));
        replace(directory, &path, &text).map_err(disk(&path))?;
        self.logs.write().unwrap_or_else(PoisonError::into_inner).insert((origin, epoch), after);
        Ok(true)
    }

    /// The notes with one more, or with its signatures added to the same one; the smallest goes where there are too many.
    fn added(&self, mut notes: Vec<SignedCheckpoint>, new: SignedCheckpoint) -> Vec<SignedCheckpoint> {
        match notes.iter_mut().find(|note| note.unverified() == new.unverified()) {
            Some(same) => {
                for signature in cosignatures(&self.witnesses, &new) {
                    // A newer cosignature of the same tree says nothing more: the first one stands, and nothing is written.
                    let has = same
                        .note()
                        .signatures()
                        .iter()
                        .any(|one| (one.name(), one.id()) == (signature.name(), signature.id()));
                    if !has {
                        let _ = same.put(signature.clone());
                    }
                }
            }
            None => notes.push(new),
        }
        notes.sort_by_key(|note| note.unverified().size);
        let too_many = notes.len().saturating_sub(NOTES_MAX);
        notes.drain(..too_many);
        notes
    }
}

/// The signatures of witnesses on a note.
fn cosignatures<'a>(
    witnesses: &'a Witnesses,
    note: &'a SignedCheckpoint,
) -> impl Iterator<Item = &'a NoteSignature> + 'a {
    note.note().signatures().iter().filter(|signature| witnesses.keys().any(|key| is_of(key, signature)))
}

pub(super) fn is_of(key: &CosignerKey, signature: &NoteSignature) -> bool {
    (key.name(), key.id()) == (signature.name(), signature.id())
}

/// How many witnesses have cosigned it.
fn count(witnesses: &Witnesses, note: &SignedCheckpoint) -> usize {
    witnesses.keys().filter(|key| note.cosigned_at(key).is_ok()).count()
}

fn read(path: &Path) -> Result<Vec<SignedCheckpoint>, WitnessedError> {
    let damaged = |reason: String| WitnessedError::Damaged { path: path.to_owned(), reason };
    let length = fs::metadata(path).map_err(disk(path))?.len();
    if length > FILE_BYTES_MAX {
        return Err(damaged(format!("it has {length} bytes")));
    }
    let bytes = fs::read(path).map_err(disk(path))?;
    let on_disk: OnDisk = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let notes = on_disk.notes.iter().map(|note| SignedCheckpoint::parse(note));
    notes.collect::<Result<_, _>>().map_err(|error| damaged(error.to_string()))
}

/// The log that a file is of: `<origin>-<epoch>.json`.
fn log_of(name: &str) -> Option<Log> {
    let (origin, epoch) = name.strip_suffix(".json")?.rsplit_once('-')?;
    Some((origin.parse().ok()?, epoch.parse().ok()?))
}

fn disk(path: &Path) -> impl Fn(io::Error) -> WitnessedError {
    let path = path.to_owned();
    move |source| WitnessedError::Disk { path: path.clone(), source }
}
