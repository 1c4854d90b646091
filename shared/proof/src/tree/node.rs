//! Names of parts of the tree: one complete subtree, or a run of leaves under one node of some tree.

use std::fmt;
use std::ops::Range;

use super::MAX_TREE_SIZE;

/// The levels a tree of [`MAX_TREE_SIZE`] = 2^62 leaves can have: 0 to 62.
const LEVELS: u8 = 63;

/// A complete subtree, named by level (0 = leaves) and index (from the left, from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    level: u8,
    index: u64,
}

impl NodeId {
    /// Names a node; `None` where it would reach beyond the largest tree ([`MAX_TREE_SIZE`]).
    #[must_use]
    pub const fn new(level: u8, index: u64) -> Option<Self> {
        if level >= LEVELS || index >= MAX_TREE_SIZE >> level {
            return None;
        }
        Some(Self { level, index })
    }

    /// Height above the leaves.
    #[must_use]
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Position within the level, from 0.
    #[must_use]
    pub const fn index(self) -> u64 {
        self.index
    }

    /// The leaves below this node. No tree smaller than the range's end has the node.
    #[must_use]
    pub const fn leaves(self) -> Range<u64> {
        self.index << self.level..(self.index + 1) << self.level
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "level {} index {}", self.level, self.index)
    }
}

/// A run of leaves whose hash a proof names: `MTH(D[start:end])` in the words of
/// [RFC 6962, section 2.1](https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1).
///
/// It is one node of the tree it was planned for: `start` is a multiple of the smallest power of two that is not below its
/// length. On the right edge it may be incomplete, and is then folded from several complete subtrees ([`Subtree::nodes`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    start: u64,
    end: u64,
}

impl Subtree {
    /// The whole tree of a size. The caller has checked the size against [`MAX_TREE_SIZE`].
    pub(super) const fn whole(size: u64) -> Self {
        debug_assert!(size <= MAX_TREE_SIZE);
        Self { start: 0, end: size }
    }

    /// The two children, left and right; the left one is complete and at least as long. `None` for a leaf or nothing.
    pub(super) const fn children(self) -> Option<(Self, Self)> {
        let length = self.end - self.start;
        if length < 2 {
            return None;
        }
        // The largest power of two below `length`.
        let middle = self.start + (1 << (length - 1).ilog2());
        Some((Self { start: self.start, end: middle }, Self { start: middle, end: self.end }))
    }

    /// The leaves covered.
    #[must_use]
    pub const fn leaves(self) -> Range<u64> {
        self.start..self.end
    }

    /// The complete subtrees it is folded from, left to right, each smaller than the one before. At most 63.
    pub fn nodes(self) -> impl DoubleEndedIterator<Item = NodeId> {
        let length = self.end - self.start;
        (0..LEVELS).rev().filter(move |level| length >> level & 1 == 1).map(move |level| {
            // The larger subtrees to the left of this one are the higher bits of the length.
            let larger = length >> (level + 1) << (level + 1);
            NodeId { level, index: (self.start + larger) >> level }
        })
    }
}
