use super::*;

const NOON: Moment = Moment::new(Duration::from_secs(1_000), Micros(1_767_268_800_000_000));
const HOUR: Duration = Duration::from_secs(3_600);

fn by(running: Duration, wall_seconds: i64) -> Moment {
    Moment::new(NOON.running + running, Micros(NOON.wall.0 + wall_seconds * Micros::SECOND))
}

#[test]
fn whichever_clock_says_that_more_time_went_by_is_believed() {
    assert_eq!(NOON.plus(HOUR).since(NOON), HOUR);
    assert_eq!(by(HOUR, 2).since(NOON), HOUR, "the time of day was put back meanwhile");
    assert_eq!(by(Duration::from_secs(2), 3_600).since(NOON), HOUR, "it was stopped for an hour and does not know it");
    assert_eq!(by(HOUR, -7_200).since(NOON), HOUR);
    assert_eq!(NOON.since(NOON.plus(HOUR)), Duration::ZERO, "never less than nothing");
}

#[test]
fn the_machine_has_both_clocks() {
    let (before, wall) = (Moment::now(), MachineClock.now());
    let after = MachineClock.moment();
    assert!(before.running > Duration::ZERO && after.running >= before.running);
    assert!(after.since(before) < HOUR);
    assert!((wall.0 - before.wall.0).abs() < 60 * Micros::SECOND);
}
