//! A running `dossier up --demo`, on a directory and a port of its own.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Caller, binary::binary, people::Person, until};

/// How a house is started.
#[derive(Debug, Clone, Copy)]
pub struct Start<'a> {
    /// What is written to standard error.
    pub log: &'a str,
    /// In which form.
    pub form: &'a str,
    /// Where it listens.
    pub listen: &'a str,
    /// What makes it a demonstration.
    pub people: &'a [&'a str],
    /// More of the command line.
    pub more: &'a [&'a str],
}

impl Default for Start<'_> {
    fn default() -> Self {
        Self { log: "warn", form: "text", listen: "127.0.0.1:0", people: &["--demo"], more: &[] }
    }
}

/// A running Dossier.
#[derive(Debug)]
pub struct House {
    child: Child,
    directory: Arc<TempDir>,
    base: String,
    out: Heard,
    err: Heard,
    tokens: Value,
}

/// How a house ended.
#[derive(Debug)]
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// All it said.
    pub out: String,
    /// All it logged.
    pub err: String,
    /// Its directory, which lives on with this.
    pub directory: Arc<TempDir>,
}

impl Ended {
    /// The data directory.
    pub fn data(&self) -> PathBuf {
        data_in(&self.directory)
    }

    /// Starts again on the same directory.
    #[track_caller]
    pub fn again(&self) -> House {
        House::on(&self.directory, &Start::default())
    }
}

fn data_in(directory: &TempDir) -> PathBuf {
    directory.path().join("data")
}

impl House {
    /// A new house with nothing in it but the people and the registry.
    #[track_caller]
    pub fn new() -> Self {
        Self::with(&Start::default())
    }

    /// A new house, started so.
    #[track_caller]
    pub fn with(start: &Start<'_>) -> Self {
        let directory = tempfile::tempdir().expect("there is a place for temporary directories");
        Self::on(&Arc::new(directory), start)
    }

    /// A house on a directory that may have been lived in. Returns when it is ready.
    ///
    /// # Panics
    /// When it does not start, with what it said.
    #[track_caller]
    pub fn on(directory: &Arc<TempDir>, start: &Start<'_>) -> Self {
        Self::ready(Self::begin(directory, start), start)
    }

    #[track_caller]
    fn ready(mut house: Self, start: &Start<'_>) -> Self {
        house.base = until("it says where it is", || house.address());
        let nobody = house.nobody();
        until("it is ready", || nobody.try_send("GET", "/readyz", &[], None).ok().filter(|ready| ready.status == 200));
        if !start.people.is_empty() {
            let tokens = fs::read_to_string(house.data().join("demo-tokens.json"));
            let tokens = tokens.expect("a demonstration writes tokens");
            house.tokens = serde_json::from_str(&tokens).expect("tokens are JSON");
        }
        house
    }

    /// A new house that `dossier demo practice` starts. Returns when it is ready, and tells meanwhile.
    ///
    /// # Panics
    /// When it does not start, with what it said.
    #[track_caller]
    pub fn telling_practice() -> Self {
        let directory = Arc::new(tempfile::tempdir().expect("there is a place for temporary directories"));
        let start = Start::default();
        let mut command = Command::new(binary());
        command.args(["demo", "practice", "--data"]).arg(data_in(&directory)).args(["--listen", start.listen]);
        Self::ready(Self::spawn(&directory, command, &start), &start)
    }

    fn begin(directory: &Arc<TempDir>, start: &Start<'_>) -> Self {
        let mut command = Command::new(binary());
        command.arg("up").args(start.people).arg("--data").arg(data_in(directory));
        command.args(["--listen", start.listen, "--log", start.form]).args(start.more);
        Self::spawn(directory, command, start)
    }

    fn spawn(directory: &Arc<TempDir>, mut command: Command, start: &Start<'_>) -> Self {
        command.env("DOSSIER_LOG", start.log).env_remove("DOSSIER_TOKEN");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be started");
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let (out, err) = (out.map(Heard::listen), err.map(Heard::listen));
        let (out, err) = (out.expect("standard output is piped"), err.expect("standard error is piped"));
        Self { child, directory: Arc::clone(directory), base: String::new(), out, err, tokens: Value::Null }
    }

    fn address(&mut self) -> Option<String> {
        let said = self.out.text();
        if let Some(status) = self.child.try_wait().expect("a child can be asked") {
            panic!("it ended with {status}; it said {said:?} and {:?}", self.err.text());
        }
        let line = said.lines().find(|line| line.starts_with("Dossier is up at "))?;
        line.split_whitespace().nth(4).map(ToOwned::to_owned)
    }

    /// Where it is.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The address to connect to.
    pub fn address_and_port(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        data_in(&self.directory)
    }

    /// A directory for whatever a test wants to write.
    pub fn beside(&self) -> &Path {
        self.directory.path()
    }

    /// What it has said until now.
    pub fn out(&self) -> String {
        self.out.text()
    }

    /// What it has logged until now.
    pub fn err(&self) -> String {
        self.err.text()
    }

    /// A person's token.
    ///
    /// # Panics
    /// When there is no such person.
    pub fn token(&self, who: Person) -> &str {
        self.tokens[who.key].as_str().unwrap_or_else(|| panic!("{} has no token", who.key))
    }

    /// Somebody who asks.
    pub fn caller(&self, who: Person) -> Caller {
        Caller::new(&self.base, Some(self.token(who)))
    }

    /// Somebody with no token.
    pub fn nobody(&self) -> Caller {
        Caller::new(&self.base, None)
    }

    /// Somebody with this token.
    pub fn bearer(&self, token: &str) -> Caller {
        Caller::new(&self.base, Some(token))
    }

    /// Whether it runs.
    pub fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("a child can be asked").is_none()
    }

    /// Asks it to end, as a supervisor does, and waits until it has.
    pub fn stop(self) -> Ended {
        self.end(Signal::TERM)
    }

    /// Ends it with Ctrl-C.
    pub fn interrupt(self) -> Ended {
        self.end(Signal::INT)
    }

    /// Kills it without warning.
    pub fn kill(self) -> Ended {
        self.end(Signal::KILL)
    }

    fn end(mut self, signal: Signal) -> Ended {
        kill_process(Pid::from_child(&self.child), signal).expect("a running child takes signals");
        let status = until("it ends", || self.child.try_wait().expect("a child can be asked"));
        Ended { status, out: self.out.all(), err: self.err.all(), directory: Arc::clone(&self.directory) }
    }
}

impl Default for House {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for House {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process says, as it says it.
#[derive(Debug)]
struct Heard {
    lines: Arc<Mutex<String>>,
    ear: Option<JoinHandle<()>>,
}

impl Heard {
    fn listen(source: impl Read + Send + 'static) -> Self {
        let lines = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&lines);
        let ear = thread::spawn(move || {
            let mut source = BufReader::new(source);
            let mut line = Vec::new();
            while source.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { lines, ear: Some(ear) }
    }

    fn text(&self) -> String {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything, when the process has ended.
    fn all(&mut self) -> String {
        if let Some(ear) = self.ear.take() {
            ear.join().expect("listening does not fail");
        }
        self.text()
    }
}
