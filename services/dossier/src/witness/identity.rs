//! A witness's own key: made at its first start, never given away, and never put on another machine beside what was cosigned with it.

use std::{
    fs::{self, OpenOptions},
    io::{Read as _, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::Path,
};

use dossier_proof::{CosignerKey, CosigningKey};
use zeroize::Zeroizing;

use super::shelf::sync_directory;
use crate::{Exit, Failure};

/// The file with the secret.
pub(super) const KEY: &str = "witness.key";
/// The file with what others need: one line.
const PUBLIC: &str = "witness.vkey";
const SEED_BYTES: usize = 32;
/// A name of at most 255 bytes and 64 digits, each on a line.
const KEY_BYTES_MAX: u64 = 1024;

/// Who a witness is.
pub struct Identity {
    key: CosigningKey,
}

impl Identity {
    /// Reads the key in a directory, or makes it under this name. A name that is given has to be the key's.
    ///
    /// # Errors
    /// [`Failure`]: the disk, no name for a new key, or another name than it has.
    pub fn open(directory: &Path, name: Option<&str>) -> Result<Self, Failure> {
        let path = directory.join(KEY);
        let key = match OpenOptions::new().read(true).open(&path) {
            Ok(file) => read(&path, file)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => make(directory, &path, name)?,
            Err(error) => return Err(Failure::disk(&path, &error)),
        };
        if let Some(other) = name.filter(|name| *name != key.name().as_str()) {
            let said = format!(
                "{} is the key of {}, not of {other}: a witness keeps its name for life. Leave --name out, or name another --data for another \
                 witness",
                path.display(),
                key.name()
            );
            return Err(Failure::new(Exit::Usage, said));
        }
        Ok(Self { key })
    }

    /// What it cosigns with.
    pub const fn key(&self) -> &CosigningKey {
        &self.key
    }

    /// What others verify that with.
    pub fn verifier(&self) -> CosignerKey {
        self.key.verifier()
    }
}

fn read(path: &Path, file: fs::File) -> Result<CosigningKey, Failure> {
    let about = file.metadata().map_err(|error| Failure::disk(path, &error))?;
    if about.permissions().mode() & 0o077 != 0 {
        let said =
            format!("{} can be read by others than its owner: chmod 600 it, if nobody has read it yet", path.display());
        return Err(Failure::damaged(said));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(KEY_BYTES_MAX).read_to_string(&mut text).map_err(|error| Failure::disk(path, &error))?;
    let damaged = || {
        Failure::damaged(format!(
            "{} does not hold the key of a witness; put it back from where you keep it",
            path.display()
        ))
    };
    let mut lines = text.lines();
    let (name, digits) = (lines.next().ok_or_else(damaged)?, lines.next().ok_or_else(damaged)?);
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    hex::decode_to_slice(digits, &mut *seed).map_err(|_| damaged())?;
    CosigningKey::from_seed(name, &seed).map_err(|_| damaged())
}

/// The public line first: whoever finds the secret finds both.
fn make(directory: &Path, path: &Path, name: Option<&str>) -> Result<CosigningKey, Failure> {
    let name = name.ok_or_else(|| {
        let said = "a new witness needs a name, such as witness.archive.example: say --name NAME (for ever part of each of its signatures)";
        Failure::new(Exit::Usage, said)
    })?;
    let mut seed = Zeroizing::new([0; SEED_BYTES]);
    getrandom::fill(&mut *seed)
        .map_err(|error| Failure::new(Exit::Failed, format!("there is no randomness for a key: {error}")))?;
    let key =
        CosigningKey::from_seed(name, &seed).map_err(|error| Failure::new(Exit::Usage, format!("--name: {error}")))?;
    let write = |path: &Path, mode: u32, text: &str| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    let secret = Zeroizing::new(format!("{name}\n{}\n", *Zeroizing::new(hex::encode(*seed))));
    let public = directory.join(PUBLIC);
    // Of a first start that broke off.
    let _ = fs::remove_file(&public);
    write(&public, 0o644, &format!("{}\n", key.verifier())).map_err(|error| Failure::disk(&public, &error))?;
    write(path, 0o600, &secret).map_err(|error| Failure::disk(path, &error))?;
    sync_directory(directory).map_err(|error| Failure::disk(directory, &error))?;
    Ok(key)
}
