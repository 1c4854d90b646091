//! `dossier verify`.

use std::{fs, path::Path};

use dossier_proto::{Origin, Payload};
use dossier_submission::{domain::Submission, views::Entries};
use serde_json::Value;

use crate::{
    fixture::{Installation, copy, dossier, on},
    tampering::{accept_the_loss, again, append},
};

/// The doubts as `(origin, kind, sequence)`.
fn doubts(report: &Value) -> Vec<(String, String, Option<u64>)> {
    let text = |doubt: &Value, name: &str| doubt[name].as_str().unwrap().to_owned();
    let doubts = report["doubts"].as_array().unwrap().iter();
    doubts.map(|one| (text(one, "origin"), text(one, "kind"), one["sequence"].as_u64())).collect()
}

fn is_in_doubt(report: &Value, origin: &str, kind: &str) -> bool {
    doubts(report).iter().any(|(one, found, _)| one == origin && found == kind)
}

fn path(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

#[test]
fn what_is_sound_is_found_sound_with_everything_that_was_compared() {
    let installation = Installation::with_an_entry();
    let said = on(&installation.data(), &["--json", "verify"]).exits(0);
    let report = said.document();
    assert_eq!(report["sound"], true);
    assert_eq!(doubts(&report), []);
    let services: Vec<_> =
        report["journals"].as_array().unwrap().iter().map(|one| one["service"].as_str().unwrap()).collect();
    assert_eq!(services, ["submission", "moderation", "publication", "audit"]);
    assert!(report["journals"].as_array().unwrap().iter().all(|one| one["events"].as_u64() > Some(0)));
    assert_eq!(report["copies"].as_array().unwrap().len(), 3);
    assert_eq!(said.err, "", "nothing but the report in a pipe");
    // In words, to a person; and it can be repeated.
    let words = on(&installation.data(), &["verify"]).exits(0).out;
    assert!(words.contains("holds") && words.contains("--against"), "{words}");
}

#[test]
fn an_export_is_verified_without_the_data_directory() {
    let installation = Installation::with_an_entry();
    let export = installation.path("export");
    on(&installation.data(), &["export", "--to", &path(&export)]).exits(0);
    fs::remove_dir_all(installation.data()).unwrap();
    let report = dossier(["--json", "verify", &path(&export)]).exits(0).document();
    assert_eq!(report["journals"].as_array().unwrap().len(), 4);
    assert!(report["keys"].as_str().unwrap().contains("came with the export"), "says what that is worth: {report}");
    let keys = path(&export.join("verifier-keys.txt"));
    let report = dossier(["--json", "verify", &path(&export), "--keys", &keys]).exits(0).document();
    assert!(!report["keys"].as_str().unwrap().contains("came with the export"));
    // One service alone.
    let one = dossier(["--json", "verify", &path(&export.join("moderation"))]).exits(0).document();
    assert_eq!(one["journals"].as_array().unwrap().len(), 1);
}

#[test]
fn a_service_that_was_taken_out_of_an_export_is_missed() {
    let installation = Installation::with_an_entry();
    let export = installation.path("export");
    on(&installation.data(), &["export", "--to", &path(&export)]).exits(0);
    fs::remove_file(export.join("publication").join("manifest.txt")).unwrap();
    let said = dossier(["--json", "verify", &path(&export)]).exits(33);
    assert!(said.out.contains("has no manifest.txt of it"), "{}", said.out);
    fs::remove_dir_all(export.join("publication")).unwrap();
    let said = dossier(["verify", &path(&export)]).exits(33);
    assert!(said.out.contains("has the key of publication"), "{}", said.out);

    // Whoever exported one service misses nothing.
    let one = installation.path("one");
    on(&installation.data(), &["export", "--service", "audit", "--to", &path(&one)]).exits(0);
    dossier(["verify", &path(&one)]).exits(0);
}

#[test]
fn a_flipped_bit_in_an_export_is_found() {
    let installation = Installation::with_an_entry();
    let export = installation.path("export");
    on(&installation.data(), &["export", "--to", &path(&export)]).exits(0);
    let file = export.join("publication").join("events-0-0.bin");
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).unwrap();
    let said = dossier(["--json", "verify", &path(&export)]).exits(32);
    assert!(is_in_doubt(&said.document(), "publication", "export-damaged"), "{}", said.out);
    assert!(said.err.contains("publication"), "{}", said.err);
}

