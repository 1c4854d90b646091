//! The broker takes a service's permission away: the logs, a metric and the readiness say so within five seconds; given back, all recovers.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{
    fs,
    time::{Duration, Instant},
};

use dossier_nats::{
    Installation, Plan,
    asking::figure,
    healing::{Healed, PATIENCE, TRIES, heals_in_time},
    installation::told,
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// The five seconds.
const DUE: Duration = Duration::from_secs(5);

#[test]
fn a_refused_publish_is_told() {
    let seed = 601;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let service = Origin::Submission;
    let file = installation.deployment.root().join("nats.conf");
    let whole = fs::read_to_string(&file).unwrap();
    let permission = "\"dossier.event.submission.*\", ";
    let place = whole.find("publish { allow: [").and_then(|from| whole[from..].find(permission).map(|at| from + at));
    let place = place.expect("the file permits submission to publish its events");
    let without = format!("{}{}", &whole[..place], &whole[place + permission.len()..]);

    let workers = installation.workers();
    // The writers go on: what is published next is refused. A busy machine is given three chances.
    let mut told_after = Vec::new();
    while told_after.len() < TRIES && told_after.last().is_none_or(|took| *took > DUE) {
        // Of an earlier chance.
        until("the readiness says nothing of it", PATIENCE, || installation.doors.is_ready(service));
        fs::write(&file, &without).unwrap();
        let (before, _) = until("the figures are told", PATIENCE, || refused(&installation, service));
        let begun = Instant::now();
        installation.brokers.single().reload();
        is_told(&installation, service, before);
        told_after.push(begun.elapsed());
        told("until a refused publish was told everywhere", begun.elapsed());

        heals_in_time("the permission is back", || {
            fs::write(&file, &whole).unwrap();
            installation.brokers.single().reload();
            let heads = installation.doors.heads();
            let behind = installation.doors.furthest_behind(&heads);
            Healed { behind, took: installation.doors.read_up_to(&heads, PATIENCE) }
        });
    }
    let is_due = told_after.iter().any(|took| *took <= DUE);
    assert!(is_due, "a refused publish is to be told within {DUE:?}; it took {told_after:?}");

    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// By the figures, the readiness and the log: more than before.
fn is_told(installation: &Installation, service: Origin, before: f64) {
    until("the metric counts it", PATIENCE, || match refused(installation, service)? {
        now if now > before => Ok(()),
        now => Err(format!("{now}, and {before} before")),
    });
    until("the readiness says it", PATIENCE, || {
        let ready = installation.doors.get(service, "/readyz")?;
        if ready.status == 503 && ready.text.contains("refuse") { Ok(()) } else { Err(format!("{ready:?}")) }
    });
    until("the log says it", PATIENCE, || {
        let log = installation.service(service).log();
        if log.contains("the broker refuses") { Ok(()) } else { Err(log) }
    });
}

fn refused(installation: &Installation, service: Origin) -> Result<f64, String> {
    Ok(figure(&installation.doors.get(service, "/metrics")?.text, "dossier_broker_refused_total"))
}
