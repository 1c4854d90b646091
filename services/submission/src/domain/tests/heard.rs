//! What moderation and publication do besides the ends of reviews, and that hearing it twice is hearing it once.

use dossier_engine::testing::Ask;
use dossier_proto::{EntryId, Event, Micros, Payload, v1};

use super::cast::{AIGERIM, Told, ask_retraction, days, opened, submit};
use crate::domain::{Command, Holder, Move, Refusal, WorkState, Workflow};

/// Hears it once more: nothing is different.
fn twice(told: &Told, event: &Event) {
    let mut again = told.clone();
    again.0.receive(event);
    assert_eq!(again.0.state(), told.0.state(), "heard twice: {:?}", event.payload);
}

fn held(told: &mut Told, entry: EntryId, awaited: &str, until: Option<i64>) -> Event {
    let command = Some(v1::Hold { awaited: awaited.to_owned(), reason: None, until });
    told.moderation(Some(entry), Payload::ReviewHeld(v1::ReviewHeld { command }))
}

#[test]
fn a_review_on_hold_says_who_is_awaited_and_until_when() {
    let mut told = opened();
    let entry = told.started();
    let submitted = told.submitted(AIGERIM, entry);
    let until = told.0.now().plus(days(7));
    for (awaited, who) in [
        ("contributor", Holder::Contributor),
        ("reviewer", Holder::Moderator),
        ("publishing_authority", Holder::PublishingAuthority),
        ("secretariat", Holder::Moderator),
        ("third-party", Holder::Others),
        ("legal_advice", Holder::Others),
    ] {
        let event = held(&mut told, entry, awaited, Some(until.0));
        twice(&told, &event);
        let (turn, next) = (told.entry(entry).turn(), told.entry(entry).next());
        assert_eq!(told.state_of(entry), WorkState::OnHold);
        assert_eq!((turn.who, turn.since), (who, event.head.recorded_at));
        assert_eq!((next.what, next.by), (Move::Resume, Some(until)));
    }
    assert_eq!(told.entry(entry).workflow.under_review(), Some(submitted), "it is in review all the same");
    told.clone().one(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    let event = told.moderation(Some(entry), Payload::ReviewResumed(v1::ReviewResumed { command: None }));
    twice(&told, &event);
    assert_eq!((told.state_of(entry), told.entry(entry).turn().who), (WorkState::InReview, Holder::Moderator));
    told.0.replayed();
}

#[test]
fn what_is_not_in_review_is_not_held() {
    let mut told = opened();
    let entry = told.started();
    held(&mut told, entry, "reviewer", None);
    assert_eq!(told.state_of(entry), WorkState::Draft);
}

#[test]
fn a_duplicate_names_the_other_entry() {
    let mut told = opened();
    let entry = told.started();
    let submitted = told.submitted(AIGERIM, entry);
    let marked = v1::MarkedDuplicate {
        command: Some(v1::MarkDuplicate { digest: vec![0; 32], duplicate_of: vec![5; 16], reason: None }),
        revision: 1,
        submitted: Some(submitted.into()),
        number: "EVT-2026-00007".to_owned(),
    };
    let event = told.moderation(Some(entry), Payload::MarkedDuplicate(marked));
    twice(&told, &event);
    let Workflow::Duplicate { of, number, .. } = &told.entry(entry).workflow else { panic!("no duplicate") };
    assert_eq!((*of, number.as_str()), (EntryId([5; 16]), "EVT-2026-00007"));
    let outcome = told.ask(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Duplicate, .. })), "{outcome:?}");
    told.0.replayed();
}

#[test]
fn a_scheduled_edition_says_when_it_comes_and_comes() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let approved = told.approved(entry);
    let place = Some(approved.head.place.into());
    let command = Some(v1::PublishEdition { approved: place });
    let at = told.0.now().plus(days(30));
    let event = told.publication(entry, Payload::EditionScheduled(v1::EditionScheduled { command, at: at.0 }));
    twice(&told, &event);
    assert_eq!((told.state_of(entry), told.entry(entry).turn().who), (WorkState::Scheduled, Holder::System));
    assert_eq!(told.entry(entry).next().by, Some(at));
    let late = told.ask(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    assert_eq!(late, Err(Refusal::TooLate { because: approved.head.place }));

    let later = at.plus(days(1));
    let command = Some(v1::Reschedule { at: later.0, reason: None });
    let event =
        told.publication(entry, Payload::EditionRescheduled(v1::EditionRescheduled { command, approved: place }));
    twice(&told, &event);
    assert_eq!(told.entry(entry).next().by, Some(later));
    let other = Some(v1::Place { origin: 2, epoch: 0, sequence: 999 });
    let command = Some(v1::Reschedule { at: 0, reason: None });
    told.publication(entry, Payload::EditionRescheduled(v1::EditionRescheduled { command, approved: other }));
    assert_eq!(told.entry(entry).next().by, Some(later), "that was another approval");
    told.published(entry, &approved);
    assert_eq!(told.state_of(entry), WorkState::Published);
    told.0.replayed();
}