#[test]
fn an_export_with_a_file_more_than_its_manifest_names_is_not_believed() {
    let installation = Installation::with_an_entry();
    let export = installation.path("export");
    on(&installation.data(), &["export", "--to", &path(&export)]).exits(0);
    let folder = export.join("audit");
    let first = fs::read(folder.join("events-0-0.bin")).unwrap();
    let mut forged = first[..20].to_vec();
    let size: u64 = 1_000;
    forged[12..20].copy_from_slice(&size.to_be_bytes());
    fs::write(folder.join(format!("events-0-{size}.bin")), forged).unwrap();
    let report = dossier(["--json", "verify", &path(&export)]).exits(32).document();
    assert!(is_in_doubt(&report, "audit", "export-damaged"), "{report}");
}

#[test]
fn another_installations_keys_verify_nothing() {
    let (installation, other) = (Installation::with_an_entry(), Installation::empty());
    let export = installation.path("export");
    on(&installation.data(), &["export", "--to", &path(&export)]).exits(0);
    on(&other.data(), &["account", "create", "Ada", "--administrator"]).exits(0);
    let foreign = other.path("foreign");
    on(&other.data(), &["export", "--to", &path(&foreign)]).exits(0);
    let keys = path(&foreign.join("verifier-keys.txt"));
    let report = dossier(["--json", "verify", &path(&export), "--keys", &keys]).exits(29).document();
    assert!(is_in_doubt(&report, "moderation", "not-signed"), "{report}");
}

#[test]
fn a_journal_put_back_is_told_by_the_copy_by_the_others_and_by_a_kept_checkpoint() {
    let installation = Installation::with_an_entry();
    let export = installation.path("export");
    on(&installation.data(), &["export", "--to", &path(&export)]).exits(0);
    let kept = path(&export.join("moderation").join("checkpoint-0.txt"));
    let another = installation.another();
    let report = on(&another, &["--json", "verify", "--against", &kept]).exits(0).document();
    assert_eq!(report["sound"], true);
    // Journal and anchors together: by itself each journal is as it should be.
    for part in ["journal", "anchors"] {
        fs::remove_dir_all(another.join("moderation").join(part)).unwrap();
        copy(&installation.before().join("moderation").join(part), &another.join("moderation").join(part));
    }
    let report = on(&another, &["--json", "verify", "--against", &kept]).exits(26).document();
    assert!(is_in_doubt(&report, "moderation", "copy-is-longer"), "{report}");
    assert!(is_in_doubt(&report, "moderation", "shorter"), "{report}");
    assert!(is_in_doubt(&report, "publication", "never-sent"), "{report}");
    let words = on(&another, &["verify"]).exits(26);
    assert!(words.err.contains("not hold"), "{}", words.err);
}

#[test]
fn a_checkpoint_of_another_history_is_not_contained() {
    let installation = Installation::with_an_entry();
    // The same installation goes on in two ways: its keys sign both.
    let another = installation.another();
    append(&another, Origin::Moderation, |journal| again(journal, |kind| matches!(kind, Payload::Received(_))));
    let export = installation.path("export");
    on(&another, &["export", "--to", &path(&export)]).exits(0);
    append(&installation.data(), Origin::Moderation, |journal| {
        again(journal, |kind| matches!(kind, Payload::Approved(_)))
    });
    let kept = path(&export.join("moderation").join("checkpoint-0.txt"));
    let report = on(&installation.data(), &["--json", "verify", "--against", &kept]).exits(27).document();
    assert!(is_in_doubt(&report, "moderation", "root-differs"), "{report}");
}

