//! Evidence of two histories, and what is none.

use dossier_proof::tree::{TreeHead, consistency};

use super::*;
use crate::{FORK_BYTES_MAX, Fork, ForkError, ProvenFork};

fn proven(fork: &Fork) -> Result<ProvenFork, ForkError> {
    fork.verify(|signed| known().believe(signed.clone()).map(drop).map_err(|error| error.to_string()))
}

/// The log had `old` entries, and then shows another tree.
fn between(old: u64, shown: &MemoryTree) -> Fork {
    let tiles = fetched(shown, old).unwrap();
    Fork::between(&signed(&honest(old)), &signed(shown), tiles.head_at(old).unwrap(), &tiles.proof(old).unwrap())
}

#[test]
fn two_histories_are_proven_to_a_stranger() {
    for (old, new, fork) in [(20, 31, 7), (16, 31, 7), (1, 2, 0), (256, 600, 255), (20, 20, 19)] {
        let evidence = between(old, &log(new, fork));
        let read = Fork::parse(evidence.to_text().as_bytes()).unwrap();
        assert_eq!(read, evidence);
        let found = proven(&read).unwrap();
        assert_eq!((found.origin.as_str(), found.at), (ORIGIN, old));
        assert_eq!((found.first, found.second), (honest(old).root(), log(new, fork).node_root(old)));
    }
    let same = Fork::of_one_size(&signed(&honest(20)), &signed(&log(20, 3)));
    assert_eq!(proven(&same).unwrap().at, 20);
}

trait RootThen {
    fn node_root(&self, size: u64) -> Hash;
}

impl RootThen for MemoryTree {
    fn node_root(&self, size: u64) -> Hash {
        dossier_proof::root_at(size, self).unwrap()
    }
}

#[test]
fn an_honest_log_is_not_accused() {
    assert_eq!(proven(&between(20, &honest(31))), Err(ForkError::Agree));
    assert_eq!(proven(&Fork::of_one_size(&signed(&honest(20)), &signed(&honest(20)))), Err(ForkError::Agree));
    // A root that the larger tree never had.
    let tree = honest(31);
    let proof = consistency::prove(20, 31, &tree).unwrap();
    let invented = TreeHead { size: 20, root: log(20, 3).root() };
    let accused = Fork::between(&signed(&honest(20)), &signed(&tree), invented, &proof);
    assert!(matches!(proven(&accused), Err(ForkError::NotProven(_))));
    // Of a size that is a power of two, the proof begins with the root itself.
    let proof = consistency::prove(16, 31, &tree).unwrap();
    let invented = TreeHead { size: 16, root: log(16, 3).root() };
    let accused = Fork::between(&signed(&honest(16)), &signed(&tree), invented, &proof);
    assert!(matches!(proven(&accused), Err(ForkError::NotProven(_))));
    // Every tree continues the empty one.
    let nothing = Fork::between(&signed(&honest(0)), &signed(&tree), TreeHead { size: 0, root: tree.root() }, &[]);
    assert!(proven(&nothing).is_err());
}

#[test]
fn nobody_else_can_make_evidence() {
    let forged = Fork::of_one_size(&signed(&honest(20)), &signed_by(&stranger(), ORIGIN, &log(20, 3)));
    assert!(matches!(proven(&forged), Err(ForkError::NotSigned(_))));
    let other = signed_by(&signer(), "test-1/submission/1", &log(20, 3));
    assert_eq!(proven(&Fork::of_one_size(&signed(&honest(20)), &other)), Err(ForkError::TwoLogs));
}

#[test]
fn no_byte_of_evidence_can_be_changed() {
    let evidence = between(20, &log(31, 7));
    let text = evidence.to_text();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        let read = Fork::parse(&bytes).and_then(|fork| proven(&fork));
        assert!(read.is_err(), "byte {at}");
    }
    assert!(Fork::parse(&vec![b' '; FORK_BYTES_MAX + 1]).is_err());
    assert!(Fork::parse(format!("{text} ").as_bytes()).is_err(), "one form only");
}
