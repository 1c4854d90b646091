//! What waits for its time.

use dossier_engine::{Decider, Refusal as _};
use dossier_identity::Role;
use dossier_proto::{Actor, Event, Micros, Origin, Payload, Place, v1};

use super::world::{
    PUBLISHER, START, STRANGER, World, approved, approved_for, corrected, declined, digest, edition_of, entry, granted,
    rescheduling, retraction, supersession,
};
use crate::domain::{Command, Deed, Publication, PublicationRefusal, WAIT_DAYS_MAX};

const DAY: i64 = Micros::DAY;
const NOW: Command = Command::PublishNow(v1::PublishNow {});

/// Noon of the n-th day.
fn day(number: i64) -> Micros {
    START.plus(number * DAY)
}

fn waiting() -> World {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved_for(day(10), 1, None));
    world
}

fn scheduled(events: &[Event]) -> &v1::EditionScheduled {
    match events {
        [Event { payload: Some(Payload::EditionScheduled(scheduled)), .. }] => scheduled,
        other => panic!("not scheduled: {other:?}"),
    }
}

#[test]
fn an_approval_for_a_time_waits_for_it_without_a_number() {
    let mut world = World::ready();
    let events = world.receive(Some(entry(1)), approved_for(day(10), 1, None));
    assert_eq!(scheduled(&events).at, day(10).0);
    assert_eq!(events[0].head.entry, Some(entry(1)));
    assert!(world.state.entries.is_empty() && world.state.running.is_empty(), "no number before its time");
    assert_eq!(Publication::next_due(&world.state), Some(day(10)));
    assert_eq!(world.wait(10 * DAY - 10), [], "a moment before, nothing happens");
    let events = world.wait(DAY);
    let edition = edition_of(&events);
    assert_eq!((edition.number.as_str(), edition.edition, edition.now), ("EVT-2026-00001", 1, None));
    assert_eq!(edition.content.as_ref().unwrap().digest, digest(1).to_vec());
    assert_eq!(events[0].head.actor, Actor::System(Origin::Publication));
    assert!(world.state.schedule.is_empty());
    assert_eq!(Publication::next_due(&world.state), None);
}

#[test]
fn a_time_that_has_passed_when_the_approval_comes_in_is_no_reason_to_wait() {
    for at in [Micros(i64::MIN), Micros(0), START] {
        let mut world = World::ready();
        edition_of(&world.receive(Some(entry(1)), approved_for(at, 1, None)));
    }
}

#[test]
fn the_number_is_of_the_year_of_publication() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved_for(day(400), 1, None));
    assert_eq!(edition_of(&world.wait(400 * DAY)).number, "EVT-2027-00001");
}

#[test]
fn what_is_due_at_the_same_moment_goes_256_at_a_time_the_earliest_first() {
    let mut world = World::ready();
    for number in 0..300_u16 {
        let id = dossier_proto::EntryId([number.to_be_bytes(), [1; 2]].concat().repeat(4).try_into().unwrap());
        world.receive(Some(id), approved_for(day(20).plus(-i64::from(number)), 1, None));
    }
    assert_eq!(Publication::due(&world.state, day(20)).len(), 256);
    let events = world.wait(20 * DAY);
    assert_eq!(events.len(), 300);
    let first = events[0].head.entry.unwrap();
    assert_eq!(first.0[..2], 299_u16.to_be_bytes());
}

#[test]
fn too_early_and_a_second_time_change_nothing() {
    let mut world = waiting();
    let approval = world.state.schedule.get(entry(1)).unwrap().waiting.at;
    let command = Command::Publish(v1::PublishEdition { approved: Some(approval.into()) });
    let context = world.context(Actor::System(Origin::Publication), Some(entry(1)));
    assert_eq!(world.decide(&command, &context), Ok(Vec::new()));
    world.wait(10 * DAY);
    let context = world.context(Actor::System(Origin::Publication), Some(entry(1)));
    assert_eq!(world.decide(&command, &context), Ok(Vec::new()));
}

