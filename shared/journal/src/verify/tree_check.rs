//! Comparing the leaves that somebody has made of the events with the tree in the store.

use dossier_proof::Hash;

use super::checker::compare_tile;
use crate::errors::damage;
use crate::tiles::{Edge, TILE_HASHES, Tile};
use crate::{DamageKind, Journal, ReadError};

/// Takes the leaves of a journal in order, from the first event of its first epoch, and compares every stored tile and every
/// recorded root with them. Needs memory for the edge of one tree.
#[derive(Debug)]
pub struct TreeCheck {
    journal: Journal,
    epoch: u32,
    edge: Edge,
    full: Vec<Tile>,
}

impl TreeCheck {
    /// Nothing was compared yet.
    #[must_use]
    pub fn new(journal: &Journal) -> Self {
        let epoch = journal.epochs().first().map_or(0, |(epoch, _)| *epoch);
        Self { journal: journal.clone(), epoch, edge: Edge::default(), full: Vec::new() }
    }

    /// Takes the leaf of the next event.
    ///
    /// # Errors
    /// [`ReadError::Damaged`] at the first event that is not the one in the tree; others when the tree cannot be read. The next
    /// leaves can be taken all the same.
    pub fn take(&mut self, epoch: u32, leaf: Hash) -> Result<(), ReadError> {
        let ended = if epoch == self.epoch { Ok(()) } else { self.end_epoch(epoch) };
        self.edge.append(leaf, &mut self.full);
        let store = &*self.journal.shared.core.store;
        let compared = self.full.drain(..).map(|tile| compare_tile(store, self.epoch, &tile));
        // All are taken out, and the first that differs is told: it is on the lowest level, where the event is known.
        let compared = compared.fold(Ok(()), Result::and);
        ended.and(compared)
    }

    /// Compares the root of the last epoch that was read.
    ///
    /// # Errors
    /// As [`Self::take`].
    pub fn finish(mut self) -> Result<(), ReadError> {
        self.end_epoch(u32::MAX)
    }

    fn end_epoch(&mut self, next: u32) -> Result<(), ReadError> {
        let edge = std::mem::take(&mut self.edge);
        let epoch = std::mem::replace(&mut self.epoch, next);
        let durable = self.journal.durable();
        let recorded = if epoch == durable.head.epoch {
            Some((durable.head.size, durable.head.root))
        } else {
            durable.ended.iter().find(|ended| ended.epoch == epoch).map(|ended| (ended.size, ended.root))
        };
        match recorded {
            Some((size, root)) if (size, root) != (edge.size(), edge.root()) => {
                let what = format!("the {} events of the epoch do not have the root that is recorded", edge.size());
                let from = edge.size() - edge.size() % TILE_HASHES as u64;
                Err(damage(epoch, from, what).of_kind(DamageKind::Altered).into())
            }
            _ => Ok(()),
        }
    }
}
