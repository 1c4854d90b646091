//! What changed between two contents: field by field, and in texts word by word. Pure, with a bound on its cost.

mod segments;
mod shortest;
mod tokens;

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

pub use segments::{Mark, Segment};
pub(crate) use tokens::is_spaceless;

use crate::{
    Language,
    content::ORIGINAL_LANGUAGE,
    model::{Kind, RecordType},
};
use segments::Budget;

/// The difference of two contents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What changed, in the order of the page; a text per language once for each language that changed.
    pub changed: Vec<FieldDifference>,
    /// The keys of the fields that did not change and are not empty.
    pub unchanged: Vec<String>,
}

/// What changed in one field, or in one language of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldDifference {
    /// The key of the field.
    pub field: String,
    /// The language, of a text per language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The kind of change.
    pub change: Change,
    /// What it is made of.
    #[serde(flatten)]
    pub detail: Detail,
}

/// The kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// There was nothing before.
    Added,
    /// There is nothing any more.
    Removed,
    /// It says something else.
    Changed,
}

/// What a change is made of.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// Of a text: its pieces. All but the added ones, joined, are the text before; all but the removed ones the text after.
    Words(Vec<Segment>),
    /// Of anything else: the values before and after. Of a list only the members that came or went, unless just their
    /// order changed.
    Values {
        /// What was there.
        before: Vec<Value>,
        /// What is there now.
        after: Vec<Value>,
    },
}

/// Compares two contents of a record type. Fields the type does not have are compared as they stand.
pub fn difference(record_type: &RecordType, before: &Value, after: &Value) -> Difference {
    let mut found = Difference { changed: Vec::new(), unchanged: Vec::new() };
    let mut budget = Budget::default();
    let known = record_type.fields.iter().map(|field| (field.key.as_str(), Some(field.kind)));
    let strangers: BTreeSet<&str> = [before, after]
        .into_iter()
        .filter_map(Value::as_object)
        .flat_map(|members| members.keys().map(String::as_str))
        .filter(|key| record_type.field(key).is_none())
        .collect();
    let strangers = strangers.into_iter().filter(|key| *key != ORIGINAL_LANGUAGE).map(|key| (key, None));
    for (key, kind) in known.chain([(ORIGINAL_LANGUAGE, None)]).chain(strangers) {
        match (before.get(key), after.get(key)) {
            (None, None) => {}
            (one, other) if one == other => found.unchanged.push(key.to_owned()),
            (one, other) => found.changed.extend(field_difference(key, kind, one, other, &mut budget)),
        }
    }
    found
}

/// The pieces of the difference of two texts.
pub fn words(before: &str, after: &str) -> Vec<Segment> {
    segments::segments(before, after, &mut Budget::default())
}

fn field_difference(
    key: &str,
    kind: Option<Kind>,
    before: Option<&Value>,
    after: Option<&Value>,
    budget: &mut Budget,
) -> Vec<FieldDifference> {
    if kind.is_some_and(Kind::is_per_language)
        && let Some(by_language) = by_language(key, before, after, budget)
    {
        return by_language;
    }
    if let (Some(Value::String(one)), Some(Value::String(other))) = (before, after)
        && kind == Some(Kind::String)
    {
        let detail = Detail::Words(segments::segments(one, other, budget));
        return vec![FieldDifference { field: key.to_owned(), language: None, change: Change::Changed, detail }];
    }
    let change = match (before, after) {
        (None, _) => Change::Added,
        (_, None) => Change::Removed,
        _ => Change::Changed,
    };
    vec![FieldDifference { field: key.to_owned(), language: None, change, detail: values(before, after) }]
}

/// A text per language, language by language; `None` if either side is something else, to be compared as a value.
fn by_language(
    key: &str,
    before: Option<&Value>,
    after: Option<&Value>,
    budget: &mut Budget,
) -> Option<Vec<FieldDifference>> {
    let is_texts = |value: &Value| {
        let texts = |members: &serde_json::Map<String, Value>| {
            members.iter().all(|(tag, text)| tag.parse::<Language>().is_ok() && text.is_string())
        };
        value.as_object().is_some_and(texts)
    };
    if ![before, after].into_iter().flatten().all(is_texts) {
        return None;
    }
    let text = |side: Option<&Value>, language: Language| {
        side.and_then(|texts| texts.get(language.tag())).and_then(Value::as_str).map(str::to_owned)
    };
    let mut found = Vec::new();
    for language in Language::ALL {
        let (one, other) = (text(before, language), text(after, language));
        let change = match (&one, &other) {
            (one, other) if one == other => continue,
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        };
        let pieces = segments::segments(&one.unwrap_or_default(), &other.unwrap_or_default(), budget);
        let detail = Detail::Words(pieces);
        found.push(FieldDifference { field: key.to_owned(), language: Some(language), change, detail });
    }
    // `{}` against nothing differs in no language, and must not be passed over.
    (!found.is_empty()).then_some(found)
}

fn values(before: Option<&Value>, after: Option<&Value>) -> Detail {
    let all = |side: Option<&Value>| match side {
        None => Vec::new(),
        Some(Value::Array(values)) => values.clone(),
        Some(value) => vec![value.clone()],
    };
    let (before, after) = (all(before), all(after));
    // Sorting by the text keeps lists of any length from being compared member by member with each other.
    let texts = |side: &[Value]| side.iter().map(Value::to_string).collect::<BTreeSet<_>>();
    let (was, is) = (texts(&before), texts(&after));
    let gone: Vec<Value> = before.iter().filter(|value| !is.contains(&value.to_string())).cloned().collect();
    let new: Vec<Value> = after.iter().filter(|value| !was.contains(&value.to_string())).cloned().collect();
    if gone.is_empty() && new.is_empty() {
        Detail::Values { before, after }
    } else {
        Detail::Values { before: gone, after: new }
    }
}
