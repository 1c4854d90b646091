//! The newest checkpoint of each origin that was seen, kept as it was signed: what the origin cannot take back.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, RwLock},
};

use dossier_journal::MirrorHead;
use dossier_proof::{Hash, SignedCheckpoint};
use dossier_proto::{Micros, Origin, Place};
use serde::{Deserialize, Serialize};

use crate::domain::{Finding, FindingKind};

/// A checkpoint file may have so many bytes: a signed note has at most 64 KiB, and ours have about 300 bytes.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// The newest checkpoints, on disk and in memory.
pub struct Seen {
    directory: PathBuf,
    kept: RwLock<BTreeMap<Origin, SeenCheckpoint>>,
    /// The last one of each epoch that has ended: what stands there is proved by it for ever.
    ended: RwLock<BTreeMap<(Origin, u32), SeenCheckpoint>>,
    /// Whoever writes holds it: two writers must not share the temporary file.
    writing: Mutex<()>,
}

/// A checkpoint whose signature was checked, and when it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenCheckpoint {
    /// When.
    pub at: Micros,
    /// The epoch it is of.
    pub epoch: u32,
    /// The signed note, verbatim.
    pub signed: SignedCheckpoint,
}

/// The form on disk.
#[derive(Serialize, Deserialize)]
struct Kept {
    seen_at: Micros,
    note: String,
}

/// Why the kept checkpoints cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SeenError {
    /// The disk refuses.
    #[error("{}: {source}", path.display())]
    Disk {
        /// Which file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// A file is not what was written there.
    #[error("{} does not hold a checkpoint ({reason}); restore that file from a backup", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

impl SeenCheckpoint {
    /// A checkpoint of the log `log`; `None` when its origin line is of another one.
    pub fn of(signed: SignedCheckpoint, log: &str, at: Micros) -> Option<Self> {
        let epoch = signed.unverified().origin.strip_prefix(log)?.strip_prefix('/')?.parse().ok()?;
        Some(Self { at, epoch, signed })
    }

    /// How many events it speaks of.
    pub fn size(&self) -> u64 {
        self.signed.unverified().size
    }

    /// Their root.
    pub fn root(&self) -> Hash {
        self.signed.unverified().root
    }
}

/// What a new checkpoint is to what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// It says more than the one that is kept.
    Newer,
    /// It says the same.
    Same,
    /// It contradicts what is known.
    Against(Finding),
}

/// Judges a checkpoint whose signature holds. `copied` is the root our copy has at the checkpoint's size. Pure.
pub fn judge(origin: Origin, kept: Option<&SeenCheckpoint>, new: &SeenCheckpoint, copied: Hash) -> Judgement {
    let at = Place { origin, epoch: new.epoch, sequence: new.size() };
    let against = |kind, expected: &[u8], found: &[u8]| {
        Judgement::Against(Finding { expected: expected.to_vec(), found: found.to_vec(), ..Finding::of(kind, at) })
    };
    if copied != new.root() {
        return against(FindingKind::RootDiffers, copied.as_bytes(), new.root().as_bytes());
    }
    let Some(kept) = kept else { return Judgement::Newer };
    let (known, shown) = ((kept.epoch, kept.size()), (new.epoch, new.size()));
    match shown.cmp(&known) {
        std::cmp::Ordering::Greater => Judgement::Newer,
        std::cmp::Ordering::Equal if kept.root() == new.root() => Judgement::Same,
        std::cmp::Ordering::Equal => against(FindingKind::RootDiffers, kept.root().as_bytes(), new.root().as_bytes()),
        std::cmp::Ordering::Less => {
            against(FindingKind::Shorter, &kept.size().to_be_bytes(), &new.size().to_be_bytes())
        }
    }
}

