//! Proofs that a tree only grew: [RFC 6962, section 2.1.2](https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1.2),
//! verified as in [RFC 9162, section 2.1.4.2](https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.4.2).

use thiserror::Error;

use super::source::subtree_hashes;
use super::{HashSource, ProveError, RangeError, Subtree, TreeHead, check_growth};
use crate::hash::{Hash, node_hash};

/// Why a consistency proof does not hold. Final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ConsistencyError {
    /// The sizes are too large, or the later tree is the smaller one.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The proof has too many or too few hashes for these two sizes.
    #[error("the consistency proof has {found} hashes where the two sizes call for {expected}")]
    WrongLength {
        /// How many the sizes call for.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// The proof does not lead to the earlier root.
    #[error("the proof leads to the earlier root {computed}, not to {expected}")]
    WrongOldRoot {
        /// The earlier root that was to be proven against.
        expected: Hash,
        /// The root that follows from the proof.
        computed: Hash,
    },
    /// The proof does not lead to the later root.
    #[error("the proof leads to the later root {computed}, not to {expected}")]
    WrongNewRoot {
        /// The later root that was to be proven against.
        expected: Hash,
        /// The root that follows from the proof.
        computed: Hash,
    },
}

/// The subtrees whose hashes prove that a tree grew from `old` to `new` leaves, in the order of the proof. Pure.
///
/// Empty for equal sizes and for growth from nothing, which need no proof.
///
/// # Errors
/// [`RangeError`] where the sizes shrink or are too large.
pub fn plan(old: u64, new: u64) -> Result<Vec<Subtree>, RangeError> {
    check_growth(old, new)?;
    let mut path = Vec::new();
    if old == 0 {
        return Ok(path);
    }
    // Down to the node at which the old tree ends.
    let mut subtree = Subtree::whole(new);
    while subtree.leaves().end != old {
        // The old tree ends inside this subtree, so it has at least two leaves.
        let Some((left, right)) = subtree.children() else { break };
        let (sibling, own) = if old <= left.leaves().end { (right, left) } else { (left, right) };
        path.push(sibling);
        subtree = own;
    }
    // Where that node is the whole old tree the verifier knows its hash: it is the old root.
    if subtree.leaves().start != 0 {
        path.push(subtree);
    }
    path.reverse();
    Ok(path)
}

/// Proves that the tree at `new` leaves begins with the tree at `old` leaves.
///
/// # Errors
/// [`ProveError::Range`] where the sizes shrink or are too large, [`ProveError::Source`] where a node cannot be read.
pub fn prove<S: HashSource>(old: u64, new: u64, source: &S) -> Result<Vec<Hash>, ProveError<S::Error>> {
    subtree_hashes(&plan(old, new)?, source)
}

/// Checks that the tree `new` begins with all leaves of the tree `old`, in their order.
///
/// Every tree continues the empty one: from size 0 the proof must be empty, the old root must be [`Hash::EMPTY_ROOT`],
/// and nothing is said about the new root. As with inclusion, take both heads from verified checkpoints.
///
/// # Errors
/// [`ConsistencyError`] says what does not hold.
pub fn verify(old: TreeHead, new: TreeHead, proof: &[Hash]) -> Result<(), ConsistencyError> {
    let expected = plan(old.size, new.size)?.len();
    if proof.len() != expected {
        return Err(ConsistencyError::WrongLength { expected, found: proof.len() });
    }
    if old.size == 0 {
        return match_roots(TreeHead::EMPTY.root, old.root, new.root, new_root_of_nothing(new));
    }
    if old.size == new.size {
        return match_roots(old.root, old.root, new.root, old.root);
    }
    let (old_computed, new_computed) = roots_from(old, new.size, proof);
    match_roots(old_computed, old.root, new.root, new_computed)
}

/// From size 0 only another empty tree has a root that is known.
const fn new_root_of_nothing(new: TreeHead) -> Hash {
    if new.size == 0 { Hash::EMPTY_ROOT } else { new.root }
}

fn match_roots(old_computed: Hash, old: Hash, new: Hash, new_computed: Hash) -> Result<(), ConsistencyError> {
    if old_computed != old {
        return Err(ConsistencyError::WrongOldRoot { expected: old, computed: old_computed });
    }
    if new_computed != new {
        return Err(ConsistencyError::WrongNewRoot { expected: new, computed: new_computed });
    }
    Ok(())
}

/// The two roots that follow from a proof of the right length, for 0 < old < new.
fn roots_from(old: TreeHead, new_size: u64, proof: &[Hash]) -> (Hash, Hash) {
    // The last node of each tree, at the level where the old tree's last complete subtree sits.
    let level = old.size.trailing_zeros();
    let (mut own, mut last) = ((old.size - 1) >> level, (new_size - 1) >> level);
    // An old tree that is one complete subtree is where the proof starts; otherwise the proof names the start.
    let (start, rest) = match proof.split_first() {
        Some((first, rest)) if !old.size.is_power_of_two() => (*first, rest),
        _ => (old.root, proof),
    };
    let (mut old_node, mut new_node) = (start, start);
    for sibling in rest {
        if own & 1 == 1 || own == last {
            old_node = node_hash(sibling, &old_node);
            new_node = node_hash(sibling, &new_node);
            // The last node of a level without a right sibling moves up as it is.
            while own & 1 == 0 && own != 0 {
                (own, last) = (own >> 1, last >> 1);
            }
        } else {
            new_node = node_hash(&new_node, sibling);
        }
        (own, last) = (own >> 1, last >> 1);
    }
    debug_assert!(last == 0, "a proof of the right length ends at the root");
    (old_node, new_node)
}
