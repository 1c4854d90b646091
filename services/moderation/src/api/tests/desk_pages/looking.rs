//! Who sees what of a review page, and how it is drawn.

use dossier_web::visit::FORM_TOKEN_FIELD;
use serde_json::json;

use super::*;

#[tokio::test]
async fn who_may_not_know_gets_nothing_and_who_may_only_read_gets_no_form() {
    let mut room = Room::open().await;
    to_the_present(&room);
    room.submit(ENTRY, 1, &content("A forum")).await;
    let signed_out = room.send("a stranger", Request::get(review()), axum::body::Body::empty()).await.is(303);
    assert_eq!(signed_out.headers[header::LOCATION], format!("/review/sign-in?next={}", review()));
    for who in ["nobody", "contributor-ke", "administrator"] {
        let browser = Browser::of(&room, who);
        browser.open(&review()).await.is(404);
        browser.open(&format!("/review/entries/{OTHER}")).await.is(404);
        browser.open(&format!("/review/live?topic=entry/{ENTRY}")).await.is(404);
    }
    for who in ["contributor-kz", "auditor"] {
        let browser = Browser::of(&room, who);
        let shown = browser.open(&review()).await.is(200);
        for part in ["name=\"verdict\"", "value=\"claim\"", "data-autosave", "Looking now", "name=\"note\""] {
            lacks(page(&shown), part);
        }
        // Nor by a form of their own making.
        let guard = hidden(page(&shown), FORM_TOKEN_FIELD);
        let digest = hidden(page(&shown), "digest");
        let fields = [(FORM_TOKEN_FIELD, guard), ("digest", digest), ("verdict", "approve"), ("act", "decide")];
        browser.send(&review(), &fields).await.is(404);
        browser.send(&format!("{}/kept", review()), &fields).await.is(404);
    }
    let moderator = Browser::of(&room, "moderator-a");
    moderator.send(&review(), &[("verdict", "approve"), ("act", "decide")]).await.is(401);
    let foreign = Request::post(review()).header("sec-fetch-site", "cross-site");
    let foreign = foreign.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    room.send("a stranger", foreign, axum::body::Body::from("act=claim")).await.is(403);
    assert_eq!(room.look("moderator-a").await.text("/state"), "in-review");
}

#[tokio::test]
async fn hostile_words_are_words() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let title = format!("<script>alert(1)</script>\u{202e}\u{2066}{}", "ẍ̧".repeat(60));
    let mut first = content(&title);
    first["organizers"] = json!([{ "text": "\"><img src=x onerror=alert(1)>" }]);
    first["links"] = json!([{ "url": "javascript:alert(1)" }]);
    let filed = room.submit(ENTRY, 1, &first).await;
    let items = json!([{ "field": "title", "text": "<script>why</script>" }]);
    room.act("moderator-b", "request-changes", json!({ "digest": filed.digest, "items": items })).await.is(200);
    let mut second = content("</ins></del><script>alert(2)</script>");
    second["organizers"] = json!([{ "text": "<svg onload=alert(3)>" }]);
    room.submit(ENTRY, 2, &second).await;
    let moderator = Browser::of(&room, "moderator-a");
    for address in [review(), format!("{}?against=nothing", review()), "/review/queue".to_owned()] {
        let shown = moderator.open(&address).await.is(200);
        for part in ["<script>", "<img", "<svg on", "onerror=alert(1)>", "href=\"javascript"] {
            lacks(page(&shown), part);
        }
        lacks(page(&shown), " style=");
        assert!(page(&shown).len() <= 100 * 1024, "{} bytes", page(&shown).len());
    }
}

#[tokio::test]
async fn a_change_is_marked_word_by_word_and_personal_values_stay_sealed() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let first = room.submit(ENTRY, 1, &content("The participation in a forum")).await;
    room.act("moderator-b", "request-changes", json!({ "digest": first.digest, "items": [{ "text": "Shorter" }] }))
        .await
        .is(200);
    let moderator = Browser::of(&room, "moderator-a");
    let shown = moderator.open(&review()).await.is(200);
    lacks(page(&shown), "<ins>");
    let cookie = moderator.cookie();
    room.submit(ENTRY, 2, &content("A forum")).await;
    // A page that stood open and looked again by itself has been read by nobody.
    Browser::again(&room, cookie).fetch(&review()).await.is(200);
    let seen = |room: &Room| room.desk().held.read(ENTRY, room.subject("moderator-a")).unwrap().seen;
    assert_eq!(seen(&room), vec![first.digest]);
    let moderator = Browser::of(&room, "moderator-a");
    let shown = moderator.open(&review()).await.is(200);
    has(page(&shown), "<del><span class=\"vh\">removed: </span>");
    has(page(&shown), "1 of 6 fields changed.");
    has(page(&shown), "5 fields unchanged");
    // Three things to compare with, and what was looked at last is one of them.
    for (against, is_different) in [("submission", true), ("look", true), ("nothing", false)] {
        has(page(&shown), &format!("href=\"?against={against}\""));
        let shown = moderator.open(&format!("{}?against={against}", review())).await.is(200);
        assert_eq!(page(&shown).contains("<del><span"), is_different, "{against}");
    }
    moderator.open(&format!("{}?against=yesterday", review())).await.is(400);
}

