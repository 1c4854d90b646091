//! One server.

use std::{
    ffi::OsString,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::{Port, Settings, health, program};

/// A slow machine starts a server in a second.
const START_PATIENCE: Duration = Duration::from_secs(30);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A nats-server. Killed when dropped.
#[derive(Debug)]
pub struct Broker {
    child: Option<Child>,
    client: Port,
    monitoring: Port,
    arguments: Vec<OsString>,
    environment: Vec<(String, OsString)>,
    started_in: PathBuf,
    store: PathBuf,
    directory: TempDir,
}

impl Broker {
    /// Starts a server on a free loopback port and returns when it is ready.
    ///
    /// # Panics
    /// When it does not come up.
    #[must_use]
    pub fn start(settings: Settings) -> Self {
        let mut broker = Self::prepare(settings);
        broker.restart();
        broker
    }

    /// Everything but the start: a node of a cluster is ready only when others are there.
    pub(crate) fn prepare(settings: Settings) -> Self {
        let directory = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary directory: {error}"));
        let (client, monitoring) = (Port::reserve(), Port::reserve());
        let config = settings.config.unwrap_or_else(|| {
            let path = directory.path().join("nats.conf");
            let jetstream = if settings.lines.contains("jetstream") { "" } else { "jetstream: enabled" };
            fs::write(&path, format!("{jetstream}\n{}\n", settings.lines))
                .unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
            path
        });
        let own = directory.path().join("store");
        let mut arguments: Vec<OsString> = vec!["-c".into(), config.into()];
        arguments.extend(["-a".into(), "127.0.0.1".into(), "-p".into(), client.number().to_string().into()]);
        arguments.extend(["-m".into(), monitoring.number().to_string().into()]);
        let (started_in, store) = match settings.place {
            // The flag for the store would not win over the file.
            Some(place) => (place.directory.clone(), place.directory.join(place.store)),
            None => {
                arguments.extend(["-sd".into(), own.clone().into()]);
                (directory.path().to_owned(), own)
            }
        };
        arguments.extend(settings.flags);
        let environment = settings.environment;
        Self { child: None, client, monitoring, arguments, environment, started_in, store, directory }
    }

    /// Where clients connect, without TLS.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.client.number())
    }

    /// Where clients connect with TLS: by name, as certificates are for names.
    #[must_use]
    pub fn tls_url(&self) -> String {
        format!("tls://localhost:{}", self.client.number())
    }

    /// The port for clients. The same after every restart.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.client.number()
    }

    /// The process, while it runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The directory where JetStream keeps its files.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.store.clone()
    }

    /// What the server has written to its log so far, from its first start on.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// A page of the monitoring port (`/varz`, `/connz`, `/jsz`), with its HTTP head.
    #[must_use]
    pub fn monitoring(&self, path: &str) -> Option<String> {
        health::get(self.monitoring.number(), path)
    }

    /// Whether the server says that it is well, JetStream included.
    #[must_use]
    pub fn is_well(&self) -> bool {
        health::is_well(self.monitoring.number())
    }

    /// Starts the server again on the same port with the store as it is, and returns when it is ready.
    ///
    /// # Panics
    /// When it runs already, or does not come up.
    pub fn restart(&mut self) {
        self.launch();
        self.wait_until_well();
    }

    /// Starts the process and does not wait.
    pub(crate) fn launch(&mut self) {
        assert!(self.child.is_none(), "the server runs already");
        let path = self.log_path();
        let log = File::options().create(true).append(true).open(&path);
        let log = log.unwrap_or_else(|error| panic!("{} cannot be written: {error}", path.display()));
        let program = program();
        let spawned = Command::new(&program)
            .args(&self.arguments)
            .current_dir(&self.started_in)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.child = Some(spawned.unwrap_or_else(|error| panic!("{} cannot be started: {error}", program.display())));
    }

    /// Returns when the server says that it is well.
    ///
    /// # Panics
    /// When it ends instead, or takes too long.
    pub fn wait_until_well(&mut self) {
        let deadline = Instant::now() + START_PATIENCE;
        while !self.is_well() {
            let child = self.child.as_mut().unwrap_or_else(|| panic!("the server was not started"));
            if let Ok(Some(status)) = child.try_wait() {
                panic!("nats-server ended at once ({status}). Its log:\n{}", self.log());
            }
            assert!(Instant::now() < deadline, "nats-server is not well. Its log:\n{}", self.log());
            thread::sleep(LOOK_EVERY); // between looks
        }
    }

    /// SIGKILL: as a power cut, but for what the system has not written yet. Returns when it is gone.
    pub fn kill(&mut self) {
        self.end(Signal::KILL);
    }

    /// SIGTERM: an orderly end. Returns when it is gone.
    pub fn terminate(&mut self) {
        self.end(Signal::TERM);
    }

    /// SIGSTOP: connections stay open and nobody answers.
    pub fn freeze(&self) {
        self.signal(Signal::STOP);
        // The signal is taken a moment later; until then requests are answered.
        let deadline = Instant::now() + START_PATIENCE;
        while !self.is_stopped() {
            assert!(Instant::now() < deadline, "the server does not stop");
            thread::sleep(LOOK_EVERY); // between looks
        }
    }

    /// State `T` in `/proc/PID/stat`, after the name in parentheses.
    fn is_stopped(&self) -> bool {
        let stat = self.process().and_then(|id| fs::read_to_string(format!("/proc/{id}/stat")).ok());
        stat.is_some_and(|stat| stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('T')))
    }

    /// SIGCONT: goes on after [`Broker::freeze`].
    pub fn thaw(&self) {
        self.signal(Signal::CONT);
    }

    /// Reads its configuration files again (SIGHUP).
    pub fn reload(&self) {
        self.signal(Signal::HUP);
    }

    fn end(&mut self, signal: Signal) {
        self.signal(signal);
        if let Some(mut child) = self.child.take() {
            let _ = child.wait();
        }
    }

    fn signal(&self, signal: Signal) {
        let process = self.process().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let process = process.unwrap_or_else(|| panic!("the server does not run"));
        kill_process(process, signal).unwrap_or_else(|error| panic!("the server took no signal: {error}"));
    }

    fn log_path(&self) -> PathBuf {
        self.directory.path().join("server.log")
    }

    /// A directory that lives as long as the server, for what a test wants to put beside it.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
