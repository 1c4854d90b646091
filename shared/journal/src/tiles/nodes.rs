//! Every complete subtree by name, from tiles and edge.

use dossier_proof::{Hash, HashSource, ProveError, node_hash};
use thiserror::Error;

use super::edge::tile_count;
use super::{Edge, TILE_HASHES, TILE_HEIGHT, load_tile};
use crate::store::{Store, StoreError};

/// The nodes of one epoch's tree at one size.
pub struct Nodes<'a> {
    store: &'a dyn Store,
    epoch: u32,
    size: u64,
    /// Of an epoch that has ended there is none: its unfinished tiles are stored.
    edge: Option<&'a Edge>,
}

/// Why a node could not be had.
#[derive(Debug, Error)]
pub enum NodeError {
    /// The tree is not that large.
    #[error("the tree of epoch {epoch} has {size} leaves; level {level} index {index} is not in it")]
    Outside {
        /// The epoch.
        epoch: u32,
        /// The size of its tree, in leaves.
        size: u64,
        /// The level asked for.
        level: u8,
        /// The index asked for.
        index: u64,
    },
    /// A tile that must be stored is not.
    #[error("tile {tile_index} of level {tile_level} in epoch {epoch} is missing")]
    Missing {
        /// The epoch.
        epoch: u32,
        /// Level of the tile.
        tile_level: u8,
        /// Index of the tile.
        tile_index: u64,
    },
    /// A tile does not match its checksum.
    #[error("tile {tile_index} of level {tile_level} in epoch {epoch} is damaged")]
    Damaged {
        /// The epoch.
        epoch: u32,
        /// Level of the tile.
        tile_level: u8,
        /// Index of the tile.
        tile_index: u64,
    },
    /// The store could not be read.
    #[error(transparent)]
    Store(StoreError),
}

impl NodeError {
    /// Epoch and first sequence that a missing or damaged tile covers.
    pub fn place(&self) -> Option<(u32, u64)> {
        match self {
            Self::Missing { epoch, tile_level, tile_index } | Self::Damaged { epoch, tile_level, tile_index } => {
                let shift = u32::from(TILE_HEIGHT) * (u32::from(*tile_level) + 1);
                Some((*epoch, tile_index.checked_shl(shift).unwrap_or(0)))
            }
            Self::Outside { .. } | Self::Store(_) => None,
        }
    }
}

impl From<ProveError<Self>> for NodeError {
    fn from(error: ProveError<Self>) -> Self {
        match error {
            ProveError::Source { source, .. } => source,
            // Only sizes above 2^62 end here.
            ProveError::Range(_) => Self::Outside { epoch: 0, size: 0, level: u8::MAX, index: u64::MAX },
        }
    }
}

impl<'a> Nodes<'a> {
    pub(crate) const fn new(store: &'a dyn Store, epoch: u32, size: u64, edge: &'a Edge) -> Self {
        Self { store, epoch, size, edge: Some(edge) }
    }

    pub(crate) const fn of_ended_epoch(store: &'a dyn Store, epoch: u32, size: u64) -> Self {
        Self { store, epoch, size, edge: None }
    }

    /// The hashes of a tile, full or not; what [tlog-tiles](https://c2sp.org/tlog-tiles) serves at
    /// `tile/<level>/<index>`.
    ///
    /// # Errors
    /// [`NodeError`] when the tile is not there or cannot be read.
    pub fn tile(&self, level: u8, index: u64) -> Result<Vec<Hash>, NodeError> {
        let full = tile_count(self.size, level);
        if index > full {
            return Err(NodeError::Missing { epoch: self.epoch, tile_level: level, tile_index: index });
        }
        if let Some(edge) = self.edge.filter(|_| index == full) {
            return Ok(edge.unfinished(level).to_vec());
        }
        let hashes = load_tile(self.store, self.epoch, level, index)?;
        if index < full && hashes.len() != TILE_HASHES {
            return Err(NodeError::Missing { epoch: self.epoch, tile_level: level, tile_index: index });
        }
        Ok(hashes)
    }
}

impl HashSource for Nodes<'_> {
    type Error = NodeError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, NodeError> {
        let (epoch, size) = (self.epoch, self.size);
        let outside = || NodeError::Outside { epoch, size, level, index };
        let end = (index + 1).checked_shl(level.into()).filter(|_| level < 63);
        if end.is_none_or(|end| end > size) {
            return Err(outside());
        }
        // A node inside a tile is the root over a run of the tile's hashes.
        let (tile_level, above) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let first = index << above;
        let hashes = self.tile(tile_level, first >> TILE_HEIGHT)?;
        let from = first as usize % TILE_HASHES;
        let run = hashes.get(from..from + (1 << above)).ok_or_else(outside)?;
        Ok(perfect_root(run.to_vec()))
    }
}

/// The root over a power of two of hashes.
pub(super) fn perfect_root(mut hashes: Vec<Hash>) -> Hash {
    debug_assert!(hashes.len().is_power_of_two());
    let mut length = hashes.len();
    while length > 1 {
        length /= 2;
        for n in 0..length {
            hashes[n] = node_hash(&hashes[2 * n], &hashes[2 * n + 1]);
        }
    }
    hashes[0]
}
