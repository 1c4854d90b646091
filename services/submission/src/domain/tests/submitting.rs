use dossier_engine::testing::Ask;
use dossier_proto::{Payload, v1};

use super::cast::{AIGERIM, BOLAT, days, opened, sealed, submit, submit_with};
use crate::domain::{Command, Holder, OpenItems, Refusal, WorkState};

#[test]
fn what_is_submitted_carries_everything_moderation_needs() {
    let mut told = opened();
    let entry = told.started();
    let event = told.one(Ask::by(BOLAT, submit(told.entry(entry))).on(entry));
    let Some(Payload::Submitted(submitted)) = &event.payload else { panic!("not submitted") };
    assert_eq!((submitted.record_type.as_str(), submitted.body.as_str()), ("event", "KAZ"));
    assert_eq!((submitted.original_language.as_str(), submitted.round), ("en", 1));
    assert_eq!(submitted.base_edition, None);
    assert_eq!(submitted.content.as_ref().map(|content| content.revision), Some(1));
    assert_eq!(event.head.part_version, 1, "submitting writes no word, so the draft keeps its version");
    let entry = told.entry(entry);
    assert_eq!(entry.turn().who, Holder::Moderator);
    assert_eq!(entry.turn().since, event.head.recorded_at);
    assert!(!entry.lineage.has(BOLAT), "who submits has not written");
}

#[test]
fn what_is_not_fit_is_refused_and_not_recorded() {
    let mut told = opened();
    let entry = told.started();
    let before = told.0.log().len();
    let cases: [(Command, Refusal); 3] = [
        (submit_with(told.entry(entry), |submit| submit.certified = false), Refusal::NotCertified),
        (submit_with(told.entry(entry), |submit| submit.faults = 3), Refusal::Faults { count: 3 }),
        (
            submit_with(told.entry(entry), |submit| {
                submit.answers = vec![v1::Answer { item: 1, text: None, round: 0 }];
            }),
            Refusal::UnknownItem { item: 1 },
        ),
    ];
    for (command, refusal) in cases {
        assert_eq!(told.ask(Ask::by(AIGERIM, command).on(entry)), Err(refusal));
    }
    assert_eq!(told.0.log().len(), before);
    assert_eq!(told.state_of(entry), WorkState::Draft);
}

/// P5 towards the body itself: between reading and submitting, a colleague has saved.
#[test]
fn submitting_a_content_that_is_not_the_working_one_is_refused_and_recorded() {
    let mut told = opened();
    let entry = told.started();
    let seen = submit(told.entry(entry));
    told.saved(BOLAT, entry, &["title"]);
    let current = told.entry(entry).working.digest;
    assert_eq!(told.ask(Ask::by(AIGERIM, seen).on(entry)), Err(Refusal::DigestMismatch { current }));
    let (recorded, _) = told.0.log().last().unwrap();
    let Some(Payload::SubmissionRefused(refused)) = &recorded.payload else { panic!("not recorded: {recorded:?}") };
    let refusal = refused.refusal.as_ref().unwrap();
    assert_eq!((refusal.code.as_str(), &refusal.current_digest), ("digest-mismatch", &current.to_vec()));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    told.0.replayed();
}

/// What the body said with a refused submission stayed in the journal under the key of the revision, and a later submission of
/// the same revision gave that key to moderation. What was refused was told to nobody.
#[test]
fn the_words_of_a_refused_submission_are_not_kept() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.changes_requested(entry);
    let answer = v1::Answer { item: 1, text: Some(sealed(60)), round: 0 };
    let seen = submit_with(told.entry(entry), |submit| submit.answers = vec![answer]);
    told.saved(BOLAT, entry, &["title"]);
    told.ask(Ask::by(AIGERIM, seen).on(entry)).unwrap_err();
    let (recorded, _) = told.0.log().last().unwrap();
    let Some(Payload::SubmissionRefused(refused)) = &recorded.payload else { panic!("not recorded: {recorded:?}") };
    let Some(v1::submission_refused::Attempted::Submit(attempted)) = &refused.attempted else { panic!("{refused:?}") };
    assert_eq!(attempted.what_changed, None);
    assert_eq!(attempted.answers, [v1::Answer { item: 1, text: None, round: 0 }]);
    told.0.replayed();
}

