//! National clearance through the doors: what waits for its publishing authority, and who has which key.

use dossier_exchange::KeyRefusal;
use dossier_identity::Role;
use dossier_proto::{EntryId, KeyId, Micros, Origin, Payload};
use dossier_vault::Purpose;
use http::Method;
use serde_json::{Value, json};

use super::house::House;
use crate::{keys, words::Words};

/// A house with two publishing authorities of Kazakhstan and one of Kenya.
pub(super) async fn open() -> House {
    let house = House::open().await;
    for (name, body) in [("damir", "KAZ"), ("saule", "KAZ"), ("kamau", "KEN")] {
        house.designate(name, Role::PublishingAuthority, Some(body)).await;
    }
    house
}

/// A practice that is fit to be submitted.
fn practice() -> Value {
    let text = |words: &str| json!({"en": words.repeat(3)});
    json!({
        "title": {"en": "Mobile consular teams in Almaty region"},
        "summary": text("Teams of consular officers visit workers where they live and work. "),
        "countries": ["KAZ"],
        "geographic_scope": "national",
        "dates": {"start": "2021", "end": "2023"},
        "completion": "completed",
        "practice_type": ["service_delivery"],
        "implementer": {"text": "Ministry of Foreign Affairs"},
        "implementer_type": "government",
        "beneficiaries": ["migrant_workers"],
        "primary_objectives": ["14"],
        "guiding_principles": ["people_centred"],
        "background": text("Many workers live far from a consulate. "),
        "activities": text("A bus with two officers and a printer. "),
        "impact": text("Four thousand passports were renewed. "),
        "lessons": text("Announce visits two weeks before. "),
    })
}

/// Chooses terms that are in force for fields of the registry, so that the sample does not age with it.
fn fitted() -> Value {
    let registry = dossier_registry::Registry::embedded();
    let now = Micros(1_767_268_800_000_000);
    let mut content = practice();
    let kind = registry.record_type("practice").unwrap();
    for field in kind.fields.iter().filter(|field| field.kind == dossier_registry::Kind::Term) {
        let Some(vocabulary) = &field.vocabulary else { continue };
        if field.key == "countries" || content.get(&field.key).is_none() {
            continue;
        }
        let first = registry.terms_at(vocabulary, now).next().unwrap().key.clone();
        content[&field.key] = if field.cardinality.is_many() { json!([first]) } else { json!(first) };
    }
    content
}

async fn begun(house: &House) -> EntryId {
    let body = json!({"type": "practice", "language": "en", "content": fitted()});
    let told = house.post("/entries").by("aigerim").json(&body).send().await.expect(201);
    let errors: Vec<_> =
        told.body["faults"].as_array().unwrap().iter().filter(|fault| fault["grade"] == "error").collect();
    assert!(errors.is_empty(), "the sample is not fit: {errors:#?}");
    assert_eq!(told.body["needs_clearance"], true);
    told.id()
}

pub(super) async fn asked(house: &House) -> (EntryId, Value) {
    let id = begun(house).await;
    let told = house.submitted("aigerim", id).await;
    assert_eq!(told.body["state"], "awaiting-clearance");
    (id, told.body)
}

fn digest(told: &Value) -> Value {
    json!({"digest": told["digest"]})
}

