//! A practice through its stages over HTTP: who gives which opinion, and who sees what of it.

use dossier_identity::ReviewerKind;
use dossier_proto::v1;
use serde_json::{Value, json};

use super::room::*;

async fn practice() -> (Room, Filed) {
    let mut room = Room::open().await;
    for (who, kind) in [
        ("peer-in", ReviewerKind::Internal),
        ("peer-a", ReviewerKind::External),
        ("peer-b", ReviewerKind::External),
        ("peer-c", ReviewerKind::External),
    ] {
        let subject = room.arrive(who);
        room.service.designate_reviewer(subject, kind, None, &[]).await.unwrap();
    }
    let practice = |submitted: &mut v1::Submitted| submitted.record_type = "practice".to_owned();
    let filed = room.submit_with(ENTRY, 1, &content("A practice"), practice).await;
    (room, filed)
}

fn stage<'a>(body: &'a Value, key: &str) -> &'a Value {
    let stages = body["stages"].as_array().unwrap();
    stages.iter().find(|stage| stage["key"] == key).unwrap_or_else(|| panic!("{key}: {body:#}"))
}

#[tokio::test]
async fn a_practice_is_approved_by_three_stages_with_a_split_and_a_conflict() {
    let (mut room, filed) = practice().await;
    let digest = filed.digest;
    let yes = json!([{ "key": "scope", "answer": "yes" }]);
    assert_eq!(room.look("moderator-a").await.text("/stage"), "desk");
    room.look("publisher").await.is(404);
    let early = room.act("peer-a", "approve", json!({ "digest": digest })).await.is(403);
    assert_eq!(early.text("/code"), "not-asked-in-this-stage");
    let desk = json!({ "digest": digest, "note": "The desk's note", "checklist": yes });
    let desk = room.act("moderator-a", "approve", desk).await.is(200);
    assert_eq!((desk.text("/state"), desk.text("/stage"), desk.text("/turn/who")), ("in-review", "peer", "reviewer"));
    room.act("peer-a", "declare-conflict", json!({ "reason": "My own institute" })).await.is(200);
    let out = room.act("peer-a", "approve", json!({ "digest": digest })).await.is(403);
    assert_eq!(out.text("/code"), "conflict-declared");
    assert_eq!(out.text("/because/origin"), "moderation");
    room.act("peer-in", "approve", json!({ "digest": digest })).await.is(200);
    room.act("peer-b", "object", json!({ "digest": digest, "reason": "Not replicable" })).await.is(200);
    let other = room.arrive("peer-d");
    room.service.designate_reviewer(other, ReviewerKind::External, None, &[]).await.unwrap();
    room.act("peer-c", "approve", json!({ "digest": digest })).await.is(200);
    let split = room.look("moderator-b").await.is(200);
    assert_eq!(stage(&split.body, "peer")["standing"], "split");
    assert_eq!(stage(&split.body, "desk")["state"], "passed");
    assert_eq!(stage(&split.body, "peer")["needs"][1]["given"], 2);
    // It said two, the opinions that the stage takes anyway.
    assert_eq!(
        stage(&split.body, "peer")["on_split"]["given"],
        0,
        "of those who are asked further nobody has said anything"
    );
    assert_eq!(split.body["opinions"].as_array().unwrap().len(), 4);
    assert_eq!(split.text("/opinions/0/text"), "The desk's note");
    assert_eq!(split.body["opinions"][0]["checklist"], yes);
    assert_eq!(split.text("/conflicts/0/reason"), "My own institute");
    assert!(!split.body["checklist"].as_array().unwrap().is_empty());
    let seen = room.look("contributor-kz").await.is(200).body;
    let text = seen.to_string();
    for hidden in ["The desk's note", "Not replicable", "My own institute", "objection-made", "approval-counted"] {
        assert!(!text.contains(hidden), "{hidden} is not for the contributor");
    }
    assert_eq!((&seen["opinions"], &seen["conflicts"]), (&json!([]), &json!([])));
    assert_eq!(stage(&seen, "peer")["state"], "current", "but how far it is, is");
    room.look("publisher").await.is(404);
    room.act("peer-d", "approve", json!({ "digest": digest })).await.is(200);
    let publisher = room.look("publisher").await.is(200);
    assert_eq!((publisher.text("/stage"), publisher.text("/turn/who")), ("publisher", "publisher"));
    assert!(publisher.body["content"].is_object(), "they read what they decide on");
    assert!(!publisher.body.to_string().contains("Not replicable"), "notes stay among moderators and reviewers");
    let at = "2027-01-01T00:00:00Z";
    let approved = room.act("publisher", "approve", json!({ "digest": digest, "publish_at": at })).await.is(200);
    assert_eq!(approved.text("/state"), "approved");
    let shown = room.look("moderator-a").await.is(200);
    assert!(shown.text("/decisions/0/publish_at").starts_with("2027-01-01T00:00:00"));
    assert_eq!(stage(&shown.body, "publisher")["state"], "ended");
    room.publish(ENTRY, 1).await;
}

