//! P9: services sign with other keys from a day on, and everything that was signed before and after holds; nobody had to be told.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::Path};

use dossier_endtoend::{
    House,
    command_line::{Ran, run},
    records::described,
    stranger::says_of,
    until,
};
use serde_json::Value;

const SERVICES: [&str; 4] = ["submission", "moderation", "publication", "audit"];

fn receipt(house: &House, number: &str, file: &str) {
    until("the logs are signed and compared", || {
        let made =
            run(house.beside(), None, &["prove", number, "--edition", "1", "--to", file, "--server", house.base()]);
        (made.code == 0).then_some(())
    });
}

fn keys(house: &House) -> String {
    let keys = house.nobody().get("/audit/api/v1/verifier-keys.txt").text();
    fs::write(house.beside().join("keys.txt"), &keys).unwrap();
    keys
}

/// A receipt holds by our tool and by a stranger's.
fn holds(beside: &Path, file: &str) {
    run(beside, None, &["verify", file, "--keys", "keys.txt"]).ended(0);
    let said = says_of(beside, file, &[]);
    assert!(said.status.success(), "{file}: {}", String::from_utf8_lossy(&said.stderr));
}

fn rotate(beside: &Path, data: &str, more: &[&str]) -> Ran {
    run(beside, None, &[&["keys", "rotate", "--json", "--data", data], more].concat())
}

/// The keys of a log in a file of keys.
fn of<'a>(keys: &'a str, log: &str) -> Vec<&'a str> {
    keys.lines().filter(|line| !line.starts_with('#') && line.split('+').next().unwrap().ends_with(log)).collect()
}

/// Each service's own word of what it signs with.
fn signed_with(house: &House, service: &str) -> String {
    house.nobody().get(&format!("/audit/api/v1/checkpoints/{service}")).text()
}

