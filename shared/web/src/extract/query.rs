//! Strict queries: decoded as UTF-8, no parameter nobody knows, a list only where a list is meant.

use std::fmt::Write as _;

use axum::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use super::{FieldError, pointer};
use crate::{
    Problem, ProblemKind,
    limits::{QUERY_BYTES_MAX, QUERY_PARAMETERS_MAX},
};

/// Parameters that other extractors read ([`crate::Language`], [`super::MinSequence`]), so that no `T` has to know them.
const ELSEWHERE: [&str; 2] = ["lang", "min_sequence"];

/// The query of the address, read as `T`.
///
/// A field that is a `Vec` takes a parameter that is repeated; any other field takes it once. A parameter without a value
/// is as good as none: browsers send it for an empty field of a form. Unknown parameters, broken percent-encoding and
/// broken UTF-8 are 400; values that do not fit are 422 with the parameter named; too long is 414.
#[derive(Debug, Clone, Copy)]
pub struct StrictQuery<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for StrictQuery<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

pub(super) fn read<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let pairs = decoded(query)?;
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let mut ignored = |path: serde_ignored::Path<'_>| {
        unknown.push(pointer::of_ignored(&path).trim_start_matches('/').to_owned());
    };
    let encoded = encoded(&pairs);
    let reader = serde_html_form::Deserializer::from_bytes(encoded.as_bytes());
    let reader = serde_path_to_error::Deserializer::new(reader, &mut track);
    let read = T::deserialize(serde_ignored::Deserializer::new(reader, &mut ignored));
    if let Some(name) = unknown.into_iter().find(|name| !ELSEWHERE.contains(&name.as_str())) {
        return Err(malformed(&format!("There is no parameter {name:?} here")));
    }
    read.map_err(|error| {
        let wrong = FieldError { pointer: pointer::of_path(&track.path()), detail: pointer::words(&error) };
        let missing = wrong.pointer.is_empty().then(|| format!("The query: {}", wrong.detail));
        let problem = FieldError::problem(ProblemKind::InvalidRequest, &[wrong]);
        missing.into_iter().fold(problem, Problem::detail)
    })
}

/// The pairs of a query as text. [`serde_html_form`] would put U+FFFD in place of broken bytes; here they are refused.
fn decoded(query: &str) -> Result<Vec<(String, String)>, Problem> {
    if query.len() > QUERY_BYTES_MAX {
        let detail = format!("The query may have at most {QUERY_BYTES_MAX} bytes.");
        return Err(Problem::new(ProblemKind::AddressTooLong).detail(detail));
    }
    let mut pairs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == QUERY_PARAMETERS_MAX {
            return Err(malformed(&format!("There are more than {QUERY_PARAMETERS_MAX} parameters")));
        }
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let text = |text| percent_decoded(text).ok_or_else(|| malformed("A parameter is not percent-encoded UTF-8"));
        let (name, value) = (text(name)?, text(value)?);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    Ok(pairs)
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: u8| char::from(byte).to_digit(16);
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => u8::try_from(digit(rest.next()?)? * 16 + digit(rest.next()?)?).ok()?,
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

/// The pairs again as a form, every byte that is not a letter or digit escaped.
fn encoded(pairs: &[(String, String)]) -> String {
    let mut form = String::new();
    for (name, value) in pairs {
        if !form.is_empty() {
            form.push('&');
        }
        escape(&mut form, name);
        form.push('=');
        escape(&mut form, value);
    }
    form
}

fn escape(form: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => form.push(char::from(byte)),
            other => {
                // Writing into a String does not fail.
                let _ = write!(form, "%{other:02X}");
            }
        }
    }
}

fn malformed(what: &str) -> Problem {
    Problem::new(ProblemKind::MalformedQuery).detail(format!("{what}."))
}
