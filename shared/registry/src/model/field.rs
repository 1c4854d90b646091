//! Fields of a record type: what may be written in them and where they are shown.

use serde::{Deserialize, Serialize};

use super::{is_false, is_true, yes};
use crate::{Day, Labels};

/// One field of a record type. Its place in the file is its place in forms and on pages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// The key in the content, for ever.
    pub key: String,
    /// What its values are.
    pub kind: Kind,
    /// How many values it takes.
    pub cardinality: Cardinality,
    /// The part of the public page it belongs to.
    pub section: Section,
    /// Its name.
    pub labels: Labels,
    /// What a contributor is told beside it.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub hint: Labels,
    /// The vocabulary its terms are from (kinds `term`, `term-or-text`, `status`, `place`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vocabulary: Option<String>,
    /// Limits on its values.
    #[serde(default, skip_serializing_if = "Limits::is_empty")]
    pub limits: Limits,
    /// Whether an editorial correction may touch it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub editorial: bool,
    /// Whether its values are personal: sealed apart, never public.
    #[serde(default, skip_serializing_if = "is_false")]
    pub personal: bool,
    /// The field is asked only when another one has a certain value: "which workstream" after "workstream output: yes".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Condition>,
    /// Fields of the same type that stand in for it: where one of them is filled in this one may be empty, whatever its
    /// cardinality.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unless: Vec<String>,
    /// Fields of the same type that a submission must fill in too when this one is: the currency of a budget.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Fields of the same vocabulary that may not hold the same term: a secondary objective is not a primary one too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distinct_from: Vec<String>,
    /// Whether a change of it has to be cleared nationally, where the type asks for clearance at all. A revision that changes
    /// only fields without it goes straight to review.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub clearance: bool,
    /// The labels under which a saved page of a comparable hub shows this field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub source_labels: Vec<String>,
    /// First day on which the field may be filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// Last day on which the field may be filled in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
}

/// What the values of a field are. The shape of each in the content is told in the crate's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A line of text per language.
    Text,
    /// Paragraphs, lists and links per language.
    Richtext,
    /// From a day or minute to another, with a time zone.
    Range,
    /// A city, a country or area, an online platform, or several of them.
    Place,
    /// A term of a vocabulary.
    Term,
    /// A term of a vocabulary or, where it has none, a text.
    TermOrText,
    /// Yes or no.
    Bool,
    /// An address on the web with an optional title.
    Link,
    /// A file, named by its digest.
    Attachment,
    /// What became of the subject itself: scheduled, postponed, fulfilled. Not the workflow's state.
    Status,
    /// A number.
    Number,
    /// A short text without a language: a code, a number of a letter.
    String,
    /// A person to write to. Always personal.
    Contact,
    /// An edition of another entry.
    Reference,
}

impl Kind {
    /// As it is written in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Richtext => "richtext",
            Self::Range => "range",
            Self::Place => "place",
            Self::Term => "term",
            Self::TermOrText => "term-or-text",
            Self::Bool => "bool",
            Self::Link => "link",
            Self::Attachment => "attachment",
            Self::Status => "status",
            Self::Number => "number",
            Self::String => "string",
            Self::Contact => "contact",
            Self::Reference => "reference",
        }
    }

    /// Whether a value is a text per language.
    pub const fn is_per_language(self) -> bool {
        matches!(self, Self::Text | Self::Richtext)
    }
}

/// How many values a field takes. With `1` and `0..1` the value stands by itself, with `0..n` and `1..n` in an array.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cardinality {
    /// Exactly one.
    #[serde(rename = "1")]
    One,
    /// One or none.
    #[serde(rename = "0..1")]
    Optional,
    /// Any number.
    #[serde(rename = "0..n")]
    Any,
    /// At least one.
    #[serde(rename = "1..n")]
    Some,
}

impl Cardinality {
    /// Whether a submission needs a value.
    pub const fn is_required(self) -> bool {
        matches!(self, Self::One | Self::Some)
    }

