//! What may be cosigned, and what may not.

use dossier_proof::tree::consistency;
use proptest::prelude::*;

use super::*;
use crate::{Continuing, Kept, Refusal, TILES_MAX, file_name};

fn kept(tree: &MemoryTree) -> Kept {
    Continuing::check(None, believed(tree), &[]).unwrap().cosign(&witness(), NOW).unwrap()
}

fn proof(old: u64, new: &MemoryTree) -> Vec<Hash> {
    consistency::prove(old, new.size(), new).unwrap()
}

#[test]
fn a_tree_that_grows_is_cosigned_again_and_again() {
    let mut last = kept(&honest(1));
    for size in [1, 2, 3, 255, 256, 257, 700] {
        let tree = honest(size);
        let proof = fetched(&tree, last.head().size).unwrap().proof(last.head().size).unwrap();
        let next = Continuing::check(Some(&last), believed(&tree), &proof).unwrap();
        last = next.cosign(&witness(), NOW + size).unwrap();
        assert_eq!(last.head(), tree.head());
        assert_eq!(last.signed().cosigned_at(&witness().verifier()).unwrap(), NOW + size);
    }
}

#[test]
fn another_history_is_refused_whatever_is_said_of_it() {
    let before = kept(&honest(20));
    let other = log(31, 7);
    for proof in [proof(20, &other), proof(20, &honest(31)), Vec::new()] {
        let refused = Continuing::check(Some(&before), believed(&other), &proof).unwrap_err();
        assert!(matches!(refused, Refusal::NotProven { kept: 20, .. }), "{refused}");
    }
    let same_size = Continuing::check(Some(&before), believed(&log(20, 7)), &[]).unwrap_err();
    assert_eq!(same_size, Refusal::OtherRoot { size: 20 });
}

#[test]
fn less_than_before_is_refused() {
    let refused = Continuing::check(Some(&kept(&honest(20))), believed(&honest(19)), &[]).unwrap_err();
    assert_eq!(refused, Refusal::Less { kept: 20, shown: 19 });
}

#[test]
fn a_tree_is_compared_with_what_is_kept_of_its_own_log() {
    let other = signed_by(&signer(), "test-1/submission/1", &honest(30));
    let other = known().believe(other).unwrap();
    let refused = Continuing::check(Some(&kept(&honest(20))), other, &proof(20, &honest(30))).unwrap_err();
    assert!(matches!(refused, Refusal::OtherLog { .. }), "{refused}");
}

#[test]
fn time_does_not_go_back_where_a_clock_does() {
    let before = kept(&honest(20));
    let next = Continuing::check(Some(&before), believed(&honest(20)), &[]).unwrap();
    assert_eq!(next.cosign(&witness(), NOW - 500).unwrap().cosigned_at(), NOW);
}

#[test]
fn what_is_kept_is_read_back_and_what_was_changed_is_not() {
    let before = kept(&honest(20));
    let text = before.signed().text();
    assert_eq!(Kept::parse(text.as_bytes(), &witness().verifier()).unwrap(), before);
    assert!(Kept::parse(signed(&honest(20)).text().as_bytes(), &witness().verifier()).is_err(), "not cosigned");
    let other = CosigningKey::from_seed("witness.example", &[4; 32]).unwrap();
    assert!(Kept::parse(text.as_bytes(), &other.verifier()).is_err(), "somebody else's");
    let changed = text.replacen("\n20\n", "\n21\n", 1);
    assert!(Kept::parse(changed.as_bytes(), &witness().verifier()).is_err());
}

#[test]
fn two_logs_never_share_a_file() {
    let names = ["a/b/0", "a-b/0", "a/b/00", "../../etc", ".", "a/b/0 ", &"x".repeat(300)].map(file_name);
    let distinct: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), names.len(), "{names:?}");
    for name in &names {
        assert!(name.len() < 200 && !name.contains('/') && !name.starts_with('.'), "{name}");
    }
}

#[test]
fn tiles_that_are_not_those_of_the_tree_prove_nothing() {
    let (before, tree) = (kept(&honest(300)), honest(600));
    let right = fetched(&tree, 300).unwrap();
    Continuing::check(Some(&before), believed(&tree), &right.proof(300).unwrap()).unwrap();
    for tile in right.needed(300).unwrap() {
        let mut wrong = right.clone();
        let mut bytes = bytes_of(&tree, tile);
        assert!(wrong.put(tile, &bytes[1..]).is_err(), "no tile");
        assert!(tile.width() == 1 || wrong.put(tile, &bytes[32..]).is_err(), "another width");
        bytes.iter_mut().step_by(32).for_each(|byte| *byte ^= 1);
        wrong.put(tile, &bytes).unwrap();
        let proof = wrong.proof(300).unwrap();
        assert!(Continuing::check(Some(&before), believed(&tree), &proof).is_err(), "{tile}");
    }
    assert!(matches!(Tiles::of(600).proof(300), Err(TilesError::Missing(_))));
    assert!(matches!(Tiles::of(200).needed(300), Err(TilesError::Range(_))), "it shrinks");
}

#[test]
fn a_look_at_the_largest_logs_takes_a_few_tiles() {
    let sizes =
        (0..62_u32).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1, 0x2aaa_aaaa_aaaa_aaaa >> bit]);
    let sizes: Vec<u64> = sizes.filter(|size| *size > 0).collect();
    let mut most = 0;
    for new in &sizes {
        for old in sizes.iter().filter(|old| *old <= new).step_by(3) {
            most = most.max(Tiles::of(*new).needed(*old).unwrap().len());
        }
    }
    assert!(most <= TILES_MAX, "{most}");
}

proptest! {
    #[test]
    fn every_growth_is_proven_from_tiles_and_no_other_history_is((old, more, fork) in (1_u64..900, 0_u64..900, 0_u64..900)) {
        let (new, fork) = (honest(old + more), fork % old);
        let before = kept(&honest(old));
        let tiles = fetched(&new, old).unwrap();
        prop_assert!(Continuing::check(Some(&before), believed(&new), &tiles.proof(old).unwrap()).is_ok());
        prop_assert_eq!(tiles.head_at(old).unwrap(), honest(old).head());
        let other = log(old + more, fork);
        let tiles = fetched(&other, old).unwrap();
        prop_assert!(Continuing::check(Some(&before), believed(&other), &tiles.proof(old).unwrap()).is_err());
    }
}
