//! The four services of a deployment as processes of their own, and the front before them.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{Deployment, PATIENCE, deployment::program};

const LOOK: Duration = Duration::from_millis(20);

/// Their names.
pub const SERVICES: [&str; 4] = ["submission", "moderation", "publication", "audit"];

/// A running process. Killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    base: String,
    log: PathBuf,
}

/// Four services and a front.
#[derive(Debug)]
pub struct Running {
    services: Vec<Process>,
    front: Process,
    tokens: Value,
}

impl Process {
    /// Starts the program and returns when it says where it is up.
    fn start(deployment: &Path, name: &str, arguments: &[&str]) -> Self {
        let log = deployment.join(format!("{name}.log"));
        let err = File::options().create(true).append(true).open(&log);
        let err = err.unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        let mut command = Command::new(program());
        command.args(arguments).current_dir(deployment).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(err);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{name} could not be started: {error}"));
        let out = child.stdout.take().unwrap_or_else(|| panic!("{name} has no output"));
        let (said, says) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = said.send(line);
            }
        });
        let deadline = Instant::now() + PATIENCE;
        let mut all = String::new();
        let base = loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(line) = says.recv_timeout(left.max(Duration::from_millis(1))) else {
                let _ = child.kill();
                let logged = std::fs::read_to_string(&log).unwrap_or_default();
                panic!("{name} is not up. It said:\n{all}\nand logged:\n{logged}");
            };
            if let Some(base) =
                line.split_whitespace().find(|word| line.contains(" is up at ") && word.starts_with("http://"))
            {
                break base.trim_end_matches(['.', ',']).to_owned();
            }
            all += &line;
            all.push('\n');
        };
        Self { child, base, log }
    }

    /// Where it listens.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// What it logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts a demonstration: four services and the front, each on a port of its own.
    ///
    /// # Panics
    /// When one does not come up.
    #[must_use]
    pub fn start(deployment: &Deployment, broker: &str) -> Self {
        for service in SERVICES {
            let path = deployment.path().join(format!("{service}.toml"));
            let text = deployment.text(&format!("{service}.toml")).replace("tls://localhost:4222", broker);
            std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let start = |service: &&str| {
            let config = format!("{service}.toml");
            let arguments = ["serve", service, "--config", &config, "--demo", "--listen", "127.0.0.1:0"];
            Process::start(deployment.path(), service, &arguments)
        };
        let services: Vec<_> = std::thread::scope(|scope| {
            let starting: Vec<_> = SERVICES.iter().map(|service| scope.spawn(move || start(service))).collect();
            starting
                .into_iter()
                .map(|started| started.join().unwrap_or_else(|_| panic!("a service did not start")))
                .collect()
        });
        let mut arguments = vec!["front".to_owned(), "--listen=127.0.0.1:0".to_owned()];
        for (service, process) in SERVICES.iter().zip(&services) {
            arguments.push(format!("--{service}={}", process.base()));
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let front = Process::start(deployment.path(), "front", &arguments);
        let tokens = deployment.text("moderation/data/demo-tokens.json");
        let tokens = serde_json::from_str(&tokens).unwrap_or_else(|error| panic!("tokens: {error}"));
        let running = Self { services, front, tokens };
        running.wait_until_ready();
        running
    }

    /// Returns when all four have heard of each other.
    fn wait_until_ready(&self) {
        let deadline = Instant::now() + PATIENCE;
        while ureq::get(format!("{}/readyz", self.base())).call().is_err() {
            assert!(Instant::now() < deadline, "the services are not ready\n{}", self.logs());
            std::thread::sleep(LOOK); // between looks
        }
    }

    /// Where people reach it.
    #[must_use]
    pub fn base(&self) -> &str {
        self.front.base()
    }

    /// The token of somebody invented.
    ///
    /// # Panics
    /// When nobody is called so.
    #[must_use]
    pub fn token(&self, key: &str) -> &str {
        self.tokens[key].as_str().unwrap_or_else(|| panic!("nobody plays {key}"))
    }

    /// Asks for something to be done, as somebody invented.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn post(&self, who: &str, path: &str, body: &Value) -> Value {
        let request = ureq::post(format!("{}{path}", self.base()));
        let sent = request.header("authorization", format!("Bearer {}", self.token(who))).send_json(body);
        self.read(path, sent)
    }

    /// Reads, as somebody invented.
    ///
    /// # Panics
    /// When it is refused.
    #[must_use]
    pub fn get(&self, who: &str, path: &str) -> Value {
        let request = ureq::get(format!("{}{path}", self.base()));
        self.read(path, request.header("authorization", format!("Bearer {}", self.token(who))).call())
    }

    fn read(&self, path: &str, sent: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Value {
        let mut answer = sent.unwrap_or_else(|error| panic!("{path}: {error}\n{}", self.logs()));
        answer.body_mut().read_json().unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Everything that was logged, for a failure's message.
    #[must_use]
    pub fn logs(&self) -> String {
        self.services.iter().map(Process::log).collect()
    }
}
