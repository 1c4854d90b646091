//! What becomes of approvals.

use dossier_engine::Decider;
use dossier_proto::{Actor, Digest, Micros, Origin, Place, v1};

use super::world::{
    PUBLISHER, REGISTRY, START, World, adopted, approved, declined, digest, edition_of, entry, kaz, sealed,
};
use crate::domain::{Command, Publication, PublicationRefusal};

#[test]
fn the_first_approval_gives_a_number_and_edition_1_with_all_that_was_approved() {
    let mut world = World::ready();
    let events = world.receive(Some(entry(1)), approved("event", 1, None));
    let head = &events[0].head;
    assert_eq!((head.entry, head.part_version, head.actor), (Some(entry(1)), 1, Actor::System(Origin::Publication)));
    let edition = edition_of(&events);
    assert_eq!((edition.number.as_str(), edition.edition), ("EVT-2026-00001", 1));
    assert_eq!(edition.content.as_ref().unwrap().digest, digest(1).to_vec());
    assert_eq!(edition.content.as_ref().unwrap().sealed, Some(sealed(1)));
    assert_eq!((edition.record_type.as_str(), edition.body.as_str()), ("event", "KAZ"));
    assert_eq!(edition.original_language, "en");
    assert_eq!(edition.notices, ["kosovo-1244"]);
    assert_eq!(edition.steps.len(), 1);
    assert_eq!(edition.what_changed, Some(sealed(1)));
    let kept = &world.state.entries[&entry(1)];
    assert_eq!((kept.edition, kept.digest, kept.version, &kept.body), (1, digest(1), 1, &kaz()));
    assert!(world.state.waiting.is_empty());
}

#[test]
fn a_revision_of_the_current_edition_is_the_next_edition_under_the_same_number() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.receive(Some(entry(2)), approved("event", 1, None));
    let events = world.receive(Some(entry(1)), approved("event", 4, Some(1)));
    let edition = edition_of(&events);
    assert_eq!((edition.number.as_str(), edition.edition), ("EVT-2026-00001", 2));
    assert_eq!(events[0].head.part_version, 2);
    assert_eq!(world.state.entries[&entry(1)].digest, digest(4));
}

/// P5: what is published is what was approved for this very base.
#[test]
fn an_approval_whose_base_is_not_the_current_edition_is_declined_with_the_current_digest() {
    for base in [None, Some(1), Some(3), Some(0)] {
        let mut world = World::ready();
        world.receive(Some(entry(1)), approved("event", 1, None));
        world.receive(Some(entry(1)), approved("event", 2, Some(1)));
        let published = world.state.entries[&entry(1)].published;
        let events = world.receive(Some(entry(1)), approved("event", 3, base));
        let refusal = declined(&events);
        assert_eq!(refusal.code, "base-outdated", "{base:?}");
        assert_eq!(refusal.current_digest, digest(2).to_vec());
        assert_eq!(Place::try_from(refusal.because.as_ref().unwrap()), Ok(published));
        assert_eq!((world.state.entries[&entry(1)].edition, events[0].head.part_version), (2, 2));
        assert!(world.state.waiting.is_empty());
    }
}

#[test]
fn a_revision_of_an_entry_that_was_never_published_is_declined() {
    let mut world = World::ready();
    let events = world.receive(Some(entry(1)), approved("event", 1, Some(1)));
    assert_eq!(declined(&events).code, "base-outdated");
    assert!(world.state.entries.is_empty());
}

#[test]
fn a_retracted_entry_never_publishes_again() {
    for base in [None, Some(1), Some(2)] {
        let mut world = World::ready();
        world.receive(Some(entry(1)), approved("event", 1, None));
        world.retract(PUBLISHER, entry(1), "published-in-error", None).unwrap();
        let retraction = world.state.entries[&entry(1)].retracted().unwrap();
        let events = world.receive(Some(entry(1)), approved("event", 2, base));
        assert_eq!(declined(&events).code, "wrong-state");
        assert_eq!(Place::try_from(declined(&events).because.as_ref().unwrap()), Ok(retraction));
        assert_eq!(world.state.entries[&entry(1)].edition, 1);
    }
}

