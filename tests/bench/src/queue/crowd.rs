//! Many entries, in every state that people can bring them to.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use dossier::client::Client;
use dossier_engine::{Clock as _, MachineClock};
use dossier_proto::Micros;
use dossier_web::moment;
use serde_json::{Value, json};

use super::{done, review, text, until};
use crate::{arguments::Size, failure::Failure, pipeline::house::Running};

/// So many file and decide at a time: groups are then of a good size.
const AT_A_TIME: u64 = 16;
/// In how many states they end. What a review cannot be brought to from outside is left out: declined, expired, and approved, which
/// is over in milliseconds.
pub(super) const STATES: usize = 12;

/// One of those who fill the house.
struct Filler<'a> {
    contributor: Client,
    moderator: Client,
    publisher: Client,
    /// What is public, for duplicates and successors.
    published: &'a Mutex<Vec<String>>,
    size: Size,
}

/// Fills a house.
pub(super) fn fill(house: &Running, entries: u64, size: Size) -> Result<(), Failure> {
    let (next, published) = (AtomicU64::new(0), Mutex::default());
    thread::scope(|scope| {
        let threads: Vec<_> = (0..AT_A_TIME)
            .map(|number| {
                let (next, published) = (&next, &published);
                scope.spawn(move || {
                    // Two bodies, in different languages.
                    let contributor = if number % 2 == 0 { "contributor-kz" } else { "contributor-ke" };
                    let filler = Filler {
                        contributor: house.client(contributor)?,
                        moderator: house.client(if number % 4 < 2 { "moderator-a" } else { "moderator-b" })?,
                        publisher: house.client("publisher")?,
                        published,
                        size,
                    };
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= entries {
                            return Ok(());
                        }
                        filler.bring(n)?;
                    }
                })
            })
            .collect();
        threads.into_iter().try_for_each(|t| t.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    })
}

impl Filler<'_> {
    /// Files the n-th entry, and brings it to the state whose turn it is.
    fn bring(&self, n: u64) -> Result<(), Failure> {
        let entry = file(&self.contributor, n, self.size)?;
        submit(&self.contributor, &entry)?;
        let digest = text(&review(&self.moderator, &entry)?, "digest")?.to_owned();
        let act = |act: &str, body: Value| {
            done(self.moderator.post(&format!("/review/api/v1/reviews/{entry}/{act}"), &body)).map(drop)
        };
        match n % 20 {
            0..4 => Ok(()),
            4 | 5 => act("claim", json!({})),
            6 => act("hold", json!({"awaited": "contributor", "reason": "We asked for the programme."})),
            7 | 8 => act("request-changes", json!({"digest": digest, "items": [ITEM.clone()]})),
            9 | 10 => act("refuse", json!({"digest": digest, "code": "spam", "reason": "It is an advertisement."})),
            11 => act("approve", json!({"digest": digest, "note": "", "publish_at": in_a_year()})),
            12 => self.ask_back(&entry, "recall", &json!({})),
            13 => self.ask_back(&entry, "withdraw", &json!({"reason": "It was filed twice."})),
            14 => match self.any_published() {
                Some(of) => act("mark-duplicate", json!({"digest": digest, "duplicate_of": of, "reason": "The same."})),
                None => Ok(()),
            },
            turn => self.publish(&entry, &digest, turn),
        }
    }

    fn ask_back(&self, entry: &str, what: &str, body: &Value) -> Result<(), Failure> {
        done(self.contributor.post(&format!("/contribute/api/v1/entries/{entry}/{what}"), body)).map(drop)
    }

    /// The first: all services have heard of it long ago.
    fn any_published(&self) -> Option<String> {
        self.published.lock().unwrap_or_else(PoisonError::into_inner).first().cloned()
    }

    fn publish(&self, entry: &str, digest: &str, turn: u64) -> Result<(), Failure> {
        let approval = json!({"digest": digest, "note": ""});
        done(self.moderator.post(&format!("/review/api/v1/reviews/{entry}/approve"), &approval))?;
        until("an edition", || {
            let answer = self.publisher.get(&format!("/api/v1/entries/{entry}")).map_err(Failure::wrong)?;
            if answer.status == 404 { Ok(None) } else { answer.document().map(Some).map_err(Failure::wrong) }
        })?;
        let explained = json!({"reason": "under_examination", "explanation": "The dates are being looked into."});
        let act = |act: &str, body: &Value| {
            done(self.publisher.post(&format!("/api/v1/entries/{entry}/{act}"), body)).map(drop)
        };
        match turn {
            15 => act("suspend", &explained),
            16 => act("retract", &json!({"reason": "factual_error", "explanation": "It did not take place."})),
            17 => match self.any_published() {
                Some(by) => {
                    act("supersede", &json!({"superseded_by": by, "reason": "merged", "explanation": "The same."}))
                }
                None => Ok(()),
            },
            _ => {
                self.published.lock().unwrap_or_else(PoisonError::into_inner).push(entry.to_owned());
                Ok(())
            }
        }
    }
}

/// Nothing that waits for its time is published while this runs.
fn in_a_year() -> String {
    moment::written(MachineClock.now().plus(365 * 24 * 3_600 * Micros::SECOND))
}

static ITEM: std::sync::LazyLock<Value> =
    std::sync::LazyLock::new(|| json!({"field": "title", "language": "en", "text": "The title says too little."}));

/// Files the n-th entry as a draft; gives its id.
pub(crate) fn file(contributor: &Client, n: u64, size: Size) -> Result<String, Failure> {
    let body = json!({"type": "event", "language": "en", "content": content(n, size)});
    let entry = done(contributor.post("/contribute/api/v1/entries", &body))?;
    Ok(text(&entry, "id")?.to_owned())
}

pub(crate) fn submit(contributor: &Client, entry: &str) -> Result<(), Failure> {
    let path = format!("/contribute/api/v1/entries/{entry}/submit");
    done(contributor.post(&path, &json!({"certify": true}))).map(drop)
}

/// The content of the n-th entry: one of the 23 objectives each, and every fifth in French too.
pub(super) fn content(n: u64, size: Size) -> Value {
    let words = match size {
        Size::Small => 1,
        Size::Mix => size.of(n).div_ceil(SENTENCE.len()),
    };
    let mut title = json!({"en": format!("Consultation {n} on the objectives of the Global Compact")});
    if n.is_multiple_of(5) {
        title["fr"] = json!(format!("Consultation {n} sur les objectifs du Pacte mondial"));
    }
    json!({
        "title": title,
        "description": {"en": SENTENCE.repeat(words)},
        "event_type": "conference",
        "organizers": ["iom"],
        "languages": ["en"],
        "geographic_scope": "global",
        "workstream_output": false,
        "regional_review": false,
        "gcm_objectives": [(n % 23 + 1).to_string()],
    })
}

const SENTENCE: &str = "Delegations met and agreed. ";
