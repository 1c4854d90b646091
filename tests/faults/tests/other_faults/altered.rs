//! Files of a journal that are cut or altered.

use std::{fs, path::PathBuf};

use dossier_faults::{
    checker::{read_keys, reading},
    exporting::export_all,
    process::{Process, Started},
    seeded::Seeded,
};
use dossier_proto::Origin;

use crate::lived::{Lived, copy, put_back, up};

/// 80 truncated, 82 damaged, 88 sled refuses its own files.
const CODES: [i32; 3] = [80, 82, 88];

#[test]
fn a_journal_that_was_cut_is_refused() {
    let lived = Lived::once();
    let whole = lived.aside("whole");
    copy(&lived.data(), &whole);
    for origin in Origin::ALL {
        let file = store_of(&lived, origin);
        let bytes = fs::read(&file).unwrap();
        // Where the events end, there is room in the file that nobody would miss.
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        for part in [2, 3, 4] {
            fs::write(&file, &bytes[..used * (part - 1) / part]).unwrap();
            lived.is_refused(&CODES, &[&format!("{origin}/journal"), "audit service's copy"]);
            put_back(&whole, &lived.data());
        }
        fs::write(&file, b"").unwrap();
        lived.is_refused(&CODES, &[&format!("{origin}/journal")]);
        put_back(&whole, &lived.data());
    }
    lived.is_sound();
}

/// One bit of an event, wherever the store keeps it.
#[test]
fn a_journal_with_a_flipped_bit_is_refused() {
    let seed = 7;
    let mut seeded = Seeded::new(seed, "bits");
    let lived = Lived::once();
    let exports = lived.aside("before");
    export_all(&lived.data(), &exports).unwrap();
    let history = reading::history(&exports, &read_keys(&exports).unwrap(), &mut Vec::new());
    let whole = lived.aside("whole");
    copy(&lived.data(), &whole);
    for origin in Origin::ALL {
        for _ in 0..4 {
            let event = seeded.one_of(history.of(origin)).unwrap();
            let byte = seeded.below(event.bytes.len());
            let bit = 1 << seeded.below(8);
            let file = store_of(&lived, origin);
            let mut bytes = fs::read(&file).unwrap();
            let found = flip_everywhere(&mut bytes, &event.bytes, byte, bit);
            assert!(found > 0, "{} is not in {}", event.place(), file.display());
            fs::write(&file, &bytes).unwrap();
            refused_or_found_later(&lived, origin, &format!("seed {seed}: byte {byte} of {}", event.place()));
            put_back(&whole, &lived.data());
        }
    }
    lived.is_sound();
}

/// With a snapshot the start reads from there on, and the rest in the background: then the house begins and says at
/// `/readyz` that it is damaged. Without one it does not begin.
fn refused_or_found_later(lived: &Lived, origin: Origin, what: &str) {
    let mut process = up(&lived.data(), &[]);
    if let Started::At(address) = process.address() {
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        while is_ready(&address) {
            assert!(std::time::Instant::now() < deadline, "{what}: it was never noticed");
            std::thread::sleep(std::time::Duration::from_millis(20)); // between looks
        }
        process.kill();
        drop(process);
    }
    for service in Origin::ALL {
        let snapshots = lived.service(service).join("snapshots");
        if snapshots.exists() {
            fs::remove_dir_all(snapshots).unwrap();
        }
    }
    lived.is_refused(&CODES, &[&format!("{origin}/journal")]);
}

fn is_ready(address: &str) -> bool {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    agent.get(format!("{address}/readyz")).call().is_ok_and(|answer| answer.status() == 200)
}

/// Two houses are not opened at once.
#[test]
fn a_second_house_on_the_same_directory_is_refused() {
    let lived = Lived::once();
    let mut first = up(&lived.data(), &[]);
    let Started::At(address) = first.address() else { panic!("{:?}", first.wait()) };
    lived.is_refused(&[87], &["another process", &lived.data().display().to_string()]);
    let mut doctor = Process::command(
        env!("CARGO_BIN_EXE_dossier-command").as_ref(),
        ["verify".as_ref(), "--data".as_ref(), lived.data().as_os_str()],
    );
    let ended = doctor.wait();
    assert_eq!(ended.status.code(), Some(87), "{ended:?}");
    // The first is not troubled by that.
    assert!(is_ready(&address));
    assert!(first.end().status.success());
    lived.is_sound();
}

fn store_of(lived: &Lived, origin: Origin) -> PathBuf {
    lived.service(origin).join("journal").join("db")
}

fn flip_everywhere(bytes: &mut [u8], wanted: &[u8], byte: usize, bit: u8) -> usize {
    let found: Vec<_> =
        (0..=bytes.len() - wanted.len()).filter(|at| &bytes[*at..*at + wanted.len()] == wanted).collect();
    found.iter().for_each(|at| bytes[at + byte] ^= bit);
    found.len()
}