    /// Whether the values stand in an array.
    pub const fn is_many(self) -> bool {
        matches!(self, Self::Any | Self::Some)
    }
}

/// The part of the public page a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Section {
    /// The title of the page; each type has exactly one such field.
    Title,
    /// The text.
    Body,
    /// The labelled facts beside the text.
    Facts,
    /// Not shown to the public.
    Hidden,
}

/// "Only when `field` is `is`."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The key of an earlier field of kind `bool` or `term`, with one value.
    pub field: String,
    /// The value it must have.
    pub is: Expected,
}

/// The value a [`Condition`] waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Expected {
    /// Of a field of kind `bool`.
    Answer(bool),
    /// Of a field of kind `term`: the term's key.
    Term(String),
    /// Of a field of kind `term`: any of these terms' keys.
    AnyOf(Vec<String>),
}

impl Expected {
    /// The terms it names; none if it waits for a yes or no.
    pub fn terms(&self) -> &[String] {
        match self {
            Self::Answer(_) => &[],
            Self::Term(term) => std::slice::from_ref(term),
            Self::AnyOf(terms) => terms,
        }
    }
}

/// How exactly a day is known. Ordered from the coarsest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// `2022`.
    Year,
    /// `2022-05`.
    Month,
    /// `2022-05-17`.
    Day,
    /// `2022-05-17T09:00`.
    Minute,
}

impl Precision {
    /// How a moment of this precision is written.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Year => "2022",
            Self::Month => "2022-05",
            Self::Day => "2022-05-17",
            Self::Minute => "2022-05-17T09:00",
        }
    }
}

/// Limits on the values of a field. Each is allowed only for the kinds it makes sense for; what is not set has the
/// limit of the house (see [`Limits::characters_max`] and [`Limits::items_max`]).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Least number of characters (Unicode scalar values), per language, at submission.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub characters_min: Option<u32>,
    /// Greatest number of characters (Unicode scalar values), per language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub characters: Option<u32>,
    /// Greatest number of values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u32>,
    /// Least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<i64>,
    /// Greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<i64>,
    /// How many decimals a number may have; none if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decimals: Option<u8>,
    /// Greatest size of a file, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The media types a file may have; any if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media_types: Vec<String>,
    /// The record types a reference may point to; any if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Whether a file must say which language it is in.
    #[serde(default, skip_serializing_if = "is_false")]
    pub language: bool,
    /// Whether a range may say that it has not ended.
    #[serde(default, skip_serializing_if = "is_false")]
    pub ongoing: bool,
    /// The coarsest a range may be; a day if not set. Whatever is more exact is taken too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// A range that ended before this day is remarked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_from: Option<Day>,
    /// The states of a status that carry the dates given before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous_dates_for: Vec<String>,
}

impl Limits {
    /// 500: three lines of a title.
    pub const CHARACTERS_TEXT: u32 = 500;
    /// 60 000: twenty dense pages of 3 000 characters; six languages of two bytes each would pass the size of a content
    /// (448 KiB), which is checked for the whole besides.
    pub const CHARACTERS_RICHTEXT: u32 = 60_000;
    /// 200: a name or a reference number.
    pub const CHARACTERS_STRING: u32 = 200;
    /// 100 values: more than the longest list of terms but the countries' asks for.
    pub const ITEMS: u32 = 100;

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The greatest number of characters for a value of this kind.
    pub fn characters_max(&self, kind: Kind) -> u32 {
        self.characters.unwrap_or(match kind {
            Kind::Richtext => Self::CHARACTERS_RICHTEXT,
            Kind::String => Self::CHARACTERS_STRING,
            _ => Self::CHARACTERS_TEXT,
        })
    }

    /// The coarsest a range may be.
    pub fn precision_min(&self) -> Precision {
        self.precision.unwrap_or(Precision::Day)
    }

    /// The greatest number of values.
    pub fn items_max(&self) -> u32 {
        self.items.unwrap_or(Self::ITEMS)
    }
}
