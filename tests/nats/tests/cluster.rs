//! Three brokers with three copies of each stream: one is killed, the leader stands still, two of three are away for a while.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{env, thread::sleep, time::Duration};

use dossier_faults::seeded::Seeded;
use dossier_nats::{Installation, Plan, installation::told, until};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
const HEALED_WITHIN: Duration = Duration::from_secs(90);

#[test]
fn a_cluster_loses_nodes_and_nothing_else() {
    let seed = 501;
    println!("seed {seed}");
    let mut seeded = Seeded::new(seed, "cluster");
    let mut installation = Installation::start(&Plan { cluster: true, ..Plan::of(seed, PROGRAM) });
    let workers = installation.workers();
    write_some(&installation);

    let node = seeded.below(3);
    installation.brokers.cluster().node(node).kill();
    healed(&installation, "a node is killed");
    installation.brokers.cluster().node(node).restart();
    healed(&installation, "it is back");

    let leader = installation.brokers.cluster().leader_of("DOSSIER_MODERATION");
    let leader = leader.expect("the stream has a leader");
    installation.brokers.cluster().node(leader).freeze();
    healed(&installation, "the leader of moderation's stream stands still");
    installation.brokers.cluster().node(leader).thaw();
    healed(&installation, "it goes on");

    // One is left, and cannot store anything.
    let left = seeded.below(3);
    let away: Vec<_> = (0..3).filter(|node| *node != left).collect();
    away.iter().for_each(|node| installation.brokers.cluster().node(*node).freeze());
    sleep(parted()); // that is how long two of three are away
    away.iter().for_each(|node| installation.brokers.cluster().node(*node).thaw());
    healed(&installation, "two of three were away");

    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    println!("{} events, {answered} commands acknowledged", verdict.events);
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// The half minute.
fn parted() -> Duration {
    Duration::from_secs(env::var("DOSSIER_NATS_PARTED").ok().and_then(|seconds| seconds.parse().ok()).unwrap_or(30))
}

fn healed(installation: &Installation, what: &str) {
    write_some(installation);
    let heads = installation.doors.heads();
    told(&format!("healed after: {what}"), installation.doors.read_up_to(&heads, HEALED_WITHIN));
}

/// Moderation has heard of so many more submissions, or whatever else it writes.
fn write_some(installation: &Installation) {
    let size = || installation.doors.position(Origin::Moderation).map(|all| all.head.sequence);
    let (begun, _) = until("moderation answers", HEALED_WITHIN, size);
    until("moderation writes", HEALED_WITHIN, || {
        let now = size()?;
        if now >= begun + 20 { Ok(()) } else { Err(format!("{now} of {begun} + 20")) }
    });
}
