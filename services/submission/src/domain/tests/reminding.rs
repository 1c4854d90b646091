//! Reminders at 7, 30, 60 and 76 days, each once in each waiting, the latest alone of those that were missed.

use dossier_engine::{Decider, testing::Ask};
use dossier_proto::{Actor, EntryId, Origin, Payload, Place, v1};

use super::cast::{AIGERIM, DAMIR, MODERATOR, SYSTEM, Told, cleared, days, give_back, opened, submit};
use crate::domain::{Command, EXPIRY_DAYS, Refusal, Submission, WorkState};

/// An entry of which changes were requested, and the event that did.
fn returned() -> (Told, EntryId, Place) {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let requested = told.changes_requested(entry).head.place;
    (told, entry, requested)
}

fn reminders(told: &Told) -> Vec<u32> {
    let reminded = told.0.log().iter().filter_map(|(event, _)| match &event.payload {
        Some(Payload::Reminded(v1::Reminded { command: Some(remind) })) => Some(remind.days),
        _ => None,
    });
    reminded.collect()
}

fn remind(days: u32, since: Place) -> Command {
    Command::Remind(v1::Remind { days, since: Some(since.into()) })
}

#[test]
fn a_body_is_reminded_after_7_30_60_and_76_days_and_after_83_the_entry_is_a_draft() {
    let (mut told, entry, _) = returned();
    let (requested, mut seen) = (told.entry(entry).since, Vec::new());
    while told.state_of(entry) == WorkState::ChangesRequested {
        let before = reminders(&told).len();
        told.0.wait(days(1) / 2);
        let passed = (told.0.now().0 - requested.0) / days(1);
        seen.extend(reminders(&told)[before..].iter().map(|days| (i64::from(*days), passed)));
        assert!(passed <= EXPIRY_DAYS);
    }
    assert_eq!(seen, [(7, 7), (30, 30), (60, 60), (76, 76)]);
    assert_eq!(told.entry(entry).version, 1, "a reminder moves no version");
    assert_eq!(Submission::next_due(told.0.state()), None);
    told.0.replayed();
}

#[test]
fn a_publishing_authority_is_reminded_like_the_body_and_each_has_its_own_days() {
    let mut told = cleared();
    let entry = told.practice();
    let asked = told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry)).head;
    let mut seen = Vec::new();
    for _ in 0..EXPIRY_DAYS {
        let before = reminders(&told).len();
        assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
        assert_eq!(told.entry(entry).next().by, Some(asked.recorded_at.plus(days(EXPIRY_DAYS))));
        told.0.wait(days(1));
        let passed = (told.0.now().0 - asked.recorded_at.0) / days(1);
        seen.extend(reminders(&told)[before..].iter().map(|days| (i64::from(*days), passed)));
    }
    assert_eq!(seen, [(7, 7), (30, 30), (60, 60), (76, 76)]);
    assert_eq!(told.state_of(entry), WorkState::Draft);
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    told.0.wait(days(8));
    told.one(Ask::by(DAMIR, give_back(told.entry(entry))).on(entry));
    assert_eq!(reminders(&told)[4..], [7], "asked again, it begins again");
    told.0.wait(days(8));
    assert_eq!(reminders(&told)[4..], [7, 7], "and what is returned waits for the body from then on");
    assert_eq!(told.ask(Ask::by(SYSTEM, remind(30, asked.place)).on(entry)), Ok(Vec::new()), "that waiting is over");
    told.0.replayed();
}

#[test]
fn of_reminders_that_were_missed_the_latest_alone_is_given() {
    let (mut told, entry, _) = returned();
    told.0.wait(days(65));
    assert_eq!(reminders(&told), [60], "the service was down for two months");
    told.0.wait(days(12));
    assert_eq!(reminders(&told), [60, 76]);
    told.0.wait(days(20));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    assert_eq!(reminders(&told), [60, 76]);
}

#[test]
fn who_was_away_for_all_of_it_is_only_told_that_it_expired() {
    let (mut told, entry, _) = returned();
    told.0.wait(days(100));
    assert_eq!((told.state_of(entry), reminders(&told)), (WorkState::Draft, Vec::new()));
}

