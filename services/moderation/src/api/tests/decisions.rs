//! Claim, comment, request, approve and refuse over HTTP.

use dossier_proto::{Micros, Payload, v1};
use dossier_vault::Purpose;
use serde_json::json;

use super::room::*;

#[tokio::test]
async fn from_the_queue_to_the_approval() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let review = room.look("moderator-a").await.is(200);
    assert_eq!(review.etag(), "\"r1\"");
    assert_eq!(review.text("/state"), "in-review");
    assert_eq!(review.text("/turn/who"), "moderator");
    assert_eq!(review.text("/digest"), filed.digest.to_string());
    assert_eq!(review.body["content"], content("A forum"));
    assert_eq!(review.text("/submission/what_changed"), "What we changed");
    assert_eq!(review.body["difference"], json!(null), "there is nothing earlier");
    let approved = room.act("moderator-a", "approve", json!({ "digest": filed.digest, "note": "Fine" })).await.is(200);
    assert_eq!(approved.text("/state"), "approved");
    assert_eq!(approved.text("/turn/who"), "publisher");
    assert_eq!(approved.etag(), "\"r2\"");
    room.publish(ENTRY, 1).await;
    let published = room.look("moderator-a").await.is(200);
    assert_eq!(published.text("/state"), "published");
    assert_eq!(published.text("/number"), "EVT-2026-00001");
    assert_eq!(published.text("/decisions/0/note"), "Fine");
    assert_eq!(published.body["difference"], json!(null), "an edition is not compared with itself");
}

#[tokio::test]
async fn an_approval_applies_the_notices_that_are_due_and_carries_the_sealed_content() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let review = room.look("moderator-a").await.is(200);
    let due: Vec<_> = review.body["notices"].as_array().unwrap().iter().map(|notice| notice["key"].clone()).collect();
    assert!(!due.is_empty(), "the default registry has a notice that is always due");
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    let recorded = room.service.engine().of_entry(ENTRY).unwrap();
    let Some(Payload::Approved(approved)) = &recorded.last().unwrap().event.payload else { panic!("approved") };
    let Some(Payload::Submitted(submitted)) = &filed.event.payload else { panic!("submitted") };
    assert_eq!(json!(approved.command.as_ref().unwrap().notices), json!(due));
    assert_eq!(approved.content, submitted.content);
    assert_eq!(approved.what_changed, submitted.command.as_ref().unwrap().what_changed);
    assert_eq!(approved.command.as_ref().unwrap().note, None, "no note, no key");
}

#[tokio::test]
async fn requested_changes_are_answered_and_compared_with_what_was_there() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let items = json!([
        { "field": "title", "language": "en", "quote": "A forum", "text": "Which forum? Say its name." },
        { "field": "dates", "text": "When was it?" },
    ]);
    let returned =
        room.act("reviewer", "request-changes", json!({ "digest": filed.digest, "items": items })).await.is(200);
    assert_eq!(returned.text("/state"), "changes-requested");
    assert_eq!(returned.text("/turn/who"), "contributor");
    let text = room.seal_for_submission(ENTRY, Purpose::Answer, "The first one, of 2022.");
    let answers = vec![v1::Answer { item: 1, text: Some(text), round: 0 }];
    let answered = |submitted: &mut v1::Submitted| submitted.command.as_mut().unwrap().answers = answers;
    room.submit_with(ENTRY, 2, &content("The first forum"), answered).await;
    let review = room.look("moderator-a").await.is(200);
    assert_eq!(review.body["round"], 2);
    assert_eq!(review.text("/requested_changes/0/answer"), "The first one, of 2022.");
    assert_eq!(review.body["requested_changes"][1]["answer"], json!(null));
    assert_eq!(review.text("/requested_changes/0/text"), "Which forum? Say its name.");
    assert_eq!(review.text("/requested_changes/0/quote"), "A forum");
    assert_eq!(review.text("/requested_changes/0/by/role"), "reviewer");
    assert_eq!(review.body["requested_changes"][1]["item"], 2);
    assert_eq!(review.text("/requested_changes/0/state"), "answered");
    assert_eq!(review.text("/requested_changes/1/state"), "open", "it was left out");
    assert_eq!(review.body["requested_changes"][0]["text_changed"], true);
    assert_eq!(review.body["requested_changes"][1]["text_changed"], false);
    assert_eq!(review.text("/difference/against"), "submission");
    assert_eq!(review.text("/difference/digest"), filed.digest.to_string());
    assert_eq!(review.text("/difference/changed/0/field"), "title");
    let marks: Vec<_> = review.body["difference"]["changed"][0]["words"].as_array().unwrap().iter().collect();
    assert!(marks.iter().any(|piece| piece["mark"] == "added"), "{marks:?}");
}