#[tokio::test]
async fn what_awaits_clearance_is_in_the_list_of_its_authority_and_of_no_other() {
    let house = open().await;
    let (id, told) = asked(&house).await;
    assert_eq!(
        (&told["turn"]["who"], &told["next"]["what"]),
        (&json!("publishing-authority"), &json!("clear-or-return"))
    );
    for query in ["?state=awaiting-clearance", "?turn=publishing-authority"] {
        for (name, seen) in
            [("damir", true), ("bolat", true), ("kamau", false), ("moderator", false), ("auditor", false)]
        {
            let list = house.get(&format!("/entries{query}")).by(name).send().await.expect(200);
            assert_eq!(list.body.to_string().contains(&id.to_string()), seen, "{name} {query}");
        }
    }
    let read = house.get(&format!("/entries/{id}")).by("damir").send().await.expect(200);
    assert_eq!(read.body["content"]["title"]["en"], "Mobile consular teams in Almaty region");
    for name in ["kamau", "moderator", "publisher", "auditor", "nobody"] {
        house.get(&format!("/entries/{id}")).by(name).send().await.expect(404);
        for (path, body) in [("clear", digest(&told)), ("return", json!({"digest": told["digest"], "reason": "no"}))] {
            house.post(&format!("/entries/{id}/{path}")).by(name).json(&body).send().await.expect(404);
        }
    }
}

/// The kinds of the letters that somebody has, the newest first, and whether the newest asks something of them.
async fn letters(house: &House, name: &str) -> (Vec<String>, Value) {
    let inbox = house.get("/inbox").by(name).send().await.expect(200).body;
    let items = inbox["items"].as_array().unwrap();
    let kinds = items.iter().map(|item| item["kind"].as_str().unwrap().to_owned()).collect();
    (kinds, inbox["items"][0].clone())
}

#[tokio::test]
async fn the_authority_is_reminded_of_what_awaits_it_and_the_whole_body_hears_that_it_expired() {
    let house = open().await;
    let (id, _) = asked(&house).await;
    house.wait(8 * Micros::DAY);
    assert!(house.service.engine().fire_due().await);
    // The digests are told after everything that was asked before them.
    house.service.engine().digests().await.unwrap();
    for name in ["damir", "saule"] {
        let (kinds, newest) = letters(&house, name).await;
        assert_eq!(kinds, ["reminder", "clearance-asked"], "{name}");
        assert_eq!((&newest["yours"], &newest["turn"]), (&json!(true), &json!("publishing-authority")), "{name}");
        let shown = house.get(&format!("/entries/{id}")).by(name).send().await.expect(200).body;
        assert_eq!((&newest["next"]["by"], &shown["days_left"]), (&shown["next"]["by"], &json!(76)), "{name}");
        assert!(newest["next"]["by"].is_string(), "{newest}");
    }
    assert_eq!(letters(&house, "bolat").await.0, ["clearance-asked"], "who has not the move is not reminded");
    assert_eq!(letters(&house, "kamau").await.0, Vec::<String>::new());
    house.wait(76 * Micros::DAY);
    assert!(house.service.engine().fire_due().await);
    house.service.engine().digests().await.unwrap();
    let told = house.get(&format!("/entries/{id}")).by("aigerim").send().await.expect(200).body;
    assert_eq!((&told["state"], &told["days_left"]), (&json!("draft"), &Value::Null));
    for (name, is_theirs) in [("damir", false), ("saule", false), ("aigerim", true), ("bolat", true)] {
        let (kinds, newest) = letters(&house, name).await;
        assert_eq!((kinds[0].as_str(), &newest["yours"]), ("expired", &json!(is_theirs)), "{name}");
    }
}

