//! The tools for a data directory that nothing has open: verify, replay, export, doctor, account, registry check.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{fs, path::Path, sync::Arc};

use dossier_endtoend::{
    House,
    acts::text,
    command_line::{Ran, run},
    disk::{SERVICES, delete_what_may_go, files},
    house::Ended,
    people::{ADMINISTRATOR, AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER},
    records::{described, event},
};
use serde_json::{Value, json};

/// A directory with some history, that nothing has open.
fn lived_in() -> (Ended, Vec<Value>) {
    let house = House::new();
    let (entry, _) = house.published("Published twice");
    house.publish_again(&entry, &described("Published twice", "The second edition."));
    let contributor = house.caller(CONTRIBUTOR_KZ);
    let refused = contributor.file(&event("Refused"));
    let moderator = house.caller(MODERATOR_A);
    moderator.review(&refused);
    moderator.approve(&refused, &"0".repeat(64)).problem(409, "digest-mismatch");
    contributor.approve(&refused, &"0".repeat(64)).problem(403, "not-entitled");
    let retraction = json!({"reason": "factual_error", "explanation": "It did not take place."});
    house.caller(PUBLISHER).post(&entry.public("/retract"), &retraction).expect(200);
    contributor.wait_for(&entry, "retracted");
    let state = house.caller(AUDITOR).get("/audit/api/v1/state").expect(200).as_array().cloned().unwrap();
    (house.stop(), state)
}

fn tool(ended: &Ended, arguments: &[&str]) -> Ran {
    run(ended.directory.path(), None, arguments)
}

fn on(ended: &Ended, arguments: &[&str]) -> Ran {
    let data = ended.data();
    let mut all = arguments.to_vec();
    all.extend(["--data", data.to_str().unwrap()]);
    tool(ended, &all)
}

fn services(document: &Value) -> Vec<Value> {
    document["services"].as_array().cloned().unwrap_or_default()
}

#[test]
fn p10_a_replay_decides_every_command_again_and_comes_to_the_same_state() {
    let (ended, state) = lived_in();
    let replayed = on(&ended, &["replay", "--json"]).ended(0).document();
    let services = services(&replayed);
    assert_eq!(services.len(), SERVICES.len());
    for was in state.iter().filter(|one| one["origin"] != "audit") {
        let now = services.iter().find(|one| one["service"] == was["origin"]).unwrap();
        assert_eq!((&now["state"], &now["view"]), (&was["state"], &was["view"]), "{}", was["origin"]);
        assert_eq!(now["deviations"], json!([]));
        assert_eq!(now["next"]["sequence"], was["next"]["sequence"]);
    }
    let words = on(&ended, &["replay"]).ended(0).out;
    assert_eq!(words.matches("every command decided again, with the same outcome").count(), SERVICES.len(), "{words}");
    let earlier = on(&ended, &["replay", "--service", "submission", "--as-of", "9", "--json"]).ended(0).document();
    assert_eq!(earlier["services"][0]["differs"]["state"], true, "{earlier}");
    let then = on(&ended, &["replay", "--as-of", "2020-01-01T00:00:00Z", "--json"]).ended(0).document();
    assert!(then["services"].as_array().unwrap().iter().all(|one| one["as_of"]["events"] == 0), "{then}");
}

#[test]
fn p9_a_directory_and_its_export_are_verified_and_a_changed_bit_is_found() {
    let (ended, _) = lived_in();
    on(&ended, &["verify"]).ended(0);
    let exported = ended.directory.path().join("exported");
    let to = exported.to_str().unwrap();
    let written = on(&ended, &["export", "--to", to, "--json"]).ended(0).document();
    assert_eq!(services(&written).len(), SERVICES.len());
    tool(&ended, &["verify", to]).ended(0);
    on(&ended, &["export", "--to", to]).ended(2);
    // Each byte of an export matters.
    let all = files(&exported);
    let mut caught = 0;
    for path in &all {
        let sound = fs::read(path).unwrap();
        let mut broken = sound.clone();
        let at = broken.len() / 2;
        broken[at] ^= 0x10;
        fs::write(path, &broken).unwrap();
        let ran = tool(&ended, &["verify", to]);
        assert_ne!(ran.code, 0, "a changed byte {at} of {} is not noticed: {}", path.display(), ran.out);
        assert!(!ran.err.is_empty() && !ran.err.contains("panicked"), "{}", ran.err);
        fs::write(path, &sound).unwrap();
        caught += 1;
    }
    assert!(caught >= SERVICES.len());
    tool(&ended, &["verify", to]).ended(0);
}

#[test]
fn p9_a_journal_whose_last_events_were_cut_off_is_not_verified_nor_opened() {
    let (ended, _) = lived_in();
    let kept = ended.directory.path().join("kept");
    copy(&ended.data(), &kept);
    // The house goes on and then somebody puts moderation's journal of the day before back.
    let house = ended.again();
    house.published("The day after");
    let ended = house.stop();
    let journal = ended.data().join("moderation/journal");
    fs::remove_dir_all(&journal).unwrap();
    copy(&kept.join("moderation/journal"), &journal);
    let verified = on(&ended, &["verify"]).ended(26);
    assert!(verified.out.contains("moderation/journal was rolled back"), "{}", verified.out);
    let data = ended.data();
    let started = tool(&ended, &["up", "--demo", "--data", data.to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    let started = started.ended(81);
    assert!(started.err.contains("rolled back"), "{}", started.err);
    let looked = on(&ended, &["doctor"]);
    assert_ne!(looked.code, 0);
    assert!(looked.out.contains("moderation"), "{}", looked.out);
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, &target).unwrap();
    }
    fs::create_dir_all(to).unwrap();
}

