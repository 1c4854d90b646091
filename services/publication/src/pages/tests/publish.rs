//! The publisher's pages: the right people, what they decide, and that nothing typed is lost.

use dossier_proto::Micros;
use dossier_web::Language;

use super::facts::words;
use crate::tests::{
    House,
    asking::{Told, form_text},
    corrected, entry, sample, sample_with,
};

const PAGES: [&str; 9] = [
    "/publish",
    "/publish/entries",
    "/publish/entries?text=forum",
    "/publish/entries/EVT-2026-00001",
    "/publish/entries/EVT-2026-00001/suspend",
    "/publish/entries/EVT-2026-00001/supersede",
    "/publish/entries/EVT-2026-00001/retract",
    "/publish/requests/EVT-2026-00002",
    "/publish/scheduled/03030303030303030303030303",
];

/// Two public entries, of which the second is asked to be taken back, and a third that waits under an embargo.
async fn at_work() -> House {
    let house = House::open().await;
    house.publish(entry(1), "KAZ", None, &sample()).await;
    let key = house.publish(entry(2), "KEN", None, &corrected()).await;
    house.ask_retraction(entry(2), key, 1, "We named the wrong city <b>.").await;
    let later = Micros(house.now().0 + 3 * Micros::DAY);
    house.approve_for(entry(3), "KAZ", None, &sample(), later).await;
    house
}

fn waiting() -> String {
    format!("/publish/scheduled/{}", entry(3))
}

async fn shown(house: &House, name: &str, path: &str) -> Told {
    house.get(path).in_browser(name).header("accept-language", "en").send().await
}

/// What stands in a hidden field of a page.
fn hidden(page: &str, name: &str) -> String {
    let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("{name}: {page}"));
    rest.split_once('"').unwrap().0.to_owned()
}

