//! Two of one service started by mistake: the second says so and ends; the first goes on; nothing is written twice.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{
    fs,
    time::{Duration, Instant},
};

use dossier_broker::Proxy;
use dossier_faults::process::Started;
use dossier_nats::{
    Installation, Plan,
    asking::get,
    copying::copy,
    installation::{PATIENCE, told},
    service::OPENED,
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Another process has the data directory open.
const BUSY: i32 = 87;
/// Another process is this service to the broker.
const OCCUPIED: i32 = 11;
/// Its journal is shorter than others know it.
const ROLLED_BACK: i32 = 81;

#[test]
fn the_second_of_one_service_ends_by_itself() {
    let seed = 301;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let workers = installation.workers();
    for origin in Origin::ALL {
        // On the same data directory, and on a copy of it, as a backup put back on another machine would be.
        let data = installation.deployment.data(origin);
        let copied = installation.beside(&format!("copied-{origin}"));
        copy(&data, &copied);
        for place in [&data, &copied] {
            let ended = installation.another(origin, place);
            assert_eq!(ended.status.code(), Some(OCCUPIED), "{origin}: {ended:?}");
            assert!(ended.said.contains(&format!("another instance of {origin}")), "{ended:?}");
        }
        fs::remove_dir_all(copied).unwrap();
    }
    // Nobody can be asked who is there: the data directory knows.
    installation.brokers.single().terminate();
    let data = installation.deployment.data(Origin::Submission);
    let ended = installation.another(Origin::Submission, &data);
    assert_eq!(ended.status.code(), Some(BUSY), "{ended:?}");
    installation.brokers.single().restart();
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// Where nobody can be asked who is there, a second one on a copy of the directory waits; when the broker is back it finds the first and
/// ends, and nothing of it was believed.
#[test]
fn a_second_one_that_waited_for_the_broker_ends() {
    let seed = 302;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let workers = installation.workers();
    for origin in [Origin::Submission, Origin::Moderation] {
        let copied = installation.beside(&format!("copied-{origin}"));
        installation.service_mut(origin).end();
        copy(&installation.deployment.data(origin), &copied);
        installation.service_mut(origin).start();
        let heads = installation.doors.heads();
        installation.doors.read_up_to(&heads, PATIENCE);
        installation.brokers.single().kill();
        let mut second = installation.begin_another(origin, &copied);
        until("it waits for nothing but the broker", PATIENCE, || {
            if second.said().contains(OPENED) { Ok(()) } else { Err(second.said()) }
        });
        installation.brokers.single().restart();
        let ended = second.wait();
        assert!([Some(OCCUPIED), Some(ROLLED_BACK)].contains(&ended.status.code()), "{origin}: {ended:?}");
        installation.doors.ready(PATIENCE);
        let heads = installation.doors.heads();
        installation.doors.read_up_to(&heads, PATIENCE);
    }
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// The first is cut off from the broker, and its directory's copy is started elsewhere, as somebody does who takes the first for dead. The
/// copy begins when the first has stopped writing by itself, and not before; and when the first is back it ends.
#[test]
fn a_copy_begins_when_one_that_is_cut_off_has_shut() {
    let (seed, origin) = (303, Origin::Moderation);
    println!("seed {seed}");
    let mut installation = Installation::found(&Plan::of(seed, PROGRAM));
    let servers = installation.brokers.servers(origin);
    let (host, port) = servers[0].rsplit_once(':').unwrap();
    let proxy = Proxy::to(port.parse().unwrap());
    let configuration = installation.deployment.configuration(origin);
    installation.deployment.set(&configuration, "servers", &format!("[\"{host}:{}\"]", proxy.port()));
    installation.start_services();
    installation.start_front();
    installation.doors.ready(PATIENCE);
    installation.tell().join().unwrap();
    installation.doors.level(PATIENCE);
    let copied = installation.beside("copied");
    installation.service_mut(origin).end();
    copy(&installation.deployment.data(origin), &copied);
    installation.service_mut(origin).start();
    installation.doors.ready(PATIENCE);
    // The copy has a way of its own to the broker.
    installation.deployment.set(&configuration, "servers", &format!("{servers:?}"));
    proxy.cut();
    let cut = Instant::now();
    let mut second = installation.begin_another(origin, &copied);
    let Started::At(address) = second.address() else { panic!("it ended: {}", second.said()) };
    until("the copy works", PATIENCE, || {
        let said = get(&format!("{address}/readyz"), None)?;
        if said.status == 200 { Ok(()) } else { Err(said.text) }
    });
    told("until the copy worked", cut.elapsed());
    assert!(cut.elapsed() > Duration::from_secs(12), "longer than the first may write: {:?}", cut.elapsed());
    let first = installation.service(origin).get("/readyz").unwrap();
    assert!(first.status == 503 && first.text.contains("another instance of it may be at work"), "{first:?}");
    proxy.mend();
    let (ended, after) = until("the first ends", PATIENCE, || {
        installation.service_mut(origin).has_ended().ok_or_else(|| "it still runs".to_owned())
    });
    told("until the first ended", after);
    assert_eq!(ended.status.code(), Some(OCCUPIED), "{ended:?}");
    for other in [Origin::Submission, Origin::Publication, Origin::Audit] {
        until(&format!("{other} goes on with the copy"), PATIENCE, || installation.doors.is_ready(other));
    }
    assert!(second.end().status.success());
}
