//! The desk asks for two changes, opens one of them again, and lets it pass.

use serde_json::{Value, json};

use super::{
    Scene,
    scene::refused,
    sight::{self, MESSAGE, Mark, NOTE, Stage},
};
use crate::{
    Entry,
    acts::text,
    people::{AUTHORITY_KE, CONTRIBUTOR_KE, EXPERT_KE, MODERATOR_A, MODERATOR_B},
    until,
};

/// Two rounds of changes.
pub(super) fn returned_twice(scene: &Scene, entry: &Entry) {
    let review = scene.in_stage(entry, "desk", 1);
    assert_eq!(text(&review["turn"], "who"), "moderator", "{review}");
    sight::check(scene, entry, Stage::Judged, &[]);
    claimed(scene, entry);
    requested(scene, entry, &review);

    answered(scene, entry);
    reopened(scene, entry);
    answered_again(scene, entry);
}

/// Approved at the desk.
pub(super) fn passed(scene: &Scene, entry: &Entry) {
    let review = scene.in_stage(entry, "desk", 3);
    settle(scene, entry, &review, 2, "accepted", None);
    let approved = scene.approve(MODERATOR_A, entry, &format!("Fit for peers {NOTE}."));
    assert_eq!((text(&approved, "state"), text(&approved, "stage")), ("in-review", "peer"), "{approved}");
    assert_eq!(text(&approved["turn"], "who"), "reviewer", "{approved}");
    // To the body it is the same review.
    scene.stands(entry, "in-review", "moderator", "decide");
}

fn claimed(scene: &Scene, entry: &Entry) {
    let claimed = scene.caller(MODERATOR_A).post(&entry.review("/claim"), &json!({})).expect(200);
    let claim = &claimed["claim"];
    assert!(claim["mine"] == true && claim["until"].as_str() > claim["since"].as_str(), "{claimed}");
    let digest = scene.digest(entry);
    let other = scene.caller(MODERATOR_B).approve(entry, &digest);
    assert_eq!(refused(&other, 409, "wrong-state")["claimed_by"], "moderator", "{other}");
}

fn requested(scene: &Scene, entry: &Entry, review: &Value) {
    let body = json!({"digest": review["digest"], "items": [
        {"field": "summary", "language": "en", "quote": "The PDO", "text": format!("{MESSAGE}, spell out what a PDO is.")},
        {"field": "impact", "text": "Say of which years these figures are, and where they can be read."},
    ], "comments": [{"text": format!("The figures look high {NOTE}.")}]});
    scene.caller(MODERATOR_A).post(&entry.review("/request-changes"), &body).expect(200);
    let now = scene.stands(entry, "changes-requested", "contributor", "answer-and-submit");
    let items = now["requested_changes"].as_array().cloned().unwrap_or_default();
    let fields: Vec<_> = items.iter().map(|item| text(item, "field")).collect();
    assert_eq!((fields, &now["days_left"]), (vec!["summary", "impact"], &json!(83)), "{now}");
    sight::check(scene, entry, Stage::Judged, &[Mark::Note, Mark::Message, Mark::Judge]);
}

/// Both are answered with a text that has to be cleared again.
fn answered(scene: &Scene, entry: &Entry) {
    let contributor = scene.caller(CONTRIBUTOR_KE);
    let mut content = contributor.entry(entry)["content"].clone();
    let summary = text(&content["summary"], "en").replace("PDO", "pre-departure officer");
    content["summary"]["en"] = json!(summary);
    let impact =
        text(&content["impact"], "en").replace("The desks advised", "From March 2021 to June 2024 the desks advised");
    content["impact"]["en"] = json!(impact);
    contributor.save(entry, &content);
    let submitted = json!({"what_changed": "The acronym is spelled out; the figures have their years.", "answers": [
        {"item": 1, "text": "Pre-departure officer: said now."}, {"item": 2, "text": "The years are given."},
    ]});
    assert_eq!(scene.submit(CONTRIBUTOR_KE, entry, &submitted), "awaiting-clearance", "what it says has changed");
    scene.stands(entry, "awaiting-clearance", "publishing-authority", "clear-or-return");
    // Moderation still has what it had.
    scene.settle();
    let still = scene.caller(MODERATOR_A).get(&entry.review("")).expect(200);
    assert_eq!((text(&still, "state"), &still["round"]), ("changes-requested", &json!(1)), "{still}");
    scene.clear(AUTHORITY_KE, entry, "");
}

/// One is accepted; the other one is not answered yet.
fn reopened(scene: &Scene, entry: &Entry) {
    let review = scene.in_stage(entry, "desk", 2);
    assert_eq!(review["difference"]["against"], "submission", "{}", review["difference"]);
    let items = review["requested_changes"].as_array().cloned().unwrap_or_default();
    assert!(items.len() == 2 && items.iter().all(|item| item["state"] == "answered"), "{items:?}");
    settle(scene, entry, &review, 1, "accepted", None);
    settle(scene, entry, &review, 2, "reopened", Some("The years are there. Where can the figures be read?"));
    let open = scene.caller(MODERATOR_A).approve(entry, text(&review, "digest"));
    let open = refused(&open, 409, "change-open");
    assert_eq!((&open["round"], &open["item"]), (&json!(1), &json!(2)), "{open}");
    scene
        .caller(MODERATOR_A)
        .post(&entry.review("/request-changes"), &json!({"digest": review["digest"], "items": []}))
        .expect(200);
    let now = scene.stands(entry, "changes-requested", "contributor", "answer-and-submit");
    let items = now["requested_changes"].as_array().cloned().unwrap_or_default();
    let stand: Vec<_> =
        items.iter().map(|item| (text(item, "field"), text(item, "settled"), &item["answered"])).collect();
    let expected = [("summary", "accepted", &json!(true)), ("impact", "reopened", &json!(false))];
    assert_eq!(stand, expected, "{items:?}");
}

/// A link needs no clearance of the state.
fn answered_again(scene: &Scene, entry: &Entry) {
    let contributor = scene.caller(EXPERT_KE);
    let mut content = contributor.entry(entry)["content"].clone();
    content["links"] =
        json!([{"url": "https://labour-mobility.example/evaluation-2024", "title": {"en": "Evaluation of 2024"}}]);
    contributor.save(entry, &content);
    let answers = json!([{"item": 2, "text": "The evaluation is linked."}]);
    let submitted = json!({"what_changed": "A link to the evaluation.", "answers": answers});
    assert_eq!(scene.submit(EXPERT_KE, entry, &submitted), "in-review", "a link is not what a state clears");
    let now = scene.stands(entry, "in-review", "moderator", "decide");
    assert_eq!(now["round"], 3, "{now}");
}

fn settle(scene: &Scene, entry: &Entry, review: &Value, item: u32, outcome: &str, said: Option<&str>) {
    let body = json!({"digest": review["digest"], "round": 1, "item": item, "outcome": outcome, "text": said});
    scene.caller(MODERATOR_A).post(&entry.review("/settle-change"), &body).expect(200);
    let settled = until("the change is settled", || {
        let now = scene.caller(MODERATOR_A).get(&entry.review("")).expect(200);
        let items = now["requested_changes"].as_array().cloned().unwrap_or_default();
        items.into_iter().find(|one| one["item"] == item && one["state"] == outcome)
    });
    assert_eq!(settled["round"], 1, "{settled}");
}
