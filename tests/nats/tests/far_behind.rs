//! The others are away while ten thousand events are written, and when they come back the broker has died, forgotten, turned back or lied:
//! each reads all of them within ten seconds, and in the end everything is as if nothing had been (P3).

#![allow(clippy::print_stdout, reason = "seeds and figures are for who looks")]

use std::{path::Path, time::Instant};

use dossier_faults::seeded::Seeded;
use dossier_nats::{
    Installation, Plan, crowd,
    healing::{DUE_EVENTS, Healed, PATIENCE, TRIES, told_healed},
    installation::{timed, told},
    meddling::Meddler,
    misfortune::{self, Misfortune},
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Who writes: an administrator with many hands.
const WRITER: Origin = Origin::Moderation;
/// Who is away meanwhile.
const READERS: [Origin; 3] = [Origin::Submission, Origin::Publication, Origin::Audit];

/// What happens before a reader comes back.
#[derive(Clone, Copy)]
enum Fault {
    Of(Misfortune),
    /// The store is what it was before the ten thousand.
    RolledBack,
}

#[test]
fn the_broker_lost_everything_or_its_stream_or_a_part_of_it() {
    World::new(111).through(&[
        ("the store is deleted", Fault::Of(misfortune::store_deleted)),
        ("the store is rolled back to an older copy", Fault::RolledBack),
        ("the stream is deleted", Fault::Of(misfortune::deleted)),
    ]);
}

#[test]
fn the_stream_is_purged_or_lacks_its_beginning_or_the_server_is_killed() {
    World::new(112).through(&[
        ("the stream is purged", Fault::Of(misfortune::purged)),
        ("the first messages are missing", Fault::Of(misfortune::beginning_missing)),
        ("the server is killed", Fault::Of(misfortune::server_killed)),
    ]);
}

#[test]
fn the_stream_has_a_flipped_bit_or_foreign_bytes_or_too_many_messages() {
    World::new(113).through(&[
        ("a bit is flipped in a block file", Fault::Of(misfortune::bit_flipped)),
        ("foreign bytes in the middle", Fault::Of(misfortune::foreign_in_the_middle)),
        ("a stream that is longer than the journal", Fault::Of(misfortune::longer)),
    ]);
}

#[test]
fn messages_come_twice_and_in_disorder_or_the_server_stands_still_or_nothing_happens() {
    World::new(114).through(&[
        ("messages come twice and in another order", Fault::Of(misfortune::again_in_disorder)),
        ("the server stands still", Fault::Of(misfortune::server_frozen)),
        ("nothing but the absence", Fault::Of(|_, _, _| {})),
    ]);
}

struct World {
    installation: Installation,
    seeded: Seeded,
}

impl World {
    fn new(seed: u64) -> Self {
        println!("seed {seed}");
        Self { installation: Installation::start(&Plan::of(seed, PROGRAM)), seeded: Seeded::new(seed, "far behind") }
    }

    /// Each reader comes back after another fault. What took too long is tried again with ten thousand more.
    fn through(mut self, faults: &[(&str, Fault); READERS.len()]) {
        let mut left = faults.to_vec();
        let (mut late, mut rounds) = (Vec::new(), 0);
        while !left.is_empty() && rounds < TRIES {
            rounds += 1;
            late.clear();
            let older = misfortune::copy_of_now(&mut self.installation, &mut self.seeded);
            let base = self.leave_behind();
            for (number, reader) in READERS.into_iter().enumerate() {
                let fault = left.get(number).copied().unwrap_or(("nothing", Fault::Of(|_, _, _| {})));
                let healed = self.come_back(reader, fault.1, &older, base);
                told_healed(&format!("{}, read by {reader}", fault.0), &healed);
                if !healed.is_in_time() && number < left.len() {
                    late.push((fault, healed.to_string()));
                }
            }
            left = late.iter().map(|(fault, _)| *fault).collect();
        }
        let slow: Vec<_> = late.iter().map(|((name, _), healed)| format!("{name}: {healed}")).collect();
        assert!(slow.is_empty(), "{}: healed too late {TRIES} times: {slow:?}", self.installation.whereabouts());
        let verdict = self.installation.close();
        assert!(verdict.acknowledged as u64 >= DUE_EVENTS * rounds as u64, "{}", verdict.acknowledged);
    }

    /// The readers are gone, and ten thousand events are stored after that: they cannot have got any of them. Gives how many the stream
    /// had before.
    fn leave_behind(&mut self) -> u64 {
        let people = self.installation.people();
        for reader in READERS {
            self.installation.service_mut(reader).kill();
        }
        let stream = Meddler::of(&self.installation, WRITER);
        let before = stream.last().expect("the stream is there");
        let ((), wrote) = timed(|| crowd::designate(&self.installation.town, &people, DUE_EVENTS / 2));
        told("10 000 events written", wrote);
        let (stored, _) = until("all are stored", PATIENCE, || match stream.last() {
            Some(last) if last >= before + DUE_EVENTS => Ok(last - before),
            last => Err(format!("{last:?} of {before} + {DUE_EVENTS}")),
        });
        println!("{stored} events were stored and delivered to nobody");
        before
    }

    fn come_back(&mut self, reader: Origin, fault: Fault, older: &Path, base: u64) -> Healed {
        match fault {
            Fault::Of(misfortune) => misfortune(&mut self.installation, &mut self.seeded, WRITER),
            Fault::RolledBack => misfortune::rolled_back(&mut self.installation, older),
        }
        self.installation.service_mut(reader).start();
        let begun = Instant::now();
        let doors = &self.installation.doors;
        let (head, _) = until("the writer says where it is", PATIENCE, || Ok(doors.position(WRITER)?.head));
        doors.has_read(reader, WRITER, head, PATIENCE);
        Healed { took: begun.elapsed(), behind: head.sequence - base }
    }
}
