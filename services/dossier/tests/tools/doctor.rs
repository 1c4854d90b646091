//! `dossier doctor`: what it finds, and the exit code of the gravest.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use dossier::offline::Offline;
use dossier_journal::SledStore;
use dossier_proto::{Origin, Payload};
use serde_json::Value;

use crate::{
    fixture::{Installation, Said, copy, on},
    tampering::{again, append, tomorrow},
};

fn examine(data: &Path) -> Said {
    on(data, &["--json", "doctor"])
}

/// What was found of a gravity, without the summary at the end.
fn found(said: &Said, gravity: &str, about: &str) -> Vec<Value> {
    let documents = said.documents().into_iter();
    documents.filter(|one| one["gravity"] == gravity && one["about"] == about).collect()
}

#[test]
fn a_sound_one_is_sound() {
    let installation = Installation::with_an_entry();
    let said = examine(&installation.data()).exits(0);
    let summary = said.documents().pop().unwrap();
    assert_eq!(summary["sound"], true);
    assert_eq!(summary["faults"], 0);
    assert_eq!(found(&said, "note", "journal").len(), 4, "{}", said.out);
    assert!(
        found(&said, "note", "snapshot").is_empty() && found(&said, "warning", "snapshot").is_empty(),
        "{}",
        said.out
    );
    let words = on(&installation.data(), &["doctor"]).exits(0).out;
    assert!(words.contains("is sound") && words.contains("dossier verify"), "{words}");
}

#[test]
fn a_journal_older_than_its_anchor_is_rolled_back() {
    let installation = Installation::with_an_entry();
    let journal = installation.data().join("submission").join("journal");
    fs::remove_dir_all(&journal).unwrap();
    copy(&installation.before().join("submission").join("journal"), &journal);
    let said = examine(&installation.data()).exits(81);
    let faults = found(&said, "fault", "journal");
    assert_eq!(faults.len(), 1, "{}", said.out);
    assert!(faults[0]["found"].as_str().unwrap().starts_with("RolledBack"), "the kind: {}", faults[0]);
    assert_eq!(found(&said, "note", "journal").len(), 3, "the others are whole");
}

/// sled notices a torn tail and cuts it; what is damaged in the middle is noticed by checksums, by sled's or by ours.
#[test]
fn a_flipped_bit_anywhere_in_the_events_is_told() {
    let installation = Installation::with_an_entry();
    let database = installation.data().join("moderation/journal/db");
    let (whole, event) = (fs::read(&database).unwrap(), some_event(&installation.data()));
    let at: Vec<_> = (0..whole.len() - event.len()).filter(|at| whole[*at..].starts_with(&event)).collect();
    assert!(!at.is_empty(), "events stand in the database as they are");
    let mut spoiled = whole;
    for at in at {
        spoiled[at + event.len() / 2] ^= 1;
    }
    fs::write(&database, &spoiled).unwrap();
    let said = examine(&installation.data());
    assert!((80..=88).contains(&said.code), "{} {}", said.code, said.out);
    assert!(found(&said, "fault", "journal")[0]["place"].as_str().unwrap().contains("moderation"), "{}", said.out);
    on(&installation.data(), &["verify"]).exits(32);
}

fn some_event(data: &Path) -> Vec<u8> {
    let journal = Offline::open(data).unwrap().journal(Origin::Moderation).unwrap();
    journal.get(dossier_journal::Place { epoch: 0, sequence: 3 }).unwrap().unwrap().event.to_vec()
}

#[test]
fn a_journal_in_use_does_not_keep_the_others_from_being_looked_at() {
    let installation = Installation::with_an_entry();
    let _held = SledStore::open(installation.data().join("audit/journal")).unwrap();
    let said = examine(&installation.data()).exits(87);
    assert_eq!(found(&said, "note", "journal").len(), 3, "{}", said.out);
    on(&installation.data(), &["verify"]).exits(87);
}

#[test]
fn an_anchor_that_is_gone_is_told() {
    let installation = Installation::with_an_entry();
    fs::remove_file(installation.data().join("audit").join("anchors").join("head")).unwrap();
    examine(&installation.data()).exits(85);
}

