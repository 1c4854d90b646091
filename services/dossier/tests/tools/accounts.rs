//! `dossier account`.

use dossier::{Layout, Secrets};
use dossier_vault::Vault;

use crate::fixture::{Installation, on};

fn is_token(text: &str) -> bool {
    text.starts_with("dsr_") && text.trim_end().len() == 68
}

#[test]
fn the_first_administrator_is_made_before_the_first_start_and_only_once() {
    let installation = Installation::empty();
    let said = on(&installation.data(), &["account", "create", "Ada Oak", "--administrator"]).exits(0);
    assert!(is_token(&said.out) && said.out.lines().count() == 1, "the token alone: {}", said.out);
    assert!(said.err.contains("first administrator") && !said.err.contains("dsr_"), "{}", said.err);
    let again = on(&installation.data(), &["account", "create", "Ben Elm", "--administrator"]).exits(1);
    assert!(again.out.is_empty() && again.err.contains("has an administrator already"), "{}", again.err);
    let people = on(&installation.data(), &["--json", "account", "list"]).exits(0).documents();
    assert_eq!(people.len(), 1, "the second was not made at all");
    on(&installation.data(), &["verify"]).exits(0);
}

#[test]
fn tokens_are_issued_once_and_counted() {
    let installation = Installation::empty();
    let first = on(&installation.data(), &["--json", "account", "create", "Ada Oak", "--mail", "ada@example.org"]);
    let first = first.exits(0).document();
    let subject = first["subject"].as_str().unwrap().to_owned();
    assert!(is_token(first["token"].as_str().unwrap()));
    let second =
        on(&installation.data(), &["account", "token", &subject, "--label", "laptop", "--body", "KAZ"]).exits(0);
    assert!(is_token(&second.out) && second.err.contains("KAZ"), "{}", second.err);
    let people = on(&installation.data(), &["--json", "account", "list"]).exits(0).document();
    assert_eq!((people["name"].as_str(), people["mail"].as_str()), (Some("Ada Oak"), Some("ada@example.org")));
    assert_eq!(people["valid_tokens"], 2);
}

#[test]
fn a_disabled_person_gets_no_token() {
    let installation = Installation::empty();
    let made = on(&installation.data(), &["--json", "account", "create", "Ada Oak"]).exits(0).document();
    let subject = made["subject"].as_str().unwrap();
    on(&installation.data(), &["account", "disable", subject]).exits(0);
    let refused = on(&installation.data(), &["account", "token", subject]).exits(1);
    assert!(refused.err.contains("disabled") && refused.out.is_empty(), "{}", refused.err);
    assert!(on(&installation.data(), &["account", "list"]).exits(0).out.contains("disabled"));
}

#[test]
fn an_erased_person_has_no_name_any_more() {
    let installation = Installation::empty();
    let made = on(&installation.data(), &["--json", "account", "create", "Ada Oak"]).exits(0).document();
    let subject = made["subject"].as_str().unwrap();
    let said = on(&installation.data(), &["account", "erase", subject]).exits(0);
    assert!(said.out.contains("Backups"), "says where the name still is: {}", said.out);
    let people = on(&installation.data(), &["--json", "account", "list"]).exits(0).document();
    assert!(people["name"].is_null() && people["erased"].is_string() && people["valid_tokens"] == 0, "{people}");
}

#[test]
fn nobody_is_told_apart_from_a_mistyped_one() {
    let installation = Installation::empty();
    on(&installation.data(), &["account", "create", "Ada Oak"]).exits(0);
    on(&installation.data(), &["account", "token", "01ARZ3NDEKTSV4RRFFQ69G5FAV"]).exits(3);
    on(&installation.data(), &["account", "token", "Ada"]).exits(2);
    on(&installation.data(), &["account", "create", " "]).exits(2);
}

#[test]
fn what_another_process_has_open_is_busy() {
    let installation = Installation::empty();
    on(&installation.data(), &["account", "create", "Ada Oak"]).exits(0);
    let layout = Layout::of(installation.data());
    let secrets = Secrets::read(&layout).unwrap();
    let _held = Vault::open_unthreaded(layout.person_keys(), &secrets.master).unwrap();
    let said = on(&installation.data(), &["account", "list"]).exits(87);
    assert!(said.err.contains("another process"), "{}", said.err);
}

#[test]
fn looking_makes_nothing() {
    let installation = Installation::empty();
    on(&installation.data(), &["account", "list"]).exits(3);
    assert!(!installation.data().exists());
}