#[test]
fn a_publisher_moves_the_time_later_and_back_to_what_was_asked_but_never_before() {
    let mut world = waiting();
    let events = world.ask(PUBLISHER, entry(1), &rescheduling(day(20)), None).unwrap();
    let [Event { payload: Some(Payload::EditionRescheduled(moved)), head }] = events.as_slice() else { panic!() };
    assert_eq!(moved.command.as_ref().unwrap().at, day(20).0);
    assert!(head.authority.is_some());
    assert_eq!(world.wait(15 * DAY), [], "the first time has passed");
    let until = day(10);
    let because = world.state.schedule.get(entry(1)).unwrap().waiting.at;
    let mut early = waiting();
    let refused = early.ask(PUBLISHER, entry(1), &rescheduling(day(10).plus(-1)), None);
    assert_eq!(refused, Err(PublicationRefusal::Embargo { until, because }));
    assert!(refused.unwrap_err().to_string().contains("2026-01-22T00:00:00Z"));
    early.ask(PUBLISHER, entry(1), &rescheduling(day(11)), None).unwrap();
    early.ask(PUBLISHER, entry(1), &rescheduling(day(10)), None).unwrap();
    edition_of(&early.wait(10 * DAY));
    edition_of(&world.wait(5 * DAY));
}

#[test]
fn a_moment_that_makes_no_sense_is_refused() {
    let mut world = waiting();
    let far = world.ask(PUBLISHER, entry(1), &rescheduling(day(WAIT_DAYS_MAX + 1)), None).unwrap_err();
    assert_eq!(far.code(), "too-far");
    for at in [Micros(i64::MIN), Micros(0), START] {
        assert_eq!(world.ask(PUBLISHER, entry(1), &rescheduling(at), None), Err(PublicationRefusal::PastMoment));
    }
    let silent = Command::Reschedule(v1::Reschedule { at: day(20).0, reason: None });
    let missing = PublicationRefusal::ExplanationMissing { deed: Deed::Reschedule };
    assert_eq!(world.ask(PUBLISHER, entry(1), &silent, None), Err(missing));
    assert_eq!(world.ask(PUBLISHER, entry(1), &rescheduling(day(10)), None), Ok(Vec::new()), "it is so already");
}

#[test]
fn publishing_now_is_for_what_only_a_publisher_lets_wait() {
    let mut world = waiting();
    let refused = world.ask(PUBLISHER, entry(1), &NOW, None).unwrap_err();
    assert_eq!(refused.code(), "embargo");
    world.ask(PUBLISHER, entry(1), &rescheduling(day(20)), None).unwrap();
    assert_eq!(world.ask(PUBLISHER, entry(1), &NOW, None).unwrap_err().code(), "embargo", "it still stands");
    world.wait(10 * DAY);
    let events = world.ask(PUBLISHER, entry(1), &NOW, None).unwrap();
    let edition = edition_of(&events);
    assert_eq!((edition.edition, edition.now), (1, Some(v1::PublishNow {})));
    assert_eq!(events[0].head.actor, Actor::Person(PUBLISHER));
    assert!(events[0].head.authority.is_some());
    assert_eq!(world.wait(10 * DAY), [], "it does not come a second time");
    assert_eq!(world.ask(PUBLISHER, entry(1), &NOW, None), Err(PublicationRefusal::NotScheduled));
}

#[test]
fn who_is_no_publisher_is_refused_and_does_not_learn_what_waits() {
    for command in [NOW, rescheduling(day(20))] {
        let mut world = waiting();
        let known = world.ask(STRANGER, entry(1), &command, None).unwrap_err();
        let unknown = world.ask(STRANGER, entry(9), &command, None).unwrap_err();
        assert_eq!(known, unknown, "the same answer, whether something waits or not");
        assert_eq!(known.facts().code, "no-designation");
        assert!(matches!(world.journal.last().unwrap().0.payload, Some(Payload::PublicationRefused(_))));
        world.receive(None, granted(STRANGER, Role::Publisher, "KEN", &[]));
        let other = world.ask(STRANGER, entry(1), &command, None).unwrap_err();
        assert_eq!(other.facts().code, "designated-for-another-body");
        for actor in [Actor::System(Origin::Publication), Actor::Service(Origin::Moderation)] {
            let context = world.context(actor, Some(entry(1)));
            assert!(Publication::decide(&world.state, &command, &context).is_err(), "{actor:?}");
        }
    }
}

#[test]
fn a_time_read_before_somebody_changed_it_is_stale() {
    let mut world = waiting();
    let read = world.state.schedule.get(entry(1)).unwrap().version();
    world.ask(PUBLISHER, entry(1), &rescheduling(day(20)), Some(read)).unwrap();
    let current = world.state.schedule.get(entry(1)).unwrap().version();
    let stale = world.ask(PUBLISHER, entry(1), &rescheduling(day(30)), Some(read));
    assert_eq!(stale, Err(PublicationRefusal::VersionMismatch { current }));
    world.receive(Some(entry(1)), approved_for(day(12), 2, None));
    assert_ne!(world.state.schedule.get(entry(1)).unwrap().version(), current, "another content");
}

