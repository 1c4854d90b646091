//! Acting on the page: held, sent, refused, and nothing typed is ever lost.

use dossier_proto::v1;
use serde_json::json;

use super::*;

const COMMENT: (&str, &str) = ("c.title.en", "Which forum? <b>Say</b> its name.");

#[tokio::test]
async fn what_is_held_survives_a_reload_and_goes_out_with_the_decision() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let moderator = Browser::of(&room, "moderator-a");
    let shown = moderator.open(&review()).await.is(200);
    assert_eq!(hidden(page(&shown), "digest"), filed.digest.to_string());
    // The autosave of the page.
    let fields = Browser::filled(page(&shown), &[COMMENT, ("message", "Thank you."), ("verdict", "approve")]);
    moderator.send(&format!("{}/kept", review()), &fields).await.is(204);
    let again = moderator.open(&review()).await.is(200);
    assert_eq!(typed(page(&again), "c.title.en"), "Which forum? &#60;b&#62;Say&#60;/b&#62; its name.");
    assert_eq!(typed(page(&again), "message"), "Thank you.");
    has(page(&again), "1 comment held");
    // Nobody else sees it.
    let other = Browser::of(&room, "moderator-b").open(&review()).await.is(200);
    lacks(page(&other), "Which forum?");
    assert_eq!(room.look("moderator-b").await.is(200).body["comments"], json!([]));

    // The same button twice, as a double click does: once.
    let fields = Browser::filled(
        page(&again),
        &[COMMENT, ("message", "Thank you."), ("verdict", "approve"), ("act", "decide"), ("k.scope", "yes")],
    );
    let done = moderator.send(&review(), &fields).await.is(303);
    assert_eq!(done.headers[header::LOCATION], format!("{}#main", review()));
    let size = room.size();
    moderator.send(&review(), &fields).await.is(303);
    assert_eq!(room.size(), size);
    let review_now = room.look("moderator-b").await.is(200);
    assert_eq!(review_now.text("/state"), "approved");
    assert_eq!(review_now.text("/comments/0/text"), COMMENT.1);
    assert_eq!(review_now.text("/comments/0/audience"), "moderation");
    assert_eq!(review_now.text("/comments/1/text"), "Thank you.");
    assert_eq!(review_now.text("/comments/1/audience"), "contributor");
    let after = moderator.open(&review()).await.is(200);
    lacks(page(&after), "comment held");
}

/// The unseen edit: the text changes between drawing the page and deciding.
#[tokio::test]
async fn a_decision_on_a_text_that_has_changed_is_refused_and_everything_typed_is_there_still() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    let browser = Browser::of(&room, "moderator-a");
    let (shown, cookie) = (browser.open(&review()).await.is(200), browser.cookie());
    let drawn = page(&shown).to_owned();
    // Called back and submitted again while the page stands open.
    room.recall(ENTRY, &first).await;
    let second = room.submit(ENTRY, 2, &content("A forum that nobody has read about")).await;

    let moderator = Browser::again(&room, cookie);
    let words = [
        COMMENT,
        ("r.description.en", "Say who led it."),
        ("message", "All is well."),
        ("note", "Read twice."),
        ("k.scope", "no"),
        ("verdict", "changes"),
        ("viewed", "title.en"),
    ];
    for verdict in ["approve", "refuse", "object", "changes"] {
        let mut typed_words: Vec<_> = words.iter().copied().filter(|(name, _)| *name != "verdict").collect();
        if verdict != "changes" {
            typed_words.retain(|(name, _)| !name.starts_with("r."));
        }
        typed_words.extend([("verdict", verdict), ("code", "out-of-scope"), ("act", "decide")]);
        let fields = Browser::filled(&drawn, &typed_words);
        let fields: Vec<_> = fields
            .into_iter()
            .map(|(name, value)| if name == "once" { (name, verdict) } else { (name, value) })
            .collect();
        let refused = moderator.send(&review(), &fields).await.is(409);
        let again = page(&refused);
        has(again, "The text is another one now");
        has(again, "Revision 2");
        // The new difference, and the digest that is decided on from now on.
        has(again, "<ins><span class=\"vh\">added: </span>");
        has(again, "nobody has read about");
        assert_eq!(hidden(again, "digest"), second.digest.to_string());
        assert_ne!(hidden(again, "once"), verdict, "sent again it is another act");
        // Everything typed.
        assert_eq!(typed(again, "c.title.en"), "Which forum? &#60;b&#62;Say&#60;/b&#62; its name.", "{verdict}");
        assert_eq!(typed(again, "message"), "All is well.");
        assert_eq!(typed(again, "note"), "Read twice.");
        has(again, "name=\"k.scope\" value=\"no\" checked");
        lacks(again, "checked data-verdict");
        if verdict == "changes" {
            assert_eq!(typed(again, "r.description.en"), "Say who led it.");
        }
        let review_now = room.look("moderator-a").await.is(200);
        assert_eq!(review_now.text("/state"), "in-review", "{verdict}");
        assert_eq!(review_now.body["comments"], json!([]), "{verdict}: nothing was sent");
    }
    // After closing the page it is there too, with the difference first.
    let reopened = moderator.open(&review()).await.is(200);
    has(page(&reopened), "The text is another one now");
    assert_eq!(typed(page(&reopened), "message"), "All is well.");
    // Having looked, they decide.
    let typed_words =
        [("r.description.en", "Say who led it."), ("message", "Nearly."), ("verdict", "changes"), ("act", "decide")];
    moderator.send(&review(), &Browser::filled(page(&reopened), &typed_words)).await.is(303);
    let returned = room.look("moderator-a").await.is(200);
    assert_eq!(returned.text("/state"), "changes-requested");
    assert_eq!(returned.text("/requested_changes/0/field"), "description");
    assert_eq!(returned.text("/requested_changes/0/text"), "Say who led it.");
}

