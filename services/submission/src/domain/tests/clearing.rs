//! National clearance: what a state submits is seen by its publishing authority before it leaves the body.

use dossier_engine::testing::Ask;
use dossier_identity::{NotEntitledReason, Role};
use dossier_proto::{Digest, Payload, Place, v1};
use dossier_registry::Registry;

use super::cast::{
    AIGERIM, BOLAT, DAMIR, SAULE, WANJIRU, cleared, content, days, give_back, opened, save, sealed, start_of, submit,
    submit_with, withdraw,
};
use crate::domain::{Command, EXPIRY_DAYS, Holder, Move, Refusal, WorkState, Workflow};

#[test]
fn what_a_state_submits_goes_to_its_publishing_authority_first() {
    let mut told = cleared();
    let entry = told.practice();
    let asked = told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let Some(Payload::ClearanceAsked(question)) = &asked.payload else { panic!("not asked: {asked:?}") };
    assert_eq!((question.round, question.body.as_str(), question.record_type.as_str()), (1, "KAZ", "practice"));
    assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
    let (turn, next) = (told.entry(entry).turn(), told.entry(entry).next());
    assert_eq!((turn.who, turn.since), (Holder::PublishingAuthority, asked.head.recorded_at));
    let by = asked.head.recorded_at.plus(days(EXPIRY_DAYS));
    assert_eq!((next.what, next.by), (Move::Clear, Some(by)));
    assert_eq!(told.entry(entry).days_left(asked.head.recorded_at), Some(EXPIRY_DAYS));
    assert_eq!(told.entry(entry).round, 0, "nothing was submitted yet");
    for command in [save(2, &["title"]), submit(told.entry(entry)), Command::OpenRevision] {
        let outcome = told.ask(Ask::by(AIGERIM, command).on(entry).expecting(1));
        assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::AwaitingClearance, .. })), "{outcome:?}");
    }
    told.0.replayed();
}

#[test]
fn what_is_cleared_is_submitted_in_the_same_moment_with_both_names() {
    let mut told = cleared();
    let entry = told.practice();
    told.saved(BOLAT, entry, &["summary"]);
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let (place, asked) = told.awaiting(entry);
    let events = told.0.given(Ask::by(DAMIR, told.clear(entry)).on(entry));
    let [cleared, submitted] = events.as_slice() else { panic!("two events: {events:?}") };
    let Some(Payload::Cleared(clearance)) = &cleared.payload else { panic!("not cleared: {cleared:?}") };
    assert_eq!(clearance.asked, Some(place.into()));
    let Some(Payload::Submitted(given)) = &submitted.payload else { panic!("not submitted: {submitted:?}") };
    assert_eq!(given.clearance_asked, Some(place.into()));
    assert_eq!(given.submitter, AIGERIM.to_vec());
    assert_eq!((&given.content, &given.command, &given.lineage), (&asked.content, &asked.command, &asked.lineage));
    assert_eq!(given.lineage.len(), 2);
    assert_eq!(submitted.head.actor.person(), Some(DAMIR));
    assert_eq!(submitted.head.authority, cleared.head.authority);
    assert_eq!(told.entry(entry).workflow.under_review(), Some(submitted.head.place));
    assert_eq!(told.entry(entry).round, 1);
    told.0.replayed();
}

#[test]
fn who_asked_does_not_clear_and_that_is_on_record() {
    let mut told = cleared();
    told.designate(DAMIR, "KAZ", &[]);
    let entry = told.practice();
    told.one(Ask::by(DAMIR, submit(told.entry(entry))).on(entry));
    let (because, _) = told.awaiting(entry);
    for command in [told.clear(entry), give_back(told.entry(entry))] {
        let before = told.0.log().len();
        let outcome = told.ask(Ask::by(DAMIR, command).on(entry));
        assert_eq!(outcome, Err(Refusal::OwnSubmission { because }));
        assert_eq!(told.0.log().len(), before + 1, "recorded");
    }
    told.0.given(Ask::by(SAULE, told.clear(entry)).on(entry));
    assert_eq!(told.state_of(entry), WorkState::InReview);
    told.0.replayed();
}

