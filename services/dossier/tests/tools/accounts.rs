//! `dossier account`.

use dossier::{Layout, Secrets, client::Client};
use dossier_vault::Vault;

use crate::{
    fixture::{Installation, copy, on},
    running::Running,
    serving::Deployment,
};

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

fn up(data: &std::path::Path) -> Running {
    let arguments = ["up".as_ref(), "--listen".as_ref(), "127.0.0.1:0".as_ref(), "--data".as_ref(), data.as_os_str()];
    Running::start(arguments)
}

#[test]
fn the_first_administrator_is_made_while_all_of_it_runs_and_acts_at_once() {
    let installation = Installation::empty();
    let running = up(&installation.data());
    let made = on(&installation.data(), &["account", "create", "Ada Oak", "--administrator"]).exits(0);
    assert!(is_token(&made.out), "{}", made.out);
    let ada = Client::to(&running.url, Some(made.out.trim().to_owned()));
    let designations = ada.get("/review/api/v1/designations").unwrap();
    assert_eq!(designations.status, 200, "{}", designations.document);
    assert!(designations.document.to_string().contains("administrator"), "{}", designations.document);
    let again = on(&installation.data(), &["account", "create", "Ben Elm", "--administrator"]).exits(1);
    assert!(again.err.contains("has an administrator already"), "{}", again.err);
    let people = on(&installation.data(), &["--json", "account", "list"]).exits(0).documents();
    assert_eq!(people.len(), 1, "the second was not made at all");
    assert_eq!(running.end(), Some(0));
}

#[test]
fn while_moderation_waits_for_its_broker_people_are_kept_and_nobody_is_designated() {
    let deployment = Deployment::make();
    let data = deployment.root().join("moderation/data");
    let running = deployment.start("moderation");
    let refused = on(&data, &["account", "create", "Ada Oak", "--administrator"]).exits(5);
    for words in ["moderation is starting", "nothing was changed", "/readyz"] {
        assert!(refused.err.contains(words), "{words:?}: {}", refused.err);
    }
    assert!(!refused.err.contains("its own data directory"), "{}", refused.err);
    let made = on(&data, &["--json", "account", "create", "Ada Oak"]).exits(0).document();
    on(&data, &["account", "disable", made["subject"].as_str().unwrap()]).exits(0);
    assert_eq!(on(&data, &["--json", "account", "list"]).exits(0).documents().len(), 1, "the first was not made");
    assert_eq!(running.end(), Some(0));
}

#[test]
fn lost_accounts_are_told_and_there_is_a_way_out() {
    let installation = Installation::empty();
    let data = installation.data();
    on(&data, &["account", "create", "Ada Oak", "--administrator"]).exits(0);
    assert_eq!(up(&data).end(), Some(0));
    copy(&data.join("accounts"), &installation.path("accounts"));
    std::fs::remove_dir_all(data.join("accounts")).unwrap();
    let refused = on(&data, &["up", "--listen", "127.0.0.1:0"]).exits(7);
    let found = on(&data, &["doctor"]).exits(7);
    for said in [&refused.err, &found.out] {
        assert!(said.contains("the accounts were lost") && said.contains("--administrator"), "{said}");
    }
    // From a backup:
    std::fs::remove_dir_all(data.join("accounts")).unwrap();
    copy(&installation.path("accounts"), &data.join("accounts"));
    assert_eq!(up(&data).end(), Some(0));
    // Without one:
    std::fs::remove_dir_all(data.join("accounts")).unwrap();
    on(&data, &["account", "create", "Ben Elm", "--administrator"]).exits(0);
    on(&data, &["doctor"]).exits(0);
    assert_eq!(up(&data).end(), Some(0));
    on(&data, &["verify"]).exits(0);
}

#[test]
fn a_token_may_end_by_itself() {
    let installation = Installation::empty();
    let made = on(&installation.data(), &["--json", "account", "create", "Ada Oak"]).exits(0).document();
    let subject = made["subject"].as_str().unwrap();
    on(&installation.data(), &["account", "token", subject, "--days", "30"]).exits(0);
    let tokens = on(&installation.data(), &["--json", "account", "tokens", subject]).exits(0).documents();
    let ends: Vec<_> = tokens.iter().filter(|token| token["expires"].is_string()).collect();
    assert_eq!((tokens.len(), ends.len()), (2, 1), "{tokens:?}");
    on(&installation.data(), &["account", "token", subject, "--days", "0"]).exits(2);
}

#[test]
fn two_on_one_port_are_told_apart_from_a_failure() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let deployment = Deployment::make();
    let refused = deployment.serve_at("audit", &address).exits(12);
    assert!(refused.err.contains(&address) && refused.err.contains("is taken"), "{}", refused.err);
}
