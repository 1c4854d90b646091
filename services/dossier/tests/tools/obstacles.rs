//! What keeps a service from beginning is said: where it starts, in its log and in its readiness.

use std::{fs, path::Path};

use dossier_broker::{Broker, Settings};

use crate::{
    fixture::dossier,
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

/// "IO error" helps nobody: whose certificate it is, and what is wrong with it, is said with the address.
#[test]
fn what_is_wrong_with_a_certificate_is_said_in_readiness() {
    let deployment = Deployment::make();
    let stranger = Deployment::make();
    let broker = broker_with_tls(&deployment);
    let complains = |ca: &Path, words: &[&str]| {
        deployment.configure_at(&broker.tls_url(), "publication", "publication/data");
        let file = deployment.root().join("publication.toml");
        let text = fs::read_to_string(&file).unwrap();
        fs::write(&file, format!("{text}ca = \"{}\"\n", ca.display())).unwrap();
        let running = deployment.start("publication");
        let said = reason(&running.is_ready(false), "broker");
        for words in words.iter().chain([&broker.tls_url().as_str()]) {
            assert!(said.contains(words), "{words:?} is not said: {said}");
        }
        assert_eq!(running.end(), Some(0));
    };
    complains(&stranger.root().join("tls/ca.pem"), &["not signed by the authority", "tls/ca.pem"]);
    let root = deployment.root();
    let renew = [
        "keys".as_ref(),
        root.as_os_str(),
        "--renew".as_ref(),
        "broker".as_ref(),
        "--host".as_ref(),
        "elsewhere.example".as_ref(),
    ];
    dossier(renew).exits(0);
    broker.reload();
    complains(&root.join("tls/ca.pem"), &["not for the name", "elsewhere.example", "--renew broker"]);
}

fn broker_with_tls(deployment: &Deployment) -> Broker {
    let (root, deploy) = (deployment.root(), Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy"));
    for file in ["nats.conf", "nats-tls.conf"] {
        fs::copy(deploy.join(file), root.join(file)).unwrap();
    }
    fs::create_dir_all(root.join("jetstream")).unwrap();
    Broker::start(Settings::in_deployment(&root, root.join("nats.conf")))
}
