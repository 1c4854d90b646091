//! An installation: a broker, four services, one process in front of them.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use dossier_broker::Port;
use dossier_faults::{
    checker::{Verdict, check},
    exporting::export_from,
    load::{People, Town, Workers},
    notes::Notebook,
    process::{Ended, Process, Started},
    room, story,
};
use dossier_proto::Origin;
use tempfile::TempDir;

use crate::{
    Brokers, Life, Service,
    asking::get,
    brokers::{Kind, tail},
    deployment::Deployment,
    level::Doors,
    until,
};

/// Readiness, level: a busy machine takes its time.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// How an installation is made.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The seed of everything that is chosen.
    pub seed: u64,
    /// The program.
    pub program: PathBuf,
    /// The broker.
    pub brokers: Kind,
    /// Under which directory it is made; in memory when none is named.
    pub directory: Option<PathBuf>,
}

impl Plan {
    /// With one server.
    pub fn of(seed: u64, program: impl Into<PathBuf>) -> Self {
        Self { seed, program: program.into(), brokers: Kind::One, directory: None }
    }
}

/// An installation. Everything ends when it is dropped.
pub struct Installation {
    /// The seed.
    pub seed: u64,
    /// The broker.
    pub brokers: Brokers,
    /// The files.
    pub deployment: Deployment,
    /// What callers share.
    pub town: Arc<Town>,
    /// Where the services answer.
    pub doors: Doors,
    program: PathBuf,
    services: BTreeMap<Origin, Service>,
    people: OnceLock<People>,
    /// How often the story was told.
    told: AtomicU64,
    front: Option<Process>,
    front_port: Port,
    directory: TempDir,
}

impl Installation {
    /// Keys, files and the broker; no service runs yet.
    ///
    /// # Panics
    /// Something cannot be made.
    pub fn found(plan: &Plan) -> Self {
        let prefix = format!("dossier-nats-{}-", plan.seed);
        let directory = match &plan.directory {
            None => room::in_memory(&prefix),
            Some(place) => TempDir::with_prefix_in(&prefix, place).expect("a directory can be made there"),
        };
        let deployment = Deployment::make(&plan.program, &directory.path().join("deployment"));
        let brokers = Brokers::start(plan.brokers, &deployment, directory.path());
        let front_port = Port::reserve();
        let services = Origin::ALL.map(|origin| {
            let file = deployment.configuration(origin);
            deployment.set(&file, "servers", &format!("{:?}", brokers.servers(origin)));
            deployment.set(&file, "replicas", &brokers.replicas().to_string());
            deployment.set(&file, "public_url", &format!("\"http://127.0.0.1:{}\"", front_port.number()));
            (origin, Service::new(origin, &plan.program, file))
        });
        let services = BTreeMap::from(services);
        let urls = services.iter().map(|(origin, service)| (*origin, service.url())).collect();
        let doors = Doors::new(urls, format!("seed {} ({})", plan.seed, directory.path().display()));
        let notebook = Notebook::open(&directory.path().join("notes.jsonl")).expect("a temporary directory has room");
        let town = Arc::new(Town::new(plan.seed, notebook));
        let program = plan.program.clone();
        Self {
            seed: plan.seed,
            brokers,
            deployment,
            town,
            program,
            doors,
            services,
            people: OnceLock::new(),
            told: AtomicU64::new(0),
            front: None,
            front_port,
            directory,
        }
    }

    /// Everything runs, says that all is well, and has read what the others had to say.
    ///
    /// # Panics
    /// Something does not.
    pub fn start(plan: &Plan) -> Self {
        let installation = Self::begin(plan);
        installation.doors.level(PATIENCE);
        installation
    }

    /// Everything runs, and says that all is well: with the program as it is shipped.
    ///
    /// # Panics
    /// Something does not.
    pub fn begin(plan: &Plan) -> Self {
        let mut installation = Self::found(plan);
        installation.start_services();
        installation.start_front();
        installation.doors.ready(PATIENCE);
        installation
    }

