//! `?min_sequence=`: a query that waits until what the caller wrote can be read.

use axum::extract::FromRequestParts;
use http::request::Parts;

use crate::{Problem, ProblemKind};

/// The parameter `min_sequence`: the position that must have been read before the query is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinSequence(pub Option<u64>);

impl<S: Send + Sync> FromRequestParts<S> for MinSequence {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let pairs = parts.uri.query().unwrap_or_default().split('&');
        let mut values = pairs.filter_map(|pair| pair.strip_prefix("min_sequence=")).filter(|text| !text.is_empty());
        let refused = |what| Problem::new(ProblemKind::MalformedQuery).detail(format!("min_sequence {what}."));
        let Some(text) = values.next() else { return Ok(Self(None)) };
        if values.next().is_some() {
            return Err(refused("stands more than once"));
        }
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        number.map(|number| Self(Some(number))).ok_or_else(|| refused("is a number from 0 to 18446744073709551615"))
    }
}