#[tokio::test]
async fn approving_without_words_was_refused_with_no_difference_shown_and_the_verdict_left_checked() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    let browser = Browser::of(&room, "moderator-a");
    let (shown, cookie) = (browser.open(&review()).await.is(200), browser.cookie());
    let drawn = page(&shown).to_owned();
    room.recall(ENTRY, &first).await;
    room.submit(ENTRY, 2, &content("A forum that nobody has read about")).await;
    let moderator = Browser::again(&room, cookie);
    let approve = [("verdict", "approve"), ("viewed", "title.en"), ("act", "decide")];
    for address in [review(), format!("{}?against=nothing", review())] {
        let refused = moderator.send(&address, &Browser::filled(&drawn, &approve)).await.is(409);
        has(page(&refused), "The text is another one now");
        has(page(&refused), "<ins><span class=\"vh\">added: </span>");
        lacks(page(&refused), "checked data-verdict");
        lacks(page(&refused), "value=\"title.en\" checked");
    }
    // Nor do they come back with what was held.
    let reopened = moderator.open(&review()).await.is(200);
    lacks(page(&reopened), "checked data-verdict");
    lacks(page(&reopened), "value=\"title.en\" checked");
}

#[tokio::test]
async fn an_unknown_button_decided() {
    let mut room = Room::open().await;
    to_the_present(&room);
    room.submit(ENTRY, 1, &content("A forum")).await;
    let moderator = Browser::of(&room, "moderator-a");
    let refused = moderator.press("approve", &[("verdict", "approve"), ("note", "kept")]).await.is(400);
    assert_eq!(typed(page(&refused), "note"), "kept");
    assert_eq!(room.look("moderator-a").await.text("/state"), "in-review");
}

#[tokio::test]
async fn what_is_missing_is_said_beside_its_field_and_nothing_is_done() {
    let mut room = Room::open().await;
    to_the_present(&room);
    room.submit(ENTRY, 1, &content("A forum")).await;
    let moderator = Browser::of(&room, "moderator-a");
    let size = room.size();
    for (typed_words, control) in [
        (&[("verdict", "refuse"), ("code", "out-of-scope")][..], "message"),
        (&[("verdict", "refuse"), ("message", "No.")][..], "code"),
        (&[("verdict", "object")][..], "note"),
        (&[("message", "kept all the same")][..], "verdict"),
        (&[("verdict", "changes")][..], "verdict"),
        (&[("verdict", "approve"), ("r.title.en", "A name")][..], "verdict"),
        (&[("verdict", "approve"), ("publish_at", "tomorrow")][..], "publish_at"),
    ] {
        let refused = moderator.press("decide", typed_words).await.is(422);
        has(page(&refused), &format!("<li><a href=\"#{control}\">"));
        has(page(&refused), "data-errors");
        for (name, value) in typed_words.iter().filter(|(name, _)| ["message", "r.title.en"].contains(name)) {
            assert_eq!(typed(page(&refused), name), *value);
        }
    }
    for (act, typed_words, control) in [
        ("hold", &[("hold_reason", "We wait.")][..], "hold_awaited"),
        ("duplicate", &[("dup_reason", "The same."), ("dup_of", "EVT-1")][..], "dup_of"),
        ("assign", &[][..], "assign_to"),
        ("conflict", &[][..], "conflict_reason"),
    ] {
        let refused = moderator.press(act, typed_words).await.is(422);
        has(page(&refused), &format!("<li><a href=\"#{control}\">"));
    }
    assert_eq!(room.size(), size, "nothing was recorded");
}

