//! Commands that stay up: started, asked, ended.

use std::{
    io::{BufRead, BufReader, Read, Write},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use dossier::client::{Answer, Client};
use rustix::process::{Pid, Signal, kill_process};

/// A start takes well under a second, and ten where the broker is waited for; a busy machine is late.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that serves.
pub(crate) struct Running {
    child: Child,
    lines: Receiver<String>,
    /// Where it listens.
    pub(crate) url: String,
}

impl Running {
    /// Starts it, and waits for the line that says where it is.
    pub(crate) fn start<S: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_dossier"));
        command.args(arguments).env_remove("DOSSIER_MASTER_KEY").stdin(Stdio::null());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (out, mut error) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let (tell, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        thread::spawn(move || {
            let mut said = String::new();
            // Shown with the test when it fails.
            let _ = error.read_to_string(&mut said);
            let _ = std::io::stderr().write_all(said.as_bytes());
        });
        let mut running = Self { child, lines, url: String::new() };
        let up = running.says("is up at");
        running.url = up.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
        running
    }

    /// Waits for a line with these words in it.
    pub(crate) fn says(&self, words: &str) -> String {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|error| panic!("it never said {words:?}: {error}"));
            if line.contains(words) {
                return line;
            }
        }
    }

    /// Asks it.
    pub(crate) fn get(&self, path: &str) -> Answer {
        Client::to(&self.url, None).get(path).unwrap()
    }

    /// Waits until `/readyz` answers this.
    pub(crate) fn is_ready(&self, expected: bool) -> Answer {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.get("/readyz");
            if answer.document["ready"] == expected {
                return answer;
            }
            assert!(Instant::now() < deadline, "it does not become so: {}", answer.document);
            thread::sleep(Duration::from_millis(20)); // between looks
        }
    }

    /// SIGTERM; gives the exit code.
    pub(crate) fn end(mut self) -> Option<i32> {
        let process = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        kill_process(process, Signal::TERM).unwrap();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(Instant::now() < deadline, "it does not end");
            thread::sleep(Duration::from_millis(5)); // between looks
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended already needs none.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Why a check of `/readyz` does not hold; empty when it does.
pub(crate) fn reason(ready: &Answer, name: &str) -> String {
    let checks = ready.document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name);
    let check = check.unwrap_or_else(|| panic!("there is no check {name}: {}", ready.document));
    check["reason"].as_str().unwrap_or_default().to_owned()
}
