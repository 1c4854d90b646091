use super::consistency::{self, ConsistencyError};
use super::inclusion::{self, InclusionError};
use super::*;
use crate::hash::{leaf_hash, node_hash};

/// The eight leaves that implementations of RFC 6962 have been tested with since the first one.
const CLASSIC_LEAVES: [&[u8]; 8] =
    [b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43", b"PQRSTUVW", b"`abcdefghijklmno"];

/// The root over the first 0 to 8 of them.
const CLASSIC_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Nodes of the classic tree as published: level 0 index 4, level 1 index 3, level 2 index 1.
const CLASSIC_NODES: [(u8, u64, &str); 3] = [
    (0, 4, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"),
    (1, 3, "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
    (2, 1, "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
];

fn hash(hex: &str) -> Hash {
    hex.parse().expect("a hash")
}

fn classic() -> MemoryTree {
    CLASSIC_LEAVES.iter().map(|leaf| leaf_hash(leaf)).collect()
}

fn tree_of(size: u64) -> MemoryTree {
    (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// The definition of RFC 6962, section 2.1, word for word: slow, and shares nothing with what it checks.
fn definition(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            node_hash(&definition(&leaves[..k]), &definition(&leaves[k..]))
        }
    }
}

/// The nodes a plan is folded from, hash by hash of the proof, as (level, index).
fn nodes(plan: &[Subtree]) -> Vec<Vec<(u8, u64)>> {
    plan.iter().map(|subtree| subtree.nodes().map(|node| (node.level(), node.index())).collect()).collect()
}

#[test]
fn the_classic_tree_has_its_known_roots_and_nodes() {
    let mut frontier = Frontier::new();
    assert_eq!(frontier.root(), hash(CLASSIC_ROOTS[0]));
    for (leaf, root) in CLASSIC_LEAVES.iter().zip(&CLASSIC_ROOTS[1..]) {
        frontier.append(leaf_hash(leaf));
        assert_eq!(frontier.root(), hash(root), "at size {}", frontier.size());
    }
    let tree = classic();
    for (level, index, expected) in CLASSIC_NODES {
        assert_eq!(tree.node(level, index), Ok(hash(expected)));
    }
    for (size, root) in (0..).zip(CLASSIC_ROOTS) {
        assert_eq!(root_at(size, &tree), Ok(hash(root)));
    }
}

#[test]
fn proofs_of_the_example_tree_of_rfc_6962_name_the_nodes_of_its_text() {
    // RFC 6962, section 2.1.3, with the nodes of its picture: a to f and j are leaves, g h i the pairs, k the first four,
    // l = hash(i, j).
    let (a, b, c, d, j) = ((0, 0), (0, 1), (0, 2), (0, 3), (0, 6));
    let (f, g, h, i, k) = ((0, 5), (1, 0), (1, 1), (1, 2), (2, 0));
    let l = vec![i, j];
    let inclusion = |index| nodes(&inclusion::plan(index, 7).unwrap());
    assert_eq!(inclusion(0), [vec![b], vec![h], l.clone()]);
    assert_eq!(inclusion(3), [vec![c], vec![g], l.clone()]);
    assert_eq!(inclusion(4), [vec![f], vec![j], vec![k]]);
    assert_eq!(inclusion(6), [vec![i], vec![k]]);
    let consistency = |old| nodes(&consistency::plan(old, 7).unwrap());
    assert_eq!(consistency(3), [vec![c], vec![d], vec![g], l.clone()]);
    assert_eq!(consistency(4), [l]);
    assert_eq!(consistency(6), [vec![i], vec![j], vec![k]]);
    assert_eq!(nodes(&inclusion::plan(1, 2).unwrap()), [vec![a]]);
}

#[test]
fn every_root_and_proof_of_a_small_tree_holds_and_is_as_defined() {
    const SIZE: u64 = 70;
    let tree = tree_of(SIZE);
    let leaves: Vec<Hash> = (0..SIZE).map(|index| tree.node(0, index).unwrap()).collect();
    for size in 0..=SIZE {
        let head = TreeHead { size, root: definition(&leaves[..size as usize]) };
        assert_eq!(root_at(size, &tree), Ok(head.root));
        for index in 0..size {
            let proof = inclusion::prove(index, size, &tree).unwrap();
            inclusion::verify(leaves[index as usize], index, head, &proof).unwrap();
            let plan = inclusion::plan(index, size).unwrap();
            assert!(plan.len() <= MAX_PROOF_HASHES);
            let by_definition = |subtree: &Subtree| {
                let range = subtree.leaves();
                definition(&leaves[range.start as usize..range.end as usize])
            };
            assert_eq!(proof, plan.iter().map(by_definition).collect::<Vec<_>>());
        }
        for old_size in 0..=size {
            let old = TreeHead { size: old_size, root: definition(&leaves[..old_size as usize]) };
            let proof = consistency::prove(old_size, size, &tree).unwrap();
            consistency::verify(old, head, &proof).unwrap();
        }
    }
}

#[test]
fn a_frontier_survives_taking_apart_and_goes_on_alike() {
    let tree = tree_of(300);
    let mut frontier = Frontier::new();
    for size in 0..300 {
        assert_eq!(frontier.size(), size);
        assert_eq!(frontier.hashes().len() as u32, size.count_ones());
        let mut again = Frontier::from_parts(size, frontier.hashes()).unwrap();
        assert_eq!(again, frontier);
        assert_eq!(Frontier::from_source(size, &tree).unwrap(), frontier);
        let named: Vec<Hash> =
            Frontier::nodes(size).unwrap().map(|node| tree.node(node.level(), node.index()).unwrap()).collect();
        assert_eq!(named, frontier.hashes());
        assert_eq!(frontier.root(), root_at(size, &tree).unwrap());
        frontier.append(tree.node(0, size).unwrap());
        again.append(tree.node(0, size).unwrap());
        assert_eq!(again.head(), frontier.head());
        assert_ne!(again, Frontier::new());
        assert_ne!(Frontier::new(), again, "unused levels do not count, the size does");
    }
}

#[test]
fn parts_that_do_not_fit_the_size_are_no_frontier() {
    let hashes = tree_of(7).frontier_hashes();
    assert_eq!(hashes.len(), 3);
    let wrong = |size, expected| Err(FrontierError::WrongCount { size, expected });
    assert_eq!(Frontier::from_parts(7, hashes[..2].to_vec()), wrong(7, 3));
    assert_eq!(Frontier::from_parts(6, hashes.clone()), wrong(6, 2));
    assert_eq!(Frontier::from_parts(0, hashes.clone()), wrong(0, 0));
    let large = MAX_TREE_SIZE + 1;
    assert_eq!(Frontier::from_parts(large, hashes), Err(RangeError::TreeTooLarge { size: large }.into()));
}

#[test]
fn an_append_shows_each_complete_subtree_once_and_from_the_leaf_up() {
    let tree = tree_of(64);
    let mut frontier = Frontier::new();
    let mut shown = Vec::new();
    for index in 0..64 {
        let mut level = 0;
        frontier.append_with(tree.node(0, index).unwrap(), |node, hash| {
            assert_eq!(node.level(), level);
            assert_eq!(node.leaves().end, index + 1);
            assert_eq!(tree.node(node.level(), node.index()), Ok(hash));
            level += 1;
            shown.push(node);
        });
    }
    let count = shown.len();
    shown.sort();
    shown.dedup();
    assert_eq!((shown.len(), count), (127, 127), "64 + 32 + 16 + 8 + 4 + 2 + 1");
}

#[test]
fn the_largest_tree_overflows_nothing() {
    let last = MAX_TREE_SIZE - 1;
    assert_eq!(inclusion::plan(last, MAX_TREE_SIZE).unwrap().len(), 62);
    let (longest, all_ones) = (last, last);
    assert_eq!(consistency::plan(longest, MAX_TREE_SIZE).unwrap().len(), MAX_PROOF_HASHES);
    let nodes = Frontier::nodes(all_ones).unwrap();
    let hashes: Vec<Hash> = nodes.map(|node| leaf_hash(node.to_string().as_bytes())).collect();
    assert_eq!(hashes.len(), 62);
    let mut frontier = Frontier::from_parts(all_ones, hashes).unwrap();
    frontier.append(Hash::EMPTY_ROOT);
    assert_eq!((frontier.size(), frontier.hashes().len()), (MAX_TREE_SIZE, 1));
    // Beyond the limit appending still works; only such a frontier is not taken back.
    frontier.append(Hash::EMPTY_ROOT);
    assert_eq!((frontier.size(), frontier.hashes().len()), (MAX_TREE_SIZE + 1, 2));
    let proof = [Hash::EMPTY_ROOT; MAX_PROOF_HASHES];
    let head = TreeHead { size: MAX_TREE_SIZE, root: Hash::EMPTY_ROOT };
    assert!(matches!(
        inclusion::verify(Hash::EMPTY_ROOT, last, head, &proof[..62]),
        Err(InclusionError::WrongRoot { .. })
    ));
    let old = TreeHead { size: last, ..head };
    assert!(matches!(consistency::verify(old, head, &proof), Err(ConsistencyError::WrongOldRoot { .. })));
}

#[test]
fn questions_without_an_answer_are_refused() {
    let tree = tree_of(5);
    let head = tree.head();
    let leaf = tree.node(0, 0).unwrap();
    for (index, size) in [(0, 0), (1, 0), (5, 5), (u64::MAX, 5)] {
        let outside = RangeError::LeafOutside { index, size };
        assert_eq!(inclusion::plan(index, size), Err(outside));
        assert_eq!(inclusion::prove(index, size, &tree), Err(outside.into()));
        assert_eq!(inclusion::verify(leaf, index, TreeHead { size, ..head }, &[]), Err(outside.into()));
    }
    let too_large = RangeError::TreeTooLarge { size: u64::MAX };
    assert_eq!(inclusion::plan(0, u64::MAX), Err(too_large));
    assert_eq!(consistency::plan(0, u64::MAX), Err(too_large));
    assert_eq!(root_at(u64::MAX, &tree), Err(too_large.into()));
    assert_eq!(Frontier::nodes(u64::MAX).err(), Some(too_large));
    let shrinks = RangeError::Shrinks { old: 5, new: 4 };
    assert_eq!(consistency::plan(5, 4), Err(shrinks));
    assert_eq!(consistency::verify(head, TreeHead { size: 4, ..head }, &[]), Err(shrinks.into()));
}

#[test]
fn a_proof_of_another_length_is_refused_before_anything_is_hashed() {
    let tree = tree_of(6);
    let (head, old) = (tree.head(), TreeHead { size: 3, root: root_at(3, &tree).unwrap() });
    let hashes = [tree.root(); 5];
    for found in [0, 1, 2, 4, 5] {
        let wrong = InclusionError::WrongLength { expected: 3, found };
        assert_eq!(inclusion::verify(hashes[0], 0, head, &hashes[..found]), Err(wrong));
    }
    for found in [0, 1, 2, 3, 5] {
        let wrong = ConsistencyError::WrongLength { expected: 4, found };
        assert_eq!(consistency::verify(old, head, &hashes[..found]), Err(wrong));
    }
}

#[test]
fn a_node_the_source_lacks_is_named() {
    let tree = tree_of(5);
    let missing = MissingNode { level: 1, index: 2, size: 5 };
    let node = NodeId::new(1, 2).unwrap();
    assert_eq!(inclusion::prove(0, 6, &tree), Err(ProveError::Source { node, source: missing }));
    assert_eq!(root_at(6, &tree), Err(ProveError::Source { node, source: missing }));
    assert_eq!(tree.node(200, u64::MAX), Err(MissingNode { level: 200, index: u64::MAX, size: 5 }));
}

#[test]
fn growth_from_nothing_needs_no_proof_and_proves_nothing() {
    let tree = tree_of(3);
    assert_eq!(consistency::prove(0, 3, &tree), Ok(vec![]));
    assert_eq!(consistency::verify(TreeHead::EMPTY, tree.head(), &[]), Ok(()));
    assert_eq!(consistency::verify(TreeHead::EMPTY, TreeHead::EMPTY, &[]), Ok(()));
    // But the empty tree has one root, on either side, and the proof must be empty.
    let wrong_root = TreeHead { size: 0, root: tree.root() };
    assert!(matches!(consistency::verify(wrong_root, tree.head(), &[]), Err(ConsistencyError::WrongOldRoot { .. })));
    assert!(matches!(
        consistency::verify(TreeHead::EMPTY, wrong_root, &[]),
        Err(ConsistencyError::WrongNewRoot { .. })
    ));
    let too_long = Err(ConsistencyError::WrongLength { expected: 0, found: 1 });
    assert_eq!(consistency::verify(TreeHead::EMPTY, tree.head(), &[tree.root()]), too_long);
    assert_eq!(consistency::verify(tree.head(), tree.head(), &[tree.root()]), too_long);
}

#[test]
fn equal_sizes_need_equal_roots() {
    let (tree, other) = (tree_of(3), classic());
    assert_eq!(consistency::verify(tree.head(), tree.head(), &[]), Ok(()));
    let forked = TreeHead { size: 3, root: root_at(3, &other).unwrap() };
    assert!(matches!(consistency::verify(tree.head(), forked, &[]), Err(ConsistencyError::WrongNewRoot { .. })));
}

#[test]
fn nodes_beyond_the_largest_tree_have_no_name() {
    assert_eq!(NodeId::new(0, MAX_TREE_SIZE - 1).map(NodeId::leaves), Some(MAX_TREE_SIZE - 1..MAX_TREE_SIZE));
    assert_eq!(NodeId::new(62, 0).map(NodeId::leaves), Some(0..MAX_TREE_SIZE));
    assert_eq!(NodeId::new(0, MAX_TREE_SIZE), None);
    assert_eq!(NodeId::new(62, 1), None);
    assert_eq!(NodeId::new(63, 0), None);
    assert_eq!(NodeId::new(255, 0), None);
}

impl MemoryTree {
    fn frontier_hashes(&self) -> Vec<Hash> {
        Frontier::from_source(self.size(), self).unwrap().hashes()
    }
}
