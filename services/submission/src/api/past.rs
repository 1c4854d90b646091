//! Reads as things stood (P8). A moment selects facts, never rights.
//!
//! What counts is what this service knew: its own events, and those of others from when it received them.

use std::sync::Arc;

use dossier_engine::{AsOf, Past, PastError};
use dossier_proto::{EntryId, Micros, Origin};
use dossier_registry::Registry;
use dossier_web::{
    Answer, Problem,
    as_of::{AsOfShown, Asked, busy, never_there, not_settled, not_there_yet, read},
    extract::Bearer,
};

use super::{callers, refusals};
use crate::{domain::Entry, office::Office, views::Entries};

/// What was known at a moment.
pub(crate) struct Then {
    pub(crate) past: Arc<Past<Entries>>,
    /// The moment that it is looked at: days left are as of then.
    pub(crate) instant: Micros,
}

impl Then {
    /// The moment, for answers.
    pub(crate) fn shown(&self) -> AsOfShown {
        AsOfShown::new(self.instant, self.past.last.map(|(place, _)| place))
    }
}

/// What is looked at: things as they stand, or as they stood.
pub(crate) enum Scene {
    /// As they stand.
    Now,
    /// As they stood.
    Then(Then),
}

impl Scene {
    /// Looks at the facts. Of what stands now the view is held meanwhile: briefly.
    pub(crate) fn look<T>(&self, office: &Office, look: impl FnOnce(&Entries) -> T) -> T {
        match self {
            Self::Now => look(&office.engine().view()),
            Self::Then(then) => look(&then.past.view),
        }
    }

    /// What is known of another entry: published ones are cited.
    pub(crate) fn other<T>(&self, office: &Office, id: EntryId, look: impl FnOnce(Option<&Entry>) -> T) -> Answer<T> {
        match self {
            Self::Now => Ok(look(office.engine().view().entry(id))),
            Self::Then(then) => {
                let also = office.engine().also_as_of(&then.past, id);
                Ok(look(also.map_err(|error| Problem::internal(&error))?.entry(id)))
            }
        }
    }

    /// The moment it is.
    pub(crate) fn instant(&self, office: &Office) -> Micros {
        match self {
            Self::Now => office.now(),
            Self::Then(then) => then.instant,
        }
    }

    /// The registry that was in force.
    pub(crate) fn registry(&self, office: &Office) -> Answer<Registry> {
        let adopted = self.look(office, Entries::adopted);
        office.registry_adopted(adopted).map_err(|error| refusals::no_registry(&error))
    }

    /// The moment, for answers; none where things are as they stand.
    pub(crate) fn shown(&self) -> Option<AsOfShown> {
        match self {
            Self::Now => None,
            Self::Then(then) => Some(then.shown()),
        }
    }
}

/// All entries at the moment that is asked for.
///
/// # Errors
/// 400 when it is none, 409 when it is not settled, 503 when others are being folded.
pub(crate) async fn look(office: &Office, text: &str) -> Answer<Then> {
    let (asked, as_of) = asked(text)?;
    let past = office.engine().as_of(as_of).await.map_err(|error| refused(&error, text))?;
    Ok(then(office, asked, past))
}

/// One entry that the caller sees today, now or at the moment that is asked for.
///
/// # Errors
/// 404 when the caller does not see it, or it was not there yet; else as [`look`].
pub(crate) async fn scene(office: &Office, caller: &Bearer, id: EntryId, as_of: Option<&str>) -> Answer<Scene> {
    callers::visible(&office.engine().view(), caller, id, office.now())?;
    let Some(text) = as_of else { return Ok(Scene::Now) };
    let (asked, as_of) = asked(text)?;
    let past = office.engine().entry_as_of(id, as_of).await.map_err(|error| refused(&error, text))?;
    if past.view.entry(id).is_none() {
        return Err(not_there_yet(text));
    }
    Ok(Scene::Then(then(office, asked, Arc::new(past))))
}

fn asked(text: &str) -> Answer<(Asked, AsOf)> {
    let asked = read(text, Origin::Submission)?;
    let as_of = match asked {
        Asked::Instant(instant) => AsOf::Instant(instant),
        Asked::Place(place) => AsOf::Place(place),
    };
    Ok((asked, as_of))
}

fn then(office: &Office, asked: Asked, past: Arc<Past<Entries>>) -> Then {
    let instant = match (asked, past.last) {
        (Asked::Instant(instant), _) => instant,
        (Asked::Place(_), last) => last.map_or_else(|| office.now(), |(_, recorded_at)| recorded_at),
    };
    Then { past, instant }
}

fn refused(error: &PastError, text: &str) -> Problem {
    match error {
        PastError::NotSettled => not_settled(text, &[Origin::Submission]),
        PastError::NotThere(place) => never_there(*place),
        PastError::Busy | PastError::Stopped => busy(),
        PastError::Record(error) => Problem::internal(error),
    }
}
