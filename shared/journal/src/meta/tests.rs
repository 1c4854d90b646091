//! Round trips, and damage.

use super::*;
use crate::store::MemoryStore;

fn followed() -> Vec<Followed> {
    vec![Followed { origin: 1, epoch: 2, next: 3, frontier: vec![[4; 32], [5; 32]] }]
}

#[test]
fn every_record_comes_back() {
    let store = MemoryStore::new();
    let identity = Identity { log: "example.org/dossier/submission".to_owned(), starts: 300 };
    let mark = Mark { epoch: 1, slot: 2, sequence: 1 << 40, followed: followed() };
    let lost = Some(MirrorHead { epoch: 6, size: 9, root: Hash::from_bytes([9; 32]) });
    let previous = TreeHead { size: 7, root: Hash::from_bytes([8; 32]) };
    let start = EpochStart { epoch: 7, previous, previous_slots: 3, lost, followed: followed() };
    assert_eq!(Identity::load(&store).unwrap(), None);
    store.write(&[identity.put(), mark.put(), start.put()]).unwrap();
    assert_eq!(Identity::load(&store).unwrap(), Some(identity));
    assert_eq!(Mark::load(&store).unwrap(), Some(mark));
    assert_eq!(EpochStart::load(&store, 7).unwrap(), Some(start));
    assert_eq!(EpochStart::load(&store, 8).unwrap(), None);
}

#[test]
fn any_flipped_bit_is_damage() {
    let store = MemoryStore::new();
    store.write(&[Mark { epoch: 0, slot: 2, sequence: 3, followed: followed() }.put()]).unwrap();
    store.sync().unwrap();
    let length = store.get(Tree::Meta, MARK_KEY).unwrap().unwrap().len();
    let flip = |bit: usize| {
        store.tamper(Tree::Meta, MARK_KEY, |mut value| {
            value[bit / 8] ^= 1 << (bit % 8);
            Some(value)
        });
    };
    for bit in 0..length * 8 {
        flip(bit);
        assert!(matches!(Mark::load(&store), Err(ReadError::Damaged(_))), "bit {bit}");
        flip(bit);
    }
    assert!(Mark::load(&store).unwrap().is_some());
}
