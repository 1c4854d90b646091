//! `dossier replay`.

use dossier_proto::{Origin, Payload};

use crate::{
    fixture::{Installation, on},
    tampering::{again, append},
};

#[test]
fn the_same_journals_amount_to_the_same() {
    let installation = Installation::with_an_entry();
    let one = on(&installation.data(), &["--json", "replay"]).exits(0).document();
    let other = on(&installation.another(), &["--json", "replay"]).exits(0).document();
    assert_eq!(one, other);
    let services = one["services"].as_array().unwrap();
    assert_eq!(services.len(), 4);
    assert!(services.iter().all(|service| service["deviations"].as_array().unwrap().is_empty()));
    let before = on(&installation.before(), &["--json", "replay"]).exits(0).document();
    assert_ne!(before["services"][0]["state"], services[0]["state"]);
}

#[test]
fn as_of_a_sequence_it_is_as_it_was_then() {
    let installation = Installation::with_an_entry();
    let before = on(&installation.before(), &["--json", "replay", "--service", "moderation"]).exits(0).document();
    let before = &before["services"][0];
    let end = before["next"]["sequence"].to_string();
    let now =
        on(&installation.data(), &["--json", "replay", "--service", "moderation", "--as-of", &end]).exits(0).document();
    let now = &now["services"][0];
    assert_eq!(now["as_of"]["state"], before["state"]);
    assert_eq!(now["as_of"]["view"], before["view"]);
    assert_eq!(now["as_of"]["events"], before["events"]);
    assert_eq!(now["differs"]["state"], true);
    let since = now["events"].as_u64().unwrap() - before["events"].as_u64().unwrap();
    assert_eq!(now["differs"]["events_since"], since);
}

#[test]
fn as_of_a_moment_concerns_every_service() {
    let installation = Installation::with_an_entry();
    let long_ago =
        on(&installation.data(), &["--json", "replay", "--as-of", "2020-01-01T00:00:00Z"]).exits(0).document();
    let services = long_ago["services"].as_array().unwrap();
    assert!(services.iter().all(|service| service["as_of"]["events"] == 0));
    let words = on(&installation.data(), &["replay", "--as-of", "2999-01-01T00:00:00Z"]).exits(0).out;
    assert!(words.contains("since then: 0 events; the state is the same"), "{words}");
}

#[test]
fn a_decision_that_nobody_could_have_taken_is_told_with_its_place() {
    let installation = Installation::with_an_entry();
    append(&installation.data(), Origin::Moderation, |journal| {
        again(journal, |kind| matches!(kind, Payload::Approved(_)))
    });
    let said = on(&installation.data(), &["--json", "replay", "--service", "moderation"]).exits(8);
    let deviations = &said.document()["services"][0]["deviations"];
    assert_eq!(deviations.as_array().unwrap().len(), 1, "{deviations}");
    assert!(said.err.contains(deviations[0]["place"].as_str().unwrap()), "{}", said.err);
}

#[test]
fn a_sequence_without_a_service_is_asked_back() {
    let installation = Installation::empty();
    let said = on(&installation.data(), &["replay", "--as-of", "5"]).exits(2);
    assert!(said.err.contains("--service"), "{}", said.err);
    on(&installation.data(), &["replay", "--service", "nobody"]).exits(2);
}

/// What had happened to an entry by each of its events, and what differs between two moments: the same story that the services tell.
#[test]
fn an_entry_is_told_as_it_stood_and_what_changed_since() {
    let installation = Installation::with_an_entry();
    let data = installation.data();
    let now = on(&data, &["--json", "replay", "--entry", "EVT-2026-00001"]).exits(0).document();
    assert_eq!(now["happened_by"]["public"]["state"], "published", "{now:#}");
    assert_eq!(now["happened_by"]["work"]["state"], "published");
    let id = now["entry"].as_str().unwrap();
    let submitted = now["happened_by"]["submitted"]["place"]["sequence"].as_u64().unwrap();
    let at = format!("submission/{submitted}");
    let then =
        on(&data, &["--json", "replay", "--entry", id, "--as-of", &at, "--known-to", "moderation"]).exits(0).document();
    assert_eq!(
        (&then["happened_by"]["work"]["state"], &then["happened_by"]["public"]),
        (&"in-review".into(), &serde_json::Value::Null)
    );
    assert!(then["known_by"]["stand"]["work"].is_null(), "moderation had not heard of it: {then:#}");
    assert_eq!(then["on_the_way"][0]["to"], "moderation");
    let until = ["--json", "replay", "--entry", id, "--as-of", &at, "--difference", "2999-01-01T00:00:00Z"];
    let difference = &on(&data, &until).exits(0).document()["difference"];
    let changed: Vec<_> =
        difference["changed"].as_array().unwrap().iter().map(|axis| axis["what"].as_str().unwrap()).collect();
    assert_eq!(changed, ["work", "public", "approved", "edition"], "{difference:#}");
    let kinds: Vec<_> =
        difference["between"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert!(
        kinds.contains(&"approved") && kinds.contains(&"edition-published") && !kinds.contains(&"submitted"),
        "{kinds:?}"
    );
    let words =
        on(&data, &["replay", "--entry", id, "--as-of", &at, "--difference", "2999-01-01T00:00:00Z"]).exits(0).out;
    assert!(words.contains("work in-review; public none") && words.contains("work: in-review → published"), "{words}");
    for wrong in [
        vec!["--entry", "EVT-1999-00001"],
        vec!["--entry", id, "--as-of", "yesterday"],
        vec!["--entry", id, "--as-of", "audit/99999"],
    ] {
        let asked: Vec<&str> = [vec!["replay"], wrong].concat();
        on(&data, &asked).exits(2);
    }
}
