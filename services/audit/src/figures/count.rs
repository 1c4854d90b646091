//! Decisions as they are counted. Pure.

use std::collections::HashMap;

use dossier_proto::{EntryId, Event, Micros, Payload, Place, v1};

/// Everything that was decided, and what waits for a decision.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) decisions: Vec<Decision>,
    pub(super) names: Vec<String>,
    numbers: HashMap<String, u16>,
    entries: HashMap<EntryId, Of>,
    waiting: HashMap<Place, Waiting>,
    /// The submission of an entry that is in review.
    reviewed: HashMap<EntryId, Place>,
}

/// Whose an entry is, by numbers of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Of {
    pub(super) body: u16,
    pub(super) record_type: u16,
    pub(super) language: u16,
}

struct Waiting {
    of: Of,
    since: i64,
    held: i64,
    held_since: Option<i64>,
    is_objected: bool,
}

/// A decision on a revision that was submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) of: Of,
    /// Months since year 0.
    pub(super) month: i32,
    pub(super) outcome: Outcome,
    /// From the submission, without the time on hold.
    pub(super) seconds: u32,
    /// Approved although somebody gave an opinion against it.
    pub(super) is_override: bool,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Approved,
    Refused,
    ChangesRequested,
    Duplicate,
}

impl Counted {
    /// Takes an event of submission.
    pub(super) fn submitted(&mut self, event: &Event) {
        let Some(entry) = event.head.entry else { return };
        match &event.payload {
            Some(Payload::DraftStarted(started)) => {
                let Some(command) = &started.command else { return };
                let of = Of {
                    body: self.number(&command.body),
                    record_type: self.number(&command.record_type),
                    language: self.number(&command.original_language),
                };
                self.entries.insert(entry, of);
            }
            Some(Payload::Submitted(_)) => {
                let Some(of) = self.entries.get(&entry).copied() else { return };
                let since = event.head.recorded_at.0;
                let waiting = Waiting { of, since, held: 0, held_since: None, is_objected: false };
                self.waiting.insert(event.head.place, waiting);
            }
            _ => {}
        }
    }

    /// Takes an event of moderation.
    pub(super) fn judged(&mut self, event: &Event) {
        let at = event.head.recorded_at;
        match &event.payload {
            Some(Payload::ReviewOpened(_)) => {
                if let (Some(entry), Some(cause)) = (event.head.entry, event.head.cause) {
                    self.reviewed.insert(entry, cause);
                }
            }
            Some(Payload::ReviewHeld(_)) => self.in_review(event, |one| one.held_since = one.held_since.or(Some(at.0))),
            Some(Payload::ReviewResumed(_)) => self.in_review(event, |one| one.resume(at)),
            Some(Payload::ObjectionMade(_)) => self.in_review(event, |one| one.is_objected = true),
            Some(Payload::Approved(one)) => self.decide(one.submitted.as_ref(), at, Outcome::Approved),
            Some(Payload::EntryRefused(one)) => self.decide(one.submitted.as_ref(), at, Outcome::Refused),
            Some(Payload::ChangesRequested(one)) => {
                self.decide(one.submitted.as_ref(), at, Outcome::ChangesRequested);
            }
            Some(Payload::MarkedDuplicate(one)) => self.decide(one.submitted.as_ref(), at, Outcome::Duplicate),
            _ => {}
        }
    }

    fn in_review(&mut self, event: &Event, change: impl FnOnce(&mut Waiting)) {
        // Where the review names no cause, what the event itself was caused by is the submission.
        let reviewed = event.head.entry.and_then(|entry| self.reviewed.get(&entry).copied()).or(event.head.cause);
        if let Some(waiting) = reviewed.and_then(|place| self.waiting.get_mut(&place)) {
            change(waiting);
        }
    }

    fn decide(&mut self, submitted: Option<&v1::Place>, at: Micros, outcome: Outcome) {
        let place = submitted.and_then(|place| Place::try_from(place).ok());
        let Some(mut waiting) = place.and_then(|place| self.waiting.remove(&place)) else { return };
        waiting.resume(at);
        let micros = at.0.saturating_sub(waiting.since).saturating_sub(waiting.held).max(0);
        let day = dossier_web::page::date_in_utc(at);
        self.decisions.push(Decision {
            of: waiting.of,
            month: i32::from(day.year()) * 12 + i32::from(day.month()) - 1,
            outcome,
            seconds: u32::try_from(micros / 1_000_000).unwrap_or(u32::MAX),
            is_override: outcome == Outcome::Approved && waiting.is_objected,
        });
    }

    /// The number of a name. There are some hundred bodies, a few types and six languages; what comes after 65 thousand shares the last.
    fn number(&mut self, name: &str) -> u16 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let Ok(number) = u16::try_from(self.names.len()) else { return u16::MAX };
        self.names.push(name.to_owned());
        self.numbers.insert(name.to_owned(), number);
        number
    }
}

impl Waiting {
    fn resume(&mut self, at: Micros) {
        self.held += self.held_since.take().map_or(0, |since| at.0.saturating_sub(since).max(0));
    }
}
