//! Every single bit of what a verifier is given: change one, and nothing verifies any more.
//!
//! One exception is part of the format and written down in the code: a root does not commit to a size, so a proof
//! also fits another size at which the leaf's path has the same shape. The tests say exactly when that is; the signed
//! checkpoint is what binds the size.

use dossier_proof::tree::{MAX_TREE_SIZE, Subtree};
use dossier_proof::{Checkpoint, Hash, MemoryTree, SignedCheckpoint, SigningKey, TreeHead, VerifierKey};
use dossier_proof::{consistency, inclusion, leaf_of_event};
use proptest::prelude::*;

fn tree_of(size: u64) -> MemoryTree {
    (0..size).map(|index| leaf_of_event(&index.to_be_bytes())).collect()
}

fn flipped(hash: Hash, bit: usize) -> Hash {
    let mut bytes = hash.to_bytes();
    bytes[bit / 8] ^= 1 << (bit % 8);
    Hash::from_bytes(bytes)
}

/// Every proof that differs from the given one in one bit, or in its length by one.
fn damaged(proof: &[Hash]) -> impl Iterator<Item = Vec<Hash>> {
    let bits = (0..proof.len() * 256).map(|bit| {
        let mut proof = proof.to_vec();
        proof[bit / 256] = flipped(proof[bit / 256], bit % 256);
        proof
    });
    let shorter = (0..proof.len()).map(|index| {
        let mut proof = proof.to_vec();
        proof.remove(index);
        proof
    });
    let longer = (0..=proof.len()).map(|index| {
        let mut proof = proof.to_vec();
        proof.insert(index, Hash::EMPTY_ROOT);
        proof
    });
    bits.chain(shorter).chain(longer)
}

/// On which side of the leaf each hash of its proof lies: all that verification takes from index and size.
fn inclusion_shape(index: u64, size: u64) -> Option<Vec<bool>> {
    let left = |subtree: &Subtree| subtree.leaves().end <= index;
    Some(inclusion::plan(index, size).ok()?.iter().map(left).collect())
}

/// The same for growth: how the old tree ends, and on which side of that end each hash lies.
#[derive(PartialEq)]
enum Growth {
    FromNothing,
    None,
    Some { from_complete: bool, left: Vec<bool> },
}

