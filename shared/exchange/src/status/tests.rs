use std::time::Duration;

use super::*;

const ROOT: Hash = Hash::EMPTY_ROOT;

fn at(sequence: u64) -> Position {
    Position { epoch: 0, sequence }
}

fn status() -> FollowStatus {
    FollowStatus {
        root: ROOT,
        origin: Origin::Moderation,
        next: at(0),
        head: at(u64::MAX),
        heard: None,
        known_as_of: None,
        awaited: None,
        state: FollowState::Reading,
        parked: 0,
        parked_first: Vec::new(),
    }
}

/// Whoever has heard an origin and not read it knows nothing newer for that.
#[test]
fn what_is_known_is_as_old_as_what_was_read() {
    let (mut status, noon) = (status(), Moment::now());
    let later = |seconds| noon.plus(Duration::from_secs(seconds));
    status.hear(at(10), noon);
    assert_eq!((status.heard, status.known_as_of), (Some(noon), None));
    status.hear(at(20), later(1));
    status.come_to(at(9), ROOT);
    assert_eq!(status.known_as_of, None);
    status.come_to(at(12), ROOT);
    assert_eq!(status.known_as_of, Some(noon), "the first question is answered, the second is not");
    status.hear(at(20), later(2));
    status.come_to(at(20), ROOT);
    assert_eq!(status.known_as_of, Some(later(2)));
    status.hear(at(20), later(3));
    assert_eq!(status.known_as_of, Some(later(3)));
}
