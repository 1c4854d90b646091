//! People come in: invited by who may, once, and told nothing of who else is known here.

mod entering;
mod pages;

use axum::body::Body;
use dossier_identity::accounts::{LinkKind, Posting};
use dossier_proto::{Payload, SubjectId};
use dossier_web::extract::wall_clock;
use futures_util::FutureExt as _;
use http::{Method, Request, header};
use serde_json::{Value, json};

use super::room::{Reply, Room};

const GOOD: &str = "four plain words here";
const OTHER: &str = "five other plain words here";
/// Nobody of the house: requests without a token.
const STRANGER: &str = "a stranger";

fn invitation(mail: &str, role: &str, body: impl Into<Value>) -> Value {
    let body = body.into();
    json!({
        "name": "Wanjiru Kamau", "mail": mail, "language": "fr",
        "designation": { "role": role, "body": body, "note_number": "NV-2026/114", "note_digest": "ab".repeat(32) },
    })
}

fn contributor(mail: &str, body: &str) -> Value {
    invitation(mail, "contributor", json!(body))
}

/// The mail that is to go out to somebody.
fn mail(room: &Room, subject: &str, kind: LinkKind) -> Posting {
    let subject: SubjectId = subject.parse().unwrap();
    let accounts = &room.desk().accounts;
    assert!(accounts.to_be_sent(wall_clock()).contains(&(subject, kind)), "no mail is to be sent");
    let posting = accounts.prepare(subject, kind, wall_clock()).unwrap().unwrap();
    accounts.was_sent(&posting, wall_clock()).unwrap();
    posting
}

fn waiting(room: &Room) -> usize {
    room.desk().accounts.to_be_sent(wall_clock()).len()
}

fn people(room: &Room) -> usize {
    room.desk().accounts.people().len()
}

/// Accounts live by the clock of the machine, the journal of these tests by one that stands still.
fn to_the_present(room: &Room) {
    use dossier_engine::Clock as _;
    room.clock.pass((wall_clock().0 - room.clock.now().0).max(0));
}

async fn welcome(room: &Room, secret: &str, password: &str) -> Reply {
    room.post(STRANGER, "/welcome", json!({"secret": secret, "password": password})).await
}

/// A request with a session's token.
async fn as_session(room: &Room, token: &str, method: Method, path: &str, body: Option<Value>) -> Reply {
    let request = Request::builder().method(method).uri(format!("/review/api/v1{path}"));
    let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    let (request, body) = match body {
        Some(body) => (request.header(header::CONTENT_TYPE, "application/json"), Body::from(body.to_string())),
        None => (request, Body::empty()),
    };
    room.send(STRANGER, request, body).await
}

/// Somebody new, invited by an administrator, who has come in: subject and token.
async fn come_in(room: &Room, address: &str, role: &str, body: Value) -> (String, String) {
    let invited = room.post("administrator", "/invitations", invitation(address, role, body)).await.is(201);
    let subject = invited.text("/subject").to_owned();
    let secret = mail(room, &subject, LinkKind::Invitation).secret.unwrap();
    let entered = welcome(room, secret.expose(), GOOD).await.is(201);
    (subject, entered.text("/token").to_owned())
}

