//! People come in by mail: invited, with a link that works once, and a password of their own; in all services at once, and out again.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{
    fs,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use dossier_endtoend::{
    Answer, Caller, House,
    acts::text,
    binary::binary,
    people::{ADMINISTRATOR, AUTHORITY_KZ, CONTRIBUTOR_KZ},
    records, until,
    waiting::within,
};
use dossier_letters::Office;
use dossier_post::testing::{Fault, Received, Sink};
use serde_json::{Value, json};

const GOOD: &str = "four plain words here";
const OTHER: &str = "five other plain words here";
const A_SECOND: Duration = Duration::from_secs(1);

fn invitation(name: &str, mail: &str, language: &str, role: &str, body: &str) -> Value {
    json!({
        "name": name, "mail": mail, "language": language,
        "designation": {"role": role, "body": body, "note_number": "NV-2026/114", "note_digest": "cd".repeat(32)},
    })
}

fn invite(by: &Caller, body: &Value) -> Value {
    let invited = by.post("/review/api/v1/invitations", body).expect(201);
    assert_eq!(invited["mail_goes_out"], true);
    invited
}

/// The mails to an address, once there are so many.
fn mails(sink: &Sink, mail: &str, count: usize) -> Vec<Received> {
    let is_to = |one: &&Received| one.to == [mail.to_owned()];
    let all = sink.wait_until(&format!("{count} mails to {mail}"), |all| all.iter().filter(is_to).count() >= count);
    all.iter().filter(is_to).cloned().collect()
}

/// The secret of the link in a mail.
fn secret(mail: &Received) -> String {
    let link = mail.text.lines().find(|line| line.contains("/review/") && line.contains('#'));
    let link = link.unwrap_or_else(|| panic!("no link: {}", mail.text));
    link.split_once('#').unwrap().1.trim().to_owned()
}

fn welcome(house: &House, secret: &str, password: &str) -> Answer {
    house.nobody().post("/review/api/v1/welcome", &json!({"secret": secret, "password": password}))
}

fn sign_in(house: &House, mail: &str, password: &str) -> Answer {
    house.nobody().post("/review/api/v1/sessions", &json!({"mail": mail, "password": password}))
}

