//! `dossier backup` and `dossier restore --from`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use dossier::offline::Offline;
use dossier_proto::Origin;

use crate::{
    fixture::{Installation, Said, copy, dossier, on, open},
    running::Running,
};

fn key(installation: &Installation) -> PathBuf {
    let key = installation.path("backup.key");
    dossier(["backup", "--new-key", key.to_str().unwrap()]).exits(0);
    key
}

fn back_up(data: &Path, to: &Path, key: &Path) -> PathBuf {
    let arguments = ["--json", "backup", "--to", to.to_str().unwrap(), "--key", key.to_str().unwrap()];
    PathBuf::from(on(data, &arguments).exits(0).document()["at"].as_str().unwrap())
}

fn put_back(from: &Path, key: &Path, data: &Path) -> Said {
    on(data, &["--json", "restore", "--from", from.to_str().unwrap(), "--key", key.to_str().unwrap()])
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let items = fs::read_dir(directory).unwrap().map(|item| item.unwrap().path());
    items.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn starts(data: &Path) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { open(data).await.close().await });
    let offline = Offline::open(data).unwrap();
    for origin in Origin::ALL {
        let deadline = std::time::Instant::now() + Duration::from_secs(30);
        while offline.journal(origin).is_err() {
            assert!(std::time::Instant::now() < deadline);
            std::thread::sleep(Duration::from_millis(5)); // between looks
        }
    }
}

#[test]
fn everything_comes_back_from_a_backup_and_goes_on_in_a_new_epoch() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let ends: Vec<_> =
        Origin::ALL.into_iter().map(|origin| Offline::open(&data).unwrap().journal(origin).unwrap().epochs()).collect();
    let first = back_up(&data, &to, &key);
    let second = back_up(&data, &to, &key);
    assert_ne!(first, second);
    let inode = |at: &Path| {
        std::os::unix::fs::MetadataExt::ino(&fs::metadata(at.join("journals/submission/events-0-0.bin")).unwrap())
    };
    assert_eq!(inode(&first), inode(&second), "what has not changed is shared");
    fs::remove_dir_all(&data).unwrap();
    let document = put_back(&to, &key, &data).exits(0).document();
    assert_eq!(document["from"], second.to_str().unwrap(), "the newest");
    starts(&data);
    for (origin, end) in Origin::ALL.into_iter().zip(ends) {
        let epochs = Offline::open(&data).unwrap().journal(origin).unwrap().epochs();
        assert_eq!(epochs[..end.len()], end[..], "{origin}");
        assert_eq!(epochs.len(), end.len() + 1, "{origin} goes on in an epoch of its own");
    }
    on(&data, &["verify"]).exits(0);
    on(&data, &["doctor"]).exits(0);
    on(&data, &["account", "list"]).exits(0);
}

/// An epoch of the audit service's own journal that has ended is a log as the others' are: with a checkpoint, and verified over the network.
#[test]
fn p9_ended_epochs_of_the_audit_service_are_verified_over_the_network() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let ended = Offline::open(&data).unwrap().journal(Origin::Audit).unwrap().head();
    assert!(ended.size > 0);
    back_up(&data, &to, &key);
    fs::remove_dir_all(&data).unwrap();
    put_back(&to, &key, &data).exits(0);
    starts(&data);
    let export = installation.path("export");
    on(&data, &["export", "--to", export.to_str().unwrap()]).exits(0);
    let keys = export.join("verifier-keys.txt");
    let running = Running::start(["up", "--demo", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    let deadline = std::time::Instant::now() + Duration::from_secs(30);
    let said = loop {
        let said = dossier(["--json", "verify", "--server", &running.url, "--keys", keys.to_str().unwrap()]);
        // The checkpoints of the epochs that were begun are looked at four times a second.
        if said.code == 0 || std::time::Instant::now() > deadline {
            break said.exits(0);
        }
        std::thread::sleep(Duration::from_millis(50)); // between looks
    };
    let document = said.document();
    let audit = &document["journals"].as_array().unwrap().iter().find(|one| one["service"] == "audit").unwrap();
    let epochs = audit["epochs"].as_array().unwrap();
    assert_eq!(epochs.len(), 2, "{document}");
    assert_eq!((&epochs[0]["epoch"], &epochs[0]["size"]), (&0.into(), &ended.size.into()), "{document}");
    assert_eq!(epochs[0]["root"], ended.root.to_string(), "{document}");
    assert_eq!(running.get("/audit/log/audit/1/checkpoint").status, 404, "there was no such epoch");
    running.end();
}

#[test]
fn a_backup_is_made_while_everything_runs() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let house = runtime.block_on(open(&data));
    let at = back_up(&data, &to, &key);
    dossier(["verify", at.join("journals").to_str().unwrap()]).exits(0);
    runtime.block_on(house.close());
    installation.wait_until_closed();
    let other = installation.path("other");
    put_back(&at, &key, &other).exits(0);
    starts(&other);
}

