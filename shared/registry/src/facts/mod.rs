//! Turns a content into what a reader sees: labelled values in order, each with the language it is in. Pure.
//!
//! Content may be older than the registry that shows it. A term that no longer exists shows its key, a field that no
//! longer exists shows its key as the label, and a value of an unexpected shape is written plainly.

mod view;

use dossier_proto::Micros;
use serde::Serialize;
use serde_json::Value;

use crate::{
    Language, Registry, Shown, content,
    model::{RecordType, Section},
};
use view::View;

/// A field of a record as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// The key of the field.
    pub field: String,
    /// The part of the page.
    pub section: Section,
    /// Its name.
    pub label: Shown,
    /// Its values, in order.
    pub values: Vec<FactValue>,
}

/// One value as it is shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactValue {
    /// What to print.
    #[serde(flatten)]
    pub shown: Shown,
    /// What it is, for links, times and marks.
    pub is: FactKind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A line of text.
    Text,
    /// Paragraphs, lists and links, as they were typed.
    Richtext,
    /// A term of a vocabulary.
    Term {
        /// The vocabulary.
        vocabulary: String,
        /// The key of the term.
        key: String,
    },
    /// Yes or no.
    Answer(bool),
    /// A range of time, with its ends for machines to read: `2022-05-17` or `2022-05-17T09:00`.
    Range {
        /// The first day or minute.
        start: Option<String>,
        /// The last day or minute.
        end: Option<String>,
        /// The IANA zone.
        zone: Option<String>,
    },
    /// A place.
    Place {
        /// The key of the country or area.
        country: Option<String>,
    },
    /// An address on the web.
    Link {
        /// The address. `None` if what stands there is none, so that nothing else is ever made a link.
        url: Option<String>,
    },
    /// A file.
    Attachment {
        /// Its digest.
        digest: String,
        /// Its media type.
        media_type: String,
        /// Its size in bytes.
        bytes: u64,
        /// The name it is shown under; never the name of anything on disk.
        name: String,
        /// Its size in words.
        size: Shown,
    },
    /// A number.
    Number,
    /// An edition of another entry.
    Reference {
        /// The entry.
        entry: String,
        /// The number of the edition.
        edition: u64,
    },
    /// A value of a shape the registry in force does not know.
    Plain,
}

/// What a reader sees of a content, in the order of the page; nothing personal, nothing hidden, nothing empty.
///
/// `at` is the moment whose names are used: of publication, so that an edition never changes.
pub fn facts(registry: &Registry, record_type: &str, content: &Value, language: Language, at: Micros) -> Vec<Fact> {
    let view = View { registry, language, at, original: content::original_language(content) };
    let Some(record_type) = registry.record_type(record_type) else {
        return view.unknown(content, |_| false);
    };
    let mut facts: Vec<Fact> = record_type
        .fields
        .iter()
        .filter(|field| !field.personal && field.section != Section::Hidden)
        .filter_map(|field| view.fact(field, content.get(&field.key)?))
        .collect();
    facts.extend(view.unknown(content, |key| record_type.field(key).is_some()));
    facts
}

/// The title of a content: in the language, else in English, else in the original, else in any.
pub fn title(record_type: &RecordType, content: &Value, language: Language) -> Option<Shown> {
    content::text_in(content.get(&record_type.title()?.key)?, language, content::original_language(content))
}
