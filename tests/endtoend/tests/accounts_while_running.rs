//! `dossier account` beside a running Dossier: nobody has to stop it to give a token or to take one away.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use dossier_endtoend::{House, acts::text, command_line::Ran, command_line::run, people::ADMINISTRATOR};
use serde_json::json;

fn account(house: &House, arguments: &[&str]) -> Ran {
    let data = house.data();
    let all = [&["--json", "account", "--data", data.to_str().unwrap()][..], arguments].concat();
    run(house.beside(), None, &all)
}

#[test]
fn a_token_is_given_and_revoked_without_stopping_anything() {
    let house = House::new();
    let made = account(&house, &["create", "Sorrel Tansy"]).ended(0).document();
    let (subject, first) = (text(&made, "subject").to_owned(), text(&made, "token").to_owned());
    let second = account(&house, &["token", &subject, "--label", "telephone"]).ended(0).document();
    let second = text(&second, "token").to_owned();
    let grant = json!({"subject": subject, "role": "contributor", "body": "KAZ"});
    house.caller(ADMINISTRATOR).post("/review/api/v1/designations", &grant).expect(201);
    let entries = "/contribute/api/v1/entries";
    for token in [&first, &second] {
        house.bearer(token).get(entries).expect(200);
    }

    let tokens = account(&house, &["tokens", &subject]).ended(0).documents();
    let telephone = tokens.iter().find(|token| token["label"] == "telephone").unwrap();
    account(&house, &["revoke", &subject, text(telephone, "token")]).ended(0);
    house.bearer(&second).get(entries).problem(401, "unauthenticated");
    house.bearer(&first).get(entries).expect(200);
    let listed = account(&house, &["list"]).ended(0).documents();
    assert!(listed.iter().any(|one| one["name"] == "Sorrel Tansy" && one["valid_tokens"] == 1), "{listed:?}");

    account(&house, &["disable", &subject]).ended(0);
    house.bearer(&first).get(entries).problem(401, "unauthenticated");
    account(&house, &["enable", &subject]).ended(0);
    house.bearer(&first).get(entries).expect(200);
    account(&house, &["erase", &subject]).ended(0);
    house.bearer(&first).get(entries).problem(401, "unauthenticated");

    account(&house, &["revoke", &subject, "0000000000000000"]).ended(3);
    account(&house, &["create", "  "]).ended(2);
    // The first administrator is made while Dossier runs, too; here there is one.
    let refused = account(&house, &["create", "Somebody", "--administrator"]).ended(1);
    assert!(refused.err.contains("has an administrator already"), "{}", refused.err);

    // What was done is durable, and the same to a command that finds nobody at work.
    let ended = house.stop();
    let data = ended.data();
    let all = ["--json", "account", "--data", data.to_str().unwrap(), "list"];
    let listed = run(ended.directory.path(), None, &all).ended(0).documents();
    let erased = listed.iter().find(|one| one["subject"] == subject.as_str()).unwrap();
    assert!(erased["erased"].is_string() && erased["name"].is_null(), "{erased}");
}
