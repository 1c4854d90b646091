//! What was decided elsewhere, as the body sees it and may answer it: hold, duplicate, schedule, suspension, correction,
//! comments, appeal; and papers filed on its behalf.

use dossier_identity::Role;
use dossier_proto::{EntryId, Event, Micros, Origin, Payload, v1};
use dossier_vault::Purpose;
use serde_json::{Value, json};

use super::house::{House, content, content_with, start};
use crate::keys;

async fn in_review(house: &House) -> EntryId {
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    id
}

async fn read(house: &House, id: EntryId) -> Value {
    house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200).body
}

async fn refused(house: &House, id: EntryId) -> Event {
    let (place, submitted) = house.submission(id);
    let refused = v1::EntryRefused {
        command: Some(v1::Refuse {
            digest: submitted.content.unwrap().digest,
            code: "out_of_scope".to_owned(),
            reason: Some(house.said(id, Purpose::Reason, "Not about migration.")),
        }),
        revision: 1,
        submitted: Some(place.into()),
    };
    house.hear(Origin::Moderation, Some(id), Payload::EntryRefused(refused)).await
}

#[tokio::test]
async fn a_held_review_says_who_is_awaited_since_when_and_until_when() {
    let house = House::open().await;
    let id = in_review(&house).await;
    let until = Micros(1_767_268_800_000_000).plus(7 * Micros::DAY);
    let reason = Some(house.said(id, Purpose::Reason, "We have asked the legal office."));
    let command = v1::Hold { awaited: "legal_advice".to_owned(), reason, until: Some(until.0) };
    let held = Payload::ReviewHeld(v1::ReviewHeld { command: Some(command) });
    house.hear(Origin::Moderation, Some(id), held).await;
    let told = read(&house, id).await;
    assert_eq!((&told["state"], &told["turn"]["who"]), (&json!("on-hold"), &json!("others")));
    assert_eq!(told["on_hold"]["awaited"], "legal_advice");
    assert_eq!((&told["next"]["what"], &told["next"]["by"]), (&json!("resume"), &told["on_hold"]["until"]));
    let message = &told["messages"][0];
    assert_eq!((&message["kind"], &message["code"]), (&json!("held"), &json!("legal_advice")));
    assert_eq!(message["text"], "We have asked the legal office.");
    let list = house.get("/entries?state=on-hold&turn=others").by("aigerim").send().await.expect(200);
    assert_eq!(list.body["items"][0]["next"]["what"], "resume");
    let none = house.get("/entries?turn=moderator").by("aigerim").send().await.expect(200);
    assert_eq!(none.body["items"], json!([]));
    let resumed = Payload::ReviewResumed(v1::ReviewResumed { command: None });
    house.hear(Origin::Moderation, Some(id), resumed).await;
    let told = read(&house, id).await;
    assert_eq!((&told["state"], &told["on_hold"]), (&json!("in-review"), &Value::Null));
}

#[tokio::test]
async fn comments_to_the_body_are_read_and_others_never_come() {
    let house = House::open().await;
    let id = in_review(&house).await;
    let comment = |text: &str, field: &str, audience: v1::Audience| v1::Comment {
        digest: Vec::new(),
        field: field.to_owned(),
        language: String::new(),
        text: Some(house.said(id, Purpose::Comment, text)),
        audience: audience.into(),
    };
    let comments = vec![
        comment("Say which hall.", "location", v1::Audience::Contributor),
        comment("I doubt this one.", "location", v1::Audience::Unspecified),
        comment("Thank you for the quick answer.", "", v1::Audience::Contributor),
    ];
    let command = Some(v1::FinishReview { digest: Vec::new(), comments });
    let finished = Payload::ReviewFinished(v1::ReviewFinished { command });
    let finished = house.hear(Origin::Moderation, Some(id), finished).await;
    assert_eq!(keys::keys_needed(&finished).len(), 2, "the keys of what is said to the body");
    let told = read(&house, id).await;
    let texts: Vec<_> = told["messages"].as_array().unwrap().iter().map(|one| one["text"].clone()).collect();
    assert_eq!(texts, ["Say which hall.", "Thank you for the quick answer."]);
    let first = &told["messages"][0];
    assert_eq!(
        (&first["kind"], &first["field"], &first["by"]),
        (&json!("comment"), &json!("location"), &json!("moderator"))
    );
    assert!(!told.to_string().contains("I doubt"), "{told}");
    let history = house.get(&format!("/entries/{id}/history")).by("aigerim").send().await.expect(200);
    assert!(!history.body.to_string().contains("I doubt"), "{}", history.body);
}

