//! Tiles made of the leaves, to be held against those that are served. Pure.

use dossier_proof::{
    Frontier, Hash, TreeHead,
    tiles::{TILE_HEIGHT, TILE_WIDTH, Tile, TileId},
};

/// A tree that grows leaf by leaf, and the tiles that become full on the way.
#[derive(Debug, Default)]
pub(super) struct GrowingTree {
    frontier: Frontier,
    /// The hashes of the tile that is being filled, on each level.
    levels: Vec<Vec<Hash>>,
    /// How many tiles are full, on each level.
    full: Vec<u64>,
}

/// A tile as the leaves make it.
pub(super) struct Made {
    pub(super) tile: Tile,
    pub(super) hashes: Vec<Hash>,
}

impl GrowingTree {
    /// Takes the next leaf; gives the tiles that are full with it, the lowest first.
    pub(super) fn append(&mut self, leaf: Hash) -> Vec<Made> {
        let (levels, full) = (&mut self.levels, &mut self.full);
        let mut made = Vec::new();
        self.frontier.append_with(leaf, |node, hash| {
            if node.level() % TILE_HEIGHT != 0 {
                return;
            }
            let level = usize::from(node.level() / TILE_HEIGHT);
            if levels.len() <= level {
                levels.resize_with(level + 1, Vec::new);
                full.resize(level + 1, 0);
            }
            levels[level].push(hash);
            if levels[level].len() < usize::from(TILE_WIDTH) {
                return;
            }
            let hashes = std::mem::take(&mut levels[level]);
            let index = full[level];
            full[level] += 1;
            let id = u8::try_from(level).ok().and_then(|level| TileId::new(level, index));
            made.extend(id.map(|id| Made { tile: id.full(), hashes }));
        });
        made
    }

    /// The tiles at the edge, which are not full.
    pub(super) fn edge(&self) -> Vec<Made> {
        let edge = (0_u8..).zip(self.levels.iter().zip(&self.full)).filter(|(_, (hashes, _))| !hashes.is_empty());
        let made = edge.filter_map(|(level, (hashes, full))| {
            let width = u16::try_from(hashes.len()).ok()?;
            let tile = TileId::new(level, *full)?.with_width(width)?;
            Some(Made { tile, hashes: hashes.clone() })
        });
        made.collect()
    }

    pub(super) fn head(&self) -> TreeHead {
        self.frontier.head()
    }
}
