//! `?as_of=`: something as it stood. A moment selects facts and never rights.
//!
//! A service answers from its own journal: what had *reached it* by then, in its own events and in those it had received. The audit
//! service answers from all journals: what had *happened* by then, wherever it was known.

use dossier_proto::{Micros, Origin, Place};
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

use crate::{Answer, PlaceShown, Problem, ProblemKind, moment};

/// Seconds after which a caller may ask again when others are being answered.
const RETRY_SECONDS: u16 = 2;

/// A read that takes a moment and nothing else.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(default)]
pub struct AsOfQuery {
    /// As it stood: an instant (2026-03-09T09:00:00Z), or the place of an event in the journal of this service (its name, and the
    /// sequence, or epoch and sequence: `moderation/17`, `moderation/1/17`), each included. What others did counts from when this
    /// service received it. Rights, retractions, embargoes and erasures are those of now.
    pub as_of: Option<String>,
}

/// The moment that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An instant: `2026-03-09T09:00:00Z`.
    Instant(Micros),
    /// The place of an event: `moderation/17`, or `moderation/1/17` in a later epoch than the first.
    Place(Place),
}

/// A moment as it was written, and the parameter that it was written in, so that an answer can name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The name of the parameter: `as_of`, or `from` and `to` where two are compared.
    pub parameter: &'static str,
    /// What stands there.
    pub text: String,
}

impl Moment {
    /// What stands in `as_of`.
    pub const fn as_of(text: String) -> Self {
        Self { parameter: AS_OF, text }
    }

    /// Reads a moment of a service's own journal.
    ///
    /// # Errors
    /// As [`read`], with the parameter named.
    pub fn read(&self, own: Origin) -> Answer<Asked> {
        read_own(&self.text, self.parameter, own)
    }
}

/// The parameter of most reads.
const AS_OF: &str = "as_of";

/// Reads a moment of a service's own journal, which stands in `as_of`.
///
/// # Errors
/// 400 when it is none, or a place in another service's journal: what a service knew is in its own.
pub fn read(text: &str, own: Origin) -> Answer<Asked> {
    read_own(text, AS_OF, own)
}

fn read_own(text: &str, parameter: &str, own: Origin) -> Answer<Asked> {
    if let Some(instant) = moment::read(text) {
        return Ok(Asked::Instant(instant));
    }
    let malformed = |detail: String| malformed(detail, parameter);
    match place(text) {
        Some(place) if place.origin == own => Ok(Asked::Place(place)),
        Some(_) => Err(malformed(format!(
            "{parameter}: this follows the journal of {own}. Give an instant, or a place in that one, such as {own}/17."
        ))),
        None => Err(malformed(format!(
            "{parameter} is an instant such as 2026-03-09T09:00:00Z (with + written as %2B), or the place of an event such as {own}/17."
        ))),
    }
}

/// Reads a moment of any journal: for answers that are made from all of them.
///
/// # Errors
/// 400 when it is none.
pub fn read_any(text: &str, parameter: &str) -> Answer<Asked> {
    let asked = moment::read(text).map(Asked::Instant).or_else(|| place(text).map(Asked::Place));
    asked.ok_or_else(|| {
        let detail = format!(
            "{parameter} is an instant such as 2026-03-09T09:00:00Z (with + written as %2B), or the place of an event such as \
             moderation/17."
        );
        malformed(detail, parameter)
    })
}

fn malformed(detail: String, parameter: &str) -> Problem {
    Problem::new(ProblemKind::MalformedQuery).detail(detail).with("parameter", parameter.to_owned())
}

/// 409: these services have not passed the moment yet.
pub fn not_settled(text: &str, who: &[Origin]) -> Problem {
    let names: Vec<&str> = who.iter().map(|origin| origin.name()).collect();
    Problem::new(ProblemKind::NotSettled)
        .detail(format!("The journal of {} has not passed {text} yet.", names.join(", nor that of ")))
        .with("origins", names)
}

/// 400: no journal will ever have that event.
pub fn never_there(place: Place) -> Problem {
    never_there_in(place, AS_OF)
}

/// The same for a place that stands in another parameter.
pub fn never_there_in(place: Place, parameter: &str) -> Problem {
    malformed(format!("{parameter}: there is no event {place} and never will be."), parameter)
}

/// 404 for whoever may see today what was not there at the moment.
pub fn not_there_yet(text: &str) -> Problem {
    Problem::new(ProblemKind::NotFound)
        .detail(format!("It is here today, and was not yet as of {text}."))
        .with("code", "not-there-yet")
}

/// 503: others are being shown moments of their own.
pub fn busy() -> Problem {
    Problem::new(ProblemKind::Unavailable)
        .detail("Only a few moments are put together at a time, and others are at it. Ask again.")
        .header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))
}

fn place(text: &str) -> Option<Place> {
    let mut parts = text.split('/');
    let origin = parts.next()?.parse().ok()?;
    let first: u64 = parts.next()?.parse().ok()?;
    let (epoch, sequence) = match parts.next() {
        Some(sequence) => (u32::try_from(first).ok()?, sequence.parse().ok()?),
        None => (0, first),
    };
    parts.next().is_none().then_some(Place { origin, epoch, sequence })
}

/// The moment that an answer is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AsOfShown {
    /// The instant: waiting times are as of then.
    #[schema(example = "2026-03-10T09:00:00Z")]
    pub instant: String,
    /// The last event of the service that counts; absent when there was none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<PlaceShown>,
}

impl AsOfShown {
    /// An instant, and the last event that had been recorded by then.
    pub fn new(instant: Micros, last: Option<Place>) -> Self {
        Self { instant: moment::written(instant), position: last.map(PlaceShown::from) }
    }
}

#[cfg(test)]
mod tests {
    use dossier_proto::{Micros, Origin, Place};

    use super::{Asked, read, read_any};

    #[test]
    fn instants_and_places_are_read() {
        let at = |epoch, sequence| Asked::Place(Place { origin: Origin::Moderation, epoch, sequence });
        for (text, asked) in [
            ("1970-01-01T00:00:01Z", Asked::Instant(Micros(Micros::SECOND))),
            ("1970-01-01T03:00:00+03:00", Asked::Instant(Micros(0))),
            ("moderation/17", at(0, 17)),
            ("moderation/1/17", at(1, 17)),
        ] {
            assert_eq!(read(text, Origin::Moderation).unwrap(), asked, "{text}");
        }
    }

    #[test]
    fn anything_else_is_told() {
        for text in [
            "",
            "17",
            "moderation",
            "moderation/",
            "moderation/-1",
            "moderation/1/2/3",
            "moderation/4294967296/1",
            "moderation/18446744073709551616",
            "kitchen/1",
            "2026-03-09",
            "now",
        ] {
            assert!(read(text, Origin::Moderation).is_err(), "{text}");
        }
        assert!(read("submission/1", Origin::Moderation).is_err(), "another's journal");
        let place = Place { origin: Origin::Submission, epoch: 0, sequence: 1 };
        assert_eq!(read_any("submission/1", "from").unwrap(), Asked::Place(place));
        assert!(read_any("yesterday", "from").is_err());
    }
}
