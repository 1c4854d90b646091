//! What went wrong, as a problem.

use dossier_engine::{ExecuteError, Refusal as _};
use dossier_web::{
    Part, PlaceShown, Problem, ProblemKind,
    extract::{FieldError, stale},
};

use crate::{
    domain::{Deed, PublicationRefusal},
    moment,
    shelf::ShelfError,
};

/// Nothing of what keeps an edition from being read is the caller's fault.
pub(super) fn of_shelf(error: &ShelfError) -> Problem {
    Problem::internal(error)
}

/// A refusal as a problem; its stable code is in `code`.
pub(super) fn of_refusal(refusal: &PublicationRefusal) -> Problem {
    let facts = refusal.facts();
    let wrong_state =
        |state: &str| Problem::new(ProblemKind::WrongState).detail(refusal.to_string()).with("state", state);
    let problem = match refusal {
        PublicationRefusal::NotFound => return Problem::new(ProblemKind::NotFound),
        PublicationRefusal::VersionMismatch { current } => stale(Part::Edition, *current),
        PublicationRefusal::UnknownCode { .. } => field("/reason", refusal),
        PublicationRefusal::ExplanationMissing { deed: Deed::Reschedule | Deed::DeclineRetraction } => {
            field("/reason", refusal)
        }
        PublicationRefusal::ExplanationMissing { .. } => field("/explanation", refusal),
        PublicationRefusal::NoSuccessor { .. } => field("/superseded_by", refusal),
        PublicationRefusal::PastMoment | PublicationRefusal::TooFar { .. } => field("/at", refusal),
        PublicationRefusal::NoDesignation { .. } | PublicationRefusal::SystemOnly => {
            Problem::new(ProblemKind::NotEntitled).detail(refusal.to_string()).with("role", "publisher")
        }
        PublicationRefusal::AlreadyRetracted { .. } => wrong_state("retracted"),
        PublicationRefusal::IsSuspended { .. } => wrong_state("suspended"),
        PublicationRefusal::AlreadySuperseded { .. } => wrong_state("superseded"),
        PublicationRefusal::NotSuspended | PublicationRefusal::NotScheduled | PublicationRefusal::NotAsked => {
            Problem::new(ProblemKind::WrongState).detail(refusal.to_string())
        }
        PublicationRefusal::Embargo { until, .. } => wrong_state("scheduled").with("until", moment::written(*until)),
        PublicationRefusal::Unpublishable { .. } => wrong_state("scheduled"),
    };
    // Which designation is missing stands in `reason`; the code is the same for all of them.
    let problem = match refusal {
        PublicationRefusal::NoDesignation { reason, .. } => {
            problem.with("code", "no-designation").with("reason", reason.code())
        }
        _ => problem.with("code", facts.code),
    };
    match facts.because {
        Some(place) => problem.with("because", PlaceShown::from(place)),
        None => problem,
    }
}

fn field(pointer: &str, refusal: &PublicationRefusal) -> Problem {
    let error = FieldError { pointer: pointer.to_owned(), detail: refusal.to_string() };
    FieldError::problem(ProblemKind::InvalidRequest, &[error])
}

/// Why a command took no effect, as a problem.
pub(super) fn of_execution(error: ExecuteError<PublicationRefusal>) -> Problem {
    match error {
        ExecuteError::Refused { refusal, recorded } => {
            let problem = of_refusal(&refusal);
            match recorded {
                Some(place) => problem.with("recorded", PlaceShown::from(place)),
                None => problem,
            }
        }
        ExecuteError::KeyReused => Problem::new(ProblemKind::IdempotencyKeyReused),
        ExecuteError::TooLarge { found, max } => Problem::event_too_large(found, max),
        ExecuteError::AuthorityNotHeard => Problem::authority_not_heard(),
        ExecuteError::Busy => Problem::busy(),
        ExecuteError::Stopped => Problem::stopped(),
    }
}
