//! The few words and patterns with which values are written out: yes, no, months, days.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Labels, Language};

/// Words and patterns per language. In patterns, names in braces are replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// The answer yes.
    pub yes: Labels,
    /// The answer no.
    pub no: Labels,
    /// An event without a place on earth.
    pub online: Labels,
    /// A day: `{d}`, `{month}`, `{y}`.
    pub day: Labels,
    /// Two days of one month: `{d}`, `{d2}`, `{month}`, `{y}`.
    pub days_of_month: Labels,
    /// Two days of one year: besides `{month2}`.
    pub days_of_year: Labels,
    /// A month of a year, by itself: `{month}`, `{y}`.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub month: Labels,
    /// A year by itself: `{y}`.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub year: Labels,
    /// From one thing to another: `{from}`, `{to}`.
    pub span: Labels,
    /// Something that began and has not ended: `{from}`.
    pub ongoing: Labels,
    /// A minute of a day: `{day}`, `{time}`.
    pub moment: Labels,
    /// The zone of a time: `{range}`, `{zone}` (the city of the zone's name).
    pub zone: Labels,
    /// How the first day of a month is written where that is not `1`.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub first_day: Labels,
    /// The twelve months as they stand in a date.
    pub months: BTreeMap<Language, Vec<String>>,
    /// The twelve months as they stand without a day, where that is another form.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub months_alone: BTreeMap<Language, Vec<String>>,
    /// The size of a file in thousands of bytes: `{n}`.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub kilobytes: Labels,
    /// The size of a file in millions of bytes: `{n}`.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub megabytes: Labels,
}
