//! Strict parts of the address.

use axum::extract::{FromRequestParts, Path, path::ErrorKind, rejection::PathRejection};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{Problem, ProblemKind};

/// The variable parts of the address, read as `T`. An id that is none leads nowhere: 404, as for one that nothing has.
/// Broken UTF-8 is 400.
#[derive(Debug, Clone, Copy)]
pub struct StrictPath<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for StrictPath<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(value)) => Ok(Self(value)),
            Err(rejection) => Err(problem(&rejection)),
        }
    }
}

fn problem(rejection: &PathRejection) -> Problem {
    let PathRejection::FailedToDeserializePathParams(failed) = rejection else {
        return Problem::internal(rejection);
    };
    match failed.kind() {
        ErrorKind::InvalidUtf8InPathParam { .. } => {
            Problem::new(ProblemKind::MalformedRequest).detail("The address is not percent-encoded UTF-8.")
        }
        // The handler takes other parts than its route has: our mistake, told as such.
        ErrorKind::WrongNumberOfParameters { .. } | ErrorKind::UnsupportedType { .. } => Problem::internal(rejection),
        _ => Problem::new(ProblemKind::NotFound),
    }
}
