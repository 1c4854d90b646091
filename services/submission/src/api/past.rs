//! The list of entries as it stood (P8). A moment selects facts, never rights.

use std::sync::Arc;

use dossier_engine::{AsOf, Past, PastError};
use dossier_proto::{Micros, Origin};
use dossier_web::{
    Answer, Problem, ProblemKind,
    as_of::{AsOfShown, Asked, read},
};
use http::{HeaderValue, header};

use crate::{office::Office, views::Entries};

/// What was known at a moment.
pub(super) struct Then {
    pub(super) past: Arc<Past<Entries>>,
    /// The moment that it is looked at: days left are as of then.
    pub(super) instant: Micros,
}

impl Then {
    /// The moment, for answers.
    pub(super) fn shown(&self) -> AsOfShown {
        AsOfShown::new(self.instant, self.past.last.map(|(place, _)| place))
    }
}

/// What was known at the moment that is asked for.
///
/// # Errors
/// 400 when it is none, 409 when it is not settled, 503 when others are being folded.
pub(super) async fn look(office: &Office, text: &str) -> Answer<Then> {
    let asked = read(text, Origin::Submission)?;
    let as_of = match asked {
        Asked::Instant(instant) => AsOf::Instant(instant),
        Asked::Place(place) => AsOf::Place(place),
    };
    let past = office.engine().as_of(as_of).await.map_err(|error| refused(&error, text))?;
    let instant = match (asked, past.last) {
        (Asked::Instant(instant), _) => instant,
        (Asked::Place(_), last) => last.map_or_else(|| office.now(), |(_, recorded_at)| recorded_at),
    };
    Ok(Then { past, instant })
}

fn refused(error: &PastError, text: &str) -> Problem {
    match error {
        PastError::NotSettled => {
            Problem::new(ProblemKind::NotSettled).detail(format!("Submission's journal has not passed {text} yet."))
        }
        PastError::NotThere(place) => Problem::new(ProblemKind::MalformedQuery)
            .detail(format!("There is no event {place} and never will be."))
            .with("parameter", "as_of".to_owned()),
        PastError::Busy | PastError::Stopped => Problem::new(ProblemKind::Unavailable)
            .detail("Moments are folded one at a time, and others are being folded. Ask again.")
            .header(header::RETRY_AFTER, HeaderValue::from_static("2")),
        PastError::Record(error) => Problem::internal(error),
    }
}
