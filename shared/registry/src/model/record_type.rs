//! Record types: event, practice, pledge, report, and whatever a registrar adds.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BodyKind, Field, Kind, ReviewPath, Section};
use crate::{Day, Labels};

/// A type of record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordType {
    /// Its key, for ever.
    pub key: String,
    /// The first letters of its public numbers: `EVT` of `EVT-2026-00042`.
    pub number_prefix: String,
    /// Its name.
    pub labels: Labels,
    /// The name of many of them, for lists.
    pub plural: Labels,
    /// What a contributor is told before starting.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub introduction: Labels,
    /// How an entry is reviewed.
    pub review: ReviewPath,
    /// How a saved page of a comparable hub is read.
    #[serde(default, skip_serializing_if = "SavedPageRules::is_empty")]
    pub saved_page: SavedPageRules,
    /// First day on which an entry of it may be started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// Last day on which an entry of it may be started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
    /// The fields, in the order of forms and pages.
    pub fields: Vec<Field>,
}

impl RecordType {
    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }

    /// The field that is the title of the page.
    pub fn title(&self) -> Option<&Field> {
        self.in_section(Section::Title).next()
    }

    /// The fields of a part of the page, in order.
    pub fn in_section(&self, section: Section) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(move |field| field.section == section)
    }

    /// The fields asked only when this one has a certain value: the "which" after a "yes".
    pub fn follow_ups<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a Field> {
        self.fields.iter().filter(move |field| field.when.as_ref().is_some_and(|when| when.field == key))
    }

    /// Whether a change of these fields by such a body has to be cleared nationally first. A first submission changes all it
    /// fills in.
    pub fn needs_clearance<'a>(&self, body: BodyKind, changed: impl IntoIterator<Item = &'a str>) -> bool {
        // What the type does not know (any more) may mean anything, so it is cleared.
        let is_cleared = |key: &str| self.field(key).is_none_or(|field| field.clearance);
        self.review.clearance.is_needed(body) && changed.into_iter().any(is_cleared)
    }

    /// The fields an editorial correction may touch.
    pub fn editorial(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| field.editorial)
    }

    /// The files that a content names, each with the field and the JSON pointer (RFC 6901) to its value.
    pub fn files<'a>(&'a self, content: &'a Value) -> impl Iterator<Item = (&'a Field, String, &'a Value)> {
        let fields = self.fields.iter().filter(|field| field.kind == Kind::Attachment);
        fields.flat_map(|field| {
            let (single, many) = match &content[field.key.as_str()] {
                Value::Null => (None, &[][..]),
                Value::Array(values) => (None, values.as_slice()),
                value => (Some((field, format!("/{}", field.key), value)), &[][..]),
            };
            let many = many.iter().enumerate();
            single.into_iter().chain(many.map(move |(at, value)| (field, format!("/{}/{at}", field.key), value)))
        })
    }

    /// JSON pointers (RFC 6901) of the personal fields. Each points to the whole value of a field, an array with its
    /// members where the field takes many.
    pub fn personal_pointers(&self) -> Vec<String> {
        self.fields.iter().filter(|field| field.personal).map(|field| format!("/{}", field.key)).collect()
    }
}

/// How the text of a saved page is read, beyond the labels of the fields.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPageRules {
    /// Lines that belong to the site and say nothing about the record.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boilerplate: Vec<String>,
    /// Labels whose value is what the source claims about its own workflow. Kept as a claim, never our state.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub status_labels: Vec<String>,
    /// The key of the field that takes the paragraphs under the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body_field: Option<String>,
}

impl SavedPageRules {
    /// Whether nothing is set: the type has no saved pages.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
