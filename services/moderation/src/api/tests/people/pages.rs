//! The door of the house as pages: without a script, and nothing typed is lost.

use dossier_web::visit::FORM_TOKEN_FIELD;
use http::request::Builder;

use super::*;

/// A form as a browser sends it from a page of ours.
async fn send(room: &Room, address: &str, cookie: Option<&str>, fields: &[(&str, &str)]) -> Reply {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let request = Request::post(address)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    room.send(STRANGER, with(request, cookie), Body::from(pairs.join("&"))).await
}

async fn open(room: &Room, address: &str, cookie: Option<&str>) -> Reply {
    room.send(STRANGER, with(Request::get(address), cookie), Body::empty()).await
}

fn with(request: Builder, cookie: Option<&str>) -> Builder {
    cookie.into_iter().fold(request, |request, cookie| request.header(header::COOKIE, cookie))
}

/// The cookie that an answer sets, as a browser sends it back.
fn cookie(reply: &Reply) -> String {
    let set = reply.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(set.contains("; HttpOnly; SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

fn page(reply: &Reply) -> &str {
    reply.body.as_str().unwrap_or_else(|| panic!("no page: {:#}", reply.body))
}

/// What the hidden field of a page holds.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let (_, rest) =
        page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {page}"));
    rest.split('"').next().unwrap()
}

/// Somebody who has come in by the page, signed out again.
async fn somebody(room: &Room) -> (String, &'static str) {
    let address = "wanjiru@mfa.example";
    let invited = room.post("administrator", "/invitations", contributor(address, "KEN")).await.is(201);
    let secret = mail(room, invited.text("/subject"), LinkKind::Invitation).secret.unwrap();
    let shown = open(room, "/review/welcome", None).await.is(200);
    assert!(page(&shown).contains("data-from-fragment") && !page(&shown).contains(secret.expose()));

    // Too short: the secret stays in its field.
    let fields = [("secret", secret.expose()), ("password", "short")];
    let again = send(room, "/review/welcome", None, &fields).await.is(422);
    assert!(page(&again).contains(secret.expose()) && page(&again).contains("fewer than 12"), "{}", page(&again));
    assert!(!page(&again).contains("value=\"short\""), "a password is on no page");

    let fields = [("secret", secret.expose()), ("password", GOOD)];
    let entered = send(room, "/review/welcome", None, &fields).await.is(303);
    let session = cookie(&entered);
    let used = send(room, "/review/welcome", None, &fields).await.is(409);
    assert!(page(&used).contains("used already"), "{}", page(&used));
    (session, address)
}

#[tokio::test]
async fn whoever_was_invited_comes_in_by_the_page_and_signs_in_and_out() {
    let room = Room::open().await;
    to_the_present(&room);
    let (first, address) = somebody(&room).await;

    let asked = open(&room, "/review/sign-in?next=/review/queue%3Fstate%3Don-hold", None).await.is(200);
    assert_eq!(hidden(page(&asked), "next"), "/review/queue?state=on-hold");
    let wrong = [("mail", address), ("password", "not the right words"), ("next", "/review/queue")];
    let wrong = send(&room, "/review/sign-in", None, &wrong).await.is(401);
    assert!(page(&wrong).contains(address), "the address stays typed");
    assert_eq!(hidden(page(&wrong), "next"), "/review/queue");
    for (next, to) in
        [("/review/queue?state=on-hold", "/review/queue?state=on-hold"), ("//evil.example", "/"), ("", "/")]
    {
        let fields = [("mail", address), ("password", GOOD), ("next", next)];
        let entered = send(&room, "/review/sign-in", None, &fields).await.is(303);
        assert_eq!(entered.headers[header::LOCATION], to);
        let session = cookie(&entered);
        let gone_on = open(&room, "/review/sign-in?next=/x", Some(&session)).await.is(303);
        assert_eq!(gone_on.headers[header::LOCATION], "/x", "who has signed in is not asked again");
    }

    let ask = open(&room, "/review/sign-out", Some(&first)).await.is(200);
    assert!(page(&ask).contains("Wanjiru Kamau"));
    let guard = hidden(page(&ask), FORM_TOKEN_FIELD).to_owned();
    let out = [("everywhere", "yes"), (FORM_TOKEN_FIELD, &guard)];
    let forgotten = send(&room, "/review/sign-out", Some(&first), &out).await.is(200);
    assert!(cookie(&forgotten).ends_with('='), "the browser forgets it");
    let stale = open(&room, "/review/sign-out", Some(&first)).await.is(303);
    assert_eq!(stale.headers[header::LOCATION], "/review/sign-in?next=/review/sign-out");
}

#[tokio::test]
async fn a_form_whose_session_ended_is_sent_after_signing_in_again() {
    let room = Room::open().await;
    to_the_present(&room);
    let (_, address) = somebody(&room).await;
    let fields = [("everywhere", "no"), ("note", "<b>three hours of work</b>"), (FORM_TOKEN_FIELD, "0123")];
    let kept = send(&room, "/review/sign-out", None, &fields).await.is(401);
    let shown = page(&kept);
    assert_eq!(hidden(shown, "kept-address"), "/review/sign-out");
    assert!(shown.contains("&#60;b&#62;three hours of work&#60;/b&#62;") && !shown.contains("0123"), "{shown}");

    let typed = |password| {
        [
            ("mail", address),
            ("password", password),
            ("kept-address", "/review/sign-out"),
            ("kept:everywhere", "no"),
            ("kept:note", "<b>three hours of work</b>"),
        ]
    };
    let wrong = send(&room, "/review/sign-in", None, &typed("not the right words")).await.is(401);
    assert!(page(&wrong).contains("three hours of work"), "a wrong password loses nothing");
    let entered = send(&room, "/review/sign-in", None, &typed(GOOD)).await.is(200);
    let (session, ready) = (cookie(&entered), page(&entered));
    assert!(ready.contains("action=\"/review/sign-out\"") && ready.contains("three hours of work"), "{ready}");
    let guard = hidden(ready, FORM_TOKEN_FIELD).to_owned();
    let out = [("everywhere", "no"), (FORM_TOKEN_FIELD, guard.as_str())];
    send(&room, "/review/sign-out", Some(&session), &out).await.is(200);
}

#[tokio::test]
async fn a_forgotten_password_is_asked_for_without_telling_who_is_here() {
    let room = Room::open().await;
    to_the_present(&room);
    let (_, address) = somebody(&room).await;
    let known = send(&room, "/review/forgotten-password", None, &[("mail", address)]).await.is(200);
    let unknown = send(&room, "/review/forgotten-password", None, &[("mail", "nobody@mfa.example")]).await.is(200);
    assert_eq!(page(&known), page(&unknown));
    let foreign = Request::post("/review/forgotten-password").header("sec-fetch-site", "cross-site");
    let foreign = foreign.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    room.send(STRANGER, foreign, Body::from("mail=x")).await.is(403);
}

#[tokio::test]
async fn the_pages_at_the_door_speak_six_languages() {
    let room = Room::open().await;
    for (language, title) in [
        ("ar", "تسجيل الدخول"),
        ("zh", "登录"),
        ("en", "Sign in"),
        ("fr", "Connexion"),
        ("ru", "Вход"),
        ("es", "Iniciar sesión"),
    ] {
        for address in ["/review/sign-in", "/review/welcome", "/review/new-password", "/review/forgotten-password"] {
            let shown = open(&room, &format!("{address}?lang={language}"), None).await.is(200);
            assert!(page(&shown).contains(&format!("<html lang=\"{language}\"")), "{address}");
            assert!(!page(&shown).contains("visit."), "{address} lacks a word in {language}");
            assert!(address != "/review/sign-in" || page(&shown).contains(&format!("<h1>{title}</h1>")), "{language}");
        }
    }
}
