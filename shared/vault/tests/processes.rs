//! What only whole processes show: the lock between two of them, `kill -9` at any moment, and the order of system calls.
#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::{
    collections::HashMap,
    env, fs,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
};

use dossier_proto::{EntryId, KeyId};
use dossier_vault::{Binding, Holding, Kind, MasterKey, Purpose, Vault, VaultError};

const DIRECTORY: &str = "DOSSIER_TEST_VAULT";

fn binding() -> Binding {
    Binding::entry(EntryId([1; 16]), Purpose::Content)
}

fn master(directory: &Path) -> MasterKey {
    MasterKey::create_or_read(directory.join("master.key")).unwrap()
}

fn open(directory: &Path) -> Vault {
    Vault::open(directory.join("keys"), &master(directory)).unwrap()
}

/// Tells the outside, in one write.
fn tell(line: &str) {
    let mut out = std::io::stdout().lock();
    out.write_all(format!("{line}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// The work of a child process, until it is killed: makes keys, erases every fifth, and tells each answer.
#[test]
#[ignore = "run by the tests below, as a process of its own"]
fn child_works_until_it_is_killed() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let vault = open(Path::new(&directory));
    tell("");
    tell("open");
    for number in 0_usize.. {
        let id = vault.fresh(Kind::ALL[number % 5]).unwrap();
        tell(&format!("made {id}"));
        if number % 5 == 4 {
            vault.erase(id).unwrap();
            tell(&format!("erased {id}"));
        }
    }
}

/// The work of a child process: some keys of one kind.
#[test]
#[ignore = "run by the tests below, as a process of its own"]
fn child_makes_twenty_keys() {
    let Ok(directory) = env::var(DIRECTORY) else { return };
    let vault = open(Path::new(&directory));
    tell("");
    for _ in 0..20 {
        tell(&format!("made {}", vault.fresh(Kind::Review).unwrap()));
    }
}

fn child(before: &[&str], name: &str, directory: &Path) -> Child {
    let this = env::current_exe().unwrap();
    let words = before.iter().map(Into::into).chain([this.into_os_string()]).collect::<Vec<_>>();
    Command::new(&words[0])
        .args(&words[1..])
        .args(["--ignored", "--exact", name, "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn wait_for(lines: &mut impl BufRead, text: &str) {
    let mut line = String::new();
    while line.trim_end() != text {
        line.clear();
        assert_ne!(lines.read_line(&mut line).unwrap(), 0, "the child ended before {text:?}");
    }
}

/// Ends the child when the test does.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_second_process_is_refused_until_the_first_one_ends() {
    let directory = tempfile::tempdir().unwrap();
    let mut first = Killed(child(&[], "child_works_until_it_is_killed", directory.path()));
    let mut lines = BufReader::new(first.0.stdout.take().unwrap());
    wait_for(&mut lines, "open");
    let error = Vault::open(directory.path().join("keys"), &master(directory.path())).unwrap_err();
    assert!(matches!(error, VaultError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("open in another process"), "{error}");
    drop(first);
    open(directory.path());
}

/// What the child told last about each key, read from what it wrote before it was killed.
fn told(text: &str) -> HashMap<KeyId, Holding> {
    let mut told = HashMap::new();
    // The last line may be cut.
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    for line in whole.lines() {
        match line.split_once(' ') {
            Some(("made", id)) => told.insert(id.parse().unwrap(), Holding::Live),
            Some(("erased", id)) => told.insert(id.parse().unwrap(), Holding::Erased),
            _ => None,
        };
    }
    told
}

#[test]
fn every_key_that_was_told_survives_kill_9() {
    let directory = tempfile::tempdir().unwrap();
    let mut all = HashMap::new();
    for round in 1..=25 {
        let mut killed = Killed(child(&[], "child_works_until_it_is_killed", directory.path()));
        let mut lines = BufReader::new(killed.0.stdout.take().unwrap());
        wait_for(&mut lines, "open");
        let mut text = String::new();
        for _ in 0..round * 7 {
            lines.read_line(&mut text).unwrap();
        }
        killed.0.kill().unwrap();
        lines.read_to_string(&mut text).unwrap();
        drop(killed);
        all.extend(told(&text));
        let vault = open(directory.path());
        for (id, told) in &all {
            match (told, vault.holding(*id)) {
                (Holding::Live, Holding::Live) => {
                    let sealed = vault.seal(*id, &binding(), b"{}").unwrap();
                    assert_eq!(*vault.unseal(&sealed, &binding()).unwrap(), b"{}");
                }
                // Erased, and killed before it could say so.
                (Holding::Live | Holding::Erased, Holding::Erased) => {}
                (told, found) => panic!("round {round}: {id} was told as {told:?} and is {found:?}"),
            }
        }
    }
    let erased = all.values().filter(|told| **told == Holding::Erased).count();
    assert!(all.len() > 1000 && erased > 200, "{} keys, {erased} erased", all.len());
}

/// A system call as `strace -f -y -xx` shows it: its name, the file it is about, and the line.
struct Call<'a> {
    name: &'a str,
    file: String,
    line: &'a str,
}

/// The calls in the order in which they ended; a `write`, which tells the outside, in the order in which it began.
fn calls(trace: &str) -> Vec<Call<'_>> {
    let mut begun = HashMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let Some((process, rest)) = line.split_once(' ') else { continue };
        let rest = rest.trim_start();
        if rest.starts_with("<... ") {
            calls.extend(begun.remove(process));
            continue;
        }
        let Some((name, rest)) = rest.split_once('(') else { continue };
        let file = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(file, _)| file);
        let call = Call { name, file: unescaped(file), line };
        if line.ends_with("<unfinished ...>") && name != "write" {
            begun.insert(process, call);
        } else {
            calls.push(call);
        }
    }
    calls
}

