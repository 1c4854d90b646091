//! Accounts on a real disk: what is acknowledged stays, what is secret is nowhere, who is erased is forgotten.

mod copying;
mod entering;
mod proposing;
mod visiting;

use std::{
    fs,
    io::{BufRead, BufReader},
    net::{IpAddr, Ipv4Addr},
    path::Path,
    process::{Command, Stdio},
};

use dossier_proto::{Micros, SubjectId};
use dossier_vault::{MasterKey, Vault};
use tempfile::TempDir;

use super::{Accounts, AccountsError, AuthenticationFailure, TOKENS_MAX, TokenText};

const NOW: Micros = Micros(1_000_000);

fn open(data: &Path) -> Result<Accounts, AccountsError> {
    let master = MasterKey::create_or_read(data.join("master.key")).unwrap();
    let vault = Vault::open(data.join("keys"), &master).unwrap();
    Accounts::open(data.join("accounts"), vault, &master)
}

fn fresh() -> (TempDir, Accounts) {
    let data = TempDir::new().unwrap();
    let accounts = open(data.path()).unwrap();
    (data, accounts)
}

/// Every byte of every file below a directory.
fn bytes_below(directory: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for found in fs::read_dir(directory).unwrap() {
        let path = found.unwrap().path();
        all.extend(if path.is_dir() { bytes_below(&path) } else { fs::read(&path).unwrap() });
    }
    all
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn who(accounts: &Accounts, token: &TokenText) -> Result<SubjectId, AuthenticationFailure> {
    accounts.authenticate(token.expose(), None, NOW).map(|authenticated| authenticated.subject)
}

#[test]
fn people_and_tokens_are_the_same_after_a_restart() {
    let (data, accounts) = fresh();
    let oak = accounts.create("Aiman Oak", Some("a.oak@example.org"), NOW).unwrap();
    let elm = accounts.create("Ольга Вяз", None, NOW).unwrap();
    let body = "KAZ".parse().unwrap();
    let bound = accounts.issue_token(oak, "laptop", Some(body), Some(Micros(2_000_000)), NOW).unwrap();
    let unbound = accounts.issue_token(elm, "script", None, None, NOW).unwrap();
    let (people, tokens) = (accounts.people(), accounts.tokens_of(oak).unwrap());
    drop(accounts);

    let accounts = open(data.path()).unwrap();
    assert_eq!(accounts.people(), people);
    assert_eq!(accounts.tokens_of(oak).unwrap(), tokens);
    assert_eq!(accounts.name_of(elm).as_deref(), Some("Ольга Вяз"));
    assert_eq!(people[0].mail.as_deref(), Some("a.oak@example.org"));
    let found = accounts.authenticate(bound.expose(), None, NOW).unwrap();
    assert_eq!((found.subject, found.body.unwrap().as_str(), found.token), (oak, "KAZ", tokens[0].id));
    assert_eq!(tokens[0].label.as_deref(), Some("laptop"));
    assert_eq!(who(&accounts, &unbound), Ok(elm));
}

#[test]
fn each_way_a_token_fails_is_told_apart() {
    let (_data, accounts) = fresh();
    let oak = accounts.create("Oak", None, NOW).unwrap();
    let expiring = accounts.issue_token(oak, "a", None, Some(Micros(NOW.0 + 1)), NOW).unwrap();
    let revoked = accounts.issue_token(oak, "b", None, None, NOW).unwrap();
    let id = accounts.authenticate(revoked.expose(), None, NOW).unwrap().token;
    accounts.revoke_token(oak, id, NOW).unwrap();
    accounts.revoke_token(oak, id, NOW).unwrap();
    let at = |text: &str, now| accounts.authenticate(text, None, now).map(|found| found.subject);
    assert_eq!(at(expiring.expose(), NOW), Ok(oak));
    assert_eq!(at(expiring.expose(), Micros(NOW.0 + 1)), Err(AuthenticationFailure::Expired));
    assert_eq!(at(revoked.expose(), NOW), Err(AuthenticationFailure::Revoked));
    assert_eq!(at(&format!("dsr_{}", "0".repeat(64)), NOW), Err(AuthenticationFailure::Unknown));
    let broken = ["", "dsr_", "dsr_short", "xyz_0123456789abcdef", "dsr_0123456789 abcde", "dsr_0123456789\u{e9}abcde"];
    for text in broken {
        assert_eq!(at(text, NOW), Err(AuthenticationFailure::Malformed), "{text:?}");
    }
    assert_eq!(at(&format!("dsr_{}", "0".repeat(1_000_000)), NOW), Err(AuthenticationFailure::Malformed));
    let upper = expiring.expose().to_uppercase().replace("DSR_", "dsr_");
    assert_eq!(at(&upper, NOW), Err(AuthenticationFailure::Unknown), "one spelling is one token");
    accounts.disable(oak, NOW).unwrap();
    assert_eq!(at(expiring.expose(), NOW), Err(AuthenticationFailure::Disabled));
    assert!(matches!(accounts.issue_token(oak, "c", None, None, NOW), Err(AccountsError::Ended(_))));
    accounts.enable(oak).unwrap();
    assert_eq!(at(expiring.expose(), NOW), Ok(oak));
}

#[test]
fn failures_are_throttled_and_a_valid_token_is_still_taken() {
    let (_data, accounts) = fresh();
    let oak = accounts.create("Oak", None, NOW).unwrap();
    let token = accounts.issue_token(oak, "a", None, None, NOW).unwrap();
    let source = Some(IpAddr::from(Ipv4Addr::LOCALHOST));
    let failure = (0..100).map(|_| accounts.authenticate("dsr_0123456789abcdef", source, NOW).unwrap_err()).last();
    assert_eq!(failure, Some(AuthenticationFailure::TooMany { seconds: 2 }));
    assert_eq!(accounts.authenticate(token.expose(), source, NOW).map(|found| found.subject), Ok(oak));
}

#[test]
fn p11_tokens_names_addresses_and_labels_are_never_on_disk_in_clear() {
    let (data, accounts) = fresh();
    let oak = accounts.create("Aiman Oakleaf", Some("aiman.oakleaf@example.org"), NOW).unwrap();
    let token = accounts.issue_token(oak, "Oakleaf's telephone", None, None, NOW).unwrap();
    let fixed: TokenText = "dsr_demo-contributor-kz".parse().unwrap();
    accounts.issue_fixed_token(oak, "demonstration", None, &fixed, NOW).unwrap();
    let random = hex::decode(&token.expose()[4..]).unwrap();
    let written = bytes_below(data.path());
    let secrets = [
        token.expose().as_bytes(),
        &random,
        &token.expose().as_bytes()[4..],
        fixed.expose().as_bytes(),
        b"Oakleaf",
        b"oakleaf",
        b"telephone",
        b"demonstration",
    ];
    for secret in secrets {
        assert!(!holds(&written, secret), "{} is on disk", String::from_utf8_lossy(secret));
    }
    let shown = format!("{token:?} {accounts:?}");
    assert!(!shown.contains(token.expose()), "{shown}");
    assert!(holds(&written, oak.to_string().as_bytes()), "the search does find what is there");
}

#[test]
fn a_copy_of_the_directory_is_of_no_use_under_another_master_key() {
    let (data, accounts) = fresh();
    let oak = accounts.create("Oak", None, NOW).unwrap();
    let token = accounts.issue_token(oak, "a", None, None, NOW).unwrap();
    drop(accounts);
    let other = TempDir::new().unwrap();
    fs::create_dir(other.path().join("accounts")).unwrap();
    let file = format!("accounts/{oak}.json");
    fs::copy(data.path().join(&file), other.path().join(&file)).unwrap();
    let copied = open(other.path()).unwrap();
    assert_eq!(who(&copied, &token), Err(AuthenticationFailure::Unknown));
    assert_eq!(copied.name_of(oak), None);
}

#[test]
fn an_erased_person_is_forgotten_and_the_subject_id_stays() {
    let (data, accounts) = fresh();
    let oak = accounts.create("Aiman Oakleaf", Some("oakleaf@example.org"), NOW).unwrap();
    let elm = accounts.create("Elm", None, NOW).unwrap();
    let token = accounts.issue_token(oak, "a", None, None, NOW).unwrap();
    let before = fs::read(data.path().join(format!("accounts/{oak}.json"))).unwrap();
    accounts.erase_person(oak, NOW).unwrap();
    accounts.erase_person(oak, NOW).unwrap();
    assert_eq!(who(&accounts, &token), Err(AuthenticationFailure::Unknown));
    drop(accounts);

    // Somebody puts the old file back, from a backup say: the key is gone, so the name does not come back.
    fs::write(data.path().join(format!("accounts/{oak}.json")), before).unwrap();
    let accounts = open(data.path()).unwrap();
    assert_eq!(accounts.name_of(oak), None);
    assert_eq!(accounts.name_of(elm).as_deref(), Some("Elm"));
    assert!(accounts.people().iter().any(|person| person.subject == oak && person.mail.is_none()));
    assert_eq!(who(&accounts, &token), Err(AuthenticationFailure::Unknown), "nor do the tokens");
    assert!(matches!(accounts.issue_token(oak, "b", None, None, NOW), Err(AccountsError::Ended(_))));
}

#[test]
fn an_erasure_cut_short_is_finished_at_the_next_start() {
    let (data, accounts) = fresh();
    let oak = accounts.create("Aiman Oakleaf", None, NOW).unwrap();
    let (key, vault) = (accounts.holder().unwrap().account(oak).unwrap().key, accounts.holder().unwrap().vault.clone());
    // What a crash leaves between the two steps: on record, and the key still there.
    let erased = accounts.holder().unwrap().account(oak).unwrap().erase(NOW);
    accounts.holder().unwrap().directory.lock().unwrap().write(&erased).unwrap();
    assert!(vault.holds(key));
    drop((accounts, vault));
    let accounts = open(data.path()).unwrap();
    assert!(!accounts.holder().unwrap().vault.holds(key));
    assert_eq!(accounts.people()[0].erased, Some(NOW));
}

#[test]
fn a_second_process_is_told_to_wait_its_turn() {
    let (data, accounts) = fresh();
    let second = Accounts::open(
        data.path().join("accounts"),
        accounts.holder().unwrap().vault.clone(),
        &MasterKey::from_file(data.path().join("master.key")).unwrap(),
    );
    let error = second.unwrap_err();
    drop(accounts);
    assert!(matches!(error, AccountsError::InUse { .. }) && error.is_retryable());
    assert!(error.to_string().contains("repeat in a moment"), "{error}");
}

#[test]
fn whatever_a_crash_leaves_of_a_write_the_account_is_whole() {
    let (data, accounts) = fresh();
    let oak = accounts.create("Oak", None, NOW).unwrap();
    let first = accounts.issue_token(oak, "a", None, None, NOW).unwrap();
    let old = fs::read(data.path().join(format!("accounts/{oak}.json"))).unwrap();
    let second = accounts.issue_token(oak, "b", None, None, NOW).unwrap();
    let new = fs::read(data.path().join(format!("accounts/{oak}.json"))).unwrap();
    drop(accounts);
    for cut in [0, 1, new.len() / 2, new.len()] {
        fs::write(data.path().join(format!("accounts/{oak}.json")), &old).unwrap();
        fs::write(data.path().join(format!("accounts/{oak}.new")), &new[..cut]).unwrap();
        let accounts = open(data.path()).unwrap();
        assert_eq!(who(&accounts, &first), Ok(oak), "cut at {cut}");
        assert!(who(&accounts, &second).is_err(), "it was not acknowledged");
        assert!(!data.path().join(format!("accounts/{oak}.new")).exists());
    }
}

#[test]
fn a_damaged_file_is_named_and_never_passed_over() {
    let (data, accounts) = fresh();
    let (oak, elm) = (accounts.create("Oak", None, NOW).unwrap(), accounts.create("Elm", None, NOW).unwrap());
    drop(accounts);
    let path = data.path().join(format!("accounts/{oak}.json"));
    let sound = fs::read_to_string(&path).unwrap();
    let other = fs::read_to_string(data.path().join(format!("accounts/{elm}.json"))).unwrap();
    let broken = [
        sound[..sound.len() / 2].to_owned(),
        String::new(),
        sound.replace("\"version\": 2", "\"version\": 3"),
        sound.replace("\"created\"", "\"creatd\""),
        sound.replace("\"nonce\": \"", "\"nonce\": \"zz"),
        other,
        "[".repeat(300 * 1024),
    ];
    for text in broken {
        fs::write(&path, &text).unwrap();
        let error = open(data.path()).unwrap_err().to_string();
        assert!(error.contains(&format!("{oak}.json")), "{error}");
    }
    fs::write(&path, sound).unwrap();
    assert_eq!(open(data.path()).unwrap().people().len(), 2);
}

#[test]
fn a_fixed_token_may_be_given_again_and_never_to_somebody_else() {
    let (_data, accounts) = fresh();
    let (oak, elm) = (accounts.create("Oak", None, NOW).unwrap(), accounts.create("Elm", None, NOW).unwrap());
    let fixed: TokenText = "dsr_demo-moderator-a".parse().unwrap();
    let id = accounts.issue_fixed_token(oak, "demo", None, &fixed, NOW).unwrap();
    assert_eq!(accounts.issue_fixed_token(oak, "demo", None, &fixed, NOW).unwrap(), id);
    assert_eq!(accounts.tokens_of(oak).unwrap().len(), 1);
    let taken = accounts.issue_fixed_token(elm, "demo", None, &fixed, NOW);
    assert!(matches!(taken, Err(AccountsError::TokenTaken)));
    assert_eq!(who(&accounts, &fixed), Ok(oak));
}

#[test]
fn texts_that_are_none_and_tokens_beyond_the_limit_are_refused() {
    let (_data, accounts) = fresh();
    for name in ["", " Oak", "Oak\n", "O\u{0}k", &"x".repeat(201)] {
        assert!(matches!(accounts.create(name, None, NOW), Err(AccountsError::Text { .. })), "{name:?}");
    }
    for mail in ["", "oak", "@example.org", "oak@", "oak@localhost", "o ak@example.org"] {
        assert!(matches!(accounts.create("Oak", Some(mail), NOW), Err(AccountsError::Text { .. })), "{mail:?}");
    }
    assert!(accounts.people().is_empty());
    let oak = accounts.create(&"я".repeat(200), None, NOW).unwrap();
    let first = accounts.issue_token(oak, "first", None, None, NOW).unwrap();
    for _ in 1..TOKENS_MAX {
        accounts.issue_token(oak, "more", None, None, NOW).unwrap();
    }
    let full = accounts.issue_token(oak, "one too many", None, None, NOW);
    assert!(matches!(full, Err(AccountsError::TooManyTokens)));
    let id = accounts.tokens_of(oak).unwrap()[0].id;
    accounts.revoke_token(oak, id, NOW).unwrap();
    accounts.issue_token(oak, "in its place", None, None, NOW).unwrap();
    assert_eq!(who(&accounts, &first), Err(AuthenticationFailure::Unknown));
    assert_eq!(accounts.tokens_of(oak).unwrap().len(), TOKENS_MAX);
}

/// The environment variable by which this test, run again as a child, knows its directory.
const CHILD: &str = "DOSSIER_ACCOUNTS_CHILD";

#[test]
fn p1_what_was_acknowledged_before_a_kill_is_there_after_it() {
    if let Ok(data) = std::env::var(CHILD) {
        return issue_until_killed(Path::new(&data));
    }
    for round in 0..5 {
        let data = TempDir::new().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "--nocapture",
                "accounts::tests::p1_what_was_acknowledged_before_a_kill_is_there_after_it",
            ])
            .env(CHILD, data.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        // The test harness writes lines, and parts of lines, of its own.
        let mut acknowledged: Vec<_> =
            lines.by_ref().filter(|line| line.contains("dsr_")).take(10 + 7 * round).collect();
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(lines.filter(|line| line.contains("dsr_")));
        assert!(acknowledged.len() >= 10 + 7 * round);
        let accounts = open(data.path()).unwrap();
        // The last line may have been cut by the kill.
        for line in &acknowledged[..acknowledged.len() - 1] {
            let token: TokenText = line[line.find("dsr_").unwrap()..].parse().unwrap();
            assert!(who(&accounts, &token).is_ok(), "round {round}: a token that was handed out is not known");
        }
    }
}

fn issue_until_killed(data: &Path) {
    let accounts = open(data).unwrap();
    loop {
        let subject = accounts.create("Oak", None, NOW).unwrap();
        for _ in 0..5 {
            println!("{}", accounts.issue_token(subject, "a", None, None, NOW).unwrap().expose());
        }
    }
}
