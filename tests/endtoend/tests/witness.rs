//! P9: somebody from outside watches an installation, and finds it when its history is cut, put back or told in two ways.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::Path, sync::Arc};

use dossier_endtoend::{
    House, Start,
    command_line::{Ran, run},
    people::AUDITOR,
    records::described,
    stranger::says_of,
    until,
    witness::Witness,
};
use serde_json::Value;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Starts a house again, which takes what this witness cosigns.
fn knowing(house: House, witness: &Witness, address: &str) -> House {
    let ended = house.stop();
    let file = ended.directory.path().join("witnesses");
    fs::write(&file, format!("# a foreign archive\n{} {address}\n", witness.verifier())).unwrap();
    let path = file.to_str().unwrap().to_owned();
    House::on(&ended.directory, &Start { more: &["--witnesses", &path], ..Start::default() })
}

fn sizes(ran: &Ran) -> Vec<u64> {
    ran.document()["logs"].as_array().unwrap().iter().map(|log| log["size"].as_u64().unwrap_or_default()).collect()
}

fn tool(house: &House, arguments: &[&str]) -> Ran {
    run(house.beside(), None, arguments)
}

/// The receipt of an edition, once the checkpoints that it rests on carry so many signatures.
fn receipt(house: &House, number: &str, signatures: usize) -> String {
    let path = format!("/audit/api/v1/receipts/{number}/1");
    let text = until("its logs are signed by all", || {
        let got = house.nobody().get(&path);
        let text = (got.status == 200).then(|| got.text())?;
        let receipt: Value = serde_json::from_str(&text).unwrap();
        let proofs = receipt["proofs"].as_array().unwrap();
        let all = proofs.iter().all(|one| one["proof"].as_str().unwrap().matches('\u{2014}').count() == signatures);
        all.then_some(text)
    });
    fs::write(house.beside().join("receipt.json"), &text).unwrap();
    let keys = house.nobody().get("/audit/api/v1/verifier-keys.txt").text();
    fs::write(house.beside().join("keys.txt"), keys).unwrap();
    text
}

#[test]
fn p9_what_a_witness_cosigns_reaches_checkpoints_keys_and_receipts() {
    let house = House::new();
    let (_, number) = house.publish(&described("A forum", "Seen by others."));
    let witness = Witness::of(&house, "witness.example");
    // Nobody has told the installation of it yet: it watches all the same.
    let told = witness.looks(&house).ended(0);
    assert!(told.out.contains("has not taken the cosignature"), "{}", told.out);
    receipt(&house, &number, 2);
    tool(&house, &["verify", "receipt.json", "--keys", "keys.txt", "--cosigners", "1"]).ended(8);

    let house = knowing(house, &witness, "");
    let text = until("it is cosigned as far as it goes", || {
        witness.looks(&house).ended(0);
        let path = format!("/audit/api/v1/receipts/{number}/1");
        let text = house.nobody().get(&path).text();
        text.contains(&witness.verifier()).then_some(text)
    });
    assert!(text.contains("\"witnesses\":[\"witness.example+"), "{text}");
    receipt(&house, &number, 3);
    let keys = fs::read_to_string(house.beside().join("keys.txt")).unwrap();
    assert!(keys.lines().any(|line| line == witness.verifier()), "{keys}");
    let note = house.nobody().get("/audit/api/v1/checkpoints/publication").text();
    assert!(note.contains("\u{2014} witness.example "), "{note}");
    let told = tool(&house, &["verify", "receipt.json", "--keys", "keys.txt", "--cosigners", "1"]).ended(0);
    assert!(told.out.contains("Cosigned by witness.example."), "{}", told.out);
    tool(&house, &["verify", "receipt.json", "--keys", "keys.txt", "--cosigners", "2"]).ended(8);
    let said = says_of(house.beside(), "receipt.json", &["--cosigners", "1", "--every-byte"]);
    let (out, err) = (String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success() && out.contains("cosigned by 1 witnesses"), "{out}{err}");
    assert!(!says_of(house.beside(), "receipt.json", &["--cosigners", "2"]).status.success());
}

