//! What publication's decisions use of the registry: the prefixes of numbers, and the reasons to suspend, supersede and retract.

use std::collections::{BTreeMap, BTreeSet};

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
    /// The reasons to take an entry from view or to point on from it.
    pub reasons: BTreeMap<String, ListedReason>,
}

/// A reason of the registry: what it may be given for, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedReason {
    uses: BTreeSet<ReasonUse>,
    validity: Validity,
}

/// What a reason may be given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ReasonUse {
    /// Taking it away for good.
    Retract,
    /// Taking it away for now.
    Suspend,
    /// Pointing on to another entry.
    Supersede,
}

impl ReasonUse {
    fn named(name: &str) -> Option<Self> {
        match name {
            "retract" => Some(Self::Retract),
            "suspend" => Some(Self::Suspend),
            "supersede" => Some(Self::Supersede),
            _ => None,
        }
    }
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
        let listed = |reason: Reason| {
            let uses = reason.uses.iter().filter_map(|one| ReasonUse::named(one)).collect();
            let validity = Validity { from: reason.valid_from, to: reason.valid_to };
            (reason.key, ListedReason { uses, validity })
        };
        let reasons = document.retractions.into_iter().map(listed).collect();
        Some(Self { digest, prefixes, reasons })
    }

    /// Whether this reason may be given for that at that moment.
    pub fn admits(&self, code: &str, used: ReasonUse, now: Micros) -> bool {
        self.reasons.get(code).is_some_and(|reason| reason.uses.contains(&used) && reason.validity.holds(&day_of(now)))
    }

    /// The reasons that may be given for that at that moment.
    pub fn reasons_at(&self, used: ReasonUse, now: Micros) -> Vec<&str> {
        let day = day_of(now);
        let fit = self.reasons.iter().filter(|(_, one)| one.uses.contains(&used) && one.validity.holds(&day));
        fit.map(|(code, _)| code.as_str()).collect()
    }
}
