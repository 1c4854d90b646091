//! Looks on while a house is treated badly: whatever it answers is a proper answer, and afterwards it works as before.

use std::{collections::BTreeSet, sync::Mutex};

use serde_json::json;

use crate::{
    Answer, Entry, House,
    acts::text,
    people::{AUDITOR, CONTRIBUTOR_KZ, MODERATOR_A, PUBLISHER, Person},
    raw,
    records::event,
    until,
};

/// A house with an entry in each state that requests can be about, and what it has answered.
#[derive(Debug)]
pub struct Watch {
    /// The house.
    pub house: House,
    /// With its body.
    pub draft: Entry,
    /// With moderation.
    pub reviewed: Entry,
    /// Public.
    pub published: Entry,
    /// Its number.
    pub number: String,
    known: Mutex<BTreeSet<String>>,
}

/// The audit service looks at the others' checkpoints a few times a second; until they speak of the edition and of what it rests on, a receipt is to
/// be asked for again. That is no fault, and yet an answer of the 500s, which nobody here is to be given.
fn wait_for_a_receipt(house: &House, number: &str) {
    let edition = house.nobody().get(&format!("/api/v1/entries/{number}")).expect(200);
    let steps = edition["steps"].as_array().cloned().unwrap_or_default();
    for place in steps.iter().map(|step| &step["place"]).chain([&edition["place"]]) {
        let path = format!("/audit/api/v1/checkpoints/{}?format=json", text(place, "origin"));
        until("the audit service has seen what was signed", || {
            let seen = house.nobody().get(&path);
            (seen.status == 200 && seen.json()["size"].as_u64() > place["sequence"].as_u64()).then_some(())
        });
    }
}

impl Watch {
    /// Begins to look on.
    #[track_caller]
    pub fn new() -> Self {
        let house = House::new();
        let (published, number) = house.published("A public entry");
        let contributor = house.caller(CONTRIBUTOR_KZ);
        let draft = contributor.begin(&event("A draft"));
        let reviewed = contributor.file(&event("An entry in review"));
        house.caller(MODERATOR_A).review(&reviewed);
        wait_for_a_receipt(&house, &number);
        Self { house, draft, reviewed, published, number, known: Mutex::default() }
    }

    /// An answer to a strange request: no fault of ours, and when it is a refusal, a problem of a known kind.
    #[track_caller]
    pub fn check(&self, answer: &Answer) {
        assert!(answer.status < 500, "{answer}");
        if answer.status < 400 {
            return;
        }
        if answer.asked.starts_with("HEAD ") {
            assert!(answer.body.is_empty(), "{answer}");
            return;
        }
        let kind = answer.header("content-type").unwrap_or_default();
        // Who prefers pages gets one.
        if kind.starts_with("text/html") {
            assert!(answer.text().contains("class=\"problem\""), "{answer}");
            return;
        }
        assert_eq!(kind, "application/problem+json", "{answer}");
        let problem = answer.json();
        assert_eq!(problem["status"], answer.status, "{answer}");
        for member in ["type", "title", "instance"] {
            assert!(problem[member].is_string(), "{member} is missing: {answer}");
        }
        self.check_kind(text(&problem, "type"), answer);
    }

    /// The address of a kind of problem explains it.
    #[track_caller]
    fn check_kind(&self, kind: &str, answer: &Answer) {
        let mut known = self.known.lock().expect("no test panics with the lock");
        if known.contains(kind) {
            return;
        }
        assert!(kind.starts_with("/problems/"), "{answer}");
        let explained = self.house.nobody().get(kind);
        assert_eq!(explained.status, 200, "{kind} is not explained: {answer}");
        assert!(explained.text().starts_with(&answer.status.to_string()), "{kind} is another status: {answer}");
        known.insert(kind.to_owned());
    }

    /// A refusal of a strange request.
    #[track_caller]
    pub fn refused(&self, answer: &Answer) {
        self.check(answer);
        assert!(answer.status >= 400, "{answer}");
    }

    /// A request as bytes: what a proper client would not let anybody write.
    pub fn bytes(&self, method: &str, target: &str, headers: &[&str], body: &[u8]) -> Vec<u8> {
        let host = self.house.address_and_port();
        let mut request = format!("{method} {target} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        for header in headers {
            request.push_str(header);
            request.push_str("\r\n");
        }
        request.push_str("\r\n");
        [request.as_bytes(), body].concat()
    }

    /// The header that says who asks.
    pub fn bearer(&self, who: Person) -> String {
        format!("authorization: Bearer {}", self.house.token(who))
    }

    /// What is answered to bytes. What the line's own protocol refuses (a head that is none) is refused without a document,
    /// or by closing the line.
    ///
    /// # Panics
    /// When the answer is no proper one.
    #[track_caller]
    pub fn ask_raw(&self, request: &[u8]) -> Option<Answer> {
        let answer = raw::ask(self.house.address_and_port(), request)?;
        assert!(answer.status < 500, "{answer}");
        let by_protocol = answer.body.is_empty() && [400, 414, 431].contains(&answer.status);
        if !by_protocol {
            self.check(&answer);
        }
        Some(answer)
    }

    /// It works as if nothing had happened: it runs, nothing panicked, nothing failed inside, and an entry goes its way.
    ///
    /// # Panics
    /// When it does not.
    #[track_caller]
    pub fn end(mut self) {
        assert!(self.house.is_alive(), "it has ended: {}", self.house.err());
        let (entry, number) = self.house.published("Afterwards");
        assert_eq!(self.house.nobody().page(&format!("/entries/{number}"), "en").status, 200);
        let trail = self.house.caller(AUDITOR).trail(&entry);
        assert!(trail.iter().any(|step| step["kind"] == "edition-published"));
        let retraction = json!({"reason": "factual_error", "explanation": "To see that it still can be done."});
        self.house.caller(PUBLISHER).post(&entry.public("/retract"), &retraction).expect(200);
        let figures = self.house.nobody().get("/metrics").text();
        for line in figures.lines().filter(|line| !line.starts_with('#')) {
            assert!(!line.contains("status=\"5"), "something failed inside: {line}");
            let panics = line.starts_with("http_handler_panics");
            assert!(!panics || line.ends_with(" 0"), "a panic was caught: {line}");
        }
        assert_eq!(self.house.nobody().get("/readyz").status, 200);
        let ended = self.house.stop();
        assert!(ended.status.success(), "{ended:?}");
        for word in ["panicked", "ERROR"] {
            assert!(!ended.err.contains(word), "{}", ended.err);
        }
    }
}

impl Default for Watch {
    fn default() -> Self {
        Self::new()
    }
}