fn consistency_shape(old: u64, new: u64) -> Option<Growth> {
    let plan = consistency::plan(old, new).ok()?;
    if old == 0 {
        return Some(if new == 0 { Growth::None } else { Growth::FromNothing });
    }
    if old == new {
        return Some(Growth::None);
    }
    let left = plan.iter().map(|subtree| subtree.leaves().end <= old).collect();
    Some(Growth::Some { from_complete: old.is_power_of_two(), left })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn an_inclusion_proof_binds_every_bit(size in 1_u64..600, pick in any::<prop::sample::Index>()) {
        let tree = tree_of(size);
        let (head, index) = (tree.head(), pick.index(size as usize) as u64);
        let leaf = leaf_of_event(&index.to_be_bytes());
        let proof = inclusion::prove(index, size, &tree).unwrap();
        prop_assert_eq!(inclusion::verify(leaf, index, head, &proof), Ok(()));
        for damaged in damaged(&proof) {
            prop_assert!(inclusion::verify(leaf, index, head, &damaged).is_err());
        }
        for bit in 0..256 {
            prop_assert!(inclusion::verify(flipped(leaf, bit), index, head, &proof).is_err());
            let other = TreeHead { root: flipped(head.root, bit), ..head };
            prop_assert!(inclusion::verify(leaf, index, other, &proof).is_err());
        }
        for bit in 0..64 {
            let other = index ^ 1 << bit;
            prop_assert!(inclusion::verify(leaf, other, head, &proof).is_err(), "index {}", other);
            let other = TreeHead { size: size ^ 1 << bit, ..head };
            let same_shape = inclusion_shape(index, other.size) == inclusion_shape(index, size);
            prop_assert_eq!(inclusion::verify(leaf, index, other, &proof).is_ok(), same_shape, "size {}", other.size);
        }
    }

    #[test]
    fn a_consistency_proof_binds_every_bit(size in 2_u64..600, pick in any::<prop::sample::Index>()) {
        let tree = tree_of(size);
        let old_size = 1 + pick.index(size as usize - 1) as u64;
        let (old, new) = (tree_of(old_size).head(), tree.head());
        let proof = consistency::prove(old_size, size, &tree).unwrap();
        prop_assert_eq!(consistency::verify(old, new, &proof), Ok(()));
        for damaged in damaged(&proof) {
            prop_assert!(consistency::verify(old, new, &damaged).is_err());
        }
        for bit in 0..256 {
            let other = TreeHead { root: flipped(old.root, bit), ..old };
            prop_assert!(consistency::verify(other, new, &proof).is_err());
            let other = TreeHead { root: flipped(new.root, bit), ..new };
            prop_assert!(consistency::verify(old, other, &proof).is_err());
        }
        let shape = consistency_shape(old_size, size);
        for bit in 0..64 {
            let other = TreeHead { size: old.size ^ 1 << bit, ..old };
            let same_shape = consistency_shape(other.size, size) == shape;
            prop_assert_eq!(consistency::verify(other, new, &proof).is_ok(), same_shape, "old size {}", other.size);
            let other = TreeHead { size: new.size ^ 1 << bit, ..new };
            let same_shape = consistency_shape(old_size, other.size) == shape;
            prop_assert_eq!(consistency::verify(old, other, &proof).is_ok(), same_shape, "new size {}", other.size);
        }
    }

    /// Two histories that differ in one event never fit each other, whichever event it is.
    #[test]
    fn a_rewritten_event_breaks_consistency(
        size in 2_u64..200,
        old in any::<prop::sample::Index>(),
        at in any::<prop::sample::Index>(),
    ) {
        let honest = tree_of(size);
        let old_size = 1 + old.index(size as usize - 1) as u64;
        let changed = at.index(old_size as usize) as u64;
        let event = |index: u64| if index == changed { u64::MAX } else { index };
        let rewritten: MemoryTree = (0..size).map(|index| leaf_of_event(&event(index).to_be_bytes())).collect();
        let proof = consistency::prove(old_size, size, &rewritten).unwrap();
        let old = tree_of(old_size).head();
        prop_assert!(consistency::verify(old, rewritten.head(), &proof).is_err());
        let honest_proof = consistency::prove(old_size, size, &honest).unwrap();
        prop_assert!(consistency::verify(old, rewritten.head(), &honest_proof).is_err());
    }
}

/// A changed byte of a signed checkpoint either makes it no checkpoint, or its signature false or unknown; never another
/// checkpoint that is believed.
#[test]
fn a_signed_checkpoint_binds_every_bit() {
    let key = SigningKey::from_seed("example.org/log", &[4; 32]).unwrap();
    let head = TreeHead { size: 70_000, root: Hash::from_bytes([0x5a; 32]) };
    let checkpoint =
        Checkpoint { extensions: vec!["extension".to_owned()], ..Checkpoint::new("example.org/log", head) };
    let signed = SignedCheckpoint::sign(&checkpoint, &key).unwrap();
    let believed = |bytes: &[u8], key: &VerifierKey| {
        SignedCheckpoint::parse_bytes(bytes).ok().and_then(|signed| signed.verify(key).ok())
    };
    let bytes = signed.text().as_bytes();
    assert_eq!(believed(bytes, &key.verifier()), Some(checkpoint));
    for bit in 0..bytes.len() * 8 {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(believed(&changed, &key.verifier()), None, "bit {bit}");
    }
    for end in 0..bytes.len() {
        assert_eq!(believed(&bytes[..end], &key.verifier()), None, "cut at {end}");
    }
}

#[test]
fn sizes_beyond_the_limit_never_verify() {
    let tree = tree_of(1);
    let leaf = leaf_of_event(&0_u64.to_be_bytes());
    for size in [MAX_TREE_SIZE + 1, u64::MAX] {
        let head = TreeHead { size, root: tree.root() };
        assert!(inclusion::verify(leaf, 0, head, &[]).is_err());
        assert!(consistency::verify(tree.head(), head, &[]).is_err());
    }
}
