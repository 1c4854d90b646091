//! An editorial correction: one moderator proposes, another confirms, the body is told and objects.

use serde_json::{Value, json};

use super::{
    Scene,
    scene::refused,
    sight::{self, MESSAGE, Mark, NOTE, Stage},
};
use crate::{
    Entry,
    acts::text,
    people::{CONTRIBUTOR_KE, CONTRIBUTOR_KZ, MODERATOR_A, MODERATOR_B, REVIEWER_B},
    until,
};

/// Edition 2 is public.
pub(super) fn made(scene: &Scene, entry: &Entry, number: &str) {
    let first = scene.nobody().get(&format!("/api/v1/entries/{number}")).expect(200);
    let mut summary = first["content"]["summary"].clone();
    summary["en"] = json!(text(&summary, "en").replace("whom to call", "whom to telephone"));
    let proposal = json!({"edition": 1, "digest": first["digest"], "fields": {"summary": summary},
        "reason": format!("{MESSAGE}, a clearer word.")});
    let propose = |who, body: &Value| scene.caller(who).post(&entry.review("/propose-correction"), body);
    let mut facts = proposal.clone();
    facts["fields"] = json!({"completion": "mostly"});
    assert_eq!(propose(MODERATOR_A, &facts).status, 422, "what is no matter of editing is not corrected");
    refused(&propose(REVIEWER_B, &proposal), 403, "no-designation");
    let proposed =
        until("moderation knows the edition", || Some(propose(MODERATOR_A, &proposal)).filter(|one| one.status == 200));
    drop(proposed);

    let shown = scene.caller(MODERATOR_B).get(&entry.review("")).expect(200)["correction"].clone();
    assert_eq!((&shown["fields"], &shown["confirmed"]), (&json!(["summary"]), &json!(false)), "{shown}");
    let confirm = |who, digest: &Value| {
        let body = json!({"digest": digest, "note": format!("Yes {NOTE}.")});
        scene.caller(who).post(&entry.review("/confirm-correction"), &body)
    };
    refused(&confirm(MODERATOR_A, &shown["digest"]), 403, "own-words");
    refused(&confirm(MODERATOR_B, &json!("0".repeat(64))), 409, "digest-mismatch");
    assert_eq!(scene.nobody().get(&format!("/api/v1/entries/{number}")).expect(200)["edition"], 1);
    confirm(MODERATOR_B, &shown["digest"]).expect(200);

    let second = until("the correction is public", || {
        Some(scene.nobody().get(&format!("/api/v1/entries/{number}")).expect(200)).filter(|one| one["edition"] == 2)
    });
    assert_eq!((text(&second, "kind"), &second["digest"]), ("correction", &shown["digest"]), "{second}");
    assert_eq!(second["base"]["digest"], first["digest"], "{second}");
    assert_eq!(second["content"]["summary"], summary);
    told_and_objected(scene, entry);
    sight::check(scene, entry, Stage::Public, &[Mark::Note, Mark::Message, Mark::Judge]);
}

/// The body is told and may object, once. The correction stays.
fn told_and_objected(scene: &Scene, entry: &Entry) {
    let contributor = scene.caller(CONTRIBUTOR_KE);
    let told = until("the body is told", || Some(contributor.entry(entry)).filter(|now| now["edition"] == 2));
    assert_eq!(
        (text(&told, "state"), &told["correction"]),
        ("published", &json!({"edition": 2, "objected": false})),
        "{told}"
    );
    let message = told["messages"].as_array().into_iter().flatten().find(|one| one["kind"] == "corrected").cloned();
    let message = message.unwrap_or_else(|| panic!("no message: {told}"));
    assert_eq!((text(&message, "by"), &message["fields"]), ("moderator", &json!(["summary"])), "{message}");
    let reason = json!({"reason": "Our word was the usual one in Kenya."});
    assert_eq!(scene.caller(CONTRIBUTOR_KZ).post(&entry.draft("/object"), &reason).status, 404);
    let objected = contributor.post(&entry.draft("/object"), &reason).expect(202);
    assert_eq!(objected["correction"]["objected"], true, "{objected}");
    refused(&contributor.post(&entry.draft("/object"), &reason), 409, "wrong-state");
    let heard = until("moderation hears it", || {
        let review = scene.caller(MODERATOR_B).get(&entry.review("")).expect(200);
        review["history"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|one| text(one, "kind") == "correction-objected")
            .cloned()
    });
    assert!(heard.is_object(), "{heard}");
}
