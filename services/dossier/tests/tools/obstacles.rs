//! What keeps a service from beginning is said: where it starts, in its log and in its readiness.

use std::{fs, path::Path};

use dossier_broker::{Broker, Settings};

use crate::{
    running::{Running, reason},
    serving::Deployment,
};

/// `deploy/nats.conf` without one permission, and without TLS, which other tests have.
fn broker_without(deployment: &Deployment, permission: &str) -> Broker {
    let root = deployment.root();
    let conf = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nats.conf")).unwrap();
    assert!(conf.contains(permission), "{permission}");
    fs::write(root.join("nats.conf"), conf.replacen(permission, "", 1)).unwrap();
    fs::write(root.join("nats-tls.conf"), "").unwrap();
    fs::create_dir_all(root.join("jetstream")).unwrap();
    Broker::start(Settings::in_deployment(&root, root.join("nats.conf")))
}

#[test]
fn a_broker_that_refuses_is_not_taken_for_one_that_is_away() {
    let deployment = Deployment::make();
    let refused = "$JS.API.STREAM.INFO.DOSSIER_PUBLICATION";
    let broker = broker_without(&deployment, &format!(", \"{refused}\""));
    deployment.configure_at(&broker.url(), "publication", "publication/data");
    let running: Running = deployment.start("publication");
    let ready = running.is_ready(false);
    let started = reason(&ready, "started");
    for words in ["until then nothing is written", "It waits for ", "Permissions Violation", refused] {
        assert!(started.contains(words), "{words:?} is not said: {started}");
    }
    assert_eq!(running.get("/api/v1/entries").status, 200, "readers are served");
    assert_eq!(running.end(), Some(0));
}
