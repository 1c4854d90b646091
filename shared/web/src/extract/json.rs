//! Strict JSON: one document of UTF-8, no key twice, no field nobody asked for, bounded in size, depth and number.

use std::{cell::Cell, fmt};

use axum::extract::{FromRequest, Request};
use http::{HeaderMap, header};
use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use super::{FieldError, body, members::Members, pointer, single};
use crate::{
    Problem, ProblemKind,
    limits::{JSON_BYTES_MAX, JSON_DEPTH_MAX, JSON_VALUES_MAX},
};

/// A body of JSON, read as `T`.
///
/// | what is wrong | answer |
/// |---|---|
/// | the content type is not JSON | 415 |
/// | larger than [`JSON_BYTES_MAX`] | 413 |
/// | not UTF-8, not JSON, a key twice, too deep, too many values | 400 with line and column (in bytes, from 1) |
/// | a field missing, of a wrong type (an array is no object), or one `T` does not know | 422 with JSON pointers |
///
/// `T` need not say `deny_unknown_fields`: what it ignores is refused here (only below `#[serde(flatten)]` and untagged
/// enums it cannot be seen, so bodies avoid both).
#[derive(Debug, Clone, Copy)]
pub struct StrictJson<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for StrictJson<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let (parts, content) = request.into_parts();
        check_content_type(&parts.headers)?;
        let bytes = body::read(&parts.headers, content, JSON_BYTES_MAX).await?;
        strict_json(&bytes).map(Self)
    }
}

/// Reads bytes as strictly as [`StrictJson`] does, for JSON that comes by another way.
///
/// # Errors
/// A [`Problem`] of 400 or 422, as the table at [`StrictJson`] says.
pub fn strict_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let sound = &bytes[..error.valid_up_to()];
        let line = sound.split(|byte| *byte == b'\n').count();
        let column = sound.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) + 1;
        syntax("these bytes are not UTF-8", line, column)
    })?;
    typed(tree(text)?)
}

/// JSON by its syntax alone, with the limits kept.
fn tree(text: &str) -> Result<Value, Problem> {
    let left = Cell::new(JSON_VALUES_MAX);
    let mut reader = serde_json::Deserializer::from_str(text);
    let node = Node { left: &left, depth: 0 };
    let read = node.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    read.map_err(|error| {
        let told = error.to_string();
        // serde_json puts the place at the end of its words; it has members of its own here.
        let what = told.rsplit_once(" at line ").map_or(told.as_str(), |(what, _)| what);
        syntax(&pointer::words(&what), error.line(), error.column())
    })
}

fn syntax(what: &str, line: usize, column: usize) -> Problem {
    Problem::new(ProblemKind::MalformedJson)
        .detail(format!("Line {line}, column {column}: {what}."))
        .with("line", line)
        .with("column", column)
}

/// A tree as `T`; whatever `T` does not take is told.
fn typed<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    let mut unknown = Vec::new();
    let mut track = serde_path_to_error::Track::new();
    let mut ignored = |path: serde_ignored::Path<'_>| {
        unknown.push(FieldError { pointer: pointer::of_ignored(&path), detail: "there is no such field".to_owned() });
    };
    let reader = serde_path_to_error::Deserializer::new(Members(value), &mut track);
    let read = T::deserialize(serde_ignored::Deserializer::new(reader, &mut ignored));
    let mut errors = unknown;
    match read {
        Ok(value) if errors.is_empty() => Ok(value),
        Ok(_) => Err(FieldError::problem(ProblemKind::InvalidRequest, &errors)),
        Err(error) => {
            // What does not fit comes first; what nobody asked for may be the same thing misspelt.
            let wrong = FieldError { pointer: pointer::of_path(&track.path()), detail: pointer::words(&error) };
            errors.insert(0, wrong);
            Err(FieldError::problem(ProblemKind::InvalidRequest, &errors))
        }
    }
}

/// `application/json`, or anything `+json`, in UTF-8.
fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let refused = |found: &str| {
        let found: String = found.chars().take(100).collect();
        Problem::new(ProblemKind::UnsupportedMediaType).detail(format!("The body is announced as {found:?}."))
    };
    let text = single(headers, &header::CONTENT_TYPE)?.unwrap_or_default();
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json") && essence.len() > 17);
    let charset = parts.find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_ascii_lowercase())
    });
    if !is_json || charset.is_some_and(|charset| charset != "utf-8") {
        return Err(refused(text));
    }
    Ok(())
}

/// One value on the way into the tree.
#[derive(Clone, Copy)]
struct Node<'a> {
    left: &'a Cell<usize>,
    depth: usize,
}

impl Node<'_> {
    /// A value inside this one.
    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth == JSON_DEPTH_MAX {
            return Err(E::custom(format!("nested more than {JSON_DEPTH_MAX} deep")));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    fn count<E: serde::de::Error>(self) -> Result<(), E> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| E::custom(format!("more than {JSON_VALUES_MAX} values")))?);
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(value) = items.next_element_seed(inner)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if map.contains_key(&key) {
                let key: String = key.chars().take(64).collect();
                return Err(A::Error::custom(format!("the key {key:?} stands twice")));
            }
            map.insert(key, members.next_value_seed(inner)?);
        }
        Ok(Value::Object(map))
    }
}
