//! The fixture does what it says.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    time::{Duration, Instant},
};

use dossier_broker::{Broker, Cluster, Proxy, Settings};

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

/// The third is alone; the two go on with each other; mended, all agree again.
#[test]
fn a_network_is_cut_and_mended() {
    let mut cluster = Cluster::start_in_a_network(|_| Settings::default());
    cluster.part(2);
    wait(|| !cluster.node(2).is_well(), "the third has lost the others");
    wait(|| cluster.node(0).is_well() && cluster.node(1).is_well(), "the two have each other");
    cluster.mend();
    cluster.wait_until_agreed();
}

#[test]
fn what_is_sent_while_the_way_is_cut_arrives_when_it_is_mended() {
    let there = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let proxy = Proxy::to(there.local_addr().expect("an address").port());
    let mut near = TcpStream::connect(("127.0.0.1", proxy.port())).expect("somebody listens");
    let (mut far, _) = there.accept().expect("it leads there");
    let mut heard = [0; 1];
    near.write_all(b"a").expect("it is open");
    far.read_exact(&mut heard).expect("it passes");
    proxy.cut();
    near.write_all(b"b").expect("nobody is told");
    far.set_read_timeout(Some(Duration::from_millis(200))).expect("a time");
    assert!(far.read_exact(&mut heard).is_err(), "nothing passes");
    proxy.mend();
    far.set_read_timeout(Some(Duration::from_secs(30))).expect("a time");
    far.read_exact(&mut heard).expect("it passes again");
    assert_eq!(&heard, b"b");
    drop(near);
    assert_eq!(far.read(&mut heard).expect("an end"), 0);
}

fn wait(mut is_so: impl FnMut() -> bool, what: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so() {
        assert!(Instant::now() < deadline, "it never is so: {what}");
        std::thread::sleep(Duration::from_millis(20)); // between looks
    }
}