#[test]
fn p9_keys_are_rotated_and_everything_holds() {
    let house = House::new();
    let (_, first) = house.publish(&described("Before", "Signed with the first keys."));
    receipt(&house, &first, "first.json");
    let before = keys(&house);
    fs::write(house.beside().join("keys-of-before.txt"), &before).unwrap();
    assert!(SERVICES.iter().all(|service| of(&before, service).len() == 1), "{before}");
    // While it is open nothing is rotated.
    let data = house.data().display().to_string();
    let refused = rotate(house.beside(), &data, &[]);
    assert_eq!(refused.code, 87, "{}", refused.err);

    // One service, with another key.
    let ended = house.stop();
    let beside = ended.directory.path().to_owned();
    let rotated = rotate(&beside, &data, &["--service", "moderation"]).ended(0).document();
    assert_eq!(rotated["rotated"][0]["generation"], 2, "{rotated}");
    let new = rotated["rotated"][0]["verifier"].as_str().unwrap().to_owned();
    run(&beside, None, &["verify", "--data", &data]).ended(0);
    let house = ended.again();
    let (_, second) = house.publish(&described("Between", "Moderation signs with its second key."));
    receipt(&house, &second, "second.json");
    let between = keys(&house);
    assert_eq!(of(&between, "moderation").len(), 2, "{between}");
    assert!(of(&between, "moderation").contains(&new.as_str()));
    assert!(of(&between, "publication").len() == 1);
    for file in ["first.json", "second.json"] {
        holds(&beside, file);
    }

    // All of them, and moderation twice.
    let ended = house.stop();
    rotate(&beside, &data, &["--service", "moderation"]).ended(0);
    let rotated = rotate(&beside, &data, &[]).ended(0).document();
    let generations: Vec<_> =
        rotated["rotated"].as_array().unwrap().iter().map(|one| one["generation"].clone()).collect();
    assert_eq!(generations, [2, 4, 2, 2].map(Value::from), "{rotated}");
    let house = ended.again();
    let (_, third) = house.publish(&described("After", "Everybody signs with another key."));
    receipt(&house, &third, "third.json");
    let after = keys(&house);
    let counts = SERVICES.map(|service| of(&after, &format!("/{service}")).len());
    assert_eq!(counts, [2, 4, 2, 2], "{after}");
    assert_eq!(of(&after, "/cosigner").len(), 2, "{after}");
    for file in ["first.json", "second.json", "third.json"] {
        holds(&beside, file);
    }
    let said = says_of(&beside, "third.json", &["--every-byte"]);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let turns = house.nobody().get("/audit/api/v1/key-turns/moderation").json();
    assert_eq!(turns["turns"].as_array().map(Vec::len), Some(3), "{turns}");
    assert_eq!(turns, house.nobody().get("/audit/log/moderation/key-turns").json());
    // Who was given the keys of before follows a server to those in force: `verify`, and a witness, which has them for good.
    run(&beside, None, &["verify", "--server", house.base(), "--keys", "keys-of-before.txt"]).ended(0);
    let looks = |keys: &str, data: &str| {
        let witness = ["witness", "--data", data, "--keys", keys, "--name", "witness.example", "--json"];
        run(&beside, None, &[&witness[..], &["--server", house.base(), "--once"]].concat())
    };
    let seen = looks("keys-of-before.txt", "witness").ended(0).document();
    assert!(seen["logs"].as_array().unwrap().iter().all(|log| log["size"].as_u64() > Some(0)), "{seen}");
    // The keys of before know nothing of what came later, and say so.
    let refused = run(&beside, None, &["verify", "third.json", "--keys", "keys-of-before.txt"]).ended(8);
    assert!(refused.err.contains("older than that key"), "{}", refused.err);
    // A receipt of an old edition that is made now is signed with the new keys.
    receipt(&house, &first, "first-again.json");
    holds(&beside, "first-again.json");
    for service in ["submission", "moderation", "publication"] {
        let newest = of(&after, &format!("/{service}"));
        let id = newest.last().unwrap().split('+').nth(1).unwrap().to_owned();
        let note = signed_with(&house, service);
        // A signature line begins with the key's id: four bytes, in base64.
        assert!(note.contains(&format!("/{service} ")), "{note}");
        assert!(!id.is_empty());
    }

    // The data directory, an export with its own keys, and an export for who trusts the first keys alone.
    let ended = house.stop();
    run(&beside, None, &["verify", "--data", &data]).ended(0);
    run(&beside, None, &["replay", "--data", &data]).ended(0);
    run(&beside, None, &["doctor", "--data", &data]).ended(0);
    run(&beside, None, &["export", "--data", &data, "--to", "export"]).ended(0);
    run(&beside, None, &["verify", "export"]).ended(0);
    run(&beside, None, &["verify", "export", "--keys", "keys-of-before.txt"]).ended(0);
    let exported = fs::read_to_string(beside.join("export/verifier-keys.txt")).unwrap();
    assert_eq!(of(&exported, "/moderation"), of(&after, "/moderation"));
    assert_eq!(of(&exported, "/cosigner"), of(&after, "/cosigner"));
    // With the file of an export receipts hold too.
    fs::write(beside.join("keys.txt"), &exported).unwrap();
    for file in ["first.json", "second.json", "third.json"] {
        holds(&beside, file);
    }
    // What leads from one key to the next is missing: whoever trusts the first alone gets no further.
    let turns: Vec<_> = fs::read_dir(beside.join("export/moderation"))
        .unwrap()
        .map(|item| item.unwrap().path())
        .filter(|path| path.file_name().unwrap().to_str().unwrap().matches('-').count() == 2)
        .filter(|path| path.extension().is_some_and(|end| end == "txt"))
        .collect();
    assert_eq!(turns.len(), 3, "{turns:?}");
    fs::remove_file(&turns[0]).unwrap();
    let refused = run(&beside, None, &["verify", "export", "--keys", "keys-of-before.txt"]);
    assert_ne!(refused.code, 0, "{}", refused.out);
    drop(ended);
}

#[test]
fn a_journal_that_is_not_sound_takes_no_key() {
    let house = House::new();
    house.publish(&described("A forum", "It is there."));
    let data = house.data().display().to_string();
    let ended = house.stop();
    let beside = ended.directory.path().to_owned();
    let anchor = beside.join(&data).join("publication/anchors/head");
    let kept = fs::read(&anchor).unwrap();
    fs::remove_file(&anchor).unwrap();
    let refused = rotate(&beside, &data, &[]);
    assert_eq!(refused.code, 85, "{}", refused.err);
    fs::write(&anchor, kept).unwrap();
    // Nobody took one: all are looked at before anything is written.
    let rotated = rotate(&beside, &data, &["--service", "submission"]).ended(0).document();
    assert_eq!(rotated["rotated"][0]["generation"], 2);
    let nowhere = rotate(&beside, "nowhere", &[]);
    assert_eq!(nowhere.code, 3, "{}", nowhere.err);
    ended.again();
}