#[tokio::test]
async fn an_administrator_invites_a_publishing_authority_who_invites_a_contributor_of_her_own() {
    let room = Room::open().await;
    let (authority, token) = come_in(&room, "w.kamau@mfa.example", "publishing-authority", json!("KEN")).await;
    let own = as_session(&room, &token, Method::GET, "/designations", None).await.is(200);
    let designation = own.body["items"].as_array().unwrap().iter().find(|item| item["subject"] == authority).unwrap();
    assert_eq!(designation["role"], "publishing-authority");
    assert_eq!((&designation["note_number"], &designation["valid"]), (&json!("NV-2026/114"), &json!(true)));
    assert_eq!(designation["note_digest"], "ab".repeat(32));
    assert_eq!(designation["granted_by"], room.subject("administrator").to_string());

    let hers = contributor("o.otieno@mfa.example", "KEN");
    let invited = as_session(&room, &token, Method::POST, "/invitations", Some(hers)).await.is(201);
    assert_eq!((invited.text("/state"), invited.text("/mail")), ("open", "o.otieno@mfa.example"));
    assert_eq!(invited.body["mail_goes_out"], false, "no mail server is configured in this test");
    assert!(invited.body.to_string().find("dsi_").is_none(), "the link is for the invited alone");
    let posting = mail(&room, invited.text("/subject"), LinkKind::Invitation);
    assert_eq!((posting.contact.language.code(), posting.contact.name.as_str()), ("fr", "Wanjiru Kamau"));
    welcome(&room, posting.secret.unwrap().expose(), GOOD).await.is(201);
    let event = room.service.engine().recorded(room.size() - 1).unwrap().event;
    assert!(matches!(event.payload, Some(Payload::DesignationGranted(_))));
    let first = room.service.engine().recorded(room.size() - 2).unwrap().event;
    assert!(matches!(first.payload, Some(Payload::PersonInvited(_))));
    assert_eq!(first.head.authority.unwrap().designation.to_string(), designation["id"].as_str().unwrap());

    // Another body, another role, another type: not hers to give.
    for (refused, code) in [
        (contributor("x@mfa.example", "KAZ"), "no-designation"),
        (invitation("x@mfa.example", "national-focal-point", json!("KEN")), "no-designation"),
        (invitation("x@mfa.example", "moderator", Value::Null), "no-designation"),
    ] {
        let before = (people(&room), room.size());
        let told = as_session(&room, &token, Method::POST, "/invitations", Some(refused)).await.is(403);
        assert_eq!(told.text("/code"), code);
        assert_eq!((people(&room), room.size()), (before.0, before.1 + 1), "no account, and it is recorded");
        assert_eq!(waiting(&room), 0);
    }
    // She withdraws what she may: a contributor of her own, who then writes no more.
    let id = invited.text("/designation/id").to_owned();
    as_session(&room, &token, Method::POST, &format!("/designations/{id}/revoke"), Some(json!({}))).await.is(200);
}

#[tokio::test]
async fn whoever_may_not_invite_learns_nothing_of_who_is_known_here() {
    let room = Room::open().await;
    come_in(&room, "known@mfa.example", "contributor", json!("KAZ")).await;
    let mut answers = Vec::new();
    for address in ["known@mfa.example", "unknown@mfa.example"] {
        let people = people(&room);
        let mut told = room.post("contributor-ke", "/invitations", contributor(address, "KEN")).await.is(403).body;
        for member in ["instance", "recorded", "sent", "number"] {
            told.as_object_mut().unwrap().remove(member);
        }
        answers.push(told);
        assert_eq!(self::people(&room), people);
    }
    assert_eq!(answers[0], answers[1]);
    // Who may invite gets the same for both, too.
    to_the_present(&room);
    let shape = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let known = room.post("authority-kz", "/invitations", contributor("known@mfa.example", "KAZ")).await.is(201);
    let unknown = room.post("authority-kz", "/invitations", contributor("unknown@mfa.example", "KAZ")).await.is(201);
    assert_eq!(shape(&known.body), shape(&unknown.body));
    assert_eq!((known.text("/state"), unknown.text("/state")), ("open", "open"));
    // Who has a password gets word, and no way to change it.
    assert!(mail(&room, known.text("/subject"), LinkKind::Invitation).secret.is_none());
    assert!(mail(&room, unknown.text("/subject"), LinkKind::Invitation).secret.is_some());
}

