//! The practice of Kenya from its draft to its tombstone, in one process: as a test that looks at everything, and as the command that
//! people watch.

use std::{collections::BTreeMap, fs};

use dossier_endtoend::{
    House,
    command_line::run,
    disk::delete_what_may_go,
    people::{AUDITOR, CONTRIBUTOR_KE},
    practice::{self, Scene},
    until,
};
use serde_json::{Value, json};

fn scene(house: &House) -> Scene {
    let tokens = fs::read_to_string(house.data().join("demo-tokens.json")).expect("a demonstration writes them");
    let tokens: Value = serde_json::from_str(&tokens).expect("they are JSON");
    let nobody = house.nobody();
    Scene::new(house.base(), tokens, move || {
        until("everybody has heard of everything", || {
            let figures = nobody.get("/metrics").text();
            let mut lags = figures.lines().filter(|line| line.starts_with("dossier_follow_lag_events"));
            lags.all(|line| line.ends_with(" 0")).then_some(())
        });
    })
}

#[track_caller]
fn no_findings(house: &House) {
    let findings = house.caller(AUDITOR).get("/audit/api/v1/findings").expect(200);
    assert_eq!(findings["items"], json!([]), "{findings}");
}

#[test]
fn a_practice_of_kenya_goes_all_the_way() {
    let house = House::new();
    let lived = practice::live(&scene(&house));
    no_findings(&house);
    let before = practice::answers(&scene(&house), &lived);
    // All that may be deleted is, and everything is as it was (P2).
    let ended = house.stop();
    delete_what_may_go(&ended.data());
    let house = ended.again();
    let after = practice::answers(&scene(&house), &lived);
    for (what, said) in &before {
        assert_eq!(said, &after[what], "{what}");
    }
    no_findings(&house);
    let ended = house.stop();
    let data = ended.data();
    let data = data.to_str().expect("a temporary directory has a plain name");
    for command in ["verify", "replay"] {
        run(ended.directory.path(), None, &[command, "--data", data, "--json"]).ended(0);
    }
}

/// Told on a demonstration that runs: twice, which files two.
#[test]
fn the_command_tells_it_where_it_is_watched() {
    let house = House::new();
    let data = house.data();
    let tokens = data.join("demo-tokens.json");
    let tokens = tokens.to_str().expect("a temporary directory has a plain name");
    let arguments = ["demo", "practice", "--server", house.base(), "--tokens", tokens];
    let first = run(house.beside(), None, &arguments).ended(0);
    for words in [
        "Olive Tamarind (authority-ke) clears exactly what was read",
        "wants to clear their own submission.\n    Refused. 403:",
        "wants to approve while a requested change is open.\n    Refused. 409:",
        "wants to approve what they wrote a part of.\n    Refused. 403:",
        "wants to approve after all.\n    Refused. 403:",
        "wants to publish it now.\n    Refused. 409:",
        "The opinions are split",
        "The clock has published it: PRA-",
        "edition 2, is a correction",
        "The trail, as its auditor reads it",
        "found nothing wrong",
    ] {
        let told = first.out.to_lowercase();
        assert!(told.contains(&words.to_lowercase()), "{words:?} is not told: {}", first.out);
    }
    let again = run(house.beside(), None, &[&arguments[..], &["--json"]].concat()).ended(0).documents();
    let said = again.iter().any(|one| one["seen"].as_str().is_some_and(|words| words.contains("another practice")));
    assert!(said, "{again:?}");
    let end = again.last().cloned().unwrap_or_default();
    assert_eq!((&end["editions"], &end["refusals"]), (&json!(3), &json!(9)), "{end}");
    let mine = house.caller(CONTRIBUTOR_KE).get("/contribute/api/v1/entries").expect(200);
    let states: BTreeMap<_, _> = (mine["items"].as_array().into_iter().flatten())
        .map(|one| (one["number"].as_str().unwrap_or_default(), one["state"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(states.values().copied().collect::<Vec<_>>(), ["retracted"; 2], "{states:?}");
    no_findings(&house);
}

/// Started by the command itself: it tells, verifies, and stays up until it is ended.
#[test]
fn the_command_starts_what_it_needs_and_stays_up() {
    let house = House::telling_practice();
    let told =
        until("it is told to its end", || Some(house.out()).filter(|out| out.contains("Ctrl-C ends it cleanly")));
    assert_eq!(told.matches("  sound  root ").count(), 4, "four journals: {told}");
    assert!(told.contains("Taken back; nothing vanishes"), "{told}");
    no_findings(&house);
    let ended = house.interrupt();
    assert!(ended.status.success() && ended.out.contains("Ended cleanly"), "{} {}", ended.out, ended.err);
}