#[test]
fn all_go_back_to_one_moment() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let journal = Offline::open(&data).unwrap().journal(Origin::Submission).unwrap();
    let last = journal.get(dossier_journal::Place { epoch: 0, sequence: journal.head().size - 1 }).unwrap().unwrap();
    drop(journal);
    let at = dossier_proto::Event::decode(&last.event).unwrap().head.recorded_at;
    let before = jiff_text(at.0 - 1);
    back_up(&data, &to, &key);
    let earlier = installation.path("earlier");
    let arguments =
        ["--json", "restore", "--from", to.to_str().unwrap(), "--key", key.to_str().unwrap(), "--until", &before];
    let document = on(&earlier, &arguments).exits(0).document();
    assert_eq!(document["services"][0]["left_out"], 1, "{document}");
    starts(&earlier);
    on(&earlier, &["verify"]).exits(0);
}

/// The same, by the last event that is to be there.
#[test]
fn all_go_back_to_the_moment_of_one_event() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let size = Offline::open(&data).unwrap().journal(Origin::Submission).unwrap().head().size;
    back_up(&data, &to, &key);
    let earlier = installation.path("earlier");
    let until = |last: &str| {
        let from = ["--json", "restore", "--from", to.to_str().unwrap(), "--key", key.to_str().unwrap()];
        on(&earlier, &[&from[..], &["--until", last]].concat())
    };
    for (wrong, code) in [("786", 2), ("nobody/1", 2), (&format!("submission/{size}"), 3), ("submission/7/0", 3)] {
        until(wrong).exits(code);
        assert!(!earlier.exists(), "{wrong}");
    }
    let document = until(&format!("submission/{}", size - 2)).exits(0).document();
    let submission = &document["services"][0];
    assert_eq!((&submission["left_out"], &submission["unknown_from"]["sequence"]), (&1.into(), &(size - 1).into()));
    starts(&earlier);
    on(&earlier, &["verify"]).exits(0);
    on(&earlier, &["replay"]).exits(0);
}

fn jiff_text(micros: i64) -> String {
    let (seconds, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    let said = Command::new("date").args(["-u", "-d", &format!("@{seconds}"), "+%Y-%m-%dT%H:%M:%S"]).output().unwrap();
    format!("{}.{rest:06}Z", String::from_utf8(said.stdout).unwrap().trim())
}

/// Every file in turn is changed by one bit, or missing: refused, and the file is named.
#[test]
fn a_damaged_backup_is_refused_naming_the_file() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let at = back_up(&data, &to, &key);
    let target = installation.path("target");
    for file in files(&at) {
        let whole = fs::read(&file).unwrap();
        if whole.is_empty() {
            continue;
        }
        let mut flipped = whole.clone();
        let middle = flipped.len() / 2;
        flipped[middle] ^= 1;
        fs::write(&file, flipped).unwrap();
        let said = put_back(&at, &key, &target).exits(7);
        assert!(said.err.contains(file.file_name().unwrap().to_str().unwrap()), "{}: {}", file.display(), said.err);
        fs::remove_file(&file).unwrap();
        let said = put_back(&at, &key, &target);
        assert_ne!(said.code, 0, "{}", file.display());
        fs::write(&file, whole).unwrap();
        assert!(!target.exists());
    }
    put_back(&at, &key, &target).exits(0);
    put_back(&at, &key, &target).exits(2);
}

