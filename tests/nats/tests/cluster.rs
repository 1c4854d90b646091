//! Three brokers with three copies of each stream: one is killed, the leader stands still, two of three are away for a while, and the network
//! is cut in two.

#![allow(clippy::print_stdout, reason = "seeds and figures are for who looks")]

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use dossier_faults::seeded::Seeded;
use dossier_nats::{
    Installation, Plan,
    brokers::Kind,
    healing::{Healed, PATIENCE, heals_in_time},
    installation::{timed, told},
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// For so long two of three are away.
const AWAY: Duration = Duration::from_secs(8);
/// The half minute.
const PARTED: Duration = Duration::from_secs(30);
const STREAM: &str = "DOSSIER_MODERATION";

#[test]
fn a_cluster_loses_nodes_and_nothing_else() {
    let seed = 501;
    let (mut installation, mut seeded) = (start(seed, Kind::Three), Seeded::new(seed, "cluster"));
    let workers = installation.workers();

    let node = seeded.below(3);
    installation.brokers.cluster().node(node).kill();
    goes_on(&installation, &Origin::ALL, "a node is killed");
    heals_in_time("a node that was killed", || {
        if installation.brokers.cluster().node(node).process().is_some() {
            installation.brokers.cluster().node(node).kill();
            goes_on(&installation, &Origin::ALL, "a node is killed again");
        }
        installation.brokers.cluster().node(node).restart();
        healed(&installation)
    });

    heals_in_time("the leader of moderation's stream stood still", || {
        let leader = leader(&mut installation);
        installation.brokers.cluster().node(leader).freeze();
        goes_on(&installation, &Origin::ALL, "the leader stands still");
        installation.brokers.cluster().node(leader).thaw();
        healed(&installation)
    });

    // One is left, and cannot store anything.
    heals_in_time("two of three were away", || {
        let left = seeded.below(3);
        let away: Vec<_> = (0..3).filter(|node| *node != left).collect();
        away.iter().for_each(|node| installation.brokers.cluster().node(*node).freeze());
        sleep(AWAY); // that is how long two of three are away
        away.iter().for_each(|node| installation.brokers.cluster().node(*node).thaw());
        installation.brokers.cluster().wait_until_agreed();
        healed(&installation)
    });
    finish(installation, workers);
}

/// The leader of a stream is cut off, together with one service, for half a minute. The others go on without them; those two are alone,
/// and say so; mended, all is as if nothing had been.
#[test]
fn a_network_that_was_cut_in_two_for_half_a_minute() {
    let mut installation = start(502, Kind::Network);
    let workers = installation.workers();
    let alone = Origin::Publication;
    let others = [Origin::Submission, Origin::Moderation, Origin::Audit];
    heals_in_time("the network was cut in two for half a minute", || {
        goes_on(&installation, &Origin::ALL, "nothing is cut");
        let leader = leader(&mut installation);
        let read = installation.doors.position(alone).expect("it answers").read;
        installation.brokers.network().part(leader, &[alone]);
        let parted = Instant::now();
        goes_on(&installation, &others, "the network is cut");
        until("who is alone says so", PATIENCE, || match installation.doors.is_ready(alone) {
            Err(said) if said.contains("503") || said.contains("moderation") => Ok(()),
            other => Err(format!("{other:?}")),
        });
        sleep(PARTED.saturating_sub(parted.elapsed())); // that is how long it is cut
        goes_on(&installation, &others, "the network is still cut");
        let at = installation.doors.position(alone).expect("it answers").read;
        told(&format!("cut off from broker {leader}'s others, {alone} read from {read:?} to {at:?}"), parted.elapsed());
        let behind = installation.doors.furthest_behind(&installation.doors.heads());
        assert!(behind >= 20, "the others went on without it: {behind}");
        installation.brokers.network().mend();
        healed(&installation)
    });
    installation.brokers.cluster().wait_until_agreed();
    finish(installation, workers);
}

fn start(seed: u64, brokers: Kind) -> Installation {
    println!("seed {seed}");
    Installation::start(&Plan { brokers, ..Plan::of(seed, PROGRAM) })
}

fn finish(mut installation: Installation, workers: dossier_faults::load::Workers) {
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    println!("{} events, {answered} commands acknowledged", verdict.events);
    assert_eq!(verdict.acknowledged as u64, answered);
    assert!(answered >= 100, "only {answered} commands took effect");
}

/// Which broker leads moderation's stream; while they elect one, nobody does.
fn leader(installation: &mut Installation) -> usize {
    let cluster = installation.brokers.cluster();
    until("the stream has a leader", PATIENCE, || cluster.leader_of(STREAM).ok_or_else(|| "none".to_owned())).0
}

/// Everybody reads up to where the journals are now.
fn healed(installation: &Installation) -> Healed {
    let doors = &installation.doors;
    let heads = doors.heads();
    let behind = doors.furthest_behind(&heads);
    Healed { behind, took: doors.read_up_to(&heads, PATIENCE) }
}

/// While something is away: moderation goes on writing, and these read what it writes.
fn goes_on(installation: &Installation, these: &[Origin], what: &str) {
    let doors = &installation.doors;
    let head = || Ok(doors.position(Origin::Moderation)?.head);
    let ((), took) = timed(|| {
        let (begun, _) = until("moderation answers", PATIENCE, head);
        let (now, _) = until("moderation writes", PATIENCE, || match head()? {
            now if now.sequence >= begun.sequence + 20 => Ok(now),
            now => Err(format!("{now:?}, begun at {begun:?}")),
        });
        for reader in these.iter().filter(|reader| **reader != Origin::Moderation) {
            doors.has_read(*reader, Origin::Moderation, now, PATIENCE);
        }
    });
    told(&format!("goes on while: {what}"), took);
}