#[test]
fn another_master_key_fits_no_vault_and_no_journal() {
    let (installation, other) = (Installation::with_an_entry(), Installation::empty());
    on(&other.data(), &["account", "create", "Ada"]).exits(0);
    fs::copy(other.data().join("keys/master.key"), installation.data().join("keys/master.key")).unwrap();
    let said = examine(&installation.data()).exits(84);
    let vaults = found(&said, "fault", "vault");
    assert!(vaults.len() >= 4, "the vault of people and those of the services: {}", said.out);
    assert!(vaults[0]["found"].as_str().unwrap().contains("was made with the master key"), "{}", vaults[0]);
}

#[test]
fn a_master_key_that_is_gone_is_not_replaced() {
    let installation = Installation::with_an_entry();
    let key = installation.data().join("keys/master.key");
    fs::remove_file(&key).unwrap();
    examine(&installation.data()).exits(7);
    on(&installation.data(), &["account", "create", "Ada"]).exits(7);
    assert!(!key.exists(), "a new one would open nothing");
}

#[test]
fn a_damaged_slot_of_a_vault_is_told() {
    let installation = Installation::with_an_entry();
    let file = installation.data().join("moderation/keys/slots-0000");
    let mut bytes = fs::read(&file).unwrap();
    bytes[40] ^= 1;
    fs::write(&file, bytes).unwrap();
    let said = examine(&installation.data()).exits(7);
    let faults = found(&said, "fault", "vault");
    assert!(faults[0]["found"].as_str().unwrap().contains("damaged"), "{}", said.out);
}

#[test]
fn secrets_that_others_may_read_are_told_with_the_cure() {
    let installation = Installation::with_an_entry();
    let key = installation.data().join("keys/master.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let said = examine(&installation.data()).exits(0);
    let warnings = found(&said, "warning", "secrets");
    assert_eq!(warnings.len(), 1, "{}", said.out);
    assert!(warnings[0]["found"].as_str().unwrap().contains(&format!("chmod 600 {}", key.display())));
}

#[test]
fn what_crashes_leave_is_told_and_harmless() {
    let installation = Installation::with_an_entry();
    let left = installation.data().join("moderation/journal/snap.00000000000000FF.generating");
    fs::write(&left, b"half").unwrap();
    fs::write(installation.data().join("notes.txt"), b"mine").unwrap();
    let said = examine(&installation.data()).exits(0);
    assert_eq!(found(&said, "note", "leftover").len(), 1, "{}", said.out);
    assert!(found(&said, "note", "layout").iter().any(|one| one["place"].as_str().unwrap().ends_with("notes.txt")));
    assert!(!left.exists(), "opening has taken it away");
}

#[test]
fn a_clock_behind_the_journal_is_told() {
    let installation = Installation::with_an_entry();
    append(&installation.data(), Origin::Moderation, |journal| {
        let mut event = again(journal, |kind| matches!(kind, Payload::Received(_)));
        event.head.recorded_at = tomorrow();
        event
    });
    let said = examine(&installation.data()).exits(10);
    assert_eq!(found(&said, "fault", "clock").len(), 1, "{}", said.out);
}

#[test]
fn who_is_parked_is_told() {
    let installation = Installation::with_an_entry();
    append(&installation.data(), Origin::Submission, |journal| {
        let mut event = again(journal, |kind| matches!(kind, Payload::Submitted(_)));
        event.payload = None;
        event.head.must_understand = true;
        event
    });
    let said = examine(&installation.data()).exits(0);
    let parked = found(&said, "warning", "parked");
    assert_eq!(parked.len(), 1, "{}", said.out);
    assert!(parked[0]["found"].as_str().unwrap().contains("is parked"), "{}", parked[0]);
}

#[test]
fn a_service_that_was_lost_is_not_taken_for_a_new_one() {
    let installation = Installation::with_an_entry();
    fs::remove_dir_all(installation.data().join("publication")).unwrap();
    let said = examine(&installation.data()).exits(80);
    let faults = found(&said, "fault", "layout");
    assert!(faults[0]["found"].as_str().unwrap().contains("Restore"), "{}", said.out);
}

#[test]
fn lost_keys_to_names_are_not_taken_for_erased_people() {
    let installation = Installation::with_an_entry();
    fs::remove_dir_all(installation.data().join("keys").join("vault")).unwrap();
    let said = examine(&installation.data()).exits(7);
    let faults = found(&said, "fault", "layout");
    assert!(faults[0]["place"].as_str().unwrap().ends_with("keys/vault"), "{}", said.out);
}

#[test]
fn a_place_that_is_none_says_so() {
    let nothing = Installation::empty();
    assert!(on(&nothing.data(), &["doctor"]).exits(3).err.contains("--data"));
}