#[tokio::test]
async fn opinions_on_an_earlier_text_are_kept_and_marked() {
    let (mut room, filed) = practice().await;
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    let items = json!([{ "field": "title", "language": "en", "text": "Which?" }]);
    let held = json!([
        { "field": "title", "language": "en", "text": "A remark inside" },
        { "text": "Dear colleagues", "audience": "contributor" },
    ]);
    let request = json!({ "digest": filed.digest, "items": items, "comments": held });
    room.act("moderator-b", "request-changes", request).await.is(200);
    let practice = |submitted: &mut v1::Submitted| submitted.record_type = "practice".to_owned();
    let second = room.submit_with(ENTRY, 2, &content("A better practice"), practice).await;
    let seen = room.look("moderator-a").await.is(200);
    assert_eq!(
        (&seen.body["opinions"][0]["outdated"], &seen.body["opinions"][0]["counts"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(seen.body["comments"].as_array().unwrap().len(), 2);
    assert_eq!(seen.body["comments"][0]["text_changed"], true, "the title has changed since");
    assert_eq!(seen.text("/requested_changes/0/state"), "answered");
    let body = room.look("contributor-kz").await.is(200).body;
    assert_eq!(body["comments"].as_array().unwrap().len(), 1, "what was said to them, and nothing else");
    assert_eq!(body["comments"][0]["text"], "Dear colleagues");
    let settle = |outcome: &str| json!({ "digest": second.digest, "round": 1, "item": 1, "outcome": outcome, "text": "Still not" });
    room.act("moderator-b", "settle-change", settle("reopened")).await.is(200);
    let refused = room.act("moderator-b", "approve", json!({ "digest": second.digest })).await.is(409);
    assert_eq!(
        (refused.text("/code"), &refused.body["round"], &refused.body["item"]),
        ("change-open", &json!(1), &json!(1))
    );
    assert_eq!(room.look("contributor-kz").await.text("/requested_changes/0/reopened"), "Still not");
    room.act("moderator-b", "settle-change", settle("accepted")).await.is(200);
    let unknown = json!({ "digest": second.digest, "round": 7, "item": 1, "outcome": "accepted" });
    assert_eq!(room.act("moderator-b", "settle-change", unknown).await.is(404).text("/code"), "no-such-change");
    room.act("moderator-b", "approve", json!({ "digest": second.digest })).await.is(200);
    let finish = json!({ "digest": second.digest, "comments": [{ "text": "To whom?", "audience": "everybody" }] });
    assert_eq!(room.act("peer-a", "finish", finish).await.is(422).text("/errors/0/pointer"), "/comments/0/audience");
    let finish = json!({ "digest": second.digest, "comments": [{ "text": "One more thing" }] });
    room.act("peer-a", "finish", finish).await.is(200);
}

#[tokio::test]
async fn a_review_is_held_assigned_and_goes_on() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let hold =
        |awaited: &str, until: &str| json!({ "awaited": awaited, "reason": "The letter is missing", "until": until });
    let wrong = room.act("moderator-a", "hold", hold("Godot", "2026-03-05T00:00:00Z")).await.is(422);
    assert_eq!(wrong.text("/errors/0/pointer"), "/awaited");
    room.act("moderator-a", "hold", hold("contributor", "soon")).await.is(422);
    let held = room.act("moderator-a", "hold", hold("contributor", "2026-03-05T00:00:00Z")).await.is(200);
    assert_eq!((held.text("/state"), held.text("/turn/who")), ("on-hold", "contributor"));
    let seen = room.look("contributor-kz").await.is(200);
    assert_eq!((seen.text("/hold/awaited"), seen.text("/hold/reason")), ("contributor", "The letter is missing"));
    let refused = room.act("moderator-b", "approve", json!({ "digest": filed.digest })).await.is(409);
    assert_eq!((refused.text("/code"), refused.text("/until")), ("on-hold", seen.text("/hold/until")));
    let queue = room.get("moderator-b", "/reviews?state=on-hold").await.is(200);
    assert_eq!(queue.body["items"].as_array().unwrap().len(), 1);
    room.clock.pass(5 * 24 * 3_600 * dossier_proto::Micros::SECOND);
    let next = room.size();
    assert!(room.service.engine().fire_due().await);
    let on = room.get("moderator-b", &format!("/reviews/{ENTRY}?min_sequence={next}")).await.is(200);
    assert_eq!(on.text("/state"), "in-review");
    assert!(on.body["held_seconds"].as_u64().unwrap() >= 5 * 24 * 3_600);
    let queue = room.get("moderator-b", "/reviews").await.is(200);
    assert!(queue.body["items"][0]["waiting_seconds"].as_u64().unwrap() < 60, "the clock stood still");
    let to = room.subject("moderator-b");
    let assigned = room.act("moderator-a", "assign", json!({ "subject": to, "note": "Yours" })).await.is(200);
    assert_eq!(assigned.text("/claim/by/name"), "Name of moderator-b");
    assert!(assigned.text("/claim/since") < assigned.text("/claim/until"));
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(409);
    let nobody = json!({ "subject": room.subject("nobody") });
    room.act("moderator-b", "assign", nobody).await.is(422);
    room.act("moderator-b", "approve", json!({ "digest": filed.digest })).await.is(200);
}

#[tokio::test]
async fn a_duplicate_and_an_appeal() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    let other = room.submit(OTHER, 1, &content("The same forum")).await;
    let path = format!("/reviews/{OTHER}/mark-duplicate");
    let body = json!({ "digest": other.digest, "duplicate_of": ENTRY, "reason": "It is there already" });
    let early = room.post("moderator-a", &path, body.clone()).await.is(409);
    assert_eq!(early.text("/code"), "not-published");
    room.publish(ENTRY, 1).await;
    assert_eq!(room.post("moderator-a", &path, body).await.is(200).text("/state"), "duplicate");
    let seen = room.get("contributor-kz", &format!("/reviews/{OTHER}")).await.is(200);
    assert_eq!(seen.text("/decisions/0/duplicate_of"), "EVT-2026-00001");
    assert_eq!(seen.text("/decisions/0/reason"), "It is there already");

    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    let refuse = json!({ "digest": filed.digest, "code": "spam", "reason": "It is." });
    room.act("moderator-a", "refuse", refuse).await.is(200);
    room.appeal(ENTRY, &filed, "It is not.").await;
    let seen = room.look("moderator-b").await.is(200);
    assert_eq!((seen.text("/state"), seen.text("/appeal/reason")), ("in-review", "It is not."));
    assert_eq!(seen.body["appealed"], true);
    let same = room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(403);
    assert_eq!(same.text("/code"), "refused-before");
    room.act("moderator-b", "approve", json!({ "digest": filed.digest })).await.is(200);
}

#[tokio::test]
async fn a_correction_is_proposed_compared_and_confirmed() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A fourm")).await;
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    room.publish(ENTRY, 1).await;
    let propose = |fields: Value| json!({ "edition": 1, "digest": filed.digest, "fields": fields, "reason": "A slip" });
    let not_editorial =
        room.act("moderator-a", "propose-correction", propose(json!({ "event_type": "webinar" }))).await;
    assert_eq!(not_editorial.is(422).text("/errors/0/pointer"), "/fields/event_type");
    let faulty = room.act("moderator-a", "propose-correction", propose(json!({ "title": null }))).await.is(422);
    assert!(faulty.body["faults"].is_array(), "{:#}", faulty.body);
    let nothing = propose(json!({ "title": { "en": "A fourm" } }));
    room.act("moderator-a", "propose-correction", nothing).await.is(422);
    let proposal = propose(json!({ "title": { "en": "A forum" } }));
    room.act("moderator-a", "propose-correction", proposal.clone()).await.is(200);
    room.act("moderator-b", "propose-correction", proposal).await.is(409);
    let seen = room.look("moderator-b").await.is(200);
    assert_eq!(seen.text("/correction/reason"), "A slip");
    assert_eq!(seen.text("/correction/changed/0/field"), "title");
    assert_eq!(seen.text("/correction/by/name"), "Name of moderator-a");
    for who in ["contributor-kz", "publisher"] {
        assert_eq!(room.look(who).await.is(200).body.get("correction"), None, "{who}: not before it is confirmed");
    }
    let digest = seen.text("/correction/digest").to_owned();
    let own = room.act("moderator-a", "confirm-correction", json!({ "digest": digest })).await.is(403);
    assert_eq!(own.text("/code"), "own-words");
    room.act("moderator-b", "confirm-correction", json!({ "digest": filed.digest })).await.is(409);
    room.act("moderator-b", "confirm-correction", json!({ "digest": digest, "note": "Right" })).await.is(200);
    let edition = room.publish_correction(ENTRY, 2).await;
    assert_eq!(edition.personal.len(), 0);
    let second = room.submit_with(ENTRY, 2, &content("A second forum"), |one| one.base_edition = Some(2)).await;
    let compared = room.look("moderator-a").await.is(200);
    assert_eq!(compared.text("/difference/digest"), digest, "what the public reads now");
    assert_eq!(compared.text("/digest"), second.digest.to_string());
    // Its keys go where it goes.
    let desk = room.service.desk();
    let key = crate::views::key_of(edition.sealed.as_ref().unwrap()).unwrap();
    for asker in [dossier_proto::Origin::Submission, dossier_proto::Origin::Publication, dossier_proto::Origin::Audit] {
        assert!(desk.grant(asker, &[key]).is_ok(), "{asker}");
    }
}

