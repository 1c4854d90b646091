//! A verifier that shares no code with what it verifies: Python, written from the specifications.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// A Python with `cryptography`.
///
/// # Panics
/// When there is none, with what to do.
pub fn python() -> PathBuf {
    let named = std::env::var_os("DOSSIER_FOLLOW_PYTHON").map(PathBuf::from);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = named.unwrap_or_else(|| root.join("target/tools/follow/bin/python"));
    assert!(
        path.is_file(),
        "{} is not there: `tests/run` installs it, or name a Python with `cryptography` in DOSSIER_FOLLOW_PYTHON",
        path.display()
    );
    path
}

/// What the stranger says of a receipt, with the keys in `keys.txt` beside it.
///
/// # Panics
/// When it cannot be started.
pub fn says_of(directory: &Path, receipt: &str, more: &[&str]) -> Output {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("python/verify_receipt.py");
    let mut command = Command::new(python());
    command.arg(program).args([receipt, "keys.txt"]).args(more).current_dir(directory);
    command.output().expect("Python can be started")
}
