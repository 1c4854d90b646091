//! Proofs that a leaf is in a tree: [RFC 6962, section 2.1.1](https://www.rfc-editor.org/rfc/rfc6962.html#section-2.1.1),
//! verified as in [RFC 9162, section 2.1.3.2](https://www.rfc-editor.org/rfc/rfc9162.html#section-2.1.3.2).

use thiserror::Error;

use super::source::subtree_hashes;
use super::{HashSource, ProveError, RangeError, Subtree, TreeHead, check_size};
use crate::hash::{Hash, node_hash};

/// Why an inclusion proof does not hold. Final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InclusionError {
    /// No tree of that size has that leaf.
    #[error(transparent)]
    Range(#[from] RangeError),
    /// The proof has too many or too few hashes for this leaf of a tree of this size.
    #[error("the inclusion proof has {found} hashes where leaf and size call for {expected}")]
    WrongLength {
        /// How many the leaf's place calls for.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// Leaf and proof lead to another root: the leaf is not at that place of that tree.
    #[error(
        "leaf and proof lead to the root {computed}, not to {expected}: the leaf is not at this place of this tree"
    )]
    WrongRoot {
        /// The root that was to be proven against.
        expected: Hash,
        /// The root that follows from leaf and proof.
        computed: Hash,
    },
}

/// The subtrees whose hashes prove leaf `index` in a tree of `size` leaves, in the order of the proof (the leaf's sibling
/// first). Pure: what to fetch is known before anything is fetched ([`Subtree::nodes`]).
///
/// # Errors
/// [`RangeError`] where there is no such leaf.
pub fn plan(index: u64, size: u64) -> Result<Vec<Subtree>, RangeError> {
    check(index, size)?;
    let mut path = Vec::with_capacity(proof_len(index, size));
    let mut subtree = Subtree::whole(size);
    while let Some((left, right)) = subtree.children() {
        let (sibling, own) = if left.leaves().contains(&index) { (right, left) } else { (left, right) };
        path.push(sibling);
        subtree = own;
    }
    path.reverse();
    Ok(path)
}

/// Proves leaf `index` in the tree as it was at `size` leaves.
///
/// # Errors
/// [`ProveError::Range`] where there is no such leaf, [`ProveError::Source`] where a node cannot be read.
pub fn prove<S: HashSource>(index: u64, size: u64, source: &S) -> Result<Vec<Hash>, ProveError<S::Error>> {
    subtree_hashes(&plan(index, size)?, source)
}

/// Checks that `leaf` (a leaf hash) is leaf `index` of the tree `head`.
///
/// The proof binds leaf, index and root. It does not bind the size where another size puts the leaf at the end of a path
/// of the same shape (leaf 0 of five and of eight leaves, say): take `head` from a verified checkpoint.
///
/// # Errors
/// [`InclusionError`] says what does not hold.
pub fn verify(leaf: Hash, index: u64, head: TreeHead, proof: &[Hash]) -> Result<(), InclusionError> {
    let computed = root_from(leaf, index, head.size, proof)?;
    if computed != head.root {
        return Err(InclusionError::WrongRoot { expected: head.root, computed });
    }
    Ok(())
}

/// The root that a tree of `size` leaves has if `leaf` is its leaf `index` and the proof is honest.
///
/// # Errors
/// [`InclusionError::Range`] and [`InclusionError::WrongLength`].
pub fn root_from(leaf: Hash, index: u64, size: u64, proof: &[Hash]) -> Result<Hash, InclusionError> {
    check(index, size)?;
    let expected = proof_len(index, size);
    if proof.len() != expected {
        return Err(InclusionError::WrongLength { expected, found: proof.len() });
    }
    // The position of the current node and of the last node, both at the current level.
    let (mut own, mut last) = (index, size - 1);
    let mut node = leaf;
    for sibling in proof {
        if own & 1 == 1 || own == last {
            node = node_hash(sibling, &node);
            // The last node of a level without a right sibling moves up as it is.
            while own & 1 == 0 && own != 0 {
                (own, last) = (own >> 1, last >> 1);
            }
        } else {
            node = node_hash(&node, sibling);
        }
        (own, last) = (own >> 1, last >> 1);
    }
    debug_assert!(last == 0, "a proof of the right length ends at the root");
    Ok(node)
}

/// How many hashes the proof of this leaf has; the leaf is in the tree.
fn proof_len(index: u64, size: u64) -> usize {
    // Up to where the paths of this leaf and of the last leaf meet there is a sibling on every level; above, the path runs
    // along the right edge, where there is one for each complete subtree to the left.
    let meeting = u64::BITS - (index ^ (size - 1)).leading_zeros();
    (meeting + (index >> meeting).count_ones()) as usize
}

const fn check(index: u64, size: u64) -> Result<(), RangeError> {
    if let Err(error) = check_size(size) {
        return Err(error);
    }
    if index >= size {
        return Err(RangeError::LeafOutside { index, size });
    }
    Ok(())
}
