//! The list of a backup's files.
//!
//! ```text
//! dossier backup 1
//! installation dossier-1f0c3a9e
//! key 5e0f…                        the fingerprint of the backup key
//! file journals/audit/manifest.txt 412 9f3c…
//! end a7…                          SHA-256 of all lines before it
//! ```

use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Component, Path, PathBuf},
};

use sha2::{Digest as _, Sha256};

use crate::{Failure, restore::LOCK};

/// Its name.
pub(super) const CONTENTS: &str = "backup.txt";
const FIRST_LINE: &str = "dossier backup 1";
/// A line of 300 bytes for each of a million attached files.
const TEXT_BYTES_MAX: u64 = 300 * 1024 * 1024;

/// What a backup holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Contents {
    pub(crate) installation: String,
    pub(crate) key: String,
    pub(crate) files: Vec<Listed>,
}

/// A file of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: String,
}

impl Contents {
    /// Lists every file below a directory.
    pub(super) fn of(directory: &Path, installation: &str, key: &str) -> Result<Self, Failure> {
        let mut files = Vec::new();
        list(directory, "", &mut files)?;
        files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(Self { installation: installation.to_owned(), key: key.to_owned(), files })
    }

    pub(super) fn to_text(&self) -> String {
        let mut text = format!("{FIRST_LINE}\ninstallation {}\nkey {}\n", self.installation, self.key);
        for Listed { path, bytes, sha256 } in &self.files {
            text.push_str(&format!("file {path} {bytes} {sha256}\n"));
        }
        let end = hex::encode(Sha256::digest(text.as_bytes()));
        format!("{text}end {end}\n")
    }

    pub(super) fn read(directory: &Path) -> Result<Self, Failure> {
        let path = directory.join(CONTENTS);
        let damaged =
            || Failure::damaged(format!("{} is damaged: take another backup. Nothing was written", path.display()));
        let length = fs::metadata(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Failure::damaged(format!(
                "{} is no whole backup: it has no {CONTENTS}, which is written last. Name another backup; nothing was written",
                directory.display()
            )),
            _ => Failure::disk(&path, &error),
        })?;
        if length.len() > TEXT_BYTES_MAX {
            return Err(damaged());
        }
        let text = fs::read(&path).map_err(|error| Failure::disk(&path, &error))?;
        String::from_utf8(text).ok().and_then(|text| Self::parse(&text)).ok_or_else(damaged)
    }

    fn parse(text: &str) -> Option<Self> {
        let (before, end) = text.rsplit_once("end ")?;
        if end.strip_suffix('\n')? != hex::encode(Sha256::digest(before.as_bytes())) {
            return None;
        }
        let mut lines = before.lines();
        if lines.next()? != FIRST_LINE {
            return None;
        }
        let installation = lines.next()?.strip_prefix("installation ")?.to_owned();
        let key = lines.next()?.strip_prefix("key ")?.to_owned();
        let files = lines.map(|line| {
            let words: Vec<_> = line.strip_prefix("file ")?.split(' ').collect();
            let [path, bytes, sha256] = words.as_slice() else { return None };
            is_below(path).then_some(())?;
            Some(Listed { path: (*path).to_owned(), bytes: bytes.parse().ok()?, sha256: (*sha256).to_owned() })
        });
        Some(Self { installation, key, files: files.collect::<Option<_>>()? })
    }

    /// Compares every file with the list.
    pub(super) fn compare(&self, directory: &Path, mut progress: impl FnMut(u64, u64)) -> Result<(), Failure> {
        let total = self.files.iter().map(|file| file.bytes).sum();
        let mut done = 0;
        for file in &self.files {
            let path = directory.join(&file.path);
            let found = digest(&path).map_err(|error| match error.kind() {
                io::ErrorKind::NotFound => {
                    Failure::damaged(format!("{} is missing: take another backup. Nothing was written", path.display()))
                }
                _ => Failure::disk(&path, &error),
            })?;
            if found != (file.bytes, file.sha256.clone()) {
                return Err(Failure::damaged(format!(
                    "{} is not what was written there: take another backup. Nothing was written",
                    path.display()
                )));
            }
            done += file.bytes;
            progress(done, total);
        }
        Ok(())
    }
}

/// Whether a path leads nowhere but down.
pub(super) fn is_below(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

fn list(directory: &Path, below: &str, into: &mut Vec<Listed>) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::disk(directory, &error);
    for item in fs::read_dir(directory).map_err(failed)? {
        let item = item.map_err(failed)?;
        let Ok(name) = item.file_name().into_string() else { continue };
        // It says that somebody is at work, and goes when they are done.
        if name == LOCK {
            continue;
        }
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if item.file_type().map_err(failed)?.is_dir() {
            list(&item.path(), &path, into)?;
            continue;
        }
        let (bytes, sha256) = digest(&item.path()).map_err(|error| Failure::disk(&item.path(), &error))?;
        into.push(Listed { path, bytes, sha256 });
    }
    Ok(())
}

pub(super) fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    let mut length = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((length, hex::encode(hash.finalize())));
        }
        hash.update(&buffer[..read]);
        length += read as u64;
    }
}

/// The newest whole backup in a directory of backups, or the directory itself when it is one.
pub(super) fn newest(directory: &Path) -> Result<PathBuf, Failure> {
    if directory.join(CONTENTS).exists() {
        return Ok(directory.to_owned());
    }
    let items = fs::read_dir(directory).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => {
            Failure::not_there(format!("{} does not exist; name a backup with --from", directory.display()))
        }
        _ => Failure::disk(directory, &error),
    })?;
    let whole = items.filter_map(|item| Some(item.ok()?.path())).filter(|path| path.join(CONTENTS).exists());
    // Their names are moments: the last in order is the newest. What was cut off has another name and no list.
    whole.filter(|path| !is_unfinished(path)).max().ok_or_else(|| {
        Failure::not_there(format!(
            "there is no whole backup in {}; name another directory with --from",
            directory.display()
        ))
    })
}

fn is_unfinished(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'))
}
