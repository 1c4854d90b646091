//! The story's path through four processes, and again with each process killed with `kill -9` at the points where that is interesting, the
//! broker's whole store deleted once on the way: the same end, nothing lost, nothing twice (P1, P2, P3, P4).
//!
//! 25 seeds, in five tests so that they share the processors. In each run each of the four processes dies at least once, at points that go round
//! with the seeds: all 24 (three steps of two kinds of groups of four services) are reached by every few seeds. `DOSSIER_NATS_POINTS=6` takes
//! every process through all six of its points in each run; `DOSSIER_NATS_SEED=17 cargo nextest run -p dossier-nats one_seed` runs one again.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    env,
    ops::RangeInclusive,
    panic::resume_unwind,
    sync::Mutex,
    thread::{self, JoinHandle},
    time::Duration,
};

use dossier_engine::Step;
use dossier_faults::{
    checker::{read_keys, reading},
    point::{Carries, Point},
    seeded::Seeded,
};
use dossier_nats::{Installation, Life, Plan, installation::PATIENCE, within};
use dossier_proto::{Origin, Payload};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Between two looks whether somebody has died.
const LOOK: Duration = Duration::from_millis(2);
/// Who ends once its callers have their answers waits for these to leave.
const LAST_DEATHS_WITHIN: Duration = Duration::from_millis(500);

/// What each journal holds in the end: how many events of which kind.
type End = BTreeMap<String, usize>;

#[test]
fn the_story_through_four_processes() {
    let mut installation = Installation::start(&Plan::of(0, PROGRAM));
    installation.tell().join().unwrap();
    let verdict = installation.close();
    assert!(verdict.acknowledged >= 25, "{}", verdict.acknowledged);
    println!("{} events, {} acknowledged", verdict.events, verdict.acknowledged);
    println!("{:#?}", end_of(&installation));
}

#[test]
fn seeds_1_to_5() {
    through(1..=5);
}

#[test]
fn seeds_6_to_10() {
    through(6..=10);
}

#[test]
fn seeds_11_to_15() {
    through(11..=15);
}

#[test]
fn seeds_16_to_20() {
    through(16..=20);
}

#[test]
fn seeds_21_to_25() {
    through(21..=25);
}

/// The one that `DOSSIER_NATS_SEED` names; else nothing, for the others are there.
#[test]
fn one_seed() {
    if let Some(seed) = env::var("DOSSIER_NATS_SEED").ok().and_then(|seed| seed.parse().ok()) {
        Run::new(seed).live();
    }
}

/// Each start waits a second for another instance: so a few runs go on at a time.
const AT_ONCE: usize = 3;

