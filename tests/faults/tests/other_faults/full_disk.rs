//! A disk that is full, under a house that runs: it stops without a word that is not true, with the code for it; once there is
//! room everything acknowledged is there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use dossier_faults::{
    checker::{check, read_notes},
    exporting::export_all,
    load::{People, Town, Workers},
    notes::{Note, Notebook},
    process::{Process, Started, own_address},
};
use tempfile::TempDir;

use crate::lived::up;

/// The disk is full by then.
const FULL_WITHIN: Duration = Duration::from_secs(120);

/// A file system of its own where it may be made, else a limit on the size of files.
enum Disk {
    Mounted(PathBuf),
    Limited(PathBuf),
}

#[test]
fn a_full_disk_stops_the_house_and_nothing_acknowledged_is_lost() {
    let directory = TempDir::with_prefix("dossier-full-").unwrap();
    let disk = Disk::make(&directory.path().join("disk"));
    fills_up(directory.path(), &disk);
}

/// The same with a file that may not grow.
#[test]
fn a_file_that_cannot_grow_stops_the_house_and_nothing_acknowledged_is_lost() {
    let directory = TempDir::with_prefix("dossier-full-").unwrap();
    let disk = Disk::limited(&directory.path().join("disk"));
    fills_up(directory.path(), &disk);
}

fn fills_up(directory: &Path, disk: &Disk) {
    let notes = directory.join("notes.jsonl");
    let town = Arc::new(Town::new(1, Notebook::open(&notes).unwrap()));
    let data = disk.data();
    let mut house = disk.start_house(&data);
    let Started::At(address) = house.address() else { panic!("it does not start: {:?}", house.wait()) };
    town.set_address(Some(address));
    let people = People::learn(&town, &data);
    town.house_may_fail(true);
    let workers = Workers::begin(&town, &people);
    let ended = house.wait_for(FULL_WITHIN);
    town.set_address(None);
    let ended = ended.unwrap_or_else(|| panic!("the disk was not full within {FULL_WITHIN:?}"));
    assert_eq!(ended.status.code(), Some(6), "{ended:?}");
    assert!(ended.said.contains("has stopped"), "{}", ended.said);
    let done_before = done(&notes);
    assert!(done_before >= 30, "it was full before there was work: {done_before} commands took effect");
    disk.make_room();
    town.house_may_fail(false);
    let mut house = up(&data, &[]);
    let Started::At(address) = house.address() else { panic!("it does not start again: {:?}", house.wait()) };
    town.set_address(Some(address));
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{wrong}"));
    let ended = house.end();
    assert!(ended.status.success(), "{ended:?}");
    settle(&data);
    let exports = directory.join("exports");
    export_all(&data, &exports).unwrap_or_else(|failure| panic!("it cannot be exported: {failure}"));
    let verdict = check(&exports, &notes).unwrap();
    let complaints: Vec<_> = verdict.complaints.iter().take(40).map(ToString::to_string).collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// How many commands were acknowledged so far.
fn done(notes: &Path) -> usize {
    let is_done = |note: &Note| matches!(note, Note::Answered(answer) if (200..300).contains(&answer.status));
    read_notes(notes).unwrap().iter().filter(|note| is_done(note)).count()
}

/// A start returns when everybody has read everything; what follows from that is read by the next.
fn settle(data: &Path) {
    for _ in 0..2 {
        let mut house = up(data, &[]);
        assert!(matches!(house.address(), Started::At(_)));
        assert!(house.end().status.success());
    }
}

impl Disk {
    /// Room for the house and a few megabytes of work.
    fn make(at: &Path) -> Self {
        fs::create_dir_all(at).unwrap();
        let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "tmpfs"]).arg(at).output();
        if mount.is_ok_and(|mounted| mounted.status.success()) {
            return Self::Mounted(at.to_owned());
        }
        Self::limited(at)
    }

    fn limited(at: &Path) -> Self {
        fs::create_dir_all(at).unwrap();
        let limit = Command::new("sh").args(["-c", "ulimit -f 8192"]).status();
        assert!(
            limit.is_ok_and(|limited| limited.success()),
            "neither can a file system be mounted here nor the size of files limited: run it where one of both is allowed"
        );
        Self::Limited(at.to_owned())
    }

    fn data(&self) -> PathBuf {
        let (Self::Mounted(at) | Self::Limited(at)) = self;
        at.join("data")
    }

    fn start_house(&self, data: &Path) -> Process {
        match self {
            Self::Mounted(_) => up(data, &[]),
            Self::Limited(_) => {
                // Blocks of 512 bytes, or of 1 024 with some shells: 4 or 8 MiB. A vault begins with files of 4 MiB.
                let mut command = Command::new("sh");
                command.args(["-c", "trap '' XFSZ; ulimit -f 8192; exec \"$0\" \"$@\""]);
                command.arg(env!("CARGO_BIN_EXE_dossier-command"));
                command.args(["up", "--demo", "--listen", &format!("{}:0", own_address()), "--data"]).arg(data);
                Process::start(command)
            }
        }
    }

    fn make_room(&self) {
        if let Self::Mounted(at) = self {
            let grown = Command::new("mount").args(["-o", "remount,size=256m"]).arg(at).status().unwrap();
            assert!(grown.success(), "the file system cannot be made larger");
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Self::Mounted(at) = self {
            // Whatever still holds it lets go of it when it ends.
            let _ = Command::new("umount").arg("-l").arg(at).status();
        }
    }
}
