//! What a witness keeps on disk.
//!
//! ```text
//! DATA/witness.key        its secret, for its owner alone      DATA/witness.vkey      what others verify with
//! DATA/checkpoints/*.txt  of each log the largest checkpoint that it has cosigned: `dossier verify --against` reads it
//! DATA/keys/*.json        the keys that a log took after the one that was given, each with its proof
//! DATA/evidence/*         fork-…: two signed histories, proven (`dossier verify FILE --keys KEYS`); less-…: what a log showed that says less than
//!                         it said before; unproven-…: what it signed and did not show to continue that; *.note: the signed checkpoints of each;
//!                         turn-…: that a log gave a key up before it signed with it what is kept in checkpoints/
//! ```
//!
//! A backup of it must never be put back beside its key: the witness would cosign once more what it has forgotten. Make a new one instead.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, Write as _},
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use dossier_proof::{CosignerKey, LogProof, SignedCheckpoint, note::MAX_NOTE_BYTES};
use dossier_witness::{FORK_BYTES_MAX, Fork, Kept, file_name};

use super::identity::KEY;
use crate::Failure;

/// How the name of a signed checkpoint ends that lies beside what it proves.
const NOTE: &str = ".note";
/// Files in the directory of evidence: one proves a fork; more help to see since when.
const EVIDENCE_MAX: usize = 1024;

/// The directory of a witness, open in one process.
pub struct Shelf {
    directory: PathBuf,
    /// Held as long as the process lives.
    _lock: File,
}