fn through(seeds: RangeInclusive<u64>) {
    let seeds = Mutex::new(seeds);
    let some = || {
        let mut lived = Vec::new();
        loop {
            let next = seeds.lock().unwrap().next();
            let Some(seed) = next else { return lived };
            lived.push((seed, Run::new(seed).live()));
        }
    };
    let lived: Vec<_> = thread::scope(|scope| {
        let runs: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(some)).collect();
        runs.into_iter().flat_map(|run| run.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let (first, (_, end)) = &lived[0];
    for (seed, (_, other)) in &lived {
        assert_eq!(other, end, "seed {seed} came to another end than seed {first}");
    }
    let points = lived.iter().flat_map(|(_, (points, _))| points);
    let reached: BTreeSet<_> = points.map(|point| Point { arrival: 1, ..*point }).collect();
    println!("{} of 24 points were reached", reached.len());
    // Five runs with two points of each of four processes go round all of them; one may miss its moment.
    assert!(reached.len() >= 20, "only {reached:?}");
}

struct Run {
    seed: u64,
    seeded: Seeded,
    installation: Installation,
    points: BTreeMap<Origin, VecDeque<Point>>,
    armed: BTreeMap<Origin, Point>,
    reached: Vec<Point>,
    /// After how many deaths the store is deleted.
    forget_after: usize,
    forgotten: bool,
}

impl Run {
    fn new(seed: u64) -> Self {
        println!("seed {seed}");
        let mut seeded = Seeded::new(seed, "points");
        let points = Origin::ALL.into_iter().map(|origin| (origin, points_of(origin, seed, &mut seeded))).collect();
        let forget_after = 1 + seeded.below(3);
        let installation = Installation::found(&Plan::of(seed, PROGRAM));
        Self {
            seed,
            seeded,
            installation,
            points,
            armed: BTreeMap::new(),
            reached: Vec::new(),
            forget_after,
            forgotten: false,
        }
    }

    fn live(mut self) -> (Vec<Point>, End) {
        for origin in Origin::ALL {
            self.begin(origin);
        }
        self.installation.start_front();
        let story = self.installation.tell();
        self.watch_over(story);
        self.disarm();
        let verdict = self.installation.close();
        let end = end_of(&self.installation);
        println!(
            "seed {}: {} events, {} acknowledged, died at {}",
            self.seed,
            verdict.events,
            verdict.acknowledged,
            words(&self.reached)
        );
        let died: BTreeSet<_> = self.reached.iter().map(|point| point.origin).collect();
        assert_eq!(died.len(), 4, "{}: only {died:?} died", self.installation.whereabouts());
        assert!(self.forgotten, "{}: the store was never deleted", self.installation.whereabouts());
        (self.reached, end)
    }

    /// Starts whoever dies, until the story is told.
    fn watch_over(&mut self, story: JoinHandle<()>) {
        while !story.is_finished() {
            for origin in Origin::ALL {
                self.look_after(origin);
            }
            if !self.forgotten && self.reached.len() >= self.forget_after {
                self.forget();
            }
            thread::sleep(LOOK); // between looks
        }
        if let Err(panic) = story.join() {
            resume_unwind(panic);
        }
    }

    fn look_after(&mut self, origin: Origin) {
        let Some(ended) = self.installation.service_mut(origin).has_ended() else { return };
        assert!(ended.was_killed(), "{}: {origin} ended by itself: {ended:?}", self.installation.whereabouts());
        self.reached.extend(self.armed.remove(&origin));
        self.begin(origin);
    }

    fn begin(&mut self, origin: Origin) {
        let next = self.points.get_mut(&origin).and_then(VecDeque::pop_front);
        self.armed.extend(next.map(|point| (origin, point)));
        self.installation.service_mut(origin).begin(next.map_or_else(Life::default, Life::until));
    }

    /// The broker loses everything: its files are gone under it, or while it is away.
    fn forget(&mut self) {
        let broker = self.installation.brokers.single();
        if self.seeded.percent(50) {
            broker.delete_store();
        }
        broker.kill();
        broker.delete_store();
        broker.restart();
        self.forgotten = true;
    }

    /// Whoever still would end at a point is started without one.
    fn disarm(&mut self) {
        // Somebody may be about to: the last answers have just left.
        within(LAST_DEATHS_WITHIN, || {
            Origin::ALL.into_iter().for_each(|origin| self.look_after(origin));
            self.armed.is_empty()
        });
        for (origin, _) in std::mem::take(&mut self.armed) {
            let service = self.installation.service_mut(origin);
            service.kill();
            service.begin(Life::default());
        }
        self.installation.doors.ready(PATIENCE);
    }
}

/// Where a service dies in a run, one after the other. What happens rarely comes last: nothing may come after it.
fn points_of(origin: Origin, seed: u64, seeded: &mut Seeded) -> VecDeque<Point> {
    let lives = env::var("DOSSIER_NATS_POINTS").ok().and_then(|lives| lives.parse().ok()).unwrap_or(2_usize);
    let mut all: Vec<_> = Point::all(1).into_iter().filter(|point| point.origin == origin).collect();
    // By turns, so that every point has its seeds; each service begins elsewhere.
    let turn = (seed as usize * 2 + origin as usize * 3) % all.len();
    all.rotate_left(turn);
    all.truncate(lives.max(1));
    for point in &mut all {
        // The audit service records what it hears of people's rights, and hears it in one go.
        let is_first = is_rare(*point) || point.origin == Origin::Audit;
        point.arrival = if is_first { 1 } else { 1 + seeded.below(4) as u64 };
    }
    all.sort_by_key(|point| is_rare(*point));
    // Of the three steps of what happens once, one.
    let rare = all.iter().position(|point| is_rare(*point)).map_or(all.len(), |first| first + 1);
    all.truncate(rare);
    all.into()
}

/// One retraction, one reading.
fn is_rare(point: Point) -> bool {
    point.carries == Carries::Commands && matches!(point.origin, Origin::Publication | Origin::Audit)
}

fn words(points: &[Point]) -> String {
    points.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// What the journals hold, by the exports that were judged.
fn end_of(installation: &Installation) -> End {
    let exports = installation.beside("exports");
    let history = reading::history(&exports, &read_keys(&exports).unwrap(), &mut Vec::new());
    let mut end = End::new();
    for kept in history.events() {
        // A reading whose answer was lost is another one when it is asked for again.
        if matches!(kept.event.payload, Some(Payload::TrailRead(_))) {
            continue;
        }
        let kind = format!("{:?}", kept.event.payload.as_ref().unwrap());
        let kind: String = kind.chars().take_while(|c| c.is_alphanumeric()).collect();
        *end.entry(format!("{} {kind}", kept.place().origin)).or_default() += 1;
    }
    end
}

#[test]
fn every_point_has_its_seeds() {
    let mut reached = BTreeSet::new();
    for seed in 1..=25 {
        let mut seeded = Seeded::new(seed, "points");
        for origin in Origin::ALL {
            reached.extend(points_of(origin, seed, &mut seeded).into_iter().map(|point| Point { arrival: 1, ..point }));
        }
    }
    assert_eq!(reached.len(), 24, "{reached:?}");
    assert!(Step::BeforeCommit < Step::Answered);
}
