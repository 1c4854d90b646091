//! An independent client follows streams: nats-py, classes that protoc generates, a Merkle tree in plain Python (follow.py).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use dossier_broker::Broker;
use dossier_deploy::{
    Deployment, Running,
    deployment::{program, root},
};
use serde_json::{Value, json};

/// A Python with what requirements.txt names.
fn python() -> PathBuf {
    let named = std::env::var_os("DOSSIER_FOLLOW_PYTHON").map(PathBuf::from);
    let path = named.unwrap_or_else(|| root().join("target/tools/follow/bin/python"));
    assert!(
        path.is_file(),
        "{} is not there: `tests/run` installs it, or name a Python with tests/deploy/requirements.txt in DOSSIER_FOLLOW_PYTHON",
        path.display()
    );
    path
}

/// Follows an origin until so many of its events are covered by a signature.
fn follow(deployment: &Deployment, broker: &Broker, origin: &str, verifiers: &str, more: &[&str]) -> Output {
    // A reader who is neither of the two.
    let reader = if origin == "audit" { "publication" } else { "audit" };
    let mut command = Command::new(python());
    command.arg(root().join("tests/deploy/follow.py")).current_dir(deployment.path());
    command.args(["--server", &broker.tls_url(), "--ca", "tls/ca.pem", "--nkey", &format!("{reader}/nkey.seed")]);
    command.args(["--as", reader, "--origin", origin, "--verifiers", verifiers]);
    command.arg("--proto").arg(root().join("proto/proto")).args(more);
    command.output().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_program_computes_the_root_that_was_signed() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let running = Running::start(&deployment, &broker.tls_url());
    for number in 0..20 {
        let content = json!({"original_language": "en", "title": {"en": format!("Event {number}")}});
        let draft = json!({"type": "event", "language": "en", "content": content});
        let _ = running.post("contributor-kz", "/contribute/api/v1/entries", &draft);
    }
    let mut kept = Vec::new();
    for origin in ["submission", "moderation"] {
        let (events, keep) = (if origin == "submission" { "20" } else { "8" }, format!("{origin}.checkpoint"));
        let followed = follow(&deployment, &broker, origin, "verifiers", &["--events", events, "--keep", &keep]);
        let said = String::from_utf8_lossy(&followed.stderr);
        assert!(followed.status.success(), "{origin}: {said}\n{}", running.logs());
        let report: Value = serde_json::from_slice(&followed.stdout).unwrap();
        let signed = report["signed"].as_u64().unwrap();
        assert!(signed >= events.parse().unwrap() && report["checkpoints"].as_u64().unwrap() > 0, "{report}");
        let kind = if origin == "submission" { "draft_started" } else { "designation_granted" };
        assert!(report["kinds"][kind].as_u64().unwrap() >= 8, "{report}");
        kept.push((origin, keep));
    }
    // What the stranger kept is what the journals hold.
    drop(running);
    for (origin, keep) in kept {
        let mut verify = Command::new(program());
        verify.current_dir(deployment.path()).args(["verify", "--data", &format!("{origin}/data"), "--against", &keep]);
        let verified = verify.output().unwrap();
        let said = String::from_utf8_lossy(&verified.stdout).into_owned() + &String::from_utf8_lossy(&verified.stderr);
        assert!(verified.status.success(), "{origin}: {said}");
    }
}

/// A check that cannot fail is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_strangers_program_believes_no_other_key() {
    let (deployment, other) =
        (Deployment::make(&["--name", "registry.example"]), Deployment::make(&["--name", "registry.example"]));
    let broker = deployment.start_broker();
    let running = Running::start(&deployment, &broker.tls_url());
    let theirs = other.path().join("verifiers");
    let followed = follow(&deployment, &broker, "moderation", theirs.to_str().unwrap(), &["--events", "1"]);
    let said = String::from_utf8_lossy(&followed.stderr);
    assert_eq!(followed.status.code(), Some(1), "{said}\n{}", running.logs());
    assert!(said.contains("no signature of a known key"), "{said}");
    // Nor does it believe a stream that was altered: here the stream's owner left one event out.
    drop(running);
    let owner = deployment.client(&broker, "moderation").await;
    let last = owner.api("INFO", "DOSSIER_MODERATION", &json!(null)).await["state"]["last_seq"].as_u64().unwrap();
    owner.api("PURGE", "DOSSIER_MODERATION", &json!({"seq": last})).await;
    let followed = follow(&deployment, &broker, "moderation", "verifiers", &["--events", "1"]);
    assert_eq!(followed.status.code(), Some(1), "{}", String::from_utf8_lossy(&followed.stderr));
}
