//! The story's path through four processes, and again with each process killed with `kill -9` at each point, the broker's whole store deleted
//! once on the way: the same end as undisturbed, nothing lost, nothing twice (P1, P2, P3, P4).
//!
//! 25 seeds, in five tests so that they share the processors. In each run each of the four processes dies at all six of its points (three
//! steps of two kinds of groups): 24 deaths, in an order of the seed's. `DOSSIER_NATS_SEED=17 cargo nextest run -p dossier-nats one_seed`
//! runs one again.

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
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use dossier_faults::{
    checker::{read_keys, reading},
    point::{Carries, Point},
    seeded::Seeded,
};
use dossier_nats::{Installation, Life, Plan, installation::PATIENCE};
use dossier_proto::{Origin, Payload};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Between two looks whether somebody has died.
const LOOK: Duration = Duration::from_millis(2);
/// In so many encores everybody comes to all their points at the latest: each asks every service for something, and lets each hear of
/// the others.
const ENCORES: u32 = 3;
/// Who has not come to a point after so many never will.
const ENCORES_MAX: u32 = 12;

/// What each journal holds in the end: how many events of which kind.
type End = BTreeMap<String, usize>;

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
        through(seed..=seed);
    }
}

/// All at once: who dies waits a second for another instance when it starts again, and that is most of the time. Beside them the story
/// is told undisturbed: that is the end to come to.
fn through(seeds: RangeInclusive<u64>) {
    let (lived, wanted) = thread::scope(|scope| {
        let runs: Vec<_> = seeds.map(|seed| scope.spawn(move || (seed, Run::new(seed).live()))).collect();
        let wanted = scope.spawn(|| tell_undisturbed(ENCORES));
        let lived: Vec<_> = runs.into_iter().map(joined).collect();
        (lived, joined(wanted))
    });
    let mut undisturbed = BTreeMap::from([(ENCORES, wanted)]);
    for (seed, (encores, end)) in lived {
        let wanted = undisturbed.entry(encores).or_insert_with(|| tell_undisturbed(encores));
        assert_eq!(end, *wanted, "seed {seed} came to another end than the story with {encores} encores");
    }
}

fn joined<T>(run: thread::ScopedJoinHandle<'_, T>) -> T {
    run.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// The end of a story in which nobody dies.
fn tell_undisturbed(encores: u32) -> End {
    let mut installation = Installation::start(&Plan::of(0, PROGRAM));
    let told = installation.tell_with_encores(move |told| told < encores);
    assert_eq!(told.join().unwrap_or_else(|panic| resume_unwind(panic)), encores);
    let verdict = installation.close();
    assert!(verdict.acknowledged >= 25, "{}", verdict.acknowledged);
    let end = end_of(&installation);
    println!("undisturbed: {} events, {} acknowledged, {end:?}", verdict.events, verdict.acknowledged);
    end
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
    /// Everybody died at all their points.
    is_done: Arc<AtomicBool>,
}

impl Run {
    fn new(seed: u64) -> Self {
        println!("seed {seed}");
        let mut seeded = Seeded::new(seed, "points");
        let points = Origin::ALL.into_iter().map(|origin| (origin, points_of(origin, seed, &mut seeded))).collect();
        let forget_after = 1 + seeded.below(16);
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
            is_done: Arc::default(),
        }
    }

    /// How many encores there were, and the end.
    fn live(mut self) -> (u32, End) {
        for origin in Origin::ALL {
            self.begin(origin);
        }
        self.installation.start_front();
        let is_done = Arc::clone(&self.is_done);
        let again = move |told| told < ENCORES || (!is_done.load(Ordering::SeqCst) && told < ENCORES_MAX);
        let story = self.installation.tell_with_encores(again);
        let encores = self.watch_over(story);
        self.everybody_died_everywhere();
        self.installation.doors.ready(PATIENCE);
        let verdict = self.installation.close();
        let end = end_of(&self.installation);
        println!(
            "seed {}: {} events, {} acknowledged, {encores} encores, died at {}",
            self.seed,
            verdict.events,
            verdict.acknowledged,
            words(&self.reached)
        );
        (encores, end)
    }

    fn everybody_died_everywhere(&self) {
        let reached: BTreeSet<_> = self.reached.iter().map(|point| Point { arrival: 1, ..*point }).collect();
        let missed: Vec<_> = Point::all(1).into_iter().filter(|point| !reached.contains(point)).collect();
        let whereabouts = self.installation.whereabouts();
        assert!(missed.is_empty(), "{whereabouts}: nobody died at {}", words(&missed));
        assert!(self.forgotten, "{whereabouts}: the store was never deleted");
    }

    /// Starts whoever dies, until the story is told.
    fn watch_over(&mut self, story: JoinHandle<u32>) -> u32 {
        while !story.is_finished() {
            for origin in Origin::ALL {
                self.look_after(origin);
            }
            if !self.forgotten && self.reached.len() >= self.forget_after {
                self.forget();
            }
            thread::sleep(LOOK); // between looks
        }
        story.join().unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn look_after(&mut self, origin: Origin) {
        let Some(ended) = self.installation.service_mut(origin).has_ended() else { return };
        assert!(ended.was_killed(), "{}: {origin} ended by itself: {ended:?}", self.installation.whereabouts());
        self.reached.extend(self.armed.remove(&origin));
        self.begin(origin);
        let is_done = self.armed.is_empty() && self.points.values().all(VecDeque::is_empty);
        self.is_done.store(is_done, Ordering::SeqCst);
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
}

/// Where a service dies in a run, one after the other: at all its points, in an order and at arrivals of the seed's.
fn points_of(origin: Origin, seed: u64, seeded: &mut Seeded) -> VecDeque<Point> {
    let mut all: Vec<_> = Point::all(1).into_iter().filter(|point| point.origin == origin).collect();
    // By turns, so that every point comes first, and last; each service begins elsewhere.
    let turn = (seed as usize + origin as usize * 2) % all.len();
    all.rotate_left(turn);
    // A publisher and an auditor ask for something late in the story and rarely: until then they have heard of the others.
    all.sort_by_key(|point| is_rare(*point));
    for point in &mut all {
        // The audit service records what it hears of people's rights, and hears it in one go.
        let is_first = is_rare(*point) || point.origin == Origin::Audit;
        point.arrival = if is_first { 1 } else { 1 + seeded.below(3) as u64 };
    }
    all.into()
}

/// A retraction, a reading.
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

/// All 24 in every run, by calculation; and over the 25 each comes first among its service's own (the rare ones first among the rare).
#[test]
fn every_run_goes_through_every_point_and_begins_elsewhere() {
    let mut first = BTreeSet::new();
    for seed in 1..=25 {
        let mut seeded = Seeded::new(seed, "points");
        let plan = Origin::ALL.map(|origin| points_of(origin, seed, &mut seeded));
        let planned: BTreeSet<_> = plan.iter().flatten().map(|point| Point { arrival: 1, ..*point }).collect();
        assert_eq!(planned, Point::all(1).into_iter().collect(), "seed {seed}");
        for points in &plan {
            assert_eq!(points.len(), 6);
            let rare = points.iter().find(|point| is_rare(**point));
            first.extend([points.front(), rare].into_iter().flatten().map(|point| Point { arrival: 1, ..*point }));
        }
    }
    assert_eq!(first, Point::all(1).into_iter().collect(), "over the 25");
}
