//! A foreign witness, as a process of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use crate::{
    Caller, House,
    binary::binary,
    command_line::{Ran, run},
};

/// A witness's directory, and the keys that it was given.
#[derive(Debug, Clone)]
pub struct Witness {
    /// Where it keeps what it has.
    pub data: PathBuf,
    keys: PathBuf,
}

/// A witness that stays up.
#[derive(Debug)]
pub struct Watching {
    child: Child,
    /// Where it listens.
    pub base: String,
}

impl Witness {
    /// One that has been given the keys of a house by hand.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn of(house: &House, name: &str) -> Self {
        let keys = house.beside().join(format!("{name}.keys.txt"));
        fs::write(&keys, house.nobody().get("/audit/api/v1/verifier-keys.txt").text()).expect("keys can be written");
        Self { data: house.beside().join(name), keys }
    }

    fn arguments(&self, more: &[&str]) -> Vec<String> {
        let path = |path: &Path| path.to_str().expect("temporary directories have plain names").to_owned();
        let name = path(Path::new(self.data.file_name().expect("it has a name")));
        let mut all: Vec<String> =
            ["witness", "--data", &path(&self.data), "--keys", &path(&self.keys), "--name", &name]
                .map(ToOwned::to_owned)
                .to_vec();
        all.extend(more.iter().map(|one| (*one).to_owned()));
        all
    }

    /// Looks once at a house.
    pub fn looks(&self, house: &House) -> Ran {
        self.run(house, &["--server", house.base(), "--once"])
    }

    /// The same, and says it as JSON.
    pub fn looks_as_json(&self, house: &House) -> Ran {
        self.run(house, &["--server", house.base(), "--once", "--json"])
    }

    fn run(&self, house: &House, more: &[&str]) -> Ran {
        let arguments = self.arguments(more);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run(house.beside(), None, &arguments)
    }

    /// What others verify its cosignatures with: it has looked or listened before.
    ///
    /// # Panics
    /// When it has no key yet.
    pub fn verifier(&self) -> String {
        let text = fs::read_to_string(self.data.join("witness.vkey")).expect("it has made its key");
        text.trim().to_owned()
    }

    /// Stays up, with this on the command line.
    ///
    /// # Panics
    /// When it does not start.
    pub fn stays(&self, more: &[&str]) -> Watching {
        let mut command = Command::new(binary());
        command.args(self.arguments(&["--listen", "127.0.0.1:0"])).args(more).env_remove("DOSSIER_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the binary can be started");
        let out = child.stdout.take().expect("standard output is piped");
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).expect("it says where it is");
        let base = line.split_whitespace().find(|word| word.starts_with("http://"));
        Watching { child, base: base.unwrap_or_else(|| panic!("it says {line:?}")).to_owned() }
    }

    /// The files below a folder of its directory.
    ///
    /// # Panics
    /// When there is no such folder.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.data.join(folder)).expect("a witness has such a folder");
        let mut paths: Vec<_> = entries.map(|entry| entry.expect("a directory lists its entries").path()).collect();
        paths.sort();
        paths
    }
}

impl Watching {
    /// Somebody who asks it.
    pub fn nobody(&self) -> Caller {
        Caller::new(&self.base, None)
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
