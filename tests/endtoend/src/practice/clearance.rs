//! Written by two people, submitted by a third, cleared by a fourth.

use serde_json::json;

use super::{
    Scene,
    scene::refused,
    sight::{self, Stage},
};
use crate::{
    Entry,
    acts::text,
    people::{AUTHORITY_KE, AUTHORITY_KZ, CONTRIBUTOR_KE, EXPERT_KE, FOCAL_POINT_KE, MODERATOR_A},
};

/// In review for the first time.
pub(super) fn written_and_cleared(scene: &Scene) -> Entry {
    let entry = written(scene);
    let submitted = json!({"what_changed": "First submission."});
    assert_eq!(scene.submit(FOCAL_POINT_KE, &entry, &submitted), "awaiting-clearance");
    let now = scene.stands(&entry, "awaiting-clearance", "publishing-authority", "clear-or-return");
    assert_eq!((&now["round"], &now["number"]), (&json!(0), &json!(null)), "nothing was submitted yet: {now}");

    // Moderation never hears of it.
    scene.settle();
    scene.caller(MODERATOR_A).get(&entry.review("")).problem(404, "not-found");
    let queue = scene.caller(MODERATOR_A).get("/review/api/v1/reviews?state=any").expect(200);
    assert!(!queue.to_string().contains(&entry.0), "{queue}");
    sight::check(scene, &entry, Stage::OfItsBody, &[]);

    refusals(scene, &entry);
    let cleared = scene.clear(AUTHORITY_KE, &entry, "Read in the capital.");
    assert_eq!((text(&cleared, "state"), &cleared["round"]), ("in-review", &json!(1)), "{cleared}");
    let now = scene.stands(&entry, "in-review", "moderator", "decide");
    assert_eq!(now["digest"], cleared["digest"]);
    entry
}

/// Begun in English by one, in French by another.
fn written(scene: &Scene) -> Entry {
    let mut practice = Scene::practice();
    let french = practice["summary"].as_object_mut().and_then(|summary| summary.remove("fr"));
    let begin = json!({"type": "practice", "content": practice, "language": "en"});
    let begun = scene.caller(CONTRIBUTOR_KE).post("/contribute/api/v1/entries", &begin).expect(201);
    let entry = Entry::of(&begun);
    assert_eq!((text(&begun, "body"), &begun["needs_clearance"]), ("KEN", &json!(true)), "{begun}");
    scene.stands(&entry, "draft", "contributor", "submit");
    sight::check(scene, &entry, Stage::OfItsBody, &[]);
    practice["summary"]["fr"] = french.expect("the practice has a summary in French");
    let saved = scene.caller(EXPERT_KE).save(&entry, &practice);
    let faults = saved["faults"].as_array().cloned().unwrap_or_default();
    assert!(faults.iter().all(|fault| fault["grade"] == "info"), "what is missing are translations: {faults:?}");
    entry
}

/// Who may not clear, and what nobody may.
fn refusals(scene: &Scene, entry: &Entry) {
    let digest = scene.caller(AUTHORITY_KE).entry(entry)["digest"].clone();
    let clear = |who| scene.caller(who).post(&entry.draft("/clear"), &json!({"digest": digest}));
    let own = refused(&clear(FOCAL_POINT_KE), 403, "own-submission");
    assert_eq!(own["because"]["origin"], "submission", "{own}");
    assert!(own["recorded"]["sequence"].is_u64(), "such a refusal is on record: {own}");
    let unentitled = refused(&clear(CONTRIBUTOR_KE), 403, "no-designation");
    assert!(unentitled["recorded"]["sequence"].is_u64(), "{unentitled}");
    assert_eq!(clear(AUTHORITY_KZ).status, 404, "another state's authority does not know that it is there");
    assert_eq!(clear(MODERATOR_A).status, 404, "nor does moderation");
    let another = json!({"digest": "0".repeat(64)});
    let unread = scene.caller(AUTHORITY_KE).post(&entry.draft("/clear"), &another);
    assert_eq!(refused(&unread, 409, "digest-mismatch")["digest"], digest);
    scene.stands(entry, "awaiting-clearance", "publishing-authority", "clear-or-return");
}