fn unescaped(text: &str) -> String {
    let bytes = hex::decode(text.replace("\\x", "")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Read off the system calls of a real process: the slot is written, that file synced, and only then the id told; and the file itself was
/// synced, named and its directory synced before.
#[test]
fn the_system_calls_come_in_the_right_order() {
    let there = Command::new("strace").arg("-V").stdout(Stdio::null()).status();
    assert!(
        there.is_ok(),
        "strace is needed to see the system calls: install Debian's package strace, or run tests/run"
    );
    let directory = tempfile::tempdir().unwrap();
    let record = directory.path().join("trace");
    let record_name = record.to_str().unwrap();
    let strace = ["strace", "-f", "-y", "-xx", "-s", "65536", "-e"];
    let strace = [&strace[..], &["trace=pwrite64,fdatasync,fsync,rename,write", "-o", record_name]].concat();
    let mut traced = child(&strace, "child_makes_twenty_keys", directory.path());
    let mut text = String::new();
    traced.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(traced.wait().unwrap().success(), "{text}");
    let trace = fs::read_to_string(&record).unwrap();
    let calls = calls(&trace);
    let after = |from: usize, name: &str, file: &str| {
        let found = calls[from..].iter().position(|call| call.name == name && call.file.ends_with(file));
        from + found.unwrap_or_else(|| panic!("no {name} of {file} after call {from} of\n{trace}"))
    };
    let escaped = |bytes: &[u8]| bytes.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let with = |from: usize, name: &str, bytes: &str| {
        let found = calls[from..].iter().position(|call| call.name == name && call.line.contains(bytes));
        from + found.unwrap_or_else(|| panic!("no {name} with {bytes} after call {from} of\n{trace}"))
    };

    let filled = after(0, "fsync", "keys/slots-0000.new");
    let named = with(filled, "rename", &escaped(b"slots-0000.new"));
    let listed = after(named, "fsync", "/keys");
    let ids = told(&text).into_keys().collect::<Vec<_>>();
    assert_eq!(ids.len(), 20);
    for id in ids {
        let written = with(listed, "pwrite64", &escaped(id.as_bytes()));
        let synced = after(written, "fdatasync", "keys/slots-0000");
        let told = with(0, "write", &escaped(format!("made {id}").as_bytes()));
        assert!(written < synced && synced < told, "{id}: written {written}, synced {synced}, told {told} in\n{trace}");
    }
}