/// P13: until it is cleared moderation can have no key of it, and what was said with a question that came back it never gets.
#[tokio::test]
async fn moderation_gets_no_key_before_the_clearance_and_none_of_what_was_returned() {
    let house = open().await;
    let (id, told) = asked(&house).await;
    let events = |house: &House| house.service.engine().of_entry(id).unwrap();
    let question = events(&house).into_iter().find_map(|recorded| match recorded.event.payload {
        Some(Payload::ClearanceAsked(asked)) => Some(asked),
        _ => None,
    });
    let submit = question.unwrap().command.unwrap();
    let first_words = KeyId::try_from(submit.what_changed.unwrap().key_id.as_slice()).unwrap();
    let revision = house.key_of_revision(id, 1);
    assert_ne!(first_words, revision);
    let desk = house.service.desk();
    let refused = |key| {
        for asker in Origin::ALL {
            let refusal = desk.grant(asker, &[key]).unwrap_err();
            assert_eq!(refusal, KeyRefusal::NotEntitled { asker, key });
        }
    };
    refused(revision);
    refused(first_words);

    let body = json!({"digest": told["digest"], "reason": "Name the ministry."});
    let returned = house.post(&format!("/entries/{id}/return")).by("damir").json(&body).send().await.expect(200);
    assert_eq!((&returned.body["state"], &returned.body["days_left"]), (&json!("changes-requested"), &json!(83)));
    let message = &returned.body["messages"][0];
    assert_eq!((&message["kind"], &message["text"]), (&json!("clearance-returned"), &json!("Name the ministry.")));
    assert_eq!(message["by"], "publishing-authority");

    // The same revision again, and cleared: its key goes out, and neither the first words nor the reason do.
    let told = house.submitted("aigerim", id).await;
    let cleared = json!({"digest": told.body["digest"], "note": "On behalf of the Ministry."});
    let told = house.post(&format!("/entries/{id}/clear")).by("saule").json(&cleared).send().await.expect(200);
    assert_eq!((&told.body["state"], &told.body["round"]), (&json!("in-review"), &json!(1)));
    assert!(desk.grant(Origin::Moderation, &[revision]).is_ok());
    refused(first_words);
    let reason = events(&house).into_iter().find_map(|recorded| match recorded.event.payload {
        Some(Payload::ClearanceReturned(returned)) => returned.command.unwrap().reason,
        _ => None,
    });
    refused(KeyId::try_from(reason.unwrap().key_id.as_slice()).unwrap());

    let (_, submitted) = house.submission(id);
    let granted = desk.grant(Origin::Moderation, &keys::of_submitted(&submitted)).unwrap();
    house.theirs.admit(granted).unwrap();
    let theirs = Words::new(house.theirs.clone());
    assert!(theirs.open_content(id, submitted.content.as_ref().unwrap()).is_ok());
    let said = submitted.command.unwrap().what_changed.unwrap();
    let said = theirs.open_text(id, Purpose::WhatChanged, &said).unwrap();
    assert_eq!(said.as_deref(), Some("the place was corrected"));
}

#[tokio::test]
async fn who_submitted_does_not_clear_and_what_was_not_read_is_not_cleared() {
    let house = open().await;
    house.designate("damir", Role::Contributor, Some("KAZ")).await;
    let id = begun(&house).await;
    let told = house.submitted("damir", id).await.body;
    let path = format!("/entries/{id}/clear");
    let own = house.post(&path).by("damir").json(&digest(&told)).send().await.expect(403);
    assert_eq!((&own.body["code"], &own.body["because"]["origin"]), (&json!("own-submission"), &json!("submission")));
    assert!(own.body["recorded"].is_object(), "{}", own.body);
    let unread = json!({"digest": "00".repeat(32)});
    let mismatch = house.post(&path).by("saule").json(&unread).send().await.expect(409);
    assert_eq!(mismatch.body["digest"], told["digest"]);
    let contributor = house.post(&path).by("bolat").json(&digest(&told)).send().await.expect(403);
    assert!(contributor.body["detail"].as_str().unwrap().contains("publishing authority"), "{}", contributor.body);
    for wrong in [json!({}), json!({"digest": "x"}), json!({"digest": told["digest"], "note": "x".repeat(2_001)})] {
        house.post(&path).by("saule").json(&wrong).send().await.expect(422);
    }
    let blank = json!({"digest": told["digest"], "reason": " \u{200B}"});
    house.post(&format!("/entries/{id}/return")).by("saule").json(&blank).send().await.expect(422);
    let once = |key: &'static str| house.post(&path).by("saule").header("idempotency-key", key).json(&digest(&told));
    once("a").send().await.expect(200);
    let size = house.service.engine().journal().head().size;
    once("a").send().await.expect(200);
    assert_eq!(house.service.engine().journal().head().size, size, "a repeat takes effect once");
    once("b").send().await.expect(409);
}

