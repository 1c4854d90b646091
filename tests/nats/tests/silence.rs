//! A service that stands still, under load: the others go on, or refuse what they must not decide alone, and everything recovers
//! by itself.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that cannot go on fails; seeds and figures are for who looks"
)]

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use dossier_nats::{
    Installation, Plan,
    contributor::Contributor,
    healing::{Healed, PATIENCE, heals_in_time},
    installation::told,
    level::At,
    until,
};
use dossier_proto::Origin;

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");
/// Authority is heard of for ten seconds; a little more is given to who has to notice.
const NOTICED_WITHIN: Duration = Duration::from_secs(30);
/// For so long a service stands still that others wait for.
const A_WHILE: Duration = Duration::from_secs(4);

/// A service that has not heard moderation for ten seconds refuses decisions that need authority, says so, and recovers.
#[test]
fn authority_that_is_not_heard_is_not_assumed() {
    let seed = 201;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let mut contributor = Contributor::of(&installation);
    let mut begin = |key: &str| contributor.begin(key);
    assert_eq!(begin("before").unwrap().status, 201);
    let workers = installation.workers();
    installation.service(Origin::Moderation).freeze();
    let frozen = Instant::now();
    let (refused, _) = until("submission refuses", NOTICED_WITHIN, || {
        let said = begin(&format!("meanwhile-{}", frozen.elapsed().as_millis()))?;
        if said.status == 503 { Ok(said) } else { Err(format!("{said:?}")) }
    });
    told("until submission refused", frozen.elapsed());
    // One that was heard a moment before it stood still is believed for ten seconds.
    assert!(frozen.elapsed() >= Duration::from_secs(8), "{:?}", frozen.elapsed());
    assert!(refused.text.contains("authority-not-heard"), "{refused:?}");
    assert!(refused.retry_after.is_some(), "{refused:?}");
    let others = [Origin::Submission, Origin::Publication, Origin::Audit];
    for origin in others {
        let what = format!("{origin} says in its readiness that moderation is not heard");
        until(&what, NOTICED_WITHIN, || {
            let said = installation.service(origin).get("/readyz")?;
            if said.status == 503 && said.text.contains("moderation") { Ok(()) } else { Err(format!("{said:?}")) }
        });
    }
    // Readers of the public record need nobody's authority.
    let public = installation.service(Origin::Publication).get("/api/v1/entries").unwrap();
    assert_eq!(public.status, 200, "{public:?}");
    installation.service(Origin::Moderation).thaw();
    let ((), recovered) = until("submission decides again", PATIENCE, || {
        let said = begin(&format!("after-{}", frozen.elapsed().as_millis()))?;
        if said.status == 201 { Ok(()) } else { Err(format!("{said:?}")) }
    });
    told("until submission decided again", recovered);
    installation.doors.ready(PATIENCE);
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered + contributor.begun);
}

/// The minute, and what is written meanwhile at the least.
const A_MINUTE: Duration = Duration::from_secs(60);
const WRITTEN_MEANWHILE: u64 = 300;

/// The public's service stands still for a minute while everybody works; then it catches up in time.
#[test]
fn who_stood_still_for_a_minute_under_load_catches_up() {
    let seed = 203;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let workers = installation.workers();
    heals_in_time("a service stood still for a minute", || {
        let healed = stands_still(&installation, Origin::Publication, A_MINUTE);
        assert!(healed.behind >= WRITTEN_MEANWHILE, "that is no load: {healed}");
        healed
    });
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// Any other one stands still for a while, under load: those who have to do with it wait, and then it catches up.
#[test]
fn who_stood_still_catches_up() {
    let seed = 202;
    println!("seed {seed}");
    let mut installation = Installation::start(&Plan::of(seed, PROGRAM));
    let workers = installation.workers();
    for origin in [Origin::Submission, Origin::Publication, Origin::Audit] {
        heals_in_time(&format!("{origin} stood still"), || stands_still(&installation, origin, A_WHILE));
    }
    let answered = workers.finish().unwrap_or_else(|wrong| panic!("{}:\n{wrong}", installation.whereabouts()));
    let verdict = installation.close();
    assert_eq!(verdict.acknowledged as u64, answered);
}

/// A service stands still for so long; measured from when it goes on.
fn stands_still(installation: &Installation, origin: Origin, time: Duration) -> Healed {
    let doors = &installation.doors;
    let read = doors.position(origin).unwrap().read;
    installation.service(origin).freeze();
    sleep(time); // that is how long it stands still
    // How far the others are, by themselves.
    let written = |(of, at): (&Origin, &At)| match doors.position(*of) {
        Ok(positions) => positions.head.sequence.saturating_sub(at.sequence),
        Err(_) => 0,
    };
    let behind = read.iter().map(written).sum();
    installation.service(origin).thaw();
    let begun = Instant::now();
    let heads = doors.heads();
    doors.read_up_to(&heads, PATIENCE);
    Healed { took: begun.elapsed(), behind }
}