/// Runs the binary as somebody at a machine of their own, who answers what it asks.
fn at_home(home: &Path, arguments: &[&str], answers: &str) -> (bool, String, String) {
    let mut command = Command::new(binary());
    command.args(arguments).env("XDG_CONFIG_HOME", home).env_remove("DOSSIER_TOKEN").env_remove("DOSSIER_LOG");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

/// Whether every file below a directory, and everything that was said, is without this.
fn is_nowhere(house: &House, hidden: &str) {
    fn look(directory: &Path, hidden: &[u8]) {
        for found in fs::read_dir(directory).unwrap() {
            let path = found.unwrap().path();
            if path.is_dir() {
                look(&path, hidden);
            } else if path.is_file() {
                let bytes = fs::read(&path).unwrap();
                assert!(!bytes.windows(hidden.len()).any(|window| window == hidden), "{}", path.display());
            }
        }
    }
    look(&house.data(), hidden.as_bytes());
    assert!(!house.out().contains(hidden) && !house.err().contains(hidden), "{hidden} was logged");
}

#[test]
fn an_authority_is_invited_and_invites_a_contributor_who_submits() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let house = &office.house;
    let (amani, otieno) = ("amani.kamau@mfa.example", "o.otieno@mfa.example");
    let body = invitation("Amani Kamau", amani, "fr", "publishing-authority", "KEN");
    let invited = invite(&house.caller(ADMINISTRATOR), &body);
    assert_eq!(text(&invited, "state"), "open");

    // The mail is in her language, and says as what she is invited and for whom.
    let mail = mails(&sink, amani, 1).remove(0);
    assert_eq!(mail.header("Content-Language"), "fr");
    for part in
        ["Amani Kamau", "autorité de publication pour Kenya", "/review/welcome#dsi_", "dossier welcome --server"]
    {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
    let hers = secret(&mail);
    is_nowhere(house, &hers);

    // She uses it at a terminal of her own; the session is kept there for her alone.
    let home = tempfile::tempdir().unwrap();
    let server = ["--server", house.base()];
    let answers = format!("{hers}\n{GOOD}\n");
    let (done, out, err) = at_home(home.path(), &["welcome", server[0], server[1]], &answers);
    assert!(done && out.contains("signed in") && !out.contains("dsr_"), "{out} {err}");
    let kept = home.path().join("dossier/sessions.json");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    let kept: Value = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
    let token = text(&kept[house.base()], "token").to_owned();
    let (again, _, err) = at_home(home.path(), &["welcome", server[0], server[1]], &answers);
    assert!(!again && err.contains("used already"), "{err}");
    // Every service takes the session: moderation and submission are asked here.
    let authority = house.bearer(&token);
    assert_eq!(authority.get("/contribute/api/v1/entries").status, 200);
    let listed = authority.get("/review/api/v1/invitations").expect(200);
    assert!(listed["items"].as_array().unwrap().is_empty(), "her own invitation is the administrator's to look after");

    // She invites somebody who writes for Kenya, and nobody else.
    let body = invitation("Otieno Odhiambo", otieno, "en", "contributor", "KEN");
    invite(&authority, &body);
    let elsewhere = invitation("Otieno Odhiambo", otieno, "en", "contributor", "KAZ");
    authority.post("/review/api/v1/invitations", &elsewhere).problem(403, "not-entitled");
    let his = secret(&mails(&sink, otieno, 1)[0]);
    let entered = welcome(house, &his, GOOD).expect(201);
    let writer = house.bearer(text(&entered, "token"));
    let entry = writer.file(&records::event("A forum in Nairobi"));
    until("it is submitted", || (writer.state(&entry) != "draft").then_some(()));
    let accepted = authority.get("/review/api/v1/invitations?state=accepted").expect(200);
    assert_eq!(accepted["items"].as_array().unwrap().len(), 1);

    // What he may do is hers to take away; the next command is refused.
    let designation = text(&accepted["items"][0]["designation"], "id").to_owned();
    authority.post(&format!("/review/api/v1/designations/{designation}/revoke"), &json!({})).expect(200);
    let begin = json!({"type": "event", "content": records::event("Another"), "language": "en", "on_behalf_of": "KEN"});
    let refused = within(A_SECOND, || {
        Some(writer.post("/contribute/api/v1/entries", &begin)).filter(|answer| answer.status == 403)
    });
    assert!(refused.is_some(), "a second after the revocation he still writes");

    // And she goes.
    let (done, out, err) = at_home(home.path(), &["sign-out", server[0], server[1]], "");
    assert!(done, "{out} {err}");
    let gone = within(A_SECOND, || (authority.get("/contribute/api/v1/entries").status == 401).then_some(()));
    assert!(gone.is_some(), "a second after she signed out her session is still taken");
    for hidden in [&hers, &his, GOOD, &token] {
        is_nowhere(house, hidden);
    }
}

#[test]
fn a_forgotten_password_is_replaced_by_mail_and_every_session_ends() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let house = &office.house;
    let mail = "sorrel@mission.example";
    invite(&house.caller(AUTHORITY_KZ), &invitation("Sorrel", mail, "es", "contributor", "KAZ"));
    let first = welcome(house, &secret(&mails(&sink, mail, 1)[0]), GOOD).expect(201);
    let second = sign_in(house, "Sorrel@Mission.example", GOOD).expect(201);
    for address in [mail, "nobody@mission.example"] {
        let told = house.nobody().post("/review/api/v1/password-resets", &json!({"mail": address}));
        assert_eq!(told.status, 202);
    }
    let asked = mails(&sink, mail, 2).remove(1);
    assert!(asked.subject().starts_with("Una nueva contraseña"), "{}", asked.subject());
    let hers = secret(&asked);
    assert!(hers.starts_with("dsp_"));
    let home = tempfile::tempdir().unwrap();
    let answers = format!("{}/review/new-password#{hers}\n{OTHER}\n", house.base());
    let (done, out, err) = at_home(home.path(), &["new-password", "--server", house.base()], &answers);
    assert!(done, "{out} {err}");
    for session in [&first, &second] {
        let caller = house.bearer(text(session, "token"));
        for path in ["/review/api/v1/account", "/contribute/api/v1/entries"] {
            let ended = within(A_SECOND, || (caller.get(path).status == 401).then_some(()));
            assert!(ended.is_some(), "{path}: a session outlives the password");
        }
    }
    sign_in(house, mail, GOOD).problem(401, "sign-in-failed");
    let third = sign_in(house, mail, OTHER).expect(201);
    let caller = house.bearer(text(&third, "token"));
    assert_eq!(caller.send("DELETE", "/review/api/v1/sessions", &[], None).status, 204);
    let (done, _, _) = at_home(home.path(), &["sign-out", "--server", house.base()], "");
    assert!(done, "a session that is over is forgotten");
    assert_eq!(caller.get("/review/api/v1/account").status, 401);
    assert_eq!(mails(&sink, "sorrel@mission.example", 2).len(), 2, "nothing is sent twice");
    assert!(sink.accepted().iter().all(|one| one.to != ["nobody@mission.example"]));
}

