//! What publication needs to decide: positions and facts, never words.

use std::collections::BTreeMap;

use dossier_engine::erasure::Orders;
use dossier_identity::Designations;
use dossier_proto::{BodyCode, Digest, EntryId, Place};
use serde::{Deserialize, Serialize};

use super::{PublicNumber, RegistryRules, Schedule, Waiting};

/// The state of publication: a fold over its journal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// What decisions use of the registry in force; none before the first adoption came in.
    pub rules: Option<RegistryRules>,
    /// Who may do what.
    pub designations: Designations,
    /// Every entry that has a number.
    pub entries: BTreeMap<EntryId, Entry>,
    /// The last running number given, by prefix and year. Only ever grows.
    pub running: BTreeMap<String, BTreeMap<i16, u32>>,
    /// Approvals that came in and are not dealt with yet: in the order they came. The reaction stands in the same frame
    /// as the arrival, so between frames this is empty.
    pub waiting: Vec<Waiting>,
    /// Approvals that wait for their time.
    pub schedule: Schedule,
    /// What is to be destroyed, and whether it was here.
    pub erasures: Orders,
}

/// An entry that was published at least once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, for ever.
    pub number: PublicNumber,
    /// Its record type.
    pub record_type: String,
    /// The body that put it on record.
    pub body: BodyCode,
    /// The newest edition, from 1.
    pub edition: u32,
    /// The digest of that edition.
    pub digest: Digest,
    /// The event that published it.
    pub published: Place,
    /// How often what everybody reads has changed: each edition, suspension, reinstatement, supersession and retraction
    /// counts, and each entry it comes to stand in the place of. It stands in the ETag (`"e3"`).
    pub version: u64,
    /// The entry that stands in its place.
    pub successor: Option<Successor>,
    /// Why the public does not read it now.
    pub withheld: Option<Withheld>,
    /// The body's open request to have it taken back.
    pub asked: Option<Place>,
}

/// An entry that stands in the place of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Successor {
    /// That entry.
    pub entry: EntryId,
    /// The event that says so.
    pub said: Place,
}

/// Why the public does not read an entry, with the event that decided so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Withheld {
    /// For a while.
    Suspended(Place),
    /// For good.
    Retracted(Place),
}

/// What the public is told of an entry. "Superseded" readers are pointed on; the text stays where it is cited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Everybody reads it.
    Published,
    /// Everybody reads it, and is pointed on.
    Superseded,
    /// A tombstone stands there for now.
    Suspended,
    /// A tombstone stands there for good.
    Retracted,
}

impl Standing {
    /// As it stands in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Superseded => "superseded",
            Self::Suspended => "suspended",
            Self::Retracted => "retracted",
        }
    }
}

impl Entry {
    /// What the public is told of it.
    pub const fn standing(&self) -> Standing {
        match (self.withheld, self.successor) {
            (Some(Withheld::Retracted(_)), _) => Standing::Retracted,
            (Some(Withheld::Suspended(_)), _) => Standing::Suspended,
            (None, Some(_)) => Standing::Superseded,
            (None, None) => Standing::Published,
        }
    }

    /// The event that took it back for good.
    pub const fn retracted(&self) -> Option<Place> {
        match self.withheld {
            Some(Withheld::Retracted(place)) => Some(place),
            _ => None,
        }
    }

    /// The event that suspended it, while it is.
    pub const fn suspended(&self) -> Option<Place> {
        match self.withheld {
            Some(Withheld::Suspended(place)) => Some(place),
            _ => None,
        }
    }
}

impl State {
    /// The approval at this place, when it has just come in.
    pub(super) fn waiting_at(&self, place: Place) -> Option<&Waiting> {
        self.waiting.iter().find(|waiting| waiting.at == place)
    }

    /// The running number that comes next for this prefix and year.
    pub(super) fn next_running(&self, prefix: &str, year: i16) -> Option<u32> {
        let last = self.running.get(prefix).and_then(|years| years.get(&year)).copied().unwrap_or(0);
        last.checked_add(1)
    }
}
