//! Tiles and edge against a plain tree in memory.

use dossier_proof::{Frontier, Hash, HashSource as _, leaf_of_event, root_at};

use super::*;
use crate::store::MemoryStore;

fn leaf(n: u64) -> Hash {
    leaf_of_event(&n.to_le_bytes())
}

/// Appends `size` leaves, storing full tiles.
fn grown(size: u64) -> (MemoryStore, Edge) {
    let (store, mut edge) = (MemoryStore::new(), Edge::default());
    for n in 0..size {
        let mut full = Vec::new();
        edge.append(leaf(n), &mut full);
        let puts: Vec<_> = full.iter().flat_map(|tile| tile_puts(0, tile)).collect();
        store.write(&puts).unwrap();
    }
    (store, edge)
}

#[test]
fn every_root_ever_had_can_be_had_again() {
    let size = 66_000;
    let (store, edge) = grown(size);
    let nodes = Nodes::new(&store, 0, size, &edge);
    let mut frontier = Frontier::new();
    for n in 0..size {
        frontier.append(leaf(n));
        if n % 997 == 0 || [254, 255, 256, 65_534, 65_535, 65_536].contains(&n) {
            assert_eq!(root_at(n + 1, &nodes).unwrap(), frontier.root(), "{}", n + 1);
        }
    }
    assert_eq!(edge.root(), frontier.root());
    assert_eq!(*edge.frontier(), frontier);
}

#[test]
fn a_derived_edge_is_the_grown_one() {
    for size in [0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_800] {
        let (store, edge) = grown(size);
        let last = (size / 256 * 256..size).map(leaf).collect();
        let derived = Edge::derive(&store, 0, size, last).unwrap();
        assert_eq!(derived.frontier(), edge.frontier());
        for level in 0..4 {
            assert_eq!(derived.unfinished(level), edge.unfinished(level), "size {size} level {level}");
        }
    }
}

#[test]
fn an_ended_epoch_answers_from_the_store_alone() {
    let (store, edge) = grown(70_001);
    let puts: Vec<_> = edge.unfinished_tiles().iter().flat_map(|tile| tile_puts(0, tile).collect::<Vec<_>>()).collect();
    store.write(&puts).unwrap();
    let nodes = Nodes::of_ended_epoch(&store, 0, 70_001);
    assert_eq!(root_at(70_001, &nodes).unwrap(), edge.root());
    assert!(nodes.node(0, 70_001).is_err());
}

#[test]
fn a_flipped_bit_in_a_tile_is_noticed() {
    let (store, edge) = grown(256);
    let key = tile_key(0, 0, 0, 1);
    store.sync().unwrap();
    store.tamper(Tree::Tiles, &key, |mut value| {
        value[100] ^= 1;
        Some(value)
    });
    let nodes = Nodes::new(&store, 0, 256, &edge);
    assert!(matches!(nodes.node(0, 200), Err(NodeError::Damaged { .. })));
}

#[test]
fn a_missing_tile_is_noticed() {
    let (store, edge) = grown(300);
    store.sync().unwrap();
    store.tamper(Tree::Tiles, &tile_key(0, 0, 0, 1), |_| None);
    let nodes = Nodes::new(&store, 0, 300, &edge);
    assert!(matches!(nodes.node(0, 3), Err(NodeError::Missing { .. })));
}
