//! `?as_of=`: a list as it stood. A moment selects facts and never rights.

use dossier_proto::{Micros, Origin, Place};
use serde::Serialize;

use crate::{Answer, PlaceShown, Problem, ProblemKind, moment};

/// The moment that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// An instant: `2026-03-09T09:00:00Z`.
    Instant(Micros),
    /// The place of an event: `moderation/17`, or `moderation/1/17` in a later epoch than the first.
    Place(Place),
}

/// Reads a moment of a service's own journal.
///
/// # Errors
/// 400 when it is none, or a place in another service's journal: what a service knew is in its own.
pub fn read(text: &str, own: Origin) -> Answer<Asked> {
    if let Some(instant) = moment::read(text) {
        return Ok(Asked::Instant(instant));
    }
    let malformed =
        |detail: String| Problem::new(ProblemKind::MalformedQuery).detail(detail).with("parameter", "as_of".to_owned());
    match place(text) {
        Some(place) if place.origin == own => Ok(Asked::Place(place)),
        Some(_) => Err(malformed(format!(
            "This list follows the journal of {own}. Give an instant, or a place in that one, such as {own}/17."
        ))),
        None => Err(malformed(format!(
            "as_of is an instant such as 2026-03-09T09:00:00Z (with + written as %2B), or the place of an event such as {own}/17."
        ))),
    }
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

    use super::{Asked, read};

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
    }
}
