use std::time::Duration;

use dossier_proto::Origin;
use tokio::time::Instant;

use crate::conscience::heads::{Gaps, Standing};

const LIMIT: Duration = Duration::from_secs(90);
const PAIR: (Option<Origin>, Origin) = (Some(Origin::Moderation), Origin::Submission);

#[test]
fn whoever_stands_still_too_long_is_apart_and_whoever_reads_on_is_not() {
    let begin = Instant::now();
    let at = |seconds: u64| begin + Duration::from_secs(seconds);
    let mut gaps = Gaps::default();
    assert_eq!(gaps.note(PAIR, (0, 10), (0, 10), at(0), LIMIT), Standing::Level);
    assert_eq!(gaps.note(PAIR, (0, 20), (0, 10), at(1), LIMIT), Standing::Reading);
    assert_eq!(gaps.note(PAIR, (0, 90), (0, 10), at(90), LIMIT), Standing::Reading, "89 seconds");
    assert_eq!(gaps.note(PAIR, (0, 90), (0, 10), at(91), LIMIT), Standing::Apart);
    assert_eq!(gaps.note(PAIR, (0, 90), (0, 11), at(92), LIMIT), Standing::Reading, "one event was read");
    assert_eq!(gaps.note(PAIR, (0, 90), (0, 11), at(182), LIMIT), Standing::Apart);
    assert_eq!(gaps.note(PAIR, (0, 90), (0, 90), at(183), LIMIT), Standing::Level);
    assert_eq!(
        gaps.note(PAIR, (1, 1), (0, 90), at(400), LIMIT),
        Standing::Reading,
        "counted from when it was behind again"
    );
}

#[test]
fn each_reader_of_each_journal_counts_for_itself() {
    let begin = Instant::now();
    let mut gaps = Gaps::default();
    let other = (Some(Origin::Publication), Origin::Submission);
    assert_eq!(gaps.note(PAIR, (0, 2), (0, 1), begin, LIMIT), Standing::Reading);
    assert_eq!(gaps.note(other, (0, 2), (0, 1), begin + LIMIT, LIMIT), Standing::Reading);
    assert_eq!(gaps.note(PAIR, (0, 2), (0, 1), begin + LIMIT, LIMIT), Standing::Apart);
    assert_eq!(gaps.note(other, (0, 2), (0, 1), begin + LIMIT, LIMIT), Standing::Reading);
}
