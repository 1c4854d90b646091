//! The tree against another implementation of RFC 6962: [`ct_merkle`](https://docs.rs/ct-merkle). Roots, proofs and verdicts
//! must be the same for all small trees and for random larger ones.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use dossier_proof::{Frontier, Hash, MemoryTree, TreeHead, consistency, entry_hash, inclusion, leaf_of_event};
use proptest::prelude::*;
use sha2::Sha256;

type Theirs = MemoryBackedTree<Sha256, [u8; 32]>;

/// The same events in both trees, and their heads at every size.
struct Both {
    ours: MemoryTree,
    heads: Vec<TreeHead>,
    theirs: Theirs,
}

fn event(index: u64) -> Vec<u8> {
    format!("event number {index}").into_bytes()
}

fn leaf(index: u64) -> Hash {
    leaf_of_event(&event(index))
}

fn both(size: u64) -> Both {
    let mut frontier = Frontier::new();
    let mut both = Both { ours: MemoryTree::new(), heads: vec![frontier.head()], theirs: Theirs::new() };
    for index in 0..size {
        frontier.append(leaf(index));
        both.heads.push(frontier.head());
        both.ours.append(leaf(index));
        both.theirs.push(entry_hash(&event(index)).to_bytes());
    }
    assert_eq!(both.ours.head(), frontier.head());
    assert_eq!(their_head(&both.theirs), frontier.head(), "{size} leaves");
    both
}

fn their_head(tree: &Theirs) -> TreeHead {
    TreeHead { size: tree.len(), root: Hash::from_bytes((*tree.root().as_bytes()).into()) }
}

fn their_root(head: TreeHead) -> RootHash<Sha256> {
    RootHash::new(head.root.to_bytes().into(), head.size)
}

fn bytes(proof: &[Hash]) -> Vec<u8> {
    proof.iter().flat_map(|hash| hash.to_bytes()).collect()
}

/// One leaf: the proof is the same bytes, and each side takes the other's.
fn compare_inclusion(both: &Both, index: u64) {
    let head = both.ours.head();
    let ours = inclusion::prove(index, head.size, &both.ours).expect("a proof");
    let theirs = both.theirs.prove_inclusion(usize::try_from(index).expect("a small index"));
    assert_eq!(bytes(&ours), theirs.as_bytes(), "leaf {index} of {}", head.size);
    inclusion::verify(leaf(index), index, head, &ours).expect("it holds for us");
    let proof = InclusionProof::try_from_bytes(bytes(&ours)).expect("a proof of theirs");
    let entry = entry_hash(&event(index)).to_bytes();
    their_root(head).verify_inclusion(&entry, index, &proof).expect("it holds for them");
}

/// Growth up to the whole tree: likewise.
fn compare_consistency(both: &Both, old_size: u64) {
    let head = both.ours.head();
    let old = both.heads[usize::try_from(old_size).expect("a small size")];
    let ours = consistency::prove(old_size, head.size, &both.ours).expect("a proof");
    let additions = usize::try_from(head.size - old_size).expect("a small number");
    let theirs = both.theirs.prove_consistency(additions);
    assert_eq!(bytes(&ours), theirs.as_bytes(), "from {old_size} to {}", head.size);
    consistency::verify(old, head, &ours).expect("it holds for us");
    let proof = ConsistencyProof::try_from_bytes(bytes(&ours)).expect("a proof of theirs");
    their_root(head).verify_consistency(&their_root(old), &proof).expect("it holds for them");
}

#[test]
fn all_small_trees_agree() {
    for size in 0..=66 {
        let both = both(size);
        (0..size).for_each(|index| compare_inclusion(&both, index));
        // ct-merkle has no proof from the empty tree.
        (1..=size).for_each(|old| compare_consistency(&both, old));
    }
}

#[test]
fn a_tree_over_many_levels_agrees() {
    let both = both(5_000);
    for index in [0, 1, 2_047, 2_048, 4_095, 4_096, 4_991, 4_992, 4_999] {
        compare_inclusion(&both, index);
        compare_consistency(&both, index + 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_trees_agree(size in 1_u64..3_000, picks in prop::collection::vec(any::<prop::sample::Index>(), 8)) {
        let both = both(size);
        for pick in picks {
            let index = pick.index(size as usize) as u64;
            compare_inclusion(&both, index);
            compare_consistency(&both, index + 1);
        }
    }

    /// Proofs with something wrong in them: both sides say the same.
    #[test]
    fn verdicts_on_wrong_proofs_agree(
        size in 1_u64..200,
        pick in any::<prop::sample::Index>(),
        claimed_size in 1_u64..200,
        claimed in any::<prop::sample::Index>(),
        change in 0_u8..4,
    ) {
        let both = both(size);
        let index = pick.index(size as usize) as u64;
        let mut proof = inclusion::prove(index, size, &both.ours).expect("a proof");
        match change {
            0 => {}
            1 => { proof.pop(); }
            2 => proof.push(leaf(0)),
            _ => proof.reverse(),
        }
        let claimed_index = claimed.index(claimed_size as usize) as u64;
        let head = TreeHead { size: claimed_size, root: both.ours.root() };
        let ours = inclusion::verify(leaf(index), claimed_index, head, &proof);
        let theirs = InclusionProof::try_from_bytes(bytes(&proof)).expect("whole hashes");
        let entry = entry_hash(&event(index)).to_bytes();
        let theirs = their_root(head).verify_inclusion(&entry, claimed_index, &theirs);
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} {:?}", ours, theirs);
    }
}
