//! Which key signs what, and who is believed.

use super::*;
use crate::{SigningKey, leaf_of_event, tree::MemoryTree};

const LOG: &str = "example.org/moderation";

fn key(seed: u8) -> SigningKey {
    SigningKey::from_seed(LOG, &[seed; 32]).unwrap()
}

fn at(epoch: u32, size: u64) -> Stand {
    Stand { epoch, size }
}

fn signed(stand: Stand, key: &SigningKey) -> SignedCheckpoint {
    let tree: MemoryTree = (0..stand.size).map(|n| leaf_of_event(&n.to_be_bytes())).collect();
    SignedCheckpoint::sign(&Checkpoint::new(format!("{LOG}/{}", stand.epoch), tree.head()), key).unwrap()
}

/// Keys 1, 2 and 3: the first up to 0/7, the second up to 0/8, so twice in a row.
fn history() -> KeyHistory {
    let mut history = KeyHistory::from(key(1).verifier());
    for (after, former, new) in [(at(0, 7), 1, 2), (at(0, 8), 2, 3)] {
        let (former, new) = (key(former).verifier().to_string(), key(new).verifier().to_string());
        assert!(history.turn(after, &former, &new).unwrap());
        assert!(!history.turn(after, &former, &new).unwrap(), "told again it is no news");
    }
    history
}

#[test]
fn each_key_signs_one_stretch_and_no_other() {
    let history = history();
    let reigning = [(at(0, 0), 1), (at(0, 7), 1), (at(0, 8), 2), (at(0, 9), 3), (at(1, 0), 3), (at(2, 5), 3)];
    for (stand, reigns) in reigning {
        for seed in 1..=3 {
            let verified = history.verify(&signed(stand, &key(seed)));
            if seed == reigns {
                assert_eq!(verified.unwrap().0, stand);
                continue;
            }
            let found = Box::new(key(seed).verifier());
            assert_eq!(verified.unwrap_err(), HistoryError::NotInForce { at: stand, found }, "key {seed} at {stand}");
        }
        assert_eq!(history.verify(&signed(stand, &key(4))).unwrap_err(), HistoryError::Unknown);
    }
}

#[test]
fn a_key_is_followed_by_who_is_named_by_the_one_in_force() {
    let text = |seed: u8| key(seed).verifier().to_string();
    let mut history = history();
    let before = history.clone();
    let refused =
        |history: &mut KeyHistory, after, former: &str, new: &str| history.turn(after, former, new).unwrap_err();
    assert!(
        matches!(refused(&mut history, at(0, 9), &text(1), &text(4)), TurnError::NotInForce { .. }),
        "a former key"
    );
    assert!(
        matches!(refused(&mut history, at(0, 9), &text(3), &text(1)), TurnError::Again(_)),
        "a former key comes back"
    );
    assert!(matches!(refused(&mut history, at(0, 9), &text(3), &text(3)), TurnError::Again(_)), "the same key");
    assert!(
        matches!(refused(&mut history, at(0, 8), &text(3), &text(4)), TurnError::NotAfter { .. }),
        "the same place"
    );
    assert!(matches!(refused(&mut history, at(0, 3), &text(3), &text(4)), TurnError::NotAfter { .. }), "earlier");
    assert!(matches!(refused(&mut history, at(0, 9), &text(3), "nothing"), TurnError::NoKey));
    let foreign = SigningKey::from_seed("example.org/submission", &[9; 32]).unwrap().verifier().to_string();
    assert!(matches!(refused(&mut history, at(0, 9), &text(3), &foreign), TurnError::OtherLog { .. }));
    assert_eq!(history, before, "nothing was taken");
    assert!(history.turn(at(1, 1), &text(3), &text(4)).unwrap(), "in a later epoch");
}

#[test]
fn another_log_is_none_of_ours() {
    let other = SigningKey::from_seed("example.org/moderation2", &[1; 32]).unwrap();
    for origin in ["example.org/moderation2/0", "example.org/moderation", "example.org/moderation/00", LOG] {
        let signed = SignedCheckpoint::sign(&Checkpoint::new(origin, MemoryTree::new().head()), &other).unwrap();
        assert!(matches!(history().verify(&signed), Err(HistoryError::Checkpoint(_))), "{origin}");
    }
}

#[test]
fn two_histories_agree_when_one_only_knows_more() {
    let (all, first) = (history(), KeyHistory::from(key(1).verifier()));
    assert!(all.agrees_with(&first) && first.agrees_with(&all) && all.agrees_with(&all.until(at(0, 7))));
    assert_eq!(all.until(at(0, 7)).current(), &key(2).verifier());
    let mut forked = first;
    forked.turn(at(0, 7), &key(1).verifier().to_string(), &key(9).verifier().to_string()).unwrap();
    assert!(!all.agrees_with(&forked));
}
