//! The one place where a witness cosigns: what is compared, written and given away is so by one at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use dossier_proof::{CosignerKey, Hash, SignedCheckpoint, cosignature::CosignError};
use dossier_witness::{Believed, Continuing, Fork, Kept, KnownLogs, NotBelieved, Refusal, epoch_of};

use super::{Identity, Shelf, keys::Keys, now_seconds};
use crate::Failure;

/// Logs of one witness, each epoch one. A file each, and some 4 KiB in memory: 4 MiB.
const LOGS_MAX: usize = 1024;
/// Epochs of one log. One begins when a service's disk was lost; who had more has to be looked at by somebody.
const EPOCHS_MAX: usize = 256;

/// A witness.
pub struct Node {
    identity: Identity,
    keys: Keys,
    shelf: Shelf,
    state: Mutex<State>,
}

struct State {
    kept: BTreeMap<String, Kept>,
    /// Logs that have signed two histories: nothing of them is cosigned any more.
    forked: BTreeSet<String>,
}

/// Why something was not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum NotCosigned {
    /// It is not a known log's.
    #[error(transparent)]
    NotBelieved(#[from] NotBelieved),
    /// It does not continue what was cosigned.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The log has signed two histories before.
    #[error("{0} has signed two histories: nothing of it is cosigned any more. The evidence is kept")]
    Forked(String),
    /// More logs than a witness follows.
    #[error("{0}: more logs, or more epochs of one, than a witness follows: somebody has to look")]
    TooMany(String),
    /// It was to continue another tree than the one that was cosigned last.
    #[error("the tree that was cosigned last has {kept} entries")]
    OldDiffers {
        /// How many were cosigned last.
        kept: u64,
    },
    /// The signature cannot stand on the note.
    #[error(transparent)]
    Unfit(#[from] CosignError),
    /// What is not durable is not given away.
    #[error("it could not be kept, so it is not given away: {0}")]
    Disk(#[from] std::io::Error),
}

impl Node {
    /// A witness in a directory that is open, who knows these logs.
    ///
    /// # Errors
    /// [`Failure`]: what it kept cannot be read.
    pub fn open(identity: Identity, logs: KnownLogs, shelf: Shelf) -> Result<Self, Failure> {
        let kept = shelf.kept(&identity.verifier())?;
        let keys = Keys::open(logs, &shelf.learnt_keys())?;
        let forked = shelf.forks()?.iter().filter_map(|(_, fork)| fork.origin().ok()).collect();
        Ok(Self { identity, keys, shelf, state: Mutex::new(State { kept, forked }) })
    }

    /// What others verify its cosignatures with.
    pub fn verifier(&self) -> CosignerKey {
        self.identity.verifier()
    }

    /// The logs that it knows, with what they sign with now.
    pub fn logs(&self) -> Arc<KnownLogs> {
        self.keys.known()
    }

    /// How it learns what they sign with later.
    pub(super) const fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Where it keeps what it has.
    pub const fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it has cosigned last of a log.
    pub fn kept(&self, origin: &str) -> Option<Kept> {
        self.state().kept.get(origin).cloned()
    }

    /// What it has cosigned last of every log.
    pub fn all(&self) -> Vec<Kept> {
        self.state().kept.values().cloned().collect()
    }

    /// The newest epoch of a log of which it has cosigned something.
    pub fn newest_epoch(&self, name: &str) -> Option<u32> {
        self.state().kept.keys().filter_map(|origin| epoch_of(origin, name)).max()
    }

    /// Logs that have signed two histories.
    pub fn forked(&self) -> BTreeSet<String> {
        self.state().forked.clone()
    }

    /// Cosigns a checkpoint that continues what was cosigned of its log before. What is given back is durable.
    ///
    /// # Errors
    /// [`NotCosigned`]; what was cosigned before stays.
    pub fn cosign(&self, shown: Believed, proof: &[Hash]) -> Result<Kept, NotCosigned> {
        self.cosign_after(None, shown, proof)
    }

    /// The same for whoever says which tree it continues: that has to be the one that was cosigned last, and of one size they have to be one.
    ///
    /// # Errors
    /// As [`Node::cosign`].
    pub fn add(&self, old: u64, signed: SignedCheckpoint, proof: &[Hash]) -> Result<Kept, NotCosigned> {
        self.cosign_after(Some(old), self.logs().believe(signed)?, proof)
    }

    fn cosign_after(&self, old: Option<u64>, shown: Believed, proof: &[Hash]) -> Result<Kept, NotCosigned> {
        // Held until it is durable: of two that come at once, the second is compared with the first.
        let mut state = self.state();
        let origin = shown.checkpoint().origin.clone();
        if state.forked.contains(&origin) {
            return Err(NotCosigned::Forked(origin));
        }
        let before = state.kept.get(&origin);
        let size = before.map_or(0, |kept| kept.head().size);
        // Whatever else is wrong with what was asked: two signed roots of one size are proof, and are not thrown away with the answer.
        if let Some(fork) = before.and_then(|kept| of_one_size(kept, &shown)) {
            self.note_fork(&mut state, &fork);
        }
        let before = state.kept.get(&origin);
        if old.is_some_and(|old| old != size) {
            return Err(NotCosigned::OldDiffers { kept: size });
        }
        if before.is_none() && !self.has_room(&state, &origin) {
            return Err(NotCosigned::TooMany(origin));
        }
        let continuing = Continuing::check(before, shown, proof)?;
        let kept = continuing.cosign(self.identity.key(), now_seconds())?;
        self.shelf.keep(&kept)?;
        state.kept.insert(origin, kept.clone());
        metrics::counter!("dossier_witness_cosigned_total").increment(1);
        Ok(kept)
    }

    fn has_room(&self, state: &State, origin: &str) -> bool {
        let logs = self.logs();
        let name = logs.name_of(origin).unwrap_or_default();
        let epochs = state.kept.keys().filter(|kept| epoch_of(kept, name).is_some()).count();
        state.kept.len() < LOGS_MAX && epochs < EPOCHS_MAX
    }

    /// Keeps the proof that a log has signed two histories, and cosigns nothing of it any more. Answers where it is kept; nothing when it proves
    /// nothing.
    ///
    /// # Errors
    /// The disk. It is remembered all the same, until the process ends.
    pub fn accuse(&self, fork: &Fork) -> std::io::Result<Option<PathBuf>> {
        self.accuse_in(&mut self.state(), fork)
    }

    /// The same where the answer is another: that it could not be kept is told, and it is remembered all the same.
    fn note_fork(&self, state: &mut State, fork: &Fork) {
        if let Err(error) = self.accuse_in(state, fork) {
            tracing::error!(%error, "the proof of two histories could not be kept");
        }
    }

    fn accuse_in(&self, state: &mut State, fork: &Fork) -> std::io::Result<Option<PathBuf>> {
        let logs = self.logs();
        let is_signed =
            |signed: &SignedCheckpoint| logs.believe(signed.clone()).map(drop).map_err(|error| error.to_string());
        let Ok(proven) = fork.verify(is_signed) else { return Ok(None) };
        state.forked.insert(proven.origin.clone());
        metrics::counter!("dossier_witness_forks_total").increment(1);
        let path = self.shelf.accuse(&proven.origin, fork)?;
        tracing::error!(log = proven.origin, at = proven.at, evidence = %path.display(), "the log has signed two histories");
        Ok(Some(path))
    }
}

/// Two signed trees of one size with two roots.
fn of_one_size(kept: &Kept, shown: &Believed) -> Option<Fork> {
    let (before, now) = (kept.head(), shown.head());
    let is_fork = before.size == now.size && before.root != now.root;
    is_fork.then(|| Fork::of_one_size(kept.signed(), shown.signed()))
}
