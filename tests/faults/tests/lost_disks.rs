//! All four services in one process, killed under load again and again, and each time one service's directory is gone with it: back by one
//! command, nothing lost that another service had read, the rest named.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use dossier_faults::{
    exporting::export_all,
    load::{People, Town, Workers},
    losses::{Named, judge},
    notes::Notebook,
    process::{Process, Started},
    room,
};
use dossier_proto::Origin;

const UNDER_FAULT: &str = env!("CARGO_BIN_EXE_under-fault");
const COMMAND: &str = env!("CARGO_BIN_EXE_dossier-command");
/// The callers work so long before the next disk is lost.
const WORK: Duration = Duration::from_secs(3);

#[test]
fn each_disk_is_lost_in_turn_under_load() {
    let seed = 621;
    println!("seed {seed}");
    let mut directory = room::in_memory(&format!("dossier-faults-{seed}-"));
    // Kept when it fails.
    directory.disable_cleanup(true);
    let (data, notes) = (directory.path().join("data"), directory.path().join("notes.jsonl"));
    let town = Arc::new(Town::new(seed, Notebook::open(&notes).unwrap()));
    town.house_loses_keys();
    let mut process = start(&town, &data);
    let people = People::learn(&town, &data);
    let workers = Workers::begin(&town, &people);
    let mut named = Vec::new();
    for origin in [Origin::Submission, Origin::Publication, Origin::Moderation, Origin::Audit, Origin::Submission] {
        std::thread::sleep(WORK); // there has to be something to lose
        town.set_address(None);
        process.kill();
        drop(process);
        let begun = Instant::now();
        fs::remove_dir_all(data.join(origin.name())).unwrap();
        let report = command(&["--json", "restore", "--service", origin.name()], &data);
        println!("{origin}: {}", report.trim());
        named.push(Named::of(&serde_json::from_str(&report).unwrap()));
        process = start(&town, &data);
        println!("{origin}: back after {:.1} s", begun.elapsed().as_secs_f64());
    }
    std::thread::sleep(WORK); // it goes on
    let finished = workers.finish();
    let level = ureq::get(format!("{}/under-fault/level", town.address())).call().unwrap().body_mut().read_to_string();
    assert_eq!(level.unwrap(), "level");
    assert!(process.end().status.success());
    let exports: PathBuf = directory.path().join("exports");
    export_all(&data, &exports).unwrap();
    let count = judge(&exports, &notes, &named);
    println!(
        "{} acknowledged, {} of them in the named ranges; {} received and lost by the sender",
        count.acknowledged, count.lost, count.received_and_lost
    );
    assert_eq!(count.complaints, Vec::<String>::new(), "{}", data.display());
    assert!(count.acknowledged >= 100, "only {} commands took effect", count.acknowledged);
    command(&["verify"], &data);
    finished.unwrap_or_else(|wrong| panic!("{}:\n{wrong}", data.display()));
    directory.disable_cleanup(false);
}

fn start(town: &Town, data: &Path) -> Process {
    let mut process = Process::under_fault(Path::new(UNDER_FAULT), data, None, &[]);
    match process.address() {
        Started::At(address) => town.set_address(Some(address)),
        Started::Ended(ended) => panic!("{}: it does not start: {ended:?}", data.display()),
    }
    process
}

/// Runs the command as an operator does; gives what it printed.
fn command(arguments: &[&str], data: &Path) -> String {
    let output = Command::new(COMMAND).args(arguments).arg("--data").arg(data).output().unwrap();
    let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {}: {out} {error}", output.status);
    out.into_owned()
}