#[tokio::test]
async fn whoever_invites_reads_what_they_typed_until_the_person_comes_in() {
    let room = Room::open().await;
    let (known, _) = come_in(&room, "Known@MFA.example", "contributor", json!("KEN")).await;
    to_the_present(&room);
    let typed = |mail: &str| {
        let mut body = contributor(mail, "KAZ");
        body["name"] = json!("As Typed");
        body
    };
    let mut subjects = Vec::new();
    for mail in ["known@mfa.example", "Unknown@mfa.example"] {
        let headers = [("idempotency-key", mail)];
        for _ in 0..2 {
            let told = room.post_with("authority-kz", "/invitations", typed(mail), &headers).await.is(201);
            assert_eq!((told.text("/mail"), told.text("/designation/name")), (mail, "As Typed"));
            subjects.push(told.text("/subject").to_owned());
        }
        let path = format!("/invitations/{}/again", subjects.last().unwrap());
        let again = room.post("authority-kz", &path, json!({})).await.is(200);
        assert_eq!(
            (again.text("/mail"), &again.body["designation"]["name"]),
            (mail.to_lowercase().as_str(), &Value::Null)
        );
    }
    assert_eq!((subjects[0].as_str(), &subjects[2]), (known.as_str(), &subjects[3]));
    // In the lists, too: nothing that was there before.
    let read = async |who: &str, path: &str, name: &str| {
        let list = room.get(who, path).await.is(200);
        let items = list.body["items"].as_array().unwrap().iter();
        let ours = items.filter(|item| subjects.iter().any(|subject| item["subject"] == **subject));
        ours.map(|item| (item["mail"].clone(), item.pointer(name).cloned())).collect::<Vec<_>>()
    };
    let invited = read("authority-kz", "/invitations", "/designation/name").await;
    assert_eq!(invited, [(json!("unknown@mfa.example"), None), (json!("known@mfa.example"), None)]);
    let designated = read("authority-kz", "/designations", "/name").await;
    assert_eq!(designated, [(Value::Null, None), (Value::Null, None)]);
    // Administrators read the names of all who are here.
    let all = read("administrator", "/designations", "/name").await;
    assert_eq!(all.len(), 3);
    assert!(all.iter().all(|(_, name)| name.is_some()), "{all:?}");
    // Once the person has come in their name is their own.
    room.post(STRANGER, "/sessions", json!({"mail": "known@mfa.example", "password": GOOD})).await.is(201);
    let invited = read("authority-kz", "/invitations", "/designation/name").await;
    assert_eq!(invited[1], (json!("Known@MFA.example"), Some(json!("Wanjiru Kamau"))));
    assert_eq!(invited[0].1, None);
}

#[tokio::test]
async fn an_account_on_whose_invitation_nobody_decided_is_swept_up_and_one_that_is_designated_is_not() {
    let room = Room::open().await;
    let accounts = &room.desk().accounts;
    let before = people(&room);
    let make = |mail: &str, id: u8| {
        let id = SubjectId([id; 16]);
        accounts.find_or_make(id, "Oak", mail, dossier_identity::accounts::Language::En, wall_clock()).unwrap()
    };
    let left = make("left@mfa.example", 1);
    let subject = left.subject;
    let designated = make("elm@mfa.example", 2).subject;
    let grant = json!({"subject": designated, "role": "contributor", "body": "KAZ"});
    room.post("administrator", "/designations", grant).await.is(201);
    let at = |micros: i64| dossier_proto::Micros(wall_clock().0 + micros);
    const HOUR: i64 = 60 * 60 * dossier_proto::Micros::SECOND;
    crate::welcoming::sweep(&room.desk(), at(2 * HOUR));
    assert!(accounts.name_of(subject).is_some(), "somebody is deciding");
    drop(left);
    crate::welcoming::sweep(&room.desk(), at(HOUR / 2));
    assert!(accounts.name_of(subject).is_some(), "it is not an hour old");
    crate::welcoming::sweep(&room.desk(), at(2 * HOUR));
    assert!(accounts.name_of(subject).is_none());
    assert_eq!(people(&room), before + 1);
    assert!(accounts.name_of(designated).is_some());
}

/// The connection breaks while the invitation is decided on: the request is done all the same, to the end.
#[tokio::test]
async fn an_invitation_whose_caller_goes_is_carried_through() {
    let room = Room::open().await;
    let before = people(&room);
    {
        let mut request =
            std::pin::pin!(room.post("administrator", "/invitations", contributor("oak@mfa.example", "KAZ")));
        // Until the account is there, and not until the answer.
        while people(&room) == before {
            assert!(request.as_mut().now_or_never().is_none(), "the account comes before the answer");
            tokio::task::yield_now().await;
        }
    }
    tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while waiting(&room) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the mail is asked for");
}

#[test]
fn what_is_read_of_people_is_not_written_into_logs() {
    let body: crate::api::invitation::InviteBody =
        serde_json::from_value(contributor("w.kamau@mfa.example", "KEN")).unwrap();
    let written = format!("{body:?}");
    assert!(!written.contains("amau") && written.contains("KEN"), "{written}");
    let account: crate::api::own_account::AccountBody = serde_json::from_value(json!({"name": "Kamau"})).unwrap();
    assert!(!format!("{account:?}").contains("Kamau"));
}