#[tokio::test]
async fn a_rejected_correction_leaves_the_edition() {
    let mut room = Room::open().await;
    let filed = room.submit(ENTRY, 1, &content("A forum")).await;
    room.act("moderator-a", "approve", json!({ "digest": filed.digest })).await.is(200);
    room.publish(ENTRY, 1).await;
    let fields = json!({ "title": { "en": "The forum" } });
    let proposal = json!({ "edition": 1, "digest": filed.digest, "fields": fields, "reason": "Style" });
    room.act("moderator-a", "propose-correction", proposal).await.is(200);
    let digest = room.look("moderator-b").await.text("/correction/digest").to_owned();
    room.act("moderator-b", "reject-correction", json!({ "digest": digest, "reason": "Taste" })).await.is(200);
    assert_eq!(room.look("moderator-b").await.body.get("correction"), None);
    let none = room.act("moderator-b", "confirm-correction", json!({ "digest": digest })).await.is(404);
    assert_eq!(none.text("/code"), "no-correction");
}

#[tokio::test]
async fn a_reviewer_is_designated_with_where_they_come_from_and_the_note() {
    let room = Room::open().await;
    let subject = room.subject("nobody");
    let grant = |role: &str, kind: &str, number: &str| json!({ "subject": subject, "role": role, "reviewer_kind": kind, "note_number": number });
    for (body, pointer) in [
        (grant("moderator", "internal", "NV-1"), "/reviewer_kind"),
        (grant("reviewer", "from-afar", "NV-1"), "/reviewer_kind"),
        (grant("reviewer", "internal", "a note of mine"), "/note_number"),
    ] {
        let refused = room.post("administrator", "/designations", body).await.is(422);
        assert_eq!(refused.text("/errors/0/pointer"), pointer);
    }
    let granted =
        room.post("administrator", "/designations", grant("reviewer", "external", "NV-2026/114")).await.is(201);
    assert_eq!((granted.text("/reviewer_kind"), granted.text("/note_number")), ("external", "NV-2026/114"));
}
