//! What is learnt, from what, and for how long.

use std::sync::Arc;

use dossier_proof::SigningKey;

use super::*;
use crate::{
    Source,
    conformance::{Shelf, signer},
};

const ORIGIN: Origin = Origin::Moderation;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("test/moderation", &[seed; 32]).unwrap()
}

fn first() -> BTreeMap<Origin, KeyHistory> {
    BTreeMap::from([(ORIGIN, signer(ORIGIN).verifier().into())])
}

/// Three events, another key, one event, twice another key in a row.
fn shelf() -> Arc<Shelf> {
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(3);
    shelf.rotate(key(11));
    shelf.fill(1);
    shelf.rotate(key(12));
    shelf.rotate(key(13));
    shelf
}

fn proofs(shelf: &Shelf) -> Vec<LogProof> {
    Source::key_turns(shelf, 0, TURNS_PER_ANSWER).unwrap()
}

fn refused(ring: &KeyRing, proofs: &[LogProof]) -> String {
    let before = ring.history(ORIGIN);
    let refused = ring.learn(ORIGIN, proofs).unwrap_err().to_string();
    assert_eq!(ring.history(ORIGIN), before, "nothing was learnt");
    refused
}

#[test]
fn what_was_learnt_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("learnt-keys.json");
    let ring = KeyRing::open(&file, first()).unwrap();
    let proofs = proofs(&shelf());
    assert_eq!(ring.learn(ORIGIN, &proofs[..1]).unwrap(), 1);
    assert_eq!(ring.learn(ORIGIN, &proofs).unwrap(), 2, "one is known");
    assert_eq!(ring.learn(ORIGIN, &proofs).unwrap(), 0);
    assert_eq!(ring.current(ORIGIN), Some(key(13).verifier()));
    let again = KeyRing::open(&file, first()).unwrap();
    assert_eq!(again.history(ORIGIN), ring.history(ORIGIN));
    // Told of them too: a newer file of the deployment.
    let told = BTreeMap::from([(ORIGIN, ring.history(ORIGIN).unwrap())]);
    assert_eq!(KeyRing::open(&file, told).unwrap().history(ORIGIN), ring.history(ORIGIN));
}

#[test]
fn a_file_that_does_not_follow_from_the_first_key_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("learnt-keys.json");
    KeyRing::open(&file, first()).unwrap().learn(ORIGIN, &proofs(&shelf())).unwrap();
    let other = BTreeMap::from([(ORIGIN, key(77).verifier().into())]);
    let refused = KeyRing::open(&file, other).unwrap_err().to_string();
    assert!(refused.contains("does not fit the keys of the installation"), "{refused}");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&file, text.replace("index 3", "index 2")).unwrap();
    KeyRing::open(&file, first()).unwrap_err();
    fs::write(&file, "{").unwrap();
    KeyRing::open(&file, first()).unwrap_err();
}

#[test]
fn a_proof_that_leaves_one_out_proves_nothing() {
    let (ring, proofs) = (KeyRing::from(first()), proofs(&shelf()));
    assert!(refused(&ring, &proofs[1..]).contains("gives up the key"));
    assert!(refused(&ring, &[proofs[0].clone(), proofs[2].clone()]).contains("gives up the key"));
    let other = ring.learn(Origin::Audit, &proofs).unwrap_err().to_string();
    assert!(other.contains("no key of audit is known"), "{other}");
}

/// A key that was given up names a follower of its own: who knows the true one believes nothing of it.
#[test]
fn a_stolen_key_names_nobody_any_more() {
    let ring = KeyRing::from(first());
    ring.learn(ORIGIN, &proofs(&shelf())[..1]).unwrap();
    for before in [0, 3, 4, 9] {
        let forged = Shelf::new(ORIGIN);
        forged.fill(before);
        forged.rotate(key(66));
        refused(&ring, &proofs(&forged));
    }
    // Nor does the present one, where the former signs.
    let early = Shelf::signed_by(ORIGIN, key(11));
    early.fill(1);
    early.rotate(key(66));
    refused(&ring, &proofs(&early));
}

#[test]
fn a_proof_is_of_the_event_that_ends_the_checkpoint() {
    let (ring, shelf) = (KeyRing::from(first()), shelf());
    let good = proofs(&shelf)[0].clone();
    // The same event under a later checkpoint, which the next key signs.
    let later = Source::checkpoint_at(&*shelf, crate::Position { epoch: 0, sequence: 5 }).unwrap().unwrap();
    let text = good.to_string();
    let path: Vec<_> = text
        .lines()
        .skip(3)
        .take_while(|line| !line.is_empty())
        .map(|line| dossier_proof::Hash::from_base64(line).unwrap())
        .collect();
    let moved = LogProof::new(good.extra().to_vec(), good.index(), path.clone(), later).unwrap();
    assert!(refused(&ring, &[moved]).contains("another place"));
    let elsewhere = LogProof::new(good.extra().to_vec(), 2, path.clone(), good.unverified().clone()).unwrap();
    assert!(refused(&ring, &[elsewhere]).contains("another place"));
    let cut = LogProof::new(good.extra().to_vec(), good.index(), path[1..].to_vec(), good.unverified().clone());
    refused(&ring, &[cut.unwrap()]);
    let without = LogProof::new(b"nothing".to_vec(), good.index(), path, good.unverified().clone());
    assert!(refused(&ring, &[without.unwrap()]).contains("no event"));
    ring.learn(ORIGIN, &[good]).unwrap();
}

#[test]
fn a_former_key_signs_nothing_of_later_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("learnt-keys.json");
    KeyRing::open(&file, first()).unwrap().learn(ORIGIN, &proofs(&shelf())).unwrap();
    // The same history as the thief of the first key would go on with it.
    let forged = Shelf::new(ORIGIN);
    forged.fill(20);
    let signed = Source::checkpoint(&*forged).unwrap();
    let history = KeyRing::open(&file, first()).unwrap().history(ORIGIN).unwrap();
    assert!(matches!(history.verify(&signed), Err(HistoryError::NotInForce { .. })));
    let forgetful = KeyRing::from(first()).history(ORIGIN).unwrap();
    assert!(forgetful.verify(&signed).is_ok(), "who had not learnt it would have believed this");
}
