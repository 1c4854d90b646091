//! The shape of a content that all types share, and the few readings of it that several rooms need.
//!
//! All readings take any JSON and never panic: what is shown may be old, and was valid under an older registry.

use serde_json::Value;

use crate::{Language, Shown, says_something};

/// The key under which a content names the language it was first written in.
pub const ORIGINAL_LANGUAGE: &str = "original_language";

/// Keys of a content that are no fields.
pub const RESERVED_KEYS: [&str; 1] = [ORIGINAL_LANGUAGE];

/// Bytes of a content in canonical form: 448 KiB, so that it fits an event of 512 KiB with its seal and envelope.
pub const CONTENT_BYTES_MAX: usize = 448 * 1024;

/// The language a content was first written in, if it says so.
pub fn original_language(content: &Value) -> Option<Language> {
    content.get(ORIGINAL_LANGUAGE)?.as_str()?.parse().ok()
}

/// The languages a content has any text in, the original first, then in the order of display.
pub fn languages_of(content: &Value) -> Vec<Language> {
    let original = original_language(content);
    let has_text = |language: &Language| {
        content
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::values)
            .any(|value| value.get(language.tag()).and_then(Value::as_str).is_some_and(says_something))
    };
    let others = Language::ALL.into_iter().filter(|language| Some(*language) != original).filter(has_text);
    original.into_iter().chain(others).collect()
}

/// The text of a value per language: in the language asked for, else in English, else in the original, else in any.
pub fn text_in(value: &Value, language: Language, original: Option<Language>) -> Option<Shown> {
    let in_language = |wanted: Language| {
        let text = value.get(wanted.tag())?.as_str().filter(|text| says_something(text))?;
        Some(Shown { text: text.to_owned(), language: Some(wanted) })
    };
    [Some(language), Some(Language::En), original].into_iter().flatten().chain(Language::ALL).find_map(in_language)
}

/// The values of a field: the members of an array, or the one value that stands by itself; none for `null` and nothing.
pub(crate) fn values_of(value: Option<&Value>) -> &[Value] {
    match value {
        None | Some(Value::Null) => &[],
        Some(Value::Array(values)) => values,
        Some(value) => std::slice::from_ref(value),
    }
}

/// Whether a value is the commitment that stands in place of a sealed personal value: `{"$commitment": "64 hex digits"}`.
pub(crate) fn is_sealed(value: &Value) -> bool {
    let members = value.as_object().filter(|members| members.len() == 1);
    let commitment = members.and_then(|members| members.get("$commitment")).and_then(Value::as_str);
    commitment.is_some_and(|text| text.parse::<dossier_proto::Digest>().is_ok())
}

/// Whether there is nothing in a value: no member, only text in which nothing is seen, or null.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => !says_something(text),
        Value::Array(values) => values.iter().all(is_blank),
        Value::Object(members) => members.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}
