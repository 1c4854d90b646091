//! Where the binary under test is.

use std::{env, path::PathBuf};

/// The binary: `DOSSIER_BIN` when it is set, else the one of the profile that the tests were built with.
///
/// # Panics
/// When there is none, with what to do.
pub fn binary() -> PathBuf {
    if let Some(named) = env::var_os("DOSSIER_BIN") {
        let path = PathBuf::from(named);
        assert!(path.is_file(), "DOSSIER_BIN names {}, which is not there", path.display());
        return path;
    }
    // Tests lie in target/<profile>/deps, binaries in target/<profile>.
    let test = env::current_exe().expect("a running program has a path");
    let path = test.ancestors().nth(2).expect("tests lie two folders deep").join("dossier");
    assert!(
        path.is_file(),
        "{} is not there: run `cargo build -p dossier` first, or name a binary in DOSSIER_BIN",
        path.display()
    );
    path
}