#[tokio::test]
async fn an_invitation_that_is_repeated_is_one_and_sends_one_mail() {
    let room = Room::open().await;
    let body = contributor("oak@mfa.example", "KAZ");
    let headers = [("idempotency-key", "once")];
    let first = room.post_with("authority-kz", "/invitations", body.clone(), &headers).await.is(201);
    mail(&room, first.text("/subject"), LinkKind::Invitation);
    let (size, people) = (room.size(), people(&room));
    let again = room.post_with("authority-kz", "/invitations", body, &headers).await.is(201);
    assert_eq!((again.text("/subject"), &again.body["repeated"]), (first.text("/subject"), &json!(true)));
    assert_eq!((room.size(), self::people(&room), waiting(&room)), (size, people, 0));
    let other = contributor("elm@mfa.example", "KAZ");
    room.post_with("authority-kz", "/invitations", other, &headers).await.is(422);
    // And a restart finds nothing to be made up for.
    let room = room.restarted().await;
    crate::welcoming::catch_up(&room.desk());
    assert_eq!(waiting(&room), 0);
}

/// Between the decision and the mail is a moment in which a process can end.
#[tokio::test]
async fn a_mail_that_a_crash_kept_from_being_queued_is_queued_at_the_next_start() {
    let room = Room::open().await;
    let invited = room.post("administrator", "/invitations", contributor("oak@mfa.example", "KAZ")).await.is(201);
    let subject: SubjectId = invited.text("/subject").parse().unwrap();
    // As it stands when the process ended in between.
    room.desk().accounts.take_back_invitation(subject).unwrap();
    assert_eq!(waiting(&room), 0);
    for _ in 0..2 {
        crate::welcoming::catch_up(&room.desk());
        assert_eq!(waiting(&room), 1);
    }
    // But not what was withdrawn.
    room.post("administrator", &format!("/invitations/{subject}/withdraw"), json!({})).await.is(200);
    crate::welcoming::catch_up(&room.desk());
    assert_eq!(waiting(&room), 0);
}

#[tokio::test]
async fn what_is_no_person_or_no_designation_is_told_at_once_with_its_place() {
    let room = Room::open().await;
    let (size, before) = (room.size(), people(&room));
    let with = |pointer: &str, value: Value| {
        let mut body = contributor("oak@mfa.example", "KEN");
        *body.pointer_mut(pointer).unwrap() = value;
        (pointer.to_owned(), body)
    };
    let cases = [
        with("/name", json!("")),
        with("/name", json!("Oak\r\nBcc: all@example.org")),
        with("/name", json!("x".repeat(201))),
        with("/mail", json!("oak")),
        with("/mail", json!("oak@mfa.example\r\nBcc: all@example.org")),
        with("/mail", json!("oak@mfa.example,elm@mfa.example")),
        with("/mail", json!("Oak <oak@mfa.example>")),
        with("/mail", json!("o\u{200b}ak@mfa.example")),
        with("/mail", json!(format!("{}@mfa.example", "x".repeat(250)))),
        with("/language", json!("de")),
        with("/designation/role", json!("emperor")),
        with("/designation/body", json!("XXX")),
        with("/designation/note_number", json!("a note")),
    ];
    for (pointer, body) in cases {
        let told = room.post("administrator", "/invitations", body).await.is(422);
        assert_eq!(told.text("/errors/0/pointer"), pointer, "{:#}", told.body);
    }
    let organisation = invitation("oak@mfa.example", "national-focal-point", json!("IOM"));
    let told = room.post("administrator", "/invitations", organisation).await.is(422);
    assert!(told.text("/errors/0/detail").contains("stands for a state"));
    assert_eq!((room.size(), people(&room)), (size, before));
    room.post("administrator", "/invitations", invitation("oak@mfa.example", "national-focal-point", json!("KEN")))
        .await
        .is(201);
    room.post(STRANGER, "/invitations", contributor("oak@mfa.example", "KEN")).await.is(401);
}

