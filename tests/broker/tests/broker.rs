//! The fixture does what it says.

use std::net::TcpStream;

use dossier_broker::{Broker, Cluster, Settings};

fn answers(broker: &Broker) -> bool {
    TcpStream::connect(("127.0.0.1", broker.port())).is_ok()
}

#[test]
fn a_server_is_killed_and_comes_back_on_the_same_port() {
    let mut broker = Broker::start(Settings::default());
    let url = broker.url();
    assert!(answers(&broker));
    broker.kill();
    assert!(!answers(&broker));
    broker.delete_store();
    broker.restart();
    assert!(answers(&broker));
    assert_eq!(broker.url(), url);
    broker.terminate();
    assert!(!answers(&broker));
}

#[test]
fn a_frozen_server_is_not_well_until_it_goes_on() {
    let mut broker = Broker::start(Settings::default());
    broker.freeze();
    assert!(!broker.is_well());
    broker.thaw();
    broker.wait_until_well();
}

#[test]
fn a_copy_of_the_store_can_be_put_back() {
    let mut broker = Broker::start(Settings::default());
    broker.terminate();
    let copy = broker.copy_store("older");
    broker.delete_store();
    assert!(!broker.store().exists());
    broker.restore_store(&copy);
    assert!(broker.store().exists());
    broker.restart();
}

#[test]
fn three_servers_find_each_other() {
    let mut cluster = Cluster::start(&Settings::default());
    assert_eq!(cluster.urls().len(), 3);
    cluster.node(1).kill();
    cluster.node(1).restart();
}
