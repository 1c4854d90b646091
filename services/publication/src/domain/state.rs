//! What publication needs to decide: positions and facts, never words.

use std::collections::BTreeMap;

use dossier_identity::Designations;
use dossier_proto::{BodyCode, Digest, EntryId, Place, v1};
use serde::{Deserialize, Serialize};

use super::{PublicNumber, RegistryRules};

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
    /// The event that took the entry back.
    pub retracted: Option<Place>,
    /// The body's open request to have it taken back.
    pub asked: Option<Place>,
}

impl Entry {
    /// The version that stands in the ETag (`"e3"`): the number of the newest edition, and one more once the entry is
    /// retracted, because what everybody reads then is another thing again.
    pub fn version(&self) -> u64 {
        u64::from(self.edition) + u64::from(self.retracted.is_some())
    }
}

/// An approval as it came in. Its content is under seal; it stays here only until it is published or declined.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The entry.
    pub entry: EntryId,
    /// The approval.
    pub at: Place,
    /// What it says.
    #[serde(with = "message")]
    pub approved: v1::Approved,
}

impl State {
    /// The approval at this place, when it waits.
    pub(super) fn waiting_at(&self, place: Place) -> Option<&Waiting> {
        self.waiting.iter().find(|waiting| waiting.at == place)
    }

    /// The running number that comes next for this prefix and year.
    pub(super) fn next_running(&self, prefix: &str, year: i16) -> Option<u32> {
        let last = self.running.get(prefix).and_then(|years| years.get(&year)).copied().unwrap_or(0);
        last.checked_add(1)
    }
}

/// Writes a message as its protobuf bytes: its one canonical form here.
mod message {
    use dossier_proto::v1;
    use prost::Message;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(approved: &v1::Approved, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&approved.encode_to_vec())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<v1::Approved, D::Error> {
        let bytes = Vec::<u8>::deserialize(deserializer)?;
        v1::Approved::decode(bytes.as_slice()).map_err(D::Error::custom)
    }
}
