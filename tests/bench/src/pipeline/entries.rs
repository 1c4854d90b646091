//! An entry on its way from draft to published.

use std::{
    thread,
    time::{Duration, Instant},
};

use dossier::client::{Answer, Client};
use serde_json::{Value, json};

use crate::{arguments::Size, failure::Failure};

/// Nobody waits longer for anybody; a busy machine takes a second.
const PATIENCE: Duration = Duration::from_secs(30);

/// Who takes part, each with connections of their own.
pub(crate) struct People {
    pub(crate) contributor: Client,
    pub(crate) moderator: Client,
    pub(crate) reader: Client,
}

/// How long each part of the way took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// From sending the submission to its answer.
    pub(crate) submit: Duration,
    /// From there until the moderator's look found the review.
    pub(crate) review: Duration,
    /// From there to the answer to the approval.
    pub(crate) approve: Duration,
    /// From there until a reader's look found the edition.
    pub(crate) publish: Duration,
}

impl Way {
    /// From sending the submission until the public could read it.
    pub(crate) fn whole(&self) -> Duration {
        self.submit + self.review + self.approve + self.publish
    }
}

impl People {
    /// Files the n-th entry, and takes it all the way; waiting for others, people look so often.
    pub(crate) fn publish(&self, n: u64, size: Size, look: Duration) -> Result<Way, Failure> {
        let body = json!({"type": "event", "language": "en", "content": content(n, size)});
        let entry = done(self.contributor.post("/contribute/api/v1/entries", &body))?;
        let entry = entry["id"].as_str().ok_or_else(|| Failure::wrong(format!("an entry without an id: {entry}")))?;
        let mut watch = Watch(Instant::now());
        done(self.contributor.post(&format!("/contribute/api/v1/entries/{entry}/submit"), &json!({"certify": true})))?;
        let submit = watch.lap();
        let seen = wait(look, || self.moderator.get(&format!("/review/api/v1/reviews/{entry}")))?;
        let review = watch.lap();
        let approval = json!({"digest": seen["digest"], "note": ""});
        done(self.moderator.post(&format!("/review/api/v1/reviews/{entry}/approve"), &approval))?;
        let approve = watch.lap();
        let public = wait(look, || self.reader.get(&format!("/api/v1/entries/{entry}")))?;
        let publish = watch.lap();
        if public["edition"] != 1 {
            return Err(Failure::wrong(format!("the public reads something else than edition 1: {public}")));
        }
        Ok(Way { submit, review, approve, publish })
    }
}

struct Watch(Instant);

impl Watch {
    fn lap(&mut self) -> Duration {
        let now = Instant::now();
        now - std::mem::replace(&mut self.0, now)
    }
}

/// What a request that should succeed answers.
fn done(answer: Result<Answer, dossier::Failure>) -> Result<Value, Failure> {
    answer.and_then(Answer::document).map_err(Failure::wrong)
}

/// Looks until what is asked for is there.
fn wait(look: Duration, ask: impl Fn() -> Result<Answer, dossier::Failure>) -> Result<Value, Failure> {
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = ask().map_err(Failure::wrong)?;
        if answer.status != 404 || Instant::now() > until {
            return answer.document().map_err(Failure::wrong);
        }
        thread::sleep(look);
    }
}

/// The content of the n-th entry: the least that may be submitted, or a description of the size whose turn it is.
fn content(n: u64, size: Size) -> Value {
    let words = match size {
        Size::Small => 1,
        Size::Mix => size.of(n).div_ceil(SENTENCE.len()),
    };
    json!({
        "title": {"en": format!("Event {n}")},
        "description": {"en": SENTENCE.repeat(words)},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
    })
}

const SENTENCE: &str = "Delegations met and agreed. ";
