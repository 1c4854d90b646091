//! What a broker can do, while people write without a pause: it dies, forgets, turns back, lies. Everybody reads on within seconds, nobody
//! has to do anything, and in the end a checker that reads nothing but exports and acknowledgements finds nothing lost and
//! nothing doubled (P3, P4).

#![allow(clippy::print_stdout, reason = "seeds and figures are for who looks")]

use std::{env, time::Instant};

use dossier_faults::seeded::Seeded;
use dossier_nats::{
    Installation, Plan,
    healing::{Healed, PATIENCE, heals_in_time},
    meddling::Meddler,
    misfortune::{self, Misfortune},
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Whose streams are disturbed: those where something happens all the time.
const WRITERS: [Origin; 3] = [Origin::Submission, Origin::Moderation, Origin::Publication];
/// So many events at least were never delivered to a reader when the store is deleted.
const UNDELIVERED: u64 = 50;

/// What is done to the broker.
enum Fault {
    /// To one stream, or to all that it keeps.
    Of(Misfortune),
    /// Longer stories.
    Longer(fn(&mut World)),
}

#[test]
fn what_the_broker_forgets_is_put_back() {
    let faults = [
        ("the server is killed", Fault::Of(misfortune::server_killed)),
        ("the store is deleted with 50 events undelivered", Fault::Longer(World::store_deleted)),
        ("a stream is purged", Fault::Of(misfortune::purged)),
        ("a stream is deleted", Fault::Of(misfortune::deleted)),
        ("a stream is rolled back to an older copy of the store", Fault::Longer(World::rolled_back)),
        ("the server stands still", Fault::Of(misfortune::server_frozen)),
    ];
    World::new("forgets", 101).through(&faults);
}

#[test]
fn what_the_broker_invents_is_not_believed() {
    let faults = [
        ("a bit is flipped in a block file", Fault::Of(misfortune::bit_flipped)),
        ("foreign bytes in the middle", Fault::Of(misfortune::foreign_in_the_middle)),
        ("a stream that is longer than the journal", Fault::Of(misfortune::longer)),
        ("messages come twice and in another order", Fault::Of(misfortune::again_in_disorder)),
        ("the first messages are missing", Fault::Of(misfortune::beginning_missing)),
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
            for (name, fault) in order.into_iter().map(|number| &faults[number]) {
                heals_in_time(name, || {
                    self.some_events(30);
                    self.suffer(fault);
                    self.healed()
                });
            }
        }
        self.some_events(30);
        let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", self.installation.whereabouts()));
        let verdict = self.installation.close();
        println!("{} events, {answered} commands acknowledged", verdict.events);
        assert_eq!(verdict.acknowledged as u64, answered, "{}", self.installation.whereabouts());
        assert!(answered >= 100, "only {answered} commands took effect");
    }

    fn suffer(&mut self, fault: &Fault) {
        match fault {
            Fault::Of(misfortune) => {
                let origin = *self.seeded.one_of(&WRITERS).expect("there are three");
                misfortune(&mut self.installation, &mut self.seeded, origin);
            }
            Fault::Longer(story) => story(self),
        }
    }

    /// Everybody reads up to where the journals are now, and the streams hold the journals' last parts again.
    fn healed(&self) -> Healed {
        let begun = Instant::now();
        let doors = &self.installation.doors;
        let heads = doors.heads();
        let behind = doors.furthest_behind(&heads);
        doors.read_up_to(&heads, PATIENCE);
        for origin in WRITERS {
            let meddler = Meddler::of(&self.installation, origin);
            let wanted = heads[&origin].sequence;
            until("the streams are whole", PATIENCE, || match meddler.last() {
                Some(last) if last >= wanted => Ok(()),
                last => Err(format!("{origin}'s stream ends at {last:?} of {wanted}")),
            });
        }
        Healed { took: begun.elapsed(), behind }
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

    /// A reader is gone while others write. What the broker stored after it had gone it cannot have got: that is counted, and then lost.
    fn store_deleted(&mut self) {
        let reader = Origin::Publication;
        self.installation.service_mut(reader).kill();
        let undelivered = undelivered(&self.installation, &[Origin::Submission, Origin::Moderation], UNDELIVERED);
        println!("{undelivered} events were stored and never delivered to {reader}; now the store is deleted");
        misfortune::store_deleted(&mut self.installation, &mut self.seeded, reader);
        self.installation.service_mut(reader).start();
    }

    fn rolled_back(&mut self) {
        let older = misfortune::copy_of_now(&mut self.installation, &mut self.seeded);
        self.some_events(30);
        misfortune::rolled_back(&mut self.installation, &older);
    }
}

/// Waits until the broker has stored so many more events than now in these streams. Gives how many.
fn undelivered(installation: &Installation, writers: &[Origin], wanted: u64) -> u64 {
    let streams: Vec<_> = writers.iter().map(|writer| Meddler::of(installation, *writer)).collect();
    let stored = || streams.iter().filter_map(Meddler::last).sum::<u64>();
    let before = stored();
    let look = || match stored().saturating_sub(before) {
        more if more >= wanted => Ok(more),
        more => Err(format!("{more} of {wanted}")),
    };
    until("so many events are stored", PATIENCE, look).0
}
