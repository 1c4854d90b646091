//! Where tree nodes lie in tiles: [C2SP tlog-tiles](https://c2sp.org/tlog-tiles), the arithmetic without the HTTP.
//!
//! A tile is up to 256 neighbouring hashes of one level out of eight: tile level 0 holds leaf hashes, tile level 1 the
//! hashes of full level-0 tiles (tree level 8), and so on. The levels between are hashed again when they are needed
//! ([`TileHashes::node`]). A full tile never changes.

mod hashes;
mod path;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::tree::{MAX_TREE_SIZE, NodeId, RangeError, check_growth, check_size};

pub use hashes::TileHashes;
pub use path::TilePathError;

/// Levels of the tree in one tile.
pub const TILE_HEIGHT: u8 = 8;
/// Hashes in a full tile.
pub const TILE_WIDTH: u16 = 1 << TILE_HEIGHT;
/// Bytes of a full tile: 256 hashes of 32 bytes.
pub const TILE_BYTES: usize = TILE_WIDTH as usize * crate::Hash::BYTES;
/// Levels of tiles under the largest tree: a hash of tile level 7 covers 2^56 leaves, one of level 8 would cover 2^64.
pub const TILE_LEVELS: u8 = 8;

/// A place for a tile: tile level and index from the left, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileId {
    level: u8,
    index: u64,
}

impl TileId {
    /// Names a tile; `None` where even its first hash would lie beyond the largest tree.
    #[must_use]
    pub const fn new(level: u8, index: u64) -> Option<Self> {
        if level >= TILE_LEVELS || index >= tiles_in_largest_tree(level) {
            return None;
        }
        Some(Self { level, index })
    }

    /// Tile level (the tree level of its hashes is eight times as high).
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Position within the tile level, from 0.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// The full tile at this place.
    #[must_use]
    pub const fn full(self) -> Tile {
        Tile { id: self, width: TILE_WIDTH }
    }

    /// The tile at this place with its first `width` hashes; `None` unless `width` is 1 to 256.
    #[must_use]
    pub const fn with_width(self, width: u16) -> Option<Tile> {
        if width == 0 || width > TILE_WIDTH {
            return None;
        }
        Some(Tile { id: self, width })
    }

    /// The tile at this place as a tree of `size` leaves has it; `None` where the tree does not reach it.
    ///
    /// # Errors
    /// [`RangeError::TreeTooLarge`] above the largest size.
    pub fn at_size(self, size: u64) -> Result<Option<Tile>, RangeError> {
        check_size(size)?;
        let hashes_in_level = size >> (TILE_HEIGHT * self.level);
        let before = self.index << TILE_HEIGHT;
        let width = hashes_in_level.saturating_sub(before).min(u64::from(TILE_WIDTH));
        // At most 256, see above.
        Ok(u16::try_from(width).ok().and_then(|width| self.with_width(width)))
    }

    /// The tree node of one hash of this tile; `None` for a position beyond the tile or the largest tree.
    #[must_use]
    pub const fn node(self, position: u16) -> Option<NodeId> {
        if position >= TILE_WIDTH {
            return None;
        }
        NodeId::new(self.level * TILE_HEIGHT, (self.index << TILE_HEIGHT) + position as u64)
    }
}

/// A tile with its width: what a path names. A tree has it full, or partial at its right edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    id: TileId,
    width: u16,
}

impl Tile {
    /// The tile's place.
    #[must_use]
    pub const fn id(self) -> TileId {
        self.id
    }

    /// How many hashes it has: 1 to 256.
    #[must_use]
    pub const fn width(self) -> u16 {
        self.width
    }

    /// Whether it has all 256 hashes and so never changes again.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }
}

/// Where the hash of a tree node is found: a tile, and the node within it ([`TileHashes::node`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeInTile {
    /// The tile.
    pub tile: TileId,
    /// Level above the tile's own hashes: 0 to 7.
    pub level: u8,
    /// Position within that level of the tile, from 0.
    pub index: u16,
}

/// Finds the tile that holds a node, or the hashes it is made of.
///
/// A node at tree level 8, 16, … is looked for in the tile above, not computed from the tile below. Where that tile is
/// still partial and not stored, [`TileHashes::root`] of the full tile below gives the same hash.
#[must_use]
pub const fn locate(node: NodeId) -> NodeInTile {
    let level = node.level() % TILE_HEIGHT;
    let first_hash = node.index() << level;
    let tile = TileId { level: node.level() / TILE_HEIGHT, index: first_hash >> TILE_HEIGHT };
    // The remainder modulo 256 fits.
    NodeInTile { tile, level, index: (first_hash % TILE_WIDTH as u64) as u16 >> level }
}

/// The tiles that become full while a tree grows from `old` to `new` leaves: lower levels first, then left to right.
///
/// # Errors
/// [`RangeError`] where the sizes shrink or are too large.
pub fn filled_between(old: u64, new: u64) -> Result<impl Iterator<Item = TileId>, RangeError> {
    check_growth(old, new)?;
    Ok((0..TILE_LEVELS).flat_map(move |level| {
        (full_tiles(level, old)..full_tiles(level, new)).map(move |index| TileId { level, index })
    }))
}

/// The partial tiles at the right edge of a tree of `size` leaves, lower levels first; at most one a level.
///
/// # Errors
/// [`RangeError::TreeTooLarge`] above the largest size.
pub fn partial_at(size: u64) -> Result<impl Iterator<Item = Tile>, RangeError> {
    check_size(size)?;
    Ok((0..TILE_LEVELS).filter_map(move |level| {
        let width = (size >> (TILE_HEIGHT * level) & (u64::from(TILE_WIDTH) - 1)) as u16;
        TileId { level, index: full_tiles(level, size) }.with_width(width)
    }))
}

/// How many full tiles a tree of `size` leaves has at a tile level.
const fn full_tiles(level: u8, size: u64) -> u64 {
    // The shift is 64 at level 7: no tree we know fills a tile there.
    let shift = TILE_HEIGHT as u32 * (level as u32 + 1);
    if shift >= u64::BITS { 0 } else { size >> shift }
}

/// How many tiles, full or partial, the largest tree has at a tile level.
const fn tiles_in_largest_tree(level: u8) -> u64 {
    let hashes = MAX_TREE_SIZE >> (TILE_HEIGHT * level);
    hashes.div_ceil(TILE_WIDTH as u64)
}

/// Why bytes are not the hashes of a tile. Final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TileError {
    /// A tile is 1 to 256 hashes of 32 bytes.
    #[error("a tile is 1 to {TILE_WIDTH} hashes of 32 bytes; {bytes} bytes are not")]
    WrongLength {
        /// How many bytes were given.
        bytes: usize,
    },
}