    /// Starts all four at once, as a machine does that was switched on.
    ///
    /// # Panics
    /// One does not start.
    pub fn start_services(&mut self) {
        let idle: Vec<_> = self.services.values_mut().filter(|service| !service.is_begun()).collect();
        let mut begun = Vec::new();
        for service in idle {
            service.begin(Life::default());
            begun.push(service);
        }
        for service in begun {
            if let Err(ended) = service.arrive() {
                panic!("{} does not start: {ended:?}", service.origin);
            }
        }
    }

    /// Starts what stands in front, and tells the callers.
    ///
    /// # Panics
    /// It does not start.
    pub fn start_front(&mut self) {
        let mut command = Command::new(&self.program);
        command.args(["front", "--demo", "--listen", &format!("127.0.0.1:{}", self.front_port.number())]);
        for (origin, service) in &self.services {
            command.arg(format!("--{origin}")).arg(service.url());
        }
        let mut front = Process::start(command);
        match front.address() {
            Started::At(address) => self.town.set_address(Some(address)),
            Started::Ended(ended) => panic!("what stands in front does not start: {ended:?}"),
        }
        self.front = Some(front);
    }

    /// A service.
    pub fn service(&self, origin: Origin) -> &Service {
        &self.services[&origin]
    }

    /// A service, to be killed or started.
    pub fn service_mut(&mut self, origin: Origin) -> &mut Service {
        self.services.get_mut(&origin).expect("there are all four")
    }

    /// The four.
    pub fn services_mut(&mut self) -> impl Iterator<Item = &mut Service> {
        self.services.values_mut()
    }

    /// Where callers ask.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.front_port.number())
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// A file or directory beside the deployment.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The invented people, as they were when they were asked for first: later there may be too many designations to find them.
    pub fn people(&self) -> People {
        let learn = || People::learn(&self.town, &self.deployment.data(Origin::Moderation));
        self.people.get_or_init(learn).clone()
    }

    /// Disks are going to be lost, and keys with them that nobody else had yet: callers leave alone what cannot be read because of it.
    pub fn loses_keys(&self) {
        self.town.house_loses_keys();
    }

    /// Everybody begins to work.
    pub fn workers(&self) -> Workers {
        Workers::begin(&self.town, &self.people())
    }

    /// Tells the story once everybody is ready, in a thread of its own: what dies meanwhile is to be started again.
    pub fn tell(&self) -> JoinHandle<u32> {
        self.tell_with_encores(|_| false)
    }

    /// The same, with encores as long as `again` says so, which is told how many there were; gives how many.
    pub fn tell_with_encores(&self, again: impl FnMut(u32) -> bool + Send + 'static) -> JoinHandle<u32> {
        // Each telling has keys of its own.
        let seed = self.seed * 1_000 + self.told.fetch_add(1, Ordering::SeqCst);
        let notebook = Notebook::open(&self.beside("notes.jsonl")).expect("a temporary directory has room");
        let town = Arc::new(Town::new(seed, notebook));
        town.set_address(Some(self.url()));
        let (doors, data) = (self.doors.clone(), self.deployment.data(Origin::Moderation));
        let known = self.people.get().cloned();
        thread::spawn(move || {
            doors.ready(PATIENCE);
            doors.level(PATIENCE);
            let people = known.unwrap_or_else(|| People::learn(&town, &data));
            let level = || {
                doors.level(PATIENCE);
            };
            story::tell_with_encores(&town, &people, level, again)
        })
    }

    /// The digests of all services' states and views, when nobody writes.
    ///
    /// # Panics
    /// They are not told.
    pub fn digests(&self) -> serde_json::Value {
        let people = self.people();
        let auditor = people.of("auditor");
        let look = || {
            let said = get(&format!("{}/audit/api/v1/state", self.url()), Some(&auditor.token))?;
            let digests = said.json();
            let all = digests.as_array().is_some_and(|digests| digests.len() == Origin::ALL.len());
            if all { Ok(digests) } else { Err(format!("{said:?}")) }
        };
        until("the digests are told", PATIENCE, look).0
    }

    /// Everybody reads everything and is well; all end, one half by `kill -9` and one half as asked; what they leave is sound.
    /// Gives what the checker found. Between the end and here nothing else may have been started.
    ///
    /// # Panics
    /// It is not.
    #[track_caller]
    pub fn close(&mut self) -> Verdict {
        self.doors.level(PATIENCE);
        self.doors.ready(PATIENCE);
        let before = self.digests();
        self.doors.level(PATIENCE);
        let by_kill = self.seed.is_multiple_of(2);
        for (number, service) in self.services.values_mut().enumerate() {
            if number.is_multiple_of(2) == by_kill { service.kill() } else { service.end() }
        }
        let verdict = self.judge();
        self.same_when_folded_again(&before);
        verdict
    }

