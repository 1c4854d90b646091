//! Vocabularies: closed lists of terms that change with time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Day, Labels, day::in_force};

/// A list of terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Its key, for ever.
    pub key: String,
    /// Its name.
    pub labels: Labels,
    /// How a term is shown on a page, with `{code}` and `{label}`: "GCM Objective {code} - {label}". Just the label if
    /// empty.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub shown_as: Labels,
    /// What is said about a term that is not in force.
    #[serde(default, skip_serializing_if = "PastTerms::is_default")]
    pub past_terms: PastTerms,
    /// Groups of terms, such as the round tables of the objectives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<TermGroup>,
    /// The terms, in the order of display.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terms: Vec<Term>,
}

/// What is said about a term outside its days of validity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PastTerms {
    /// A submission with it is refused.
    #[default]
    Refused,
    /// It is remarked: records of past things rightly name past workstreams.
    Remarked,
}

impl PastTerms {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A group of terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermGroup {
    /// Its key within the vocabulary.
    pub key: String,
    /// Its name.
    pub labels: Labels,
}

/// A term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Its key within the vocabulary, for ever.
    pub key: String,
    /// A code it is known by elsewhere: the M49 code of a country, the number of an objective.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Codes it has in other systems, by the name of the system: `alpha2` of a country in ISO 3166-1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub codes: BTreeMap<String, String>,
    /// Its name now.
    pub labels: Labels,
    /// A longer text, such as the full title of an objective.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub description: Labels,
    /// Other ways to write the name, for reading pages; never shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The keys of its groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Names it had before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<FormerName>,
    /// First day on which it may be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// Last day on which it may be chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Day>,
}

impl Term {
    /// The name on a day.
    pub fn labels_on(&self, day: Day) -> &Labels {
        FormerName::labels_on(&self.former, &self.labels, day)
    }

    /// Whether it may be chosen on a day.
    pub fn is_in_force(&self, day: Day) -> bool {
        in_force(self.valid_from, self.valid_to, day)
    }
}

/// A name that was used until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormerName {
    /// First day of the name; from the beginning if not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Day>,
    /// Last day of the name.
    pub valid_to: Day,
    /// The name.
    pub labels: Labels,
}

impl FormerName {
    /// The former name of that day, else the present one.
    pub(crate) fn labels_on<'a>(former: &'a [Self], now: &'a Labels, day: Day) -> &'a Labels {
        former.iter().find(|name| in_force(name.valid_from, Some(name.valid_to), day)).map_or(now, |name| &name.labels)
    }
}