#[test]
fn without_a_prefix_for_the_type_nothing_is_published() {
    let mut world = World::ready();
    assert_eq!(declined(&world.receive(Some(entry(1)), approved("practice", 1, None))).code, "unknown-code");
    let mut without_registry = World::empty();
    assert_eq!(declined(&without_registry.receive(Some(entry(1)), approved("event", 1, None))).code, "unknown-code");
}

#[test]
fn numbers_run_by_prefix_and_year_of_publication_in_utc() {
    let mut world = World::ready();
    let number = |world: &mut World, which: u8, record_type: &str| {
        edition_of(&world.receive(Some(entry(which)), approved(record_type, 1, None))).number.clone()
    };
    assert_eq!(number(&mut world, 1, "event"), "EVT-2026-00001");
    assert_eq!(number(&mut world, 2, "pledge"), "PLE-2026-00001");
    assert_eq!(number(&mut world, 3, "event"), "EVT-2026-00002");
    // 2027-01-01T00:00:00Z, and the microsecond before.
    let new_year = Micros(1_798_761_600_000_000);
    world.now = new_year.plus(-2);
    assert_eq!(number(&mut world, 4, "event"), "EVT-2026-00003");
    world.now = new_year;
    assert_eq!(number(&mut world, 5, "event"), "EVT-2027-00001");
}

#[test]
fn an_entry_keeps_the_number_of_its_first_year() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.now = START.plus(400 * Micros::DAY);
    let edition = world.receive(Some(entry(1)), approved("event", 2, Some(1)));
    assert_eq!(edition_of(&edition).number, "EVT-2026-00001");
    let other = world.receive(Some(entry(2)), approved("event", 1, None));
    assert_eq!(edition_of(&other).number, "EVT-2027-00001");
}

/// P7.
#[test]
fn the_number_of_a_retracted_entry_is_never_given_again() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.retract(PUBLISHER, entry(1), "published-in-error", None).unwrap();
    let next = world.receive(Some(entry(2)), approved("event", 1, None));
    assert_eq!(edition_of(&next).number, "EVT-2026-00002");
}

#[test]
fn a_new_registry_may_change_the_prefix_and_known_entries_keep_theirs() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world.receive(None, adopted(&REGISTRY.replace("EVT", "MTG")));
    assert_eq!(edition_of(&world.receive(Some(entry(1)), approved("event", 2, Some(1)))).number, "EVT-2026-00001");
    assert_eq!(edition_of(&world.receive(Some(entry(2)), approved("event", 1, None))).number, "MTG-2026-00001");
}

#[test]
fn an_adoption_that_cannot_be_read_leaves_the_rules_as_they_were() {
    let mut world = World::ready();
    let rules = world.state.rules.clone();
    world.receive(None, adopted("no json"));
    world.receive(None, adopted("{}"));
    assert_eq!(world.state.rules, rules);
}

#[test]
fn an_approval_that_was_dealt_with_changes_nothing_a_second_time() {
    let mut world = World::ready();
    let payload = approved("event", 1, None);
    let foreign = world.foreign_event(Some(entry(1)), payload);
    world.receive_event(&foreign);
    let before = world.state.clone();
    let command = Command::Publish(v1::PublishEdition { approved: Some(foreign.head.place.into()) });
    let context = world.context(Actor::System(Origin::Publication), Some(entry(1)));
    assert_eq!(world.decide(&command, &context), Ok(Vec::new()));
    assert_eq!(world.state, before);
}

#[test]
fn nobody_but_the_system_publishes() {
    let world = World::ready();
    let command = Command::Publish(v1::PublishEdition { approved: None });
    for actor in [Actor::Person(PUBLISHER), Actor::Service(Origin::Moderation), Actor::System(Origin::Audit)] {
        let context = world.context(actor, Some(entry(1)));
        let refused = Publication::decide(&world.state, &command, &context);
        assert_eq!(refused, Err(PublicationRefusal::SystemOnly), "{actor:?}");
    }
}

#[test]
fn what_is_decided_under_a_registry_names_it() {
    let mut world = World::ready();
    let events = world.receive(Some(entry(1)), approved("event", 1, None));
    assert_eq!(events[0].head.registry, Some(Digest([0xEE; 32])));
}
