//! What the journal signs and proves.

use dossier_proof::tree::{ProveError, root_at};
use dossier_proof::{Hash, KeyHistory, LogProof, SignedCheckpoint, TreeHead, consistency, inclusion};

use crate::{Journal, NodeError, Nodes, Place, ReadError};

impl Journal {
    /// The newest durable head, signed.
    ///
    /// # Errors
    /// [`ReadError::NotThere`] when the log name is not one a checkpoint can have.
    pub fn checkpoint(&self) -> Result<SignedCheckpoint, ReadError> {
        let head = self.head();
        self.sign_head(head.epoch, head.tree_head())
    }

    /// What an epoch had at a size, signed.
    ///
    /// # Errors
    /// As [`Journal::root_at`] and [`Journal::checkpoint`].
    pub fn checkpoint_at(&self, epoch: u32, size: u64) -> Result<SignedCheckpoint, ReadError> {
        let head = self.head();
        if (head.epoch, head.size) == (epoch, size) {
            return self.sign_head(epoch, head.tree_head());
        }
        self.sign_head(epoch, TreeHead { size, root: self.root_at(epoch, size)? })
    }

    fn sign_head(&self, epoch: u32, head: TreeHead) -> Result<SignedCheckpoint, ReadError> {
        self.shared.core.sign(epoch, head).map_err(|error| ReadError::NotThere(error.to_string()))
    }

    /// The keys that the journal signed and signs with.
    #[must_use]
    pub fn keys(&self) -> KeyHistory {
        self.shared.core.signers.history()
    }

    /// Of each key that was given up, from the one with number `from` on, the proof: the event that names the next one, and that it ends the
    /// last checkpoint of the former one. Whoever trusts the first key and has all of them knows the last one.
    ///
    /// # Errors
    /// As [`Journal::root_at`].
    pub fn key_turns(&self, from: usize, max: usize) -> Result<Vec<LogProof>, ReadError> {
        let history = self.keys();
        history.turns().iter().skip(from).take(max).map(|turn| self.prove_last(turn.after)).collect()
    }

    /// The proof of the event that ends a checkpoint.
    fn prove_last(&self, after: dossier_proof::Stand) -> Result<LogProof, ReadError> {
        let nothing = || ReadError::NotThere(format!("there is no event before {after}"));
        let sequence = after.size.checked_sub(1).ok_or_else(nothing)?;
        let place = Place { epoch: after.epoch, sequence };
        let stored = self.get(place)?.ok_or_else(nothing)?;
        let path = self.inclusion(place, after.size)?;
        let signed = self.checkpoint_at(after.epoch, after.size)?;
        LogProof::new(stored.event.to_vec(), sequence, path, signed)
            .map_err(|error| ReadError::NotThere(error.to_string()))
    }

    /// The root an epoch's tree had at a size.
    ///
    /// # Errors
    /// [`ReadError`] when the epoch never had that size, or a tile cannot be read.
    pub fn root_at(&self, epoch: u32, size: u64) -> Result<Hash, ReadError> {
        self.with_nodes(epoch, size, |nodes| root_at(size, nodes))
    }

    /// Proves that an event is in an epoch's tree of `size` events.
    ///
    /// # Errors
    /// As [`Journal::root_at`].
    pub fn inclusion(&self, place: Place, size: u64) -> Result<Vec<Hash>, ReadError> {
        self.with_nodes(place.epoch, size, |nodes| inclusion::prove(place.sequence, size, nodes))
    }

    /// Proves that an epoch's tree of `new` events begins with its tree of `old` events.
    ///
    /// # Errors
    /// As [`Journal::root_at`].
    pub fn consistency(&self, epoch: u32, old: u64, new: u64) -> Result<Vec<Hash>, ReadError> {
        self.with_nodes(epoch, new, |nodes| consistency::prove(old, new, nodes))
    }

    /// The hashes of a tile of an epoch's tree, full or not, as [tlog-tiles](https://c2sp.org/tlog-tiles) numbers them.
    ///
    /// # Errors
    /// As [`Journal::root_at`].
    pub fn tile(&self, epoch: u32, level: u8, index: u64) -> Result<Vec<Hash>, ReadError> {
        let durable = self.durable();
        let nodes = durable.nodes(&*self.shared.core.store, epoch).ok_or_else(|| no_epoch(epoch))?;
        Ok(nodes.tile(level, index)?)
    }

    fn with_nodes<T>(
        &self,
        epoch: u32,
        size: u64,
        ask: impl FnOnce(&Nodes<'_>) -> Result<T, ProveError<NodeError>>,
    ) -> Result<T, ReadError> {
        let durable = self.durable();
        let has = durable.extent(epoch).ok_or_else(|| no_epoch(epoch))?.size;
        if size > has {
            return Err(ReadError::NotThere(format!("epoch {epoch} has {has} events, not {size}")));
        }
        let nodes = durable.nodes(&*self.shared.core.store, epoch).ok_or_else(|| no_epoch(epoch))?;
        ask(&nodes).map_err(|error| match error {
            ProveError::Source { source, .. } => source.into(),
            ProveError::Range(error) => ReadError::NotThere(error.to_string()),
        })
    }
}

fn no_epoch(epoch: u32) -> ReadError {
    ReadError::NotThere(format!("there is no epoch {epoch} in this journal"))
}
