//! Invented logs, honest and not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod continuing;
mod forks;
mod known;
mod requests;

use dossier_proof::{
    Checkpoint, CosigningKey, Hash, HashSource as _, MemoryTree, SignedCheckpoint, SigningKey, leaf_of_event,
    tiles::{TILE_HEIGHT, Tile},
};

use crate::{Believed, KnownLogs, Tiles, TilesError};

const LOG: &str = "test-1/submission";
const ORIGIN: &str = "test-1/submission/0";
const NOW: u64 = 1_790_000_000;

fn signer() -> SigningKey {
    SigningKey::from_seed(LOG, &[1; 32]).unwrap()
}

fn stranger() -> SigningKey {
    SigningKey::from_seed(LOG, &[2; 32]).unwrap()
}

fn witness() -> CosigningKey {
    CosigningKey::from_seed("witness.example", &[3; 32]).unwrap()
}

fn known() -> KnownLogs {
    KnownLogs::parse(&format!("# given by hand\n\n{}\n", signer().verifier())).unwrap()
}

/// A log of so many entries, of which those from `other` on are not those of the other log.
fn log(size: u64, other: u64) -> MemoryTree {
    let event = |number: u64| if number < other { format!("event {number}") } else { format!("another {number}") };
    (0..size).map(|number| leaf_of_event(event(number).as_bytes())).collect()
}

fn honest(size: u64) -> MemoryTree {
    log(size, u64::MAX)
}

fn signed_by(key: &SigningKey, origin: &str, tree: &MemoryTree) -> SignedCheckpoint {
    SignedCheckpoint::sign(&Checkpoint::new(origin, tree.head()), key).unwrap()
}

fn signed(tree: &MemoryTree) -> SignedCheckpoint {
    signed_by(&signer(), ORIGIN, tree)
}

fn believed(tree: &MemoryTree) -> Believed {
    known().believe(signed(tree)).unwrap()
}

/// What a server of tiles answers.
fn bytes_of(tree: &MemoryTree, tile: Tile) -> Vec<u8> {
    let first = tile.id().index() * 256;
    let level = tile.id().level() * TILE_HEIGHT;
    let hash = |position: u16| tree.node(level, first + u64::from(position)).unwrap();
    (0..tile.width()).map(hash).flat_map(Hash::to_bytes).collect()
}

/// All that is needed to show that a tree continues one of `old` entries.
fn fetched(tree: &MemoryTree, old: u64) -> Result<Tiles, TilesError> {
    let mut tiles = Tiles::of(tree.size());
    for tile in tiles.needed(old)? {
        tiles.put(tile, &bytes_of(tree, tile))?;
    }
    Ok(tiles)
}
