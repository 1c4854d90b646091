//! The body's next edition takes the same way, while the public one stays.

use serde_json::json;

use super::{
    Scene,
    scene::refused,
    sight::{self, Mark, NEXT_WORDS, NOTE, Stage},
};
use crate::{
    Entry,
    acts::text,
    people::{
        AUTHORITY_KE, CONTRIBUTOR_KE, MODERATOR_B, PUBLISHER, REVIEWER_A, REVIEWER_B, REVIEWER_C, REVIEWER_INTERNAL,
    },
    until,
};

/// Edition 3 is public.
pub(super) fn published(scene: &Scene, entry: &Entry, number: &str) {
    let contributor = scene.caller(CONTRIBUTOR_KE);
    let begun = contributor.post(&entry.draft("/revise"), &json!({})).expect(200);
    assert_eq!((text(&begun, "state"), &begun["base_edition"]), ("draft", &json!(2)), "{begun}");
    assert!(text(&begun["content"]["summary"], "en").contains("telephone"), "it begins as the correction is: {begun}");
    let mut content = begun["content"].clone();
    let impact = format!(
        "{} People advised in 2022 were {NEXT_WORDS}: seven in ten hold a contract.",
        text(&content["impact"], "en")
    );
    content["impact"]["en"] = json!(impact);
    contributor.save(entry, &content);
    sight::check(scene, entry, Stage::PublicAndRevised, &[Mark::Note, Mark::Message, Mark::Judge, Mark::NextWords]);
    let submitted = json!({"what_changed": "The survey of 2025."});
    assert_eq!(scene.submit(CONTRIBUTOR_KE, entry, &submitted), "awaiting-clearance");
    scene.clear(AUTHORITY_KE, entry, "");
    scene.in_stage(entry, "desk", 4);
    scene.approve(MODERATOR_B, entry, &format!("One paragraph more {NOTE}."));
    scene.in_stage(entry, "peer", 4);
    let digest = scene.digest(entry);
    refused(&scene.caller(REVIEWER_A).approve(entry, &digest), 403, "conflict-declared");
    for peer in [REVIEWER_INTERNAL, REVIEWER_C, REVIEWER_B] {
        scene.in_stage(entry, "peer", 4);
        scene.approve(peer, entry, "");
    }
    scene.in_stage(entry, "publisher", 4);
    let public = scene.nobody().get(&format!("/api/v1/entries/{number}")).expect(200);
    assert_eq!((&public["edition"], text(&public, "state")), (&json!(2), "published"), "the public one stays");
    scene.approve(PUBLISHER, entry, "");

    let third = until("the next edition is public", || {
        Some(scene.nobody().get(&format!("/api/v1/entries/{number}")).expect(200)).filter(|one| one["edition"] == 3)
    });
    assert_eq!((text(&third, "digest"), &third["digest_holds"]), (digest.as_str(), &json!(true)));
    assert!(text(&third["content"]["impact"], "en").contains(NEXT_WORDS));
    let now = until("its body knows", || Some(contributor.entry(entry)).filter(|now| now["edition"] == 3));
    assert_eq!((text(&now, "state"), text(&now, "number")), ("published", number));
    assert_eq!(now["correction"], json!(null), "the public edition is a correction no more");
}
