//! `kill -9` in the middle of the work, again and again on the same journal.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

mod support;

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use dossier_journal::Place;
use support::{House, Random, all_events, group, open_at};

const CHILD: &str = "JOURNAL_KILLED_CHILD";
const KILLS: usize = 25;

/// The writer that is killed. Not a test of its own.
#[test]
#[ignore = "run by the test below, as a process of its own"]
fn child() {
    let Some(root) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let (_, mut writer) = open_at(&root).unwrap();
    let mut out = std::io::stdout().lock();
    let mut round = 0;
    loop {
        round += 1;
        let sizes = vec![50 + round * 131 % 3000; if round % 4 == 0 { 200 } else { 1 }];
        writer.append(group(writer.next(), &sizes)).unwrap();
        let Place { epoch, sequence } = writer.next();
        writeln!(out, "durable {epoch} {sequence}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let house = House::new();
    let mut random = Random::seeded("killed");
    let mut before = 0;
    for round in 0..KILLS {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored", "--nocapture"])
            .env(CHILD, house.root())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Some rounds are killed while the journal is being opened, the others after some groups.
        let groups = random.below(120);
        let mut acknowledged = 0;
        let mut take = |line: String| {
            if let Some(sequence) = line.strip_prefix("durable 0 ") {
                acknowledged = sequence.parse::<u64>().unwrap();
            }
        };
        if round % 5 == 4 {
            std::thread::sleep(Duration::from_micros(random.below(60_000))); // a random moment
        } else {
            let some = lines.by_ref().filter(|line| line.as_ref().is_ok_and(|line| line.starts_with("durable")));
            some.take(groups as usize + 1).for_each(|line| take(line.unwrap()));
            std::thread::sleep(Duration::from_micros(random.below(3000))); // a random moment
        }
        child.kill().unwrap();
        child.wait().unwrap();
        // What it still managed to say before it was killed counts.
        lines.map_while(Result::ok).for_each(&mut take);
        let (journal, _writer) = house.open().unwrap_or_else(|error| panic!("round {round}: {error}"));
        let size = journal.head().size;
        assert!(size >= acknowledged.max(before), "round {round}: {size} events, but {acknowledged} were acknowledged");
        assert_eq!(all_events(&journal), size);
        before = size;
    }
    assert!(before > 1000, "{before} events: the writers were killed before they wrote");
}
