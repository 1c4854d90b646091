//! A service whose clock is ahead: what it writes is held by the others until its time has come, and they say so meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::time::{Duration, Instant};

use dossier_nats::{
    Installation, Life, Plan,
    asking::figure,
    contributor::Contributor,
    healing::{DUE, PATIENCE},
    installation::told,
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// By so much the clock is ahead: so many seconds.
const AHEAD: u64 = 20;
/// What is ahead by no more than this is not held.
const ADMITTED: u64 = 5;
/// Who has the wrong clock.
const WRONG: Origin = Origin::Submission;
/// Who reads it.
const READERS: [Origin; 3] = [Origin::Moderation, Origin::Publication, Origin::Audit];
/// Its clock is behind its journal.
const CLOCK: i32 = 10;

#[test]
fn what_comes_from_a_clock_ahead_is_held_and_told_until_its_time_has_come() {
    let seed = 801;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let mut contributor = Contributor::of(&installation);
    installation.service_mut(WRONG).end();
    let ahead = Life { clock_ahead: i64::try_from(AHEAD).unwrap(), ..Life::default() };
    installation.service_mut(WRONG).begin(ahead);
    installation.service_mut(WRONG).arrive().unwrap();
    installation.doors.ready(PATIENCE);
    let before = installation.doors.position(WRONG).unwrap().head;
    // It may not have heard moderation yet.
    until("it takes an entry", PATIENCE, || match contributor.begin("ahead")? {
        said if said.status == 201 => Ok(()),
        said => Err(format!("{said:?}")),
    });
    let written = Instant::now();
    let head = installation.doors.position(WRONG).unwrap().head;
    assert!(head > before, "{before:?} {head:?}");

    for reader in READERS {
        let what = format!("{reader} says that a clock is wrong");
        until(&what, PATIENCE, || is_alarmed(&installation, reader));
        assert_eq!(installation.doors.position(reader).unwrap().read[&WRONG], before, "{reader} holds it");
    }
    told("until all three said so", written.elapsed());
    assert!(written.elapsed() < Duration::from_secs(AHEAD - ADMITTED), "too slow to be seen: {:?}", written.elapsed());
    READERS.into_iter().for_each(|reader| installation.doors.has_read(reader, WRONG, head, PATIENCE));
    let healed = written.elapsed();
    told("until its time had come", healed);
    let due = Duration::from_secs(AHEAD - ADMITTED);
    // It was written a moment before it was answered.
    assert!(healed + Duration::from_secs(2) >= due, "it was not held: {healed:?}");
    assert!(healed <= due + DUE, "{healed:?}");
    installation.doors.ready(PATIENCE);
    for reader in READERS {
        let gauge = |metrics: &str| figure(metrics, &clock_ahead(reader));
        until("the figure is over", PATIENCE, || match gauge(&installation.doors.get(reader, "/metrics")?.text) {
            0.0 => Ok(()),
            ahead => Err(format!("{reader}: {ahead}")),
        });
    }

    // With a clock set right it begins as soon as that has come to where the journal ends.
    installation.service_mut(WRONG).end();
    until("it begins with the right clock", PATIENCE, || {
        installation.service_mut(WRONG).begin(Life::default());
        let Err(ended) = installation.service_mut(WRONG).arrive() else { return Ok(()) };
        assert_eq!(ended.status.code(), Some(CLOCK), "{ended:?}");
        Err(ended.said)
    });
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, contributor.begun);
}

fn clock_ahead(reader: Origin) -> String {
    format!("dossier_follow_clock_ahead_seconds{{reader=\"{reader}\",origin=\"{WRONG}\"}}")
}

/// In its readiness and in its figures.
fn is_alarmed(installation: &Installation, reader: Origin) -> Result<(), String> {
    let ready = installation.doors.get(reader, "/readyz")?;
    if ready.status != 503 || !ready.text.contains("ahead of this machine's clock") {
        return Err(format!("{ready:?}"));
    }
    let metrics = installation.doors.get(reader, "/metrics")?.text;
    let ahead = figure(&metrics, &clock_ahead(reader));
    let held = figure(&metrics, &format!("dossier_follow_clock_skew_total{{origin=\"{WRONG}\"}}"));
    if ahead > 0.0 && ahead <= AHEAD as f64 && held >= 1.0 { Ok(()) } else { Err(format!("{ahead} {held}")) }
}