fn guards(page: &str) -> [(&'static str, String); 3] {
    ["form", "key", "version"].map(|name| (name, hidden(page, name)))
}

async fn send(house: &House, path: &str, guards: &[(&'static str, String); 3], fields: &[(&str, &str)]) -> Told {
    let mut all: Vec<(&str, &str)> = guards.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend_from_slice(fields);
    house.post(path).in_browser("publisher").header("accept-language", "en").form(&all).send().await
}

#[tokio::test]
async fn publishers_alone_come_in_and_strangers_sign_in_first() {
    let house = at_work().await;
    for path in PAGES.map(|path| path.replace("03030303030303030303030303", &entry(3).to_string())) {
        shown(&house, "publisher", &path).await.expect(200);
        shown(&house, "moderator", &path).await.expect(403);
        shown(&house, "nobody", &path).await.expect(403);
        let away = house.get(&path).header("accept", "text/html").send().await.expect(303);
        assert!(away.headers["location"].to_str().unwrap().starts_with("/review/sign-in?next=/publish"), "{path}");
    }
    // Kenya's publisher decides on Kenya's entries, and does not learn of what waits for others.
    shown(&house, "publisher of kenya", "/publish/requests/EVT-2026-00002").await.expect(200);
    shown(&house, "publisher of kenya", "/publish/entries/EVT-2026-00001").await.expect(403);
    shown(&house, "publisher of kenya", &waiting()).await.expect(404);
    let home = shown(&house, "publisher of kenya", "/publish").await.expect(200).text;
    assert!(home.contains("EVT-2026-00002") && !home.contains(&entry(3).to_string()), "{home}");
}

#[tokio::test]
async fn the_home_says_whose_turn_it_is_and_what_waits_until_when() {
    let house = at_work().await;
    house.wait(2 * Micros::DAY);
    let page = shown(&house, "publisher", "/publish").await.expect(200);
    let said = words(&page.text);
    for fact in [
        "Your turn: 1 request",
        "2 days",
        "The body asks to have its entry taken back. We named the wrong city <b>.",
        "15 January 2026",
        "Embargoed",
        "Embargo: nothing of it may be public before 15 January 2026, 12:00 UTC.",
    ] {
        assert!(said.contains(fact) || page.text.contains(fact), "{fact:?} is not in {said}");
    }
    assert!(!page.text.contains("<b>.<"), "what a body typed is escaped");
    assert_eq!(page.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn a_retraction_is_looked_at_as_it_will_stand_before_it_is_decided() {
    let house = at_work().await;
    let path = "/publish/entries/EVT-2026-00001/retract";
    let guards = guards(&shown(&house, "publisher", path).await.expect(200).text);
    let typed = [
        ("reason", "factual_error"),
        ("explanation-ar", "لم يحدث ذلك."),
        ("explanation-en", "It did not happen.\r\n\r\nWe are sorry."),
    ];
    let preview = send(&house, path, &guards, &[&typed[..], &[("step", "preview")]].concat()).await.expect(200);
    let size = house.service.engine().journal().head().size;
    let as_foreseen = |page: &str| {
        let (_, rest) = page.split_once("<article>").unwrap();
        let (grave, _) = rest.split_once("</ol>\n").unwrap();
        words(grave)
    };
    let foreseen = as_foreseen(&preview.text);
    house.get("/entries/EVT-2026-00001").send().await.expect(200);
    assert_eq!(house.service.engine().journal().head().size, size, "nothing is done by looking");

    // Changed again: everything typed is there.
    let again = send(&house, path, &guards, &[&typed[..], &[("step", "edit")]].concat()).await.expect(200);
    assert!(
        again.text.contains("لم يحدث ذلك.") && again.text.contains("value=\"factual_error\" checked"),
        "{}",
        again.text
    );

    let decided = send(&house, path, &guards, &[&typed[..], &[("step", "do")]].concat()).await.expect(303);
    assert_eq!(decided.headers["location"], "/publish/entries/EVT-2026-00001?done=retract");
    let size = house.service.engine().journal().head().size;
    send(&house, path, &guards, &[&typed[..], &[("step", "do")]].concat()).await.expect(303);
    assert_eq!(house.service.engine().journal().head().size, size, "a double click does it once");
    let stands = house.page("/entries/EVT-2026-00001", "en").await.expect(410);
    let stands = as_foreseen(&stands.text);
    assert_eq!(stands, foreseen, "exactly as it was foreseen");
    assert!(stands.contains("لم يحدث ذلك.") && stands.contains("We are sorry."), "{stands}");
    let said =
        words(&shown(&house, "publisher", "/publish/entries/EVT-2026-00001?done=retract").await.expect(200).text);
    assert!(said.contains("The entry is retracted.") && said.contains("nothing more can be decided"), "{said}");
}

#[tokio::test]
async fn faults_are_said_beside_their_fields_and_nothing_typed_is_lost() {
    let house = at_work().await;
    let path = "/publish/entries/EVT-2026-00001/suspend";
    let guards = guards(&shown(&house, "publisher", path).await.expect(200).text);
    let empty = send(&house, path, &guards, &[("step", "preview")]).await.expect(422).text;
    for fault in ["href=\"#reason\"", "href=\"#explanation\"", "Choose a reason of the list."] {
        assert!(empty.contains(fault), "{fault}: {empty}");
    }
    let long = "x".repeat(4_001);
    let typed = [("step", "do"), ("reason", "under_examination"), ("explanation-en", long.as_str())];
    let page = send(&house, path, &guards, &typed).await.expect(422).text;
    assert!(page.contains(&long) && page.contains("at most 4000 characters"));
    // Somebody decided meanwhile.
    house.suspend("EVT-2026-00001").await.expect(200);
    let typed = [("step", "do"), ("reason", "under_examination"), ("explanation-en", "Kept <i>words</i>")];
    let page = send(&house, path, &guards, &typed).await;
    assert!(matches!(page.status.as_u16(), 409 | 412), "{}", page.status);
    assert!(page.text.contains("Kept &#60;i&#62;words"), "{}", page.text);
    assert!(page.text.contains("What you typed is kept."), "{}", page.text);
    let other = "/publish/entries/EVT-2026-00002/supersede";
    let typed = [("step", "do"), ("superseded_by", "EVT-2026-00001"), ("reason", "merged"), ("explanation-en", "One.")];
    let page = send(&house, other, &self::guards(&shown(&house, "publisher", other).await.text), &typed).await;
    assert!(page.expect(422).text.contains("href=\"#superseded_by\""), "a suspended entry stands in nobody's place");
}

#[tokio::test]
async fn forms_of_others_and_without_their_guard_do_nothing() {
    let house = at_work().await;
    let path = "/publish/entries/EVT-2026-00001/suspend";
    let guards = guards(&shown(&house, "publisher", path).await.expect(200).text);
    let size = house.service.engine().journal().head().size;
    let typed = [("step", "do"), ("reason", "under_examination"), ("explanation-en", "Kept words")];
    let send = |fields: Vec<(&'static str, String)>, site: &'static str| {
        let body = form_text(fields.iter().map(|(name, value)| (*name, value.as_str())));
        let asked = house.post(path).in_browser("publisher").header("sec-fetch-site", site);
        asked.header("content-type", "application/x-www-form-urlencoded").bytes(body.as_bytes()).send()
    };
    let full: Vec<(&'static str, String)> =
        guards.iter().cloned().chain(typed.map(|(name, value)| (name, value.to_owned()))).collect();
    send(full.clone(), "cross-site").await.expect(403);
    let kept = send(full.iter().filter(|(name, _)| *name != "form").cloned().collect(), "same-origin").await;
    assert!(kept.expect(401).text.contains("Kept words"), "what was typed stands on the page to send it again");
    send(full.iter().filter(|(name, _)| *name != "key").cloned().collect(), "same-origin").await.expect(400);
    assert_eq!(house.service.engine().journal().head().size, size);
}

#[tokio::test]
async fn a_request_is_declined_in_words_for_the_body_alone() {
    let house = at_work().await;
    let path = "/publish/requests/EVT-2026-00002";
    let page = shown(&house, "publisher", path).await.expect(200).text;
    assert!(page.contains("We named the wrong city &#60;b&#62;."), "{page}");
    let (guards, epoch, sequence) = (guards(&page), hidden(&page, "epoch"), hidden(&page, "sequence"));
    let place = [("epoch", epoch.as_str()), ("sequence", sequence.as_str())];
    let blank = send(&house, path, &guards, &[&place[..], &[("why", " ")]].concat()).await.expect(422).text;
    assert!(blank.contains("href=\"#why\""), "{blank}");
    let told = send(&house, path, &guards, &[&place[..], &[("why", "The city is right.")]].concat()).await.expect(303);
    assert_eq!(told.headers["location"], "/publish/entries/EVT-2026-00002?done=decline");
    let home = words(&shown(&house, "publisher", "/publish").await.expect(200).text);
    assert!(home.contains("No body waits for an answer."), "{home}");
    shown(&house, "publisher", path).await.expect(303);
    house.get("/entries/EVT-2026-00002").send().await.expect(200);
}

#[tokio::test]
async fn a_time_is_changed_and_the_waiting_ended_as_the_approval_allows() {
    let house = at_work().await;
    let path = waiting();
    let page = shown(&house, "publisher", &path).await.expect(200).text;
    assert!(page.contains("value=\"2026-01-15T12:00\"") && !page.contains("Publish now"), "{page}");
    let to = format!("{path}/reschedule");
    let guards = guards(&page);
    for (at, why) in [("2026-01-13T12:00", "Sooner."), ("soon", "Sooner."), ("2126-01-13T12:00", "Late.")] {
        let told = send(&house, &to, &guards, &[("at", at), ("why", why)]).await;
        assert!(matches!(told.status.as_u16(), 409 | 422), "{at}: {} {}", told.status, told.text);
        assert!(told.text.contains(why), "{at}: what was typed is kept");
    }
    let blank = send(&house, &to, &guards, &[("at", "2026-01-20T09:00"), ("why", "")]).await.expect(422).text;
    assert!(blank.contains("href=\"#why\"") && blank.contains("value=\"2026-01-20T09:00\""), "{blank}");
    send(&house, &to, &guards, &[("at", "2026-01-20T09:00"), ("why", "The launch moved.")]).await.expect(303);
    // Drawn before the time was changed.
    let stale = send(&house, &to, &self::guards(&page), &[("at", "2026-01-21T09:00"), ("why", "Again.")]).await;
    assert!(matches!(stale.status.as_u16(), 412 | 422), "{} {}", stale.status, stale.text);
    let page = shown(&house, "publisher", &path).await.expect(200).text;
    assert!(page.contains("20 January 2026, 09:00 UTC"), "{page}");
    // The embargo is over, and it waits only because a publisher let it.
    house.pass(4 * Micros::DAY).await;
    let page = shown(&house, "publisher", &path).await.expect(200).text;
    let (_, form) = page.split_once("/publish\" accept-charset").unwrap();
    let guards = self::guards(form);
    let told = send(&house, &format!("{path}/publish"), &guards, &[]).await.expect(303);
    assert_eq!(told.headers["location"], "/publish/entries/EVT-2026-00003?done=publish");
    house.get("/entries/EVT-2026-00003").send().await.expect(200);
}

/// Counts and rows move while the page stands open; who may not see them hears nothing.
#[tokio::test]
async fn open_pages_hear_that_something_has_changed() {
    let house = at_work().await;
    let page = shown(&house, "publisher", "/publish").await.expect(200).text;
    assert!(page.contains("/publish/live") && page.contains("id=\"requests\" data-live=\"publishing\""), "{page}");
    shown(&house, "moderator", "/publish/live?topic=publishing").await.expect(403);
    shown(&house, "publisher", "/publish/live?topic=publishing&topic=entry%2F01").await.expect(404);
}

#[tokio::test]
async fn every_page_stands_in_six_languages_and_is_small() {
    let house = at_work().await;
    let hostile = sample_with(
        &serde_json::json!({"title": {"en": format!("<script>alert(1)</script>\u{202e}{}", "é".repeat(200))}}),
    );
    house.publish(entry(4), "KAZ", None, &hostile).await;
    house.suspend("EVT-2026-00003").await.expect(200);
    let more = [
        "/publish/entries/EVT-2026-00003".to_owned(),
        "/publish/entries/EVT-2026-00003/reinstate".to_owned(),
        waiting(),
    ];
    let pages = PAGES.iter().filter(|path| !path.contains("scheduled")).map(ToString::to_string).chain(more);
    for path in pages {
        for language in Language::ALL {
            let page = house.get(&path).in_browser("publisher").header("accept-language", language.code()).send().await;
            let page = page.expect(200).text;
            assert!(page.contains(&format!("<html lang=\"{language}\"")), "{path} in {language}");
            let (_, main) = page.split_once("<main").unwrap();
            assert!(
                !main.contains("publisher.") && !main.contains("{count}") && !main.contains("{number}"),
                "{path} {language}: {main}"
            );
            assert!(!main.contains("<script>"), "{path} in {language}");
            assert!(page.len() <= 100_000, "{path} in {language}: {} bytes", page.len());
            assert!(!main.contains("style="), "{path}");
            assert_eq!(main.matches("<h1").count(), 1, "{path}");
        }
    }
}
