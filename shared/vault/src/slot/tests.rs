//! What a slot says, and that altered slots say nothing.

use super::*;
use crate::material::{Material, Wrapper};

fn sample() -> Bytes {
    let material = Material { key: [1; 32], salt: [2; 32] };
    let id = material.id(Kind::Review);
    let wrapped = Wrapper::new(&[9; 32]).wrap(id, Kind::Review, &material).unwrap();
    live(id, Kind::Review, 300, &wrapped)
}

#[test]
fn a_live_slot_holds_the_key() {
    let Slot::Live { id, kind, place, wrapped } = Slot::read(&sample()) else { panic!("not live") };
    assert_eq!((kind, place), (Kind::Review, 300));
    let material = Wrapper::new(&[9; 32]).unwrap(id, kind, &wrapped).unwrap();
    assert_eq!((material.key, material.salt), ([1; 32], [2; 32]));
    assert!(Wrapper::new(&[8; 32]).unwrap(id, kind, &wrapped).is_none(), "another master key");
    assert!(Wrapper::new(&[9; 32]).unwrap(KeyId([0; 16]), kind, &wrapped).is_none(), "another id");
    assert!(Wrapper::new(&[9; 32]).unwrap(id, Kind::Person, &wrapped).is_none(), "another kind");
}

#[test]
fn a_tombstone_keeps_the_id_and_nothing_of_the_key() {
    let bytes = sample();
    let stone = tombstone_of(&bytes);
    assert!(matches!(Slot::read(&stone), Slot::Erased { place: 300, .. }));
    assert_eq!(stone[..KIND_AT], bytes[..KIND_AT]);
    assert!(stone[NONCE_AT..SUM_AT].iter().all(|byte| *byte == 0));
}

/// Every state in which an interrupted erasure can leave a slot says that it is to be finished, or is finished.
#[test]
fn an_interrupted_erasure_is_recognised_wherever_it_stopped() {
    let mut before = sample();
    assert!(matches!(Slot::read(&before), Slot::Live { .. }));
    before[STATE_AT] = ERASED;
    let after = tombstone_of(&before);
    for cut in 0..=SLOT {
        let mut torn = before;
        torn[..cut].copy_from_slice(&after[..cut]);
        let done = torn == after;
        match Slot::read(&torn) {
            Slot::Erased { .. } => assert!(done, "cut at {cut}"),
            Slot::HalfErased { id, place } => {
                assert!(!done, "cut at {cut}");
                assert_eq!((id.0.as_slice(), place), (&before[..KIND_AT], 300));
            }
            _ => panic!("cut at {cut}"),
        }
    }
}

#[test]
fn every_flipped_bit_of_a_live_slot_is_noticed() {
    let bytes = sample();
    for bit in 0..SLOT * 8 {
        let mut altered = bytes;
        altered[bit / 8] ^= 1 << (bit % 8);
        assert!(matches!(Slot::read(&altered), Slot::Damaged { torn: false }), "bit {bit}");
    }
}

#[test]
fn a_slot_written_in_part_counts_as_torn() {
    let bytes = sample();
    for cut in 1..SLOT {
        let mut front = [0; SLOT];
        front[..cut].copy_from_slice(&bytes[..cut]);
        let mut back = bytes;
        back[..cut].fill(0);
        if cut <= SLOT - 4 {
            assert!(matches!(Slot::read(&front), Slot::Damaged { torn: true }), "front {cut}");
        }
        if cut >= 8 {
            assert!(matches!(Slot::read(&back), Slot::Damaged { torn: true }), "back {cut}");
        }
    }
}

#[test]
fn the_states_differ_in_four_bits_at_least() {
    let empty = 0;
    let states = [empty, LIVE, ERASED, VOID];
    for a in states {
        for b in states {
            assert!(a == b || (a ^ b).count_ones() >= 4, "{a:02x} {b:02x}");
        }
    }
}

#[test]
fn blank_and_void_slots() {
    assert!(matches!(Slot::read(&[0; SLOT]), Slot::Empty));
    assert!(matches!(Slot::read(&void()), Slot::Void));
    assert!(matches!(Slot::read(&tombstone(KeyId([5; 16]), 7)), Slot::Erased { id: KeyId([5, ..]), place: 7 }));
}
