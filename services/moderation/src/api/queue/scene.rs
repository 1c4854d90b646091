//! The queue that is looked at: as it stands, or as it stood.
//!
//! A moment selects facts and never rights: who may see what is judged by what is designated, retracted and erased now.

use std::sync::Arc;

use dossier_engine::{AsOf, Past, PastError};
use dossier_proto::{Micros, Origin};
use dossier_web::{
    Answer, Problem, ProblemKind,
    as_of::{AsOfShown, Asked, read},
};
use http::{HeaderValue, header};

use super::{
    super::{App, Desk, eyes::may_enter},
    filter::{Wanted, malformed},
};
use crate::views::Reviews;

/// What is looked at.
#[derive(Clone)]
pub(super) enum Scene {
    /// The queue as it stands.
    Now(Micros),
    /// The queue as it stood.
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
pub(super) struct Look<'a> {
    /// The facts, as of `instant`.
    pub(super) facts: &'a Reviews,
    pub(super) instant: Micros,
    /// As things stand now.
    pub(super) rights: &'a Reviews,
    pub(super) now: Micros,
}

impl Scene {
    /// What is asked for, if the caller has anything to look for here.
    pub(super) async fn of(app: &App, wanted: &Wanted) -> Answer<Self> {
        let now = app.clock.now();
        // Before anything is folded for somebody without a part in this.
        if !may_enter(&app.engine.view().state, wanted.caller, now) {
            return Err(Problem::new(ProblemKind::NotEntitled)
                .detail("You have no part in reviews: you neither write, review, publish nor audit.")
                .with("code", "no-designation"));
        }
        let Some(text) = &wanted.as_of else { return Ok(Self::Now(now)) };
        let asked = match read(text, Origin::Moderation)? {
            Asked::Instant(instant) => AsOf::Instant(instant),
            Asked::Place(place) => AsOf::Place(place),
        };
        let past = app.engine.as_of(asked).await.map_err(|error| of_past(&error, text))?;
        let instant = match (asked, past.last) {
            (AsOf::Instant(instant), _) => instant,
            (AsOf::Place(_), last) => last.map_or(now, |(_, recorded_at)| recorded_at),
        };
        Ok(Self::Then { past, instant, now })
    }

    /// Looks. Of what stands now the view is held meanwhile: briefly.
    pub(super) fn look<T>(&self, desk: &Desk, look: impl FnOnce(Look<'_>) -> T) -> T {
        let rights = desk.engine.view();
        match self {
            Self::Now(now) => look(Look { facts: &rights, instant: *now, rights: &rights, now: *now }),
            Self::Then { past, instant, now } => {
                look(Look { facts: &past.view, instant: *instant, rights: &rights, now: *now })
            }
        }
    }

    /// The moment that it is looked at.
    pub(super) const fn instant(&self) -> Micros {
        match self {
            Self::Now(instant) | Self::Then { instant, .. } => *instant,
        }
    }

    /// The moment, for answers; none where the queue is as it stands.
    pub(super) fn shown(&self) -> Option<AsOfShown> {
        match self {
            Self::Now(_) => None,
            Self::Then { past, instant, .. } => Some(AsOfShown::new(*instant, past.last.map(|(place, _)| place))),
        }
    }
}

fn of_past(error: &PastError, text: &str) -> Problem {
    match error {
        PastError::NotSettled => {
            Problem::new(ProblemKind::NotSettled).detail(format!("Moderation's journal has not passed {text} yet."))
        }
        PastError::NotThere(place) => malformed("as_of", &format!("there is no event {place} and never will be")),
        PastError::Busy | PastError::Stopped => Problem::new(ProblemKind::Unavailable)
            .detail("Moments are folded one at a time, and others are being folded. Ask again.")
            .header(header::RETRY_AFTER, HeaderValue::from_static("2")),
        PastError::Record(error) => Problem::internal(error),
    }
}
