//! Where the hashes of complete subtrees come from, and folding them into the hash of any subtree.

use thiserror::Error;

use super::{NodeId, RangeError, Subtree, check_size};
use crate::hash::{Hash, node_hash};

/// A store of complete subtrees: tiles on disk, a tree in memory, another service.
pub trait HashSource {
    /// Why a node could not be had.
    type Error;

    /// The hash of the complete subtree at this level (0 = leaves) and index.
    ///
    /// # Errors
    /// Whatever the store reports; a node the store does not have is an error as well.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

impl<S: HashSource + ?Sized> HashSource for &S {
    type Error = S::Error;

    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error> {
        (**self).node(level, index)
    }
}

/// Why a proof or a root could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProveError<E> {
    /// The question has no answer. Final.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The store could not give a node. Whether asking again helps is for the inner error to say.
    #[error("the tree node at {node} could not be read")]
    Source {
        /// Which node was asked for.
        node: NodeId,
        /// What the store said.
        source: E,
    },
}

/// The root a tree had when it was `size` leaves long, from the complete subtrees in `source`.
///
/// # Errors
/// [`ProveError::Range`] above the largest size, [`ProveError::Source`] where a node cannot be read.
pub fn root_at<S: HashSource>(size: u64, source: &S) -> Result<Hash, ProveError<S::Error>> {
    check_size(size)?;
    subtree_hash(Subtree::whole(size), source)
}

/// The hash of a subtree; of an empty one, [`Hash::EMPTY_ROOT`].
pub(super) fn subtree_hash<S: HashSource>(subtree: Subtree, source: &S) -> Result<Hash, ProveError<S::Error>> {
    // From the smallest (rightmost) complete subtree leftwards, as RFC 6962 nests them.
    let mut folded = None;
    for node in subtree.nodes().rev() {
        let hash = read(node, source)?;
        folded = Some(folded.map_or(hash, |right| node_hash(&hash, &right)));
    }
    Ok(folded.unwrap_or(Hash::EMPTY_ROOT))
}

/// The hashes of a plan, in its order.
pub(super) fn subtree_hashes<S: HashSource>(plan: &[Subtree], source: &S) -> Result<Vec<Hash>, ProveError<S::Error>> {
    plan.iter().map(|subtree| subtree_hash(*subtree, source)).collect()
}

/// One node, with its name on the error.
pub(super) fn read<S: HashSource>(node: NodeId, source: &S) -> Result<Hash, ProveError<S::Error>> {
    source.node(node.level(), node.index()).map_err(|source| ProveError::Source { node, source })
}
