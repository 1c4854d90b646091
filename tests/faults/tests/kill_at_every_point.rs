//! `kill -9` at each point of each service, again and again, under writers who do not stop: in the end a checker that reads
//! nothing but exports and acknowledgements finds nothing lost and nothing doubled (P1, P4).
//!
//! 25 seeds, in five tests so that they share the processors. Each seed goes through all 24 points (four services, three steps,
//! groups with callers' commands and groups with received events), in an order and at arrivals of its own, on one data directory.
//! `DOSSIER_FAULTS_SEED=17 cargo nextest run -p dossier-faults one_seed` runs one again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use dossier_engine::Step;
use dossier_faults::{
    checker::check,
    dying::ANSWERS_HAVE_LEFT,
    exporting::export_all,
    load::{People, Town, Workers},
    notes::Notebook,
    point::{Carries, Point, STEPS},
    process::{Process, Started},
    room,
    seeded::Seeded,
};
use dossier_proto::Origin;
use tempfile::TempDir;

/// A point is reached within so long, or the load does not lead there.
const REACHED_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn seeds_1_to_5() {
    (1..=5).for_each(one);
}

#[test]
fn seeds_6_to_10() {
    (6..=10).for_each(one);
}

#[test]
fn seeds_11_to_15() {
    (11..=15).for_each(one);
}

#[test]
fn seeds_16_to_20() {
    (16..=20).for_each(one);
}

#[test]
fn seeds_21_to_25() {
    (21..=25).for_each(one);
}

