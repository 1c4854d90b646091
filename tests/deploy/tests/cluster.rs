//! `deploy/nats-cluster.conf`: three nodes with routes over TLS, each stream kept three times, within the limits of its account.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use dossier_broker::{Cluster, Settings};
use dossier_deploy::{Client, Deployment, SERVICES};
use serde_json::json;

/// What a node needs, in a directory of its own.
fn copy_for_node(deployment: &Path, node: &Path) {
    fs::create_dir_all(node.join("tls")).unwrap();
    for file in [
        "nats.conf",
        "nats-tls.conf",
        "nats-cluster.conf",
        "nkeys.conf",
        "tls/ca.pem",
        "tls/server.pem",
        "tls/server.key",
    ] {
        fs::copy(deployment.join(file), node.join(file)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn three_nodes_keep_each_stream_three_times() {
    let deployment = Deployment::make(&[]);
    let nodes = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start_each(|number| {
        let node = nodes.path().join(number.to_string());
        copy_for_node(deployment.path(), &node);
        Settings::in_deployment(node, "nats-cluster.conf")
    });
    let urls = cluster.tls_urls();
    for (number, service) in SERVICES.into_iter().enumerate() {
        let client = Client::connect(&urls[number % 3], deployment.path(), service).await;
        client.make_stream(&json!({"num_replicas": 3})).await;
        assert_eq!(client.store("kept three times", 0).await, 1);
        let info = client.api("INFO", &dossier_deploy::subjects::stream(service), &json!(null)).await;
        assert_eq!(info["cluster"]["replicas"].as_array().map(Vec::len), Some(2), "{info:#}");
    }
    // Across accounts and nodes; also when one is gone.
    let reader = Client::connect(&urls[1], deployment.path(), "publication").await;
    reader.wait_until_holds("submission", 1, &["kept three times"]).await;
    cluster.node(0).kill();
    reader.wait_until_holds("submission", 1, &["kept three times"]).await;
}

/// Whoever shows a certificate of another authority is no node, even knowing where the others are.
#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_is_no_node() {
    let (ours, theirs) = (Deployment::make(&[]), Deployment::make(&[]));
    let nodes = tempfile::tempdir().unwrap();
    let mut cluster = Cluster::start_each(|number| {
        let node = nodes.path().join(number.to_string());
        copy_for_node(ours.path(), &node);
        Settings::in_deployment(node, "nats-cluster.conf")
    });
    let route = format!("nats://127.0.0.1:{}", cluster_port(&cluster.node(0).monitoring("/varz").unwrap()));
    let mut stranger = Command::new(dossier_broker::program());
    stranger.current_dir(theirs.path()).args([
        "-c",
        "nats-cluster.conf",
        "-a",
        "127.0.0.1",
        "-p",
        "-1",
        "-n",
        "stranger",
    ]);
    stranger.args(["--cluster", "nats://127.0.0.1:-1", "--routes", &route]);
    stranger.env("DOSSIER_NATS_NAME", "stranger").env("DOSSIER_NATS_ROUTES", format!("[\"{route}\"]"));
    let mut stranger = stranger.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    dossier_deploy::until("the stranger is refused", || {
        let log = cluster.node(0).log();
        log.lines()
            .any(|line| line.contains("route") && line.contains("TLS") && line.contains("bad certificate"))
            .then_some(())
    })
    .await;
    let known = cluster.node(0).monitoring("/routez").unwrap();
    stranger.kill().unwrap();
    stranger.wait().unwrap();
    assert!(!known.contains("stranger"), "{known}");
}

fn cluster_port(varz: &str) -> u16 {
    let rest = varz.split_once("\"cluster_port\":").unwrap().1;
    let digits: String = rest.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}
