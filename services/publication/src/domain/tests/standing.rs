//! Suspended, reinstated, superseded.

use dossier_engine::{Decider, Refusal as _};
use dossier_proto::{Actor, Origin, Payload, v1};

use super::world::{
    PUBLISHER, STRANGER, World, approved, corrected, declined, edition_of, entry, reinstatement, retraction, sealed,
    supersession, suspension,
};
use crate::domain::{Command, Deed, NoSuccessor, Publication, PublicationRefusal, Standing};

/// What happened before.
type Given = fn(&mut World);

/// Entries 1 to 3 are published.
fn published() -> World {
    let mut world = World::ready();
    for which in 1..=3 {
        world.receive(Some(entry(which)), approved("event", which, None));
    }
    world
}

fn standing(world: &World) -> Standing {
    world.state.entries[&entry(1)].standing()
}

#[test]
fn an_entry_is_suspended_and_reinstated_with_an_explanation_and_each_moves_the_version() {
    let mut world = published();
    let events = world.ask(PUBLISHER, entry(1), &suspension("court-order"), Some(1)).unwrap();
    let Some(Payload::EntrySuspended(suspended)) = &events[0].payload else { panic!("{events:?}") };
    assert_eq!((suspended.edition, events[0].head.part_version), (1, 2));
    assert_eq!(suspended.command.as_ref().unwrap().explanation, Some(sealed(9)));
    assert!(events[0].head.authority.is_some());
    assert_eq!(standing(&world), Standing::Suspended);
    let events = world.ask(PUBLISHER, entry(1), &reinstatement(), Some(2)).unwrap();
    let Some(Payload::EntryReinstated(reinstated)) = &events[0].payload else { panic!("{events:?}") };
    assert_eq!((reinstated.edition, events[0].head.part_version), (1, 3));
    assert_eq!(standing(&world), Standing::Published);
    world.ask(PUBLISHER, entry(1), &suspension("court-order"), None).unwrap();
    assert_eq!(standing(&world), Standing::Suspended, "and again");
}

#[test]
fn readers_are_pointed_on_to_the_number_of_the_other_entry() {
    let mut world = published();
    let events = world.ask(PUBLISHER, entry(1), &supersession(entry(2), "merged"), Some(1)).unwrap();
    let [one] = events.as_slice() else { panic!("{events:?}") };
    let Some(Payload::EntrySuperseded(superseded)) = &one.payload else { panic!("{events:?}") };
    assert_eq!((superseded.number.as_str(), superseded.edition), ("EVT-2026-00002", 1));
    let kept = &world.state.entries[&entry(1)];
    assert_eq!(kept.successor.unwrap().entry, entry(2));
    assert_eq!((kept.standing(), kept.version), (Standing::Superseded, 2));
    assert_eq!(world.state.entries[&entry(2)].version, 2, "its readers are told what it stands for");
}

#[test]
fn what_cannot_stand_in_the_place_of_another_is_named() {
    let cases: [(NoSuccessor, u8, Given); 5] = [
        (NoSuccessor::Itself, 1, |_| {}),
        (NoSuccessor::Unknown, 9, |_| {}),
        (NoSuccessor::Withheld, 2, |world| {
            world.ask(PUBLISHER, entry(2), &suspension("court-order"), None).unwrap();
        }),
        (NoSuccessor::Withheld, 2, |world| {
            world.ask(PUBLISHER, entry(2), &retraction("published-in-error"), None).unwrap();
        }),
        (NoSuccessor::Superseded, 2, |world| {
            world.ask(PUBLISHER, entry(2), &supersession(entry(3), "merged"), None).unwrap();
        }),
    ];
    for (why, other, before) in cases {
        let mut world = published();
        before(&mut world);
        let refused = world.ask(PUBLISHER, entry(1), &supersession(entry(other), "merged"), None);
        assert_eq!(refused, Err(PublicationRefusal::NoSuccessor { why }));
    }
    let mut world = published();
    let nameless = Command::Supersede(v1::SupersedeEntry {
        superseded_by: vec![1; 3],
        reason: "merged".to_owned(),
        explanation: Some(sealed(9)),
    });
    let refused = world.ask(PUBLISHER, entry(1), &nameless, None);
    assert_eq!(refused, Err(PublicationRefusal::NoSuccessor { why: NoSuccessor::Unknown }));
}

#[test]
fn nobody_is_pointed_in_a_circle() {
    let mut world = published();
    world.ask(PUBLISHER, entry(1), &supersession(entry(2), "merged"), None).unwrap();
    world.ask(PUBLISHER, entry(2), &supersession(entry(3), "merged"), None).unwrap();
    let refused = world.ask(PUBLISHER, entry(3), &supersession(entry(1), "merged"), None);
    assert_eq!(refused, Err(PublicationRefusal::NoSuccessor { why: NoSuccessor::Superseded }));
}

