//! Who may take an entry back, and when.

use dossier_engine::{Decider, Refusal as _};
use dossier_identity::{NotEntitledReason, Role};
use dossier_proto::{Actor, EventId, Micros, Origin, Payload, v1};

use super::world::{
    PUBLISHER, STRANGER, World, approved, declining, entry, granted, retraction_asked, retraction_cleared, revoked,
    sealed,
};
use crate::domain::{Command, Deed, Publication, PublicationRefusal};

fn published() -> World {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.receive(Some(entry(1)), approved("event", 2, Some(1)));
    world
}

#[test]
fn a_publisher_retracts_with_reason_and_explanation() {
    let mut world = published();
    let events = world.retract(PUBLISHER, entry(1), "published-in-error", Some(2)).unwrap();
    let [event] = events.as_slice() else { panic!("one event") };
    let Some(Payload::EntryRetracted(retracted)) = &event.payload else { panic!("{event:?}") };
    assert_eq!(retracted.edition, 2);
    assert_eq!(retracted.command.as_ref().unwrap().reason, "published-in-error");
    assert_eq!(retracted.command.as_ref().unwrap().explanation, Some(sealed(9)));
    assert_eq!(event.head.part_version, 3, "what everybody reads is another thing now, so the version moves on");
    let authority = event.head.authority.expect("by which designation");
    assert_eq!(authority.granted.origin, Origin::Moderation);
    let kept = &world.state.entries[&entry(1)];
    assert_eq!((kept.retracted(), kept.edition, kept.version), (Some(event.head.place), 2, 3));
}

#[test]
fn without_a_designation_it_is_refused_and_recorded() {
    let none = "no-designation";
    let cases: [(&str, &str, Vec<Payload>); 5] = [
        ("none at all", none, vec![]),
        ("another role", none, vec![granted(STRANGER, Role::Moderator, "", &[])]),
        ("another body", "designated-for-another-body", vec![granted(STRANGER, Role::Publisher, "KEN", &[])]),
        (
            "another type",
            "designated-for-another-record-type",
            vec![granted(STRANGER, Role::Publisher, "KAZ", &["pledge"])],
        ),
        ("administrators have no say on content", none, vec![granted(STRANGER, Role::Administrator, "", &[])]),
    ];
    for (name, code, grants) in cases {
        let mut world = published();
        for grant in grants {
            world.receive(None, grant);
        }
        let before = world.state.clone();
        let refusal = world.retract(STRANGER, entry(1), "published-in-error", None).unwrap_err();
        assert_eq!(refusal.facts().code, code, "{name}");
        let (last, _) = world.journal.last().unwrap();
        assert!(matches!(last.payload, Some(Payload::PublicationRefused(_))), "{name}: {last:?}");
        assert_eq!(last.head.actor, Actor::Person(STRANGER));
        assert_eq!(world.state, before, "{name}: a refusal changes nothing");
    }
}

#[test]
fn a_revoked_publisher_is_refused_and_told_by_which_event() {
    let mut world = published();
    let grant = world.foreign_event(None, granted(STRANGER, Role::Publisher, "KAZ", &["event"]));
    world.receive_event(&grant);
    let end = world.foreign_event(None, revoked(EventId(grant.head.id.0)));
    world.receive_event(&end);
    let refusal = world.retract(STRANGER, entry(1), "published-in-error", None).unwrap_err();
    let (reason, because) = (NotEntitledReason::Revoked, Some(end.head.place));
    assert_eq!(refusal, PublicationRefusal::NoDesignation { deed: Deed::Retract, reason, because });
    assert!(refusal.to_string().contains(&end.head.place.to_string()), "{refusal}");
}

#[test]
fn slips_are_answered_and_not_recorded() {
    let unknown = |code: &str| PublicationRefusal::UnknownCode {
        deed: Deed::Retract,
        code: code.to_owned(),
        known: "published-in-error".to_owned(),
    };
    let cases = [
        (entry(9), "published-in-error", None, PublicationRefusal::NotFound),
        (entry(1), "published-in-error", Some(1), PublicationRefusal::VersionMismatch { current: 2 }),
        (entry(1), "no such reason", None, unknown("no such reason")),
        (entry(1), "old-reason", None, unknown("old-reason")),
        (entry(1), "court-order", None, unknown("court-order")),
    ];
    for (which, reason, expected, refusal) in cases {
        let mut world = published();
        let length = world.journal.len();
        assert_eq!(world.retract(PUBLISHER, which, reason, expected), Err(refusal));
        assert_eq!(world.journal.len(), length);
    }
}

#[test]
fn an_explanation_is_needed() {
    let mut world = published();
    let command = v1::RetractEntry { reason: "published-in-error".to_owned(), explanation: None };
    let context = world.context(Actor::Person(PUBLISHER), Some(entry(1)));
    let refused = world.decide(&Command::Retract(command), &context);
    assert_eq!(refused, Err(PublicationRefusal::ExplanationMissing { deed: Deed::Retract }));
}

