//! `dossier restore --service`: a directory is lost, and comes back from what the others keep of it.

use std::{collections::BTreeMap, fs, path::Path};

use dossier::offline::Offline;
use dossier_proto::{Event, Origin, Payload, named_keys};
use dossier_vault::{Holding, Vault};
use serde_json::Value;

use crate::{
    fixture::{Installation, copy, dossier, on, open},
    running::Running,
};

/// Every epoch of a journal with its size.
fn epochs(data: &Path, origin: Origin) -> Vec<(u32, u64)> {
    Offline::open(data).unwrap().journal(origin).unwrap().epochs()
}

fn all_epochs(data: &Path) -> BTreeMap<Origin, Vec<(u32, u64)>> {
    Origin::ALL.into_iter().map(|origin| (origin, epochs(data, origin))).collect()
}

fn lose(data: &Path, origin: Origin) {
    fs::remove_dir_all(data.join(origin.name())).unwrap();
}

fn restored(data: &Path, origin: Origin) -> Value {
    on(data, &["--json", "restore", "--service", origin.name()]).exits(0).document()
}

/// Starts all four, which waits until each has read the others, and ends them again.
fn start_and_end(installation: &Installation) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { open(&installation.data()).await.close().await });
    installation.wait_until_closed();
}

#[test]
fn each_service_comes_back_in_turn_and_the_others_follow() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    for origin in [Origin::Submission, Origin::Moderation, Origin::Publication, Origin::Audit] {
        let before = all_epochs(&data);
        lose(&data, origin);
        let report = restored(&data, origin);
        assert_eq!(report["unreadable"]["contents"], serde_json::json!([]), "everything was submitted: {report}");
        assert_eq!(report["acted_upon_and_lost"], serde_json::json!([]), "{report}");
        if origin != Origin::Audit {
            // Before it was started at all: an epoch that holds nothing yet lacks nothing.
            on(&data, &["verify"]).exits(0);
        }
        start_and_end(&installation);
        let after = epochs(&data, origin);
        let (begun, _) = *after.last().unwrap();
        assert_eq!(u64::from(begun), report["epoch"].as_u64().unwrap());
        if origin == Origin::Audit {
            // Nobody copies its own journal: what it had found and shown is lost, and the number of its epoch is one that nobody used.
            assert_eq!(after[0], (0, 0));
        } else {
            assert_eq!(after[..after.len() - 1], before[&origin][..], "all that the others had read is there");
        }
        assert!(begun > before[&origin].last().unwrap().0, "in an epoch of its own");
        on(&data, &["verify"]).exits(0);
        on(&data, &["replay"]).exits(0);
    }
}

/// Two losses, and between them nobody has read of the epoch that the first one began: its number is not used again.
#[test]
fn an_epoch_that_nobody_had_heard_of_is_not_begun_twice() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    let mut begun = Vec::new();
    for _ in 0..2 {
        lose(&data, Origin::Publication);
        begun.push(restored(&data, Origin::Publication)["epoch"].as_u64().unwrap());
        // The number is of a second: two losses within one are a machine's doing.
        std::thread::sleep(std::time::Duration::from_millis(1_100)); // a second has to go by
    }
    assert!(begun[0] < begun[1], "{begun:?}");
}

/// The audit service had not copied yet what moderation acted upon: that cannot be put back, is named, and keeps nobody from going on.
#[test]
fn what_somebody_acted_upon_and_nobody_copied_is_named() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    let whole = epochs(&data, Origin::Submission);
    lose(&data, Origin::Audit);
    copy(&installation.before().join("audit"), &data.join("audit"));
    lose(&data, Origin::Submission);
    let report = restored(&data, Origin::Submission);
    let from = report["unknown_from"]["sequence"].as_u64().unwrap();
    assert!(from < whole[0].1, "{report}");
    let known = &report["known_at_least"];
    // Moderation acted upon it; publication may have read as far by then.
    assert!(known["by"] == "moderation" || known["by"] == "publication", "{report}");
    assert!(known["size"].as_u64().unwrap() > from, "{report}");
    let lost = report["acted_upon_and_lost"].as_array().unwrap();
    assert!(!lost.is_empty(), "the submission stands behind a draft that nobody has: {report}");
    assert_eq!(lost[0]["by"], "moderation");
    start_and_end(&installation);
    assert_eq!(epochs(&data, Origin::Submission)[0].1, from);
    // And moderation, which was caused by it, can itself be put back.
    lose(&data, Origin::Moderation);
    restored(&data, Origin::Moderation);
    start_and_end(&installation);
}