#[test]
fn the_doctor_finds_a_sound_directory_sound_and_says_what_is_wrong_with_others() {
    let (ended, _) = lived_in();
    let sound = on(&ended, &["doctor", "--json"]).ended(0).documents();
    assert_eq!(sound.last().map(|summary| &summary["sound"]), Some(&json!(true)), "{sound:?}");
    delete_what_may_go(&ended.data());
    on(&ended, &["doctor"]).ended(0);
    tool(&ended, &["doctor", "--data", "no-such-directory"]).ended(3);
    let master = ended.data().join("keys/master.key");
    let key = fs::read(&master).unwrap();
    fs::remove_file(&master).unwrap();
    let without = on(&ended, &["doctor"]);
    assert_ne!(without.code, 0, "{without:?}");
    assert!(without.out.contains("master.key") || without.out.contains("master key"), "{}", without.out);
    fs::write(&master, key).unwrap();
    on(&ended, &["doctor"]).ended(0);
}

#[test]
fn tools_refuse_a_directory_that_is_none() {
    let empty = Arc::new(tempfile::tempdir().unwrap());
    for arguments in [&["verify"][..], &["replay"], &["export", "--to", "out"], &["doctor"], &["account", "list"]] {
        let mut all = arguments.to_vec();
        let at = if arguments[0] == "account" { 1 } else { all.len() };
        all.splice(at..at, ["--data", "nowhere"]);
        let told = run(empty.path(), None, &all);
        assert_eq!(told.code, 3, "{all:?}: {told:?}");
        assert!(told.err.contains("nowhere"), "{}", told.err);
    }
    assert!(!empty.path().join("nowhere").exists(), "a tool that reads makes nothing");
}

#[test]
fn people_get_accounts_and_tokens_and_lose_them() {
    let ended = House::new().stop();
    let account = |arguments: &[&str]| {
        let data = ended.data();
        let all = [&["--json", "account", "--data", data.to_str().unwrap()][..], arguments].concat();
        tool(&ended, &all)
    };
    let made = account(&["create", "Sorrel Tansy", "--mail", "sorrel@dossier.example"]).ended(0).document();
    let (subject, token) = (text(&made, "subject").to_owned(), text(&made, "token").to_owned());
    let bound = account(&["token", &subject, "--body", "KEN", "--label", "for Kenya"]).ended(0).document();
    let list = account(&["list"]).ended(0).documents();
    assert!(list.iter().any(|one| one["name"] == "Sorrel Tansy" && one["valid_tokens"] == 2), "{list:?}");
    let house = ended.again();
    let grant = json!({"subject": subject, "role": "contributor", "body": "KAZ"});
    house.caller(ADMINISTRATOR).post("/review/api/v1/designations", &grant).expect(201);
    let begin =
        json!({"type": "event", "content": event("Of a new colleague"), "language": "en", "on_behalf_of": "KAZ"});
    let entry = house.bearer(&token).post("/contribute/api/v1/entries", &begin).expect(201);
    let refused =
        house.bearer(text(&bound, "token")).post("/contribute/api/v1/entries", &begin).problem(403, "not-entitled");
    assert_eq!(refused["reason"], "token-bound-to-another-body");
    let ended = house.stop();
    let account = |arguments: &[&str]| {
        let data = ended.data();
        let all = [&["--json", "account", "--data", data.to_str().unwrap()][..], arguments].concat();
        tool(&ended, &all)
    };
    account(&["disable", &subject]).ended(0);
    let house = ended.again();
    house.bearer(&token).get("/contribute/api/v1/entries").problem(401, "unauthenticated");
    let history = format!("/contribute/api/v1/entries/{}/history", text(&entry, "id"));
    let named = house.caller(CONTRIBUTOR_KZ).get(&history).expect(200);
    assert_eq!(named["items"][0]["by"]["name"], "Sorrel Tansy");
    let ended = house.stop();
    let data = ended.data();
    tool(&ended, &["account", "--data", data.to_str().unwrap(), "erase", &subject]).ended(0);
    let house = ended.again();
    let forgotten = house.caller(CONTRIBUTOR_KZ).get(&history).expect(200);
    assert_eq!(forgotten["items"][0]["by"]["name"], Value::Null, "a person can be forgotten");
    on(&house.stop(), &["verify"]).ended(0);
}

#[test]
fn the_registry_is_checked_as_a_whole() {
    let ended = House::new().stop();
    let checked = tool(&ended, &["registry", "check", "--json"]).ended(0).document();
    assert_eq!(
        (&checked["faults"], &checked["types"]),
        (&json!([]), &json!(["event", "pledge", "practice", "report"]))
    );
    let registry = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/registry");
    let same = tool(&ended, &["registry", "check", registry.to_str().unwrap(), "--json"]).ended(0).document();
    assert_eq!(same["digest"], checked["digest"], "the files are the embedded registry");
    let broken = ended.directory.path().join("registry");
    copy(&registry, &broken);
    let event = broken.join("types/event.toml");
    let text = fs::read_to_string(&event).unwrap();
    fs::write(&event, text.replacen("number_prefix", "numbr_prefix", 1)).unwrap();
    let told = tool(&ended, &["registry", "check", broken.to_str().unwrap()]).ended(8);
    assert!(told.out.contains("numbr_prefix"), "{}", told.out);
}
