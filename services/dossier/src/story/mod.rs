//! The sample record from draft to published, told step by step: README's first command.
//!
//! It works through HTTP as the people it speaks of would, and looks at where the entry stands before each step. So it goes
//! on wherever it was left, and a second run finds everything done.

mod patient;
pub mod practice;
mod revision;

use std::{
    path::Path,
    thread,
    time::{Duration, Instant},
};

use dossier_registry::Language;
use serde_json::{Value, json};

use crate::{
    Exit, Failure,
    client::{Answer, Client},
    commands::import_file::{self, Record},
    house::Tokens,
    output::text,
};

pub use patient::Patient;
#[cfg(test)]
pub(crate) use patient::tests::answering;

/// Between two looks at whether the services have heard of each other.
const LOOK: Duration = Duration::from_millis(2);
/// They hear of each other within milliseconds; a machine that is busy may take longer, and a service that was killed may
/// have to be started again by somebody.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// More steps than this and the story goes round in circles.
const STEPS_MAX: usize = 40;

/// Who plays which part.
struct People {
    contributor: Patient,
    moderator: Patient,
}

/// How far the story has come, as whoever prints it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The entry was begun now.
    Begun,
    /// The entry had been begun before.
    Found,
    /// Another step was taken.
    Step,
}

/// What came of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The entry.
    pub entry: String,
    /// Its public number.
    pub number: String,
    /// The edition that is public.
    pub edition: u64,
    /// Steps that were taken now; none when everything had been done before.
    pub steps: usize,
}

/// Tells the story on a running Dossier. `hear` is called after each step with the entry's id, to print what became durable.
///
/// # Errors
/// [`Failure`]: the file is not readable, or a service refuses what it should not.
pub fn tell(base: &str, tokens: &Tokens, sample: &Path, hear: &mut dyn FnMut(&str, Moment)) -> Result<Told, Failure> {
    let client = Client::to(base, None);
    let part = |key: &str| {
        let token = tokens.get(key);
        let client = token.map(|token| client.with_token(token));
        let client = client.ok_or_else(|| Failure::not_there(format!("nobody plays {key}")))?;
        Ok::<_, Failure>(Patient::new(client, PATIENCE))
    };
    let people = People { contributor: part("contributor-kz")?, moderator: part("moderator-a")? };
    let record = import_file::read(sample, "event", Language::En)?;
    let (entry, moment) = people.file(&record, sample)?;
    hear(&entry, moment);
    let mut steps = 0;
    loop {
        let state = people.entry(&entry)?;
        if !people.take_next_step(&entry, &state, &record)? {
            let number = text(&state, "number").to_owned();
            return Ok(Told { entry, number, edition: state["edition"].as_u64().unwrap_or_default(), steps });
        }
        hear(&entry, Moment::Step);
        steps += 1;
        if steps > STEPS_MAX {
            return Err(Failure::new(Exit::Failed, format!("the story of {entry} does not end; it stands at {state}")));
        }
    }
}

impl People {
    /// Files the sample. The same file is the same entry.
    fn file(&self, record: &Record, sample: &Path) -> Result<(String, Moment), Failure> {
        let name = sample.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let body = json!({
            "type": "event", "content": record.content, "language": "en",
            "source": {"name": name, "text": record.source},
        });
        let answer = self.contributor.post("/contribute/api/v1/entries", &body)?;
        let moment = if answer.status == 201 { Moment::Begun } else { Moment::Found };
        Ok((text(&answer.document()?, "id").to_owned(), moment))
    }

    fn entry(&self, entry: &str) -> Result<Value, Failure> {
        self.contributor.get(&format!("/contribute/api/v1/entries/{entry}"))?.document()
    }

    /// Does what comes next. Answers "no" when edition 2 is public.
    fn take_next_step(&self, entry: &str, state: &Value, record: &Record) -> Result<bool, Failure> {
        let edition = state["edition"].as_u64().unwrap_or_default();
        match (text(state, "state"), edition) {
            ("published", 2..) => Ok(false),
            ("published", _) => self.ask(entry, "revise", &json!({})).map(|()| true),
            ("draft", 0) => self.submit(entry, &json!({"certify": true})).map(|()| true),
            ("draft", _) => self.revise(entry, state).map(|()| true),
            ("changes-requested", _) => self.answer(entry, state).map(|()| true),
            ("in-review", 0) => self.approve(entry).map(|()| true),
            ("in-review", _) => self.judge_revision(entry, record).map(|()| true),
            // Approved and about to be published, or a request under way: others have the next move.
            _ => self.wait_for_others(entry, state).map(|()| true),
        }
    }

