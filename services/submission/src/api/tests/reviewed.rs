//! What comes back from moderation and publication, as the body sees it.

use dossier_proto::{Micros, Origin, Payload, v1};
use dossier_vault::Purpose;
use serde_json::{Value, json};

use super::house::{House, content_with};

#[tokio::test]
async fn requested_changes_are_read_answered_and_followed_by_another_round() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let submitted = house.submitted("aigerim", id).await;
    assert_eq!((&submitted.body["state"], &submitted.body["turn"]["who"]), (&json!("in-review"), &json!("moderator")));
    assert_eq!(submitted.etag(), "\"d1\"");
    house.changes_requested(id, "The text says New York.").await;

    let told = house.get(&format!("/entries/{id}")).by("bolat").send().await.expect(200);
    assert_eq!(told.body["state"], "changes-requested");
    assert_eq!(told.body["turn"]["who"], "contributor");
    assert_eq!(told.body["days_left"], 83);
    assert_eq!(told.etag(), "\"d1\"", "what is heard never moves the draft's version");
    assert_eq!(
        told.body["requested_changes"],
        json!([{
            "item": 1, "round": 1, "field": "location", "language": null, "quote": "Nur-Sultan",
            "text": "The text says New York.", "answer": null, "answered": false,
            "settled": null, "settled_text": null,
        }])
    );

    let changed = json!({"content": content_with("location", json!({"city": "New York", "country": "USA"}))});
    house.put(&format!("/entries/{id}/draft")).by("bolat").json(&changed).if_match("\"d1\"").send().await.expect(200);
    let answers = json!({"certify": true, "what_changed": "the place", "answers": [{"item": 1, "text": "Corrected."}]});
    let told = house.post(&format!("/entries/{id}/submit")).by("bolat").json(&answers).send().await.expect(200);
    assert_eq!((&told.body["round"], &told.body["days_left"]), (&json!(2), &Value::Null));
    assert_eq!(told.body["requested_changes"][0]["answered"], true);
    assert_eq!(told.body["requested_changes"][0]["answer"], "Corrected.");
    let (_, submitted) = house.submission(id);
    let authors: Vec<_> = submitted.lineage.iter().map(|author| author.subject.clone()).collect();
    assert_eq!(authors, [house.person("aigerim").subject.to_vec(), house.person("bolat").subject.to_vec()]);
    assert_eq!(submitted.lineage[1].fields, ["location"]);
}

#[tokio::test]
async fn a_submission_with_errors_or_uncertified_is_refused_and_says_why() {
    let house = House::open().await;
    let mut missing = super::house::content();
    missing.as_object_mut().unwrap().remove("title");
    let begun = house.post("/entries").by("aigerim").json(&super::house::start(&missing)).send().await.expect(201);
    let path = format!("/entries/{}/submit", begun.id());
    let told = house.post(&path).by("aigerim").json(&json!({"certify": true})).send().await.expect(422);
    assert_eq!(told.body["code"], "faults");
    assert_eq!(told.body["errors"][0]["field"], "title");
    let told = house.post(&path).by("aigerim").json(&json!({"certify": false})).send().await.expect(422);
    assert_eq!(told.body["code"], "not-certified");
    house.post(&path).by("aigerim").json(&json!({"what_changed": "x"})).send().await.expect(422);
}

#[tokio::test]
async fn what_was_submitted_before_is_found_again_by_its_words() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    assert_eq!(house.submission(id).1.command.unwrap().equals_revision, None);
    house.changes_requested(id, "Say where.").await;
    let other = json!({"content": content_with("geographic_scope", json!("national"))});
    let same = json!({"content": super::house::content()});
    let path = format!("/entries/{id}/draft");
    house.put(&path).by("aigerim").json(&other).if_match("\"d1\"").send().await.expect(200);
    house.put(&path).by("aigerim").json(&same).if_match("\"d2\"").send().await.expect(200);
    house.submitted("aigerim", id).await;
    let (_, submitted) = house.submission(id);
    let command = submitted.command.unwrap();
    assert_eq!((command.revision, command.equals_revision), (3, Some(1)));
    assert_ne!(command.digest, house.submission(id).1.lineage[0].subject, "a digest of its own");
}

#[tokio::test]
async fn a_refusal_comes_with_its_code_and_reason_and_without_a_name() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    let (place, submitted) = house.submission(id);
    let refused = Payload::EntryRefused(v1::EntryRefused {
        command: Some(v1::Refuse {
            digest: submitted.content.unwrap().digest,
            code: "out_of_scope".to_owned(),
            reason: Some(house.said(id, Purpose::Reason, "This is about refugees.")),
        }),
        revision: 1,
        submitted: Some(place.into()),
    });
    let event = house.hear(Origin::Moderation, Some(id), refused).await;
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!((&told.body["state"], &told.body["turn"]["who"]), (&json!("refused"), &json!("nobody")));
    let message = &told.body["messages"][0];
    assert_eq!(message["kind"], "refused");
    assert_eq!(message["code"], "out_of_scope");
    assert_eq!(message["text"], "This is about refugees.");
    assert_eq!(message["by"], "moderator");
    assert_eq!(message["place"], json!(event.head.place));
    let shown = told.body.to_string();
    assert!(!shown.contains(&event.head.actor.person().unwrap().to_string()), "the role only: {shown}");
}

