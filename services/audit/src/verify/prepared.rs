//! An event as an examination wants it: decoded and hashed, which any thread can do.

use dossier_journal::Stored;
use dossier_proof::{Hash, leaf_of_entry};
use dossier_proto::{ContractError, Digest, Event, Payload, hash_of};

/// An event of a journal, decoded and hashed once for all who look at it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// As it is kept.
    pub stored: Stored,
    /// What it says.
    pub event: Result<Event, ContractError>,
    /// SHA-256 of its bytes.
    pub hash: Digest,
    /// Its leaf in the Merkle tree.
    pub leaf: Hash,
    /// What lies beside a `received`: its hash, and what it says.
    pub foreign: Option<(Digest, Result<Event, ContractError>)>,
}

impl Prepared {
    /// Decodes and hashes.
    pub fn of(stored: Stored) -> Self {
        let event = Event::decode(&stored.event);
        let hash = hash_of(&stored.event);
        let leaf = leaf_of_entry(&Hash::from_bytes(hash.0));
        let received = matches!(&event, Ok(Event { payload: Some(Payload::Received(_)), .. }));
        let foreign = stored.beside.as_ref().filter(|_| received);
        let foreign = foreign.map(|bytes| (hash_of(bytes), Event::decode(bytes)));
        Self { stored, event, hash, leaf, foreign }
    }

    /// The foreign event that it stands for, when that lies beside it and can be read.
    pub fn beside(&self) -> Option<&Event> {
        self.foreign.as_ref().and_then(|(_, event)| event.as_ref().ok())
    }
}
