//! Where the practice is lived through, and what everybody does there.

use std::fs;

use serde_json::{Value, json};

use crate::{
    Caller, Entry,
    acts::text,
    people::{AUDITOR, CONTRIBUTOR_KE, MODERATOR_A, Person},
    until,
};

/// A running Dossier with the people of a demonstration.
pub struct Scene {
    base: String,
    tokens: Value,
    settle: Box<dyn Fn()>,
}

impl Scene {
    /// At an address, with the people's tokens; `settle` returns when every service has heard of everything.
    pub fn new(base: &str, tokens: Value, settle: impl Fn() + 'static) -> Self {
        Self { base: base.to_owned(), tokens, settle: Box::new(settle) }
    }

    /// Somebody of the demonstration.
    ///
    /// # Panics
    /// There is no such person.
    pub fn caller(&self, who: Person) -> Caller {
        let token = self.tokens[who.key].as_str().unwrap_or_else(|| panic!("{} has no token", who.key));
        Caller::new(&self.base, Some(token))
    }

    /// The public.
    pub fn nobody(&self) -> Caller {
        Caller::new(&self.base, None)
    }

    /// Returns when every service has heard of everything.
    pub fn settle(&self) {
        (self.settle)();
    }

    /// The practice, as the file has it.
    ///
    /// # Panics
    /// The file cannot be read.
    pub fn practice() -> Value {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../data/practice-kenya.json");
        serde_json::from_str(&fs::read_to_string(file).expect("the practice is in the repository")).expect("it is JSON")
    }

    /// Waits until the body sees the entry in this state, with this turn, and gives the document.
    pub(super) fn stands(&self, entry: &Entry, state: &str, turn: &str, next: &str) -> Value {
        let now = self.caller(CONTRIBUTOR_KE).wait_for(entry, state);
        let (who, what) = (text(&now["turn"], "who"), text(&now["next"], "what"));
        assert_eq!((who, what), (turn, next), "{state}: {now}");
        now
    }

    /// Waits until moderation has the review in this stage and round, and gives it.
    pub(super) fn in_stage(&self, entry: &Entry, stage: &str, round: u32) -> Value {
        until(&format!("{entry} is in {stage}, round {round}"), || {
            let review = self.caller(MODERATOR_A).get(&entry.review(""));
            let review = (review.status == 200).then(|| review.json())?;
            (review["state"] == "in-review" && review["stage"] == stage && review["round"] == round).then_some(review)
        })
    }

    /// Submits as somebody; the state it leads to.
    pub(super) fn submit(&self, who: Person, entry: &Entry, more: &Value) -> String {
        let mut body = json!({"certify": true});
        merge(&mut body, more);
        text(&self.caller(who).post(&entry.draft("/submit"), &body).expect(200), "state").to_owned()
    }

    /// The publishing authority clears what it reads, with a word to the moderators.
    pub(super) fn clear(&self, who: Person, entry: &Entry, note: &str) -> Value {
        let authority = self.caller(who);
        let digest = authority.entry(entry)["digest"].clone();
        authority.post(&entry.draft("/clear"), &json!({"digest": digest, "note": note})).expect(200)
    }

    /// Somebody approves what they read.
    pub(super) fn approve(&self, who: Person, entry: &Entry, note: &str) -> Value {
        let digest = self.digest(entry);
        let read = until(&format!("{} reads it", who.key), || {
            let read = self.caller(who).get(&entry.review(""));
            (read.status == 200).then(|| read.json()).filter(|review| review["content"].is_object())
        });
        assert_eq!(text(&read, "digest"), digest, "{} reads something else", who.key);
        self.caller(who).post(&entry.review("/approve"), &json!({"digest": digest, "note": note})).expect(200)
    }

    /// The digest that moderation judges.
    pub(super) fn digest(&self, entry: &Entry) -> String {
        text(&self.caller(MODERATOR_A).get(&entry.review("")).expect(200), "digest").to_owned()
    }

    /// The trail, from its first page to its last.
    pub(super) fn whole_trail(&self, entry: &Entry) -> Vec<Value> {
        self.settle();
        let (mut steps, mut path) = (Vec::new(), entry.trail());
        loop {
            let page = self.caller(AUDITOR).get(&path).expect(200);
            steps.extend(page["steps"].as_array().cloned().unwrap_or_default());
            match page["next"].as_str() {
                Some(cursor) => path = format!("{}?cursor={cursor}", entry.trail()),
                None => return steps,
            }
        }
    }
}

/// A problem of this status and code.
#[track_caller]
pub(super) fn refused(answer: &crate::Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.status, status, "{answer}");
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{answer}");
    problem
}

/// Puts the members of one object into another.
pub(super) fn merge(into: &mut Value, more: &Value) {
    let (Some(into), Some(more)) = (into.as_object_mut(), more.as_object()) else { return };
    into.extend(more.iter().map(|(name, value)| (name.clone(), value.clone())));
}