#[test]
fn a_suspended_edition_is_shown_as_such_and_may_be_revised() {
    let mut told = opened();
    let entry = told.public();
    let event = told.publication(entry, Payload::EntrySuspended(v1::EntrySuspended { command: None, edition: 1 }));
    twice(&told, &event);
    assert_eq!(told.state_of(entry), WorkState::Suspended);
    assert!(!told.entry(entry).is_shown());
    assert_eq!((told.entry(entry).turn().who, told.entry(entry).next().what), (Holder::Publisher, Move::Reinstate));
    told.clone().one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    let event = told.publication(entry, Payload::EntryReinstated(v1::EntryReinstated { command: None, edition: 1 }));
    twice(&told, &event);
    assert_eq!(told.state_of(entry), WorkState::Published);
    assert!(told.entry(entry).is_shown());
    told.0.replayed();
}

#[test]
fn what_another_entry_stands_in_for_is_not_revised_and_can_be_retracted() {
    let mut told = opened();
    let entry = told.public();
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    let superseded = v1::EntrySuperseded { command: None, edition: 1, number: "EVT-2026-00009".to_owned() };
    let event = told.publication(entry, Payload::EntrySuperseded(superseded));
    twice(&told, &event);
    let outcome = told.ask(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    assert_eq!(outcome, Err(Refusal::Superseded));
    told.one(Ask::by(AIGERIM, super::cast::withdraw()).on(entry));
    assert_eq!(told.state_of(entry), WorkState::Superseded);
    let outcome = told.ask(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Superseded, .. })), "{outcome:?}");
    told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    told.0.replayed();
}

#[test]
fn the_ends_of_reviews_heard_twice_are_heard_once() {
    for end in [Told::changes_requested, Told::approved, Told::refused] {
        let mut told = opened();
        let entry = told.started();
        told.submitted(AIGERIM, entry);
        let event = end(&mut told, entry);
        twice(&told, &event);
    }
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let approved = told.approved(entry);
    let event = told.published(entry, &approved);
    twice(&told, &event);
    let event = told.corrected(entry);
    twice(&told, &event);
    let event = told.retracted(entry);
    twice(&told, &event);
}

/// Comments between moderators concern nobody here: they are not even received.
#[test]
fn only_what_is_said_to_the_body_is_received() {
    let mut told = opened();
    let entry = told.started();
    told.submitted(AIGERIM, entry);
    let comment = |audience: v1::Audience| v1::Comment { audience: audience.into(), ..v1::Comment::default() };
    let made = |audience| Payload::CommentMade(v1::CommentMade { command: Some(comment(audience)) });
    let finished = |audience| {
        let command = v1::FinishReview { digest: Vec::new(), comments: vec![comment(audience)] };
        Payload::ReviewFinished(v1::ReviewFinished { command: Some(command) })
    };
    for (audience, received) in [(v1::Audience::Unspecified, 0), (v1::Audience::Contributor, 1)] {
        for payload in [made(audience), finished(audience)] {
            let before = told.0.log().len();
            told.moderation(Some(entry), payload);
            assert_eq!(told.0.log().len(), before + received, "{audience:?}");
        }
    }
    assert_eq!(told.state_of(entry), WorkState::InReview);
    assert!(told.0.now() > Micros(0));
}

/// The end of the suspension of a superseded entry made its body believe that it was shown again.
#[test]
fn what_is_superseded_stays_so_when_a_suspension_of_it_ends() {
    let mut told = opened();
    let entry = told.public();
    let number = "EVT-2026-00009".to_owned();
    told.publication(entry, Payload::EntrySuperseded(v1::EntrySuperseded { command: None, edition: 1, number }));
    told.publication(entry, Payload::EntrySuspended(v1::EntrySuspended { command: None, edition: 1 }));
    assert_eq!(told.state_of(entry), WorkState::Suspended);
    told.publication(entry, Payload::EntryReinstated(v1::EntryReinstated { command: None, edition: 1 }));
    assert_eq!(told.state_of(entry), WorkState::Superseded);
    let outcome = told.ask(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Superseded, .. })), "{outcome:?}");
}