#[test]
fn a_decision_that_nobody_could_have_taken_is_found() {
    let installation = Installation::with_an_entry();
    append(&installation.data(), Origin::Moderation, |journal| {
        again(journal, |kind| matches!(kind, Payload::Approved(_)))
    });
    let report = on(&installation.data(), &["--json", "verify"]).exits(31).document();
    let events = report["journals"][1]["events"].as_u64().unwrap();
    let expected = ("moderation".to_owned(), "not-so-decided".to_owned(), Some(events - 1));
    assert!(doubts(&report).contains(&expected), "{report}");
}

#[test]
fn a_service_whose_folder_is_gone_is_missed_by_the_others() {
    let installation = Installation::with_an_entry();
    fs::remove_dir_all(installation.data().join("publication")).unwrap();
    let report = on(&installation.data(), &["--json", "verify"]).exits(33).document();
    assert!(is_in_doubt(&report, "publication", "not-there"), "{report}");
    assert!(is_in_doubt(&report, "moderation", "never-sent"), "{report}");
}

#[test]
fn a_journal_that_is_older_than_its_anchor_is_refused_and_the_rest_is_still_verified() {
    let installation = Installation::with_an_entry();
    let journal = installation.data().join("submission").join("journal");
    fs::remove_dir_all(&journal).unwrap();
    copy(&installation.before().join("submission").join("journal"), &journal);
    let said = on(&installation.data(), &["--json", "verify"]).exits(26);
    let report = said.document();
    assert!(is_in_doubt(&report, "submission", "not-opened"), "{report}");
    assert!(report["doubts"][0]["found"].as_str().unwrap().contains("rolled back"), "{report}");
    let services: Vec<_> =
        report["journals"].as_array().unwrap().iter().map(|one| one["service"].as_str().unwrap()).collect();
    assert_eq!(services, ["submission", "moderation", "publication", "audit"], "what is there of it is read too");
}

/// After a loss was accepted the journal goes on in a new epoch. By itself it holds; the copy knows what was lost.
#[test]
fn an_epoch_after_an_accepted_loss_holds_by_itself_and_the_loss_is_told() {
    let installation = Installation::with_an_entry();
    let journal = installation.data().join("submission").join("journal");
    fs::remove_dir_all(&journal).unwrap();
    copy(&installation.before().join("submission").join("journal"), &journal);
    accept_the_loss::<Submission, Entries>(&installation.data());
    let export = installation.path("export");
    on(&installation.data(), &["export", "--service", "submission", "--to", &path(&export)]).exits(0);
    let report = dossier(["--json", "verify", &path(&export)]).exits(0).document();
    assert_eq!(report["journals"][0]["epochs"].as_array().unwrap().len(), 2, "{report}");
    let report = on(&installation.data(), &["--json", "verify"]).exits(26).document();
    assert!(is_in_doubt(&report, "submission", "copy-is-longer"), "{report}");
    on(&installation.data(), &["replay", "--service", "submission"]).exits(0);
}

#[test]
fn what_is_neither_says_what_to_name() {
    let nothing = Installation::empty();
    let said = dossier(["verify".to_owned(), path(nothing.path(".").as_path())]).exits(3);
    assert!(said.err.contains("manifest.txt") && said.err.contains("--data"), "{}", said.err);
    let said = on(&nothing.data(), &["verify"]).exits(3);
    assert!(said.err.contains("is not a data directory"), "{}", said.err);
    let text = nothing.path("text");
    fs::write(&text, "not a checkpoint\n").unwrap();
    let said = on(&nothing.data(), &["verify", "--against", &path(&text)]).exits(2);
    assert!(said.err.contains("is not a checkpoint"), "{}", said.err);
}
