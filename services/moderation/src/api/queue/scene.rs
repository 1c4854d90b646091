//! The queue that is looked at: as it stands, or as it stood.
//!
//! A moment selects facts and never rights: who may see what is judged by what is designated, retracted and erased now.

use std::sync::Arc;

use dossier_engine::{AsOf, Past, PastError};
use dossier_proto::{Micros, Origin, Place};
use dossier_web::{Answer, PlaceShown, Problem, ProblemKind};
use http::{HeaderValue, header};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{App, Desk, eyes::may_enter, moment},
    filter::{Wanted, malformed},
};
use crate::views::Reviews;

/// The moment that an answer is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AsOfShown {
    /// The instant: waiting times are as of then.
    #[schema(example = "2026-03-10T09:00:00Z")]
    pub(crate) instant: String,
    /// The last event of this service that counts; absent when there was none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<PlaceShown>,
}

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
        let asked = read(text)?;
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
            Self::Then { past, instant, .. } => Some(AsOfShown {
                instant: moment::written(*instant),
                position: past.last.map(|(place, _)| place.into()),
            }),
        }
    }
}

/// An instant, or a place: `moderation/17`, `moderation/1/17`.
fn read(text: &str) -> Answer<AsOf> {
    if let Some(instant) = moment::read(text) {
        return Ok(AsOf::Instant(instant));
    }
    let place = place(text).ok_or_else(|| {
        malformed(
            "as_of",
            &"as_of is an instant such as 2026-03-09T09:00:00Z (with + written as %2B), or the place of an event such as moderation/17",
        )
    })?;
    if place.origin != Origin::Moderation {
        let what = "the queue follows moderation's own journal: give an instant, or a place in that one";
        return Err(malformed("as_of", &what));
    }
    Ok(AsOf::Place(place))
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
