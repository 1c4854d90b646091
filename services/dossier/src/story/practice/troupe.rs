//! Who plays which part, and how they are heard.

use std::{
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{Heard, text};
use crate::{
    Exit, Failure,
    client::{Answer, Client},
    house::{DEMO_PEOPLE, Tokens},
    story::Patient,
};

/// They hear of each other within milliseconds; a machine that is busy may take longer, and a service that was killed may have to be
/// started again by somebody.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks.
const LOOK: Duration = Duration::from_millis(5);

/// Everybody, and the entry they are about.
pub(super) struct Troupe<'a> {
    client: Client,
    tokens: &'a Tokens,
    hear: &'a mut dyn FnMut(Heard),
    pub(super) entry: String,
    steps: usize,
    refusals: usize,
}

impl<'a> Troupe<'a> {
    /// All of them must be there.
    pub(super) fn gather(base: &str, tokens: &'a Tokens, hear: &'a mut dyn FnMut(Heard)) -> Result<Self, Failure> {
        if let Some(absent) = DEMO_PEOPLE.iter().find(|person| !tokens.contains_key(person.key)) {
            return Err(Failure::not_there(format!(
                "nobody plays {}: the demonstration was started by an older version; start it with this one",
                absent.key
            )));
        }
        Ok(Self { client: Client::to(base, None), tokens, hear, entry: String::new(), steps: 0, refusals: 0 })
    }

    /// The entry, how much was done, and how much refused.
    pub(super) fn told(self) -> (String, usize, usize) {
        (self.entry, self.steps, self.refusals)
    }

    /// Something else begins.
    pub(super) fn chapter(&mut self, words: &str) {
        (self.hear)(Heard::Chapter(words.to_owned()));
    }

    /// What everybody sees.
    pub(super) fn sees(&mut self, words: &str) {
        (self.hear)(Heard::Seen(words.to_owned()));
    }

    /// Somebody asks for something, and it is done.
    pub(super) fn does(&mut self, who: &str, what: &str, path: &str, body: &Value) -> Result<Value, Failure> {
        let answer = self.somebody(who)?.post(path, body)?;
        self.done(who, what, answer)
    }

    /// Somebody saves the draft.
    pub(super) fn saves(&mut self, who: &str, what: &str, content: &Value) -> Result<Value, Failure> {
        let etag = text(&self.draft(who)?, "etag").to_owned();
        let body = serde_json::json!({"content": content});
        let answer = self.somebody(who)?.put(&self.at_body("/draft"), &etag, &body)?;
        self.done(who, what, answer)
    }

    fn done(&mut self, who: &str, what: &str, answer: Answer) -> Result<Value, Failure> {
        let document = answer.document()?;
        self.steps += 1;
        (self.hear)(Heard::Done(format!("{} {what}", name_of(who))));
        Ok(document)
    }

    /// Somebody tries what must be refused with this code.
    pub(super) fn may_not(
        &mut self,
        who: &str,
        what: &str,
        path: &str,
        body: &Value,
        code: &str,
    ) -> Result<(), Failure> {
        let answer = self.somebody(who)?.post(path, body)?;
        let words = format!("{} {what}", name_of(who));
        let is_refused = (400..500).contains(&answer.status) && (code.is_empty() || answer.text("code") == code);
        if !is_refused {
            let found = format!("{} {} {}", answer.status, answer.text("code"), answer.text("detail"));
            return Err(Failure::new(
                Exit::Failed,
                format!("{words}: this must be refused as {code}, and was answered {found}"),
            ));
        }
        self.refusals += 1;
        (self.hear)(Heard::Refused(words, said(&answer)));
        Ok(())
    }

    /// The entry as its body sees it.
    pub(super) fn draft(&self, who: &str) -> Result<Value, Failure> {
        self.somebody(who)?.get(&self.at_body(""))?.document()
    }

