//! What a broker can do, while people write without a pause: it dies, forgets, turns back, lies. Everybody reads on within seconds, nobody
//! has to do anything, and in the end a checker that reads nothing but exports and acknowledgements finds nothing lost and
//! nothing doubled (P3, P4).

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{env, fs, time::Duration};

use dossier_faults::seeded::Seeded;
use dossier_nats::{
    Installation, Plan, crowd,
    installation::{PATIENCE, told},
    level::Heads,
    meddling::{Meddler, foreign},
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// It takes a second or two; a busy machine is given more. The figures are printed.
const HEALED_WITHIN: Duration = Duration::from_secs(60);
/// Whose streams are disturbed: those where something happens all the time.
const WRITERS: [Origin; 3] = [Origin::Submission, Origin::Moderation, Origin::Publication];

/// What is done to the broker.
type Fault = fn(&mut World);

#[test]
fn what_the_broker_forgets_is_put_back() {
    let faults: [(&str, Fault); 6] = [
        ("the server is killed", World::server_killed),
        ("the store is deleted with 50 events undelivered", World::store_deleted),
        ("a stream is purged", World::purged),
        ("a stream is deleted", World::deleted),
        ("a stream is rolled back to an older copy of the store", World::rolled_back),
        ("the server stands still", World::frozen),
    ];
    World::new("forgets", 101).through(&faults);
}

#[test]
fn what_the_broker_invents_is_not_believed() {
    let faults: [(&str, Fault); 5] = [
        ("a bit is flipped in a block file", World::bit_flipped),
        ("foreign bytes in the middle", World::foreign_in_the_middle),
        ("a stream that is longer than the journal", World::longer),
        ("messages come twice and in another order", World::again_in_disorder),
        ("the first messages are missing", World::beginning_missing),
    ];
    World::new("invents", 102).through(&faults);
}

/// An installation with people at work, and choices by a seed.
struct World {
    installation: Installation,
    seeded: Seeded,
    rounds: usize,
}

impl World {
    fn new(name: &str, seed: u64) -> Self {
        let seed = env::var("DOSSIER_NATS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(seed);
        let rounds = env::var("DOSSIER_NATS_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1);
        println!("seed {seed}");
        Self { installation: Installation::start(&Plan::of(seed, PROGRAM)), seeded: Seeded::new(seed, name), rounds }
    }

    fn through(mut self, faults: &[(&str, Fault)]) {
        let workers = self.installation.workers();
        for _ in 0..self.rounds {
            let mut order: Vec<_> = (0..faults.len()).collect();
            self.seeded.shuffle(&mut order);
            for (name, fault) in order.into_iter().map(|number| faults[number]) {
                self.some_events(30);
                fault(&mut self);
                let heads = self.installation.doors.heads();
                told(&format!("healed after: {name}"), self.healed(&heads));
            }
        }
        self.some_events(30);
        let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", self.installation.whereabouts()));
        let verdict = self.installation.close();
        println!("{} events, {answered} commands acknowledged", verdict.events);
        assert_eq!(verdict.acknowledged as u64, answered, "{}", self.installation.whereabouts());
        assert!(answered >= 100, "only {answered} commands took effect");
    }

    /// Everybody has read up to here, and the streams hold the journals' last parts again.
    fn healed(&self, heads: &Heads) -> Duration {
        let read = self.installation.doors.read_up_to(heads, HEALED_WITHIN);
        let stored = WRITERS.map(|origin| {
            let meddler = Meddler::of(&self.installation, origin);
            let wanted = heads[&origin].sequence;
            let look = || match meddler.last() {
                Some(last) if last >= wanted => Ok(()),
                last => Err(format!("{origin}'s stream ends at {last:?} of {wanted}")),
            };
            until("the streams are whole", HEALED_WITHIN, look).1
        });
        stored.into_iter().fold(read, |sum, more| sum + more)
    }

    /// The writers have written so many more.
    fn some_events(&self, more: u64) {
        let begun = self.written();
        until("the writers write", PATIENCE, || {
            let now = self.written();
            if now >= begun + more { Ok(()) } else { Err(format!("{now} events of {begun} + {more}")) }
        });
    }

    /// How many events those have that answer.
    fn written(&self) -> u64 {
        WRITERS
            .iter()
            .filter_map(|origin| self.installation.doors.position(*origin).ok())
            .map(|all| all.head.sequence)
            .sum()
    }

    fn somebody(&mut self) -> Origin {
        *self.seeded.one_of(&WRITERS).unwrap()
    }

    fn meddler(&mut self) -> Meddler {
        let origin = self.somebody();
        Meddler::of(&self.installation, origin)
    }

    fn server_killed(&mut self) {
        let broker = self.installation.brokers.single();
        broker.kill();
        broker.restart();
    }

    fn frozen(&mut self) {
        let broker = self.installation.brokers.single();
        broker.freeze();
        std::thread::sleep(Duration::from_secs(3)); // that is how long it stands still
        broker.thaw();
        broker.wait_until_well();
    }

    /// The public's service stands still meanwhile: so many events never reach it by the broker.
    fn store_deleted(&mut self) {
        let reader = Origin::Publication;
        let read = self.installation.doors.position(reader).unwrap().read;
        self.installation.service(reader).freeze();
        let doors = self.installation.doors.clone();
        until("50 events are undelivered", PATIENCE, || {
            let undelivered: u64 = read
                .iter()
                .map(|(origin, at)| {
                    doors.position(*origin).map_or(0, |all| all.head.sequence.saturating_sub(at.sequence))
                })
                .sum();
            if undelivered >= 50 { Ok(()) } else { Err(format!("{undelivered}")) }
        });
        let broker = self.installation.brokers.single();
        broker.kill();
        broker.delete_store();
        broker.restart();
        self.installation.service(reader).thaw();
    }

    fn purged(&mut self) {
        self.meddler().purge();
    }

    fn deleted(&mut self) {
        self.meddler().delete();
    }

    fn rolled_back(&mut self) {
        let broker = self.installation.brokers.single();
        broker.terminate();
        let name = format!("older-{}", self.seeded.next());
        let broker = self.installation.brokers.single();
        let copy = broker.copy_store(&name);
        broker.restart();
        self.some_events(30);
        let broker = self.installation.brokers.single();
        broker.kill();
        broker.restore_store(&copy);
        broker.restart();
    }

    fn bit_flipped(&mut self) {
        let stream = format!("DOSSIER_{}", self.somebody().name().to_ascii_uppercase());
        let broker = self.installation.brokers.single();
        // In order: everything is in its files.
        broker.terminate();
        let blocks = broker.block_files(&stream);
        let block = self.seeded.one_of(&blocks).unwrap_or_else(|| panic!("{stream} has no block file"));
        let mut bytes = fs::read(block).unwrap();
        let place = self.seeded.below(bytes.len());
        bytes[place] ^= 1 << self.seeded.below(8);
        fs::write(block, bytes).unwrap();
        self.installation.brokers.single().restart();
    }

    /// Written by somebody with the service's own key, while the service is away.
    fn foreign_in_the_middle(&mut self) {
        let origin = self.somebody();
        self.installation.service_mut(origin).kill();
        let meddler = Meddler::of(&self.installation, origin);
        let (_, last) = meddler.state();
        let first = last.saturating_sub(19).max(1);
        let mut messages = meddler.messages(first..=last);
        let middle = messages.len() / 2;
        messages[middle] = foreign(&messages[middle], &mut self.seeded);
        meddler.begin_anew_at(first);
        meddler.publish(&messages);
        self.installation.service_mut(origin).start();
    }

    fn longer(&mut self) {
        let origin = self.somebody();
        self.installation.service_mut(origin).kill();
        let meddler = Meddler::of(&self.installation, origin);
        let (_, last) = meddler.state();
        let messages = meddler.messages(last.saturating_sub(9).max(1)..=last);
        let more: Vec<_> = messages.iter().map(|message| foreign(message, &mut self.seeded)).collect();
        meddler.publish(&more);
        self.installation.service_mut(origin).start();
    }

    fn again_in_disorder(&mut self) {
        let meddler = self.meddler();
        let (_, last) = meddler.state();
        let mut messages = meddler.messages(last.saturating_sub(19).max(1)..=last);
        messages.extend(messages.clone());
        self.seeded.shuffle(&mut messages);
        meddler.publish(&messages);
    }

    fn beginning_missing(&mut self) {
        let meddler = self.meddler();
        let (_, last) = meddler.state();
        meddler.api("PURGE", &serde_json::json!({"seq": last.saturating_sub(5).max(1)}));
    }
}

/// The readers stand still while ten thousand events are written; meanwhile the broker loses everything.
#[test]
fn ten_thousand_events_behind() {
    let seed = 103;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let people = installation.people();
    let before = installation.doors.position(Origin::Moderation).unwrap().head.sequence;
    let readers = [Origin::Submission, Origin::Publication, Origin::Audit];
    readers.iter().for_each(|reader| installation.service(*reader).freeze());
    let (_, wrote) = dossier_nats::installation::timed(|| crowd::designate(&installation.town, &people, 5_000));
    told("10 000 events written", wrote);
    let after = installation.doors.position(Origin::Moderation).unwrap().head.sequence;
    assert!(after >= before + 10_000, "{before} {after}");
    let broker = installation.brokers.single();
    broker.kill();
    broker.delete_store();
    broker.restart();
    readers.iter().for_each(|reader| installation.service(*reader).thaw());
    let heads = installation.doors.heads();
    told("10 000 events behind, healed (10 s are due)", installation.doors.read_up_to(&heads, HEALED_WITHIN));
    let verdict = installation.close();
    assert!(verdict.acknowledged >= 10_000, "{}", verdict.acknowledged);
}
