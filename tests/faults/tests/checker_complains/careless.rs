//! Files that are not what was exported: bits flipped, ends cut, records swapped, one file in another's place, signed by
//! another key.

use std::{
    fs,
    path::{Path, PathBuf},
};

use dossier::{Layout, Secrets};
use dossier_faults::checker::{Fault, check};
use dossier_proof::SigningKey;
use dossier_proto::Origin;

use crate::{
    faults,
    forging::{Forger, is_of_files, write},
    sound::Sound,
    words,
};

/// A byte of each so many is flipped: a prime, so that it meets every part of the records.
const EVERY: usize = 499;

#[test]
fn of_files_that_are_not_what_was_exported() {
    let sound = Sound::live();
    flipped(&sound);
    cut(&sound);
    exchanged(&sound);
    signed_by_another(&sound);
    swapped(&sound);
    misplaced(&sound);
}

fn exports(sound: &Sound) -> PathBuf {
    sound.directory.path().join("exports")
}

/// The files of all exports.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for item in fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

/// Checks with one file changed, and puts it back.
fn checked_with(sound: &Sound, file: &Path, bytes: Option<&[u8]>) -> bool {
    let before = fs::read(file).unwrap();
    match bytes {
        Some(bytes) => fs::write(file, bytes).unwrap(),
        None => fs::remove_file(file).unwrap(),
    }
    let complains = match check(&exports(sound), &sound.directory.path().join("notes.jsonl")) {
        Ok(verdict) => verdict.complaints.iter().any(is_of_files),
        Err(_) => true,
    };
    fs::write(file, before).unwrap();
    complains
}

fn flipped(sound: &Sound) {
    let mut all = Vec::new();
    files(&exports(sound), &mut all);
    assert!(all.len() >= 22, "{all:?}");
    for file in all {
        let bytes = fs::read(&file).unwrap();
        let is_keys = file.ends_with("verifier-keys.txt");
        let every = if bytes.len() < 2_000 { 41 } else { EVERY };
        for at in (0..bytes.len()).step_by(every).filter(|at| !is_keys || is_of_a_log(&bytes, *at)) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            assert!(checked_with(sound, &file, Some(&flipped)), "{}: byte {at} flipped", file.display());
        }
    }
}

/// Whether this byte of the file of keys is of a log's key: remarks are for people, and cosignatures are not looked at here.
fn is_of_a_log(keys: &[u8], at: usize) -> bool {
    let begins = keys[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |before| before + 1);
    let line = keys[begins..].split(|byte| *byte == b'\n').next().unwrap();
    !line.starts_with(b"#") && !String::from_utf8_lossy(line).contains("/cosigner+")
}

fn cut(sound: &Sound) {
    let mut all = Vec::new();
    files(&exports(sound), &mut all);
    for file in all {
        let bytes = fs::read(&file).unwrap();
        for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
            let cut = &bytes[..length];
            // Without its last line break a file of keys says the same.
            if file.ends_with("verifier-keys.txt") && length + 1 == bytes.len() {
                continue;
            }
            assert!(checked_with(sound, &file, Some(cut)), "{}: cut to {length}", file.display());
        }
        let longer = [&bytes[..], b"x"].concat();
        assert!(checked_with(sound, &file, Some(&longer)), "{}: one byte more", file.display());
        assert!(checked_with(sound, &file, None), "{}: removed", file.display());
    }
}

/// One journal's export in the place of another's, and a copy in the place of the original.
fn exchanged(sound: &Sound) {
    let exports = exports(sound);
    for (from, to) in [("submission", "moderation"), ("audit", "submission"), ("copies/moderation", "moderation")] {
        let aside = sound.directory.path().join("aside");
        fs::rename(exports.join(to), &aside).unwrap();
        fs::create_dir(exports.join(to)).unwrap();
        let mut all = Vec::new();
        files(&exports.join(from), &mut all);
        for file in all {
            fs::copy(&file, exports.join(to).join(file.file_name().unwrap())).unwrap();
        }
        let verdict = check(&exports, &sound.directory.path().join("notes.jsonl")).unwrap();
        assert!(faults(&verdict).contains(&Fault::NotSigned), "{from} as {to}:\n{}", words(&verdict));
        fs::remove_dir_all(exports.join(to)).unwrap();
        fs::rename(&aside, exports.join(to)).unwrap();
    }
}

fn signed_by_another(sound: &Sound) {
    let secrets = Secrets::read(&Layout::of(sound.directory.path().join("data"))).unwrap();
    let name = secrets.log(Origin::Moderation);
    let stranger = SigningKey::from_seed(&name, &[7; 32]).unwrap();
    for (signer, what) in [(&stranger, "a stranger"), (&secrets.current_signer(Origin::Audit), "another service")] {
        let folder = exports(sound).join("moderation");
        let aside = sound.directory.path().join("aside");
        fs::rename(&folder, &aside).unwrap();
        write(&folder, &sound.history.journals[&Origin::Moderation], signer);
        let verdict = check(&exports(sound), &sound.directory.path().join("notes.jsonl")).unwrap();
        assert!(faults(&verdict).contains(&Fault::NotSigned), "signed by {what}:\n{}", words(&verdict));
        fs::remove_dir_all(&folder).unwrap();
        fs::rename(&aside, &folder).unwrap();
    }
}

/// Two events changed their places in the file, whose sums were made again: the signature still is of the old order.
fn swapped(sound: &Sound) {
    let secrets = Secrets::read(&Layout::of(sound.directory.path().join("data"))).unwrap();
    let folder = exports(sound).join("submission");
    let aside = sound.directory.path().join("aside");
    fs::rename(&folder, &aside).unwrap();
    let mut journal = sound.history.journals[&Origin::Submission].clone();
    journal.events.swap(3, 4);
    write(&folder, &journal, &secrets.current_signer(Origin::Submission));
    fs::copy(aside.join("checkpoint-0.txt"), folder.join("checkpoint-0.txt")).unwrap();
    let verdict = check(&exports(sound), &sound.directory.path().join("notes.jsonl")).unwrap();
    assert!(faults(&verdict).contains(&Fault::RootDiffers), "swapped:\n{}", words(&verdict));
    fs::remove_dir_all(&folder).unwrap();
    fs::rename(&aside, &folder).unwrap();
}

/// The same, signed again: then the events themselves say where they stood.
fn misplaced(sound: &Sound) {
    let mut forger = Forger::new(sound);
    forger.events(Origin::Submission).swap(3, 4);
    let verdict = forger.check_written();
    assert!(faults(&verdict).contains(&Fault::Misplaced), "swapped and signed:\n{}", words(&verdict));
    let mut forger = Forger::new(sound);
    forger.events(Origin::Moderation).remove(7);
    let verdict = forger.check_written();
    assert!(faults(&verdict).contains(&Fault::Misplaced), "taken out and signed:\n{}", words(&verdict));
}
