use std::collections::BTreeSet;

use dossier_engine::testing::{Dice, for_seeds};
use dossier_proto::{Micros, Origin, Place};

use super::{Caused, in_causal_order};

#[derive(Debug, Clone, PartialEq)]
struct One {
    at: i64,
    place: Place,
    cause: Option<Place>,
}

impl Caused for One {
    fn at(&self) -> Micros {
        Micros(self.at)
    }

    fn place(&self) -> Place {
        self.place
    }

    fn cause(&self) -> Option<Place> {
        self.cause
    }
}

/// A history in which each event has a cause among the earlier ones, recorded by clocks that say whatever they like: of four machines, of
/// which one may be tampered with, with many ties.
fn history(dice: &mut Dice, count: usize) -> Vec<One> {
    let mut next = [0_u64; 4];
    let mut all: Vec<One> = Vec::new();
    let spread = if dice.one_in(2) { 3 } else { 1_000 };
    for _ in 0..count {
        let k = usize::try_from(dice.below(4)).unwrap();
        let cause = (!all.is_empty() && dice.one_in(2)).then(|| dice.pick(&all).place);
        let place = Place { origin: Origin::ALL[k], epoch: 0, sequence: next[k] };
        next[k] += 1;
        all.push(One { at: i64::try_from(dice.below(spread)).unwrap(), place, cause });
    }
    all
}

fn shuffled(dice: &mut Dice, mut events: Vec<One>) -> Vec<One> {
    for k in (1..events.len()).rev() {
        events.swap(k, usize::try_from(dice.below(k as u64 + 1)).unwrap());
    }
    events
}

/// Whatever the clocks say: no effect stands before its cause, and no event before an earlier one of its journal.
#[test]
fn no_effect_stands_before_its_cause_whatever_the_clocks_say() {
    for_seeds(300, |dice| {
        let events = history(dice, 60);
        let ordered = in_causal_order(shuffled(dice, events.clone()));
        assert_eq!(ordered.events.len(), events.len());
        let mut seen = BTreeSet::new();
        for one in &ordered.events {
            assert!(one.cause.is_none_or(|cause| seen.contains(&cause)), "{} before {:?}", one.place, one.cause);
            let before = one.place.sequence.checked_sub(1).map(|sequence| Place { sequence, ..one.place });
            assert!(before.is_none_or(|before| seen.contains(&before)), "{} out of order", one.place);
            seen.insert(one.place);
        }
        let is_early = |one: &One| {
            let cause = events.iter().find(|other| Some(other.place) == one.cause)?;
            ((one.at, one.place) <= (cause.at, cause.place)).then_some(one.place)
        };
        let mut early: Vec<_> = events.iter().filter_map(is_early).collect();
        let mut told = ordered.before_their_cause;
        early.sort_unstable();
        told.sort_unstable();
        assert_eq!(told, early, "each event that was recorded before its cause is told");
    });
}

#[test]
fn the_order_does_not_depend_on_how_the_events_came_whatever_the_clocks_say() {
    for_seeds(100, |dice| {
        let events = history(dice, 40);
        let doubled: Vec<_> = events.iter().chain(events.iter().take(7)).cloned().collect();
        assert_eq!(in_causal_order(shuffled(dice, events)), in_causal_order(shuffled(dice, doubled)));
    });
}

/// Events that name each other, or themselves, as cause: a journal that was forged. Each stands once, and the order is the same each time.
#[test]
fn what_goes_round_in_a_circle_stands_once() {
    for_seeds(100, |dice| {
        let mut events = history(dice, 30);
        let places: Vec<_> = events.iter().map(|one| one.place).collect();
        for _ in 0..10 {
            let k = usize::try_from(dice.below(30)).unwrap();
            events[k].cause = Some(*dice.pick(&places));
        }
        let ordered = in_causal_order(shuffled(dice, events.clone()));
        let stands: BTreeSet<_> = ordered.events.iter().map(|one| one.place).collect();
        assert_eq!((ordered.events.len(), stands.len()), (30, 30));
        assert_eq!(ordered, in_causal_order(shuffled(dice, events)));
    });
}
