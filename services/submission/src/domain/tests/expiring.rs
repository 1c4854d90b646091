use dossier_engine::Decider;
use dossier_engine::testing::Ask;

use super::cast::{AIGERIM, DAMIR, SYSTEM, cleared, days, give_back, opened, save, submit};
use crate::domain::{Command, EXPIRY_DAYS, Refusal, Submission, WorkState};

#[test]
fn an_entry_returns_to_draft_83_days_after_changes_were_requested_and_not_before() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let requested = told.changes_requested(entry).head.recorded_at;
    assert_eq!(told.entry(entry).days_left(requested), Some(83));
    assert_eq!(told.entry(entry).next().by, Some(requested.plus(days(EXPIRY_DAYS))));
    assert_eq!(Submission::next_due(told.0.state()), Some(requested.plus(days(7))), "the first reminder");

    let to_the_last_moment = requested.plus(days(EXPIRY_DAYS)).0 - told.0.now().0 - 10;
    told.0.wait(to_the_last_moment);
    assert_eq!(told.state_of(entry), WorkState::ChangesRequested);
    assert_eq!(told.entry(entry).days_left(told.0.now()), Some(1), "a day that has begun counts");
    assert_eq!(told.ask(Ask::by(SYSTEM, Command::Expire).on(entry)), Ok(Vec::new()), "too early is nothing");

    told.0.wait(10);
    assert_eq!(told.state_of(entry), WorkState::Draft);
    assert_eq!(told.entry(entry).version, 1, "time never moves the version of a draft");
    assert_eq!(Submission::next_due(told.0.state()), None);
    told.one(Ask::by(AIGERIM, save(2, &["title"])).on(entry).expecting(1));
    told.0.replayed();
}

#[test]
fn what_nobody_clears_returns_to_draft_after_83_days_and_can_be_submitted_again() {
    let mut told = cleared();
    let entry = told.practice();
    let asked = told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry)).head.recorded_at;
    assert_eq!(Submission::next_due(told.0.state()), Some(asked.plus(days(7))), "the first reminder");
    let (clear, to_the_last_moment) = (told.clear(entry), asked.plus(days(EXPIRY_DAYS)).0 - told.0.now().0 - 10);
    told.0.wait(to_the_last_moment);
    assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
    assert_eq!(told.ask(Ask::by(SYSTEM, Command::Expire).on(entry)), Ok(Vec::new()), "too early is nothing");
    told.0.wait(10);
    assert_eq!(told.state_of(entry), WorkState::Draft);
    assert_eq!((told.entry(entry).version, told.entry(entry).round), (1, 0), "nothing was submitted");
    assert_eq!(Submission::next_due(told.0.state()), None);
    for late in [clear, give_back(told.entry(entry))] {
        let outcome = told.ask(Ask::by(DAMIR, late).on(entry));
        assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Draft, .. })), "{outcome:?}");
    }
    told.cleared(entry);
    assert_eq!(told.state_of(entry), WorkState::InReview);
    assert_eq!(Submission::next_due(told.0.state()), None, "moderation has the move");
    told.0.replayed();
}

#[test]
fn who_answers_in_time_hears_nothing_of_it() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.changes_requested(entry);
    told.0.wait(days(80));
    told.submitted(AIGERIM, entry);
    told.0.wait(days(80));
    assert_eq!(told.state_of(entry), WorkState::InReview);
    // The clock of the second return begins with the second return.
    told.changes_requested(entry);
    told.0.wait(days(82));
    assert_eq!(told.state_of(entry), WorkState::ChangesRequested);
}

#[test]
fn many_entries_expire_in_the_order_in_which_they_are_due() {
    let mut told = opened();
    let entries: Vec<_> = (0..300)
        .map(|_| {
            let entry = told.started();
            told.submitted(AIGERIM, entry);
            told.changes_requested(entry);
            entry
        })
        .collect();
    let due = Submission::due(told.0.state(), told.0.now().plus(days(90)));
    assert_eq!(due.len(), 256, "at most 256 at a time");
    assert_eq!(due[0].entry, Some(entries[0]));
    told.0.wait(days(90));
    assert!(entries.iter().all(|entry| told.state_of(*entry) == WorkState::Draft));
}