#[tokio::test]
async fn a_review_is_claimed_held_handed_over_and_given_up_on_its_page() {
    let mut room = Room::open().await;
    to_the_present(&room);
    room.submit(ENTRY, 1, &content("A forum")).await;
    let moderator = Browser::of(&room, "moderator-a");
    moderator.press("claim", &[("note", "half a thought")]).await.is(303);
    assert_eq!(room.look("moderator-a").await.body["claim"]["mine"], true);
    let other = Browser::of(&room, "moderator-b").open(&review()).await.is(200);
    has(page(&other), "Another moderator has claimed this review.");
    let held = [("hold_awaited", "contributor"), ("hold_reason", "A word is awaited."), ("hold_until", "2999-01-01")];
    moderator.press("hold", &held).await.is(422);
    let until = [("hold_awaited", "contributor"), ("hold_reason", "A word is awaited."), ("note", "half a thought")];
    moderator.press("hold", &until).await.is(303);
    let shown = moderator.open(&review()).await.is(200);
    has(page(&shown), "A word is awaited.");
    assert_eq!(typed(page(&shown), "note"), "half a thought", "what stands elsewhere on the page stays");
    has(page(&shown), "The review is on hold. Go on with it first.");
    moderator.press("resume", &[]).await.is(303);
    let to = room.subject("moderator-b").to_string();
    moderator.press("assign", &[("assign_to", &to), ("assign_note", "Yours.")]).await.is(303);
    assert_eq!(room.look("moderator-b").await.body["claim"]["mine"], true);
    let next = Browser::of(&room, "moderator-b");
    next.press("release", &[]).await.is(303);
    next.press("conflict", &[("conflict_reason", "My cousin wrote it.")]).await.is(303);
    let out = next.open(&review()).await.is(200);
    has(page(&out), "You declared a conflict of interest, so this entry is for others.");
    lacks(page(&out), "value=\"approve\"");
}

#[tokio::test]
async fn requested_changes_are_settled_or_asked_again() {
    let mut room = Room::open().await;
    to_the_present(&room);
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let items =
        json!([{ "field": "title", "language": "en", "text": "Which?" }, { "field": "dates", "text": "When?" }]);
    room.act("moderator-b", "request-changes", json!({ "digest": filed.digest, "items": items })).await.is(200);
    let text = |room: &Room, text: &str| room.seal_for_submission(ENTRY, dossier_vault::Purpose::Answer, text);
    let answers = vec![
        v1::Answer { item: 1, text: Some(text(&room, "The first.")), round: 0 },
        v1::Answer { item: 2, text: Some(text(&room, "In May.")), round: 0 },
    ];
    room.submit_with(ENTRY, 2, &content("The first forum"), |one| one.command.as_mut().unwrap().answers = answers)
        .await;
    let moderator = Browser::of(&room, "moderator-a");
    let shown = moderator.open(&review()).await.is(200);
    has(page(&shown), "The first.");
    has(page(&shown), "2 to settle");
    moderator.press("settle/1/1", &[]).await.is(303);
    moderator.press("reopen/1/2", &[]).await.is(422);
    moderator.press("reopen/1/2", &[("s.1.2", "Which day?")]).await.is(303);
    let review_now = room.look("moderator-a").await.is(200);
    assert_eq!(review_now.text("/requested_changes/0/state"), "accepted");
    assert_eq!(review_now.text("/requested_changes/1/state"), "reopened");
    let shown = moderator.open(&review()).await.is(200);
    has(page(&shown), "A requested change is not settled yet.");
}