#[tokio::test]
async fn a_revision_of_what_is_public_is_compared_with_the_edition() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    room.act("moderator-a", "approve", json!({ "digest": first.digest })).await.is(200);
    room.publish(ENTRY, 1).await;
    let base = |submitted: &mut dossier_proto::v1::Submitted| submitted.base_edition = Some(1);
    let second = room.submit_with(ENTRY, 2, &content("A second forum"), base).await;
    let items = json!([{ "text": "Not yet" }]);
    room.act("moderator-a", "request-changes", json!({ "digest": second.digest, "items": items })).await.is(200);
    let base = |submitted: &mut dossier_proto::v1::Submitted| submitted.base_edition = Some(1);
    room.submit_with(ENTRY, 3, &content("A third forum"), base).await;
    let against = async |query: &str| room.get("moderator-a", &format!("/reviews/{ENTRY}{query}")).await.is(200);
    let usual = against("").await;
    assert_eq!((usual.text("/difference/against"), &usual.body["difference"]["edition"]), ("edition", &json!(1)));
    assert_eq!(usual.text("/difference/digest"), first.digest.to_string());
    assert_eq!(against("?against=submission").await.text("/difference/digest"), second.digest.to_string());
    let named = against(&format!("?against={}", second.digest)).await;
    assert_eq!(named.text("/difference/digest"), second.digest.to_string());
    assert_eq!(against("?against=nothing").await.body["difference"], json!(null));
    assert_eq!(against(&format!("?against={}", "0".repeat(64))).await.body["difference"], json!(null));
    room.get("moderator-a", &format!("/reviews/{ENTRY}?against=yesterday")).await.is(400);
}

#[tokio::test]
async fn a_claim_is_told_to_others_and_ends_by_itself() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let path = format!("/review/api/v1/reviews/{ENTRY}/claim");
    // Without a body, as people write such requests by hand.
    let claimed = room.send("moderator-a", http::Request::post(&path), axum::body::Body::empty()).await.is(200);
    assert_eq!(claimed.body["claim"]["mine"], true);
    let other = room.act("moderator-b", "claim", json!({})).await.is(409);
    assert_eq!(other.text("/code"), "wrong-state");
    assert_eq!(other.text("/until"), claimed.text("/claim/until"));
    assert_eq!(other.text("/claimed_by"), "moderator");
    room.act("moderator-b", "approve", json!({ "digest": filed.digest })).await.is(409);
    let queue = room.get("moderator-b", "/reviews").await.is(200);
    assert_eq!(queue.body["items"][0]["claim"]["mine"], false);
    assert_eq!(queue.text("/items/0/claim/by/name"), "Name of moderator-a");
    room.clock.pass(2 * 3_600 * Micros::SECOND);
    assert!(room.service.engine().fire_due().await);
    room.act("moderator-b", "claim", json!({})).await.is(200);
    room.act("moderator-b", "release", json!({})).await.is(200);
    let released = room.act("moderator-b", "release", json!({})).await.is(200);
    assert_eq!(released.body.get("recorded"), None, "nothing was left to release");
}

#[tokio::test]
async fn a_refusal_names_a_code_of_the_registry() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let wrong = json!({ "digest": filed.digest, "code": "because", "reason": "No." });
    let refused = room.act("moderator-a", "refuse", wrong.clone()).await.is(422);
    assert_eq!((refused.text("/code"), refused.text("/errors/0/pointer")), ("unknown-code", "/code"));
    assert_eq!(refused.body["sent"], wrong, "nothing that was typed is lost");
    let right = json!({ "digest": filed.digest, "code": "out_of_scope", "reason": "This is about refugees." });
    room.act("moderator-a", "refuse", right).await.is(200);
    let seen = room.look("contributor-kz").await.is(200);
    assert_eq!(seen.text("/state"), "refused");
    assert_eq!(
        (seen.text("/decisions/0/code"), seen.text("/decisions/0/reason")),
        ("out_of_scope", "This is about refugees.")
    );
}

#[tokio::test]
async fn a_stale_if_match_is_refused_and_a_fresh_one_goes_through() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let comment = json!({ "digest": filed.digest, "field": "title", "language": "en", "text": "Short." });
    room.act("moderator-b", "comment", comment).await.is(200);
    let approve = json!({ "digest": filed.digest });
    let path = format!("/reviews/{ENTRY}/approve");
    let stale = room.post_with("moderator-a", &path, approve.clone(), &[("if-match", "\"r1\"")]).await.is(412);
    assert_eq!((stale.etag(), stale.text("/current")), ("\"r2\"", "\"r2\""));
    room.post_with("moderator-a", &path, approve.clone(), &[("if-match", "\"d2\"")]).await.is(412);
    room.post_with("moderator-a", &path, approve, &[("if-match", "\"r2\"")]).await.is(200);
}