#[test]
fn without_its_key_a_backup_is_worth_proofs_alone() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let at = back_up(&data, &to, &key);
    let target = installation.path("target");
    let said = on(&target, &["restore", "--from", at.to_str().unwrap()]).exits(2);
    assert!(said.err.contains("proofs and no words"), "{}", said.err);
    let other = installation.path("other.key");
    dossier(["backup", "--new-key", other.to_str().unwrap()]).exits(0);
    let said = put_back(&at, &other, &target).exits(2);
    assert!(said.err.contains("--key"), "{}", said.err);
    assert!(!target.exists());
    dossier(["verify", at.join("journals").to_str().unwrap()]).exits(0);
    // The key may not lie with what it is for, nor the backup in what it is a copy of.
    let inside = data.join("backup.key");
    fs::copy(&key, &inside).unwrap();
    on(&data, &["backup", "--to", to.to_str().unwrap(), "--key", inside.to_str().unwrap()]).exits(2);
    fs::remove_file(&inside).unwrap();
    let within = data.join("backups");
    on(&data, &["backup", "--to", within.to_str().unwrap(), "--key", key.to_str().unwrap()]).exits(2);
    assert!(!within.exists());
}

/// One service's directory is lost, and there is an older backup: the events come from the auditor's copy, the keys of drafts, which nobody
/// else has, from the backup.
#[test]
fn a_service_that_comes_back_takes_the_keys_of_drafts_from_a_backup() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    back_up(&data, &to, &key);
    fs::remove_dir_all(data.join("submission")).unwrap();
    let arguments = [
        "--json",
        "restore",
        "--service",
        "submission",
        "--from",
        to.to_str().unwrap(),
        "--key",
        key.to_str().unwrap(),
    ];
    let report = on(&data, &arguments).exits(0).document();
    assert_eq!(report["unreadable"]["contents"], serde_json::json!([]));
    assert_eq!(report["unreadable"]["said"], 0, "{report}");
    assert_eq!(
        fs::read_dir(&data)
            .unwrap()
            .filter(|item| { item.as_ref().unwrap().file_name().to_string_lossy().starts_with(".unfinished") })
            .count(),
        0,
        "what was laid out is gone"
    );
    starts(&data);
}

/// Killed at many moments: either nothing is there, or all of it.
#[test]
fn whatever_is_killed_leaves_nothing_that_looks_whole() {
    let installation = Installation::with_an_entry();
    let (data, to, key) = (installation.data(), installation.path("backups"), key(&installation));
    let spare = installation.path("spare");
    copy(&data, &spare);
    let kill_after = |arguments: &[&str], pause: u64| {
        let mut running = Command::new(env!("CARGO_BIN_EXE_dossier"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(pause)); // a random moment: that of the crash
        let _ = running.kill();
        running.wait().unwrap()
    };
    let (data_text, to_text, key_text) = (data.to_str().unwrap(), to.to_str().unwrap(), key.to_str().unwrap());
    let mut whole = 0;
    for pause in (0..300).step_by(20) {
        kill_after(&["backup", "--data", data_text, "--to", to_text, "--key", key_text], pause);
        whole = fs::read_dir(&to).map_or(0, |items| {
            items.filter(|item| !item.as_ref().unwrap().file_name().to_string_lossy().starts_with('.')).count()
        });
        let target = installation.path("of-a-killed-backup");
        let said = put_back(&to, &key, &target);
        assert_eq!(said.code == 0, whole > 0, "{} of {whole}: {}", said.code, said.err);
        let _ = fs::remove_dir_all(&target);
    }
    if whole == 0 {
        back_up(&data, &to, &key);
    }
    let target = installation.path("target");
    let target_text = target.to_str().unwrap();
    for pause in (0..400).step_by(20) {
        kill_after(&["restore", "--data", target_text, "--from", to_text, "--key", key_text], pause);
        if target.exists() {
            on(&target, &["verify"]).exits(0);
            fs::remove_dir_all(&target).unwrap();
        }
        let unfinished = installation.path(".unfinished-target");
        assert!(!unfinished.join("keys/installation.json").exists() || !unfinished.join("submission/journal").exists());
    }
    put_back(&to, &key, &target).exits(0);
    for pause in (0..200).step_by(20) {
        let _ = fs::remove_dir_all(data.join("moderation"));
        kill_after(&["restore", "--data", data_text, "--service", "moderation"], pause);
        if data.join("moderation").exists() {
            assert!(Offline::open(&data).unwrap().journal(Origin::Moderation).is_ok());
        }
    }
    let _ = fs::remove_dir_all(data.join("moderation"));
    on(&data, &["restore", "--service", "moderation"]).exits(0);
    starts(&data);
}