#[tokio::test]
async fn six_languages_have_every_word() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    room.act("reviewer", "object", json!({ "digest": first.digest, "reason": "Not yet" })).await;
    room.act("moderator-b", "request-changes", json!({ "digest": first.digest, "items": [{ "text": "More" }] }))
        .await
        .is(200);
    room.submit(ENTRY, 2, &content("The forum")).await;
    let moderator = Browser::of(&room, "moderator-a");
    for language in ["ar", "zh", "en", "fr", "ru", "es"] {
        for address in [format!("{}?lang={language}", review()), format!("/review/queue?lang={language}")] {
            let shown = moderator.open(&address).await.is(200);
            has(page(&shown), &format!("<html lang=\"{language}\""));
            let (_, body) = page(&shown).split_once("<main").unwrap();
            for missing in ["review.", "frame."] {
                assert!(!body.contains(&format!(">{missing}")), "{missing} in {language}: {body}");
            }
            if language != "en" {
                for english in ["Your turn", "Waiting", "Requested changes", "What changed", "Claim<"] {
                    assert!(!body.contains(english), "{english:?} in {language} at {address}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_control_has_a_name() {
    let mut room = Room::open().await;
    to_the_present(&room);
    room.submit(ENTRY, 1, &content("A forum")).await;
    let moderator = Browser::of(&room, "moderator-a");
    for address in [review(), "/review/queue".to_owned()] {
        let shown = moderator.open(&address).await.is(200);
        let mut ids = std::collections::BTreeSet::new();
        for piece in page(&shown).split(" id=\"").skip(1) {
            assert!(ids.insert(piece.split('"').next().unwrap()), "two of one id at {address}: {}", &piece[..40]);
        }
        for tag in ["<textarea", "<select", "<input"] {
            for piece in page(&shown).split(tag).skip(1) {
                let piece = piece.split('>').next().unwrap();
                if piece.contains("type=\"hidden\"")
                    || piece.contains("type=\"radio\"")
                    || piece.contains("type=\"checkbox\"")
                {
                    continue;
                }
                let id =
                    piece.split("id=\"").nth(1).unwrap_or_else(|| panic!("no id: {piece}")).split('"').next().unwrap();
                has(page(&shown), &format!("<label for=\"{id}\">"));
            }
        }
    }
}

#[tokio::test]
async fn a_moment_that_has_passed_is_read_and_not_acted_on() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let before = dossier_web::moment::written(room.desk().clock.now());
    room.clock.pass(dossier_proto::Micros::SECOND);
    room.act("moderator-b", "approve", json!({ "digest": filed.digest })).await.is(200);
    let moderator = Browser::of(&room, "moderator-a");
    let then = moderator.open(&format!("{}?as_of={before}", review())).await.is(200);
    has(page(&then), "You can read it and change nothing.");
    has(page(&then), "In review");
    lacks(page(&then), "name=\"verdict\"");
    lacks(page(&then), "value=\"claim\"");
    let queue = moderator.open(&format!("/review/queue?as_of={before}")).await.is(200);
    has(page(&queue), "A forum");
    has(page(&queue), "You can read it and change nothing.");
    lacks(page(&queue), "name=\"claim\"");
    let now = moderator.open("/review/queue").await.is(200);
    lacks(page(&now), "A forum");
    for who in ["nobody", "contributor-ke"] {
        Browser::of(&room, who).open(&format!("{}?as_of={before}", review())).await.is(404);
    }
}

#[tokio::test]
async fn whoever_else_looks_is_named_to_those_who_deliberate() {
    let mut room = Room::open().await;
    to_the_present(&room);
    room.submit(ENTRY, 1, &content("A forum")).await;
    Browser::of(&room, "reviewer").open(&review()).await.is(200);
    Browser::of(&room, "auditor").open(&review()).await.is(200);
    let shown = Browser::of(&room, "moderator-a").open(&review()).await.is(200);
    has(page(&shown), "Looking now");
    has(page(&shown), "Name of reviewer, for");
    lacks(page(&shown), "Name of auditor");
    let body = Browser::of(&room, "contributor-kz").open(&review()).await.is(200);
    lacks(page(&body), "Name of reviewer");
}
