//! Opening a vault: the master key, the header, the files, the lock.
#![allow(clippy::unwrap_used, reason = "a test fails where it stands")]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use dossier_proto::EntryId;
use dossier_vault::{Binding, Kind, MasterKey, Purpose, Vault, VaultError};

fn master(directory: &Path, name: &str) -> MasterKey {
    MasterKey::create_or_read(directory.join(name)).unwrap()
}

/// A closed vault with one key, in `keys`.
fn sample() -> (tempfile::TempDir, MasterKey) {
    let directory = tempfile::tempdir().unwrap();
    let master = master(directory.path(), "master.key");
    let vault = Vault::open(directory.path().join("keys"), &master).unwrap();
    vault.fresh(Kind::Review).unwrap();
    (directory, master)
}

fn refusal(directory: &Path, master: &MasterKey) -> VaultError {
    Vault::open(directory.join("keys"), master).expect_err("it is refused")
}

#[test]
fn another_master_key_is_refused_and_named() {
    let (directory, right) = sample();
    let wrong = master(directory.path(), "other.key");
    let before = fs::read(directory.path().join("keys/slots-0000")).unwrap();
    let error = refusal(directory.path(), &wrong);
    assert!(matches!(error, VaultError::WrongMasterKey { .. }), "{error}");
    let message = error.to_string();
    assert!(message.contains(&right.fingerprint()) && message.contains(&wrong.fingerprint()), "{message}");
    assert!(!error.is_retryable());
    assert_eq!(fs::read(directory.path().join("keys/slots-0000")).unwrap(), before, "nothing was changed");
    let vault = Vault::open(directory.path().join("keys"), &right).unwrap();
    assert_eq!(vault.fingerprint(), right.fingerprint());
}

#[test]
fn a_vault_is_open_once() {
    let (directory, master) = sample();
    let keys = directory.path().join("keys");
    let vault = Vault::open(&keys, &master).unwrap();
    let clone = vault.clone();
    let error = refusal(directory.path(), &master);
    assert!(matches!(error, VaultError::Locked { .. }) && error.is_retryable(), "{error}");
    drop(vault);
    assert!(matches!(refusal(directory.path(), &master), VaultError::Locked { .. }), "a clone still uses it");
    drop(clone);
    Vault::open(&keys, &master).unwrap();
}

#[test]
fn a_damaged_or_missing_header_is_told() {
    let (directory, master) = sample();
    let path = directory.path().join("keys/header");
    let good = fs::read_to_string(&path).unwrap();
    let lines = good.lines().collect::<Vec<_>>();
    let other_fingerprint = format!("{}\nmaster {}\n{}\n", lines[0], "0".repeat(16), lines[2]);
    for (bad, expected) in [
        (String::new(), "does not begin as one"),
        (good.replace("dossier-vault 1", "dossier-vault 2"), "another format (dossier-vault 2)"),
        (other_fingerprint, "is damaged"),
        (good.replace("check ", "check 00"), "is damaged"),
        (format!("{}\n{}\n", lines[0], lines[1]), "is damaged"),
        ("x".repeat(5000), "has 5000 bytes"),
    ] {
        fs::write(&path, &bad).unwrap();
        let message = refusal(directory.path(), &master).to_string();
        assert!(message.contains(expected), "{bad:?}: {message}");
    }
    fs::remove_file(&path).unwrap();
    let message = refusal(directory.path(), &master).to_string();
    assert!(message.contains("is missing, but there are keys"), "{message}");
    fs::write(&path, &good).unwrap();
    Vault::open(directory.path().join("keys"), &master).unwrap();
}

#[test]
fn a_truncated_or_missing_slot_file_is_told() {
    let (directory, master) = sample();
    let path = directory.path().join("keys/slots-0000");
    let good = fs::read(&path).unwrap();
    fs::write(&path, &good[..1000]).unwrap();
    let message = refusal(directory.path(), &master).to_string();
    assert!(message.contains("has 1000 bytes instead of 4194304") && message.contains("backup"), "{message}");
    fs::rename(&path, directory.path().join("keys/slots-0001")).unwrap();
    let message = refusal(directory.path(), &master).to_string();
    assert!(message.contains("slots-0000 is missing, but later ones are there"), "{message}");
}

#[test]
fn a_file_that_was_being_made_in_a_crash_is_removed() {
    let (directory, master) = sample();
    let draft = directory.path().join("keys/slots-0001.new");
    fs::write(&draft, [0; 100]).unwrap();
    let vault = Vault::open(directory.path().join("keys"), &master).unwrap();
    assert!(!draft.exists());
    assert_eq!(vault.counts().live, 8);
}

#[test]
fn only_the_owner_can_read() {
    let (directory, _) = sample();
    let mode = |name: &str| fs::metadata(directory.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("keys"), 0o700);
    for name in ["keys/header", "keys/lock", "keys/slots-0000"] {
        assert_eq!(mode(name), 0o600, "{name}");
    }
}

/// Spare keys that were never handed out are not handed out later, and a start wastes few.
#[test]
fn a_start_wastes_at_most_one_small_batch() {
    let (directory, master) = sample();
    for start in 1..=5 {
        let vault = Vault::open_unthreaded(directory.path().join("keys"), &master).unwrap();
        assert_eq!((vault.counts().slots, vault.counts().spare), (start * 8, 0));
        vault.fresh(Kind::Person).unwrap();
        assert_eq!(vault.counts().spare, 7);
    }
}

#[test]
fn many_threads_get_different_keys() {
    let (directory, master) = sample();
    let vault = Vault::open(directory.path().join("keys"), &master).unwrap();
    let binding = Binding::entry(EntryId([1; 16]), Purpose::Content);
    let ids = std::thread::scope(|scope| {
        let work = || {
            let ids = (0..200).map(|n| vault.fresh(Kind::ALL[n % 5]).unwrap()).collect::<Vec<_>>();
            for id in &ids {
                let sealed = vault.seal(*id, &binding, b"{}").unwrap();
                assert_eq!(*vault.unseal(&sealed, &binding).unwrap(), b"{}");
            }
            ids
        };
        let threads = [(); 8].map(|()| scope.spawn(work));
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    let different = ids.iter().collect::<std::collections::HashSet<_>>();
    assert_eq!(different.len(), 1600);
}

/// The kind of a key is kept, and decides nothing else.
#[test]
fn a_key_keeps_its_kind() {
    let (directory, master) = sample();
    let vault = Vault::open(directory.path().join("keys"), &master).unwrap();
    for kind in Kind::ALL {
        let id = vault.fresh(kind).unwrap();
        assert_eq!(vault.grant(&[id]).unwrap().keys[0].kind(), kind);
    }
}
