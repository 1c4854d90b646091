//! Which generation signs what.

use super::*;

fn key(generation: u32) -> SigningKey {
    SigningKey::from_seed("example.org/log", &[u8::try_from(generation).unwrap(); 32]).unwrap()
}

fn signers() -> Signers {
    Signers::generations(key(1), |generation| Some(key(generation)))
}

fn turn(former: u32, next: u32) -> KeyTurn {
    KeyTurn { former: key(former).verifier().to_string(), verifier: key(next).verifier().to_string() }
}

fn at(size: u64) -> Stand {
    Stand { epoch: 0, size }
}

#[test]
fn the_event_itself_is_signed_with_the_former_key() {
    let signers = signers();
    signers.settle([(at(5), turn(1, 2)), (at(6), turn(2, 3))]).unwrap();
    let signs = |size| signers.at(at(size)).verifier();
    assert_eq!([signs(0), signs(5), signs(6), signs(7)], [1, 1, 2, 3].map(|generation| key(generation).verifier()));
    assert_eq!((signers.generation(), signers.current().verifier()), (3, key(3).verifier()));
    assert_eq!(signers.following().unwrap().verifier(), key(4).verifier());
}

#[test]
fn a_key_that_does_not_follow_from_the_secret_is_refused() {
    let signers = signers();
    assert!(matches!(signers.turn(at(5), &turn(1, 9)), Err(SignersError::NotOurs(_))));
    assert!(matches!(signers.turn(at(5), &turn(2, 3)), Err(SignersError::Turn(_))));
    assert_eq!(signers.generation(), 1);
    let single = Signers::from(key(1));
    assert_eq!(single.turn(at(5), &turn(1, 2)), Err(SignersError::OnlyOne));
}

#[test]
fn what_is_presumed_ends_when_the_journal_is_known() {
    let signers = signers().presumed(3);
    assert_eq!(signers.current().verifier(), key(3).verifier());
    assert!(signers.present_and_later().contains(&key(4).verifier()));
    signers.settle([(at(5), turn(1, 2))]).unwrap();
    assert_eq!(signers.current().verifier(), key(2).verifier());
    let recognised = signers.present_and_later();
    assert!(recognised.contains(&key(3).verifier()) && !recognised.contains(&key(1).verifier()), "never a former key");
}
