//! Loss of power, replayed: every write and sync of a real writer on sled is recorded, and the disk is rebuilt as it may have been
//! at many moments, once with everything lost that was not synced and once with half of it. Each time the journal must open,
//! with every acknowledged event and nothing torn.
//!
//! `JOURNAL_CUTS` sets how many moments (100 when unset), `JOURNAL_ROUNDS` how long the writer is (4, each about 3 MB), and
//! `JOURNAL_SEED` repeats the moments of a run.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "these are tests")]

#[path = "../support/mod.rs"]
mod support;

mod disk;
mod trace;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::sync_channel;

use disk::{Disk, Survive};
use dossier_journal::{Followed, Frame, Head, Place, Writer};
use support::{House, Random, all_events, open_at, record};
use trace::{Call, Moment, Trace};

/// Set for the child; where it puts its data.
const CHILD: &str = "JOURNAL_POWER_LOSS_CHILD";

/// What the writer had been told is durable.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Acknowledged {
    epoch: u64,
    size: u64,
    followed: u64,
}

/// The writer whose disk is recorded. Not a test of its own.
#[test]
#[ignore = "run by the test below, as a process of its own"]
fn child() {
    let Some(root) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let mut acks = fs::File::create(root.join("acks")).unwrap();
    let mut followed = 0;
    let mut random = Random(std::process::id().into());
    let rounds = std::env::var("JOURNAL_ROUNDS").map_or(4, |rounds| rounds.parse().unwrap());
    for round in 0..rounds {
        let (_, mut writer) = open_at(&root.join("house")).unwrap();
        if round == 2 {
            writer.begin_epoch(None).unwrap();
        }
        if round % 2 == 1 {
            in_stages(writer, &mut random, &mut followed, &mut acks);
            continue;
        }
        for _ in 0..60 {
            let frame = frame(writer.next(), &mut random, &mut followed);
            let head = writer.append(frame).unwrap().head;
            acks.write_all(&ack(head, followed)).unwrap();
        }
    }
}

fn ack(head: Head, followed: u64) -> Vec<u8> {
    format!("{} {} {followed}\n", head.epoch, head.size).into_bytes()
}

/// The next group is written while one is being synced.
fn in_stages(writer: Writer, random: &mut Random, followed: &mut u64, acks: &mut fs::File) {
    let (mut stager, mut scribe, mut syncer) = writer.into_stages().unwrap();
    let (sender, written) = sync_channel(3);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            for (group, followed) in written {
                let head = syncer.sync(group).unwrap().head;
                acks.write_all(&ack(head, followed)).unwrap();
            }
        });
        for _ in 0..60 {
            let frame = frame(stager.next(), random, followed);
            sender.send((scribe.write(stager.stage(frame).unwrap()).unwrap(), *followed)).unwrap();
        }
        drop(sender);
    });
}

/// Groups of every kind: one small event, many, a large one, positions alone.
fn frame(place: Place, random: &mut Random, followed: &mut u64) -> Frame {
    let (count, size) = match random.below(10) {
        0 => (1, 60_000 + random.below(200_000)),
        1 | 2 => (100 + random.below(300), 256),
        3 => (0, 0),
        4 => (10, 5000),
        _ => (1, 100 + random.below(3000)),
    };
    let records = (0..count).map(|n| {
        let place = Place { sequence: place.sequence + n, ..place };
        record(place, size as usize, (n == 0 && size < 2000).then_some(700))
    });
    let mut frame = Frame { records: records.collect(), followed: Vec::new() };
    if count == 0 || random.below(3) == 0 {
        *followed += 1;
        frame.followed.push(Followed { origin: 1, epoch: 0, next: *followed, frontier: vec![[9; 32]; 5] });
    }
    frame
}

