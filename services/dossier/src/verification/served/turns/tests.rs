//! A key is believed because the one before says so, and for no other reason.

use dossier_exchange::{
    Source as _,
    conformance::{Shelf, signer},
};
use dossier_proof::SigningKey;

use super::*;

const ORIGIN: Origin = Origin::Moderation;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed("test/moderation", &[seed; 32]).unwrap()
}

fn known() -> KeyHistory {
    signer(ORIGIN).verifier().into()
}

#[test]
fn keys_are_followed_and_what_ended_each_is_compared() {
    let shelf = Shelf::new(ORIGIN);
    shelf.fill(3);
    shelf.rotate(key(11));
    shelf.fill(1);
    shelf.rotate(key(12));
    let turns = shelf.key_turns(0, 64).unwrap();
    let found = follow(ORIGIN, &known(), &turns).unwrap();
    assert_eq!(found.keys.current(), &key(12).verifier());
    assert_eq!(found.heads.iter().map(|head| head.size).collect::<Vec<_>>(), [4, 6]);
    let again = follow(ORIGIN, &found.keys, &turns).unwrap();
    assert_eq!((again.keys, again.heads), (found.keys, Vec::new()), "what is known is no news");
}

#[test]
fn p9_a_turn_that_the_old_key_has_not_signed_is_a_doubt() {
    let thief = Shelf::signed_by(ORIGIN, key(66));
    thief.fill(3);
    thief.rotate(key(67));
    let doubt = follow(ORIGIN, &known(), &thief.key_turns(0, 64).unwrap()).unwrap_err();
    assert_eq!((doubt.origin, doubt.kind, doubt.class), (ORIGIN, DoubtKind::NotSigned, Class::Unsigned));
    assert!(doubt.found.contains("gives up the key"), "{doubt}");
}
