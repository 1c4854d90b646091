//! Where the submitted contents stand: the journal keeps them, sealed, beside the `Received` that took them in.

use std::collections::BTreeMap;

use dossier_proto::{Digest, EntryId, Event, Payload, Place};
use serde::{Deserialize, Serialize};

/// A position in our own journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Whereabouts {
    /// The epoch.
    pub epoch: u32,
    /// The sequence in it.
    pub sequence: u64,
}

/// One submitted content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its digest.
    pub digest: Digest,
    /// The submission.
    pub submitted: Place,
    /// The `Received` beside which it stands.
    pub at: Whereabouts,
}

/// The submitted contents of all entries, in the order they were submitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents(BTreeMap<EntryId, Vec<Kept>>);

impl Contents {
    pub(super) fn take(&mut self, received: &Event, foreign: &Event) {
        let (Some(entry), Some(Payload::Submitted(submitted))) = (foreign.head.entry, &foreign.payload) else { return };
        let digest = submitted.content.as_ref().and_then(|content| Digest::try_from(content.digest.as_slice()).ok());
        let Some(digest) = digest else { return };
        let Place { epoch, sequence, .. } = received.head.place;
        let kept = Kept { digest, submitted: foreign.head.place, at: Whereabouts { epoch, sequence } };
        self.0.entry(entry).or_default().push(kept);
    }

    /// What was submitted by this event.
    pub fn submitted(&self, entry: EntryId, submitted: Place) -> Option<Kept> {
        self.0.get(&entry)?.iter().rev().find(|kept| kept.submitted == submitted).copied()
    }

    /// What was submitted under this digest, the newest first.
    pub fn with_digest(&self, entry: EntryId, digest: Digest) -> Option<Kept> {
        self.0.get(&entry)?.iter().rev().find(|kept| kept.digest == digest).copied()
    }

    /// Everything that was ever submitted for an entry, the oldest first.
    pub fn of(&self, entry: EntryId) -> &[Kept] {
        self.0.get(&entry).map(Vec::as_slice).unwrap_or_default()
    }
}
