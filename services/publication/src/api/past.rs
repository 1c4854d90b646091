//! Public reads as things stood (P8). A moment selects facts, never rights: what is suspended or retracted today is not shown as it was.

use dossier_engine::{AsOf, PastError};
use dossier_proto::{EntryId, Micros, Origin, Place};
use dossier_registry::Registry;
use dossier_web::{
    Answer, Problem,
    as_of::{AsOfShown, Asked, busy, never_there, not_settled, not_there_yet, read},
};

use super::Counter;
use crate::{reading::Known, views::Catalogue};

/// What was known at a moment of one entry.
pub(crate) struct Then {
    /// The entry as it stood.
    pub(crate) known: Known,
    /// The registry that was in force.
    pub(crate) registry: Registry,
    /// The moment, for answers.
    pub(crate) shown: AsOfShown,
}

/// One entry as it stood.
///
/// # Errors
/// 400 when the moment is none, 404 when the entry was not public yet, 409 when it is not settled, 503 when others are being answered.
pub(crate) async fn entry(counter: &Counter, id: EntryId, text: &str) -> Answer<Then> {
    let (asked, as_of) = asked(text)?;
    let past = counter.engine().entry_as_of(id, as_of).await.map_err(|error| refused(&error, text))?;
    let (entry, published) = past.view.entry(id).ok_or_else(|| not_there_yet(text))?;
    let known = Known { id, entry: entry.clone(), published: published.clone() };
    let registry = registry(counter, &past.view)?;
    Ok(Then { known, registry, shown: shown(counter, asked, past.last) })
}

/// The last event that counts in a list as it stood, and the moment for answers.
///
/// # Errors
/// As [`entry`].
pub(super) async fn last(counter: &Counter, text: &str) -> Answer<(Option<Place>, AsOfShown)> {
    let (asked, as_of) = asked(text)?;
    let last = counter.engine().last_as_of(as_of).await.map_err(|error| refused(&error, text))?;
    Ok((last.map(|(place, _)| place), shown(counter, asked, last)))
}

fn asked(text: &str) -> Answer<(Asked, AsOf)> {
    let asked = read(text, Origin::Publication)?;
    let as_of = match asked {
        Asked::Instant(instant) => AsOf::Instant(instant),
        Asked::Place(place) => AsOf::Place(place),
    };
    Ok((asked, as_of))
}

fn shown(counter: &Counter, asked: Asked, last: Option<(Place, Micros)>) -> AsOfShown {
    let instant = match (asked, last) {
        (Asked::Instant(instant), _) => instant,
        (Asked::Place(_), last) => last.map_or_else(|| counter.clock.now(), |(_, recorded_at)| recorded_at),
    };
    AsOfShown::new(instant, last.map(|(place, _)| place))
}

fn registry(counter: &Counter, then: &Catalogue) -> Answer<Registry> {
    let Some((digest, _)) = then.registry() else { return Ok(Registry::embedded()) };
    counter.reading.registries.get(counter.engine(), digest).map_err(|error| Problem::internal(&error))
}

fn refused(error: &PastError, text: &str) -> Problem {
    match error {
        PastError::NotSettled => not_settled(text, &[Origin::Publication]),
        PastError::NotThere(place) => never_there(*place),
        PastError::Busy | PastError::Stopped => busy(),
        PastError::Record(error) => Problem::internal(error),
    }
}
