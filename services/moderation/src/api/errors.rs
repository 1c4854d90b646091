//! What went wrong, as a problem.

use dossier_engine::{RecordError, Refusal as _};
use dossier_identity::GrantRefusal;
use dossier_web::{
    Part, PlaceShown, Problem, ProblemKind,
    extract::{FieldError, stale},
};
use http::{HeaderValue, header};

use super::moment;
use crate::{
    domain::{Invalid, Refusal},
    registry_in_force::RegistryError,
    words::WordsError,
};

/// A refusal as a problem. Its stable code is in `code`; for a missing designation that is `no-designation`, and
/// `reason` says what is the matter with those there are.
pub(super) fn of_refusal(refusal: &Refusal) -> Problem {
    let facts = refusal.facts();
    let problem = match refusal {
        Refusal::NotFound | Refusal::WrongActor(_) => return Problem::new(ProblemKind::NotFound),
        Refusal::VersionMismatch { current } => stale(Part::Review, *current),
        Refusal::Invalid(invalid) => {
            let error = FieldError { pointer: pointer_of(*invalid).to_owned(), detail: invalid.to_string() };
            return FieldError::problem(ProblemKind::InvalidRequest, &[error]).with("code", facts.code);
        }
        Refusal::UnknownCode => {
            let error = FieldError { pointer: "/code".to_owned(), detail: refusal.to_string() };
            return FieldError::problem(ProblemKind::InvalidRequest, &[error]).with("code", facts.code);
        }
        Refusal::NotEntitled { role, reason, .. } => {
            let problem = Problem::new(ProblemKind::NotEntitled).detail(refusal.to_string());
            let problem = problem.with("code", "no-designation").with("reason", reason.code()).with("role", role.key());
            return with_because(problem, refusal);
        }
        Refusal::Claimed { until } => Problem::new(ProblemKind::WrongState)
            .detail(format!("Another moderator has claimed this review until {}.", moment::written(*until)))
            .with("state", "in-review")
            .with("claimed_by", "moderator")
            .with("until", moment::written(*until)),
        Refusal::ChangeOpen { round, item, .. } => Problem::new(ProblemKind::WrongState)
            .detail(refusal.to_string())
            .with("state", "in-review")
            .with("round", *round)
            .with("item", *item),
        Refusal::OnHold { until, .. } => {
            let problem = Problem::new(ProblemKind::WrongState).detail(refusal.to_string()).with("state", "on-hold");
            match until {
                Some(until) => problem.with("until", moment::written(*until)),
                None => problem,
            }
        }
        other => Problem::new(kind_of(other)).detail(other.to_string()),
    };
    with_because(problem.with("code", facts.code), refusal)
}

fn kind_of(refusal: &Refusal) -> ProblemKind {
    match refusal {
        Refusal::OwnWords { .. } => ProblemKind::OwnWords,
        Refusal::Conflicted { .. } | Refusal::RefusedBefore { .. } | Refusal::NotAsked { .. } => {
            ProblemKind::NotEntitled
        }
        Refusal::NoSuchChange | Refusal::NoCorrection => ProblemKind::NotFound,
        Refusal::DigestMismatch { .. } => ProblemKind::DigestMismatch,
        Refusal::WordsMissing => ProblemKind::Unavailable,
        Refusal::Designation(refusal) => of_designation(refusal),
        _ => ProblemKind::WrongState,
    }
}

fn of_designation(refusal: &GrantRefusal) -> ProblemKind {
    match refusal {
        GrantRefusal::NotEntitled(_) | GrantRefusal::ToOneself | GrantRefusal::BeyondOwnRecordTypes(_) => {
            ProblemKind::NotEntitled
        }
        GrantRefusal::BodyNeeded(_) | GrantRefusal::EmptyPeriod | GrantRefusal::TooManyRecordTypes(_) => {
            ProblemKind::InvalidRequest
        }
        GrantRefusal::Unknown(_) => ProblemKind::NotFound,
        GrantRefusal::AlreadyRevoked(_) | GrantRefusal::LastAdministrator => ProblemKind::WrongState,
    }
}

fn with_because(problem: Problem, refusal: &Refusal) -> Problem {
    let facts = refusal.facts();
    let problem = match facts.because {
        Some(place) => problem.with("because", PlaceShown::from(place)),
        None => problem,
    };
    match facts.current_digest {
        Some(digest) => problem.with("digest", digest.to_string()),
        None => problem,
    }
}

const fn pointer_of(invalid: Invalid) -> &'static str {
    match invalid {
        Invalid::Field => "/field",
        Invalid::Language => "/language",
        Invalid::NoText => "/text",
        Invalid::Items | Invalid::ItemNumbers => "/items",
        Invalid::RecordType => "/record_types",
        Invalid::Comments => "/comments",
        Invalid::Checklist => "/checklist",
        Invalid::Outcome => "/outcome",
        Invalid::Awaited => "/awaited",
        Invalid::HoldUntil => "/until",
        Invalid::PublishAt => "/publish_at",
        Invalid::Assignee(_) => "/subject",
        Invalid::NotEditorial | Invalid::CorrectedContent => "/fields",
        Invalid::Letters(_) => "/through",
        Invalid::ErasureReason => "/reason",
        Invalid::Erasure(_) => "/scope",
        Invalid::TooManyComments | Invalid::Designation(_) | Invalid::Registry(_) => "",
    }
}

/// Words that cannot be read: a key that has not arrived is a matter of time, the rest is ours.
pub(super) fn of_words(error: &WordsError) -> Problem {
    match error {
        WordsError::NotHeld(_) => Problem::new(ProblemKind::Unavailable)
            .detail("The key of this content has not arrived yet. Ask again.")
            .with("code", "key-not-here")
            .header(header::RETRY_AFTER, HeaderValue::from_static("1")),
        WordsError::Erased(_) => Problem::new(ProblemKind::Gone).detail("These words were erased."),
        WordsError::TooLong { length, limit } => Problem::new(ProblemKind::TooLarge)
            .detail(format!("A text has {length} bytes; at most {limit} fit."))
            .with("limit_bytes", *limit as u64),
        WordsError::Broken { .. } | WordsError::Vault(_) => Problem::internal(error),
    }
}

pub(super) fn of_record(error: &RecordError) -> Problem {
    Problem::internal(error)
}

pub(crate) fn of_registry(error: &RegistryError) -> Problem {
    Problem::internal(error)
}