    fn ask(&self, entry: &str, what: &str, body: &Value) -> Result<(), Failure> {
        self.contributor.post(&format!("/contribute/api/v1/entries/{entry}/{what}"), body)?.document().map(drop)
    }

    fn submit(&self, entry: &str, body: &Value) -> Result<(), Failure> {
        self.ask(entry, "submit", body)
    }

    /// Takes date and place from the text, as far as a first attempt does.
    fn revise(&self, entry: &str, state: &Value) -> Result<(), Failure> {
        let attempt = revision::first_attempt(&state["content"]);
        self.save(entry, state, &attempt)?;
        self.submit(entry, &json!({
            "what_changed": "The date and the place now agree with the text: New York, 17 to 20 May 2022.", "certify": true,
        }))
    }

    /// Answers what was requested.
    fn answer(&self, entry: &str, state: &Value) -> Result<(), Failure> {
        let mended = revision::mended(&state["content"]);
        self.save(entry, state, &mended)?;
        let items = state["requested_changes"].as_array().map(Vec::as_slice).unwrap_or_default();
        let answers: Vec<_> = items
            .iter()
            .map(|item| json!({"item": item["item"], "text": "The country and the time zone are given now."}))
            .collect();
        self.submit(entry, &json!({
            "what_changed": "The date and the place now agree with the text: New York, United States of America, 17 to 20 May 2022.",
            "certify": true, "answers": answers,
        }))
    }

    fn save(&self, entry: &str, state: &Value, content: &Value) -> Result<(), Failure> {
        let path = format!("/contribute/api/v1/entries/{entry}/draft");
        self.contributor.put(&path, text(state, "etag"), &json!({"content": content}))?.document().map(drop)
    }

    /// Returns the first attempt, approves the mended one.
    fn judge_revision(&self, entry: &str, record: &Record) -> Result<(), Failure> {
        let review = self.review(entry)?;
        if revision::is_mended(&review["content"]) || review["content"] == record.content {
            return self.approve(entry);
        }
        let body = json!({"digest": review["digest"], "items": [{
            "field": "location", "language": "en",
            "text": "New York alone is not clear to every reader. Give the country, and the time zone of the dates.",
        }]});
        self.decide(entry, "request-changes", &body)
    }

    fn approve(&self, entry: &str) -> Result<(), Failure> {
        let review = self.review(entry)?;
        self.decide(
            entry,
            "approve",
            &json!({"digest": review["digest"], "note": "Read and checked against the page."}),
        )
    }

    /// The review, as soon as moderation has heard of it.
    fn review(&self, entry: &str) -> Result<Value, Failure> {
        let path = format!("/review/api/v1/reviews/{entry}");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let answer = self.moderator.get(&path)?;
            if is_open(&answer) || Instant::now() > deadline {
                return answer.document();
            }
            thread::sleep(LOOK);
        }
    }

    fn decide(&self, entry: &str, what: &str, body: &Value) -> Result<(), Failure> {
        self.moderator.post(&format!("/review/api/v1/reviews/{entry}/{what}"), body)?.document()?;
        // The decision is durable; the contributor's side hears of it a moment later.
        let before = self.entry(entry)?;
        if text(&before, "state") == "in-review" { self.wait_for_others(entry, &before) } else { Ok(()) }
    }

    /// Waits until the entry stands elsewhere.
    fn wait_for_others(&self, entry: &str, before: &Value) -> Result<(), Failure> {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let now = self.entry(entry)?;
            if now["state"] != before["state"] || now["edition"] != before["edition"] {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        Err(Failure::new(
            Exit::Failed,
            format!("{entry} stays {}; the services do not hear of each other", text(before, "state")),
        ))
    }
}

fn is_open(review: &Answer) -> bool {
    review.status == 200 && review.text("state") == "in-review"
}
