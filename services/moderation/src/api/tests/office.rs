//! The pages of the office: the right people, what they change, and that nothing typed is lost.

use axum::body::Body;
use dossier_identity::Role;
use dossier_registry::Registry;
use dossier_web::Language;
use http::{Request, header};

use super::room::{Reply, Room};

const PAGES: [&str; 5] =
    ["/review/people", "/review/people/invite", "/review/designations", "/review/registry", "/review/health"];

async fn open(room: &Room, who: &str, path: &str, language: &str) -> Reply {
    let cookie = format!("dossier-session={}", room.token(who));
    let request = Request::get(path)
        .header(header::COOKIE, cookie)
        .header(header::ACCEPT, "text/html")
        .header(header::ACCEPT_LANGUAGE, language);
    room.send("a browser", request, Body::empty()).await
}

async fn send(room: &Room, who: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let pairs: Vec<_> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    let request = Request::post(path)
        .header(header::COOKIE, format!("dossier-session={}", room.token(who)))
        .header(header::ACCEPT_LANGUAGE, "en")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "same-origin");
    room.send("a browser", request, Body::from(pairs.join("&"))).await
}

fn page(reply: &Reply) -> &str {
    reply.body.as_str().unwrap_or_else(|| panic!("no page: {:#}", reply.body))
}

fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split_once('"').unwrap().0.to_owned()
}

fn location(reply: &Reply) -> &str {
    reply.headers[header::LOCATION].to_str().unwrap()
}

async fn room() -> Room {
    let mut room = Room::open().await;
    let subject = room.arrive("registrar");
    room.service.designate(subject, Role::Registrar, None, &[]).await.unwrap();
    room
}

#[tokio::test]
async fn each_page_is_for_its_people_and_strangers_sign_in_first() {
    let room = room().await;
    let may = |path: &str, who: &str| match path {
        "/review/people" | "/review/people/invite" => ["administrator", "authority-kz"].contains(&who),
        "/review/health" => ["administrator", "registrar"].contains(&who),
        _ => true,
    };
    for path in PAGES {
        for who in ["administrator", "authority-kz", "registrar", "auditor", "moderator-a", "nobody"] {
            let reply = open(&room, who, path, "en").await;
            let expected = if may(path, who) { 200 } else { 403 };
            assert_eq!(reply.status.as_u16(), expected, "{who} at {path}: {:#}", reply.body);
        }
        let away = room.send("a browser", Request::get(path), Body::empty()).await.is(303);
        assert!(location(&away).starts_with("/review/sign-in?next=/review/"), "{path}");
    }
}

