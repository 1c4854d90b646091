//! One caller: asks until there is an answer, notes what was asked and answered, and now and then asks the same again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use ureq::{Agent, http};

use super::{Person, Reply, Town};
use crate::{
    notes::{Act, Asked, Note},
    seeded::Seeded,
};

/// An answer takes milliseconds; the busiest machine gives it within this.
const ANSWERED_WITHIN: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A command to be sent.
#[derive(Debug, Clone)]
pub struct Order {
    /// What for.
    pub act: Act,
    /// `POST` or `PUT`.
    pub method: &'static str,
    /// The address below the house's.
    pub path: String,
    /// The version that was read.
    pub if_match: Option<String>,
    /// What is sent.
    pub body: Value,
    /// The entry, when there is one.
    pub entry: Option<String>,
    /// The digest a decision names.
    pub digest: Option<String>,
}

/// Somebody at work.
pub struct Caller {
    town: Arc<Town>,
    person: Person,
    name: &'static str,
    agent: Agent,
    /// Their choices.
    pub seeded: Seeded,
    asked: u64,
    answered: u64,
}

impl Caller {
    /// Under a name of their own, with somebody's token.
    pub fn new(town: &Arc<Town>, name: &'static str, person: Person) -> Self {
        let config = Agent::config_builder().timeout_global(Some(ANSWERED_WITHIN)).http_status_as_error(false).build();
        let seeded = Seeded::new(town.seed, name);
        Self { town: Arc::clone(town), person, name, agent: config.into(), seeded, asked: 0, answered: 0 }
    }

    /// Where they live.
    pub fn town(&self) -> &Town {
        &self.town
    }

    /// Whose token it is.
    pub fn person(&self) -> &Person {
        &self.person
    }

    /// How many of their commands took effect.
    pub fn answered(&self) -> u64 {
        self.answered
    }

    /// A number that no other command of this caller has.
    pub fn count(&self) -> u64 {
        self.asked
    }

    /// Has a command done, or refused: asks until there is an answer.
    pub fn order(&mut self, order: &Order) -> Reply {
        self.asked += 1;
        let key = format!("{}-{}-{}", self.town.seed, self.name, self.asked);
        let subject = self.person.subject.clone();
        self.town.note(&Note::Asked(Asked {
            subject: subject.clone(),
            key: key.clone(),
            act: order.act,
            entry: order.entry.clone(),
            digest: order.digest.clone(),
        }));
        let reply = self.until_answered(order, &key);
        assert!(self.is_fit(&reply), "seed {}: {} {order:?} was answered {reply:?}", self.town.seed, self.name);
        let facts = reply.facts(&subject, &key);
        let took_effect =
            reply.is_done() && (facts.recorded.is_some() || matches!(order.act, Act::Start | Act::Submit));
        self.town.note(&Note::Answered(facts));
        self.answered += u64::from(reply.is_done());
        if took_effect && self.seeded.percent(5) {
            self.ask_again(order, &key, &reply);
        }
        reply
    }

    /// Reads, until there is an answer.
    pub fn read(&mut self, path: &str) -> Reply {
        let order = Order {
            act: Act::Start,
            method: "GET",
            path: path.to_owned(),
            if_match: None,
            body: Value::Null,
            entry: None,
            digest: None,
        };
        let reply = self.until_answered(&order, "");
        assert!(self.is_fit(&reply), "seed {}: {} GET {path} was answered {reply:?}", self.town.seed, self.name);
        reply
    }

    /// Whether it is an answer that a house may give.
    fn is_fit(&self, reply: &Reply) -> bool {
        reply.status < 500 || self.town.lacks_a_key(reply)
    }

    /// A repeat is answered as the command was; the same key for something else is refused.
    fn ask_again(&mut self, order: &Order, key: &str, first: &Reply) {
        let again = self.until_answered(order, key);
        assert_eq!(
            (again.status, &again.body["recorded"]),
            (first.status, &first.body["recorded"]),
            "seed {}: {} repeated {order:?} under {key}: first {first:?}, then {again:?}",
            self.town.seed,
            self.name
        );
        let other = Order { path: order.path.clone(), ..order.clone() };
        let other = match &order.body {
            Value::Object(members) if order.act == Act::Submit => {
                let mut members = members.clone();
                members.insert("what_changed".to_owned(), Value::from("Something else under the same key."));
                Order { body: Value::Object(members), ..other }
            }
            _ => return,
        };
        let refused = self.until_answered(&other, key);
        assert_eq!(refused.status, 422, "seed {}: {key} was used for {other:?}: {refused:?}", self.town.seed);
    }

    fn until_answered(&self, order: &Order, key: &str) -> Reply {
        let deadline = self.town.deadline();
        loop {
            let address = self.town.address();
            match self.send(&address, order, key) {
                Ok(reply) if !self.town.is_no_answer(reply.status) || self.town.lacks_a_key(&reply) => return reply,
                Ok(_) | Err(_) => self.town.wait_for_another_than(&address),
            }
            assert!(Instant::now() < deadline, "seed {}: {} waits for {order:?} ({key})", self.town.seed, self.name);
        }
    }

    fn send(&self, address: &str, order: &Order, key: &str) -> Result<Reply, String> {
        let words = |error: &dyn std::fmt::Display| error.to_string();
        let mut request = http::Request::builder()
            .method(order.method)
            .uri(format!("{address}{}", order.path))
            .header("authorization", format!("Bearer {}", self.person.token));
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        if let Some(tag) = &order.if_match {
            request = request.header("if-match", tag);
        }
        let mut text = String::new();
        if !order.body.is_null() {
            request = request.header("content-type", "application/json");
            text = order.body.to_string();
        }
        let request = request.body(text).map_err(|error| words(&error))?;
        let mut response = self.agent.run(request).map_err(|error| words(&error))?;
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let text = text.map_err(|error| words(&error))?;
        let etag = response.headers().get("etag").and_then(|tag| tag.to_str().ok()).map(ToOwned::to_owned);
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok(Reply { status: response.status().as_u16(), etag, body })
    }
}
