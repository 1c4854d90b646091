//! A practice of Kenya on all its way, as those live it who have a part in it: national clearance, two requested changes, three peers
//! with a conflict and a split, an embargo, a correction, a second edition of its body's, a retraction. Each step is looked at by
//! everybody: who is refused with which code, whose turn it is, and what each may see (DOMAIN section 5).
//!
//! It knows a Dossier by its address and tokens alone, so it goes for one process as it goes for four and a broker.

mod clearance;
mod correction;
mod desk;
mod embargo;
mod peers;
mod retraction;
mod revision;
mod scene;
mod sight;

use std::collections::BTreeMap;

use serde_json::Value;

pub use scene::Scene;

use crate::{
    Entry,
    people::{CONTRIBUTOR_KE, MODERATOR_B, PUBLISHER, REVIEWER_C},
};

/// What came of it.
#[derive(Debug, Clone)]
pub struct Lived {
    /// The entry.
    pub entry: Entry,
    /// Its number, which stays.
    pub number: String,
    /// The digests of its editions, the first one first.
    pub digests: Vec<String>,
    /// The whole trail, as the auditor reads it.
    pub trail: Vec<Value>,
}

/// Lives through all of it.
///
/// # Panics
/// When anything is not as it should be.
pub fn live(scene: &Scene) -> Lived {
    let entry = clearance::written_and_cleared(scene);
    desk::returned_twice(scene, &entry);
    desk::passed(scene, &entry);
    peers::divided(scene, &entry);
    let number = embargo::waited_for(scene, &entry);
    correction::made(scene, &entry, &number);
    revision::published(scene, &entry, &number);
    let digests = retraction::decided(scene, &entry, &number);
    let trail = scene.whole_trail(&entry);
    Lived { entry, number, digests, trail }
}

/// What everybody is answered about it, by who and where. It does not change when nobody does anything.
pub fn answers(scene: &Scene, lived: &Lived) -> BTreeMap<String, String> {
    scene.settle();
    let (entry, number) = (&lived.entry, &lived.number);
    let mut all = BTreeMap::new();
    for who in [CONTRIBUTOR_KE, MODERATOR_B, REVIEWER_C, PUBLISHER] {
        for path in [entry.draft(""), entry.draft("/history"), entry.review(""), entry.review("?against=submission")] {
            let answer = scene.caller(who).get(&path);
            let said = if answer.status == 200 { answer.text() } else { answer.status.to_string() };
            all.insert(format!("{} at {path}", who.key), said);
        }
    }
    for edition in ["", "/editions/1", "/editions/2", "/editions/3"] {
        let path = format!("/api/v1/entries/{number}{edition}");
        all.insert(path.clone(), scene.nobody().get(&path).text());
    }
    // Readings are steps of the trail too, and are more each time.
    let steps = scene.whole_trail(entry);
    let steps: Vec<&Value> = steps.iter().filter(|step| step["kind"] != "trail-read").collect();
    all.insert(
        "the trail".to_owned(),
        steps.iter().map(|step| format!("{} {}\n", step["kind"], step["hash"])).collect(),
    );
    all
}

/// What happened, as the trail has it: the kinds of its steps, each as often as it happened.
pub fn kinds(lived: &Lived) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::new();
    for step in &lived.trail {
        *kinds.entry(step["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    kinds
}