/// The disk is put back from an older copy: what was shown since is gone, and then other things are told in its place.
#[test]
fn p9_a_history_that_is_put_back_and_told_otherwise_is_found_and_proven() {
    let house = House::new();
    house.publish(&described("Before", "It stands in the copy."));
    let ended = house.stop();
    copy(&ended.data(), &ended.directory.path().join("copy"));
    let house = ended.again();
    let (_, number) = house.publish(&described("After", "It is gone with the copy."));
    // What came after the copy is signed and shown.
    receipt(&house, &number, 2);
    let witness = Witness::of(&house, "witness.example");
    let seen = sizes(&witness.looks_as_json(&house).ended(0));
    assert!(seen.len() == 4 && seen.iter().all(|size| *size > 0), "{seen:?}");

    let ended = house.kill();
    fs::remove_dir_all(ended.data()).unwrap();
    copy(&ended.directory.path().join("copy"), &ended.data());
    let house = ended.again();
    let told = witness.looks(&house);
    // The log of the audit service itself may go on at once, otherwise than it did: that is worse than less.
    assert!(matches!(told.code, 13 | 14), "{} {} {}", told.code, told.out, told.err);
    assert!(told.out.contains("/submission shows less than it did"), "{}", told.out);
    // A witness that stays up is not ready, and says why.
    let stays = witness.stays(&["--server", house.base(), "--every", "1"]);
    let ready = until("it has looked", || Some(stays.nobody().get("/readyz")).filter(|ready| ready.status == 503));
    assert!(ready.text().contains("shows less") || ready.text().contains("two histories"), "{}", ready.text());
    drop(stays);

    // Other things happen, until each log is longer than it was.
    let mut number = 0;
    let told = until("the second history is longer than the first", || {
        number += 1;
        house.publish(&described(&format!("Instead {number}"), "Another history."));
        let told = witness.looks(&house);
        (told.code == 13).then_some(told)
    });
    assert!(told.err.contains("has signed two histories"), "{}", told.err);
    let is_proof = |path: &std::path::PathBuf| {
        let name = path.to_string_lossy().into_owned();
        name.contains("fork-") && name.ends_with(".txt")
    };
    let evidence: Vec<_> = witness.files("evidence").into_iter().filter(is_proof).collect();
    assert!(!evidence.is_empty());
    // Whoever is given the file and has the keys is shown it, without the witness and without the server.
    let file = evidence[0].to_str().unwrap();
    tool(&house, &["verify", file]).ended(2);
    let shown = tool(&house, &["verify", file, "--keys", "witness.example.keys.txt"]).ended(0);
    assert!(shown.out.contains("has signed two histories"), "{}", shown.out);
    // The installation was given the proof, and has it on record.
    let auditor = house.caller(AUDITOR);
    until("the finding is on record", || {
        let findings = auditor.get("/audit/api/v1/findings").json();
        findings["items"].as_array().unwrap().iter().any(|one| one["kind"] == "forked").then_some(())
    });
    // Anybody else can be given it too: an installation that has never heard of it refuses what is not its own.
    let text = fs::read_to_string(&evidence[0]).unwrap();
    let other = House::new();
    let brought = other.nobody().send("POST", "/audit/log/submission/0/forks", &[], Some(text.as_bytes()));
    assert_eq!(brought.status, 400, "{}", brought.text());
    // What the witness keeps finds it in the data directory as well.
    let ended = house.stop();
    let kept =
        witness.files("checkpoints").into_iter().find(|path| path.to_string_lossy().contains("submission")).unwrap();
    let data = ended.data();
    let ran = run(
        ended.directory.path(),
        None,
        &["verify", "--data", data.to_str().unwrap(), "--against", kept.to_str().unwrap()],
    );
    assert_ne!(ran.code, 0, "{}", ran.out);
}

/// Somebody with the name of the installation and other keys.
#[test]
fn p9_a_history_that_is_signed_anew_is_refused() {
    let house = House::new();
    house.publish(&described("True", "Signed by whom it should."));
    let witness = Witness::of(&house, "witness.example");
    witness.looks(&house).ended(0);
    let ended = house.stop();
    let thief = House::new().stop();
    let keys = ended.data().join("keys");
    let forged = Arc::new(tempfile::tempdir().unwrap());
    fs::create_dir_all(forged.path().join("data/keys")).unwrap();
    fs::copy(keys.join("installation.json"), forged.path().join("data/keys/installation.json")).unwrap();
    fs::copy(thief.data().join("keys/master.key"), forged.path().join("data/keys/master.key")).unwrap();
    let forged = House::on(&forged, &Start::default());
    forged.publish(&described("Forged", "Signed by somebody else."));
    let told = witness.looks(&forged).ended(8);
    assert!(told.err.contains("not signed by the log"), "{}", told.err);
    assert!(witness.files("evidence").is_empty(), "nobody is accused of what somebody else has signed");
}

/// The other way round (C2SP tlog-witness): the installation pushes to a witness that does not look.
#[test]
fn p9_a_checkpoint_that_is_pushed_to_a_witness_comes_back_cosigned() {
    let house = House::new();
    let witness = Witness::of(&house, "witness.example");
    let stays = witness.stays(&[]);
    let house = knowing(house, &witness, &stays.base);
    let (_, number) = house.publish(&described("A forum", "Pushed."));
    receipt(&house, &number, 3);
    tool(&house, &["verify", "receipt.json", "--keys", "keys.txt", "--cosigners", "1"]).ended(0);
    let kept = stays.nobody().get("/checkpoints").json();
    assert!(kept.as_array().unwrap().len() >= 3, "{kept}");
    // What does not continue is refused as the specification says.
    let refused = |body: &str| stays.nobody().send("POST", "/add-checkpoint", &[], Some(body.as_bytes())).status;
    let note = house.nobody().get("/audit/api/v1/checkpoints/submission").text();
    assert_eq!(refused(&format!("old 0\n\n{note}")), 409);
    assert_eq!(refused("garbage"), 400);
    let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
    assert_eq!(refused(&format!("old {}\n\n{note}", size + 1)), 400);
    let other = House::new();
    other.publish(&described("Another", "Unknown there."));
    let foreign = until("it is signed", || {
        Some(other.nobody().get("/audit/api/v1/checkpoints/submission")).filter(|got| got.status == 200)
    });
    assert_eq!(refused(&format!("old 0\n\n{}", foreign.text())), 404);
}
