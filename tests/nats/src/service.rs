//! One service: a process with a configuration, a data directory and a port.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use dossier_broker::Port;
use dossier_faults::{
    point::Point,
    process::{Ended, Process, Started},
};
use dossier_proto::Origin;

use crate::asking::{Said, get};

/// What a service says when its journal is open and it only waits for the broker, or for nothing any more.
pub const OPENED: &str = "the journal is open";

/// How a process is to live.
#[derive(Debug, Clone, Copy, Default)]
pub struct Life {
    /// Where it ends by itself.
    pub die: Option<Point>,
    /// By how many seconds its clock is ahead of the machine's.
    pub clock_ahead: i64,
}

impl Life {
    /// Until it reaches a point.
    pub fn until(point: Point) -> Self {
        Self { die: Some(point), ..Self::default() }
    }
}

/// A service of an installation.
#[derive(Debug)]
pub struct Service {
    /// Which.
    pub origin: Origin,
    program: PathBuf,
    configuration: PathBuf,
    port: Port,
    process: Option<Process>,
    /// What its earlier lives said.
    said: String,
}

impl Service {
    /// It does not run yet.
    pub fn new(origin: Origin, program: &Path, configuration: PathBuf) -> Self {
        let (program, port) = (program.to_owned(), Port::reserve());
        Self { origin, program, configuration, port, process: None, said: String::new() }
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port.number())
    }

    /// Starts the process, and does not wait.
    ///
    /// # Panics
    /// It runs already.
    pub fn begin(&mut self, life: Life) {
        assert!(self.process.is_none(), "{} runs already", self.origin);
        let listen = format!("127.0.0.1:{}", self.port.number());
        self.process = Some(serve(&self.program, self.origin, &self.configuration, &listen, life));
    }

    /// Waits until it answers.
    ///
    /// # Errors
    /// It ended instead.
    pub fn arrive(&mut self) -> Result<(), Ended> {
        let process = self.process.as_mut().expect("it was begun");
        match process.address() {
            Started::At(_) => Ok(()),
            Started::Ended(ended) => {
                self.forget(&ended);
                Err(ended)
            }
        }
    }

    /// Starts it and waits until it answers.
    ///
    /// # Panics
    /// It ends instead.
    pub fn start(&mut self) {
        self.begin(Life::default());
        if let Err(ended) = self.arrive() {
            panic!("{} does not start: {ended:?}", self.origin);
        }
    }

    /// Whether it has been started and not ended by us.
    pub fn is_begun(&self) -> bool {
        self.process.is_some()
    }

    /// Whether it has ended by itself.
    pub fn has_ended(&mut self) -> Option<Ended> {
        let ended = self.process.as_mut()?.wait_for(Duration::ZERO)?;
        self.forget(&ended);
        Some(ended)
    }

    /// `kill -9`. Returns when it is gone.
    pub fn kill(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        process.kill();
        let ended = process.wait();
        self.forget(&ended);
    }

    /// Asks it to end, and waits.
    ///
    /// # Panics
    /// It does not end as it should.
    pub fn end(&mut self) {
        let Some(process) = self.process.take() else { return };
        let ended = process.end();
        assert!(ended.status.success(), "{} ended badly: {ended:?}", self.origin);
        self.forget(&ended);
    }

    /// SIGSTOP.
    pub fn freeze(&self) {
        self.process.as_ref().expect("it runs").freeze();
    }

    /// SIGCONT.
    pub fn thaw(&self) {
        self.process.as_ref().expect("it runs").thaw();
    }

    /// Reads from it.
    ///
    /// # Errors
    /// In words, when there is no answer.
    pub fn get(&self, path: &str) -> Result<Said, String> {
        get(&format!("{}{path}", self.url()), None)
    }

    /// Whether it says that all is well; else what is not.
    ///
    /// # Errors
    /// What is not.
    pub fn ready(&self) -> Result<(), String> {
        let said = self.get("/readyz").map_err(|error| format!("{}: {error}", self.origin))?;
        if said.status == 200 { Ok(()) } else { Err(format!("{} says {}", self.origin, said.text)) }
    }

    /// What it has logged in all its lives.
    pub fn log(&self) -> String {
        format!("{}{}", self.said, self.process.as_ref().map(Process::said).unwrap_or_default())
    }

    fn forget(&mut self, ended: &Ended) {
        self.said.push_str(&ended.said);
        self.process = None;
    }
}

/// `dossier serve`.
pub fn serve(program: &Path, origin: Origin, configuration: &Path, listen: &str, life: Life) -> Process {
    let mut command = Command::new(program);
    command.arg("serve").arg(origin.name()).arg("--config").arg(configuration).args(["--listen", listen, "--demo"]);
    if let Some(point) = life.die {
        command.env("UNDER_FAULT_DIE", point.to_string());
    }
    if life.clock_ahead != 0 {
        command.env("UNDER_FAULT_CLOCK_AHEAD", life.clock_ahead.to_string());
    }
    Process::start(command)
}