#[test]
fn nothing_is_put_over_what_is_there_or_from_what_does_not_hold() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    let said = on(&data, &["restore", "--service", "moderation"]).exits(2);
    assert!(said.err.contains("is there and not empty"), "{}", said.err);
    // Another installation's audit.
    let other = Installation::with_an_entry();
    lose(&data, Origin::Submission);
    let theirs = other.data();
    let arguments = ["restore", "--service", "submission", "--from-audit", theirs.to_str().unwrap()];
    let said = on(&data, &arguments);
    assert_ne!(said.code, 0, "{}", said.out);
    assert!(!data.join("submission").exists(), "{}", said.err);
    // Without its audit.
    lose(&data, Origin::Audit);
    let said = on(&data, &["restore", "--service", "submission"]).exits(3);
    assert!(said.err.contains("has no copy of submission"), "{}", said.err);
    assert!(!data.join("submission").exists());
    let said = dossier(["restore", "--data", data.to_str().unwrap()]).exits(2);
    assert!(said.err.contains("--service"), "{}", said.err);
}

/// A checkpoint that the service signed contradicts what its copy has: somebody wrote the copy again.
#[test]
fn a_copy_that_is_not_what_was_signed_is_refused() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    let seen = data.join("audit/anchors/seen/submission.json");
    let text = fs::read_to_string(&seen).unwrap();
    let other = fs::read_to_string(data.join("audit/anchors/seen/moderation.json")).unwrap();
    fs::write(&seen, other).unwrap();
    lose(&data, Origin::Submission);
    let said = on(&data, &["restore", "--service", "submission"]);
    assert_ne!(said.code, 0, "a checkpoint of another log");
    fs::write(&seen, text.replace("\\u2014", "x").replacen("dossier", "dosster", 1)).unwrap();
    let said = on(&data, &["restore", "--service", "submission"]);
    assert_ne!(said.code, 0, "{}", said.out);
    assert!(!data.join("submission").exists(), "{}", said.err);
}

/// The audit service is lost too, and somebody has an export of the journals: the events come from there, the keys from those who have some.
#[test]
fn a_service_comes_back_from_an_export_that_somebody_kept() {
    let installation = Installation::with_an_entry();
    let (data, export) = (installation.data(), installation.path("export"));
    let from = export.to_str().unwrap();
    on(&data, &["export", "--to", from]).exits(0);
    let whole = epochs(&data, Origin::Moderation);
    for lost in [Origin::Moderation, Origin::Audit] {
        lose(&data, lost);
    }
    on(&data, &["restore", "--service", "moderation"]).exits(3);
    let said = on(&data, &["--json", "restore", "--service", "moderation", "--from-audit", from]).exits(0);
    let report = said.document();
    assert_eq!(report["unreadable"]["contents"], serde_json::json!([]), "submission has the keys: {report}");
    assert_eq!(report["events"].as_u64().unwrap(), whole[0].1, "{report}");
    assert_eq!(report["unknown_from"]["sequence"].as_u64().unwrap(), whole[0].1, "{report}");
    restored(&data, Origin::Audit);
    start_and_end(&installation);
    let after = epochs(&data, Origin::Moderation);
    assert_eq!((after.len(), after[0]), (2, whole[0]), "in an epoch of its own");
    on(&data, &["verify"]).exits(0);
    on(&data, &["replay"]).exits(0);
    // Its journal and the keys alone, nobody beside: what it received lies beside its own events.
    let (alone, elsewhere) = (export.join("moderation"), installation.path("elsewhere"));
    copy(&data.join("keys"), &elsewhere.join("keys"));
    on(&elsewhere, &["restore", "--service", "moderation", "--from-audit", alone.to_str().unwrap()]).exits(0);
    assert_eq!(epochs(&elsewhere, Origin::Moderation)[0], whole[0]);
}

