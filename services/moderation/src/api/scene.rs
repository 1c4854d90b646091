//! What is looked at: things as they stand, or as they stood (P8).
//!
//! A moment selects facts and never rights: who may see what is judged by what is designated, retracted and erased now. What counts is
//! what this service knew: its own events, and those of others from when it received them.

use std::sync::Arc;

use dossier_engine::{AsOf, Past, PastError};
use dossier_proto::{EntryId, Micros, Origin, Place};
use dossier_registry::Registry;
use dossier_web::{
    Answer, Problem,
    as_of::{AsOfShown, Asked, Moment, busy, never_there_in, not_settled},
};

use super::{App, Desk, errors};
use crate::views::Reviews;

/// Of what the past is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Of everything: lists.
    Everything,
    /// Of one entry.
    Entry(EntryId),
    /// Of what concerns all entries: designations, registries.
    Rules,
}

/// What is looked at.
#[derive(Clone)]
pub(crate) enum Scene {
    /// Things as they stand.
    Now(Micros),
    /// Things as they stood.
    Then {
        /// What was known.
        past: Arc<Past<Reviews>>,
        /// The moment that it is looked at.
        instant: Micros,
        /// The moment that rights are judged at.
        now: Micros,
    },
}

/// Two looks at once: the facts, and what rights are judged by.
#[derive(Clone, Copy)]
pub(crate) struct Look<'a> {
    /// The facts, as of `instant`.
    pub(crate) facts: &'a Reviews,
    pub(crate) instant: Micros,
    /// As things stand now.
    pub(crate) rights: &'a Reviews,
    pub(crate) now: Micros,
}

impl Scene {
    /// The moment that is asked for; now, where none is. Who may see anything of it is for the caller to judge, before.
    pub(crate) async fn at(app: &App, of: Of, as_of: Option<&Moment>) -> Answer<Self> {
        let now = app.clock.now();
        let Some(moment) = as_of else { return Ok(Self::Now(now)) };
        let asked = match moment.read(Origin::Moderation)? {
            Asked::Instant(instant) => AsOf::Instant(instant),
            Asked::Place(place) => AsOf::Place(place),
        };
        let past = match of {
            Of::Everything => app.engine.as_of(asked).await,
            Of::Entry(entry) => app.engine.entry_as_of(entry, asked).await.map(Arc::new),
            Of::Rules => app.engine.general_as_of(asked).await.map(Arc::new),
        };
        let past = past.map_err(|error| of_past(&error, moment))?;
        let instant = match (asked, past.last) {
            (AsOf::Instant(instant), _) => instant,
            (AsOf::Place(_), last) => last.map_or(now, |(_, recorded_at)| recorded_at),
        };
        Ok(Self::Then { past, instant, now })
    }

    /// Looks. Of what stands now the view is held meanwhile: briefly.
    pub(crate) fn look<T>(&self, desk: &Desk, look: impl FnOnce(Look<'_>) -> T) -> T {
        let rights = desk.engine.view();
        match self {
            Self::Now(now) => look(Look { facts: &rights, instant: *now, rights: &rights, now: *now }),
            Self::Then { past, instant, now } => {
                look(Look { facts: &past.view, instant: *instant, rights: &rights, now: *now })
            }
        }
    }

    /// The moment that it is looked at.
    pub(crate) const fn instant(&self) -> Micros {
        match self {
            Self::Now(instant) | Self::Then { instant, .. } => *instant,
        }
    }

    /// The registry that was in force; none before the first was adopted.
    pub(crate) fn registry(&self, desk: &Desk) -> Answer<Option<Registry>> {
        let Self::Then { past, .. } = self else {
            return desk.registry.get(&desk.engine).map_err(|error| errors::of_registry(&error));
        };
        let Some(adopted) = &past.view.state.registry else { return Ok(None) };
        let registry = desk.registry.adopted(&desk.engine, adopted).map_err(|error| errors::of_registry(&error))?;
        Ok(Some(registry))
    }

    /// Whether an event of ours with this place had been recorded.
    pub(crate) fn has(&self, place: Place) -> bool {
        match self {
            Self::Now(_) => true,
            Self::Then { past, .. } => past.last.is_some_and(|(last, _)| place <= last),
        }
    }

    /// The moment, for answers; none where things are as they stand.
    pub(crate) fn shown(&self) -> Option<AsOfShown> {
        match self {
            Self::Now(_) => None,
            Self::Then { past, instant, .. } => Some(AsOfShown::new(*instant, past.last.map(|(place, _)| place))),
        }
    }
}

fn of_past(error: &PastError, moment: &Moment) -> Problem {
    match error {
        PastError::NotSettled => not_settled(&moment.text, &[Origin::Moderation]),
        PastError::NotThere(place) => never_there_in(*place, moment.parameter),
        PastError::Busy | PastError::Stopped => busy(),
        PastError::Record(error) => Problem::internal(error),
    }
}
