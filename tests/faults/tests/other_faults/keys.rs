//! Keys that are lost, or not these.

use std::fs;

use dossier_proto::Origin;

use crate::lived::{Lived, copy, put_back};

#[test]
fn a_lost_master_key_is_told_and_none_is_made() {
    let lived = Lived::once();
    let key = lived.data().join("keys").join("master.key");
    let bytes = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    lived.is_refused(&[7], &["master.key"]);
    assert!(!key.exists(), "a new master key was made");
    fs::write(&key, bytes).unwrap();
    lived.is_sound();
}

#[test]
fn another_master_key_is_refused() {
    let lived = Lived::once();
    let key = lived.data().join("keys").join("master.key");
    let bytes = fs::read(&key).unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    let digit = if text.starts_with('0') { "1" } else { "0" };
    fs::write(&key, format!("{digit}{}", &text[1..])).unwrap();
    lived.is_refused(&[7], &["master key", "keys"]);
    // Nor is it let through by the environment.
    fs::write(&key, &bytes).unwrap();
    let ended = lived.up(&[(dossier::MASTER_KEY_VARIABLE, &"ab".repeat(32))]);
    assert_eq!(ended.status.code(), Some(7), "{ended:?}");
    assert!(ended.said.contains("master key"), "{}", ended.said);
    lived.is_sound();
}

/// The keys of another house are not its own.
#[test]
fn the_keys_of_another_installation_are_refused() {
    let (lived, other) = (Lived::once(), Lived::once());
    let own = lived.aside("own");
    copy(&lived.data(), &own);
    put_back(&other.data().join("keys"), &lived.data().join("keys"));
    // The first journal that is looked at bears another name.
    lived.is_refused(&[84], &["is not the journal of", "Check the data directory"]);
    put_back(&own, &lived.data());
    // Nor are those of one service of another house.
    put_back(&other.service(Origin::Submission).join("keys"), &lived.service(Origin::Submission).join("keys"));
    lived.is_refused(&[7], &["master key", "submission/keys"]);
    put_back(&own, &lived.data());
    lived.is_sound();
}

/// A vault was made anew in the place of a lost one, and nobody was told that nothing could be read any more.
#[test]
fn lost_keys_are_not_made_anew() {
    let lived = Lived::once();
    let whole = lived.aside("whole");
    copy(&lived.data(), &whole);
    for origin in Origin::ALL {
        let keys = lived.service(origin).join("keys");
        fs::remove_dir_all(&keys).unwrap();
        lived.is_refused(&[7], &[&keys.display().to_string(), "its keys are gone", "backup"]);
        assert!(!keys.exists(), "{} was made anew", keys.display());
        put_back(&whole, &lived.data());
        // Emptied, but for what says whose they are.
        for item in fs::read_dir(&keys).unwrap() {
            let path = item.unwrap().path();
            if !path.ends_with("header") {
                fs::remove_file(path).unwrap();
            }
        }
        lived.is_refused(&[7], &[&keys.display().to_string(), "backup"]);
        put_back(&whole, &lived.data());
    }
    let keys = lived.data().join("keys");
    fs::remove_dir_all(&keys).unwrap();
    lived.is_refused(&[7], &["the keys of this installation were lost", &keys.display().to_string()]);
    assert!(!keys.exists(), "{} was made anew", keys.display());
    put_back(&whole, &lived.data());
    fs::remove_dir_all(keys.join("vault")).unwrap();
    lived.is_refused(&[7], &["accounts"]);
    put_back(&whole, &lived.data());
    lived.is_sound();
}

/// An older copy of the keys was put back: what was written since could not be read.
#[test]
fn older_keys_are_refused() {
    let lived = Lived::once();
    let older = lived.aside("older");
    copy(&lived.data(), &older);
    // More than the keys that lie ready.
    lived.live_again();
    let newer = lived.aside("newer");
    for round in 0..12 {
        copy(&lived.data(), &newer.join(round.to_string()));
        put_back(&older.join("submission").join("keys"), &lived.service(Origin::Submission).join("keys"));
        let ended = crate::lived::up(&lived.data(), &[]).address();
        put_back(&newer.join(round.to_string()), &lived.data());
        match ended {
            dossier_faults::process::Started::Ended(ended) => {
                assert_eq!(ended.status.code(), Some(7), "{ended:?}");
                assert!(ended.said.contains("does not belong to the journal"), "{}", ended.said);
                return lived.is_sound();
            }
            // The spare keys of the older copy were enough so far.
            dossier_faults::process::Started::At(_) => lived.live_again(),
        }
    }
    panic!("older keys were never noticed");
}
