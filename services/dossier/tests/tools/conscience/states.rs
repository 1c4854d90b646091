//! Whether services work with the state that their journals amount to (P2), and whether a history that the program wrote is beyond
//! reproach.

use dossier::{Layout, house::fingerprint};
use dossier_journal::snapshot::Snapshots;
use dossier_proto::Origin;

use super::stage::{self, Stage, subject};

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(work)
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
            // Each is compared by the clock: every service's state, twice, and everything anew.
            let compared = crate::fixture::until("everything was judged anew", async || {
                let figures = playing.text("/metrics").await;
                let anew = figures.lines().any(|line| line.starts_with("dossier_conscience_thorough_total "));
                anew.then_some(figures)
            })
            .await;
            for origin in Origin::ALL {
                let line = format!("dossier_conscience_decides{{origin=\"{origin}\"}} 1");
                assert!(compared.contains(&line), "{compared}");
            }
            for memory in ["live-state", "live-view", "snapshot-state", "snapshot-view"] {
                let line = format!("dossier_states_compared_total{{memory=\"{memory}\"}}");
                assert!(compared.contains(&line), "{memory}: {compared}");
            }
            assert_eq!(playing.findings().await, Vec::<serde_json::Value>::new());
            assert_eq!(playing.house.audit.open_findings(), None);
            playing.close().await;
        });
    }
}

/// Somebody else has the right of a moderator in the snapshot that a service starts from.
#[test]
fn p2_a_snapshot_that_was_altered_is_found_in_memory_and_on_disk() {
    let (tell, told) = std::sync::mpsc::channel();
    let stage = Stage::stopped_after("claims it, for a while", async |house| {
        tell.send(subject(house, "moderator-b")).unwrap();
    });
    let moderator = told.recv().unwrap();
    let folder = Layout::of(&stage.data()).service(Origin::Moderation).join("snapshots");
    let snapshots = Snapshots::new(folder, fingerprint().0);
    let mut snapshot = snapshots.newest().unwrap().unwrap();
    let mut state = snapshot.state.to_vec();
    let at = state.windows(16).position(|window| window == moderator.0).unwrap();
    state[at] ^= 0xff;
    snapshot.state = state.into();
    snapshots.save(&snapshot).unwrap();
    block_on(async {
        let playing = stage::open(&stage.data()).await;
        let found = playing.found("state-differs").await;
        let found = found.iter().find(|one| one["kind"] == "state-differs").unwrap();
        assert_eq!((&found["service"], &found["at"]["origin"]), (&"moderation".into(), &"moderation".into()), "{found}");
        let sentence = found["sentence"].as_str().unwrap();
        assert!(sentence.contains("moderation works with is not what its journal amounts to"), "{sentence}");
        let on_disk = crate::fixture::until("the snapshot is found too", async || {
            let found = playing.findings().await;
            found.into_iter().find(|one| one["code"] == "snapshot-state")
        })
        .await;
        assert_eq!(on_disk["service"], "moderation");
        let others = playing.findings().await;
        assert!(others.iter().all(|one| one["service"] == "moderation"), "nobody else is blamed: {others:?}");
        playing.close().await;
    });
}
