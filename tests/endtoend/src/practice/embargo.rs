//! The publisher approves under an embargo, which nobody ends early.

use serde_json::{Value, json};

use super::{
    Scene,
    scene::refused,
    sight::{self, Mark, NOTE, Stage},
};
use crate::{
    Entry,
    acts::text,
    people::{CONTRIBUTOR_KE, MODERATOR_A, PUBLISHER},
    until,
    waiting::in_seconds,
};

/// Long enough for everybody to look meanwhile, on a busy machine too.
const EMBARGO_SECONDS: u64 = 20;

/// Published when its time has come; the number.
pub(super) fn waited_for(scene: &Scene, entry: &Entry) -> String {
    let digest = scene.digest(entry);
    let at = in_seconds(EMBARGO_SECONDS);
    let approval = json!({"digest": digest, "note": format!("After the conference {NOTE}."), "publish_at": at});
    let approved = scene.caller(PUBLISHER).post(&entry.review("/approve"), &approval).expect(200);
    assert_eq!(text(&approved, "state"), "approved", "{approved}");

    let waiting = scene.stands(entry, "scheduled", "system", "publish");
    assert_eq!(
        (&waiting["number"], &waiting["edition"]),
        (&json!(null), &json!(null)),
        "no number before it is public"
    );
    assert!(text(&waiting["next"], "by").starts_with(at.trim_end_matches('Z')), "{waiting}");
    let listed = listed(scene, entry);
    assert_eq!((text(&listed, "digest"), &listed["number"]), (digest.as_str(), &json!(null)), "{listed}");
    refusals(scene, entry);
    // Who looks now looks before its time.
    sight::check(scene, entry, Stage::ForPublishers, &[Mark::Note, Mark::Message, Mark::Judge]);
    scene.nobody().get(&entry.public("")).problem(404, "not-found");

    let published = until("its time has come", || {
        let now = scene.caller(CONTRIBUTOR_KE).entry(entry);
        (now["state"] == "published").then_some(now)
    });
    let number = text(&published, "number").to_owned();
    assert!(number.starts_with("PRA-"), "{number}");
    let public = scene.nobody().get(&format!("/api/v1/entries/{number}")).expect(200);
    assert!(text(&public, "published_at") >= at.trim_end_matches('Z'), "not before {at}: {public}");
    assert_eq!((text(&public, "digest"), &public["digest_holds"]), (digest.as_str(), &json!(true)));
    assert_eq!((&public["edition"], text(&public["body"], "code")), (&json!(1), "KEN"));
    let languages: Vec<_> = public["languages"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(languages, ["en", "fr"], "in French as far as it was translated");
    let page = scene.nobody().page(&format!("/entries/{number}"), "fr");
    assert!(page.status == 200 && page.text().contains("Un seul guichet"), "{page}");
    sight::check(scene, entry, Stage::Public, &[Mark::Note, Mark::Message, Mark::Judge]);
    number
}

fn listed(scene: &Scene, entry: &Entry) -> Value {
    until("a publisher finds it in the schedule", || {
        let list = scene.caller(PUBLISHER).get("/api/v1/scheduled").expect(200);
        list["items"].as_array().into_iter().flatten().find(|one| one["id"] == entry.0.as_str()).cloned()
    })
}

fn refusals(scene: &Scene, entry: &Entry) {
    let publish = format!("/api/v1/scheduled/{entry}/publish");
    refused(&scene.caller(PUBLISHER).post(&publish, &json!({})), 409, "embargo");
    let sooner = json!({"at": in_seconds(3), "reason": "Sooner."});
    let sooner = scene.caller(PUBLISHER).post(&format!("/api/v1/scheduled/{entry}/reschedule"), &sooner);
    refused(&sooner, 409, "embargo");
    assert_eq!(scene.caller(MODERATOR_A).post(&publish, &json!({})).status, 403, "only publishers");
}
