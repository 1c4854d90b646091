//! What handlers take from a request, each read strictly: whatever does not fit is a problem of the 400s that says where
//! and what to do, never a guess and never a failure on our side.

mod bearer;
pub(crate) mod body;
mod idempotency;
mod if_match;
mod json;
mod members;
mod min_sequence;
mod path;
mod pointer;
mod query;
#[cfg(test)]
mod tests;
mod upload;

pub(crate) use bearer::visitor_of;
pub use bearer::{Bearer, CallSource, OptionalCaller, wall_clock};
pub use body::BodyTooSlow;
pub use idempotency::IdempotencyKey;
pub use if_match::{Expected, IfMatch, stale};
pub use json::{StrictJson, strict_json};
pub use min_sequence::MinSequence;
pub use path::StrictPath;
pub use pointer::FieldError;
pub use query::StrictQuery;
pub use upload::{Arriving, Upload};

use http::{HeaderMap, HeaderName};

use crate::{Problem, ProblemKind};

/// The one value of a header as text. Repeated or not visible ASCII is a problem; absent is `None`.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).into_iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(malformed(name, "stands more than once; send it once"));
    }
    let text = value.to_str().map_err(|_| malformed(name, "holds characters that are not ASCII"))?;
    Ok(Some(text))
}

fn malformed(name: &HeaderName, what: &str) -> Problem {
    Problem::new(ProblemKind::MalformedHeader)
        .detail(format!("The header {name} {what}."))
        .with("header", name.as_str())
}
