//! A deployment in a temporary directory, as `deploy/make-keys` makes it, and its broker.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use dossier_broker::{Broker, Settings};
use tempfile::TempDir;

use crate::Client;

/// A deployment.
#[derive(Debug)]
pub struct Deployment {
    directory: TempDir,
}

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program: `DOSSIER_BIN` when it is set, else the one of the profile that the tests were built with.
///
/// # Panics
/// When there is none, with what to do.
#[must_use]
pub fn program() -> PathBuf {
    let named = env::var_os("DOSSIER_BIN").map(PathBuf::from);
    let path = named.unwrap_or_else(|| {
        // Tests lie in target/<profile>/deps, programs in target/<profile>.
        let test = env::current_exe().unwrap_or_else(|error| panic!("a running program has a path: {error}"));
        test.ancestors().nth(2).map(|folder| folder.join("dossier")).unwrap_or_default()
    });
    assert!(path.is_file(), "{} is not there: run `cargo build -p dossier`, or set DOSSIER_BIN", path.display());
    path
}

impl Deployment {
    /// Made by `deploy/make-keys`.
    ///
    /// # Panics
    /// When it fails.
    #[must_use]
    pub fn make(more: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary directory: {error}"));
        let made = make_keys(directory.path(), more);
        assert!(made.status.success(), "make-keys: {}", String::from_utf8_lossy(&made.stderr));
        Self { directory }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Its broker, started on a free port with nats.conf as it is.
    #[must_use]
    pub fn start_broker(&self) -> Broker {
        Broker::start(Settings::in_deployment(self.path(), self.path().join("nats.conf")))
    }

    /// A client with a service's credentials.
    pub async fn client(&self, broker: &Broker, service: &str) -> Client {
        Client::connect(&broker.tls_url(), self.path(), service).await
    }

    /// A file's text.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        let path = self.path().join(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Runs `dossier keys` on it.
    #[must_use]
    pub fn keys(&self, more: &[&str]) -> Output {
        run(Command::new(program()).arg("keys").arg(self.path()).args(more))
    }
}

/// Runs `deploy/make-keys`.
#[must_use]
pub fn make_keys(directory: &Path, more: &[&str]) -> Output {
    run(Command::new(root().join("deploy/make-keys")).arg(directory).args(more).env("DOSSIER_BIN", program()))
}

fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?} could not be started: {error}"))
}
