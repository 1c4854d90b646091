//! The file with everything that signs for an installation: see [`dossier_proof::keyfile`].

use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};

use dossier_proof::{KeyFile, keyfile::MAX_KEY_FILE_BYTES};

use crate::Failure;

/// Its name beside an export.
pub const KEYS_FILE: &str = "verifier-keys.txt";

/// Writes the keys, durably.
///
/// # Errors
/// [`Failure`]: the disk.
pub fn write_keys(path: &Path, keys: &KeyFile) -> Result<(), Failure> {
    let text = format!(
        "# What this installation signs with (C2SP verifier keys): each service its own log, the audit service what it compared. The line before\n\
         # a key says which checkpoints it signs, EPOCH/SIZE; deploy/README.md, \"The file of keys\", has the whole form.\n{keys}"
    );
    let write =
        || File::create(path).and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    write().map_err(|error| Failure::disk(path, &error))
}

/// Reads the keys.
///
/// # Errors
/// [`Failure`]: no such file, or it is none of keys.
pub fn read_keys(path: &Path) -> Result<KeyFile, Failure> {
    let length = fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if length > MAX_KEY_FILE_BYTES as u64 {
        return Err(Failure::damaged(format!("{} is too long for a file of keys", path.display())));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::damaged(format!(
            "{} is no file of keys: it is not text. Name the one that the installation shows at /audit/api/v1/verifier-keys.txt with --keys",
            path.display()
        ))
    })?;
    text.parse().map_err(|error| Failure::damaged(format!("{} {error}", path.display())))
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::NotFound {
        return Failure::not_there(format!("{} does not exist; name the keys with --keys FILE", path.display()));
    }
    Failure::disk(path, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Exit;

    /// They were told as a fault of the disk.
    #[test]
    fn bytes_that_are_no_text_are_no_file_of_keys() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys");
        fs::write(&path, b"\xff\xfe\x00garbage").unwrap();
        let refused = read_keys(&path).unwrap_err();
        assert_eq!(refused.exit_code(), Exit::Damaged as u8);
        assert!(refused.to_string().contains("is no file of keys"), "{refused}");
    }
}
