//! The right edge of the tree: what is not in a full tile yet.

use dossier_proof::{Frontier, Hash};

use super::nodes::{Nodes, perfect_root};
use super::{NodeError, TILE_HASHES, TILE_HEIGHT, Tile};
use crate::store::Store;

/// All that is needed to go on appending, and to answer for every node that no full tile holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edge {
    frontier: Frontier,
    /// The hashes of the unfinished tile on each tile level, the lowest first.
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// Puts the edge together for a tree of `size` leaves, from the full tiles in the store and the leaves behind the last of
    /// them (`size % 256` of them).
    pub(crate) fn derive(store: &dyn Store, epoch: u32, size: u64, last_leaves: Vec<Hash>) -> Result<Self, NodeError> {
        debug_assert_eq!(last_leaves.len() as u64, size % TILE_HASHES as u64);
        let mut levels = vec![last_leaves];
        // Nodes on tile level `level`: one for each full tile on the level below.
        let mut count = size >> TILE_HEIGHT;
        for level in 1.. {
            if count == 0 {
                break;
            }
            let first = count / TILE_HASHES as u64 * TILE_HASHES as u64;
            let roots = (first..count).map(|index| full_tile_root(store, epoch, level - 1, index));
            levels.push(roots.collect::<Result<_, _>>()?);
            count >>= TILE_HEIGHT;
        }
        let mut edge = Self { frontier: Frontier::new(), levels };
        edge.frontier = Frontier::from_source(size, &Nodes::new(store, epoch, size, &edge)).map_err(NodeError::from)?;
        Ok(edge)
    }

    /// Adds a leaf; `full` gets every tile that is full with it.
    pub(crate) fn append(&mut self, leaf: Hash, full: &mut Vec<Tile>) {
        let levels = &mut self.levels;
        self.frontier.append_with(leaf, |node, hash| {
            if node.level() % TILE_HEIGHT != 0 {
                return;
            }
            let level = node.level() / TILE_HEIGHT;
            if levels.len() <= usize::from(level) {
                levels.push(Vec::new());
            }
            let hashes = &mut levels[usize::from(level)];
            hashes.push(hash);
            if hashes.len() == TILE_HASHES {
                let hashes = std::mem::take(hashes);
                full.push(Tile { level, index: node.index() >> TILE_HEIGHT, hashes });
            }
        });
    }

    pub(crate) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(crate) fn root(&self) -> Hash {
        self.frontier.root()
    }

    pub(crate) const fn frontier(&self) -> &Frontier {
        &self.frontier
    }

    /// The unfinished tile of a tile level.
    pub(crate) fn unfinished(&self, level: u8) -> &[Hash] {
        self.levels.get(usize::from(level)).map_or(&[], Vec::as_slice)
    }

    /// The unfinished tiles as they are stored when an epoch ends.
    pub(crate) fn unfinished_tiles(&self) -> Vec<Tile> {
        let tiles = self.levels.iter().zip(0_u8..).filter(|(hashes, _)| !hashes.is_empty());
        tiles
            .map(|(hashes, level)| Tile { level, index: tile_count(self.size(), level), hashes: hashes.clone() })
            .collect()
    }
}

/// How many full tiles a tree has on a tile level.
pub(super) const fn tile_count(size: u64, level: u8) -> u64 {
    // Sizes are below 2^62, so no level above 7 has a tile.
    if level >= 7 { 0 } else { size >> (TILE_HEIGHT * (level + 1)) }
}

fn full_tile_root(store: &dyn Store, epoch: u32, level: u8, index: u64) -> Result<Hash, NodeError> {
    let hashes = super::load_tile(store, epoch, level, index)?;
    if hashes.len() != TILE_HASHES {
        return Err(NodeError::Missing { epoch, tile_level: level, tile_index: index });
    }
    Ok(perfect_root(hashes))
}
