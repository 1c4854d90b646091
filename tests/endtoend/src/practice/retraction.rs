//! Proposed by a contributor, cleared by the state, decided by a publisher. Number and address stay.

use serde_json::{Value, json};

use super::{
    Scene,
    scene::refused,
    sight::{self, Mark, Stage},
};
use crate::{
    Entry,
    acts::text,
    people::{AUTHORITY_KE, CONTRIBUTOR_KE, FOCAL_POINT_KE, MODERATOR_A, PUBLISHER},
    until,
};

const EXPLANATION: &str = "Kenya has asked to take this practice back: the figures are being counted anew.";

/// The digests of all editions, as the tombstone keeps them.
pub(super) fn decided(scene: &Scene, entry: &Entry, number: &str) -> Vec<String> {
    let editions = scene.nobody().get(&format!("/api/v1/entries/{number}/editions")).expect(200);
    let contributor = scene.caller(CONTRIBUTOR_KE);
    let reason = json!({"reason": "The figures were counted twice in two counties."});
    let proposed = contributor.post(&entry.draft("/ask-retraction"), &reason).expect(202);
    assert_eq!(text(&proposed["retraction"], "state"), "proposed", "{proposed}");
    scene.stands(entry, "published", "publishing-authority", "clear-retraction");
    scene.settle();
    assert!(!asks(scene, entry), "publication hears nothing before the state has cleared it");
    let clear = json!({"proposed": proposed["retraction"]["place"]});
    refused(&contributor.post(&entry.draft("/clear-retraction"), &clear), 403, "no-designation");
    let cleared = scene.caller(AUTHORITY_KE).post(&entry.draft("/clear-retraction"), &clear).expect(202);
    assert_eq!(text(&cleared["retraction"], "state"), "asked", "{cleared}");
    scene.stands(entry, "published", "publisher", "decide-retraction");
    until("the publisher hears it", || asks(scene, entry).then_some(()));

    let body = json!({"reason": "at_request_of_body", "explanation": EXPLANATION});
    let retract = |who| scene.caller(who).post(&entry.public("/retract"), &body);
    refused(&retract(MODERATOR_A), 403, "no-designation");
    refused(&retract(FOCAL_POINT_KE), 403, "no-designation");
    let tombstone = retract(PUBLISHER).expect(200);
    assert_eq!((text(&tombstone, "number"), &tombstone["asked_by_body"]), (number, &json!(true)), "{tombstone}");
    assert_eq!(retract(PUBLISHER).status, 409, "once");
    scene.stands(entry, "retracted", "nobody", "nothing");

    let kept: Vec<String> = digests(&tombstone["editions"]);
    assert_eq!(kept, digests(&editions["items"]), "every edition's digest stays");
    everywhere(scene, entry, number);
    let said = [Mark::Note, Mark::Message, Mark::Judge, Mark::NextWords];
    sight::check(scene, entry, Stage::Retracted, &said);
    kept.into_iter().rev().collect()
}

fn asks(scene: &Scene, entry: &Entry) -> bool {
    let list = scene.caller(PUBLISHER).get("/api/v1/retraction-requests").expect(200);
    list["items"].as_array().into_iter().flatten().any(|one| one["id"] == entry.0.as_str())
}

fn digests(editions: &Value) -> Vec<String> {
    editions.as_array().into_iter().flatten().map(|one| text(one, "digest").to_owned()).collect()
}

/// Every address says it, and none the text.
fn everywhere(scene: &Scene, entry: &Entry, number: &str) {
    for name in [number, &entry.0] {
        for edition in ["", "/editions/1", "/editions/2", "/editions/3"] {
            let answer = scene.nobody().get(&format!("/api/v1/entries/{name}{edition}"));
            assert_eq!(answer.status, 410, "{answer}");
            let said = answer.json();
            assert_eq!((text(&said, "number"), text(&said, "explanation")), (number, EXPLANATION), "{said}");
            let page = scene.nobody().page(&format!("/entries/{number}{edition}"), "en");
            assert!(page.status == 410 && page.text().contains(EXPLANATION), "{page}");
        }
    }
    let list = scene.nobody().get("/api/v1/entries").expect(200);
    assert!(!list.to_string().contains(number), "it is in no list: {list}");
    refused(&scene.caller(CONTRIBUTOR_KE).post(&entry.draft("/revise"), &json!({})), 409, "wrong-state");
}
