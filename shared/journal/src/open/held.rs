//! What a journal holds, beside what somebody else knows of it.

use dossier_proof::tree::root_at;

use crate::core::Durable;
use crate::store::Store;
use crate::{Head, MirrorHead, NodeError, OpenError, ReadError};

/// The sizes of all epochs, and the losses that were accepted.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// Ascending; the last one is the current epoch.
    pub(crate) sizes: Vec<(u32, u64)>,
    pub(crate) losses: Vec<MirrorHead>,
}

impl Held {
    /// Whether events up to this head are here, or their loss was accepted once and an epoch begun after it.
    pub(crate) fn has(&self, known: MirrorHead) -> bool {
        self.is_within(known) || self.is_accepted_loss(known)
    }

    /// Whether the root at this head can be compared.
    pub(crate) fn is_within(&self, known: MirrorHead) -> bool {
        self.sizes.iter().any(|(epoch, size)| *epoch == known.epoch && known.size <= *size)
    }

    fn is_accepted_loss(&self, known: MirrorHead) -> bool {
        self.losses.iter().any(|lost| lost.epoch == known.epoch && known.size <= lost.size)
    }

    /// The message for a head that is not here.
    pub(crate) fn rolled_back(&self, journal: &str, witness: &str, known: MirrorHead) -> OpenError {
        let (epoch, found) = self.sizes.last().copied().unwrap_or_default();
        OpenError::RolledBack {
            journal: journal.to_owned(),
            witness: witness.to_owned(),
            epoch,
            found,
            known_epoch: known.epoch,
            known: known.size,
        }
    }

    /// Compares the root a witness knows with the one here, where both have one.
    pub(crate) fn compare_root(
        &self,
        store: &dyn Store,
        durable: &Durable,
        witness: &str,
        known: MirrorHead,
    ) -> Result<(), OpenError> {
        let journal = store.place();
        if !self.is_within(known) {
            return Ok(()); // A loss that was accepted, now or earlier.
        }
        let MirrorHead { epoch, size, .. } = known;
        let read = |error| OpenError::read(&journal, error);
        let nodes = durable.nodes(store, epoch).ok_or_else(|| read(ReadError::NotThere(format!("epoch {epoch}"))))?;
        let found = root_at(size, &nodes).map_err(|error| read(NodeError::from(error).into()))?;
        if found == known.root || self.is_accepted_loss(known) {
            return Ok(());
        }
        let witness = witness.to_owned();
        Err(OpenError::Forked {
            journal,
            witness,
            epoch,
            size,
            known: known.root.to_string(),
            found: found.to_string(),
        })
    }
}

impl Durable {
    /// What is here, to be compared with what others know.
    pub(crate) fn held(&self) -> Held {
        Held { sizes: self.epochs().collect(), losses: self.losses.to_vec() }
    }
}

impl From<Head> for MirrorHead {
    fn from(head: Head) -> Self {
        Self { epoch: head.epoch, size: head.size, root: head.root }
    }
}
