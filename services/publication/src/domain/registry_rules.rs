//! What publication's decisions use of the registry: the prefixes of numbers and the reasons for a retraction.

use std::collections::BTreeMap;

use dossier_proto::{Digest, Micros, v1};
use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// The rules of an adopted registry, as far as publication decides by them.
///
/// They are read from the document by a reader of their own, which takes the few values it needs and passes over the
/// rest. The whole check of a registry grows stricter with the years; a replay has to fold an old adoption as it was
/// folded on its day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistryRules {
    /// The registry's digest.
    pub digest: Digest,
    /// The prefix of public numbers, by record type.
    pub prefixes: BTreeMap<String, String>,
    /// The reasons for which an entry may be retracted, with their days of validity.
    pub retractions: BTreeMap<String, Validity>,
}

/// A day as the registry writes it, `2022-06-01`; so written, days compare as texts do.
type Day = String;

fn day_of(now: Micros) -> Day {
    let date = Timestamp::from_microsecond(now.0).map_or(Date::MAX, |stamp| stamp.to_zoned(TimeZone::UTC).date());
    date.to_string()
}

/// First and last day of something; an open end has no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    from: Option<Day>,
    to: Option<Day>,
}

impl Validity {
    fn holds(&self, day: &str) -> bool {
        self.from.as_deref().is_none_or(|from| from <= day) && self.to.as_deref().is_none_or(|to| day <= to)
    }
}

#[derive(Deserialize)]
struct Document {
    types: Vec<Type>,
    retractions: Vec<Reason>,
}

#[derive(Deserialize)]
struct Type {
    key: String,
    number_prefix: String,
}

#[derive(Deserialize)]
struct Reason {
    key: String,
    #[serde(default, rename = "for")]
    uses: Vec<String>,
    valid_from: Option<Day>,
    valid_to: Option<Day>,
}

impl RegistryRules {
    /// The rules in an adoption; `None` when it holds none.
    pub(super) fn of(adoption: &v1::AdoptRegistry) -> Option<Self> {
        let digest = Digest::try_from(adoption.digest.as_slice()).ok()?;
        let document: Document = serde_json::from_slice(&adoption.document).ok()?;
        let prefixes = document.types.into_iter().map(|one| (one.key, one.number_prefix)).collect();
        let retractions = document
            .retractions
            .into_iter()
            .filter(|reason| reason.uses.iter().any(|one| one == "retract"))
            .map(|reason| (reason.key, Validity { from: reason.valid_from, to: reason.valid_to }))
            .collect();
        Some(Self { digest, prefixes, retractions })
    }

    /// Whether this is a reason to retract an entry at that moment.
    pub fn may_retract_for(&self, code: &str, now: Micros) -> bool {
        self.retractions.get(code).is_some_and(|validity| validity.holds(&day_of(now)))
    }

    /// The reasons to retract an entry at that moment.
    pub fn retraction_reasons_at(&self, now: Micros) -> Vec<&str> {
        let day = day_of(now);
        self.retractions.iter().filter(|(_, validity)| validity.holds(&day)).map(|(code, _)| code.as_str()).collect()
    }
}
