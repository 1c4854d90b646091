//! The practice of Kenya from its draft to its tombstone, through four processes and a broker, over the JSON interfaces alone. Everybody
//! looks at every point (DOMAIN section 5); afterwards everything that may be deleted is, and the same answers come back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;

use dossier_endtoend::{
    disk::delete_what_may_go,
    practice::{self, Scene},
};
use dossier_nats::{
    Installation, Plan, Service,
    asking::get,
    installation::{PATIENCE, told},
};
use dossier_proto::Origin;
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_dossier-under-fault");

fn scene(installation: &Installation) -> Scene {
    let tokens = installation.deployment.data(Origin::Moderation).join("demo-tokens.json");
    let tokens = serde_json::from_str(&fs::read_to_string(tokens).unwrap()).unwrap();
    let doors = installation.doors.clone();
    Scene::new(&installation.url(), tokens, move || {
        doors.level(PATIENCE);
    })
}

fn findings(installation: &Installation) -> Value {
    let auditor = installation.people().of("auditor").token.clone();
    let said = get(&format!("{}/audit/api/v1/findings", installation.url()), Some(&auditor)).unwrap();
    assert_eq!(said.status, 200, "{said:?}");
    said.json()["items"].clone()
}

#[test]
fn a_practice_of_kenya_goes_all_the_way_over_a_broker() {
    let mut installation = Installation::start(&Plan::of(501, PROGRAM));
    let begun = std::time::Instant::now();
    let lived = practice::live(&scene(&installation));
    told("the practice, looked at by everybody at every point", begun.elapsed());
    assert_eq!(findings(&installation), json!([]));
    let before = practice::answers(&scene(&installation), &lived);

    installation.services_mut().for_each(Service::end);
    for origin in Origin::ALL {
        delete_what_may_go(&installation.deployment.data(origin));
    }
    installation.start_services();
    installation.doors.ready(PATIENCE);
    let after = practice::answers(&scene(&installation), &lived);
    for (what, said) in &before {
        assert_eq!(said, &after[what], "{what}");
    }
    assert_eq!(findings(&installation), json!([]));
    sound(&mut installation);
}

/// Each journal verifies (bytes, order, causes, every command decided again), and folded from its first event it amounts to the state that
/// its service had.
fn sound(installation: &mut Installation) {
    installation.doors.level(PATIENCE);
    let digests = installation.digests();
    installation.doors.level(PATIENCE);
    installation.services_mut().for_each(Service::end);
    for origin in Origin::ALL {
        let data = installation.deployment.data(origin);
        let told = digests.as_array().into_iter().flatten().find(|one| one["origin"] == origin.name());
        let state = told.and_then(|one| one["state"].as_str()).unwrap();
        installation.command(&["verify".as_ref(), "--data".as_ref(), data.as_os_str()]);
        let folded = installation.command(&["--json".as_ref(), "replay".as_ref(), "--data".as_ref(), data.as_os_str()]);
        assert!(folded.contains(state), "{origin} had the state {state}, and its journal amounts to {folded}");
    }
}