/// The server took the mail, and nobody here heard of it: it comes again, with a link that works; the former one does not.
#[test]
fn a_mail_of_which_nobody_knows_is_sent_again_with_a_new_link() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let mail = "tansy@mission.example";
    sink.fail([Fault::Recipient(450), Fault::AcceptedInSilence]);
    let administrator = office.house.caller(ADMINISTRATOR);
    invite(&administrator, &invitation("Tansy", mail, "ru", "national-focal-point", "KAZ"));
    let both = mails(&sink, mail, 2);
    until("it is known here that it was taken over", || {
        let listed = administrator.get("/review/api/v1/invitations").expect(200);
        listed["items"][0].get("sent_at").map(drop)
    });
    assert!(both[1].text.contains("национальный координатор (Казахстан)"), "{}", both[1].text);
    assert_ne!(both[0].message_id(), both[1].message_id());
    let (first, second) = (secret(&both[0]), secret(&both[1]));
    welcome(&office.house, &first, GOOD).problem(404, "link-unknown");
    // A kill changes nothing of that.
    let office = office.killed_and_started();
    welcome(&office.house, &first, GOOD).problem(404, "link-unknown");
    let entered = welcome(&office.house, &second, GOOD).expect(201);
    let focal_point = office.house.bearer(text(&entered, "token"));
    focal_point.file(&records::event("A workshop in Almaty"));
    // Who writes for a state does not invite for it.
    let other = invitation("Yarrow", "yarrow@mission.example", "en", "contributor", "KAZ");
    focal_point.post("/review/api/v1/invitations", &other).problem(403, "not-entitled");
    office.house.caller(CONTRIBUTOR_KZ).post("/review/api/v1/invitations", &other).problem(403, "not-entitled");
    assert_eq!(mails(&sink, mail, 2).len(), 2, "what was taken over is not sent a third time");
}

/// Where there is no mail server an operator hands the link over.
#[test]
fn an_operator_hands_a_link_over() {
    let house = House::new();
    let body = invitation("Yarrow", "yarrow@mission.example", "en", "moderator", "KAZ");
    let invited = house.caller(ADMINISTRATOR).post("/review/api/v1/invitations", &body).expect(201);
    assert_eq!(invited["mail_goes_out"], false);
    let (subject, data) = (text(&invited, "subject"), house.data());
    let arguments = ["account", "--data", data.to_str().unwrap(), "invite", subject, "--print-link"];
    let (done, out, err) = at_home(house.beside(), &arguments, "");
    assert!(done && err.contains("nobody else"), "{out} {err}");
    let entered = welcome(&house, out.trim(), GOOD).expect(201);
    assert_eq!(house.bearer(text(&entered, "token")).get("/review/api/v1/reviews").status, 200);
    welcome(&house, out.trim(), GOOD).problem(409, "link-used");
}

#[test]
fn links_that_the_server_turns_away_are_told_as_trouble_and_are_not_lost() {
    let sink = Sink::open();
    let office = Office::open(sink.address());
    let house = &office.house;
    let mail = "tansy@mission.example";
    let failing = || house.figure("dossier_mail_failing_seconds{origin=\"moderation\"}");
    until("the postman has looked", || (failing() == 0.0).then_some(()));
    sink.fail(std::iter::repeat_n(Fault::Recipient(554), 4));
    invite(&house.caller(AUTHORITY_KZ), &invitation("Tansy", mail, "en", "contributor", "KAZ"));
    until("it is told", || (failing() > 0.0).then_some(()));
    let arrived = mails(&sink, mail, 1);
    until("it is over", || (failing() == 0.0).then_some(()));
    welcome(house, &secret(&arrived[0]), GOOD).expect(201);
    assert!(!house.out().contains(mail) && !house.err().contains(mail), "the address was logged");
}
