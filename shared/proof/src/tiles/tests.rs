use super::*;
use crate::hash::{Hash, leaf_hash};
use crate::tree::{Frontier, HashSource, MemoryTree};

fn tree_of(size: u64) -> MemoryTree {
    (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

fn path(tile: Tile) -> String {
    tile.to_string()
}

/// The tile of a tree, cut out of it hash by hash.
fn cut(tree: &MemoryTree, tile: Tile) -> TileHashes {
    let hash = |position| {
        let node = tile.id().node(position).expect("a node");
        tree.node(node.level(), node.index()).expect("a hash of the tile")
    };
    TileHashes::from_hashes((0..tile.width()).map(hash).collect()).expect("a tile")
}

#[test]
fn the_examples_of_the_specification() {
    // "index 1234067 will be encoded as x001/x234/067"
    assert_eq!(path(TileId::new(0, 1_234_067).unwrap().full()), "tile/0/x001/x234/067");
    // "a tree of size 70,000 will be represented by 273 full level 0 tiles, one partial level 0 tile of width 112, one full
    // level 1 tile, one partial level 1 tile of width 17, and one partial level 2 tile of width 1"
    let full: Vec<TileId> = filled_between(0, 70_000).unwrap().collect();
    assert_eq!(full.iter().filter(|tile| tile.level() == 0).count(), 273);
    assert_eq!(full[273..], [TileId::new(1, 0).unwrap()]);
    let partial: Vec<String> = partial_at(70_000).unwrap().map(path).collect();
    assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    // "a tree of size 256 will be represented by a full level 0 tile and a partial level 1 tile of width 1"
    assert_eq!(filled_between(0, 256).unwrap().map(|tile| path(tile.full())).collect::<Vec<_>>(), ["tile/0/000"]);
    assert_eq!(partial_at(256).unwrap().map(path).collect::<Vec<_>>(), ["tile/1/000.p/1"]);
}

#[test]
fn paths_are_written_and_read_in_one_form_only() {
    for text in [
        "tile/0/000",
        "tile/0/999",
        "tile/0/x001/000",
        "tile/0/x001/234.p/17",
        "tile/3/x123/x456/078.p/255",
        "tile/1/000.p/1",
    ] {
        let tile: Tile = text.parse().unwrap();
        assert_eq!(path(tile), text);
    }
    for text in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/+0/000",
        "/tile/0/000",
        "tile/0/000/",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x001/x000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000.p",
        "tile/0/000.p/1.p/1",
        "tile/0/000.P/1",
        "tile/0/-01",
        "tile/0/X001/000",
        "tile/data/000",
        "tile/-1/000",
        "tile/0/٠٠٠",
        "tile/0/000 ",
    ] {
        assert_eq!(text.parse::<Tile>(), Err(TilePathError::Malformed), "{text:?}");
    }
    let beyond = "tile/8/000".parse::<Tile>();
    assert_eq!(beyond, Err(TilePathError::OutOfRange { level: 8, index: 0 }));
    assert_eq!("tile/63/000".parse::<Tile>(), Err(TilePathError::OutOfRange { level: 63, index: 0 }));
    let long = format!("tile/0/{}000", "x000/".repeat(10));
    assert_eq!(long.parse::<Tile>(), Err(TilePathError::TooLong { bytes: long.len() }));
}

#[test]
fn the_last_tiles_of_the_largest_tree_have_names() {
    let last = TileId::new(0, (MAX_TREE_SIZE >> 8) - 1).unwrap();
    assert_eq!(path(last.full()), "tile/0/x018/x014/x398/x509/x481/983");
    assert_eq!(path(last.full()).parse(), Ok(last.full()));
    assert_eq!(last.at_size(MAX_TREE_SIZE), Ok(Some(last.full())));
    assert_eq!(TileId::new(0, MAX_TREE_SIZE >> 8), None);
    // 2^62 leaves are 64 hashes of level 7.
    let top = TileId::new(7, 0).unwrap();
    assert_eq!(top.at_size(MAX_TREE_SIZE), Ok(top.with_width(64)));
    assert_eq!(top.node(63).map(|node| node.leaves().end), Some(MAX_TREE_SIZE));
    assert_eq!(top.node(64), None);
    assert_eq!(TileId::new(7, 1), None);
    assert_eq!(partial_at(MAX_TREE_SIZE).unwrap().collect::<Vec<_>>(), [top.with_width(64).unwrap()]);
    assert_eq!(partial_at(MAX_TREE_SIZE - 1).unwrap().count(), 8);
    assert_eq!(filled_between(MAX_TREE_SIZE - 1, MAX_TREE_SIZE).unwrap().count(), 7);
}

#[test]
fn sizes_out_of_range_are_refused() {
    let too_large = RangeError::TreeTooLarge { size: u64::MAX };
    assert_eq!(filled_between(0, u64::MAX).err(), Some(too_large));
    assert_eq!(partial_at(u64::MAX).err(), Some(too_large));
    assert_eq!(TileId::new(0, 0).unwrap().at_size(u64::MAX), Err(too_large));
    assert_eq!(filled_between(2, 1).err(), Some(RangeError::Shrinks { old: 2, new: 1 }));
}

#[test]
fn growing_step_by_step_fills_the_same_tiles_as_at_once() {
    let steps = [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000, 131_072];
    let mut together: Vec<TileId> =
        steps.windows(2).flat_map(|step| filled_between(step[0], step[1]).unwrap()).collect();
    together.sort();
    assert_eq!(together, filled_between(0, 131_072).unwrap().collect::<Vec<_>>());
    assert_eq!(filled_between(255, 256).unwrap().count(), 1);
    assert_eq!(filled_between(256, 511).unwrap().count(), 0);
    assert_eq!(filled_between(65_535, 65_536).unwrap().count(), 2);
}

#[test]
fn the_tiles_of_a_tree_hold_all_its_nodes() {
    const SIZE: u64 = 70_000;
    let tree = tree_of(SIZE);
    let mut tiles: std::collections::HashMap<TileId, TileHashes> = std::collections::HashMap::new();
    for id in filled_between(0, SIZE).unwrap() {
        assert_eq!(id.at_size(SIZE), Ok(Some(id.full())));
        tiles.insert(id, cut(&tree, id.full()));
    }
    for tile in partial_at(SIZE).unwrap() {
        assert!(!tile.is_full());
        assert_eq!(tile.id().at_size(SIZE), Ok(Some(tile)));
        tiles.insert(tile.id(), cut(&tree, tile));
    }
    // Every node of the tree but the many lowest ones, of which every 61st.
    for level in 0..=16_u8 {
        for index in (0..SIZE >> level).step_by(if level < 4 { 61 } else { 1 }) {
            let place = locate(NodeId::new(level, index).unwrap());
            let found = tiles[&place.tile].node(place.level, place.index);
            assert_eq!(found, tree.node(level, index).ok(), "level {level} index {index}");
        }
    }
    // The root of a full tile is its hash in the tile above.
    for (id, hashes) in &tiles {
        let above = NodeId::new(8 * (id.level() + 1), id.index()).unwrap();
        assert_eq!(hashes.root(), tree.node(above.level(), above.index()).ok());
    }
}

#[test]
fn a_source_over_tiles_gives_the_frontier() {
    struct Tiles(MemoryTree);
    impl HashSource for Tiles {
        type Error = &'static str;
        fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
            let place = locate(NodeId::new(level, index).ok_or("no such node")?);
            let tile = place.tile.at_size(self.0.size()).ok().flatten().ok_or("no such tile")?;
            cut(&self.0, tile).node(place.level, place.index).ok_or("not in the tile")
        }
    }
    let tiles = Tiles(tree_of(1_000));
    assert_eq!(Frontier::from_source(1_000, &tiles).unwrap().head(), tiles.0.head());
}

