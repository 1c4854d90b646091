//! What the broker refuses shows: in the health of the connection, within five seconds, and as long as it goes on.

use std::{sync::Arc, time::Duration};

use dossier_broker::{Broker, Settings};
use dossier_exchange::{
    conformance::Shelf,
    nats::{
        BrokerHealth, Connection, ConnectionError, ConnectionSettings, Relay, RelaySettings, RelayState, RelayStatus,
        stream_witness,
    },
};
use dossier_proto::Origin;
use nkeys::KeyPair;
use tokio::time::timeout;

const WITHIN: Duration = Duration::from_secs(5);

fn settings(broker: &Broker, key: &KeyPair) -> ConnectionSettings {
    let seed = key.seed().expect("a key pair with its seed");
    ConnectionSettings { origin: Origin::Submission, servers: vec![broker.url()], nkey_seed: Some(seed), ca: None }
}

fn permitting(key: &KeyPair, publish: &str, subscribe: &str) -> Broker {
    let user = format!(
        "authorization {{ users: [ {{ nkey: {}, permissions {{ publish: [{publish}], subscribe: [{subscribe}] }} }} ] }}",
        key.public_key()
    );
    Broker::start(Settings::with_lines(user))
}

async fn complains_of(connection: &Connection, what: &str) {
    let mut health = connection.health();
    let complains = |health: &BrokerHealth| {
        health.refused.is_some() && health.complaint().is_some_and(|complaint| complaint.contains(what))
    };
    let waited = timeout(WITHIN, health.wait_for(complains)).await.map(|found| found.is_ok());
    assert_eq!(waited, Ok(true), "{what}: {:?}", connection.health().borrow().clone());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_publication_shows() {
    let key = KeyPair::new_user();
    // Everything but its own events.
    let broker = permitting(&key, r#""$JS.API.>""#, r#"">""#);
    let connection = Connection::open(settings(&broker, &key)).await.expect("settings that are right");
    connection.connected(WITHIN).await.expect("a key that is known");
    assert_eq!(connection.health().borrow().complaint(), None);
    let shelf = Shelf::new(Origin::Submission);
    shelf.fill(3);
    let _relay = Relay::start(Arc::clone(&connection), shelf, RelaySettings::default());
    complains_of(&connection, "dossier.event.submission").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_stream_shows() {
    let key = KeyPair::new_user();
    let broker = permitting(&key, r#""dossier.>""#, r#"">""#);
    let connection = Connection::open(settings(&broker, &key)).await.expect("settings that are right");
    let _relay = Relay::start(Arc::clone(&connection), Shelf::new(Origin::Submission), RelaySettings::default());
    complains_of(&connection, "STREAM.INFO.DOSSIER_SUBMISSION").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_inbox_shows() {
    let key = KeyPair::new_user();
    let broker = permitting(&key, r#"">""#, r#""dossier.>""#);
    let connection = Connection::open(settings(&broker, &key)).await.expect("settings that are right");
    complains_of(&connection, "_INBOX_submission").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_the_broker_does_not_know_shows() {
    let broker = permitting(&KeyPair::new_user(), r#"">""#, r#"">""#);
    let stranger = KeyPair::new_user();
    let connection = Connection::open(settings(&broker, &stranger)).await.expect("settings that are right");
    complains_of(&connection, "uthorization").await;
    let unreachable = connection.connected(Duration::from_millis(200)).await;
    assert!(matches!(unreachable, Err(ConnectionError::Unreachable(_))), "{unreachable:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn settings_that_are_wrong_are_said_at_once() {
    let directory = tempfile::tempdir().expect("a directory");
    let empty = directory.path().join("ca.pem");
    std::fs::write(&empty, "no certificate").expect("a writable directory");
    let right = ConnectionSettings {
        origin: Origin::Audit,
        servers: vec!["nats://127.0.0.1:4222".to_owned()],
        nkey_seed: None,
        ca: None,
    };
    let wrong = [
        ConnectionSettings { servers: Vec::new(), ..right.clone() },
        ConnectionSettings { servers: vec!["nats://a b:c".to_owned()], ..right.clone() },
        ConnectionSettings { nkey_seed: Some("SAAnot-a-user".to_owned()), ..right.clone() },
        ConnectionSettings { nkey_seed: Some("SUnot-a-seed".to_owned()), ..right.clone() },
        ConnectionSettings { ca: Some(directory.path().join("none.pem")), ..right.clone() },
        ConnectionSettings { ca: Some(empty), ..right },
    ];
    for settings in wrong {
        let said = format!("{settings:?}");
        assert!(!said.contains("not-a"), "a seed is never shown: {said}");
        let refused = Connection::open(settings).await.map(drop);
        assert!(matches!(refused, Err(ConnectionError::Settings(_))), "{said}: {refused:?}");
    }
}

async fn is_told(connection: &Connection, words: &[&str]) {
    let mut health = connection.health();
    let told =
        |health: &BrokerHealth| health.complaint().is_some_and(|told| words.iter().all(|word| told.contains(word)));
    let waited = timeout(WITHIN, health.wait_for(told)).await.map(|found| found.is_ok());
    assert_eq!(waited, Ok(true), "{words:?}: {:?}", connection.health().borrow().complaint());
}

/// "IO error" helps nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_a_broker_is_not_reached_is_said_with_its_address() {
    let broker = Broker::start(Settings::default());
    let plain = |servers: Vec<String>| ConnectionSettings { origin: Origin::Audit, servers, nkey_seed: None, ca: None };
    let nowhere = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("nats://{nowhere}");
    let connection = Connection::open(plain(vec![url.clone()])).await.expect("settings that are right");
    is_told(&connection, &[&url, "nothing listens there"]).await;
    let connection = Connection::open(plain(vec![broker.tls_url()])).await.expect("settings that are right");
    is_told(&connection, &[&broker.tls_url(), "does not speak TLS"]).await;
    let url = "nats://no-such-host.invalid:4222".to_owned();
    let connection = Connection::open(plain(vec![url.clone()])).await.expect("settings that are right");
    is_told(&connection, &[&url, "no address is known"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_jetstream_is_told() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let broker = Broker::start(Settings::with_config(file.path()));
    let settings =
        ConnectionSettings { origin: Origin::Submission, servers: vec![broker.url()], nkey_seed: None, ca: None };
    let connection = Connection::open(settings).await.expect("settings that are right");
    connection.connected(WITHIN).await.expect("a broker");
    let key = dossier_proof::SigningKey::from_seed("test/submission", &[1; 32]).unwrap().verifier();
    let unknown = stream_witness(&connection, &key.into()).await.expect_err("nothing can be asked");
    assert!(unknown.to_string().contains("without JetStream"), "{unknown}");
    let relay = Relay::start(connection, Shelf::new(Origin::Submission), RelaySettings::default());
    let mut status = relay.status();
    let told =
        |status: &RelayStatus| matches!(&status.state, RelayState::Failing(why) if why.contains("without JetStream"));
    assert!(timeout(WITHIN, status.wait_for(told)).await.is_ok(), "{:?}", relay.status().borrow().clone());
}