/// The one that `DOSSIER_FAULTS_SEED` names; else one more.
#[test]
fn one_seed() {
    one(env::var("DOSSIER_FAULTS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(26));
}

fn one(seed: u64) {
    let mut directory = room_for(seed);
    // Kept when it fails.
    directory.disable_cleanup(true);
    let run = Run::new(seed, directory.path());
    run.through_all_points();
    directory.disable_cleanup(false);
}

/// Every fifth seed works on the disk, the others in memory.
fn room_for(seed: u64) -> TempDir {
    let prefix = format!("dossier-faults-{seed}-");
    if seed.is_multiple_of(5) { room::on_disk(&prefix) } else { room::in_memory(&prefix) }
}

struct Run {
    seed: u64,
    data: PathBuf,
    notes: PathBuf,
    exports: PathBuf,
    seeded: Seeded,
    town: Arc<Town>,
}

impl Run {
    fn new(seed: u64, directory: &Path) -> Self {
        let notes = directory.join("notes.jsonl");
        let notebook = Notebook::open(&notes).expect("a file in a temporary directory");
        Self {
            seed,
            data: directory.join("data"),
            notes,
            exports: directory.join("exports"),
            seeded: Seeded::new(seed, "points"),
            town: Arc::new(Town::new(seed, notebook)),
        }
    }

    fn through_all_points(mut self) {
        self.die_while_setting_up();
        let people = self.learn_who_is_there();
        let workers = Workers::begin(&self.town, &people);
        let points = self.points();
        let answered = points.iter().filter(|point| self.live_until(**point)).count();
        // Of the four ends at which callers have their answers: a busy machine may not let each out in time.
        assert!(answered >= 2, "{}: answers left before {answered} ends alone", self.whereabouts());
        let mut last = self.start(None);
        let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", self.whereabouts()));
        self.settle();
        if self.seed.is_multiple_of(2) {
            let ended = last.end();
            assert!(ended.status.success(), "{}: {ended:?}", self.whereabouts());
        } else {
            last.kill();
            drop(last);
        }
        self.judge(answered);
    }

    /// All points in an order of this seed, each at an arrival of its own.
    fn points(&mut self) -> Vec<Point> {
        let mut points = Point::all(1);
        self.seeded.shuffle(&mut points);
        for point in &mut points {
            // Retractions are rare.
            let rare = (point.origin, point.carries) == (Origin::Publication, Carries::Commands);
            point.arrival = if rare { 1 } else { 1 + self.seeded.below(6) as u64 };
        }
        points
    }

    /// The first start makes keys, journals, the registry, people and their rights: it is interrupted a few times.
    fn die_while_setting_up(&mut self) {
        for _ in 0..3 {
            let origin = self.seeded.one_of(&Origin::ALL).copied().unwrap_or(Origin::Moderation);
            let step = self.seeded.one_of(&STEPS).copied().unwrap_or(Step::Committed);
            // Moderation receives nothing yet, and the others decide nothing.
            let carries = if origin == Origin::Moderation { Carries::Commands } else { Carries::Received };
            let arrival = 1 + self.seeded.below(3) as u64;
            let mut process = self.process(Some(Point { origin, step, carries, arrival }));
            match process.address() {
                Started::Ended(ended) => assert!(ended.was_killed(), "{}: {ended:?}", self.whereabouts()),
                // Everything was set up before.
                Started::At(_) => process.kill(),
            }
        }
    }

    fn learn_who_is_there(&self) -> People {
        let mut process = self.start(None);
        let people = People::learn(&self.town, &self.data);
        self.town.set_address(None);
        process.kill();
        people
    }

    /// One life, which ends at a point. Says whether the callers had their answers by then, at a point where they should.
    fn live_until(&self, point: Point) -> bool {
        let mut process = self.process(Some(point));
        if let Started::At(address) = process.address() {
            self.town.set_address(Some(address));
        }
        let ended = process.wait_for(REACHED_WITHIN);
        self.town.set_address(None);
        match ended {
            Some(ended) => {
                assert!(ended.was_killed(), "{} at {point}: {ended:?}", self.whereabouts());
                ended.said.contains(ANSWERS_HAVE_LEFT)
            }
            None => {
                process.kill();
                panic!("{}: {point} was not reached within {REACHED_WITHIN:?}", self.whereabouts());
            }
        }
    }

    fn process(&self, die: Option<Point>) -> Process {
        Process::under_fault(Path::new(env!("CARGO_BIN_EXE_under-fault")), &self.data, die, &[])
    }

    fn start(&self, die: Option<Point>) -> Process {
        let mut process = self.process(die);
        match process.address() {
            Started::At(address) => self.town.set_address(Some(address)),
            Started::Ended(ended) => panic!("{}: it does not start: {ended:?}", self.whereabouts()),
        }
        process
    }

    /// Everybody has read everything, and says that all is well.
    fn settle(&self) {
        let text = |path: &str| {
            let answer = ureq::get(format!("{}{path}", self.town.address())).call();
            let mut answer = answer.unwrap_or_else(|error| panic!("{}: GET {path}: {error}", self.whereabouts()));
            answer.body_mut().read_to_string().expect("an answer is text")
        };
        assert_eq!(text("/under-fault/level"), "level", "{}", self.whereabouts());
        let ready = text("/readyz");
        assert!(!ready.is_empty(), "{}", self.whereabouts());
    }

    fn judge(&self, answered: u64) {
        export_all(&self.data, &self.exports)
            .unwrap_or_else(|failure| panic!("{}: it cannot be exported: {failure}", self.whereabouts()));
        let verdict = check(&self.exports, &self.notes).expect("keys and notes are there");
        let complaints: Vec<_> = verdict.complaints.iter().take(40).map(ToString::to_string).collect();
        assert!(
            complaints.is_empty(),
            "{}: {} complaints\n{}",
            self.whereabouts(),
            verdict.complaints.len(),
            complaints.join("\n")
        );
        assert_eq!(verdict.acknowledged as u64, answered, "{}", self.whereabouts());
        // Under this there was no load to speak of.
        assert!(answered >= 100, "{}: only {answered} commands took effect", self.whereabouts());
        self.judge_by_the_command();
        #[allow(clippy::print_stdout, reason = "what a run amounted to, for who looks")]
        {
            println!("seed {}: {} events, {answered} commands acknowledged", self.seed, verdict.events);
        }
    }

    /// The second opinion: `dossier verify`, which also decides every command again.
    fn judge_by_the_command(&self) {
        let program = Path::new(env!("CARGO_BIN_EXE_dossier-command"));
        let mut verify = Process::command(program, ["verify".as_ref(), self.exports.as_os_str()]);
        let ended = verify.wait();
        assert!(ended.status.success(), "{}: dossier verify: {ended:?}", self.whereabouts());
    }

    fn whereabouts(&self) -> String {
        format!("seed {} ({})", self.seed, self.data.display())
    }
}