impl Seen {
    /// Opens the directory, or makes it, and reads what is kept.
    ///
    /// # Errors
    /// [`SeenError`].
    pub fn open(directory: &Path) -> Result<Self, SeenError> {
        fs::create_dir_all(directory).map_err(disk(directory))?;
        let mut kept = BTreeMap::new();
        for origin in Origin::ALL {
            let path = file(directory, origin);
            match fs::metadata(&path) {
                Ok(found) if found.len() <= FILE_BYTES_MAX => {
                    kept.insert(origin, read(&path)?);
                }
                Ok(found) => {
                    return Err(SeenError::Damaged { path, reason: format!("it has {} bytes", found.len()) });
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(disk(&path)(error)),
            }
        }
        let ended = RwLock::new(read_ended(directory, &kept)?);
        Ok(Self { directory: directory.to_owned(), kept: RwLock::new(kept), ended, writing: Mutex::new(()) })
    }

    /// The newest checkpoint of an origin.
    pub fn newest(&self, origin: Origin) -> Option<SeenCheckpoint> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).get(&origin).cloned()
    }

    /// The newest checkpoint of an epoch of an origin, which may have ended.
    pub fn of_epoch(&self, origin: Origin, epoch: u32) -> Option<SeenCheckpoint> {
        let newest = self.newest(origin).filter(|newest| newest.epoch == epoch);
        newest.or_else(|| self.ended.read().unwrap_or_else(PoisonError::into_inner).get(&(origin, epoch)).cloned())
    }

    /// What it says, as journals compare it.
    pub fn head(&self, origin: Origin) -> Option<MirrorHead> {
        let newest = self.newest(origin)?;
        Some(MirrorHead { epoch: newest.epoch, size: newest.size(), root: newest.root() })
    }

    fn write(&self, path: &Path, seen: &SeenCheckpoint) -> Result<(), SeenError> {
        let kept = Kept { seen_at: seen.at, note: seen.signed.text().to_owned() };
        let text = serde_json::to_vec(&kept).expect("a number and a text always serialise");
        replace(&self.directory, path, &text).map_err(disk(path))
    }

    /// Signs everything that is kept of an origin again, where `sign` gives something; durable when this returns. Blocks on the disk.
    ///
    /// # Errors
    /// [`SeenError`]; what was not written stays as it was.
    pub fn sign_anew(
        &self,
        origin: Origin,
        sign: impl Fn(&SignedCheckpoint) -> Option<SignedCheckpoint>,
    ) -> Result<(), SeenError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let anew = |seen: &SeenCheckpoint| Some(SeenCheckpoint { signed: sign(&seen.signed)?, ..seen.clone() });
        if let Some(signed) = self.newest(origin).as_ref().and_then(anew) {
            self.write(&file(&self.directory, origin), &signed)?;
            self.kept.write().unwrap_or_else(PoisonError::into_inner).insert(origin, signed);
        }
        let ended = self.ended.read().unwrap_or_else(PoisonError::into_inner).clone();
        for ((of, epoch), seen) in ended.into_iter().filter(|((of, _), _)| *of == origin) {
            let Some(signed) = anew(&seen) else { continue };
            self.write(&ended_file(&self.directory, of, epoch), &signed)?;
            self.ended.write().unwrap_or_else(PoisonError::into_inner).insert((of, epoch), signed);
        }
        Ok(())
    }

    /// Keeps a checkpoint; durable when this returns. Blocks on the disk.
    ///
    /// # Errors
    /// [`SeenError`]; the former one stays.
    pub fn keep(&self, origin: Origin, seen: SeenCheckpoint) -> Result<(), SeenError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = self.newest(origin).filter(|last| last.epoch < seen.epoch) {
            self.write(&ended_file(&self.directory, origin, last.epoch), &last)?;
            self.ended.write().unwrap_or_else(PoisonError::into_inner).insert((origin, last.epoch), last);
        }
        self.write(&file(&self.directory, origin), &seen)?;
        self.kept.write().unwrap_or_else(PoisonError::into_inner).insert(origin, seen);
        Ok(())
    }
}

/// Epochs are few: one more after each loss. Those of which nothing was seen have no file.
fn read_ended(
    directory: &Path,
    kept: &BTreeMap<Origin, SeenCheckpoint>,
) -> Result<BTreeMap<(Origin, u32), SeenCheckpoint>, SeenError> {
    let mut ended = BTreeMap::new();
    for (path, name) in names(directory)? {
        let Some((origin, epoch)) = name.strip_suffix(".json").and_then(|name| name.rsplit_once('-')) else { continue };
        let (Ok(origin), Ok(epoch)) = (origin.parse::<Origin>(), epoch.parse::<u32>()) else { continue };
        if kept.get(&origin).is_some_and(|newest| epoch < newest.epoch) {
            ended.insert((origin, epoch), read(&path)?);
        }
    }
    Ok(ended)
}

/// The files in a directory with their names. Numbers of epochs are left out after a loss, so none is guessed.
fn names(directory: &Path) -> Result<Vec<(PathBuf, String)>, SeenError> {
    let mut names = Vec::new();
    for item in fs::read_dir(directory).map_err(disk(directory))? {
        let item = item.map_err(disk(directory))?;
        names.extend(item.file_name().into_string().ok().map(|name| (item.path(), name)));
    }
    Ok(names)
}

fn ended_file(directory: &Path, origin: Origin, epoch: u32) -> PathBuf {
    directory.join(format!("{origin}-{epoch}.json"))
}

fn file(directory: &Path, origin: Origin) -> PathBuf {
    directory.join(format!("{origin}.json"))
}

fn disk(path: &Path) -> impl Fn(io::Error) -> SeenError {
    let path = path.to_owned();
    move |source| SeenError::Disk { path: path.clone(), source }
}

fn read(path: &Path) -> Result<SeenCheckpoint, SeenError> {
    let bytes = fs::read(path).map_err(disk(path))?;
    let damaged = |reason: String| SeenError::Damaged { path: path.to_owned(), reason };
    let kept: Kept = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    let signed = SignedCheckpoint::parse(&kept.note).map_err(|error| damaged(error.to_string()))?;
    let origin = &signed.unverified().origin;
    let log = origin.rsplit_once('/').map(|(log, _)| log.to_owned()).unwrap_or_default();
    SeenCheckpoint::of(signed, &log, kept.seen_at).ok_or_else(|| damaged("it names no epoch".to_owned()))
}

/// Puts a file in the place of another: whoever reads it sees the one or the other as a whole, after a loss of power too.
pub(crate) fn replace(directory: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let unfinished = path.with_extension("unfinished");
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, path)?;
    File::open(directory)?.sync_all()
}