#[test]
fn a_later_approval_takes_the_place_of_one_that_waits() {
    let mut world = waiting();
    let first = world.state.schedule.get(entry(1)).unwrap().waiting.at;
    let events = world.receive(Some(entry(1)), approved_for(day(12), 2, None));
    let [one, two] = events.as_slice() else { panic!("{events:?}") };
    assert!(matches!(one.payload, Some(Payload::EditionScheduled(_))));
    let refusal = declined(std::slice::from_ref(two));
    assert_eq!((refusal.code.as_str(), refusal.current_digest.as_slice()), ("replaced", digest(2).as_bytes()));
    let Some(Payload::PublicationDeclined(told)) = &two.payload else { panic!() };
    assert_eq!(told.command.unwrap().approved.map(|place| Place::try_from(&place).unwrap()), Some(first));
    assert_eq!(world.wait(11 * DAY), []);
    assert_eq!(edition_of(&world.wait(DAY)).content.as_ref().unwrap().digest, digest(2).to_vec());
}

/// Its base has gone: what is published is what was approved for this very base (P5).
#[test]
fn what_waits_is_declined_at_once_when_another_edition_is_published() {
    for other in [approved("event", 3, Some(1)), corrected(3, 1)] {
        let mut world = World::ready();
        world.receive(Some(entry(1)), approved("event", 1, None));
        world.receive(Some(entry(1)), approved_for(day(10), 2, Some(1)));
        let events = world.receive(Some(entry(1)), other);
        let [one, two] = events.as_slice() else { panic!("{events:?}") };
        let refusal = declined(std::slice::from_ref(two));
        assert_eq!(refusal.code, "base-outdated");
        assert_eq!(refusal.current_digest, digest(3).to_vec());
        assert_eq!(Place::try_from(refusal.because.as_ref().unwrap()), Ok(one.head.place));
        assert!(world.state.schedule.is_empty());
        assert_eq!(world.wait(10 * DAY), []);
    }
}

#[test]
fn what_waits_is_declined_with_the_entry_that_is_retracted_or_superseded() {
    for command in [retraction("published-in-error"), supersession(entry(2), "merged")] {
        let mut world = World::ready();
        world.receive(Some(entry(1)), approved("event", 1, None));
        world.receive(Some(entry(2)), approved("event", 1, None));
        world.receive(Some(entry(1)), approved_for(day(10), 2, Some(1)));
        let events = world.ask(PUBLISHER, entry(1), &command, None).unwrap();
        let [one, two] = events.as_slice() else { panic!("{events:?}") };
        let refusal = declined(std::slice::from_ref(two));
        assert_eq!(refusal.code, "wrong-state");
        assert_eq!(Place::try_from(refusal.because.as_ref().unwrap()), Ok(one.head.place));
        assert_eq!(world.wait(10 * DAY), []);
        assert_eq!(world.state.entries[&entry(1)].edition, 1);
    }
}

#[test]
fn an_approval_whose_base_has_gone_is_declined_at_once_and_not_at_its_time() {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    assert_eq!(declined(&world.receive(Some(entry(1)), approved_for(day(10), 2, None))).code, "base-outdated");
    let mut without_registry = World::empty();
    assert_eq!(
        declined(&without_registry.receive(Some(entry(1)), approved_for(day(10), 2, None))).code,
        "unknown-code"
    );
}

#[test]
fn a_type_that_the_registry_lost_meanwhile_is_declined_when_its_time_comes() {
    let mut world = waiting();
    world.receive(None, super::world::adopted(&super::world::REGISTRY.replace("\"event\"", "\"gathering\"")));
    world.ask(PUBLISHER, entry(1), &rescheduling(day(20)), None).unwrap();
    world.wait(10 * DAY);
    let refused = world.ask(PUBLISHER, entry(1), &NOW, None);
    assert_eq!(refused, Err(PublicationRefusal::Unpublishable { code: "unknown-code" }));
    assert_eq!(declined(&world.wait(10 * DAY)).code, "unknown-code");
    assert!(world.state.schedule.is_empty());
}