#[tokio::test]
async fn what_became_of_an_answer_stands_with_the_requested_change() {
    let house = House::open().await;
    let id = in_review(&house).await;
    house.changes_requested(id, "Say where.").await;
    let answers = json!({"certify": true, "what_changed": "the place", "answers": [{"item": 1, "text": "In Astana."}]});
    house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&answers).send().await.expect(200);
    let settle = v1::SettleChange {
        round: 1,
        item: 1,
        outcome: v1::settle_change::Outcome::Reopened.into(),
        text: Some(house.said(id, Purpose::RequestedChange, "Which city of the two?")),
        ..Default::default()
    };
    let settled = Payload::ChangeSettled(v1::ChangeSettled { command: Some(settle) });
    house.hear(Origin::Moderation, Some(id), settled).await;
    let item = &read(&house, id).await["requested_changes"][0];
    assert_eq!((&item["round"], &item["settled"]), (&json!(1), &json!("reopened")));
    assert_eq!((&item["answer"], &item["settled_text"]), (&json!("In Astana."), &json!("Which city of the two?")));
}

/// It was shown as open, with its number, and an answer to that number was refused: the latest request had asked for nothing new.
#[tokio::test]
async fn a_change_that_was_opened_again_is_answered_by_its_number() {
    let house = House::open().await;
    let id = in_review(&house).await;
    house.changes_requested(id, "Say where.").await;
    let submit = |text: &str, round: Option<u32>| {
        let answer = json!({"item": 1, "text": text, "round": round});
        let body = json!({"certify": true, "what_changed": "the place", "answers": [answer]});
        house.post(&format!("/entries/{id}/submit")).by("aigerim").json(&body)
    };
    submit("In Astana.", None).send().await.expect(200);
    let settle = v1::SettleChange {
        round: 1,
        item: 1,
        outcome: v1::settle_change::Outcome::Reopened.into(),
        text: Some(house.said(id, Purpose::RequestedChange, "Which hall?")),
        ..Default::default()
    };
    let settled = Payload::ChangeSettled(v1::ChangeSettled { command: Some(settle) });
    house.hear(Origin::Moderation, Some(id), settled).await;
    house.asked_for_nothing_new(id).await;
    let open = &read(&house, id).await["requested_changes"];
    assert_eq!((&open[0]["item"], &open[0]["round"], &open[0]["answered"]), (&json!(1), &json!(1), &json!(false)));
    let refused = submit("In the large one.", Some(2)).send().await.expect(422);
    assert_eq!(refused.body["code"], "unknown-code", "nothing was requested in the second round");
    submit("In the large one.", None).send().await.expect(200);
    let answered = &read(&house, id).await["requested_changes"][0];
    assert_eq!((&answered["answer"], &answered["answered"]), (&json!("In the large one."), &json!(true)));
    assert_eq!(answered["settled"], json!(null), "nobody has said yet what they think of that");
    let submitted = house.service.engine().of_entry(id).unwrap().pop().unwrap().event;
    let Some(Payload::Submitted(v1::Submitted { command: Some(command), .. })) = submitted.payload else { panic!() };
    assert_eq!((command.answers[0].round, command.answers[0].item), (1, 1), "moderation is told which one is meant");
}

