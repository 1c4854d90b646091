//! The broker takes a service's permission away: the logs, a metric and the readiness say so within five seconds; given back, all recovers.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{fs, time::Duration};

use dossier_nats::{Installation, Plan, asking::figure, installation::told, until};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
const TOLD_WITHIN: Duration = Duration::from_secs(5);
const HEALED_WITHIN: Duration = Duration::from_secs(60);

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
    fs::write(&file, without).unwrap();
    installation.brokers.single().reload();
    // The writers go on: what is published next is refused.
    let doors = installation.doors.clone();
    let ((), took) = until("the metric counts it", TOLD_WITHIN * 2, || {
        let metrics = doors.get(service, "/metrics")?.text;
        let refused = figure(&metrics, "dossier_broker_refused_total");
        if refused > 0.0 { Ok(()) } else { Err("nothing was refused".to_owned()) }
    });
    assert!(took <= TOLD_WITHIN, "{took:?}");
    until("the readiness says it", TOLD_WITHIN, || {
        let ready = doors.get(service, "/readyz")?;
        if ready.status == 503 && ready.text.contains("refuse") { Ok(()) } else { Err(format!("{ready:?}")) }
    });
    until("the log says it", TOLD_WITHIN, || {
        let log = installation.service(service).log();
        if log.contains("the broker refuses") { Ok(()) } else { Err(log) }
    });
    told("until a refused publish was told everywhere", took);

    fs::write(&file, whole).unwrap();
    installation.brokers.single().reload();
    let heads = installation.doors.heads();
    told("the permission is back: all read on", installation.doors.read_up_to(&heads, HEALED_WITHIN));
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered);
}