#[tokio::test]
async fn invitations_are_listed_to_who_looks_after_them() {
    let room = Room::open().await;
    let open = room.post("authority-kz", "/invitations", contributor("a@mfa.example", "KAZ")).await.is(201);
    let (came, _) = come_in(&room, "b@mfa.example", "contributor", json!("KAZ")).await;
    room.post("administrator", "/invitations", contributor("c@mfa.example", "KEN")).await.is(201);
    let gone = room.post("administrator", "/invitations", contributor("d@mfa.example", "KEN")).await.is(201);
    let gone = gone.text("/subject").to_owned();
    room.post("administrator", &format!("/invitations/{gone}/withdraw"), json!({})).await.is(200);
    let late = room.post("authority-kz", "/invitations", contributor("e@mfa.example", "KAZ")).await.is(201);
    let late: SubjectId = late.text("/subject").parse().unwrap();
    // A link that was sent three weeks ago.
    let long_ago = dossier_proto::Micros(wall_clock().0 - 21 * 24 * 60 * 60 * dossier_proto::Micros::SECOND);
    room.desk().accounts.invite(late, long_ago).unwrap();
    let list = async |who: &str, query: &str| {
        let list = room.get(who, &format!("/invitations{query}")).await.is(200);
        let items = list.body["items"].as_array().unwrap().iter();
        items
            .map(|item| (item["mail"].as_str().unwrap().to_owned(), item["state"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    let names = |list: Vec<(String, String)>| {
        list.into_iter().map(|(mail, state)| format!("{} {state}", &mail[..1])).collect::<Vec<_>>()
    };
    let all = ["e expired", "d withdrawn", "c open", "b accepted", "a open"];
    assert_eq!(names(list("administrator", "").await), all);
    assert_eq!(names(list("authority-kz", "").await), ["e expired", "b accepted", "a open"]);
    assert_eq!(names(list("authority-kz", "?state=accepted").await), ["b accepted"]);
    for who in ["contributor-kz", "contributor-ke", "moderator-a", "nobody"] {
        assert!(list(who, "").await.is_empty(), "{who}");
    }
    let mut paged = Vec::new();
    let mut path = "/invitations?limit=2".to_owned();
    loop {
        let page = room.get("administrator", &path).await.is(200);
        paged.extend(page.body["items"].as_array().unwrap().iter().map(|item| item["mail"].clone()));
        let Some(next) = page.body["next"].as_str() else { break };
        path = format!("/invitations?limit=2&cursor={next}");
    }
    assert_eq!(paged.len(), 5);
    room.get("administrator", "/invitations?state=emperor").await.is(422);
    // Again: a new link, for who has not come; not for who has, and not by anybody.
    let first = mail(&room, open.text("/subject"), LinkKind::Invitation).secret.unwrap();
    let again = |subject: &str| format!("/invitations/{subject}/again");
    room.post("contributor-kz", &again(open.text("/subject")), json!({})).await.is(404);
    room.post("authority-kz", &again(open.text("/subject")), json!({})).await.is(200);
    let second = mail(&room, open.text("/subject"), LinkKind::Invitation).secret.unwrap();
    let dead = welcome(&room, first.expose(), GOOD).await.is(404);
    assert!(dead.text("/type").ends_with("/link-unknown"));
    welcome(&room, second.expose(), GOOD).await.is(201);
    let came = room.post("administrator", &again(&came), json!({})).await.is(409);
    assert_eq!(came.text("/state"), "accepted");
    room.post("administrator", &again(&gone), json!({})).await.is(409);
    room.post("authority-kz", &again(&late.to_string()), json!({})).await.is(200);
    assert_eq!(names(list("authority-kz", "?state=open").await), ["e open"]);
}

#[tokio::test]
async fn a_withdrawn_invitation_opens_nothing_and_its_designation_is_revoked() {
    let room = Room::open().await;
    let invited = room.post("authority-kz", "/invitations", contributor("oak@mfa.example", "KAZ")).await.is(201);
    let (subject, id) = (invited.text("/subject").to_owned(), invited.text("/designation/id").to_owned());
    let secret = mail(&room, &subject, LinkKind::Invitation).secret.unwrap();
    let path = format!("/invitations/{subject}/withdraw");
    let headers = [("idempotency-key", "away")];
    room.post_with("contributor-kz", &path, json!({}), &headers).await.is(404);
    let gone = room.post_with("authority-kz", &path, json!({}), &headers).await.is(200);
    assert_eq!((gone.text("/state"), gone.text("/designation/id")), ("withdrawn", id.as_str()));
    let again = room.post_with("authority-kz", &path, json!({}), &headers).await.is(200);
    assert_eq!(again.body["repeated"], true);
    room.post("authority-kz", &path, json!({})).await.is(409);
    welcome(&room, secret.expose(), GOOD).await.is(404);
}