#[tokio::test]
async fn the_history_names_who_cleared_and_in_which_role() {
    let house = open().await;
    let (id, told) = asked(&house).await;
    let note = json!({"digest": told["digest"], "note": "Agreed with the Ministry of Labour."});
    house.post(&format!("/entries/{id}/clear")).by("damir").json(&note).send().await.expect(200);
    let told = house.get(&format!("/entries/{id}/history")).by("bolat").send().await.expect(200);
    let items = told.body["items"].as_array().unwrap();
    let steps: Vec<_> = items.iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(steps, ["started", "clearance-asked", "cleared", "submitted"]);
    assert_eq!((&items[1]["text"], &items[1]["by"]["name"]), (&json!("the place was corrected"), &json!("aigerim")));
    assert_eq!(items[2]["text"], "Agreed with the Ministry of Labour.");
    for item in &items[2..] {
        assert_eq!(item["by"], json!({"role": "publishing-authority", "name": "damir"}));
    }
}

#[tokio::test]
async fn what_awaits_clearance_is_recalled_and_withdrawn_at_once() {
    let house = open().await;
    let (id, told) = asked(&house).await;
    let recalled = house.post(&format!("/entries/{id}/recall")).by("bolat").send().await.expect(200);
    assert_eq!(recalled.body["state"], "draft");
    house.post(&format!("/entries/{id}/clear")).by("damir").json(&digest(&told)).send().await.expect(409);
    house.submitted("aigerim", id).await;
    let body = json!({"reason": "filed twice"});
    let told = house.post(&format!("/entries/{id}/withdraw")).by("aigerim").json(&body).send().await.expect(200);
    assert_eq!(told.body["state"], "withdrawn");
}

#[tokio::test]
async fn a_retraction_is_proposed_cleared_and_only_then_readable_to_publication() {
    let house = open().await;
    let (id, told) = asked(&house).await;
    house.post(&format!("/entries/{id}/clear")).by("damir").json(&digest(&told)).send().await.expect(200);
    house.published(id, 1).await;
    let path = format!("/entries/{id}/ask-retraction");
    let reason = json!({"reason": "The figures were wrong."});
    let told = house.post(&path).by("aigerim").json(&reason).send().await.expect(202);
    assert_eq!(
        (&told.body["retraction"]["state"], &told.body["turn"]["who"]),
        (&json!("proposed"), &json!("publishing-authority"))
    );
    let proposal = house.service.engine().of_entry(id).unwrap().pop().unwrap().event;
    let Some(Payload::RetractionProposed(proposed)) = proposal.payload else { panic!("not proposed") };
    let sealed = proposed.command.unwrap().reason.unwrap();
    let key = KeyId::try_from(sealed.key_id.as_slice()).unwrap();
    let desk = house.service.desk();
    for asker in Origin::ALL {
        assert!(desk.grant(asker, &[key]).is_err(), "{asker}: nothing leaves the body yet");
    }
    let clear = format!("/entries/{id}/clear-retraction");
    let named = json!({"proposed": told.body["retraction"]["place"]});
    house.post(&clear).by("bolat").json(&named).send().await.expect(403);
    house.post(&clear).by("damir").json(&json!({"proposed": {"epoch": 0, "sequence": 1}})).send().await.expect(409);
    let told = house.post(&clear).by("damir").json(&named).send().await.expect(202);
    assert_eq!((&told.body["retraction"]["state"], &told.body["turn"]["who"]), (&json!("asked"), &json!("publisher")));
    for asker in Origin::ALL {
        let entitled = matches!(asker, Origin::Publication | Origin::Audit);
        assert_eq!(desk.grant(asker, &[key]).is_ok(), entitled, "{asker}");
    }
    let history = house.get(&format!("/entries/{id}/history")).by("aigerim").send().await.expect(200);
    let items = history.body["items"].as_array().unwrap();
    assert_eq!(items[items.len() - 2]["text"], "The figures were wrong.");
}

