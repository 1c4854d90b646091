//! The content of a tile, and the tree nodes within it.

use super::{TILE_BYTES, TILE_HEIGHT, TILE_WIDTH, TileError};
use crate::hash::Hash;
use crate::tree::Frontier;

/// The hashes of one tile: 1 to 256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileHashes(Vec<Hash>);

impl TileHashes {
    /// Reads a tile as it is stored and served: its hashes one behind the other.
    ///
    /// # Errors
    /// [`TileError::WrongLength`] unless the length is 1 to 256 times 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TileError> {
        let (hashes, rest) = bytes.as_chunks::<{ Hash::BYTES }>();
        if hashes.is_empty() || !rest.is_empty() || bytes.len() > TILE_BYTES {
            return Err(TileError::WrongLength { bytes: bytes.len() });
        }
        Ok(Self(hashes.iter().copied().map(Hash::from_bytes).collect()))
    }

    /// Makes a tile of hashes.
    ///
    /// # Errors
    /// [`TileError::WrongLength`] unless there are 1 to 256.
    pub fn from_hashes(hashes: Vec<Hash>) -> Result<Self, TileError> {
        if hashes.is_empty() || hashes.len() > usize::from(TILE_WIDTH) {
            return Err(TileError::WrongLength { bytes: hashes.len() * Hash::BYTES });
        }
        Ok(Self(hashes))
    }

    /// The bytes [`TileHashes::from_bytes`] reads.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(Hash::as_bytes).copied().collect()
    }

    /// The hashes, left to right.
    #[must_use]
    pub fn hashes(&self) -> &[Hash] {
        &self.0
    }

    /// The node `level` levels above the tile's hashes (0 to 8), from the left; `None` where the tile does not hold all
    /// the hashes below it. Costs 2^level − 1 node hashes.
    #[must_use]
    pub fn node(&self, level: u8, index: u16) -> Option<Hash> {
        if level > TILE_HEIGHT {
            return None;
        }
        let width = 1_usize << level;
        let start = usize::from(index) << level;
        let below = self.0.get(start..start + width)?;
        let mut subtree = Frontier::new();
        below.iter().for_each(|hash| subtree.append(*hash));
        // A power of two of hashes is one complete subtree: the root is the node.
        Some(subtree.root())
    }

    /// The node over the whole tile, which is its hash in the tile above; `None` unless the tile is full.
    #[must_use]
    pub fn root(&self) -> Option<Hash> {
        self.node(TILE_HEIGHT, 0)
    }
}
