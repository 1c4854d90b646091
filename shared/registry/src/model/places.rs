//! Cities and online platforms that are known by name. They only help to read and to remark: a place is free text.

use serde::{Deserialize, Serialize};

use super::FormerName;
use crate::{Day, Labels};

/// Known names for places.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Places {
    /// Cities whose country is known, or whose name has changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cities: Vec<City>,
    /// Online platforms, so that "Tbilisi, Georgia - KUDO" is taken apart rightly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<Platform>,
}

/// A city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    /// Its key.
    pub key: String,
    /// The term of the vocabulary `countries` it lies in.
    pub country: String,
    /// Its name now.
    pub labels: Labels,
    /// Other ways to write the name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Names it had before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerName>,
}

impl City {
    /// The name on a day.
    pub fn labels_on(&self, day: Day) -> &Labels {
        FormerName::labels_on(&self.former, &self.labels, day)
    }
}

/// An online platform.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Platform {
    /// Its key.
    pub key: String,
    /// Its name, the same in all languages.
    pub name: String,
    /// Other ways to write it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
}