#[tokio::test]
async fn a_proposed_retraction_that_the_authority_does_not_pass_on_stays_with_its_body() {
    let house = open().await;
    let (id, told) = asked(&house).await;
    house.post(&format!("/entries/{id}/clear")).by("damir").json(&digest(&told)).send().await.expect(200);
    house.published(id, 1).await;
    let propose = house.post(&format!("/entries/{id}/ask-retraction")).by("aigerim");
    let told = propose.json(&json!({"reason": "The figures were wrong."})).send().await.expect(202);
    let path = format!("/entries/{id}/return-retraction");
    let named = told.body["retraction"]["place"].clone();
    let body = |reason: &str| json!({"proposed": named, "reason": reason});
    house.post(&path).by("damir").json(&body(" ")).send().await.expect(422);
    house.post(&path).by("bolat").json(&body("xylophone")).send().await.expect(403);
    house
        .post(&path)
        .by("damir")
        .json(&json!({"proposed": {"epoch": 0, "sequence": 1}, "reason": "x"}))
        .send()
        .await
        .expect(409);
    let told = house.post(&path).by("damir").json(&body("They were right.")).send().await.expect(200);
    assert_eq!((&told.body["retraction"], &told.body["turn"]["who"]), (&Value::Null, &json!("nobody")));
    let event = house.service.engine().of_entry(id).unwrap().pop().unwrap().event;
    let Some(Payload::RetractionReturned(returned)) = event.payload else { panic!("{event:?}") };
    let key = KeyId::try_from(returned.command.unwrap().reason.unwrap().key_id.as_slice()).unwrap();
    let desk = house.service.desk();
    for asker in Origin::ALL {
        assert!(desk.grant(asker, &[key]).is_err(), "{asker}: nothing leaves the body");
    }
    let history = house.get(&format!("/entries/{id}/history")).by("aigerim").send().await.expect(200);
    let last = history.body["items"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&last["kind"], &last["text"]), (&json!("retraction-returned"), &json!("They were right.")));
    house.post(&path).by("damir").json(&body("Again.")).send().await.expect(409);
}

#[tokio::test]
async fn hostile_clearances_are_told_and_leave_nothing() {
    let house = open().await;
    let (id, _) = asked(&house).await;
    let size = house.service.engine().journal().head().size;
    for path in ["clear", "return", "clear-retraction", "return-retraction", "appeal", "object"] {
        for body in ["", "{", "[]", "null", r#"{"digest": 7}"#, r#"{"proposed": {"epoch": -1}}"#, r#"{"reason": 1}"#] {
            let ask = house.ask(Method::POST, &format!("/entries/{id}/{path}")).by("damir").bytes(body);
            let told = ask.send().await;
            assert!(told.status.is_client_error(), "{path} {body}: {}", told.status);
        }
        let elsewhere =
            json!({"proposed": {"origin": "moderation", "epoch": 0, "sequence": 0}, "digest": "", "reason": "x"});
        let told = house.post(&format!("/entries/{id}/{path}")).by("damir").json(&elsewhere).send().await;
        assert!(told.status.is_client_error(), "{path}: {}", told.status);
    }
    assert_eq!(house.service.engine().journal().head().size, size, "nothing was written");
}

/// An event of the body's own making is submitted directly, as ever.
#[tokio::test]
async fn an_event_is_not_cleared() {
    let house = open().await;
    let id = house.started("aigerim").await.id();
    let told = house.get(&format!("/entries/{id}")).by("damir").send().await.expect(200);
    assert_eq!(told.body["needs_clearance"], false);
    assert_eq!(house.submitted("aigerim", id).await.body["state"], "in-review");
}
