//! Retraction where the type asks for clearance: a contributor proposes, the publishing authority stands behind it.

use dossier_engine::testing::Ask;
use dossier_proto::{EntryId, Event, Payload, v1};

use super::cast::{AIGERIM, BOLAT, DAMIR, SAULE, Told, ask_retraction, cleared, sealed};
use crate::domain::{Command, Holder, Move, Refusal, WorkState};

/// A practice that is public.
fn public() -> (Told, EntryId) {
    let mut told = cleared();
    let entry = told.practice();
    told.cleared(entry);
    let approved = told.approved(entry);
    told.published(entry, &approved);
    (told, entry)
}

fn clear(proposed: &Event) -> Command {
    let Some(Payload::RetractionProposed(proposal)) = &proposed.payload else { panic!("not proposed: {proposed:?}") };
    let reason = proposal.command.as_ref().unwrap().reason.clone();
    Command::ClearRetraction { clear: v1::ClearRetraction { proposed: Some(proposed.head.place.into()) }, reason }
}

#[test]
fn a_contributor_proposes_and_the_authority_lets_it_go_to_publication() {
    let (mut told, entry) = public();
    let proposed = told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    let (turn, next) = (told.entry(entry).turn(), told.entry(entry).next());
    assert_eq!(
        (turn.who, turn.since, next.what),
        (Holder::PublishingAuthority, proposed.head.recorded_at, Move::ClearRetraction)
    );
    let again = told.ask(Ask::by(BOLAT, ask_retraction()).on(entry));
    assert_eq!(again, Err(Refusal::AskedAlready { asked: proposed.head.place }));
    let event = told.one(Ask::by(DAMIR, clear(&proposed)).on(entry));
    let Some(Payload::RetractionCleared(given)) = &event.payload else { panic!("not cleared: {event:?}") };
    assert_eq!((given.edition, &given.reason), (1, &Some(sealed(51))));
    assert_eq!(
        (told.entry(entry).turn().who, told.entry(entry).next().what),
        (Holder::Publisher, Move::DecideRetraction)
    );
    let twice = told.ask(Ask::by(SAULE, clear(&proposed)).on(entry));
    assert_eq!(twice, Err(Refusal::NotProposed));
    told.retracted(entry);
    assert_eq!(told.state_of(entry), WorkState::Retracted);
    told.0.replayed();
}

fn give_back_retraction(proposed: &Event) -> Command {
    let proposed = Some(proposed.head.place.into());
    Command::ReturnRetraction(v1::ReturnRetraction { proposed, reason: Some(sealed(52)) })
}

#[test]
fn an_authority_does_not_pass_it_on_and_it_may_be_proposed_again() {
    let (mut told, entry) = public();
    let proposed = told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    let refused = told.ask(Ask::by(BOLAT, give_back_retraction(&proposed)).on(entry));
    assert!(matches!(refused, Err(Refusal::NoDesignation { .. })), "{refused:?}");
    let silent = v1::ReturnRetraction { proposed: Some(proposed.head.place.into()), reason: None };
    let refused = told.ask(Ask::by(DAMIR, Command::ReturnRetraction(silent)).on(entry));
    assert!(matches!(refused, Err(Refusal::Malformed(_))), "{refused:?}");
    let event = told.one(Ask::by(DAMIR, give_back_retraction(&proposed)).on(entry));
    assert!(matches!(event.payload, Some(Payload::RetractionReturned(_))), "{event:?}");
    assert_eq!(told.entry(entry).turn().who, Holder::Nobody);
    assert_eq!(told.ask(Ask::by(DAMIR, give_back_retraction(&proposed)).on(entry)), Err(Refusal::NotProposed));
    assert_eq!(told.ask(Ask::by(DAMIR, clear(&proposed)).on(entry)), Err(Refusal::NotProposed));
    let anew = told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    told.one(Ask::by(DAMIR, clear(&anew)).on(entry));
    told.0.replayed();
}

/// The body could never ask again, and its entry waited for a publisher for ever.
#[test]
fn a_publisher_who_declines_ends_the_waiting_of_that_request_alone() {
    let (mut told, entry) = public();
    let declined = |asked: &Event| {
        Payload::RetractionDeclined(v1::RetractionDeclined {
            command: Some(v1::DeclineRetraction { asked: Some(asked.head.place.into()), reason: Some(sealed(53)) }),
            edition: 1,
        })
    };
    let first = told.one(Ask::by(DAMIR, ask_retraction()).on(entry));
    told.publication(entry, declined(&first));
    assert_eq!(told.entry(entry).turn().who, Holder::Nobody);
    let second = told.one(Ask::by(DAMIR, ask_retraction()).on(entry));
    told.publication(entry, declined(&first));
    assert_eq!(told.entry(entry).turn().who, Holder::Publisher, "the answer to another request");
    told.publication(entry, declined(&second));
    assert_eq!(told.entry(entry).turn().who, Holder::Nobody);
    told.0.replayed();
}

#[test]
fn an_authority_asks_at_once_also_where_it_was_proposed() {
    let (mut told, entry) = public();
    told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    let asked = told.one(Ask::by(DAMIR, ask_retraction()).on(entry));
    assert!(matches!(asked.payload, Some(Payload::RetractionAsked(_))), "{asked:?}");
    assert_eq!(told.entry(entry).public.as_ref().unwrap().retraction_proposed, None);
    told.0.replayed();
}

#[test]
fn who_proposed_does_not_clear_and_other_words_are_not_carried() {
    let (mut told, entry) = public();
    told.designate(DAMIR, "KAZ", &[]);
    // As contributor and authority at once, Damir asks at once; so Aigerim, who proposes, becomes an authority after.
    let proposed = told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    told.designate_as(AIGERIM, dossier_identity::Role::PublishingAuthority, "KAZ", &[]);
    let because = proposed.head.place;
    assert_eq!(told.ask(Ask::by(AIGERIM, clear(&proposed)).on(entry)), Err(Refusal::OwnSubmission { because }));
    let Command::ClearRetraction { clear: named, .. } = clear(&proposed) else { panic!() };
    for reason in [None, Some(sealed(99))] {
        let command = Command::ClearRetraction { clear: named, reason };
        assert!(matches!(told.ask(Ask::by(DAMIR, command).on(entry)), Err(Refusal::Malformed(_))));
    }
    let unnamed = Command::ClearRetraction { clear: v1::ClearRetraction { proposed: None }, reason: None };
    assert_eq!(told.ask(Ask::by(DAMIR, unnamed).on(entry)), Err(Refusal::NotProposed));
    let outcome = told.ask(Ask::by(BOLAT, clear(&proposed)).on(entry));
    assert!(matches!(outcome, Err(Refusal::NoDesignation { .. })), "{outcome:?}");
    told.0.replayed();
}

#[test]
fn an_event_is_retracted_without_clearance() {
    let mut told = cleared();
    let entry = told.public();
    let asked = told.one(Ask::by(AIGERIM, ask_retraction()).on(entry));
    assert!(matches!(asked.payload, Some(Payload::RetractionAsked(_))), "{asked:?}");
}