#[test]
fn each_waiting_has_its_own_reminders() {
    let (mut told, entry, _) = returned();
    told.0.wait(days(31));
    told.submitted(AIGERIM, entry);
    told.0.wait(days(100));
    assert_eq!(reminders(&told), [30], "whoever has answered is not reminded");
    told.changes_requested(entry);
    told.0.wait(days(8));
    assert_eq!(reminders(&told), [30, 7]);
}

#[test]
fn a_reminder_is_the_systems_and_says_what_is_true() {
    let (mut told, entry, requested) = returned();
    let refused = told.ask(Ask::by(AIGERIM, remind(7, requested)).on(entry));
    assert!(matches!(refused, Err(Refusal::Malformed(_))), "{refused:?}");
    told.0.wait(days(7) - 1);
    let nothing = |told: &mut Told, command: Command| {
        let asked = told.ask(Ask::by(SYSTEM, command).on(entry)).unwrap();
        assert_eq!(asked, Vec::new());
    };
    nothing(&mut told, remind(7, requested));
    told.0.wait(days(1));
    assert_eq!(reminders(&told), [7]);
    for days in [7, 30, 8, 0] {
        nothing(&mut told, remind(days, requested));
    }
    let other = Place { sequence: requested.sequence + 1, ..requested };
    told.0.wait(days(30));
    nothing(&mut told, remind(60, other));
    assert_eq!(told.ask(Ask::by(SYSTEM, remind(7, requested))), Err(Refusal::NotFound));
}

#[test]
fn many_reminders_come_in_portions() {
    let mut told = opened();
    for _ in 0..300 {
        let entry = told.started();
        told.submitted(AIGERIM, entry);
        told.changes_requested(entry);
    }
    assert_eq!(Submission::due(told.0.state(), told.0.now().plus(days(10))).len(), 256, "at most 256 at a time");
    told.0.wait(days(10));
    assert_eq!(reminders(&told), [7; 300]);
}

#[test]
fn what_is_recorded_of_letters_is_the_postmans_and_what_was_read_the_readers() {
    let (mut told, _, _) = returned();
    let end = v1::LetterEnd { letter: vec![1; 16], outcome: v1::LetterOutcome::Accepted.into(), attempts: 2 };
    let record = |letters| Command::RecordLetters(v1::RecordLetters { letters });
    let ended = told.one(Ask::by(SYSTEM, record(vec![end.clone()])));
    assert!(matches!(&ended.payload, Some(Payload::LettersEnded(_))) && ended.head.entry.is_none());
    told.one(Ask::by(SYSTEM, record(Vec::new())));
    for by in [Ask::by(AIGERIM, record(vec![end.clone()])), Ask::by(SYSTEM, record(vec![end; 65]))] {
        assert!(matches!(told.ask(by), Err(Refusal::Malformed(_))));
    }
    let read = |through: Place| Command::ReadInbox(v1::ReadInbox { through: Some(through.into()) });
    let here = ended.head.place;
    let event = told.one(Ask::by(AIGERIM, read(here)));
    assert_eq!(event.head.authority, None, "an inbox is its owner's");
    assert_eq!(told.ask(Ask::by(AIGERIM, read(here))), Ok(Vec::new()), "it is read already");
    let earlier = Place { sequence: 0, ..here };
    assert_eq!(told.ask(Ask::by(AIGERIM, read(earlier))), Ok(Vec::new()), "nobody unreads");
    told.one(Ask::by(MODERATOR, read(earlier)));
    let to_come = Place { sequence: 10_000, ..here };
    let elsewhere = Place { origin: Origin::Moderation, ..here };
    let aigerim = Actor::Person(AIGERIM);
    for (by, through) in [(aigerim, to_come), (aigerim, elsewhere), (SYSTEM, here)] {
        assert!(matches!(told.ask(Ask::by(by, read(through))), Err(Refusal::Malformed(_))));
    }
    told.0.replayed();
}