fn record_writer(root: &Path) -> Trace {
    let output = root.join("trace");
    let calls = "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync,sync_file_range,ftruncate,fallocate,\
                 rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,copy_file_range,sendfile";
    let run = Command::new("strace")
        .args(["-f", "-y", "-xx", "-s", "10000000", "--seccomp-bpf", "-o"])
        .arg(&output)
        .args(["-e", &format!("trace={calls}")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--ignored", "--nocapture", "--test-threads", "1"])
        .env(CHILD, root)
        .output();
    let run = run.expect("this test needs strace; install it (Debian: apt-get install strace)");
    assert!(run.status.success(), "the writer failed: {}", String::from_utf8_lossy(&run.stderr));
    Trace::parse(&fs::read_to_string(&output).unwrap(), root)
}

#[test]
fn every_acknowledged_event_survives_a_loss_of_power() {
    let cuts: usize = std::env::var("JOURNAL_CUTS").map_or(100, |cuts| cuts.parse().unwrap());
    let mut random = Random::seeded("loss of power");
    let work = House::new();
    fs::create_dir(work.root().join("house")).unwrap();
    let trace = record_writer(work.root());
    let moments = trace.moments();
    let mut at: Vec<_> = (0..cuts).map(|_| random.below(moments.len() as u64) as usize).collect();
    at.sort_unstable();

    let mut disk = Disk::new(PathBuf::from("house"));
    let mut acknowledged = Acknowledged::default();
    let mut done = 0;
    let mut differing = 0;
    for cut in at {
        for moment in &moments[done..cut] {
            step(&mut disk, &mut acknowledged, &trace, *moment);
        }
        done = cut;
        let sizes = [Survive::Nothing, Survive::Half].map(|survive| {
            let rebuilt = work.root().join("rebuilt");
            disk.rebuild(&rebuilt, survive, &mut random);
            check(&rebuilt.join("house"), acknowledged, cut, survive)
        });
        differing += usize::from(sizes[0] != sizes[1]);
    }
    assert!(acknowledged.size > 100, "the moments reach {acknowledged:?}");
    println!("{cuts} moments of {}, {differing} of them with another end when half survived", moments.len());
}

fn step(disk: &mut Disk, acknowledged: &mut Acknowledged, trace: &Trace, moment: Moment) {
    match moment {
        Moment::Begin(call) => {
            if let Call::Write { path, data, .. } = &trace.calls[call]
                && path == Path::new("acks")
            {
                *acknowledged = parse_ack(data);
            }
            disk.begin(call, &trace.calls[call]);
        }
        Moment::End(call) => disk.end(call, &trace.calls[call]),
    }
}

fn parse_ack(data: &[u8]) -> Acknowledged {
    let text = std::str::from_utf8(data).unwrap();
    let numbers: Vec<u64> = text.split_whitespace().map(|number| number.parse().unwrap()).collect();
    Acknowledged { epoch: numbers[0], size: numbers[1], followed: numbers[2] }
}

/// Opens what is left; gives where it ends.
fn check(root: &Path, acknowledged: Acknowledged, cut: usize, survive: Survive) -> Acknowledged {
    let opened = open_at(root);
    let (journal, mut writer) =
        opened.unwrap_or_else(|error| panic!("moment {cut}, {survive:?}, {acknowledged:?}: {error}"));
    let head = journal.head();
    let followed = journal.followed().first().map_or(0, |followed| followed.next);
    let found = Acknowledged { epoch: head.epoch.into(), size: head.size, followed };
    assert!(
        (found.epoch, found.size) >= (acknowledged.epoch, acknowledged.size),
        "moment {cut}, {survive:?}: {found:?}, but {acknowledged:?}"
    );
    assert!(found.followed >= acknowledged.followed, "moment {cut}, {survive:?}: {found:?}, but {acknowledged:?}");
    assert_eq!(all_events(&journal), journal.epochs().iter().map(|(_, size)| size).sum::<u64>());
    let blobs = fs::read_dir(root.join("journal/blobs")).unwrap().count();
    assert_eq!(blobs, 0);
    // And it goes on.
    let mut random = Random(cut as u64);
    for _ in 0..5 {
        let frame = frame(writer.next(), &mut random, &mut 1_000_000);
        writer.append(frame).unwrap();
    }
    let end = journal.head();
    drop((journal, writer));
    let (journal, _) = open_at(root).unwrap();
    assert_eq!(journal.head(), end);
    all_events(&journal);
    found
}
