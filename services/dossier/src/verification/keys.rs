//! The file with the services' verifier keys: a line a key.

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use dossier_proof::VerifierKey;

use crate::Failure;

/// Its name beside an export.
pub const KEYS_FILE: &str = "verifier-keys.txt";
/// A key has about 100 bytes, and an installation four, or a few more while one is being replaced.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Writes the keys, durably.
///
/// # Errors
/// [`Failure`]: the disk.
pub fn write_keys(path: &Path, keys: &[VerifierKey]) -> Result<(), Failure> {
    let mut text = String::from("# What the services sign their checkpoints with (C2SP signed-note verifier keys).\n");
    for key in keys {
        text.push_str(&format!("{key}\n"));
    }
    let write =
        || File::create(path).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    write().map_err(|error| Failure::disk(path, &error))
}

/// Reads the keys. Empty lines and those that begin with `#` are left.
///
/// # Errors
/// [`Failure`]: no such file, or a line is no key.
pub fn read_keys(path: &Path) -> Result<Vec<VerifierKey>, Failure> {
    let length = fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if length > FILE_BYTES_MAX {
        return Err(Failure::damaged(format!("{} is too long for a file of keys", path.display())));
    }
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            VerifierKey::parse(line.trim()).map_err(|error| {
                Failure::damaged(format!("{} line {} is no verifier key: {error}", path.display(), number + 1))
            })
        })
        .collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Failure::not_there(format!("{} does not exist; name the keys with --keys FILE", path.display()));
    }
    Failure::disk(path, error)
}
