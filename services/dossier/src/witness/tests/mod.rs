//! A witness against servers that are honest and servers that are not.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod hostile;
mod keeping;
mod looking;
pub(crate) mod server;
mod tls;
mod turning;

use dossier_proof::{
    Checkpoint, Hash, HashSource as _, MemoryTree, SignedCheckpoint, SigningKey, leaf_of_event,
    tiles::{TILE_HEIGHT, Tile},
};
use dossier_witness::KnownLogs;
use tempfile::TempDir;

use super::{Identity, Node, Shelf};

pub(super) const LOG: &str = "test-1/submission";
pub(super) const ORIGIN: &str = "test-1/submission/0";

pub(super) fn signer() -> SigningKey {
    SigningKey::from_seed(LOG, &[1; 32]).unwrap()
}

/// A log of so many entries, of which those from `other` on are not those of the other log.
pub(super) fn log(size: u64, other: u64) -> MemoryTree {
    let event = |number: u64| if number < other { format!("event {number}") } else { format!("another {number}") };
    (0..size).map(|number| leaf_of_event(event(number).as_bytes())).collect()
}

pub(super) fn honest(size: u64) -> MemoryTree {
    log(size, u64::MAX)
}

pub(super) fn signed_as(origin: &str, key: &SigningKey, tree: &MemoryTree) -> SignedCheckpoint {
    SignedCheckpoint::sign(&Checkpoint::new(origin, tree.head()), key).unwrap()
}

pub(super) fn signed(tree: &MemoryTree) -> SignedCheckpoint {
    signed_as(ORIGIN, &signer(), tree)
}

pub(crate) fn bytes_of(tree: &MemoryTree, tile: Tile) -> Vec<u8> {
    let first = tile.id().index() * 256;
    let level = tile.id().level() * TILE_HEIGHT;
    let hash = |position: u16| tree.node(level, first + u64::from(position)).unwrap();
    (0..tile.width()).map(hash).flat_map(Hash::to_bytes).collect()
}

/// A witness in a directory.
pub(super) fn node_in(directory: &TempDir) -> Node {
    let shelf = Shelf::open(directory.path()).unwrap();
    let identity = Identity::open(directory.path(), Some("witness.example")).unwrap();
    Node::open(identity, KnownLogs::parse(&signer().verifier().to_string()).unwrap(), shelf).unwrap()
}
