//! Processes: started, waited for, ended.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    net::Ipv4Addr,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::point::Point;

/// A start takes well under a second; on a busy machine it may be late.
const STARTS_WITHIN: Duration = Duration::from_secs(60);
/// So is an end.
const ENDS_WITHIN: Duration = Duration::from_secs(60);

/// How a process ended, or refused to begin.
#[derive(Debug)]
pub struct Ended {
    /// Code or signal.
    pub status: ExitStatus,
    /// What it wrote to standard error.
    pub said: String,
}

impl Ended {
    /// Whether it was ended by `kill -9`, its own or ours.
    pub fn was_killed(&self) -> bool {
        self.status.signal() == Some(Signal::KILL.as_raw())
    }
}

/// A process that serves, or served.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Receiver<String>,
    said: Arc<Mutex<String>>,
    listening: Option<JoinHandle<()>>,
}

/// How a start went.
#[derive(Debug)]
pub enum Started {
    /// It serves here.
    At(String),
    /// It ended before.
    Ended(Ended),
}

/// A loopback address of this process alone: 127.0.0.0/8 has room for every process id, of 22 bits at most. When one of its
/// houses dies, the port cannot go to the house of another test, to which its callers would then speak.
pub fn own_address() -> Ipv4Addr {
    let [_, a, b, c] = std::process::id().to_be_bytes();
    // Not 127.0, where everybody else is.
    Ipv4Addr::new(127, 64 | a, b, c)
}

impl Process {
    /// `under-fault` on a data directory.
    pub fn under_fault(program: &Path, data: &Path, die: Option<Point>, more: &[&str]) -> Self {
        let mut command = Command::new(program);
        command.arg(data).args(more);
        if let Some(point) = die {
            command.arg(format!("--die={point}"));
        }
        Self::start(command)
    }

    /// Any command; `env` of the tests is inherited but for the master key.
    pub fn command<S: AsRef<OsStr>>(program: &Path, arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::start(command)
    }

    /// Starts it, with what it writes kept.
    pub fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        let out = child.stdout.take().expect("it was asked for");
        let error = child.stderr.take().expect("it was asked for");
        let (tell, lines) = channel();
        thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    return;
                }
            }
        });
        let said = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&said);
        let listening = thread::spawn(move || {
            let mut error = BufReader::new(error);
            let mut line = Vec::new();
            while error.read_until(b'\n', &mut line).is_ok_and(|bytes| bytes > 0) {
                kept.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&line));
                line.clear();
            }
        });
        Self { child, lines, said, listening: Some(listening) }
    }

    /// Waits until it says where it serves: the first `http://…` on standard output.
    pub fn address(&mut self) -> Started {
        let deadline = Instant::now() + STARTS_WITHIN;
        loop {
            match self.lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => {
                    if let Some(at) = line.find("http://") {
                        let address = line[at..].split_whitespace().next().unwrap_or_default();
                        return Started::At(address.to_owned());
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Started::Ended(self.wait()),
                Err(RecvTimeoutError::Timeout) => {
                    self.kill();
                    panic!("it did not start within {STARTS_WITHIN:?}: {:?}", self.wait());
                }
            }
        }
    }

    /// Waits for its end. Too long a wait is a failure.
    pub fn wait(&mut self) -> Ended {
        match self.wait_for(ENDS_WITHIN) {
            Some(ended) => ended,
            None => {
                self.kill();
                let ended = self.wait_for(ENDS_WITHIN);
                panic!("it did not end within {ENDS_WITHIN:?}: {ended:?}");
            }
        }
    }

    /// Waits for its end for so long.
    pub fn wait_for(&mut self, patience: Duration) -> Option<Ended> {
        let deadline = Instant::now() + patience;
        loop {
            let status = self.child.try_wait().expect("it is our child");
            if let Some(status) = status {
                if let Some(listening) = self.listening.take() {
                    // What was heard is enough.
                    let _ = listening.join();
                }
                return Some(Ended { status, said: self.said() });
            }
            if Instant::now() >= deadline {
                return None;
            }
            thread::sleep(Duration::from_millis(2)); // between looks
        }
    }

    /// What it has written to standard error until now.
    pub fn said(&self) -> String {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// SIGSTOP: its connections stay open, and nobody answers.
    pub fn freeze(&self) {
        // One that has ended stands still.
        let _ = kill_process(self.pid(), Signal::STOP);
    }

    /// SIGCONT: goes on.
    pub fn thaw(&self) {
        // One that has ended does not go on.
        let _ = kill_process(self.pid(), Signal::CONT);
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        // One that has ended already needs none.
        let _ = self.child.kill();
    }

    /// Asks it to end, and waits.
    pub fn end(mut self) -> Ended {
        // One that has ended already is waited for all the same.
        let _ = kill_process(self.pid(), Signal::TERM);
        self.wait()
    }

    /// Sets its clock right, if it is `under-fault`.
    pub fn set_clock_right(&self) {
        // One that has ended needs no clock.
        let _ = kill_process(self.pid(), Signal::USR1);
    }

    fn pid(&self) -> Pid {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process has an id")
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}