#[tokio::test]
async fn the_same_request_under_the_same_key_takes_effect_once() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let path = format!("/reviews/{ENTRY}/approve");
    let body = json!({ "digest": filed.digest, "note": "Fine" });
    let key = [("idempotency-key", "one")];
    let first = room.post_with("moderator-a", &path, body.clone(), &key).await.is(200);
    let size = room.size();
    let again = room.post_with("moderator-a", &path, body.clone(), &key).await.is(200);
    assert_eq!(again.body["recorded"], first.body["recorded"]);
    assert_eq!((&first.body["repeated"], &again.body["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(room.size(), size);
    let other = json!({ "digest": filed.digest, "note": "Other" });
    room.post_with("moderator-a", &path, other, &key).await.is(422);
    let elsewhere = room.post_with("moderator-b", &path, body, &key).await.is(409);
    assert_eq!(elsewhere.text("/code"), "review-ended", "another person's key is another key");
}

/// P4: a refusal is repeated as it was, even when it would be decided otherwise now.
#[tokio::test]
async fn a_recorded_refusal_is_repeated_as_it_was() {
    let mut room = Room::open().await;
    let first = room.submit(ENTRY, 1, &content("A forum")).await;
    room.recall(ENTRY, &first).await;
    let second = room.submit(ENTRY, 2, &content("Another forum")).await;
    let path = format!("/reviews/{ENTRY}/approve");
    let body = json!({ "digest": first.digest });
    let key = [("idempotency-key", "one")];
    let refused = room.post_with("moderator-a", &path, body.clone(), &key).await.is(409);
    let size = room.size();
    let again = room.post_with("moderator-a", &path, body, &key).await.is(409);
    assert_eq!(again.body["code"], refused.body["code"]);
    assert_eq!(again.text("/digest"), second.digest.to_string());
    assert_eq!(room.size(), size);
}

#[tokio::test]
async fn own_words_are_refused_and_the_event_is_named() {
    let mut room = Room::open().await;
    let moderator = room.subject("moderator-a");
    let filed = room
        .submit_with(ENTRY, 1, &content("A forum"), |submitted| {
            submitted.lineage.push(dossier_proto::v1::Author {
                subject: moderator.to_vec(),
                fields: vec!["title".to_owned()],
                written: Some(
                    dossier_proto::Place { origin: dossier_proto::Origin::Submission, epoch: 0, sequence: 77 }.into(),
                ),
            });
        })
        .await;
    let refused = room.act("moderator-a", "approve", json!({ "digest": filed.digest, "note": "Mine" })).await.is(403);
    assert_eq!((refused.text("/type"), refused.text("/code")), ("/problems/own-words", "own-words"));
    assert_eq!(refused.body["because"], json!({ "origin": "submission", "epoch": 0, "sequence": 77 }));
    assert_eq!(refused.text("/sent/note"), "Mine");
    assert_eq!(refused.text("/recorded/origin"), "moderation");
    room.act("moderator-b", "approve", json!({ "digest": filed.digest })).await.is(200);
}

#[tokio::test]
async fn recall_and_approval_in_both_orders() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    room.recall(ENTRY, &filed).await;
    let late = room.act("moderator-a", "approve", json!({ "digest": filed.digest, "note": "Typed" })).await.is(409);
    assert_eq!((late.text("/code"), late.text("/state")), ("review-ended", "recalled"));
    assert_eq!(late.text("/turn/who"), "contributor");
    assert_eq!(late.text("/sent/note"), "Typed");
    let other = room.submit(OTHER, 1, &content("A forum")).await;
    let approved =
        room.post("moderator-a", &format!("/reviews/{OTHER}/approve"), json!({ "digest": other.digest })).await;
    room.recall(OTHER, &other).await;
    let history = room.get("contributor-kz", &format!("/reviews/{OTHER}")).await.is(200);
    let last = history.body["history"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["because"]), (&json!("request-too-late"), &approved.body["recorded"]));
}

#[tokio::test]
async fn a_query_waits_for_what_the_caller_wrote() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let written = room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    let sequence = written.body["recorded"]["sequence"].as_u64().unwrap();
    let path = |sequence: u64| format!("/reviews/{ENTRY}?min_sequence={sequence}");
    assert_eq!(room.get("moderator-a", &path(sequence)).await.is(200).text("/state"), "approved");
    let early = room.get("moderator-a", &path(sequence + 1_000)).await.is(409);
    assert_eq!(early.text("/type"), "/problems/not-reached");
}
