//! The right edge of a tree (a *compact range* from 0): all that is needed to go on appending and to know the root.

use std::fmt;

use thiserror::Error;

use super::source::read;
use super::{HashSource, MAX_TREE_SIZE, NodeId, ProveError, RangeError, Subtree, TreeHead, check_size};
use crate::hash::{Hash, node_hash};

/// One hash for each bit of a size.
const LEVELS: usize = u64::BITS as usize;

/// The complete subtrees at the right edge of a tree, one for each bit set in its size.
///
/// Appending costs one [`node_hash`] on average (the carries of a binary counter) and never allocates: the 64 hashes
/// lie inline (2 KiB). To be stored: [`Frontier::size`] and [`Frontier::hashes`], back by [`Frontier::from_parts`].
#[derive(Clone)]
pub struct Frontier {
    size: u64,
    /// `edge[l]` is the complete subtree of 2^l leaves, and has a meaning only where bit `l` of `size` is set.
    edge: [Hash; LEVELS],
}

impl Frontier {
    /// The frontier of the empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, edge: [Hash::EMPTY_ROOT; LEVELS] }
    }

    /// Adds a leaf, given its leaf hash ([`crate::leaf_of_event`]).
    pub fn append(&mut self, leaf: Hash) {
        self.append_with(leaf, |_, _| {});
    }

    /// Adds a leaf and shows every complete subtree that came to be with it, from the leaf itself upwards: what a
    /// store of nodes has to keep.
    pub fn append_with(&mut self, leaf: Hash, mut completed: impl FnMut(NodeId, Hash)) {
        let index = self.size;
        let mut node = leaf;
        let mut level = 0;
        show(level, index, node, &mut completed);
        while index >> level & 1 == 1 {
            node = node_hash(&self.edge[usize::from(level)], &node);
            level += 1;
            show(level, index, node, &mut completed);
        }
        self.edge[usize::from(level)] = node;
        // Cannot overflow: sizes from outside are at most 2^62, and 2^63 more appends take 292 years at one a nanosecond.
        self.size += 1;
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root over all leaves; of the empty tree, [`Hash::EMPTY_ROOT`].
    #[must_use]
    pub fn root(&self) -> Hash {
        self.set_levels()
            .map(|level| self.edge[level])
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or(Hash::EMPTY_ROOT)
    }

    /// Size and root together.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        TreeHead { size: self.size, root: self.root() }
    }

    /// The hashes of the edge, left to right (the largest subtree first): one for each bit set in the size.
    #[must_use]
    pub fn hashes(&self) -> Vec<Hash> {
        self.set_levels().rev().map(|level| self.edge[level]).collect()
    }

    /// Which nodes [`Frontier::hashes`] are, for a tree of this size.
    ///
    /// # Errors
    /// [`RangeError::TreeTooLarge`] above [`MAX_TREE_SIZE`].
    pub fn nodes(size: u64) -> Result<impl DoubleEndedIterator<Item = NodeId>, RangeError> {
        check_size(size)?;
        Ok(Subtree::whole(size).nodes())
    }

    /// Puts a frontier together again from what [`Frontier::size`] and [`Frontier::hashes`] gave. That the hashes
    /// are the right ones only shows when [`Frontier::root`] is compared with a known root.
    ///
    /// # Errors
    /// [`FrontierError`] where the size is too large or the number of hashes does not fit it.
    pub fn from_parts(size: u64, hashes: impl IntoIterator<Item = Hash>) -> Result<Self, FrontierError> {
        check_size(size)?;
        let mut frontier = Self { size, ..Self::new() };
        let expected = size.count_ones();
        let mut given = hashes.into_iter();
        let levels: Vec<usize> = frontier.set_levels().rev().collect();
        for level in levels {
            frontier.edge[level] = given.next().ok_or(FrontierError::WrongCount { size, expected })?;
        }
        if given.next().is_some() {
            return Err(FrontierError::WrongCount { size, expected });
        }
        Ok(frontier)
    }

    /// Reads the edge of a tree of this size from a store of complete subtrees.
    ///
    /// # Errors
    /// [`ProveError::Range`] above the largest size, [`ProveError::Source`] where a node cannot be read.
    pub fn from_source<S: HashSource>(size: u64, source: &S) -> Result<Self, ProveError<S::Error>> {
        let mut frontier = Self { size, ..Self::new() };
        for node in Self::nodes(size)? {
            frontier.edge[usize::from(node.level())] = read(node, source)?;
        }
        Ok(frontier)
    }

    /// The levels at which the edge has a subtree, the smallest first.
    fn set_levels(&self) -> impl DoubleEndedIterator<Item = usize> + use<> {
        let size = self.size;
        (0..LEVELS).filter(move |level| size >> level & 1 == 1)
    }
}

/// Names the subtree of this level that ends with leaf `index`, where it is one that can be named.
fn show(level: u8, index: u64, hash: Hash, completed: &mut impl FnMut(NodeId, Hash)) {
    if let Some(node) = NodeId::new(level, index >> level) {
        completed(node, hash);
    }
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

// Only the levels in use count: what an unused level still holds depends on how the frontier came to be.
impl PartialEq for Frontier {
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size && self.set_levels().all(|level| self.edge[level] == other.edge[level])
    }
}

impl Eq for Frontier {}

impl fmt::Debug for Frontier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Frontier").field("size", &self.size).field("hashes", &self.hashes()).finish()
    }
}

/// Why parts do not make a frontier. Final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FrontierError {
    /// The size is above [`MAX_TREE_SIZE`].
    #[error(transparent)]
    Range(#[from] RangeError),
    /// A size needs one hash for each bit set in it.
    #[error("the edge of a tree of {size} leaves has {expected} hashes; another number was given")]
    WrongCount {
        /// Size of the tree, in leaves (at most [`MAX_TREE_SIZE`]).
        size: u64,
        /// How many hashes belong to it.
        expected: u32,
    },
}

// An edge from outside has at most 63 of the 64 levels in use, so a carry always finds a free one.
const _: () = assert!(MAX_TREE_SIZE.ilog2() < u64::BITS - 1);