#[test]
fn the_content_of_a_tile_is_one_to_256_whole_hashes() {
    let tree = tree_of(256);
    let full = cut(&tree, TileId::new(0, 0).unwrap().full());
    let bytes = full.to_bytes();
    assert_eq!(bytes.len(), TILE_BYTES);
    assert_eq!(TileHashes::from_bytes(&bytes), Ok(full.clone()));
    assert_eq!(full.root(), Some(tree.root()));
    assert_eq!(full.node(9, 0), None);
    assert_eq!(full.node(255, 0), None);
    assert_eq!(full.node(0, 256), None);
    assert_eq!(full.node(8, u16::MAX), None);
    let partial = TileHashes::from_bytes(&bytes[..5 * 32]).unwrap();
    assert_eq!(partial.node(2, 0), full.node(2, 0));
    assert_eq!(partial.node(2, 1), None);
    assert_eq!(partial.root(), None);
    for length in [0, 1, 31, 33, TILE_BYTES - 1, TILE_BYTES + 32] {
        let bytes = vec![0; length];
        assert_eq!(TileHashes::from_bytes(&bytes), Err(TileError::WrongLength { bytes: length }));
    }
    assert_eq!(TileHashes::from_hashes(vec![]), Err(TileError::WrongLength { bytes: 0 }));
    assert!(TileHashes::from_hashes(vec![Hash::EMPTY_ROOT; 257]).is_err());
}
