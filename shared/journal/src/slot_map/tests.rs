//! The map never points behind the frame.

use super::*;

fn place(sequence: u64) -> Place {
    Place { epoch: 3, sequence }
}

#[test]
fn what_is_not_known_is_searched_for_everywhere() {
    let map = SlotMap::default();
    assert_eq!(map.around(place(77), 500), 0..500);
}

#[test]
fn a_sequence_lies_between_its_neighbours() {
    let map = SlotMap::default();
    // Ten events a slot.
    map.learn((0..1000).map(|slot| (place(slot * 10), slot)));
    for sequence in 0..10_000 {
        let range = map.around(place(sequence), 1000);
        let slot = sequence / 10;
        assert!(range.contains(&slot) && range.end - range.start <= EVERY + 1, "{sequence}: {range:?}");
    }
    assert_eq!(map.around(Place { epoch: 2, sequence: 5 }, 40), 0..40);
    assert_eq!(map.around(Place { epoch: 4, sequence: 5 }, 40), 0..40);
}

#[test]
fn frames_without_events_do_not_hide_the_one_behind_them() {
    let map = SlotMap::default();
    map.learn([(place(0), 0), (place(50), 10), (place(50), 30), (place(60), 31)]);
    assert_eq!(map.around(place(50), 40), 10..31);
    assert!(map.around(place(60), 40).contains(&31));
}
