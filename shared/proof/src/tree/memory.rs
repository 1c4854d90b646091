//! A whole tree in memory: for tests, small logs, and audits of a few thousand events.

use thiserror::Error;

use super::{Frontier, HashSource, TreeHead};
use crate::hash::Hash;

/// All complete subtrees of a tree: 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct MemoryTree {
    frontier: Frontier,
    /// `levels[l][i]` is the node of level `l` and index `i`.
    levels: Vec<Vec<Hash>>,
}

impl MemoryTree {
    /// The empty tree.
    #[must_use]
    pub const fn new() -> Self {
        Self { frontier: Frontier::new(), levels: Vec::new() }
    }

    /// Adds a leaf, given its leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.frontier.append_with(leaf, |node, hash| {
            let level = usize::from(node.level());
            if level == levels.len() {
                levels.push(Vec::new());
            }
            // Nodes of a level come to be in the order of their index.
            levels[level].push(hash);
        });
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root over all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Size and root together.
    #[must_use]
    pub fn head(&self) -> TreeHead {
        self.frontier.head()
    }
}

impl FromIterator<Hash> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        leaves.into_iter().for_each(|leaf| tree.append(leaf));
        tree
    }
}

impl HashSource for MemoryTree {
    type Error = MissingNode;

    fn node(&self, level: u8, index: u64) -> Result<Hash, MissingNode> {
        let found = || self.levels.get(usize::from(level))?.get(usize::try_from(index).ok()?).copied();
        found().ok_or_else(|| MissingNode { level, index, size: self.size() })
    }
}

/// The tree has no such complete subtree. Final, until the tree has grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a tree of {size} leaves has no complete subtree at level {level} index {index}")]
pub struct MissingNode {
    /// Level asked for.
    pub level: u8,
    /// Index asked for.
    pub index: u64,
    /// Size of the tree, in leaves.
    pub size: u64,
}