#[test]
fn submitting_names_the_version_if_it_wants_to() {
    let mut told = opened();
    let entry = told.started();
    told.saved(AIGERIM, entry, &["title"]);
    let stale = told.ask(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry).expecting(1));
    assert_eq!(stale, Err(Refusal::VersionMismatch { current: 2 }));
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry).expecting(2));
}

#[test]
fn submitting_twice_is_refused() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let twice = told.ask(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    assert!(matches!(twice, Err(Refusal::WrongState { state: WorkState::InReview, .. })), "{twice:?}");
}

#[test]
fn a_content_other_than_the_digest_says_is_refused() {
    let mut told = opened();
    let entry = told.started();
    let Command::Submit { submit, content } = submit(told.entry(entry)) else { panic!("not a submit") };
    for content in [None, content.map(|content| v1::Content { digest: vec![3; 32], ..content })] {
        let outcome = told.ask(Ask::by(AIGERIM, Command::Submit { submit: submit.clone(), content }).on(entry));
        assert!(matches!(outcome, Err(Refusal::Malformed(_))), "{outcome:?}");
    }
}

/// An answer that names some leaves the others to be answered later; what is opened again waits again.
#[test]
fn what_was_left_out_or_opened_again_waits_for_an_answer() {
    let item = |item| v1::RequestedChange { item, ..Default::default() };
    let answer = |round, item| v1::Answer { item, round, text: None };
    let settle = |item, outcome: v1::settle_change::Outcome| v1::SettleChange {
        round: 1,
        item,
        outcome: outcome.into(),
        ..Default::default()
    };
    let mut open = OpenItems::default();
    open.requested(1, &[item(1), item(2), item(3)]);
    open.answered(&[answer(0, 1), answer(1, 2)]);
    assert_eq!(open.all(), [(1, 3)]);
    open.settled(&settle(2, v1::settle_change::Outcome::Reopened));
    open.requested(2, &[item(1), item(2)]);
    assert_eq!(open.named(&answer(0, 2)), Some((2, 2)), "without a round the latest is meant");
    assert_eq!(open.named(&answer(1, 2)), Some((1, 2)));
    assert_eq!(open.named(&answer(1, 1)), None, "it was answered");
    assert_eq!(open.named(&answer(0, 3)), Some((1, 3)));
    open.answered(&[answer(1, 2)]);
    assert_eq!(open.all(), [(1, 3), (2, 1), (2, 2)]);
    open.settled(&settle(3, v1::settle_change::Outcome::Accepted));
    open.answered(&[]);
    assert!(open.all().is_empty(), "an answer that names nothing is to all");
}

#[test]
fn answers_go_to_requested_changes_once_each_and_another_round_begins() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.changes_requested(entry);
    told.0.wait(days(1));
    told.saved(AIGERIM, entry, &["title"]);
    let answer = |item| v1::Answer { item, text: Some(sealed(60)), round: 0 };
    let answers = |items: &[u32]| items.iter().map(|item| answer(*item)).collect::<Vec<_>>();
    for (given, wrong) in [(answers(&[2]), 2), (answers(&[1, 1]), 1)] {
        let command = submit_with(told.entry(entry), |submit| submit.answers = given);
        assert_eq!(told.ask(Ask::by(AIGERIM, command).on(entry)), Err(Refusal::UnknownItem { item: wrong }));
    }
    let command = submit_with(told.entry(entry), |submit| submit.answers = answers(&[1]));
    let event = told.one(Ask::by(AIGERIM, command).on(entry));
    let Some(Payload::Submitted(submitted)) = event.payload else { panic!("not submitted") };
    assert_eq!(submitted.round, 2);
    assert_eq!(told.entry(entry).submitted.keys().copied().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn requested_changes_count_as_answered_without_answers_too() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    told.changes_requested(entry);
    told.submitted(AIGERIM, entry);
    assert_eq!(told.state_of(entry), WorkState::InReview);
    assert_eq!(told.entry(entry).days_left(told.0.now()), None);
}
