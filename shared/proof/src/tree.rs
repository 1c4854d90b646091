//! The append-only Merkle tree of [RFC 6962, section 2](https://www.rfc-editor.org/rfc/rfc6962.html#section-2) (the
//! same tree as [RFC 9162, section 2](https://www.rfc-editor.org/rfc/rfc9162.html#section-2)).
//!
//! Nodes are named by level and index ([`NodeId`]): level 0 holds the leaves, and a node of level `l` and index `i`
//! covers the leaves `i·2^l` to `(i+1)·2^l − 1`, all of them present. Such *complete subtrees* never change once they exist; everything
//! else (roots, proofs) is folded from them. Which of them a proof needs is a pure function (`plan`); fetching
//! them is the caller's [`HashSource`].

mod frontier;
mod memory;
mod node;
mod source;

pub mod consistency;
pub mod inclusion;

#[cfg(test)]
mod tests;

use thiserror::Error;

use crate::hash::Hash;

pub use frontier::{Frontier, FrontierError};
pub use memory::{MemoryTree, MissingNode};
pub use node::{NodeId, Subtree};
pub use source::{HashSource, ProveError, root_at};

/// The largest tree this crate speaks of: 2^62 leaves.
///
/// A million appends a second fill it in 146 000 years. In exchange, no sum or shift over sizes and indexes can
/// overflow 64 bits, and appending to a frontier that was read from outside cannot either.
pub const MAX_TREE_SIZE: u64 = 1 << 62;

/// The most hashes an honest proof can have: a tree of 2^62 leaves is 62 levels high, and a consistency proof may name
/// one node more than its height.
pub const MAX_PROOF_HASHES: usize = 63;

/// A tree at one size: how many leaves, and the root over them.
///
/// A root commits to its leaves but not to its size; only a signed checkpoint ties the two together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeHead {
    /// Number of leaves.
    pub size: u64,
    /// The Merkle tree hash over them.
    pub root: Hash,
}

impl TreeHead {
    /// The tree without leaves.
    pub const EMPTY: Self = Self { size: 0, root: Hash::EMPTY_ROOT };
}

/// A question about a tree that has no answer. Final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RangeError {
    /// The size is above [`MAX_TREE_SIZE`].
    #[error("a tree of {size} leaves is above the limit of {MAX_TREE_SIZE}")]
    TreeTooLarge {
        /// The size asked for, in leaves.
        size: u64,
    },
    /// The leaf is not in the tree.
    #[error("leaf {index} is not in a tree of {size} leaves (the first leaf is 0)")]
    LeafOutside {
        /// Index of the leaf, from 0.
        index: u64,
        /// Size of the tree, in leaves.
        size: u64,
    },
    /// The later tree is smaller than the earlier one.
    #[error("a tree only grows: the later size {new} is below the earlier size {old}")]
    Shrinks {
        /// The earlier size, in leaves.
        old: u64,
        /// The later size, in leaves.
        new: u64,
    },
}

/// Refuses sizes above [`MAX_TREE_SIZE`].
pub(crate) const fn check_size(size: u64) -> Result<(), RangeError> {
    if size > MAX_TREE_SIZE {
        return Err(RangeError::TreeTooLarge { size });
    }
    Ok(())
}

/// Refuses a pair of sizes that is too large or shrinks.
pub(crate) const fn check_growth(old: u64, new: u64) -> Result<(), RangeError> {
    if new > MAX_TREE_SIZE {
        return Err(RangeError::TreeTooLarge { size: new });
    }
    if old > new {
        return Err(RangeError::Shrinks { old, new });
    }
    Ok(())
}