#[tokio::test]
async fn a_recall_is_answered_by_moderation_either_way() {
    let house = House::open().await;
    for granted in [true, false] {
        let id = house.started("aigerim").await.id();
        house.submitted("aigerim", id).await;
        let (submitted, _) = house.submission(id);
        let told = house.post(&format!("/entries/{id}/recall")).by("bolat").send().await.expect(202);
        assert_eq!((&told.body["state"], &told.body["asked"]), (&json!("in-review"), &json!("recall")));
        let asked = house.service.engine().of_entry(id).unwrap().pop().unwrap().event.head.place;
        let command = Some(v1::AnswerRequest { asked: Some(asked.into()) });
        if granted {
            let payload = v1::RecallGranted { command, submitted: Some(submitted.into()) };
            house.hear(Origin::Moderation, Some(id), Payload::RecallGranted(payload)).await;
            let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
            assert_eq!((&told.body["state"], &told.body["asked"]), (&json!("draft"), &Value::Null));
        } else {
            house.published(id, 1).await;
            let ended = v1::Place { origin: 2, epoch: 0, sequence: 40 };
            let payload = v1::RequestTooLate { command, ended: Some(ended) };
            house.hear(Origin::Moderation, Some(id), Payload::RequestTooLate(payload)).await;
            let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
            assert_eq!(told.body["state"], "published");
            assert_eq!(told.body["messages"][0]["kind"], "request-too-late");
            let because = json!({"origin": "moderation", "epoch": 0, "sequence": 40});
            assert_eq!(told.body["messages"][0]["because"], because);
        }
    }
}

#[tokio::test]
async fn a_withdrawal_takes_effect_at_once_or_is_asked() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    let path = format!("/entries/{id}/withdraw");
    house.post(&path).by("aigerim").json(&json!({"reason": "  "})).send().await.expect(422);
    house.post(&path).by("aigerim").json(&json!({"reason": "x".repeat(2_001)})).send().await.expect(422);
    let told = house.post(&path).by("aigerim").json(&json!({"reason": "filed twice"})).send().await.expect(200);
    assert_eq!(told.body["state"], "withdrawn");
    let other = house.started("aigerim").await.id();
    house.submitted("aigerim", other).await;
    let path = format!("/entries/{other}/withdraw");
    let told = house.post(&path).by("aigerim").json(&json!({"reason": "filed twice"})).send().await.expect(202);
    assert_eq!((&told.body["state"], &told.body["asked"]), (&json!("in-review"), &json!("withdrawal")));
    let again = house.post(&path).by("bolat").json(&json!({"reason": "otherwise"})).send().await.expect(409);
    assert_eq!(again.body["because"]["origin"], "submission");
}

#[tokio::test]
async fn days_run_out_and_the_entry_returns_to_draft() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("aigerim", id).await;
    house.changes_requested(id, "Say where.").await;
    house.wait(82 * Micros::DAY + 1);
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!(told.body["days_left"], 1);
    house.wait(Micros::DAY);
    assert!(house.service.engine().fire_due().await);
    // The digests are told after everything that was asked before them.
    house.service.engine().digests().await.unwrap();
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200);
    assert_eq!((&told.body["state"], &told.body["days_left"]), (&json!("draft"), &Value::Null));
    assert_eq!(told.etag(), "\"d1\"", "timers never move the draft's version");
    let history = house.get(&format!("/entries/{id}/history")).by("aigerim").send().await.expect(200);
    let last = history.body["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["by"]["role"]), (&json!("expired"), &json!("system")));
}

/// Seen in Wagtail: the history page takes 50 s at six million rows. Here it is read page by page, from the events of one entry.
#[tokio::test]
async fn the_history_names_colleagues_and_roles_and_comes_in_pages() {
    let house = House::open().await;
    let id = house.started("aigerim").await.id();
    house.submitted("bolat", id).await;
    let requested = house.changes_requested(id, "Say where.").await;
    house.submitted("aigerim", id).await;
    house.published(id, 1).await;
    let path = format!("/entries/{id}/history");
    let whole = house.get(&path).by("bolat").send().await.expect(200);
    let items = whole.body["items"].as_array().unwrap();
    let steps: Vec<_> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(steps, ["started", "submitted", "changes-requested", "submitted", "approved", "published"]);
    assert_eq!(items[0]["by"], json!({"role": "contributor", "name": "aigerim"}));
    assert_eq!(items[1]["by"]["name"], "bolat");
    assert_eq!(items[1]["text"], "the place was corrected");
    assert_eq!(items[2]["by"], json!({"role": "moderator", "name": null}));
    assert_eq!((&items[2]["count"], &items[2]["place"]), (&json!(1), &json!(requested.head.place)));
    assert_eq!((&items[5]["edition"], &items[5]["by"]["name"]), (&json!(1), &Value::Null));

    let mut paged = Vec::new();
    let mut next = format!("{path}?limit=2");
    loop {
        let page = house.get(&next).by("bolat").send().await.expect(200);
        paged.extend(page.body["items"].as_array().unwrap().clone());
        let Some(cursor) = page.body["next"].as_str() else { break };
        next = format!("{path}?limit=2&cursor={cursor}");
    }
    assert_eq!(&paged, items);
}
