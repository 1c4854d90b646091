//! What the logs sign with, as a witness knows it: it was given their keys by a way that it trusts, and learns later ones from proofs alone.
//!
//! What was learnt is on disk before anything is believed because of it, and is verified again when it is read: from then on nothing that a former
//! key signs of a later size is cosigned, also after a restart.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use dossier_exchange::{KeyRing, KeyRingError};
use dossier_proof::{KeyHistory, LogProof};
use dossier_proto::Origin;
use dossier_witness::{KnownLogs, file_name};

use crate::Failure;

/// The keys of every log.
pub(super) struct Keys {
    known: RwLock<Arc<KnownLogs>>,
    /// What was learnt of the log of each name. Only a service's log says in an event that it takes another key.
    rings: BTreeMap<String, (Origin, KeyRing)>,
}

impl Keys {
    /// What was given, and what was learnt since and lies in a directory.
    ///
    /// # Errors
    /// [`Failure`]: a file does not follow from what was given.
    pub(super) fn open(given: KnownLogs, directory: &Path) -> Result<Self, Failure> {
        let given_histories = given.histories().to_vec();
        let (mut known, mut rings) = (given, BTreeMap::new());
        for history in given_histories {
            let log = history.log().to_owned();
            let Some(origin) = log.rsplit_once('/').and_then(|(_, service)| service.parse::<Origin>().ok()) else {
                continue;
            };
            let file = directory.join(file_name(&log)).with_extension("json");
            let ring = KeyRing::open(&file, BTreeMap::from([(origin, history)]));
            let ring = ring.map_err(|error| Failure::damaged(error.to_string()))?;
            ring.history(origin).map(|learnt| known.take(learnt));
            rings.insert(log, (origin, ring));
        }
        Ok(Self { known: RwLock::new(Arc::new(known)), rings })
    }

    /// The logs, with the keys that are known now.
    pub(super) fn known(&self) -> Arc<KnownLogs> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// What a log would be known to sign with after this turn; nothing when it is known already, or the log takes no keys. Nothing is learnt.
    ///
    /// # Errors
    /// [`KeyRingError`]: the key in force has not signed it.
    pub(super) fn after(&self, log: &str, turn: &LogProof) -> Result<Option<KeyHistory>, KeyRingError> {
        let Some((origin, ring)) = self.rings.get(log) else { return Ok(None) };
        let trial = KeyRing::from(ring.histories());
        let news = trial.learn(*origin, std::slice::from_ref(turn))?;
        Ok(trial.history(*origin).filter(|_| news > 0))
    }

    /// Learns it; durable when this returns.
    ///
    /// # Errors
    /// [`KeyRingError`]: it does not hold, or the disk.
    pub(super) fn learn(&self, log: &str, turn: &LogProof) -> Result<(), KeyRingError> {
        let Some((origin, ring)) = self.rings.get(log) else { return Ok(()) };
        ring.learn(*origin, std::slice::from_ref(turn))?;
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let mut next = KnownLogs::clone(&known);
        if ring.history(*origin).is_some_and(|learnt| next.take(learnt)) {
            *known = Arc::new(next);
        }
        Ok(())
    }
}
