//! Each service's disk is lost in turn while the others work: back by one command, nothing lost that another service had read, the rest named.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{fs, time::Instant};

use dossier_faults::{
    exporting::export_from,
    losses::{Named, judge},
};
use dossier_nats::{Installation, Plan, Service, copying::copy, installation::PATIENCE, until};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// The writers have written so many more before the next disk is lost.
const MORE: u64 = 40;

#[test]
fn each_disk_is_lost_in_turn_while_the_others_work() {
    let seed = 611;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    // The operator keeps the keys elsewhere, as deploy/RESTORE.md says: they were made with the deployment.
    for origin in Origin::ALL {
        copy(&installation.deployment.data(origin).join("keys"), &installation.beside(&format!("safe-{origin}")));
    }
    installation.loses_keys();
    let workers = installation.workers();
    let mut named = Vec::new();
    for origin in [Origin::Submission, Origin::Publication, Origin::Moderation, Origin::Audit] {
        written(&installation, MORE);
        let begun = Instant::now();
        named.push(lose_and_restore(&mut installation, origin));
        installation.doors.ready(PATIENCE);
        println!("{origin}: back after {:.1} s", begun.elapsed().as_secs_f64());
    }
    written(&installation, MORE);
    let finished = workers.finish();
    installation.doors.level(PATIENCE);
    installation.doors.ready(PATIENCE);
    installation.services_mut().for_each(Service::end);
    let exports = installation.beside("exports");
    export_from(|origin| installation.deployment.data(origin), &exports).unwrap();
    let count = judge(&exports, &installation.beside("notes.jsonl"), &named);
    println!(
        "{} acknowledged, {} of them in the named ranges {named:?}; {} received and lost by the sender",
        count.acknowledged, count.lost, count.received_and_lost
    );
    assert_eq!(count.complaints, Vec::<String>::new(), "{}", installation.whereabouts());
    assert!(count.acknowledged >= 100, "only {} commands took effect", count.acknowledged);
    installation.command(&["verify".as_ref(), exports.as_os_str()]);
    finished.unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
}

/// The process is killed, its directory goes, and comes back by one command while the others work.
fn lose_and_restore(installation: &mut Installation, origin: Origin) -> Named {
    installation.service_mut(origin).kill();
    let data = installation.deployment.data(origin);
    fs::remove_dir_all(&data).unwrap();
    let (file, safe) = (installation.deployment.configuration(origin), installation.beside(&format!("safe-{origin}")));
    let arguments = ["--json", "restore", "--service", origin.name(), "--config"].map(AsRef::as_ref);
    let more = [file.as_os_str(), "--keys".as_ref(), safe.as_os_str()];
    let said = installation.command(&[&arguments[..], &more[..]].concat());
    println!("{origin}: {}", said.trim());
    installation.service_mut(origin).start();
    Named::of(&serde_json::from_str(&said).unwrap())
}

/// Waits until so much more was written by whoever runs.
fn written(installation: &Installation, more: u64) {
    let sum = || {
        let positions = Origin::ALL.iter().filter_map(|origin| installation.doors.position(*origin).ok());
        positions.map(|all| all.head.sequence).sum::<u64>()
    };
    let begun = sum();
    until("the writers write", PATIENCE, || {
        let now = sum();
        if now >= begun + more { Ok(()) } else { Err(format!("{now} of {begun} + {more}")) }
    });
}