    /// Judges what lies there, by exports and acknowledgements alone. Nothing may run.
    ///
    /// # Panics
    /// Something is wrong.
    #[track_caller]
    pub fn judge(&self) -> Verdict {
        let exports = self.beside("exports");
        if exports.exists() {
            fs::remove_dir_all(&exports).expect("it is ours");
        }
        let exported = export_from(|origin| self.deployment.data(origin), &exports);
        exported.unwrap_or_else(|failure| panic!("{}: it cannot be exported: {failure}", self.whereabouts()));
        let verdict = check(&exports, &self.beside("notes.jsonl")).expect("keys and notes are there");
        let complaints: Vec<_> = verdict.complaints.iter().take(40).map(ToString::to_string).collect();
        let (count, words) = (verdict.complaints.len(), complaints.join("\n"));
        assert!(complaints.is_empty(), "{}: {count} complaints\n{words}", self.whereabouts());
        self.command(&["verify".as_ref(), exports.as_os_str()]);
        verdict
    }

    /// The state that each service had is what its journal alone amounts to, folded from the first event by the command.
    fn same_when_folded_again(&self, before: &serde_json::Value) {
        for origin in Origin::ALL {
            let data = self.deployment.data(origin);
            let told = before.as_array().into_iter().flatten().find(|one| one["origin"] == origin.name());
            let state = told.and_then(|one| one["state"].as_str()).unwrap_or_default().to_owned();
            let text = self.command(&["--json".as_ref(), "replay".as_ref(), "--data".as_ref(), data.as_os_str()]);
            assert!(
                !state.is_empty() && text.contains(&state),
                "{}: {origin} had the state {state}, its journal amounts to {text}",
                self.whereabouts()
            );
        }
    }

    /// Runs a command of the program to its end; gives what it printed.
    ///
    /// # Panics
    /// It fails.
    pub fn command(&self, arguments: &[&std::ffi::OsStr]) -> String {
        let output = Command::new(&self.program).args(arguments).output().expect("the program can be started");
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}: {arguments:?}: {}: {out} {error}", self.whereabouts(), output.status);
        out.into_owned()
    }

    /// Another process of a service, with a data directory of its own or the same; it must end by itself.
    pub fn another(&self, origin: Origin, data: &Path) -> Ended {
        let mut process = self.begin_another(origin, data);
        match process.address() {
            Started::Ended(ended) => ended,
            Started::At(address) => {
                process.kill();
                panic!("{}: a second {origin} began at {address}", self.whereabouts());
            }
        }
    }

    /// The same, not waited for.
    pub fn begin_another(&self, origin: Origin, data: &Path) -> Process {
        let file = self.deployment.root().join(format!("another-{origin}.toml"));
        fs::copy(self.deployment.configuration(origin), &file).expect("a temporary directory has room");
        self.deployment.set(&file, "data", &format!("{:?}", data.display().to_string()));
        crate::service::serve(&self.program, origin, &file, "127.0.0.1:0", Life::default())
    }

    /// What to say where something went wrong.
    pub fn whereabouts(&self) -> String {
        self.doors.whereabouts.clone()
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        if !thread::panicking() {
            return;
        }
        self.directory.disable_cleanup(true);
        #[allow(clippy::print_stderr, reason = "what happened, for who looks")]
        {
            for service in self.services.values() {
                eprintln!("-- {} said:\n{}", service.origin, tail(&service.log()));
            }
            eprintln!("-- the broker said:\n{}", self.brokers.logs());
            eprintln!("-- all is kept: {}", self.whereabouts());
        }
    }
}

/// How long something took, printed for who looks.
pub fn told(what: &str, took: Duration) {
    #[allow(clippy::print_stdout, reason = "figures, for who looks")]
    {
        println!("{what}: {:.2} s", took.as_secs_f64());
    }
}

/// Measures.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    (work(), begun.elapsed())
}
