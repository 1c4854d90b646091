//! Refusals and failures as problems.

use dossier_engine::ExecuteError;
use dossier_proto::Place;
use dossier_vault::{CanonicalError, PersonalError, SealError};
use dossier_web::{Part, PlaceShown, Problem, ProblemKind, extract::stale};
use http::{HeaderValue, header};

use super::assembling;
use crate::{
    domain::{Refusal, Workflow, facts},
    office::NoRegistry,
    words::WordsError,
};

/// Seconds after which a caller may try again when the service is busy or starting.
const RETRY_SECONDS: u64 = 2;

/// Why a command took no effect, as it is answered.
pub(super) fn failed(error: &ExecuteError<Refusal>) -> Problem {
    match error {
        ExecuteError::Refused { refusal, recorded } => refused(refusal, *recorded),
        ExecuteError::KeyReused => Problem::new(ProblemKind::IdempotencyKeyReused),
        ExecuteError::TooLarge { found, max } => Problem::event_too_large(*found, *max),
        ExecuteError::AuthorityNotHeard => Problem::authority_not_heard(),
        ExecuteError::Busy => Problem::busy(),
        ExecuteError::Stopped => Problem::stopped(),
    }
}

fn refused(refusal: &Refusal, recorded: Option<Place>) -> Problem {
    let facts = facts(refusal);
    let mut problem = kind(refusal).detail(sentence(&refusal.to_string())).with("code", code(refusal, facts.code));
    if let Refusal::NoDesignation { reason, .. } = refusal {
        problem = problem.with("reason", reason.code());
    }
    if let Some(because) = facts.because {
        problem = problem.with("because", PlaceShown::from(because));
    }
    if let Some(digest) = facts.current_digest {
        problem = problem.with("digest", digest.to_string());
    }
    if let Some(recorded) = recorded {
        problem = problem.with("recorded", PlaceShown::from(recorded));
    }
    problem
}

/// The code for programs: why exactly a designation is missing stands in `reason`.
fn code(refusal: &Refusal, code: &'static str) -> &'static str {
    if matches!(refusal, Refusal::NoDesignation { .. }) { "no-designation" } else { code }
}

fn kind(refusal: &Refusal) -> Problem {
    match refusal {
        Refusal::NoDesignation { .. } => Problem::new(ProblemKind::NotEntitled),
        Refusal::NotFound => Problem::new(ProblemKind::NotFound),
        Refusal::WrongState { state, turn } => {
            Problem::new(ProblemKind::WrongState).with("state", state.key()).with("turn", assembling::turn_value(*turn))
        }
        Refusal::NothingChanged { edition } => Problem::new(ProblemKind::WrongState).with("edition", *edition),
        Refusal::BaseOutdated { base, current } => {
            Problem::new(ProblemKind::WrongState).with("base_edition", *base).with("current_edition", *current)
        }
        Refusal::OwnSubmission { .. } => Problem::new(ProblemKind::NotEntitled),
        Refusal::AskedAlready { .. }
        | Refusal::TooManyAuthors
        | Refusal::AppealedAlready { .. }
        | Refusal::UnderAppeal { .. }
        | Refusal::NoCorrection
        | Refusal::NotProposed
        | Refusal::Superseded => Problem::new(ProblemKind::WrongState),
        Refusal::WordsErased { .. } => Problem::new(ProblemKind::WrongState),
        Refusal::TooLate { .. } => Problem::new(ProblemKind::TooLate),
        Refusal::VersionRequired { .. } => Problem::new(ProblemKind::PreconditionRequired),
        Refusal::VersionMismatch { current } => stale(Part::Draft, *current),
        Refusal::DigestMismatch { .. } => Problem::new(ProblemKind::DigestMismatch),
        Refusal::NotCertified
        | Refusal::UnknownItem { .. }
        | Refusal::NotInItsName
        | Refusal::NoPaper
        | Refusal::EmbargoUnfit => Problem::new(ProblemKind::InvalidRequest),
        Refusal::Faults { .. } => Problem::new(ProblemKind::InvalidContent),
        // The command was made from a view that the decision had already left behind.
        Refusal::Malformed(why) => {
            tracing::warn!(why, "a command did not fit the state it met");
            Problem::new(ProblemKind::WrongState)
        }
    }
}

/// Words that cannot be sealed or opened, as they are answered.
pub(crate) fn words_failed(error: &WordsError) -> Problem {
    match error {
        WordsError::Canonical(error) | WordsError::Personal(PersonalError::Canonical(error)) => not_canonical(error),
        WordsError::Personal(PersonalError::Reserved { at }) => {
            super::texts::unfit(&format!("/content{at}"), "has a member \"$commitment\"; that name is reserved")
        }
        WordsError::Personal(PersonalError::TooMany(_)) => {
            super::texts::unfit("/content", "holds more personal values than fit")
        }
        WordsError::Seal(SealError::TooLong { limit, .. }) => too_large(*limit),
        // Erased on purpose, or lost with a disk: nothing is wrong on our side that asking again would mend.
        error if error.is_absence() => Problem::new(ProblemKind::WrongState).detail(
            "What was saved here cannot be read any more: its key was destroyed, or lost with a disk. Save the whole content anew, then go on.",
        ),
        error => Problem::internal(error),
    }
}

/// Nothing can be said beside this content, or done with it: its key was destroyed, or lost with a disk. What to do depends on
/// who has the entry.
pub(super) fn unreadable(workflow: &Workflow) -> Problem {
    let what_to_do = match workflow {
        Workflow::Draft | Workflow::ChangesRequested { .. } => "Save the whole content anew, then go on.",
        Workflow::AwaitingClearance { .. } => {
            "Have it back first: the body recalls it, or its publishing authority returns it. Then save the whole content \
             anew and submit it again."
        }
        Workflow::InReview { .. } => {
            "Ask for it back with a recall, which needs no words. Once it is a draft again, save the whole content anew, \
             then go on."
        }
        _ => {
            "Tell whoever operates this service: a key that another service still holds is given back as \
             deploy/RESTORE.md says. Then try again."
        }
    };
    Problem::new(ProblemKind::WrongState).detail(format!(
        "What was written here cannot be read any more: its key was destroyed, or lost with a disk. {what_to_do}"
    ))
}

/// A content that has no canonical form.
pub(super) fn not_canonical(error: &CanonicalError) -> Problem {
    match error {
        CanonicalError::TooLarge { limit } => too_large(*limit),
        error => super::texts::unfit("/content", &error.to_string()),
    }
}

fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemKind::TooLarge)
        .detail(format!("A content has at most {limit} bytes in canonical form. Shorten the longest text."))
        .with("limit_bytes", limit)
}

/// There is no registry to work with.
pub(crate) fn no_registry(error: &NoRegistry) -> Problem {
    match error {
        NoRegistry::NotYet => unavailable(&sentence(&error.to_string())),
        error => Problem::internal(error),
    }
}

fn unavailable(detail: &str) -> Problem {
    Problem::new(ProblemKind::Unavailable).detail(detail).header(header::RETRY_AFTER, HeaderValue::from(RETRY_SECONDS))
}

/// An error's words as a sentence.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}