/// DOMAIN says "not the submitter": who wrote a word and did not submit may stand behind it for the state. Moderation's
/// approval is another matter (P6).
#[test]
fn an_authority_that_wrote_and_did_not_submit_may_clear() {
    let mut told = cleared();
    told.designate(DAMIR, "KAZ", &[]);
    let entry = told.practice();
    told.saved(DAMIR, entry, &["summary"]);
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    told.0.given(Ask::by(DAMIR, told.clear(entry)).on(entry));
    assert_eq!(told.state_of(entry), WorkState::InReview);
}

#[test]
fn only_a_publishing_authority_of_the_state_clears() {
    let mut told = cleared();
    told.designate_as(WANJIRU, Role::PublishingAuthority, "KEN", &[]);
    let entry = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    for (who, reason) in [(BOLAT, NotEntitledReason::NoDesignation), (WANJIRU, NotEntitledReason::OtherBody)] {
        for command in [told.clear(entry), give_back(told.entry(entry))] {
            let outcome = told.ask(Ask::by(who, command).on(entry));
            let Err(Refusal::NoDesignation { role, reason: found, .. }) = outcome else { panic!("{who}: {outcome:?}") };
            assert_eq!((role, found), (Role::PublishingAuthority, reason));
        }
    }
    assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
    told.0.replayed();
}

/// P5: what is cleared is what was read.
#[test]
fn a_clearance_names_what_was_read_and_carries_nothing_else() {
    let mut told = cleared();
    let entry = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let (_, asked) = told.awaiting(entry);
    let current = told.entry(entry).working.digest;
    let read = |digest: Vec<u8>| v1::Clear { digest, note: None };
    let wrong = Command::Clear { clear: read(vec![9; 32]), asked: Some(Box::new(asked.clone())) };
    assert_eq!(told.ask(Ask::by(DAMIR, wrong).on(entry)), Err(Refusal::DigestMismatch { current }));
    let former = Command::ReturnToBody(v1::ReturnToBody { digest: vec![9; 32], reason: Some(sealed(1)) });
    assert_eq!(told.ask(Ask::by(DAMIR, former).on(entry)), Err(Refusal::DigestMismatch { current }));

    let altered = v1::ClearanceAsked { content: Some(content(77)), ..asked.clone() };
    let others = v1::ClearanceAsked { lineage: Vec::new(), ..asked };
    for words in [None, Some(Box::new(altered)), Some(Box::new(others))] {
        let command = Command::Clear { clear: read(current.to_vec()), asked: words };
        let outcome = told.ask(Ask::by(DAMIR, command).on(entry));
        assert!(matches!(outcome, Err(Refusal::Malformed(_))), "{outcome:?}");
    }
    let silent = Command::ReturnToBody(v1::ReturnToBody { digest: current.to_vec(), reason: None });
    assert!(matches!(told.ask(Ask::by(DAMIR, silent).on(entry)), Err(Refusal::Malformed(_))));
    assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
    told.0.replayed();
}

#[test]
fn what_is_returned_is_with_its_body_again_and_expires_as_usual() {
    let mut told = cleared();
    let entry = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let (place, _) = told.awaiting(entry);
    let returned = told.one(Ask::by(DAMIR, give_back(told.entry(entry))).on(entry));
    let Some(Payload::ClearanceReturned(answer)) = &returned.payload else { panic!("not returned: {returned:?}") };
    assert_eq!(answer.asked, Some(place.into()));
    assert_eq!(told.state_of(entry), WorkState::ChangesRequested);
    assert_eq!(told.entry(entry).days_left(returned.head.recorded_at), Some(83));
    assert_eq!(told.entry(entry).round, 0, "moderation never heard of it");
    told.saved(AIGERIM, entry, &["title"]);
    told.cleared(entry);
    assert_eq!((told.state_of(entry), told.entry(entry).round), (WorkState::InReview, 1));

    let other = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(other))).on(other));
    told.one(Ask::by(DAMIR, give_back(told.entry(other))).on(other));
    told.0.wait(days(84));
    assert_eq!(told.state_of(other), WorkState::Draft);
    told.0.replayed();
}

