use bytes::Bytes;

use super::*;

fn at(epoch: u32, sequence: u64) -> Position {
    Position { epoch, sequence }
}

fn carried(at: Position, bytes: usize) -> Carried {
    Carried { at, bytes: Bytes::from(vec![0; bytes]), checkpoint: None }
}

fn kept(positions: &[Position]) -> Kept {
    let mut kept = Kept::default();
    for at in positions {
        kept.put(carried(*at, 10));
    }
    kept
}

fn taken(found: Found) -> Result<Vec<Position>, bool> {
    match found {
        Found::Run(run) => Ok(run.into_iter().map(|carried| carried.at).collect()),
        Found::Gap => Err(true),
        Found::Nothing => Err(false),
    }
}

fn weight(kept: &Kept) -> usize {
    kept.events.values().map(Carried::weight).sum()
}

#[test]
fn a_run_without_gaps_whatever_the_order() {
    let mut kept = kept(&[at(0, 7), at(0, 5), at(0, 6), at(0, 6), at(0, 9), at(0, 3)]);
    assert_eq!(taken(kept.take(at(0, 5), ReadLimits::default())), Ok(vec![at(0, 5), at(0, 6), at(0, 7)]));
    assert_eq!(taken(kept.take(at(0, 8), ReadLimits::default())), Err(true));
    assert_eq!(taken(kept.take(at(0, 9), ReadLimits::default())), Ok(vec![at(0, 9)]));
    assert_eq!(taken(kept.take(at(0, 10), ReadLimits::default())), Err(false));
    assert_eq!((kept.bytes, kept.events.len()), (0, 0));
}

#[test]
fn an_epoch_that_begins_is_a_run_and_one_that_has_begun_is_a_gap() {
    let mut begins = kept(&[at(2, 0), at(2, 1)]);
    assert_eq!(taken(begins.take(at(0, 5), ReadLimits::default())), Ok(vec![at(2, 0), at(2, 1)]));
    let mut begun = kept(&[at(2, 1)]);
    assert_eq!(taken(begun.take(at(0, 5), ReadLimits::default())), Err(true));
}

#[test]
fn limits_are_kept_and_the_first_always_comes() {
    let mut kept = kept(&(0..10).map(|sequence| at(0, sequence)).collect::<Vec<_>>());
    let one = ReadLimits { events_max: 100, bytes_max: 1 };
    assert_eq!(taken(kept.take(at(0, 0), one)), Ok(vec![at(0, 0)]));
    let three = ReadLimits { events_max: 100, bytes_max: 30 };
    assert_eq!(taken(kept.take(at(0, 1), three)).map(|run| run.len()), Ok(3));
    let two = ReadLimits { events_max: 2, bytes_max: 1000 };
    assert_eq!(taken(kept.take(at(0, 4), two)).map(|run| run.len()), Ok(2));
    assert_eq!(kept.bytes, weight(&kept));
}

#[test]
fn what_does_not_fit_is_missed_and_said() {
    let mut kept = Kept::default();
    for sequence in 0..=KEPT_EVENTS_MAX as u64 {
        kept.put(carried(at(0, sequence), 1));
    }
    assert_eq!((kept.events.len(), kept.missed), (KEPT_EVENTS_MAX, true));
    kept.missed = false;
    kept.put(carried(at(0, 5), 2));
    assert!(!kept.missed, "one that is there already is exchanged");
    assert_eq!(kept.bytes, weight(&kept));
    let mut heavy = Kept::default();
    for sequence in 0..100 {
        heavy.put(carried(at(0, sequence), 512 * 1024));
    }
    assert!(heavy.missed && heavy.bytes <= KEPT_BYTES_MAX);
}
