//! A house that has lived: a data directory with a short history, and ways to go on with it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};

use dossier_faults::{
    checker::check,
    exporting::export_all,
    load::{People, Town},
    notes::Notebook,
    point::Point,
    process::{Ended, Process, Started, own_address},
    room, story,
};
use dossier_proto::Origin;
use tempfile::TempDir;

/// The services that work with entries.
pub(crate) const WORKING: [Origin; 3] = [Origin::Submission, Origin::Moderation, Origin::Publication];

/// A data directory that nothing has open.
pub(crate) struct Lived {
    directory: TempDir,
}

impl Lived {
    /// With the story told once.
    pub(crate) fn once() -> Self {
        let lived = Self { directory: room::in_memory("dossier-other-") };
        lived.live_again();
        lived
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// Something beside the data.
    pub(crate) fn aside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn service(&self, origin: Origin) -> PathBuf {
        self.data().join(origin.name())
    }

    /// The story is told once more, and the house ends cleanly.
    pub(crate) fn live_again(&self) {
        let house = House::start(&self.data(), &self.aside("notes.jsonl"), None, &[]);
        story::tell(&house.town, &house.people());
        house.end();
    }

    /// Starts as its users start it; it must be refused, with one of these codes, and with all of these words.
    pub(crate) fn is_refused(&self, codes: &[i32], words: &[&str]) {
        let ended = self.up(&[]);
        let code = ended.status.code();
        assert!(code.is_some_and(|code| codes.contains(&code)), "{codes:?} expected: {ended:?}");
        for word in words {
            assert!(ended.said.contains(word), "{word:?} is not said: {}", ended.said);
        }
    }

    /// `dossier up` until it refuses; that it begins is a failure.
    pub(crate) fn up(&self, environment: &[(&str, &str)]) -> Ended {
        let mut process = up(&self.data(), environment);
        match process.address() {
            Started::Ended(ended) => ended,
            Started::At(address) => {
                process.kill();
                panic!("it began at {address}");
            }
        }
    }

    /// It starts, everybody agrees, it ends, and a checker who reads exports and notes finds nothing.
    pub(crate) fn is_sound(&self) {
        let house = House::start(&self.data(), &self.aside("notes.jsonl"), None, &[]);
        house.settle();
        house.end();
        self.is_sound_as_it_lies();
    }

    /// The same without a start.
    pub(crate) fn is_sound_as_it_lies(&self) {
        let to = self.aside("exports");
        if to.exists() {
            fs::remove_dir_all(&to).unwrap();
        }
        export_all(&self.data(), &to).unwrap_or_else(|failure| panic!("it cannot be exported: {failure}"));
        let verdict = check(&to, &self.aside("notes.jsonl")).unwrap();
        let complaints: Vec<_> = verdict.complaints.iter().map(ToString::to_string).collect();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        assert!(verdict.acknowledged >= 25, "{}", verdict.acknowledged);
    }
}

/// `dossier up --demo` on a data directory.
pub(crate) fn up(data: &Path, environment: &[(&str, &str)]) -> Process {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dossier-command"));
    command.args(["up", "--demo", "--listen", &format!("{}:0", own_address()), "--data"]).arg(data);
    command.envs(environment.iter().copied());
    Process::start(command)
}

/// A house that is up.
pub(crate) struct House {
    pub(crate) process: Process,
    pub(crate) town: Arc<Town>,
    data: PathBuf,
}

impl House {
    /// Starts `under-fault`; a refusal is a failure.
    pub(crate) fn start(data: &Path, notes: &Path, die: Option<Point>, more: &[&str]) -> Self {
        let program = Path::new(env!("CARGO_BIN_EXE_under-fault"));
        Self::of(Process::under_fault(program, data, die, more), data, notes)
    }

    /// A process that was started.
    pub(crate) fn of(mut process: Process, data: &Path, notes: &Path) -> Self {
        let Started::At(address) = process.address() else { panic!("it does not start: {:?}", process.wait()) };
        // Each life has keys of its own: the number of notes so far is part of the seed.
        let lines = fs::read_to_string(notes).map_or(0, |text| text.lines().count());
        let town = Arc::new(Town::new(lines as u64, Notebook::open(notes).unwrap()));
        town.set_address(Some(address));
        Self { process, town, data: data.to_owned() }
    }

    pub(crate) fn people(&self) -> People {
        People::learn(&self.town, &self.data)
    }

    /// A public answer as text, whatever its status.
    pub(crate) fn get(&self, path: &str) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(format!("{}{path}", self.town.address())).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap())
    }

    /// Everybody has read everything, and all is well.
    pub(crate) fn settle(&self) {
        assert_eq!(self.get("/under-fault/level").1, "level");
        let (status, text) = self.get("/readyz");
        assert_eq!(status, 200, "{text}");
    }

    pub(crate) fn end(self) {
        let ended = self.process.end();
        assert!(ended.status.success(), "{ended:?}");
    }
}

/// Copies a directory with every file in it. (A killed process leaves a socket.)
pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let (from, to) = (item.path(), to.join(item.file_name()));
        let kind = item.file_type().unwrap();
        if kind.is_dir() {
            copy(&from, &to);
        } else if kind.is_file() {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// Puts a copy in the place of a directory.
pub(crate) fn put_back(copied: &Path, place: &Path) {
    if place.exists() {
        fs::remove_dir_all(place).unwrap();
    }
    copy(copied, place);
}
