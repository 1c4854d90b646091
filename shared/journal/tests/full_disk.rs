//! A disk that is full, for real: a file system of a few megabytes, and a limit on the size of files.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use dossier_journal::{EVENT_BYTES_MAX, Frame, Stop, WriteError};
use support::{House, all_events, group, open_at, record};

const CHILD: &str = "JOURNAL_FULL_DISK_CHILD";

/// Writes until the disk is full. Not a test of its own.
#[test]
#[ignore = "run by the tests below, as a process of its own"]
fn child() {
    let Some(root) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let (journal, mut writer) = open_at(&root).unwrap();
    let mut acknowledged = 0;
    let stopped = loop {
        match writer.append(group(writer.next(), &[700; 50])) {
            Ok(appended) => acknowledged = appended.head.size,
            Err(WriteError::Stopped(stop)) => break stop,
            Err(refused) => panic!("{refused}"),
        }
        assert!(acknowledged < 1_000_000, "the disk is never full");
    };
    println!("stopped: {stopped}");
    assert!(matches!(*stopped, Stop::Store(_) | Stop::Anchor { .. }));
    // It stays stopped, with the same reason, and what was acknowledged can still be read.
    let again = writer.append(group(writer.next(), &[700])).unwrap_err();
    assert!(matches!(again, WriteError::Stopped(stop) if stop.to_string() == stopped.to_string()));
    assert_eq!(journal.head().size, acknowledged);
    assert_eq!(all_events(&journal), acknowledged);
    println!("acknowledged {acknowledged}");
}

/// Runs the child under `sh -c`, with `$0` its program; `script` runs it as `$RUN`.
fn run(script: &str, root: &Path) -> Output {
    let program = std::env::current_exe().unwrap();
    let program = program.to_str().unwrap();
    let script = script.replace("$RUN", &format!("{program} --exact child --ignored --nocapture"));
    let output = Command::new("timeout").args(["90", "sh", "-c", &script]).env(CHILD, root).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{:?}\n{}\n{}", output.status, text(&output.stdout), text(&output.stderr));
    output
}

fn acknowledged(output: &Output) -> u64 {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.lines().find_map(|line| line.strip_prefix("acknowledged "));
    number.unwrap_or_else(|| panic!("no end: {text}")).parse().unwrap()
}

fn check(house: &House, acknowledged: u64) {
    assert!(acknowledged > 1000, "{acknowledged}");
    let (journal, mut writer) = house.open().unwrap();
    assert!(
        journal.head().size >= acknowledged,
        "{} events, but {acknowledged} were acknowledged",
        journal.head().size
    );
    all_events(&journal);
    writer.append(group(writer.next(), &[700; 50])).unwrap();
}

#[test]
fn a_full_file_system_stops_the_writer_and_nothing_acknowledged_is_lost() {
    let house = House::new();
    let mount = house.root().join("mount");
    let kept = house.root().join("kept");
    fs::create_dir(&mount).unwrap();
    // The file system goes with the process; what is on it is copied to where there is room.
    let (at, to) = (mount.display(), kept.display());
    let script = format!("mount -t tmpfs -o size=8m tmpfs {at} && $RUN && cp -r {at} {to}");
    let output = run(&format!("exec unshare --map-root-user --mount sh -c '{script}'"), &mount);
    for name in ["journal", "anchors"] {
        fs::rename(kept.join(name), house.root().join(name)).unwrap();
    }
    check(&house, acknowledged(&output));
}

#[test]
fn a_limit_on_the_size_of_files_stops_the_writer_and_nothing_acknowledged_is_lost() {
    let house = House::new();
    // In blocks of 512 bytes. The signal is ignored so that the write fails instead.
    let output = run("trap '' XFSZ; ulimit -f 12000; exec $RUN", house.root());
    check(&house, acknowledged(&output));
}

/// The largest there is, many times, with the store looked at from outside.
#[test]
fn the_largest_events_leave_no_file_under_blobs() {
    let house = House::new();
    let (journal, mut writer) = house.open().unwrap();
    for round in 0..6_u64 {
        let place = writer.next();
        let largest = record(place, EVENT_BYTES_MAX, Some(EVENT_BYTES_MAX));
        writer.append(Frame { records: vec![largest], followed: vec![] }).unwrap();
        writer.append(group(writer.next(), &vec![6100; 30 + round as usize])).unwrap();
        writer.append(group(writer.next(), &[40; 1000])).unwrap();
    }
    assert_eq!(all_events(&journal), writer.next().sequence);
    drop((journal, writer));
    drop(house.open().unwrap());
    assert_eq!(fs::read_dir(house.journal().join("blobs")).unwrap().count(), 0);
}