    /// Waits until the body sees it stand there.
    pub(super) fn stands(&self, state: &str) -> Result<Value, Failure> {
        self.until(&format!("the entry is {state}"), || {
            Ok(Some(self.draft("contributor-ke")?).filter(|now| text(now, "state") == state))
        })
    }

    /// Waits until its review is at this stage, and gives it.
    pub(super) fn in_stage(&self, stage: &str, round: u64) -> Result<Value, Failure> {
        let path = self.at_review("");
        self.until(&format!("the review is at the stage {stage}"), || {
            let answer = self.somebody("moderator-a")?.get(&path)?;
            let is_there = |review: &Value| {
                text(review, "state") == "in-review" && text(review, "stage") == stage && review["round"] == round
            };
            Ok(Some(answer.document).filter(|review| answer.status == 200 && is_there(review)))
        })
    }

    /// Waits until somebody reads what they are to judge, and gives its digest.
    pub(super) fn reads(&self, who: &str) -> Result<Value, Failure> {
        let path = self.at_review("");
        self.until(&format!("{} reads it", name_of(who)), || {
            let answer = self.somebody(who)?.get(&path)?;
            Ok(Some(answer.document["digest"].clone()).filter(|_| answer.document["content"].is_object()))
        })
    }

    /// Waits for something that somebody is told.
    pub(super) fn hears(&self, who: &str, path: &str, wanted: &dyn Fn(&Value) -> bool) -> Result<Value, Failure> {
        self.until(&format!("{} sees at {path} what was done", name_of(who)), || {
            let answer = self.somebody(who)?.get(path)?;
            Ok(Some(answer.document).filter(|document| wanted(document)))
        })
    }

    /// What somebody reads now; nobody in particular where they are not named.
    pub(super) fn looks(&self, who: Option<&str>, path: &str) -> Result<Answer, Failure> {
        let looker = who.map_or_else(|| Ok(Patient::new(self.client.clone(), PATIENCE)), |who| self.somebody(who));
        looker?.get(path)
    }

    /// Waits, with a deadline.
    fn until<T>(&self, what: &str, mut look: impl FnMut() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look()? {
                return Ok(found);
            }
            if Instant::now() > deadline {
                let words = format!(
                    "{}: waited a minute in vain until {what}; the services do not hear of each other",
                    self.entry
                );
                return Err(Failure::new(Exit::Failed, words));
            }
            thread::sleep(LOOK);
        }
    }

    /// Where its body works on it.
    pub(super) fn at_body(&self, what: &str) -> String {
        format!("/contribute/api/v1/entries/{}{what}", self.entry)
    }

    /// Where it is judged.
    pub(super) fn at_review(&self, what: &str) -> String {
        format!("/review/api/v1/reviews/{}{what}", self.entry)
    }

    /// Where the public reads it.
    pub(super) fn in_public(&self, what: &str) -> String {
        format!("/api/v1/entries/{}{what}", self.entry)
    }

    fn somebody(&self, who: &str) -> Result<Patient, Failure> {
        let token = self.tokens.get(who).ok_or_else(|| Failure::not_there(format!("nobody plays {who}")))?;
        Ok(Patient::new(self.client.with_token(token), PATIENCE))
    }
}

/// `Olive Tamarind (authority-ke)`.
pub(super) fn name_of(who: &str) -> String {
    let name = DEMO_PEOPLE.iter().find(|person| person.key == who).map_or("somebody", |person| person.name);
    format!("{name} ({who})")
}

/// What a refusal says, in one line, with the event that stands against it.
fn said(answer: &Answer) -> String {
    let (title, detail) = (answer.text("title"), answer.text("detail"));
    let words = if detail.is_empty() { title } else { detail };
    let words = format!("{}: {}.", answer.status, words.trim_end_matches('.'));
    let because = &answer.document["because"];
    match (because["origin"].as_str(), because["sequence"].as_u64()) {
        (Some(origin), Some(sequence)) if !words.contains(&format!("{origin} {sequence}")) => {
            format!("{words} Because of {origin} {sequence}.")
        }
        _ => words,
    }
}
