//! Canonical JSON ([RFC 8785](https://www.rfc-editor.org/rfc/rfc8785)) within the limits of Dossier.
//!
//! A digest is only worth something when everybody who has the same content gets the same bytes. So what cannot be written in
//! one way only is refused, not repaired: numbers that another reader would round
//! ([RFC 7493](https://www.rfc-editor.org/rfc/rfc7493), section 2.2), and nesting that another reader would not follow.

use std::io;

use serde_json::{Number, Value};

/// The largest canonical content: 448 KiB.
///
/// NATS admits a message of 1 MiB and Dossier an event of 512 KiB; a sealed content (at most 64 bytes of padding, a tag of 16) and the
/// 64 KiB left for the rest of the event fit in that. 448 KiB is thirty dense pages in each of six languages.
pub const MAX_CONTENT: usize = dossier_proto::CONTENT_BYTES_MAX;

/// The deepest nesting of arrays and objects. The deepest registered record needs 6 (a list of ranges in a field of a section).
pub const MAX_DEPTH: usize = 32;

/// The largest integer that every JSON reader keeps: 2^53 − 1.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Floats from here on are written with an exponent (ECMA-262, Number::toString), so they are not read back as integers.
const FIRST_EXPONENT: f64 = 1e21;

/// Why a value has no canonical form here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CanonicalError {
    /// More than [`MAX_CONTENT`] bytes. At an edge: 413.
    #[error("the content is larger than {limit} bytes in canonical form; shorten it, or attach a file")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Deeper than [`MAX_DEPTH`].
    #[error("the content is nested deeper than {limit} levels")]
    TooDeep {
        /// The limit in levels.
        limit: usize,
    },
    /// An integer that other readers would round, or a number that is not finite.
    #[error("{number} is not a number every reader keeps: integers go up to ±(2^53 − 1); write a larger one as text")]
    Number {
        /// The number as it was read.
        number: String,
    },
}

/// The canonical form of a value.
///
/// # Errors
/// [`CanonicalError`]: too large, too deep, or with a number that is not safe.
///
/// ```
/// let value = serde_json::json!({"b": 4.50, "a": [true, "€"]});
/// assert_eq!(dossier_vault::canonical(&value)?, r#"{"a":[true,"€"],"b":4.5}"#.as_bytes());
/// # Ok::<(), dossier_vault::CanonicalError>(())
/// ```
pub fn canonical(value: &Value) -> Result<Vec<u8>, CanonicalError> {
    check(value, MAX_DEPTH)?;
    let mut bounded = Bounded { bytes: Vec::new() };
    // Depth and numbers are checked, keys of a `Value` are text: only the bound is left to fail.
    serde_json_canonicalizer::to_writer(value, &mut bounded)
        .map_err(|_| CanonicalError::TooLarge { limit: MAX_CONTENT })?;
    Ok(bounded.bytes)
}

/// Goes down to `depth` more levels; arrays and objects count, also empty ones.
fn check(value: &Value, depth: usize) -> Result<(), CanonicalError> {
    let deeper = || depth.checked_sub(1).ok_or(CanonicalError::TooDeep { limit: MAX_DEPTH });
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => Ok(()),
        Value::Number(number) => check_number(number),
        Value::Array(items) => {
            let depth = deeper()?;
            items.iter().try_for_each(|item| check(item, depth))
        }
        Value::Object(members) => {
            let depth = deeper()?;
            members.values().try_for_each(|member| check(member, depth))
        }
    }
}

/// Refuses every number whose canonical form another reader (or we ourselves) would take for an unsafe integer.
fn check_number(number: &Number) -> Result<(), CanonicalError> {
    let safe = if let Some(positive) = number.as_u64() {
        positive <= MAX_INTEGER
    } else if let Some(negative) = number.as_i64() {
        negative.unsigned_abs() <= MAX_INTEGER
    } else {
        // MAX_INTEGER is below 2^53, so the conversion is exact.
        number.as_f64().is_some_and(|float| {
            float.is_finite() && (float.abs() <= MAX_INTEGER as f64 || float.abs() >= FIRST_EXPONENT)
        })
    };
    if safe { Ok(()) } else { Err(CanonicalError::Number { number: number.to_string().chars().take(64).collect() }) }
}

/// Stops the writing at the limit, so that a large value costs no more than a value at the limit.
struct Bounded {
    bytes: Vec<u8>,
}

impl io::Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + more.len() > MAX_CONTENT {
            return Err(io::Error::other("over the limit"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
