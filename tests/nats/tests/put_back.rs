//! An older copy of a service's directory is put back while others know more of its journal: the start is refused, with a code of its
//! own and with what to do. So is a start with a clock behind the journal.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{path::PathBuf, time::Duration};

use dossier_faults::process::Ended;
use dossier_nats::{
    Installation, Life, Plan, Service,
    copying::{copy, move_to, put_back},
    installation::PATIENCE,
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// An older copy was put back.
const ROLLED_BACK: i32 = 81;
/// Longer than a service waits for the audit service when the broker knows its journal too.
const AUDIT_IS_LATE: Duration = Duration::from_secs(6);
/// The clock is behind.
const CLOCK: i32 = 10;

/// The audit service knows more; then, with the audit service away, the broker.
#[test]
fn an_older_copy_is_refused() {
    let seed = 401;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    installation.tell().join().unwrap();
    let working = [Origin::Submission, Origin::Moderation, Origin::Publication];
    for origin in working {
        installation.service_mut(origin).end();
        copy(&installation.deployment.data(origin), &installation.beside(&format!("older-{origin}")));
        installation.service_mut(origin).start();
    }
    installation.doors.ready(PATIENCE);
    installation.tell().join().unwrap();
    for origin in working {
        installation.service_mut(origin).end();
        let (data, older) = (installation.deployment.data(origin), installation.beside(&format!("older-{origin}")));
        let newer = installation.beside(&format!("newer-{origin}"));
        move_to(&data, &newer);
        put_back(&older, &data);
        refused(&mut installation, origin, "audit");
        installation.service_mut(Origin::Audit).end();
        refused(&mut installation, origin, "stream");
        installation.service_mut(Origin::Audit).start();
        move_to(&newer, &data);
        installation.service_mut(origin).start();
    }
    installation.close();
}

/// A whole machine is switched on again, with one service's older directory and a broker that lost everything: only the audit service
/// knows, and it starts last.
#[test]
fn an_older_copy_is_refused_when_everything_starts_at_once() {
    let seed = 403;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let origin = Origin::Moderation;
    installation.service_mut(origin).end();
    let (data, older) = (installation.deployment.data(origin), installation.beside("older"));
    copy(&data, &older);
    installation.service_mut(origin).start();
    installation.tell().join().unwrap();
    installation.services_mut().for_each(Service::end);
    let newer = installation.beside("newer");
    move_to(&data, &newer);
    put_back(&older, &data);
    the_broker_forgets(&mut installation);
    let others = |service: &&mut Service| service.origin != Origin::Audit;
    installation.services_mut().filter(others).for_each(|service| service.begin(Life::default()));
    std::thread::sleep(AUDIT_IS_LATE); // so much later the audit service starts: its history is the longest
    installation.service_mut(Origin::Audit).begin(Life::default());
    for service in installation.services_mut() {
        let arrived = service.arrive();
        if service.origin != origin {
            arrived.unwrap_or_else(|ended| panic!("{} does not start: {ended:?}", service.origin));
            continue;
        }
        let ended = arrived.expect_err("it has forgotten what the audit service knows");
        assert_eq!(ended.status.code(), Some(ROLLED_BACK), "{ended:?}");
    }
    move_to(&newer, &data);
    installation.service_mut(origin).start();
    installation.close();
}

/// The broker has lost everything and the audit service is away: whoever is at work has read more than an older copy holds.
#[test]
fn an_older_copy_is_refused_by_whoever_is_at_work() {
    let seed = 404;
    println!("seed {seed}");
    let origin = Origin::Submission;
    let (mut installation, data, older) = with_an_older_copy(seed, origin);
    installation.service_mut(Origin::Audit).end();
    installation.service_mut(origin).end();
    let newer = installation.beside("newer");
    copy(&data, &newer);
    put_back(&older, &data);
    the_broker_forgets(&mut installation);
    refused(&mut installation, origin, "moderation or publication");
    put_back(&newer, &data);
    installation.service_mut(origin).start();
    installation.service_mut(Origin::Audit).start();
    installation.close();
}

/// The broker has lost everything and nobody else is there, so the older copy begins after a while. Whoever comes later knows more of its
/// journal than it does: it asks them, and ends.
#[test]
fn an_older_copy_that_began_alone_ends_when_the_others_come() {
    let seed = 405;
    println!("seed {seed}");
    let origin = Origin::Submission;
    let (mut installation, data, older) = with_an_older_copy(seed, origin);
    installation.services_mut().for_each(Service::end);
    let newer = installation.beside("newer");
    move_to(&data, &newer);
    put_back(&older, &data);
    the_broker_forgets(&mut installation);
    installation.service_mut(origin).start();
    let others = |service: &&mut Service| service.origin != origin;
    installation.services_mut().filter(others).for_each(|service| service.begin(Life::default()));
    installation.services_mut().filter(others).for_each(|service| service.arrive().unwrap());
    let (ended, _) = until("it has asked those who know more", PATIENCE, || {
        installation.service_mut(origin).has_ended().ok_or_else(|| "it goes on".to_owned())
    });
    assert_eq!(ended.status.code(), Some(ROLLED_BACK), "{ended:?}");
    // What the older copy wrote alone is in its stream still. The words of the refusal say what helps, and it does.
    move_to(&newer, &data);
    let refused = start(&mut installation, origin, Life::default());
    for word in ["another history", "remove the stream"] {
        assert!(refused.said.contains(word), "{word:?} is not said: {refused:?}");
    }
    the_broker_forgets(&mut installation);
    installation.service_mut(origin).start();
    // The audit service saw a journal that was shorter than before, and says so until somebody has looked.
    installation.service_mut(Origin::Audit).end();
    installation.service_mut(Origin::Audit).start();
    installation.doors.ready(PATIENCE);
    installation.tell().join().unwrap();
    installation.close();
}

/// An installation that has told its story, and a copy of one service's directory from before: where that lies, and the copy.
fn with_an_older_copy(seed: u64, origin: Origin) -> (Installation, PathBuf, PathBuf) {
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    installation.service_mut(origin).end();
    let (data, older) = (installation.deployment.data(origin), installation.beside("older"));
    copy(&data, &older);
    installation.service_mut(origin).start();
    installation.doors.ready(PATIENCE);
    installation.tell().join().unwrap();
    (installation, data, older)
}

fn the_broker_forgets(installation: &mut Installation) {
    let broker = installation.brokers.single();
    broker.kill();
    broker.delete_store();
    broker.restart();
}

fn refused(installation: &mut Installation, origin: Origin, witness: &str) {
    let ended = start(installation, origin, Life::default());
    assert_eq!(ended.status.code(), Some(ROLLED_BACK), "{origin}, known by {witness}: {ended:?}");
    for word in ["rolled back", "Put the newer"] {
        assert!(ended.said.contains(word), "{origin}, known by {witness}: {word:?} is not said: {ended:?}");
    }
}

fn start(installation: &mut Installation, origin: Origin, life: Life) -> Ended {
    let service = installation.service_mut(origin);
    service.begin(life);
    match service.arrive() {
        Err(ended) => ended,
        Ok(()) => {
            service.kill();
            panic!("{}: {origin} began", installation.whereabouts());
        }
    }
}

#[test]
fn a_clock_behind_the_journal_is_refused() {
    let seed = 402;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    for origin in [Origin::Submission, Origin::Moderation] {
        installation.service_mut(origin).end();
        if origin == Origin::Submission {
            // It has written nothing yet: now it has.
            installation.service_mut(origin).start();
            installation.tell().join().unwrap();
            installation.service_mut(origin).end();
        }
        let ended = start(&mut installation, origin, Life { clock_ahead: -3_600, ..Life::default() });
        assert_eq!(ended.status.code(), Some(CLOCK), "{origin}: {ended:?}");
        assert!(ended.said.contains("clock"), "{ended:?}");
        installation.service_mut(origin).start();
    }
    installation.close();
}
