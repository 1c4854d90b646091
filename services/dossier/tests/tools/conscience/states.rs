//! Whether services work with the state that their journals amount to (P2), and whether a history that the program wrote is beyond
//! reproach.

use std::{path::Path, sync::mpsc::channel, time::Duration};

use dossier::{Layout, house::fingerprint};
use dossier_audit::Patience;
use dossier_journal::snapshot::Snapshots;
use dossier_proto::{Origin, SubjectId};

use super::stage::{self, HASTY, Stage, subject};
use crate::fixture::until;

/// Only what a service has in memory is compared.
const WITHOUT_SNAPSHOTS: Patience = Patience { thorough: Duration::from_secs(3_600), ..HASTY };

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
}

/// How often everything was judged anew.
fn thoroughly(figures: &str) -> u64 {
    let line = figures.lines().find_map(|line| line.strip_prefix("dossier_conscience_thorough_total "));
    line.map_or(0, |count| count.parse().unwrap())
}

/// Two rounds of changes, divided peers, refusals on record, an embargo, a correction, a revision, a retraction: everything is judged, as
/// it comes and once more after a start, states and views are compared, and nothing is found.
#[test]
fn p10_of_what_the_program_wrote_itself_nothing_is_found() {
    let stage = Stage::whole();
    for _start in 0..2 {
        block_on(async {
            let playing = stage::open(&stage.data()).await;
            playing.judged().await;
            let begun = thoroughly(&playing.text("/metrics").await);
            // One was at work already, perhaps; the next one began after this start.
            let figures = until("everything was judged anew, twice", async || {
                let figures = playing.text("/metrics").await;
                (thoroughly(&figures) >= begun + 2).then_some(figures)
            })
            .await;
            for origin in Origin::ALL {
                let line = format!("dossier_conscience_decides{{origin=\"{origin}\"}} 1");
                assert!(figures.contains(&line), "{origin}");
            }
            for memory in ["live-state", "live-view", "snapshot-state", "snapshot-view"] {
                let line = format!("dossier_states_compared_total{{memory=\"{memory}\"}}");
                assert!(figures.contains(&line), "{memory}");
            }
            assert_eq!(playing.findings().await, Vec::<serde_json::Value>::new());
            assert_eq!(playing.house.audit.open_findings(), None);
            playing.close().await;
        });
    }
}

/// Somebody else has the right of a moderator in the newest snapshot of moderation.
fn alter_snapshot(data: &Path, moderator: SubjectId) {
    let folder = Layout::of(data).service(Origin::Moderation).join("snapshots");
    let snapshots = Snapshots::new(folder, fingerprint().0);
    let mut snapshot = snapshots.newest().unwrap().unwrap();
    let mut state = snapshot.state.to_vec();
    let at = state.windows(16).position(|window| window == moderator.0).unwrap();
    state[at] ^= 0xff;
    snapshot.state = state.into();
    snapshots.save(&snapshot).unwrap();
}

fn claimed() -> (Stage, SubjectId) {
    let (tell, told) = channel();
    let stage = Stage::stopped_after("claims it, for a while", async |house| {
        tell.send(subject(house, "moderator-b")).unwrap();
    });
    (stage, told.recv().unwrap())
}

#[test]
fn p2_a_service_that_works_with_an_altered_state_is_found() {
    let (stage, moderator) = claimed();
    alter_snapshot(&stage.data(), moderator);
    block_on(async {
        let playing = stage::open_with(&stage.data(), WITHOUT_SNAPSHOTS).await;
        let found = playing.found("state-differs").await;
        let found = found.iter().find(|one| one["code"] == "live-state").unwrap();
        assert_eq!(
            (&found["service"], &found["at"]["origin"]),
            (&"moderation".into(), &"moderation".into()),
            "{found}"
        );
        let sentence = found["sentence"].as_str().unwrap();
        assert!(
            sentence.contains("The state that moderation works with is not what its journal amounts to"),
            "{sentence}"
        );
        let others = playing.findings().await;
        assert!(others.iter().all(|one| one["service"] == "moderation"), "nobody else is blamed: {others:?}");
        playing.close().await;
    });
    // What it wrote when it ended is as wrong as it was; without it the journal is folded, and the finding is settled.
    stage.wait_until_closed();
    std::fs::remove_dir_all(Layout::of(stage.data()).service(Origin::Moderation).join("snapshots")).unwrap();
    block_on(async {
        let playing = stage::open_with(&stage.data(), WITHOUT_SNAPSHOTS).await;
        until("it is settled", async || playing.house.audit.open_findings().is_none().then_some(())).await;
        let settled = playing.findings().await;
        assert!(settled.iter().all(|one| one["settled"].is_object()), "{settled:?}");
        playing.close().await;
    });
}

#[test]
fn p2_a_snapshot_that_is_altered_beside_a_service_at_work_is_found() {
    let (stage, moderator) = claimed();
    block_on(async {
        let playing = stage::open(&stage.data()).await;
        alter_snapshot(&stage.data(), moderator);
        let found = playing.found("state-differs").await;
        assert!(found.iter().any(|one| one["code"] == "snapshot-state"), "{found:?}");
        assert!(found.iter().all(|one| one["code"] != "live-state"), "what it works with is right: {found:?}");
        let sentence = found[0]["sentence"].as_str().unwrap();
        assert!(sentence.starts_with("The snapshot that moderation works with"), "{sentence}");
        playing.close().await;
    });
}
