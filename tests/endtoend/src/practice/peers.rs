//! Peers: one has a conflict, one wrote a part of it, two approve, one objects, and a further one is asked.

use serde_json::{Value, json};

use super::{
    Scene,
    scene::refused,
    sight::{self, Mark, NOTE, Stage},
};
use crate::{
    Entry,
    acts::text,
    people::{EXPERT_KE, MODERATOR_B, PUBLISHER, REVIEWER_A, REVIEWER_B, REVIEWER_C, REVIEWER_D, REVIEWER_INTERNAL},
};

/// Passed on to the publisher.
pub(super) fn divided(scene: &Scene, entry: &Entry) {
    let review = scene.in_stage(entry, "peer", 3);
    let digest = text(&review, "digest").to_owned();
    refusals(scene, entry, &digest);

    conflict(scene, entry, &digest);
    scene.approve(REVIEWER_INTERNAL, entry, &format!("Well evidenced {NOTE}."));
    scene.approve(REVIEWER_B, entry, &format!("Can be repeated elsewhere {NOTE}."));
    let again = scene.caller(REVIEWER_B).approve(entry, &digest).expect(200);
    assert_eq!(peer(&scene.in_stage(entry, "peer", 3))["needs"][1]["given"], 1, "one opinion of one person: {again}");
    let reason = format!("The fall in complaints may have other causes {NOTE}.");
    scene.caller(REVIEWER_C).post(&entry.review("/object"), &json!({"digest": digest, "reason": reason})).expect(200);

    let review = scene.in_stage(entry, "peer", 3);
    let split = peer(&review);
    assert_eq!((text(&split, "state"), text(&split, "standing")), ("current", "split"), "{split}");
    let given: Vec<_> = split["needs"].as_array().into_iter().flatten().map(|need| need["given"].clone()).collect();
    assert_eq!(given, [json!(1), json!(2)], "each need has its count: {split}");
    assert_eq!((&split["on_split"]["count"], &split["on_split"]["given"]), (&json!(1), &json!(0)), "{split}");
    let early = scene.caller(PUBLISHER).approve(entry, &digest);
    assert!(matches!(early.status, 403 | 404), "the publisher comes after the peers: {early}");
    sight::check(scene, entry, Stage::Judged, &[Mark::Note, Mark::Message, Mark::Judge]);

    let passed = scene.approve(REVIEWER_D, entry, &format!("Read both opinions; let it pass {NOTE}."));
    assert_eq!((text(&passed, "stage"), text(&passed["turn"], "who")), ("publisher", "publisher"), "{passed}");
    let review = scene.in_stage(entry, "publisher", 3);
    let opinions = review["opinions"].as_array().cloned().unwrap_or_default();
    let counted: Vec<_> = opinions.iter().filter(|one| one["counts"] == true).collect();
    assert_eq!(counted.len(), 5, "the desk, three for it, one against it: {opinions:?}");
    assert!(opinions.iter().filter(|one| one["opinion"] == "objects").count() == 1, "{opinions:?}");
    sight::check(scene, entry, Stage::ForPublishers, &[Mark::Note, Mark::Message, Mark::Judge]);
}

/// Who cannot count.
fn refusals(scene: &Scene, entry: &Entry, digest: &str) {
    let own = refused(&scene.caller(EXPERT_KE).approve(entry, digest), 403, "own-words");
    assert_eq!(own["because"]["origin"], "submission", "it names the event that disqualifies: {own}");
    let object = json!({"digest": digest, "reason": "Not mine to judge."});
    refused(&scene.caller(EXPERT_KE).post(&entry.review("/object"), &object), 403, "own-words");
    refused(&scene.caller(MODERATOR_B).approve(entry, digest), 403, "not-asked-in-this-stage");
    let another = scene.caller(REVIEWER_B).approve(entry, &"0".repeat(64));
    assert_eq!(refused(&another, 409, "digest-mismatch")["digest"], digest);
}

/// An opinion is given, a conflict declared: the opinion counts no more, for ever.
fn conflict(scene: &Scene, entry: &Entry, digest: &str) {
    scene.approve(REVIEWER_A, entry, &format!("A good practice {NOTE}."));
    assert_eq!(peer(&scene.in_stage(entry, "peer", 3))["needs"][1]["given"], 1);
    let reason = json!({"reason": format!("I advised the department in 2022 {NOTE}.")});
    scene.caller(REVIEWER_A).post(&entry.review("/declare-conflict"), &reason).expect(200);
    let review = scene.in_stage(entry, "peer", 3);
    assert_eq!(peer(&review)["needs"][1]["given"], 0, "{}", peer(&review));
    assert_eq!(review["conflicts"].as_array().map(Vec::len), Some(1), "{review}");
    let out = refused(&scene.caller(REVIEWER_A).approve(entry, digest), 403, "conflict-declared");
    assert_eq!(out["because"]["origin"], "moderation", "{out}");
}

fn peer(review: &Value) -> Value {
    let stages = review["stages"].as_array().cloned().unwrap_or_default();
    stages.into_iter().find(|stage| stage["key"] == "peer").unwrap_or_default()
}