#[tokio::test]
async fn a_refusal_is_appealed_against_once() {
    let house = House::open().await;
    let id = in_review(&house).await;
    let path = format!("/entries/{id}/appeal");
    let reason = json!({"reason": "It is about migration: see the second paragraph."});
    house.post(&path).by("aigerim").json(&reason).send().await.expect(409);
    refused(&house, id).await;
    assert_eq!(read(&house, id).await["appeal"], json!({"possible": true, "asked": null}));
    house.post(&path).by("aigerim").json(&json!({"reason": "\u{200B}"})).send().await.expect(422);
    house.post(&path).by("wanjiru").json(&reason).send().await.expect(404);
    let told = house.post(&path).by("aigerim").json(&reason).send().await.expect(202);
    assert_eq!((&told.body["state"], &told.body["turn"]["who"]), (&json!("in-review"), &json!("moderator")));
    assert_eq!(told.body["appeal"]["possible"], false);
    let asked = house.service.engine().of_entry(id).unwrap().pop().unwrap().event;
    let Some(Payload::AppealAsked(appeal)) = asked.payload else { panic!("no appeal") };
    let key = keys::of(&appeal.command.unwrap().reason);
    assert!(house.service.desk().grant(Origin::Moderation, &key).is_ok(), "moderation reads why");
    house.post(&format!("/entries/{id}/recall")).by("aigerim").send().await.expect(409);
    refused(&house, id).await;
    let twice = house.post(&path).by("bolat").json(&reason).send().await.expect(409);
    assert_eq!(twice.body["because"]["origin"], "submission");
    assert_eq!(read(&house, id).await["messages"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_correction_is_told_readable_and_may_be_objected_to() {
    let house = House::open().await;
    let id = in_review(&house).await;
    house.published(id, 1).await;
    // Moderation seals under a key of its own, which it gives to those who are to read it.
    let theirs = crate::words::Words::new(house.theirs.clone());
    let mut corrected = content_with("title", json!({"en": "The delegation of Kazakhstan takes part"}));
    corrected["original_language"] = json!("en");
    let sealed = theirs.seal_content(id, 1, corrected, &[], &[]).unwrap();
    let confirmed = v1::CorrectionConfirmed {
        content: Some(sealed.clone()),
        fields: vec!["title".to_owned()],
        reason: Some(house.said(id, Purpose::Reason, "The title was no sentence.")),
        ..Default::default()
    };
    let confirmed = house.hear(Origin::Moderation, Some(id), Payload::CorrectionConfirmed(confirmed)).await;
    let needed = keys::keys_needed(&confirmed);
    assert_eq!(needed.len(), 2, "the content and the reason");
    house.vault.admit(house.theirs.grant(&[crate::words::key_of(&sealed).unwrap()]).unwrap().keys).unwrap();
    let published = v1::EditionPublished {
        command: Some(v1::PublishEdition { approved: Some(confirmed.head.place.into()) }),
        number: "EVT-2026-00001".to_owned(),
        edition: 2,
        content: Some(sealed),
        kind: v1::EditionKind::Correction.into(),
        ..Default::default()
    };
    house.hear(Origin::Publication, Some(id), Payload::EditionPublished(published)).await;
    let told = read(&house, id).await;
    assert_eq!(told["content"]["title"]["en"], "The delegation of Kazakhstan takes part", "what is public");
    assert_eq!((&told["edition"], &told["correction"]), (&json!(2), &json!({"edition": 2, "objected": false})));
    let message = &told["messages"][0];
    assert_eq!((&message["kind"], &message["fields"]), (&json!("corrected"), &json!(["title"])));
    assert_eq!(message["text"], "The title was no sentence.");

    let path = format!("/entries/{id}/object");
    let reason = json!({"reason": "It changes what we said."});
    let told = house.post(&path).by("aigerim").json(&reason).send().await.expect(202);
    assert_eq!(told.body["correction"]["objected"], true);
    house.post(&path).by("bolat").json(&reason).send().await.expect(409);
    let revised = house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(200);
    assert_eq!((&revised.body["base_edition"], &revised.body["state"]), (&json!(2), &json!("draft")));
    let changed = json!({"content": content_with("title", json!({"en": "The participation of Kazakhstan"}))});
    let save = house.put(&format!("/entries/{id}/draft")).by("aigerim").json(&changed).if_match(&revised.etag());
    save.send().await.expect(200);
    house.submitted("aigerim", id).await;
}

#[tokio::test]
async fn schedule_suspension_duplicate_and_succession_are_shown() {
    let house = House::open().await;
    let id = in_review(&house).await;
    let (place, submitted) = house.submission(id);
    let approved = v1::Approved { submitted: Some(place.into()), ..Default::default() };
    let approved = house.hear(Origin::Moderation, Some(id), Payload::Approved(approved)).await;
    let command = Some(v1::PublishEdition { approved: Some(approved.head.place.into()) });
    let at = Micros(1_767_268_800_000_000).plus(Micros::DAY);
    let scheduled = Payload::EditionScheduled(v1::EditionScheduled { command, at: at.0 });
    house.hear(Origin::Publication, Some(id), scheduled).await;
    let told = read(&house, id).await;
    assert_eq!((&told["state"], &told["turn"]["who"]), (&json!("scheduled"), &json!("system")));
    assert_eq!(told["next"], json!({"what": "publish", "by": "2026-01-02T12:00:00Z"}));
    let published = v1::EditionPublished {
        command,
        number: "EVT-2026-00001".to_owned(),
        edition: 1,
        content: submitted.content,
        ..Default::default()
    };
    house.hear(Origin::Publication, Some(id), Payload::EditionPublished(published)).await;
    let suspend = v1::SuspendEntry { reason: "under_examination".to_owned(), explanation: None };
    let suspended = v1::EntrySuspended { command: Some(suspend), edition: 1 };
    house.hear(Origin::Publication, Some(id), Payload::EntrySuspended(suspended)).await;
    let told = read(&house, id).await;
    assert_eq!((&told["state"], &told["public_state"]), (&json!("suspended"), &json!("suspended")));
    assert_eq!(told["messages"][0]["code"], "under_examination");
    let list = house.get("/entries?state=suspended").by("aigerim").send().await.expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    let reinstated = v1::EntryReinstated { command: None, edition: 1 };
    house.hear(Origin::Publication, Some(id), Payload::EntryReinstated(reinstated)).await;
    assert_eq!(read(&house, id).await["public_state"], "published");
    let superseded = v1::EntrySuperseded { command: None, edition: 1, number: "EVT-2026-00009".to_owned() };
    house.hear(Origin::Publication, Some(id), Payload::EntrySuperseded(superseded)).await;
    let told = read(&house, id).await;
    assert_eq!((&told["state"], &told["other_number"]), (&json!("superseded"), &json!("EVT-2026-00009")));
    house.post(&format!("/entries/{id}/revise")).by("aigerim").send().await.expect(409);

    let other = in_review(&house).await;
    let marked = v1::MarkedDuplicate {
        command: Some(v1::MarkDuplicate { digest: vec![0; 32], duplicate_of: id.as_bytes().to_vec(), reason: None }),
        revision: 1,
        submitted: Some(house.submission(other).0.into()),
        number: "EVT-2026-00001".to_owned(),
    };
    house.hear(Origin::Moderation, Some(other), Payload::MarkedDuplicate(marked)).await;
    let told = read(&house, other).await;
    assert_eq!((&told["state"], &told["other_number"]), (&json!("duplicate"), &json!("EVT-2026-00001")));
    assert_eq!(told["messages"][0]["kind"], "duplicate");
}

#[tokio::test]
async fn an_embargo_is_asked_for_with_the_submission() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let path = format!("/entries/{id}/submit");
    let body = |until: &str| json!({"certify": true, "embargo_until": until});
    for wrong in ["tomorrow", "", "2026-01-01", "2025-12-31T00:00:00Z", "2099-01-01T00:00:00Z"] {
        house.post(&path).by("aigerim").json(&body(wrong)).send().await.expect(422);
    }
    let told = house.post(&path).by("aigerim").json(&body("2026-03-01T09:00:00+03:00")).send().await.expect(200);
    assert_eq!(told.body["embargo_until"], "2026-03-01T06:00:00Z");
    assert_eq!(house.submission(id).1.command.unwrap().embargo_until, Some(1_772_344_800_000_000));
}

#[tokio::test]
async fn a_paper_is_filed_by_the_secretariat_with_both_names_on_record() {
    let house = House::open().await;
    house.designate("records", Role::RecordsManager, None).await;
    let mut body = start(&content());
    body["paper"] =
        json!({"received_at": "2025-12-30T08:30:00Z", "signatory": "H.E. Ms. Amina Otieno, Permanent Mission"});
    let told = house.post("/entries").by("records").json(&body).send().await;
    assert!(told.status.is_client_error(), "on whose behalf? {}", told.body);
    body["on_behalf_of"] = json!("KEN");
    for (paper, pointer) in [
        (json!({"received_at": "yesterday", "signatory": "x"}), "/paper/received_at"),
        (json!({"received_at": "2025-12-30T08:30:00Z", "signatory": " "}), "/paper/signatory"),
        (json!({"received_at": "2025-12-30T08:30:00Z", "signatory": "x".repeat(201)}), "/paper/signatory"),
    ] {
        let mut wrong = body.clone();
        wrong["paper"] = paper;
        let told = house.post("/entries").by("records").json(&wrong).send().await.expect(422);
        assert_eq!(told.body["errors"][0]["pointer"], pointer);
    }
    let mut late = body.clone();
    late["paper"]["received_at"] = json!("2026-02-01T00:00:00Z");
    house.post("/entries").by("records").json(&late).send().await.expect(422);
    house.post("/entries").by("wanjiru").json(&body).send().await.expect(403);

    let begun = house.post("/entries").by("records").json(&body).send().await.expect(201);
    let id = begun.id();
    assert_eq!(begun.body["body"], "KEN");
    let paper = json!({
        "received_at": "2025-12-30T08:30:00Z",
        "signatory": "H.E. Ms. Amina Otieno, Permanent Mission",
        "filed_by": {"role": "records-manager", "name": "records"},
    });
    assert_eq!(begun.body["paper"], paper);
    let event = house.service.engine().of_entry(id).unwrap().remove(0).into_event();
    assert_eq!(event.head.on_behalf_of.unwrap().as_str(), "KEN");
    assert_eq!(event.head.actor.person(), Some(house.person("records").subject));

    // The secretariat goes on with it, and sees nothing else of the body; the body sees it too.
    let own = house.post("/entries").by("wanjiru").json(&start(&content())).send().await.expect(201).id();
    house.get(&format!("/entries/{own}")).by("records").send().await.expect(404);
    let list = house.get("/entries").by("records").send().await.expect(200);
    assert_eq!(list.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(list.body["items"][0]["id"], json!(id.to_string()));
    house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(404);
    let read = house.get(&format!("/entries/{id}")).by("wanjiru").send().await.expect(200);
    assert_eq!(read.body["paper"], paper);
    let changed = json!({"content": content_with("geographic_scope", json!("national"))});
    house.put(&format!("/entries/{id}/draft")).by("records").json(&changed).if_match("\"d1\"").send().await.expect(200);
    house.submitted("records", id).await;
    let event = house.service.engine().of_entry(id).unwrap().pop().unwrap().into_event();
    assert_eq!(event.head.on_behalf_of.unwrap().as_str(), "KEN");
    let history = house.get(&format!("/entries/{id}/history")).by("wanjiru").send().await.expect(200);
    assert_eq!(history.body["items"][2]["by"], json!({"role": "records-manager", "name": "records"}));
    // The signatory's name goes with no submission.
    let Some(Payload::DraftStarted(started)) = house.service.engine().of_entry(id).unwrap().remove(0).event.payload
    else {
        panic!("not started")
    };
    let key = keys::of(&started.command.unwrap().signatory);
    for asker in Origin::ALL {
        assert!(house.service.desk().grant(asker, &key).is_err(), "{asker}");
    }
    house.vault.erase(key[0]).unwrap();
    let told = house.get(&format!("/entries/{id}")).by("wanjiru").send().await.expect(200);
    assert_eq!(told.body["paper"]["signatory"], Value::Null);
}