/// The audit service is at work elsewhere and shows an auditor what it copied: each event is held against what was signed.
#[test]
fn p9_a_service_comes_back_from_what_a_running_audit_service_shows() {
    let installation = Installation::with_an_entry();
    let (data, elsewhere) = (installation.data(), installation.path("elsewhere"));
    copy(&data.join("keys"), &elsewhere.join("keys"));
    let whole = epochs(&data, Origin::Moderation);
    let running = Running::start(["up", "--demo", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    let tokens: Value = serde_json::from_slice(&fs::read(data.join("demo-tokens.json")).unwrap()).unwrap();
    let back = |at: &Path, token: Option<&str>| {
        let token = token.map(|token| ["--token", token]);
        let restore = ["--json", "restore", "--service", "moderation", "--from-audit", &running.url];
        on(at, &[&restore[..], token.as_ref().map_or(&[][..], |token| &token[..])].concat())
    };
    let text = |name: &str| tokens[name].as_str().map(ToOwned::to_owned).unwrap_or_else(|| panic!("{name}"));
    for token in [None, Some(text("contributor-kz"))] {
        let said = back(&elsewhere, token.as_deref());
        assert_ne!(said.code, 0, "{}", said.out);
        assert!(!elsewhere.join("moderation").exists(), "{}", said.err);
    }
    // Whoever has other keys is shown another installation.
    let (other, stranger) = (Installation::with_an_entry(), installation.path("stranger"));
    copy(&other.data().join("keys"), &stranger.join("keys"));
    let said = back(&stranger, Some(&text("auditor")));
    assert_eq!(said.code, 7, "{}", said.err);
    assert!(!stranger.join("moderation").exists(), "{}", said.err);

    let report = back(&elsewhere, Some(&text("auditor"))).exits(0).document();
    let restored = report["unknown_from"]["sequence"].as_u64().unwrap();
    assert!(restored >= whole[0].1, "{report}");
    assert_ne!(report["unreadable"]["contents"], serde_json::json!([]), "an auditor has no keys: {report}");
    running.end();
    installation.wait_until_closed();
    let root = |data: &Path| {
        let journal = Offline::open(data).unwrap().journal(Origin::Moderation).unwrap();
        journal.root_at(0, restored).unwrap()
    };
    assert_eq!(root(&elsewhere), root(&data));
}

/// What was acknowledged after the export and read by others is told as a range, and not guessed.
#[test]
fn what_an_export_lacks_is_told_as_a_range() {
    let installation = Installation::with_an_entry();
    let (data, export) = (installation.data(), installation.path("export"));
    let from = export.to_str().unwrap();
    on(&data, &["export", "--to", from]).exits(0);
    let end = epochs(&data, Origin::Submission)[0].1;
    installation.submit_another();
    for lost in [Origin::Submission, Origin::Audit] {
        lose(&data, lost);
    }
    let said = on(&data, &["--json", "restore", "--service", "submission", "--from-audit", from]).exits(0);
    let report = said.document();
    assert_eq!(report["unknown_from"]["sequence"].as_u64().unwrap(), end, "{report}");
    assert!(report["known_at_least"]["size"].as_u64().unwrap() > end, "others have read more: {report}");
    assert!(!report["acted_upon_and_lost"].as_array().unwrap().is_empty(), "{report}");
}

/// P9: somebody has changed the export, or it is another installation's.
#[test]
fn p9_an_export_that_is_not_what_was_signed_is_refused() {
    let installation = Installation::with_an_entry();
    let (data, export) = (installation.data(), installation.path("export"));
    on(&data, &["export", "--to", export.to_str().unwrap()]).exits(0);
    let other = Installation::with_an_entry();
    let theirs = other.path("export");
    on(&other.data(), &["export", "--to", theirs.to_str().unwrap()]).exits(0);
    for lost in [Origin::Submission, Origin::Audit] {
        lose(&data, lost);
    }
    let refused = |from: &Path| {
        let said = on(&data, &["restore", "--service", "submission", "--from-audit", from.to_str().unwrap()]);
        assert_ne!(said.code, 0, "{}", said.out);
        assert!(!data.join("submission").exists(), "{}", said.err);
        said.err
    };
    let said = refused(&theirs);
    assert!(said.contains("not signed by a key that is trusted here"), "{said}");
    // Their checkpoint would fit their events; ours does not.
    let ours = export.join("submission");
    let events = ours.join("events-0-0.bin");
    let good = fs::read(&events).unwrap();
    let mut bytes = good.clone();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&events, bytes).unwrap();
    let said = refused(&export);
    assert!(said.contains("events-0-0.bin"), "the file is named: {said}");
    fs::write(&events, good).unwrap();
    fs::copy(theirs.join("submission/checkpoint-0.txt"), ours.join("checkpoint-0.txt")).unwrap();
    refused(&export);
}

/// The keys lay on the same disk: a copy that was kept elsewhere is put back first.
#[test]
fn keys_that_were_lost_too_come_from_where_they_were_kept() {
    let installation = Installation::with_an_entry();
    let (data, kept) = (installation.data(), installation.path("kept"));
    copy(&data.join("keys"), &kept);
    lose(&data, Origin::Publication);
    fs::remove_file(data.join("keys/master.key")).unwrap();
    fs::remove_file(data.join("keys/installation.json")).unwrap();
    let said = on(&data, &["restore", "--service", "publication"]).exits(3);
    assert!(said.err.contains("--keys"), "{}", said.err);
    on(&data, &["restore", "--service", "publication", "--keys", kept.to_str().unwrap()]).exits(0);
    start_and_end(&installation);
    on(&data, &["verify"]).exits(0);
}

/// What was submitted and is not approved stands beside moderation's events alone: its keys come back with it all the same.
#[test]
fn a_moderation_that_is_put_back_can_read_what_is_not_approved_yet() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    installation.submit_another();
    let offline = Offline::open(&data).unwrap();
    let each = |origin: Origin, visit: &mut dyn FnMut(Event)| {
        let start = dossier_journal::Place { epoch: 0, sequence: 0 };
        let journal = offline.journal(origin).unwrap();
        journal.replay(start, |stored| visit(Event::decode(&stored.event).unwrap())).unwrap();
    };
    let (mut submitted, mut approved) = (Vec::new(), Vec::new());
    each(Origin::Submission, &mut |event| {
        if let Some(Payload::Submitted(one)) = &event.payload {
            submitted.extend(dossier_submission::keys::of_submitted(one));
        }
    });
    each(Origin::Moderation, &mut |event| {
        approved.extend(event.payload.iter().flat_map(named_keys).map(|named| named.key));
    });
    submitted.retain(|key| !approved.contains(key));
    assert!(!submitted.is_empty(), "the fixture has something that is submitted and not approved");
    let holds = || {
        let vault = Vault::open_unthreaded(data.join("moderation/keys"), &offline.secrets().master).unwrap();
        submitted.iter().filter(|key| vault.holding(**key) == Holding::Live).count()
    };
    assert_eq!(holds(), submitted.len(), "before");
    lose(&data, Origin::Moderation);
    restored(&data, Origin::Moderation);
    assert_eq!(holds(), submitted.len(), "and after");
}
