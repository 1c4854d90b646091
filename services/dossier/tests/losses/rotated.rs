//! What is put back of a service that took another key to sign with: it takes that key too, or it is not put back.

use std::{fs, path::Path};

use dossier::offline::Offline;
use dossier_proto::{Event, Origin, Payload};

use crate::fixture::{Installation, copy, dossier, on, open};

fn start_and_end(installation: &Installation) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { open(&installation.data()).await.close().await });
    installation.wait_until_closed();
}

fn rotate(data: &Path, origin: Origin) {
    on(data, &["keys", "rotate", "--service", origin.name()]).exits(0);
}

/// When the last key was taken, and the last event before that was recorded.
fn turned(data: &Path, origin: Origin) -> (i64, i64) {
    let journal = Offline::open(data).unwrap().journal(origin).unwrap();
    let (mut last, mut turned) = (0, None);
    let start = dossier_journal::Place { epoch: 0, sequence: 0 };
    let read = journal.replay(start, |stored| {
        let event = Event::decode(&stored.event).unwrap();
        let at = event.head.recorded_at.0;
        if matches!(event.payload, Some(Payload::KeyRotated(_))) {
            turned = Some((at, last));
        }
        last = at;
    });
    read.unwrap();
    turned.expect("it took another key")
}

fn text(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).unwrap().to_string()
}

/// Audit's copy ends right before the key was taken, and everybody else has learnt it: the event comes from what they learnt it by.
#[test]
fn p9_a_key_that_others_have_learnt_is_taken_again_where_no_event_is_missing() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    // Whatever a start writes is in the copy that is laid aside.
    start_and_end(&installation);
    copy(&data.join("audit"), &installation.path("older-audit"));
    rotate(&data, Origin::Submission);
    start_and_end(&installation);
    let whole = turned(&data, Origin::Submission);
    for lost in ["audit", "submission"] {
        fs::remove_dir_all(data.join(lost)).unwrap();
    }
    copy(&installation.path("older-audit"), &data.join("audit"));
    on(&data, &["restore", "--service", "submission"]).exits(0);
    assert_eq!(turned(&data, Origin::Submission), whole, "the same event at the same place");
    start_and_end(&installation);
    on(&data, &["verify"]).exits(0);
}

/// Between what audit copied and the key that others learnt events are missing: whatever came next would be signed with a key that was given up.
#[test]
fn p9_what_would_sign_with_a_key_that_others_know_was_given_up_is_not_put_back() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    rotate(&data, Origin::Submission);
    start_and_end(&installation);
    for lost in ["audit", "submission"] {
        fs::remove_dir_all(data.join(lost)).unwrap();
    }
    copy(&installation.before().join("audit"), &data.join("audit"));
    let said = on(&data, &["restore", "--service", "submission"]).exits(7);
    assert!(said.err.contains("took another key to sign with after"), "{}", said.err);
    assert!(said.err.contains("Nothing was written"), "{}", said.err);
    assert!(!data.join("submission").exists());
}

#[test]
fn p9_nothing_goes_back_to_before_a_key_was_taken_and_the_earliest_moment_is_told() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    rotate(&data, Origin::Moderation);
    start_and_end(&installation);
    let (at, before) = turned(&data, Origin::Moderation);
    let (to, key) = (installation.path("backups"), installation.path("backup.key"));
    dossier(["backup", "--new-key", key.to_str().unwrap()]).exits(0);
    let (to, key) = (to.to_str().unwrap(), key.to_str().unwrap());
    on(&data, &["backup", "--to", to, "--key", key]).exits(0);
    let earlier = installation.path("earlier");
    let restore = |until: &str| on(&earlier, &["restore", "--from", to, "--key", key, "--until", until]);
    for until in [text(before), text(at - 1)] {
        let said = restore(&until).exits(2);
        assert!(said.err.contains("moderation took another key"), "{}", said.err);
        assert!(said.err.contains(&format!("--until {}", text(at))), "the earliest moment is told: {}", said.err);
        assert!(!earlier.exists(), "nothing is put back");
    }
    restore(&text(at)).exits(0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { open(&earlier).await.close().await });
}

/// Whether a journal of a deployment is the newest one is for its stream and the others to say: without its configuration nobody can be asked, and
/// one that was put back would give a place that was used before to another event.
#[test]
fn p9_of_a_deployment_no_key_is_taken_without_its_configuration() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    let size = || Offline::open(&data).unwrap().journal(Origin::Moderation).unwrap().head().size;
    let before = size();
    // The configuration of a service over the data directory of all four.
    let file = installation.path("moderation.toml");
    let text = format!(
        "data = {data:?}\nlisten = \"127.0.0.1:0\"\npublic_url = \"http://127.0.0.1:8080\"\nverifiers = \"verifiers\"\n[nats]\nservers = \
         [\"nats://127.0.0.1:1\"]\nnkey = \"nkey.seed\"\n"
    );
    fs::write(&file, text).unwrap();
    let said = dossier(["keys", "rotate", "--config", file.to_str().unwrap()]).exits(2);
    assert!(said.err.contains("is no data directory of one service of a deployment"), "{}", said.err);
    assert!(said.err.contains("Nothing was written"), "{}", said.err);
    // The data directory of a service alone, without one: of that service, and of all that lie there.
    fs::write(data.join("keys/service"), "moderation\n").unwrap();
    fs::write(data.join("keys/verifiers"), "").unwrap();
    for more in [&[][..], &["--service", "moderation"]] {
        let said = on(&data, &[&["keys", "rotate"], more].concat()).exits(2);
        assert!(said.err.contains("dossier keys rotate --config moderation.toml"), "{}", said.err);
        assert!(said.err.contains("Nothing was written"), "{}", said.err);
    }
    fs::remove_file(data.join("keys/service")).unwrap();
    assert_eq!(size(), before, "no event was written");
    rotate(&data, Origin::Moderation);
    assert_eq!(size(), before + 1);
}
