//! The binary as a command line.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::binary::binary;

/// What a command did.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// What it said.
    pub out: String,
    /// What it said about trouble.
    pub err: String,
}

/// Runs the binary in `directory`, with a token if there is one.
///
/// # Panics
/// When it cannot be started, or was killed.
pub fn run(directory: &Path, token: Option<&str>, arguments: &[&str]) -> Ran {
    let mut command = Command::new(binary());
    command.current_dir(directory).args(arguments).stdin(Stdio::null());
    command.env_remove("DOSSIER_TOKEN").env_remove("DOSSIER_LOG");
    if let Some(token) = token {
        command.env("DOSSIER_TOKEN", token);
    }
    let done = command.output().expect("the binary can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it writes UTF-8");
    let code = done.status.code().expect("it ended by itself");
    Ran { code, out: text(done.stdout), err: text(done.stderr) }
}

impl Ran {
    /// Itself, when it ended with this code.
    ///
    /// # Panics
    /// When it ended with another one.
    #[track_caller]
    pub fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "it said {:?} and {:?}", self.out, self.err);
        self
    }

    /// Each line of what it said, as JSON.
    ///
    /// # Panics
    /// When a line is none.
    #[track_caller]
    pub fn documents(&self) -> Vec<Value> {
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line:?}: {error}"));
        self.out.lines().map(read).collect()
    }

    /// The one JSON document it printed on one line.
    ///
    /// # Panics
    /// When it printed none or several.
    #[track_caller]
    pub fn document(&self) -> Value {
        let documents = self.documents();
        assert_eq!(documents.len(), 1, "{:?}", self.out);
        documents.into_iter().next().unwrap_or_default()
    }
}
