//! The Merkle tree on disk: full tiles, and the edge that is derived.
//!
//! A tile holds 256 hashes side by side on one level, as [tlog-tiles](https://c2sp.org/tlog-tiles) cuts the tree: tile level 0
//! holds leaves, level 1 the roots of full tiles of level 0, and so on. A full tile is 8 KiB and is stored in two halves, because
//! a value has at most 6 KiB.

mod edge;
mod nodes;

#[cfg(test)]
mod tests;

use bytes::Bytes;
use dossier_proof::Hash;

use crate::keys::tile_key;
use crate::store::{Put, Store, StoreError, Tree};

pub(crate) use edge::Edge;
pub use nodes::{NodeError, Nodes};

/// Hashes in a full tile.
pub(crate) const TILE_HASHES: usize = 256;
/// Levels of the tree that one level of tiles spans: 2^8 = 256.
pub(crate) const TILE_HEIGHT: u8 = 8;

const HALF_HASHES: usize = TILE_HASHES / 2;
/// Version of the stored form: 1 byte of version, CRC32C (4 bytes) of key, version and hashes, the hashes.
const VERSION: u8 = 1;
const HEADER_BYTES: usize = 5;

/// A run of hashes to be stored: a full tile, or what there is of one when an epoch ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tile {
    pub(crate) level: u8,
    pub(crate) index: u64,
    pub(crate) hashes: Vec<Hash>,
}

/// The two writes that store a tile; of a short one, perhaps only one.
pub(crate) fn tile_puts(epoch: u32, tile: &Tile) -> impl Iterator<Item = Put> {
    let halves = tile.hashes.chunks(HALF_HASHES).zip(0_u8..);
    halves.map(move |(hashes, half)| {
        let key = tile_key(epoch, tile.level, tile.index, half);
        let mut value = Vec::with_capacity(HEADER_BYTES + hashes.len() * Hash::BYTES);
        value.extend_from_slice(&[VERSION, 0, 0, 0, 0]);
        hashes.iter().for_each(|hash| value.extend_from_slice(hash.as_bytes()));
        let checksum = checksum(&key, &value);
        value[1..HEADER_BYTES].copy_from_slice(&checksum.to_le_bytes());
        Put { tree: Tree::Tiles, key: key.to_vec(), value: value.into() }
    })
}

/// Empty values for the tiles to come, so that sled's pages are split while they are small (see `keys`).
pub(crate) fn tile_reservations(epoch: u32, level: u8, index: u64) -> [Put; 2] {
    [0, 1].map(|half| Put { tree: Tree::Tiles, key: tile_key(epoch, level, index, half).to_vec(), value: Bytes::new() })
}

/// Reads what is stored of a tile; nothing where nothing is.
pub(crate) fn load_tile(store: &dyn Store, epoch: u32, level: u8, index: u64) -> Result<Vec<Hash>, NodeError> {
    let mut hashes = Vec::with_capacity(TILE_HASHES);
    for half in 0..2 {
        let key = tile_key(epoch, level, index, half);
        let Some(value) = store.get(Tree::Tiles, &key)?.filter(|value| !value.is_empty()) else { break };
        let damaged = || NodeError::Damaged { epoch, tile_level: level, tile_index: index };
        if value.len() < HEADER_BYTES
            || value[0] != VERSION
            || !(value.len() - HEADER_BYTES).is_multiple_of(Hash::BYTES)
        {
            return Err(damaged());
        }
        let stored = u32::from_le_bytes([value[1], value[2], value[3], value[4]]);
        if stored != checksum(&key, &value) {
            return Err(damaged());
        }
        hashes
            .extend(value[HEADER_BYTES..].as_chunks::<{ Hash::BYTES }>().0.iter().map(|hash| Hash::from_bytes(*hash)));
    }
    Ok(hashes)
}

fn checksum(key: &[u8], value: &[u8]) -> u32 {
    let crc = crc32c::crc32c_append(crc32c::crc32c(key), &value[..1]);
    crc32c::crc32c_append(crc, &value[HEADER_BYTES..])
}

impl From<StoreError> for NodeError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
