//! What a letter is called.

use std::fmt;

use dossier_proto::{Place, SubjectId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The name of a letter: the first 16 bytes of SHA-256 over the event, the person and what it says. The same letter has the same name
/// whenever it is made, so that it is sent once; whoever reads it in a journal learns neither person nor event from it, without guessing
/// both, and the person's id is random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LetterId(pub [u8; 16]);

impl LetterId {
    /// The letter that tells `subject` of the event at `place`; `kind` is what it says.
    pub fn of(place: Place, subject: SubjectId, kind: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(b"dossier letter\0")
            .chain_update(place.origin.name())
            .chain_update(place.epoch.to_be_bytes())
            .chain_update(place.sequence.to_be_bytes())
            .chain_update(subject.as_bytes())
            .chain_update(kind)
            .finalize();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// From the bytes in an event; `None` when they are not sixteen.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }
}

impl fmt::Debug for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for LetterId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
