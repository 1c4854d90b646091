use dossier_identity::Role;
use dossier_proto::{Actor, Origin, Payload, v1};
use dossier_vault::{Kind, Purpose};
use serde_json::{Value, json};

use super::house::{CONTRIBUTOR, ENTRY, House, MODERATOR};

fn step<'a>(told: &'a super::house::Told, kind: &str) -> &'a Value {
    told.body["steps"].as_array().unwrap().iter().find(|step| step["kind"] == kind).unwrap_or_else(|| panic!("{kind}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditor_reads_what_was_said_and_on_request_what_was_submitted() {
    let house = House::with_an_entry().await;
    let told = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    let said = &step(&told, "submitted")["said"];
    assert_eq!(*said, json!([{"what": "what-changed", "mark": "said", "text": "everything is new"}]));
    let note = &step(&told, "approved")["said"][0];
    assert_eq!(*note, json!({"what": "note", "mark": "said", "text": "checked with the mission"}));
    assert!(!told.text.contains("A forum"), "contents are shown on request alone");
    let told = house.get(&format!("/entries/{ENTRY}/trail?contents=true"), Some("auditor")).await.expect(200);
    let content = &step(&told, "submitted")["said"][1];
    assert_eq!(*content, json!({"what": "content", "mark": "said", "content": {"title": {"en": "A forum"}}}));
    assert_eq!(step(&told, "trail-read")["sentence"], "An auditor read the trail.");
    let scopes = house.get("/readings", Some("auditor")).await.expect(200);
    assert_eq!(scopes.body["items"][0]["scope"], "content", "that the words were read is on record");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p13_no_key_of_a_draft_comes_here() {
    let house = House::open().await.follow();
    let world = &house.world;
    world.designate("auditor", Role::Auditor, "");
    let (key, content) = world.content(1, r#"{"title":{"en":"a secret plan"}}"#);
    // Even if somebody gave it by mistake, it is not asked for.
    world.give(key);
    world.drafted(content.clone());
    let save = v1::SaveDraft { content: Some(content.clone()), fields: vec!["title".to_owned()] };
    let by = Actor::Person(CONTRIBUTOR);
    let saved = Payload::DraftSaved(v1::DraftSaved { command: Some(save) });
    world.happens(Origin::Submission, by, Some(ENTRY), saved);
    let submit = v1::Submit {
        what_changed: Some(world.sealed_under(key, Purpose::WhatChanged, "a secret change")),
        ..v1::Submit::default()
    };
    let refused = v1::SubmissionRefused {
        attempted: Some(v1::submission_refused::Attempted::Submit(submit)),
        refusal: Some(v1::Refusal { code: "no-designation".to_owned(), ..v1::Refusal::default() }),
    };
    world.happens(Origin::Submission, by, Some(ENTRY), Payload::SubmissionRefused(refused));
    let reason = Some(world.sealed_under(key, Purpose::Reason, "a secret reason"));
    let withdrawn = v1::Withdrawn { command: Some(v1::Withdraw { reason }) };
    world.happens(Origin::Submission, by, Some(ENTRY), Payload::Withdrawn(withdrawn));
    house.level().await;
    assert!(!world.vault.holds(key), "a draft's key is not here");
    let told = house.get(&format!("/entries/{ENTRY}/trail?contents=true"), Some("auditor")).await.expect(200);
    assert!(!told.text.contains("secret"), "{}", told.text);
    assert_eq!(step(&told, "withdrawn")["said"], json!([{"what": "reason", "mark": "not-held"}]));
    assert_eq!(step(&told, "draft-started").get("said"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_is_said_to_be_and_what_was_moved_too() {
    let house = House::open().await.follow();
    let world = &house.world;
    world.designate("auditor", Role::Auditor, "");
    let (key, content) = world.content(1, r#"{"title":{"en":"A forum"}}"#);
    world.drafted(content);
    let comment = |sealed: v1::Sealed| {
        let command = v1::Comment {
            field: "title".to_owned(),
            language: "en".to_owned(),
            text: Some(sealed),
            ..v1::Comment::default()
        };
        Payload::CommentMade(v1::CommentMade { command: Some(command) })
    };
    let kept = world.sealed(Purpose::Comment, "spell it out");
    let erased = world.sealed(Purpose::Comment, "about a person");
    let moved = world.sealed(Purpose::Note, "a note in the place of a comment");
    let withheld = world.sealed_under(world.theirs.fresh(Kind::Review).unwrap(), Purpose::Comment, "not given");
    for sealed in [kept, erased.clone(), moved, withheld] {
        world.happens(Origin::Moderation, Actor::Person(MODERATOR), Some(ENTRY), comment(sealed));
    }
    house.level().await;
    world.vault.erase(erased.key_id.as_slice().try_into().unwrap()).unwrap();
    let told = house.get(&format!("/entries/{ENTRY}/trail"), Some("auditor")).await.expect(200);
    let steps = told.body["steps"].as_array().unwrap();
    let comments: Vec<_> =
        steps.iter().filter(|step| step["kind"] == "comment-made").map(|step| &step["said"][0]).collect();
    let marks: Vec<_> = comments.iter().map(|said| said["mark"].as_str().unwrap()).collect();
    assert_eq!(marks, ["said", "erased", "altered", "not-held"]);
    assert_eq!(
        *comments[0],
        json!({"what": "comment", "field": "title", "language": "en", "mark": "said", "text": "spell it out"})
    );
    assert!(!world.vault.holds(key));
}
