//! A directory as an operator makes it: keys by `dossier keys`, and beside them the files of `deploy/`. Nothing of them is changed but
//! where the processes listen, what they connect to, and how often a stream is kept.

use std::{
    fs,
    path::{Path, PathBuf},
};

use dossier_faults::process::Process;
use dossier_proto::Origin;

/// What is copied.
const FILES: [&str; 7] = [
    "nats.conf",
    "nats-tls.conf",
    "nats-cluster.conf",
    "submission.toml",
    "moderation.toml",
    "publication.toml",
    "audit.toml",
];

/// The directory.
#[derive(Debug)]
pub struct Deployment {
    root: PathBuf,
}

impl Deployment {
    /// Makes it: the directory must not exist.
    ///
    /// # Panics
    /// It cannot be made.
    pub fn make(program: &Path, root: &Path) -> Self {
        let arguments = ["keys".as_ref(), root.as_os_str(), "--host".as_ref(), "localhost".as_ref()];
        let more = ["--host".as_ref(), "127.0.0.1".as_ref()];
        let ended = Process::command(program, arguments.into_iter().chain(more)).wait();
        assert!(ended.status.success(), "no keys were made: {ended:?}");
        let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
        for file in FILES {
            let from = deploy.join(file);
            let copied = fs::copy(&from, root.join(file));
            copied.unwrap_or_else(|error| panic!("{} cannot be copied: {error}", from.display()));
        }
        Self { root: root.to_owned() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A copy of what a broker needs, for one node of several.
    ///
    /// # Panics
    /// It cannot be copied.
    pub fn copy_for_broker(&self, to: &Path) {
        fs::create_dir_all(to.join("tls")).expect("a temporary directory has room");
        for file in ["nats.conf", "nats-tls.conf", "nats-cluster.conf", "nkeys.conf"] {
            fs::copy(self.root.join(file), to.join(file)).expect("a temporary directory has room");
        }
        for file in ["ca.pem", "server.pem", "server.key"] {
            fs::copy(self.root.join("tls").join(file), to.join("tls").join(file)).expect("the keys were made");
        }
    }

    /// The configuration of a service.
    pub fn configuration(&self, origin: Origin) -> PathBuf {
        self.root.join(format!("{origin}.toml"))
    }

    /// The data directory of a service, as its configuration says.
    pub fn data(&self, origin: Origin) -> PathBuf {
        self.root.join(origin.name()).join("data")
    }

    /// The seed of a service's key to the broker.
    pub fn nkey(&self, origin: Origin) -> PathBuf {
        self.root.join(origin.name()).join("nkey.seed")
    }

    /// Whom to believe that it is the broker.
    pub fn authority(&self) -> PathBuf {
        self.root.join("tls/ca.pem")
    }

    /// Gives a key of a service's configuration another value. The key stands on a line of its own.
    ///
    /// # Panics
    /// There is no such key: then the file is not what this believes.
    pub fn set(&self, file: &Path, key: &str, value: &str) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let beginning = format!("{key} = ");
        assert!(text.lines().any(|line| line.starts_with(&beginning)), "{} sets no {key}", file.display());
        let line = |line: &str| {
            if line.starts_with(&beginning) { format!("{beginning}{value}\n") } else { format!("{line}\n") }
        };
        fs::write(file, text.lines().map(line).collect::<String>()).expect("a temporary directory has room");
    }
}