#[test]
fn a_second_retraction_is_refused_with_the_first() {
    let mut world = published();
    world.retract(PUBLISHER, entry(1), "published-in-error", None).unwrap();
    let because = world.state.entries[&entry(1)].retracted().unwrap();
    let again = world.retract(PUBLISHER, entry(1), "published-in-error", Some(3));
    assert_eq!(again, Err(PublicationRefusal::AlreadyRetracted { because }));
}

#[test]
fn neither_services_nor_the_system_retract() {
    let world = published();
    let command =
        Command::Retract(v1::RetractEntry { reason: "published-in-error".to_owned(), explanation: Some(sealed(9)) });
    for actor in [Actor::System(Origin::Publication), Actor::Service(Origin::Moderation)] {
        let context = world.context(actor, Some(entry(1)));
        let refused = Publication::decide(&world.state, &command, &context);
        let reason = NotEntitledReason::NoDesignation;
        assert_eq!(
            refused,
            Err(PublicationRefusal::NoDesignation { deed: Deed::Retract, reason, because: None }),
            "{actor:?}"
        );
    }
}

#[test]
fn a_request_of_the_body_stays_open_until_the_entry_is_retracted() {
    let mut world = published();
    assert_eq!(world.state.entries[&entry(1)].asked, None);
    let asked = world.foreign_event(Some(entry(1)), retraction_asked(2));
    world.receive_event(&asked);
    assert_eq!(world.state.entries[&entry(1)].asked, Some(asked.head.place));
    world.now = world.now.plus(Micros::DAY);
    world.receive(Some(entry(1)), approved("event", 3, Some(2)));
    assert_eq!(world.state.entries[&entry(1)].asked, Some(asked.head.place), "a new edition does not answer it");
    world.retract(PUBLISHER, entry(1), "published-in-error", None).unwrap();
    assert_eq!(world.state.entries[&entry(1)].asked, None);
    world.receive(Some(entry(1)), retraction_asked(3));
    assert_eq!(world.state.entries[&entry(1)].asked, None, "what is retracted cannot be asked for");
}

#[test]
fn a_request_that_was_cleared_counts_as_one_that_was_asked() {
    let mut world = published();
    let cleared = world.foreign_event(Some(entry(1)), retraction_cleared(2));
    world.receive_event(&cleared);
    assert_eq!(world.state.entries[&entry(1)].asked, Some(cleared.head.place));
}

#[test]
fn events_that_do_not_concern_publication_are_left() {
    let mut world = published();
    let length = world.journal.len();
    world.receive(Some(entry(1)), Payload::Submitted(v1::Submitted::default()));
    world.receive(Some(entry(1)), Payload::EntryRefused(v1::EntryRefused::default()));
    assert_eq!(world.journal.len(), length);
}

#[test]
fn a_publisher_leaves_the_entry_as_it_is_and_the_body_may_ask_again() {
    let mut world = published();
    world.receive(Some(entry(1)), retraction_asked(2));
    let asked = world.state.entries[&entry(1)].asked;
    let events = world.ask(PUBLISHER, entry(1), &declining(asked), Some(2)).unwrap();
    let [event] = events.as_slice() else { panic!("one event") };
    let Some(Payload::RetractionDeclined(declined)) = &event.payload else { panic!("{event:?}") };
    assert_eq!((declined.edition, event.head.part_version), (2, 2), "what everybody reads is the same");
    assert!(event.head.authority.is_some());
    let kept = &world.state.entries[&entry(1)];
    assert_eq!((kept.asked, kept.version, kept.retracted()), (None, 2, None));
    assert_eq!(world.ask(PUBLISHER, entry(1), &declining(asked), None), Err(PublicationRefusal::NotAsked));
    world.receive(Some(entry(1)), retraction_cleared(2));
    let anew = world.state.entries[&entry(1)].asked;
    assert!(anew.is_some() && anew != asked);
    // Who answers the former request has not read this one.
    assert_eq!(world.ask(PUBLISHER, entry(1), &declining(asked), None), Err(PublicationRefusal::NotAsked));
    assert_eq!(world.ask(PUBLISHER, entry(1), &declining(None), None), Err(PublicationRefusal::NotAsked));
    world.ask(PUBLISHER, entry(1), &declining(anew), None).unwrap();
}

#[test]
fn a_request_is_declined_with_a_reason_by_a_publisher() {
    let mut world = published();
    world.receive(Some(entry(1)), retraction_asked(2));
    let asked = world.state.entries[&entry(1)].asked;
    let silent = v1::DeclineRetraction { asked: asked.map(Into::into), reason: None };
    let refused = world.ask(PUBLISHER, entry(1), &Command::DeclineRetraction(silent), None);
    assert_eq!(refused, Err(PublicationRefusal::ExplanationMissing { deed: Deed::DeclineRetraction }));
    let refused = world.ask(STRANGER, entry(1), &declining(asked), None).unwrap_err();
    assert_eq!(refused.facts().code, "no-designation");
    let (last, _) = world.journal.last().unwrap();
    assert!(matches!(last.payload, Some(Payload::PublicationRefused(_))), "{last:?}");
    assert_eq!(world.state.entries[&entry(1)].asked, asked);
}