#[test]
fn what_awaits_clearance_is_had_back_or_withdrawn_at_once() {
    let mut told = cleared();
    let entry = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let (place, _) = told.awaiting(entry);
    let stale = told.clear(entry);
    let recalled = told.one(Ask::by(BOLAT, Command::AskRecall).on(entry));
    let Some(Payload::ClearanceRecalled(recall)) = &recalled.payload else { panic!("not recalled: {recalled:?}") };
    assert_eq!(recall.asked, Some(place.into()));
    assert_eq!(told.state_of(entry), WorkState::Draft);
    let late = told.ask(Ask::by(DAMIR, stale).on(entry));
    assert!(matches!(late, Err(Refusal::WrongState { state: WorkState::Draft, .. })), "{late:?}");

    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let withdrawn = told.one(Ask::by(AIGERIM, withdraw()).on(entry));
    assert!(matches!(withdrawn.payload, Some(Payload::Withdrawn(_))), "{withdrawn:?}");
    assert_eq!(told.state_of(entry), WorkState::Withdrawn);
    told.0.replayed();
}

/// The question was asked twice with other words; the former answer of an authority that read the first is refused.
#[test]
fn a_clearance_of_a_former_question_clears_nothing() {
    let mut told = cleared();
    let entry = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let former = told.clear(entry);
    told.one(Ask::by(AIGERIM, Command::AskRecall).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let current = told.entry(entry).working.digest;
    assert_eq!(told.ask(Ask::by(DAMIR, former).on(entry)), Err(Refusal::DigestMismatch { current }));
    told.0.given(Ask::by(DAMIR, told.clear(entry)).on(entry));
    told.0.replayed();
}

#[test]
fn events_and_organisations_are_submitted_directly_and_reports_of_all_are_cleared() {
    let mut told = cleared();
    told.designate(AIGERIM, "IOM", &[]);
    for (kind, body, expected) in [
        ("event", "KAZ", WorkState::InReview),
        ("practice", "IOM", WorkState::InReview),
        ("report", "IOM", WorkState::AwaitingClearance),
        ("report", "KAZ", WorkState::AwaitingClearance),
        ("pledge", "KAZ", WorkState::AwaitingClearance),
        ("of_no_registry", "KAZ", WorkState::InReview),
    ] {
        let entry = told.one(Ask::by(AIGERIM, start_of(kind, body))).head.entry.unwrap();
        told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
        assert_eq!(told.state_of(entry), expected, "{kind} of {body}");
    }
    told.0.replayed();
}

/// A revision that changes only what the registry lets pass goes straight to review; one word more, and it is cleared.
#[test]
fn a_revision_is_cleared_where_it_changes_what_has_to_be_cleared() {
    let registry = Registry::embedded();
    let practice = registry.record_type("practice").unwrap();
    let free = &practice.fields.iter().find(|field| !field.clearance).expect("a field that may change freely").key;
    for (fields, expected) in [
        (vec![free.as_str()], WorkState::InReview),
        (vec![free.as_str(), "title"], WorkState::AwaitingClearance),
        (vec!["of_no_registry"], WorkState::AwaitingClearance),
    ] {
        let mut told = cleared();
        let entry = told.practice();
        told.cleared(entry);
        let approved = told.approved(entry);
        told.published(entry, &approved);
        told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
        for field in &fields {
            told.saved(AIGERIM, entry, &[*field]);
        }
        told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
        assert_eq!(told.state_of(entry), expected, "{fields:?}");
        told.0.replayed();
    }
}

#[test]
fn what_was_cleared_and_came_back_unchanged_is_not_cleared_again() {
    let mut told = cleared();
    let entry = told.practice();
    told.cleared(entry);
    told.changes_requested(entry);
    told.submitted(AIGERIM, entry);
    assert_eq!((told.state_of(entry), told.entry(entry).round), (WorkState::InReview, 2));
    told.changes_requested(entry);
    told.saved(AIGERIM, entry, &["title"]);
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
}

#[test]
fn what_moderation_asked_stays_to_be_answered_while_the_authority_gives_it_back() {
    let mut told = cleared();
    let entry = told.practice();
    told.cleared(entry);
    told.changes_requested(entry);
    told.saved(AIGERIM, entry, &["title"]);
    let answered = |told: &super::cast::Told| {
        submit_with(told.entry(entry), |submit| {
            submit.answers = vec![v1::Answer { item: 1, text: Some(sealed(60)), round: 0 }];
        })
    };
    told.one(Ask::by(AIGERIM, answered(&told)).on(entry));
    told.one(Ask::by(DAMIR, give_back(told.entry(entry))).on(entry));
    assert_eq!(told.entry(entry).open_items.all(), [(1, 1)]);
    told.one(Ask::by(AIGERIM, answered(&told)).on(entry));
    let events = told.0.given(Ask::by(DAMIR, told.clear(entry)).on(entry));
    let Some(Payload::Submitted(submitted)) = &events[1].payload else { panic!("not submitted") };
    assert_eq!(submitted.command.as_ref().unwrap().answers.len(), 1);
    assert!(told.entry(entry).open_items.all().is_empty());
    told.0.replayed();
}

/// While the authority reads, two moderators correct the public edition.
#[test]
fn what_rests_on_a_former_edition_is_not_cleared() {
    let mut told = cleared();
    let entry = told.practice();
    told.cleared(entry);
    let approved = told.approved(entry);
    told.published(entry, &approved);
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    told.corrected(entry);
    let outcome = told.ask(Ask::by(DAMIR, told.clear(entry)).on(entry));
    assert_eq!(outcome, Err(Refusal::BaseOutdated { base: 1, current: 2 }));
    told.one(Ask::by(DAMIR, give_back(told.entry(entry))).on(entry));
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.cleared(entry);
    told.0.replayed();
}

#[test]
fn a_registry_that_comes_meanwhile_changes_nothing_for_what_awaits_clearance() {
    let mut told = cleared();
    let entry = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let mut document = Registry::embedded().document().clone();
    document.types.retain(|kind| kind.key == "event");
    let digest = Digest([4; 32]).to_vec();
    let bytes = Registry::from_document(document).map(|registry| registry.bytes().to_vec());
    // Whether or not such a registry is without fault: its bytes are what is in force.
    let document = bytes.unwrap_or_else(|_| b"{}".to_vec());
    let command = Some(v1::AdoptRegistry { document, digest });
    told.moderation(None, Payload::RegistryAdopted(v1::RegistryAdopted { command }));
    assert_eq!(told.state_of(entry), WorkState::AwaitingClearance);
    told.0.given(Ask::by(DAMIR, told.clear(entry)).on(entry));
    assert_eq!(told.state_of(entry), WorkState::InReview);
}

#[test]
fn before_any_registry_nothing_is_cleared() {
    let mut told = opened();
    let entry = told.practice();
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    assert_eq!(told.state_of(entry), WorkState::InReview);
}

#[test]
fn a_retraction_ends_what_awaits_clearance() {
    let mut told = cleared();
    let entry = told.practice();
    told.cleared(entry);
    let approved = told.approved(entry);
    told.published(entry, &approved);
    told.one(Ask::by(AIGERIM, Command::OpenRevision).on(entry));
    told.saved(AIGERIM, entry, &["title"]);
    told.one(Ask::by(AIGERIM, submit(told.entry(entry))).on(entry));
    let stale = told.clear(entry);
    told.retracted(entry);
    let outcome = told.ask(Ask::by(DAMIR, stale).on(entry));
    assert!(matches!(outcome, Err(Refusal::WrongState { state: WorkState::Retracted, .. })), "{outcome:?}");
    let Workflow::Retracted { retracted: Place { sequence, .. } } = told.entry(entry).workflow else { panic!() };
    assert!(sequence > 0);
}
