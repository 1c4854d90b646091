//! What is secret, in one sealed file: file after file, each behind its name and length.
//!
//! ```text
//! length of the name (4, big-endian)  name  length (8, big-endian)  bytes       … and a name of length 0 at the end
//! ```

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::Path,
};

use dossier_vault::backup::{BackupKey, Sealing, UnsealBackupError, Unsealing};

use super::contents::is_below;
use crate::Failure;

/// Its name.
pub(super) const SECRETS: &str = "secrets.sealed";
/// `accounts/` and a subject id, or `moderation/keys/slots-0001`, and room.
const NAME_BYTES_MAX: usize = 4_096;

/// Puts files into the archive.
pub(super) struct Packing {
    to: Sealing<BufWriter<File>>,
}

impl Packing {
    pub(super) fn begin(directory: &Path, key: &BackupKey) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(directory.join(SECRETS))?;
        Ok(Self { to: Sealing::begin(BufWriter::new(file), key)? })
    }

    /// All files of a directory and below it, under a name; locks, sockets and what is half written are left out. One that is gone meanwhile
    /// was replaced or removed on purpose.
    pub(super) fn directory(&mut self, directory: &Path, name: &str) -> io::Result<()> {
        let items = match fs::read_dir(directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            items => items?,
        };
        for item in items {
            let item = item?;
            let Ok(file) = item.file_name().into_string() else { continue };
            let (kind, name) = (item.file_type()?, format!("{name}/{file}"));
            if kind.is_dir() {
                self.directory(&item.path(), &name)?;
            } else if kind.is_file() && file != "lock" && !file.ends_with(".new") {
                self.file(&item.path(), &name)?;
            }
        }
        Ok(())
    }

    /// A file under a name, if it is there.
    pub(super) fn file(&mut self, file: &Path, name: &str) -> io::Result<()> {
        match fs::read(file) {
            Ok(bytes) => self.bytes(name, &bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.to.write_all(&(name.len() as u32).to_be_bytes())?;
        self.to.write_all(name.as_bytes())?;
        self.to.write_all(&(bytes.len() as u64).to_be_bytes())?;
        self.to.write_all(bytes)
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.to.write_all(&0_u32.to_be_bytes())?;
        let file = self.to.finish()?.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()
    }
}

/// Takes everything out of the archive of a backup into a directory.
pub(super) fn unpack(backup: &Path, key: &BackupKey, to: &Path) -> Result<(), Failure> {
    let path = backup.join(SECRETS);
    let file = File::open(&path).map_err(|error| Failure::disk(&path, &error))?;
    let mut from = Unsealing::begin(io::BufReader::new(file), key).map_err(|error| refused(&path, &error))?;
    loop {
        match one(&mut from, to) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return Err(Failure::damaged(format!("{}: {error}. Nothing was written", path.display())));
            }
            Err(error) => return Err(Failure::disk(to, &error)),
        }
    }
}

fn refused(path: &Path, error: &UnsealBackupError) -> Failure {
    match error {
        UnsealBackupError::OtherKey { .. } => Failure::new(
            crate::Exit::Usage,
            format!("{}: {error}. Name the right one with --key; nothing was written", path.display()),
        ),
        _ => Failure::damaged(format!("{}: {error}. Nothing was written", path.display())),
    }
}

/// Takes one file out; "no" at the end.
fn one(from: &mut impl Read, to: &Path) -> io::Result<bool> {
    let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length == 0 {
        return Ok(false);
    }
    if length > NAME_BYTES_MAX {
        return Err(invalid("a name is too long"));
    }
    let mut name = vec![0; length];
    from.read_exact(&mut name)?;
    let name =
        String::from_utf8(name).ok().filter(|name| is_below(name)).ok_or_else(|| invalid("a name leads elsewhere"))?;
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    let place = to.join(&name);
    if let Some(parent) = place.parent() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&place)?;
    let wanted = u64::from_be_bytes(bytes);
    let copied = io::copy(&mut from.take(wanted), &mut file)?;
    if copied != wanted {
        return Err(invalid("it ends in the middle of a file"));
    }
    Ok(true)
}
