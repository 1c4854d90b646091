//! Paths of tiles: [C2SP tlog-tiles, "Merkle Tree"](https://c2sp.org/tlog-tiles#merkle-tree), such as
//! `tile/0/x001/234` and, for a partial tile of 17 hashes, `tile/0/x001/234.p/17`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use super::{TILE_WIDTH, Tile, TileId};
use crate::decimal;

/// The longest path: `tile/7/` is 7 bytes, an index below 2^54 has 17 digits and so 6 groups (5 × `x000/` + `000` = 28),
/// `.p/255` is 6. 41 in all; a longer text is not looked at.
const MAX_PATH_BYTES: usize = 7 + 28 + 6;

/// Digits in one element of a path.
const GROUP: u64 = 1000;

/// The text is not the path of a tile. Final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TilePathError {
    /// Longer than any path.
    #[error("a tile path has at most {MAX_PATH_BYTES} bytes, not {bytes}")]
    TooLong {
        /// Length of the text, in bytes.
        bytes: usize,
    },
    /// Not of the form `tile/<level>/<index>[.p/<width>]`, or not the one spelling of it.
    #[error("not a tile path: expected tile/<level>/<index>, or with .p/<width> behind it for a partial tile")]
    Malformed,
    /// Beyond the largest tree.
    #[error("no tree of up to 2^62 leaves has a tile at level {level} index {index}")]
    OutOfRange {
        /// Tile level.
        level: u64,
        /// Tile index.
        index: u64,
    },
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tile/{}/", self.id.level)?;
        write_index(f, self.id.index)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// Three digits an element, every element but the last marked with `x`.
fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let mut unit = 1;
    while index / unit >= GROUP {
        unit *= GROUP;
    }
    while unit > 1 {
        write!(f, "x{:03}/", index / unit % GROUP)?;
        unit /= GROUP;
    }
    write!(f, "{:03}", index % GROUP)
}

impl FromStr for Tile {
    type Err = TilePathError;

    fn from_str(path: &str) -> Result<Self, TilePathError> {
        if path.len() > MAX_PATH_BYTES {
            return Err(TilePathError::TooLong { bytes: path.len() });
        }
        let tile = read(path)?;
        // One tile, one path: extra groups, missing zeros and the like are refused here.
        if tile.to_string() != path {
            return Err(TilePathError::Malformed);
        }
        Ok(tile)
    }
}

fn read(path: &str) -> Result<Tile, TilePathError> {
    let rest = path.strip_prefix("tile/").ok_or(TilePathError::Malformed)?;
    let (level, rest) = rest.split_once('/').ok_or(TilePathError::Malformed)?;
    let level = decimal::parse(level).ok_or(TilePathError::Malformed)?;
    let (index, width) = match rest.split_once(".p/") {
        Some((index, width)) => (index, read_partial_width(width)?),
        None => (rest, TILE_WIDTH),
    };
    let index = read_index(index)?;
    let out_of_range = TilePathError::OutOfRange { level, index };
    let id = u8::try_from(level).ok().and_then(|level| TileId::new(level, index)).ok_or(out_of_range)?;
    id.with_width(width).ok_or(TilePathError::Malformed)
}

fn read_partial_width(text: &str) -> Result<u16, TilePathError> {
    let width = decimal::parse(text).and_then(|width| u16::try_from(width).ok());
    width.filter(|width| (1..TILE_WIDTH).contains(width)).ok_or(TilePathError::Malformed)
}

fn read_index(text: &str) -> Result<u64, TilePathError> {
    text.split('/').try_fold(0_u64, |index, element| {
        let digits = element.strip_prefix('x').unwrap_or(element);
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TilePathError::Malformed);
        }
        let group: u64 = digits.parse().map_err(|_| TilePathError::Malformed)?;
        index.checked_mul(GROUP).and_then(|index| index.checked_add(group)).ok_or(TilePathError::Malformed)
    })
}