#[tokio::test]
async fn an_administrator_invites_designates_and_revokes() {
    let room = room().await;
    let form = open(&room, "administrator", "/review/people/invite", "en").await.is(200);
    let (guard, key) = (hidden(page(&form), "form"), hidden(page(&form), "key"));
    let fixed = [("form", guard.as_str()), ("key", key.as_str())];
    let bad = [("name", ""), ("mail", "no address <b>"), ("role", "reviewer"), ("body", "XYZ"), ("until", "never")];
    let size = room.size();
    let reply = send(&room, "administrator", "/review/people/invite", &[&fixed[..], &bad[..]].concat()).await.is(422);
    for said in ["href=\"#name\"", "href=\"#mail\"", "href=\"#body\"", "href=\"#until\"", "no address &#60;b&#62;"] {
        assert!(page(&reply).contains(said), "{said}: {}", page(&reply));
    }
    assert_eq!(room.size(), size);
    let good = [
        ("name", "Oak <script>"),
        ("mail", "oak@mfa.example"),
        ("language", "fr"),
        ("role", "contributor"),
        ("body", "KEN"),
        ("types", "event"),
        ("types", "pledge"),
        ("until", "2027-12-31"),
        ("note_number", "NV-2026/114"),
    ];
    let reply = send(&room, "administrator", "/review/people/invite", &[&fixed[..], &good[..]].concat()).await.is(303);
    assert_eq!(location(&reply), "/review/people?done=invite");
    let size = room.size();
    send(&room, "administrator", "/review/people/invite", &[&fixed[..], &good[..]].concat()).await.is(303);
    assert_eq!(room.size(), size, "a double click invites once");

    let shown = open(&room, "administrator", "/review/people?done=invite", "en").await.is(200);
    let shown = page(&shown);
    for said in ["Oak &#60;script&#62;", "oak@mfa.example", "Kenya", "31 December 2027", "NV-2026/114", "Invited."] {
        assert!(shown.contains(said), "{said}: {shown}");
    }
    // Another link, then the invitation withdrawn.
    let (_, after) = shown.split_once("/review/people/invitations/").unwrap();
    let subject = after.split_once('/').unwrap().0.to_owned();
    let path = format!("/review/people/invitations/{subject}");
    send(&room, "administrator", &format!("{path}/again"), &[("form", &guard), ("key", "again-1")]).await.is(303);
    send(&room, "administrator", &format!("{path}/withdraw"), &[("form", &guard), ("key", "withdraw-1")]).await.is(303);
    let shown = open(&room, "administrator", "/review/people", "en").await.is(200);
    assert!(!page(&shown).contains("oak@mfa.example"), "{}", page(&shown));

    // Somebody who is here gets another right, and loses it.
    let subject = room.subject("nobody").to_string();
    let path = format!("/review/people/designate?subject={subject}");
    let form = open(&room, "administrator", &path, "en").await.is(200);
    assert!(page(&form).contains("Name of nobody"), "{}", page(&form));
    let key = hidden(page(&form), "key");
    let fields = [
        ("form", guard.as_str()),
        ("key", &key),
        ("subject", &subject),
        ("role", "reviewer"),
        ("reviewer_kind", "external"),
        ("body", ""),
    ];
    send(&room, "administrator", "/review/people/designate", &fields).await.is(303);
    let listed = room.get("administrator", &format!("/designations?subject={subject}&valid=true")).await.is(200);
    let id = listed.text("/items/0/id").to_owned();
    let path = format!("/review/people/revoke/{id}");
    let ask = open(&room, "administrator", &path, "en").await.is(200);
    assert!(page(&ask).contains("external") && page(&ask).contains("Take this right back"), "{}", page(&ask));
    let key = hidden(page(&ask), "key");
    send(&room, "administrator", &path, &[("form", &guard), ("key", &key)]).await.is(303);
    let again = send(&room, "administrator", &path, &[("form", &guard), ("key", "another")]).await;
    assert_eq!(again.status.as_u16(), 409, "{:#}", again.body);
    let listed = room.get("administrator", &format!("/designations?subject={subject}&valid=true")).await.is(200);
    assert!(listed.body["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn a_publishing_authority_sees_and_designates_its_own_contributors_alone() {
    let room = room().await;
    let form = open(&room, "authority-kz", "/review/people/invite", "en").await.is(200);
    let shown = page(&form);
    assert!(shown.contains("value=\"KAZ\"") && !shown.contains("value=\"KEN\""), "{shown}");
    assert!(shown.contains("value=\"contributor\"") && !shown.contains("value=\"moderator\""), "{shown}");
    let (guard, key) = (hidden(shown, "form"), hidden(shown, "key"));
    let fields = |body: &'static str, role: &'static str| {
        let fixed = [("form", guard.clone()), ("key", format!("{key}-{body}-{role}"))];
        let typed = [("name", "Ash"), ("mail", "ash@mfa.example"), ("role", role), ("body", body)];
        let typed = typed.map(|(name, value)| (name, value.to_owned()));
        fixed.into_iter().chain(typed).collect::<Vec<_>>()
    };
    let send = async |all: Vec<(&'static str, String)>| {
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self::send(&room, "authority-kz", "/review/people/invite", &all).await
    };
    send(fields("KEN", "contributor")).await.is(403);
    send(fields("KAZ", "moderator")).await.is(403);
    send(fields("KAZ", "contributor")).await.is(303);
    let people = open(&room, "authority-kz", "/review/people", "en").await.is(200);
    let people = page(&people);
    assert!(people.contains("ash@mfa.example") && people.contains("Kazakhstan"), "{people}");
    assert!(!people.contains("Name of moderator-a") && !people.contains("Name of administrator"), "{people}");
    let listed = room.get("administrator", "/designations?role=moderator").await.is(200);
    let id = listed.text("/items/0/id").to_owned();
    open(&room, "authority-kz", &format!("/review/people/revoke/{id}"), "en").await.is(404);
}

#[tokio::test]
async fn designations_are_shown_as_they_stood() {
    let room = room().await;
    let all = open(&room, "auditor", "/review/designations?role=moderator", "en").await.is(200);
    assert!(page(&all).contains("Name of moderator-a") && !page(&all).contains("Name of registrar"), "{}", page(&all));
    let then = open(&room, "auditor", "/review/designations?as_of=moderation/1", "en").await.is(200);
    assert!(page(&then).contains("As it stood on") && !page(&then).contains("Name of moderator-a"), "{}", page(&then));
    let day = open(&room, "auditor", "/review/designations?as_of=2036-03-01%2009:00", "en").await;
    assert_eq!(day.status.as_u16(), 409, "a moment that has not come");
    open(&room, "auditor", "/review/designations?as_of=yesterday", "en").await.is(400);
    let mine = open(&room, "nobody", "/review/designations", "en").await.is(200);
    assert!(page(&mine).contains("Nobody fits."), "{}", page(&mine));
}

/// The registry that comes with the program, as another version with one more term changed.
fn another() -> String {
    let text = String::from_utf8(Registry::embedded().bytes().to_vec()).unwrap();
    let version = format!("\"version\":\"{}\"", Registry::embedded().version());
    assert!(text.contains(&version));
    assert!(text.contains("\"en\":\"Conference\""));
    text.replace(&version, "\"version\":\"2099-9\"").replace("\"en\":\"Conference\"", "\"en\":\"Big conference\"")
}

#[tokio::test]
async fn a_registry_is_checked_and_its_changes_shown_before_it_is_adopted() {
    let room = room().await;
    let shown = open(&room, "moderator-a", "/review/registry", "en").await.is(200);
    assert!(!page(&shown).contains("/review/registry/check"), "only a registrar adopts");
    let shown = open(&room, "registrar", "/review/registry", "en").await.is(200);
    let (guard, key) = (hidden(page(&shown), "form"), hidden(page(&shown), "key"));
    let fixed = [("form", guard.as_str()), ("key", key.as_str())];
    let check = "/review/registry/check";
    let faulty = send(&room, "registrar", check, &[&fixed[..], &[("document", "{\"x\":1}</textarea>")]].concat()).await;
    let faulty = faulty.is(422);
    assert!(page(&faulty).contains("It cannot be put in force.") && page(&faulty).contains("&#60;/textarea&#62;"));
    let document = another();
    let fields = [&fixed[..], &[("document", document.as_str())]].concat();
    send(&room, "moderator-a", check, &fields).await;
    let size = room.size();
    let sound = send(&room, "registrar", check, &fields).await.is(200);
    let said = page(&sound);
    assert!(said.contains("2099-9") && said.contains("conference</bdi>") && said.contains("<td>Changed"), "the change");
    assert_eq!(room.size(), size, "nothing is in force by a look");
    let key = hidden(said, "key");
    let fields = [("form", guard.as_str()), ("key", &key), ("document", document.as_str())];
    let done = send(&room, "registrar", "/review/registry/adopt", &fields).await.is(303);
    assert_eq!(location(&done), "/review/registry?done=adopt");
    let shown = open(&room, "registrar", "/review/registry?done=adopt", "en").await.is(200);
    let shown = page(&shown).to_owned();
    assert!(shown.contains("The registry is in force.") && shown.contains("<b>2099-9</b>"), "{shown}");
    let (_, link) = shown.split_once("/review/registry/changes?").unwrap();
    let link = link.split_once('"').unwrap().0.replace("&amp;", "&");
    let compared = open(&room, "nobody", &format!("/review/registry/changes?{link}"), "en").await.is(200);
    assert!(page(&compared).contains("<td>Changed"), "{}", page(&compared));
    open(&room, "nobody", "/review/registry/changes?from=00&to=00", "en").await.is(404);
    // What was put in force stands after a start, too.
    let room = room.restarted().await;
    assert!(page(&open(&room, "nobody", "/review/registry", "en").await.is(200)).contains("<b>2099-9</b>"));
    // Somebody who may not, with a form of their own.
    let shown = open(&room, "administrator", "/review/people/invite", "en").await.is(200);
    let guard = hidden(page(&shown), "form");
    let fields = [("form", guard.as_str()), ("key", "k"), ("document", document.as_str())];
    send(&room, "administrator", "/review/registry/adopt", &fields).await.is(403);
    send(&room, "administrator", check, &fields).await.is(403);
}

#[tokio::test]
async fn health_says_what_is_so() {
    let room = room().await;
    let shown = open(&room, "administrator", "/review/health", "en").await.is(200);
    for said in
        ["It is running.", "People can decide.", "dossier.example/moderation", "No mail server is set up", "In review"]
    {
        assert!(page(&shown).contains(said), "{said}: {}", page(&shown));
    }
}

#[tokio::test]
async fn forms_of_others_do_nothing() {
    let room = room().await;
    let form = open(&room, "administrator", "/review/people/invite", "en").await.is(200);
    let guard = hidden(page(&form), "form");
    let size = room.size();
    let typed = "name=Kept+words&mail=x%40y.example&role=moderator&body=&key=k";
    let post = |site: &'static str, body: String| {
        let request = Request::post("/review/people/invite")
            .header(header::COOKIE, format!("dossier-session={}", room.token("administrator")))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", site);
        room.send("a browser", request, Body::from(body))
    };
    post("cross-site", format!("form={guard}&{typed}")).await.is(403);
    let kept = post("same-origin", typed.to_owned()).await.is(401);
    assert!(page(&kept).contains("Kept words"));
    assert_eq!(room.size(), size);
}

#[tokio::test]
async fn every_page_stands_in_six_languages_and_is_small() {
    let room = room().await;
    for path in PAGES {
        for language in Language::ALL {
            for who in ["administrator", "registrar"] {
                let reply = open(&room, who, path, language.code()).await;
                if reply.status.as_u16() == 403 {
                    continue;
                }
                let shown = page(&reply);
                assert!(shown.contains(&format!("<html lang=\"{language}\"")), "{path} in {language}");
                let (_, main) = shown.split_once("<main").unwrap();
                assert!(
                    !main.contains("office.") && !main.contains("{count}") && !main.contains("{epoch}"),
                    "{path} {language}: {main}"
                );
                assert!(shown.len() <= 100_000, "{path} in {language}: {} bytes", shown.len());
                assert!(!main.contains("style="), "{path}");
                assert_eq!(main.matches("<h1").count(), 1, "{path}");
            }
        }
    }
}
