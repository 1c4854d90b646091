//! What the audit service signs the checkpoints of the others with: it changes with the key of its own journal.

use std::sync::Arc;

use dossier_journal::Journal;
use dossier_proof::{CosignerKey, CosignerReign, CosigningKey, SignedCheckpoint};
use dossier_proto::{Event, Micros};

/// Gives the cosigner's key of each generation of audit's journal, from 1.
#[derive(Clone)]
pub struct Cosigners(Arc<dyn Fn(u32) -> CosigningKey + Send + Sync>);

impl From<CosigningKey> for Cosigners {
    /// One key, for ever.
    fn from(key: CosigningKey) -> Self {
        Self::generations(move |_| key.clone())
    }
}

impl std::fmt::Debug for Cosigners {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Cosigners({}, …)", self.key(1).verifier())
    }
}

impl Cosigners {
    /// What makes the key of a generation.
    pub fn generations(derive: impl Fn(u32) -> CosigningKey + Send + Sync + 'static) -> Self {
        Self(Arc::new(derive))
    }

    /// The key of a generation.
    pub fn key(&self, generation: u32) -> CosigningKey {
        (self.0)(generation)
    }

    /// The public keys of all generations up to one.
    pub fn keys(&self, until: u32) -> Vec<CosignerKey> {
        (1..=until).map(|generation| self.key(generation).verifier()).collect()
    }

    /// The public keys with their times, as audit's own journal says: the last second of a key is that in which the journal took its next.
    pub fn reigns(&self, journal: &Journal) -> Vec<CosignerReign> {
        let ends: Vec<u64> = journal.keys().turns().iter().map(|turn| seconds_of(journal, turn.after)).collect();
        let mut reigns: Vec<CosignerReign> = Vec::new();
        for (generation, until) in (1..).zip(ends.iter().copied().map(Some).chain([None])) {
            let key = self.key(generation).verifier();
            match reigns.last_mut() {
                // A key for ever serves all generations.
                Some(last) if last.key == key => last.until = until,
                Some(last) => {
                    let after = last.until;
                    reigns.push(CosignerReign { key, after, until });
                }
                None => reigns.push(CosignerReign { key, after: None, until }),
            }
        }
        reigns
    }
}

/// When the event that ends a checkpoint was recorded.
fn seconds_of(journal: &Journal, after: dossier_proof::Stand) -> u64 {
    let place = dossier_journal::Place { epoch: after.epoch, sequence: after.size.saturating_sub(1) };
    let stored = journal.get(place).ok().flatten();
    let event = stored.and_then(|stored| Event::decode(&stored.event).ok());
    u64::try_from(event.map_or(0, |event| event.head.recorded_at.0) / Micros::SECOND).unwrap_or_default()
}

/// The same checkpoint, signed by the present cosigner in place of former ones; nothing when it is already.
pub(crate) fn cosigned_anew(signed: &SignedCheckpoint, key: &CosigningKey, seconds: u64) -> Option<SignedCheckpoint> {
    if signed.cosigned_at(&key.verifier()).is_ok() {
        return None;
    }
    let note = signed.note();
    let mut text = format!("{}\n", note.unverified_note());
    for signature in note.signatures().iter().filter(|signature| signature.name() != key.name()) {
        text.push_str(&format!("{signature}\n"));
    }
    let mut anew = SignedCheckpoint::parse(&text).ok()?;
    anew.cosign(key, seconds).ok()?;
    Some(anew)
}
