//! The queue: groups, filters in the address, claiming by one button.

use dossier_web::visit::FORM_TOKEN_FIELD;
use serde_json::json;

use super::*;

const DAY: i64 = 24 * 3_600 * dossier_proto::Micros::SECOND;

#[tokio::test]
async fn reviews_stand_in_three_groups_the_longest_wait_first() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let late = room.submit(ENTRY, 1, &content("Waits for long")).await;
    room.clock.pass(15 * DAY);
    room.submit(OTHER, 1, &content("Came today")).await;
    let moderator = Browser::of(&room, "moderator-a");
    let led = moderator.open("/review").await.is(303);
    assert_eq!(led.headers[header::LOCATION], "/review/queue");
    let shown = moderator.open("/review/queue").await.is(200);
    let (mine, rest) = page(&shown).split_once("id=\"g-unclaimed\"").unwrap();
    let (unclaimed, others) = rest.split_once("id=\"g-others\"").unwrap();
    lacks(mine, "data-row>");
    assert!(unclaimed.find("Waits for long").unwrap() < unclaimed.find("Came today").unwrap());
    assert_eq!(unclaimed.matches("over the usual time").count(), 1);
    has(unclaimed, "15 days");
    has(unclaimed, "What we changed");
    lacks(others, "data-row>");

    // One button.
    let entry = ENTRY.to_string();
    let fields = [
        (FORM_TOKEN_FIELD, hidden(page(&shown), FORM_TOKEN_FIELD)),
        ("once", hidden(page(&shown), "once")),
        ("back", "/review/queue?type=event"),
        ("claim", entry.as_str()),
    ];
    let claimed = moderator.send("/review/queue", &fields).await.is(303);
    assert_eq!(claimed.headers[header::LOCATION], format!("/review/queue?type=event#e-{ENTRY}"));
    let shown = moderator.open("/review/queue").await.is(200);
    has(page(&shown), "<title>Queue (1 your turn)");
    let (mine, _) = page(&shown).split_once("id=\"g-unclaimed\"").unwrap();
    has(mine, "Waits for long");
    // Who comes later is told, on the same page.
    let other = Browser::of(&room, "moderator-b");
    let shown = other.open("/review/queue").await.is(200);
    let (_, others) = page(&shown).split_once("id=\"g-others\"").unwrap();
    has(others, "Waits for long");
    has(others, "Name of moderator-a");
    let fields = [
        (FORM_TOKEN_FIELD, hidden(page(&shown), FORM_TOKEN_FIELD)),
        ("once", hidden(page(&shown), "once")),
        ("back", "/review/queue"),
        ("claim", entry.as_str()),
    ];
    let refused = other.send("/review/queue", &fields).await.is(409);
    has(page(&refused), "Another moderator has claimed this review.");

    room.act("moderator-a", "request-changes", json!({ "digest": late.digest, "items": [{ "text": "More" }] }))
        .await
        .is(200);
    let shown = Browser::of(&room, "moderator-a").open("/review/queue").await.is(200);
    let (_, others) = page(&shown).split_once("id=\"g-others\"").unwrap();
    has(others, "Changes requested");
}

#[tokio::test]
async fn filters_live_in_the_address_and_pages_go_on() {
    let mut room = Room::open().await;
    to_the_present(&room);
    for number in 0..60_u128 {
        let entry = dossier_proto::EntryId((number + 1).to_be_bytes());
        room.submit(entry, 1, &content(&format!("Forum {number:02}."))).await;
    }
    let moderator = Browser::of(&room, "moderator-a");
    let count = |reply: &Reply| page(reply).matches(" data-row>").count();
    let shown = moderator.open("/review/queue").await.is(200);
    assert_eq!(count(&shown), 20);
    has(page(&shown), "Unclaimed <span class=\"mute\">60</span>");
    assert!(page(&shown).len() <= 100 * 1024, "{} bytes", page(&shown).len());
    let first = moderator.open("/review/queue?show=unclaimed&type=event&language=en&body=kaz").await.is(200);
    assert_eq!(count(&first), 50);
    let (_, rest) = page(&first)
        .split_once("href=\"/review/queue?type=event&#38;body=kaz&#38;language=en&#38;show=unclaimed&#38;cursor=")
        .unwrap();
    let cursor = rest.split('"').next().unwrap();
    let next = moderator
        .open(&format!("/review/queue?show=unclaimed&type=event&language=en&body=kaz&cursor={cursor}"))
        .await
        .is(200);
    assert_eq!(count(&next), 10);
    has(page(&next), "Forum 59.");
    for nothing in ["body=KEN", "language=ar", "type=pledge", "waiting_days=3", "show=mine", "show=others"] {
        assert_eq!(count(&moderator.open(&format!("/review/queue?{nothing}")).await.is(200)), 0, "{nothing}");
    }
    moderator.open("/review/queue?show=everything").await.is(422);
    moderator.open("/review/queue?nonsense=1").await.is(400);
}

#[tokio::test]
async fn whoever_has_no_part_is_told_so_and_authors_are_offered_no_claim() {
    let mut room = Room::open().await;
    to_the_present(&room);
    room.submit(ENTRY, 1, &content("A forum")).await;
    Browser::of(&room, "nobody").open("/review/queue").await.is(403);
    Browser::of(&room, "administrator").open("/review/queue").await.is(403);
    let foreign = Browser::of(&room, "contributor-ke").open("/review/queue").await.is(200);
    lacks(page(&foreign), "A forum");
    let own = Browser::of(&room, "contributor-kz").open("/review/queue").await.is(200);
    has(page(&own), "A forum");
    lacks(page(&own), "name=\"claim\"");
    let signed_out =
        room.send("a stranger", Request::get("/review/queue?show=mine"), axum::body::Body::empty()).await.is(303);
    assert_eq!(signed_out.headers[header::LOCATION], "/review/sign-in?next=/review/queue%3Fshow%3Dmine");
    room.act("moderator-a", "declare-conflict", json!({ "reason": "My cousin" })).await.is(200);
    let out = Browser::of(&room, "moderator-a").open("/review/queue").await.is(200);
    has(page(&out), "You declared a conflict of interest");
    lacks(page(&out), "name=\"claim\"");
}
