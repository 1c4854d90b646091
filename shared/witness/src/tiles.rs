//! The proof that a tree continues another, read from the log's own tiles: a few of them at the two edges, however long the log is.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
};

use dossier_proof::{
    Hash, HashSource, ProveError,
    tiles::{Tile, TileError, TileHashes, TileId, locate},
    tree::{NodeId, RangeError, TreeHead, consistency, root_at},
};

/// Tiles of one look at a log: at each of eight levels the last one of either tree, and beside the way from one edge to the other one more of each.
/// At 8 KiB each that is 256 KiB at most.
pub const TILES_MAX: usize = 32;

/// The tiles that were fetched of a tree of one size.
#[derive(Debug, Clone)]
pub struct Tiles {
    size: u64,
    fetched: BTreeMap<TileId, TileHashes>,
}

/// Why tiles do not serve. What was fetched is not what the tree has there, or too little was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TilesError {
    /// A size that no tree has.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// What came is no tile.
    #[error(transparent)]
    Bytes(#[from] TileError),
    /// A tile of another width.
    #[error("the tile has {found} hashes; {asked} were asked for")]
    Width {
        /// How many were asked for.
        asked: usize,
        /// How many came.
        found: usize,
    },
    /// A tile that is needed was not fetched.
    #[error("the tile with {0} is missing")]
    Missing(NodeId),
    /// More than any two trees need.
    #[error("{0} tiles are more than any look at a log needs")]
    TooMany(usize),
}

/// Notes which nodes are asked for.
struct Asked(RefCell<Vec<NodeId>>);

impl HashSource for Asked {
    type Error = TilesError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, TilesError> {
        self.0.borrow_mut().extend(NodeId::new(level, index));
        Ok(Hash::EMPTY_ROOT)
    }
}

impl Tiles {
    /// Of a tree of this size, nothing yet.
    pub const fn of(size: u64) -> Self {
        Self { size, fetched: BTreeMap::new() }
    }

    /// The tiles from which a tree of this size is shown to continue one of `old` entries, and what it was at that size.
    ///
    /// # Errors
    /// [`TilesError::Range`] where the sizes are none or shrink.
    pub fn needed(&self, old: u64) -> Result<Vec<Tile>, TilesError> {
        let asked = Asked(RefCell::default());
        consistency::prove(old, self.size, &asked).map_err(inner)?;
        root_at(old, &asked).map_err(inner)?;
        let mut tiles = BTreeMap::new();
        for node in asked.0.into_inner() {
            let id = locate(node).tile;
            let tile = id.at_size(self.size)?.ok_or(TilesError::Missing(node))?;
            tiles.insert(id, tile);
        }
        let found: BTreeSet<_> = tiles.keys().collect();
        if found.len() > TILES_MAX {
            return Err(TilesError::TooMany(found.len()));
        }
        Ok(tiles.into_values().collect())
    }

    /// Takes the bytes of a tile.
    ///
    /// # Errors
    /// [`TilesError`]: they are none, or of another width.
    pub fn put(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), TilesError> {
        let hashes = TileHashes::from_bytes(bytes)?;
        let (asked, found) = (usize::from(tile.width()), hashes.hashes().len());
        if asked != found {
            return Err(TilesError::Width { asked, found });
        }
        self.fetched.insert(tile.id(), hashes);
        Ok(())
    }

    /// The consistency proof from a tree of `old` entries to this one, if the tiles are right: nothing is believed of them before it was verified.
    ///
    /// # Errors
    /// [`TilesError`]: a tile is missing.
    pub fn proof(&self, old: u64) -> Result<Vec<Hash>, TilesError> {
        consistency::prove(old, self.size, self).map_err(inner)
    }

    /// What this tree was when it had `old` entries, if the tiles are right.
    ///
    /// # Errors
    /// [`TilesError`]: a tile is missing.
    pub fn head_at(&self, old: u64) -> Result<TreeHead, TilesError> {
        Ok(TreeHead { size: old, root: root_at(old, self).map_err(inner)? })
    }
}

impl HashSource for Tiles {
    type Error = TilesError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, TilesError> {
        let node = NodeId::new(level, index).ok_or(RangeError::TreeTooLarge { size: u64::MAX })?;
        let place = locate(node);
        let found = self.fetched.get(&place.tile).and_then(|tile| tile.node(place.level, place.index));
        found.ok_or(TilesError::Missing(node))
    }
}

fn inner(error: ProveError<TilesError>) -> TilesError {
    match error {
        ProveError::Range(error) => error.into(),
        ProveError::Source { source, .. } => source,
    }
}