impl Shelf {
    /// Opens a directory, or makes it.
    ///
    /// # Errors
    /// [`Failure`]: the disk, another process has it open, or what was cosigned is gone while the key is there.
    pub fn open(directory: &Path) -> Result<Self, Failure> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error: io::Error| Failure::disk(&path, &error)
        };
        let make = |path: &Path| fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(failed(path));
        make(directory)?;
        let lock = directory.join("lock");
        let held = File::create(&lock).map_err(failed(&lock))?;
        held.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => Failure::busy(format!(
                "{} is open in another process: two would cosign two histories",
                directory.display()
            )),
            fs::TryLockError::Error(error) => Failure::disk(&lock, &error),
        })?;
        let checkpoints = directory.join("checkpoints");
        if directory.join(KEY).exists() && !checkpoints.is_dir() {
            return Err(Failure::damaged(format!(
                "{} is there and {} is gone: this witness has forgotten what it cosigned, and would cosign another history. Put both back as they \
                 were last, or retire this key and make a new witness in another directory",
                directory.join(KEY).display(),
                checkpoints.display()
            )));
        }
        make(&checkpoints)?;
        make(&directory.join("evidence"))?;
        make(&directory.join("keys"))?;
        sync_directory(directory).map_err(failed(directory))?;
        Ok(Self { directory: directory.to_owned(), _lock: held })
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where the keys lie that were learnt.
    pub fn learnt_keys(&self) -> PathBuf {
        self.directory.join("keys")
    }

    /// Everything that was cosigned, by origin line.
    ///
    /// # Errors
    /// [`Failure`]: a file is not what was written there. Nothing is cosigned on doubt.
    pub fn kept(&self, key: &CosignerKey) -> Result<BTreeMap<String, Kept>, Failure> {
        let folder = self.directory.join("checkpoints");
        let mut found = BTreeMap::new();
        for path in files(&folder)? {
            if path.extension().is_some_and(|end| end == "unfinished") {
                continue;
            }
            let damaged = |what: String| {
                Failure::damaged(format!(
                    "{}: {what}. Nothing is cosigned on doubt: put it back as it was last, or retire this key and make a new witness",
                    path.display()
                ))
            };
            let bytes = fs::read(&path).map_err(|error| Failure::disk(&path, &error))?;
            if bytes.len() > MAX_NOTE_BYTES {
                return Err(damaged("it is too long for a checkpoint".to_owned()));
            }
            let kept = Kept::parse(&bytes, key).map_err(|error| damaged(error.to_string()))?;
            if path.file_name().and_then(|name| name.to_str()) != Some(&file_name(kept.origin())) {
                return Err(damaged(format!("it is of {}, which has another file", kept.origin())));
            }
            found.insert(kept.origin().to_owned(), kept);
        }
        Ok(found)
    }

    /// Keeps what was cosigned in place of what was there; durable when this returns.
    ///
    /// # Errors
    /// The disk: then nobody may be given the cosignature.
    pub fn keep(&self, kept: &Kept) -> io::Result<()> {
        let name = file_name(kept.origin());
        replace(&self.directory.join("checkpoints"), &name, kept.signed().text().as_bytes())
    }

    /// Evidence of forks that is kept.
    ///
    /// # Errors
    /// [`Failure`]: the disk, or a file is none.
    pub fn forks(&self) -> Result<Vec<(PathBuf, Fork)>, Failure> {
        let folder = self.directory.join("evidence");
        let is_fork = |path: &PathBuf| {
            path.file_name()
                .and_then(|name| name.to_str())
                .is_some_and(|name| name.starts_with("fork-") && name.ends_with(".txt"))
        };
        let mut found = Vec::new();
        for path in files(&folder)?.into_iter().filter(is_fork) {
            let bytes = fs::read(&path).map_err(|error| Failure::disk(&path, &error))?;
            let fork = if bytes.len() <= FORK_BYTES_MAX { Fork::parse(&bytes).ok() } else { None };
            let fork = fork
                .ok_or_else(|| Failure::damaged(format!("{} is no evidence any more; move it away", path.display())))?;
            found.push((path, fork));
        }
        Ok(found)
    }

    /// Keeps evidence of a fork, and says where: the proof, and beside it the two signed checkpoints as notes that any program reads
    /// ([C2SP signed-note](https://c2sp.org/signed-note)).
    ///
    /// # Errors
    /// The disk.
    pub fn accuse(&self, origin: &str, fork: &Fork) -> io::Result<PathBuf> {
        let apart = dossier_proof::entry_hash(fork.to_text().as_bytes()).to_bytes();
        let name = format!("fork-{}-{}", hex::encode(&apart[..4]), file_name(origin));
        // The notes first: the proof stands where all of it is.
        self.evidence(&note_beside(&name, "first"), fork.first.note.as_bytes())?;
        self.evidence(&note_beside(&name, "second"), fork.second.note.as_bytes())?;
        self.evidence(&name, fork.to_text().as_bytes())
    }

    /// Keeps what a log showed that says less than before, and beside it what was cosigned before; and says where.
    ///
    /// # Errors
    /// The disk.
    pub fn less(&self, shown: &SignedCheckpoint, before: Option<&SignedCheckpoint>) -> io::Result<PathBuf> {
        let name = format!("less-{}", file_name(&shown.unverified().origin));
        if let Some(before) = before {
            self.evidence(&note_beside(&name, "before"), before.text().as_bytes())?;
        }
        self.evidence(&name, shown.text().as_bytes())
    }

    /// Keeps what a log signed and did not show to continue what was cosigned before, with that beside it; and says where.
    ///
    /// # Errors
    /// The disk.
    pub fn unproven(&self, shown: &SignedCheckpoint, before: &SignedCheckpoint) -> io::Result<PathBuf> {
        let name = format!("unproven-{}", file_name(&shown.unverified().origin));
        self.evidence(&note_beside(&name, "before"), before.text().as_bytes())?;
        self.evidence(&name, shown.text().as_bytes())
    }

    /// Keeps the proof that a log gave its key up before it signed something else with it, and says where.
    ///
    /// # Errors
    /// The disk.
    pub fn turn(&self, origin: &str, turn: &LogProof) -> io::Result<PathBuf> {
        self.evidence(&format!("turn-{}", file_name(origin)), turn.to_string().as_bytes())
    }

    /// The files of evidence.
    ///
    /// # Errors
    /// The disk.
    pub fn evidence_names(&self) -> io::Result<Vec<String>> {
        let names = fs::read_dir(self.directory.join("evidence"))?
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<_> = names.filter(|name| name.ends_with(".txt") || name.ends_with(NOTE)).collect();
        names.sort();
        Ok(names)
    }

    /// One of them; nothing when there is none of that name.
    ///
    /// # Errors
    /// The disk.
    pub fn evidence_named(&self, name: &str) -> io::Result<Option<String>> {
        // Only a name that is listed is opened, so no path leads elsewhere.
        if !self.evidence_names()?.iter().any(|there| there == name) {
            return Ok(None);
        }
        fs::read_to_string(self.directory.join("evidence").join(name)).map(Some)
    }

    fn evidence(&self, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
        let folder = self.directory.join("evidence");
        let path = folder.join(name);
        if !path.exists() && fs::read_dir(&folder)?.count() >= EVIDENCE_MAX {
            return Err(io::Error::other(format!(
                "there are {EVIDENCE_MAX} files of evidence already: somebody has to look"
            )));
        }
        replace(&folder, name, bytes)?;
        Ok(path)
    }
}

/// `fork-….txt` has `fork-….first.note` beside it.
fn note_beside(name: &str, which: &str) -> String {
    format!("{}.{which}{NOTE}", name.trim_end_matches(".txt"))
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::disk(folder, &error))?;
    let paths: Result<Vec<_>, _> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(|error| Failure::disk(folder, &error))?;
    paths.sort();
    Ok(paths)
}

/// Puts a file in the place of another: whoever reads it sees the one or the other as a whole, after a loss of power too.
fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = folder.join(format!("{name}.unfinished"));
    let mut file = File::create(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&unfinished, folder.join(name))?;
    sync_directory(folder)
}

pub(super) fn sync_directory(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