/// Each decision in each state: the code it is refused with, or none.
#[test]
fn what_may_be_decided_in_which_state() {
    let (public, suspended): (Given, Given) = (
        |_| {},
        |world| {
            world.ask(PUBLISHER, entry(1), &suspension("court-order"), None).unwrap();
        },
    );
    let superseded: Given = |world| {
        world.ask(PUBLISHER, entry(1), &supersession(entry(2), "merged"), None).unwrap();
    };
    let both: Given = |world| {
        world.ask(PUBLISHER, entry(1), &supersession(entry(2), "merged"), None).unwrap();
        world.ask(PUBLISHER, entry(1), &suspension("court-order"), None).unwrap();
    };
    let retracted: Given = |world| {
        world.ask(PUBLISHER, entry(1), &retraction("published-in-error"), None).unwrap();
    };
    let wrong = Some("wrong-state");
    //                suspend reinstate supersede retract
    let table: [(&str, Given, [Option<&str>; 4]); 5] = [
        ("public", public, [None, wrong, None, None]),
        ("suspended", suspended, [wrong, None, wrong, None]),
        ("superseded", superseded, [None, wrong, wrong, None]),
        ("superseded and suspended", both, [wrong, None, wrong, None]),
        ("retracted", retracted, [wrong, wrong, wrong, wrong]),
    ];
    for (name, given, expected) in table {
        let commands = [
            suspension("court-order"),
            reinstatement(),
            supersession(entry(3), "merged"),
            retraction("published-in-error"),
        ];
        for (command, expected) in commands.into_iter().zip(expected) {
            let mut world = published();
            given(&mut world);
            let found = world.ask(PUBLISHER, entry(1), &command, None).err();
            assert_eq!(found.as_ref().map(PublicationRefusal::code), expected, "{command:?} when {name}");
        }
    }
}

#[test]
fn what_was_superseded_is_still_so_when_it_is_reinstated() {
    let mut world = published();
    world.ask(PUBLISHER, entry(1), &supersession(entry(2), "merged"), None).unwrap();
    world.ask(PUBLISHER, entry(1), &suspension("court-order"), None).unwrap();
    assert_eq!(standing(&world), Standing::Suspended);
    world.ask(PUBLISHER, entry(1), &reinstatement(), None).unwrap();
    assert_eq!(standing(&world), Standing::Superseded);
}

/// The mended text must be there before the entry is given back, not after.
#[test]
fn a_suspended_entry_gets_its_next_edition_and_stays_suspended() {
    for next in [approved("event", 4, Some(1)), corrected(4, 1)] {
        let mut world = published();
        world.ask(PUBLISHER, entry(1), &suspension("court-order"), None).unwrap();
        let events = world.receive(Some(entry(1)), next);
        assert_eq!((edition_of(&events).edition, events[0].head.part_version), (2, 3));
        assert_eq!(standing(&world), Standing::Suspended);
    }
}

#[test]
fn a_superseded_entry_gets_no_further_edition() {
    let mut world = published();
    world.ask(PUBLISHER, entry(1), &supersession(entry(2), "merged"), None).unwrap();
    for next in [approved("event", 4, Some(1)), corrected(4, 1)] {
        assert_eq!(declined(&world.receive(Some(entry(1)), next)).code, "wrong-state");
    }
}

#[test]
fn each_reason_is_for_what_the_registry_says() {
    for (command, known) in [
        (suspension("merged"), "court-order"),
        (suspension("old-reason"), "court-order"),
        (suspension(""), "court-order"),
        (supersession(entry(2), "court-order"), "merged"),
        (supersession(entry(2), "published-in-error"), "merged"),
        (retraction("merged"), "published-in-error"),
    ] {
        let mut world = published();
        let refused = world.ask(PUBLISHER, entry(1), &command, None).unwrap_err();
        let PublicationRefusal::UnknownCode { known: listed, .. } = &refused else { panic!("{command:?}: {refused}") };
        assert_eq!(listed, known, "{refused}");
    }
}

#[test]
fn without_an_explanation_nothing_is_decided() {
    for (deed, command) in [
        (Deed::Suspend, Command::Suspend(v1::SuspendEntry { reason: "court-order".to_owned(), explanation: None })),
        (Deed::Reinstate, Command::Reinstate(v1::ReinstateEntry { explanation: None })),
        (
            Deed::Supersede,
            Command::Supersede(v1::SupersedeEntry {
                superseded_by: entry(3).to_vec(),
                reason: "merged".to_owned(),
                explanation: None,
            }),
        ),
    ] {
        let mut world = published();
        if deed == Deed::Reinstate {
            world.ask(PUBLISHER, entry(1), &suspension("court-order"), None).unwrap();
        }
        let refused = world.ask(PUBLISHER, entry(1), &command, None);
        assert_eq!(refused, Err(PublicationRefusal::ExplanationMissing { deed }));
    }
}

#[test]
fn only_a_publisher_decides_and_others_are_refused_on_record() {
    for command in [suspension("court-order"), reinstatement(), supersession(entry(2), "merged")] {
        let mut world = published();
        let refused = world.ask(STRANGER, entry(1), &command, None).unwrap_err();
        assert_eq!(refused.facts().code, "no-designation");
        assert!(matches!(world.journal.last().unwrap().0.payload, Some(Payload::PublicationRefused(_))));
        assert_eq!(world.ask(PUBLISHER, entry(9), &command, None), Err(PublicationRefusal::NotFound));
        let stale = world.ask(PUBLISHER, entry(1), &command, Some(7));
        assert_eq!(stale, Err(PublicationRefusal::VersionMismatch { current: 1 }));
        for actor in [Actor::System(Origin::Publication), Actor::Service(Origin::Moderation)] {
            let context = world.context(actor, Some(entry(1)));
            assert!(Publication::decide(&world.state, &command, &context).is_err(), "{actor:?}");
        }
    }
}
