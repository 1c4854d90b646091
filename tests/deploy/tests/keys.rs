//! What `deploy/make-keys` makes, as the broker takes it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{fs, process::Command};

use dossier_deploy::{Client, Deployment, deployment::make_keys, until};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_key_is_taken_and_the_old_one_is_not() {
    let deployment = Deployment::make(&[]);
    let broker = deployment.start_broker();
    let old = deployment.text("audit/nkey.seed");
    deployment.client(&broker, "audit").await.round_trip().await;
    let bystander = deployment.client(&broker, "submission").await;
    let renewed = deployment.keys(&["--renew", "audit", "--json"]);
    assert!(renewed.status.success(), "{}", String::from_utf8_lossy(&renewed.stderr));
    let told: Value = serde_json::from_slice(&renewed.stdout).unwrap();
    assert_eq!(told["renewed"], "audit");
    broker.reload();
    until("the broker has read its keys again", || {
        broker.log().contains("Reloaded server configuration").then_some(())
    })
    .await;
    deployment.client(&broker, "audit").await.round_trip().await;
    fs::write(deployment.path().join("audit/nkey.seed"), old).unwrap();
    let refused = Client::try_connect(&broker.tls_url(), deployment.path(), "audit").await.unwrap_err();
    assert!(refused.to_lowercase().contains("authorization"), "{refused}");
    bystander.round_trip().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broker_of_another_authority_is_not_believed() {
    let (ours, theirs) = (Deployment::make(&[]), Deployment::make(&[]));
    let broker = theirs.start_broker();
    fs::copy(theirs.path().join("audit/nkey.seed"), ours.path().join("audit/nkey.seed")).unwrap();
    let refused = Client::try_connect(&broker.tls_url(), ours.path(), "audit").await.unwrap_err();
    assert!(refused.to_lowercase().contains("certificate") || refused.to_lowercase().contains("tls"), "{refused}");
    // Their own authority is all that it takes.
    fs::copy(theirs.path().join("tls/ca.pem"), ours.path().join("tls/ca.pem")).unwrap();
    Client::try_connect(&broker.tls_url(), ours.path(), "audit").await.unwrap().round_trip().await;
}

#[test]
fn a_second_run_replaces_nothing() {
    let deployment = Deployment::make(&[]);
    let before = deployment.text("moderation/data/keys/master.key");
    let again = make_keys(deployment.path(), &[]);
    assert!(!again.status.success());
    let said = String::from_utf8_lossy(&again.stderr);
    assert!(said.contains("is there already"), "{said}");
    assert_eq!(deployment.text("moderation/data/keys/master.key"), before);
}

#[test]
fn configurations_say_what_was_asked_for() {
    let deployment = Deployment::make(&[
        "--host",
        "nats",
        "--broker",
        "tls://nats-1:4222",
        "--broker",
        "tls://nats-2:4222",
        "--listen",
        "0.0.0.0",
        "--front",
        "10.89.77.2",
        "--front",
        "fd00::/64",
        "--public-url",
        "https://registry.example",
        "--replicas",
        "3",
        "--name",
        "registry.example",
    ]);
    for (service, port) in dossier_deploy::SERVICES.into_iter().zip(8081..) {
        let text = deployment.text(&format!("{service}.toml"));
        for line in [
            "servers = [\"tls://nats-1:4222\", \"tls://nats-2:4222\"]",
            &format!("listen = \"0.0.0.0:{port}\""),
            "public_url = \"https://registry.example\"",
            "replicas = 3",
            "trusted_proxies = [\"10.89.77.2\", \"fd00::/64\"]",
        ] {
            assert!(text.lines().any(|found| found == line), "{service} lacks {line}:\n{text}");
        }
        let installation: Value =
            serde_json::from_str(&deployment.text(&format!("{service}/data/keys/installation.json"))).unwrap();
        assert_eq!(installation, json!({"name": "registry.example"}));
        assert_eq!(
            deployment.text(&format!("{service}/data/keys/service")),
            format!("{service}\n"),
            "whose directory it is"
        );
    }
}

#[test]
fn what_belongs_into_no_address_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    for wrong in
        [["--public-url", "http://a\" b"], ["--front", "10.0.0.7\"]"], ["--broker", "tls://x|y"], ["--nothing", "x"]]
    {
        let refused = make_keys(directory.path(), &wrong);
        assert_eq!(refused.status.code(), Some(2), "{wrong:?}: {}", String::from_utf8_lossy(&refused.stderr));
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}

#[test]
fn the_brokers_files_are_what_the_server_takes() {
    let deployment = Deployment::make(&[]);
    let check = |config: &str| {
        let mut command = Command::new(dossier_broker::program());
        command.current_dir(deployment.path()).args(["-t", "-c", config]);
        command
            .env("DOSSIER_NATS_NAME", "nats-1")
            .env("DOSSIER_NATS_ROUTES", "[\"tls://nats-1:6222\", \"tls://nats-2:6222\"]");
        let checked = command.output().unwrap();
        assert!(checked.status.success(), "{config}: {}", String::from_utf8_lossy(&checked.stderr));
    };
    check("nats.conf");
    check("nats-cluster.conf");
}
