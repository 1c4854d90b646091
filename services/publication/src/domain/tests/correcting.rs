//! Editorial corrections, confirmed by a second moderator.

use dossier_proto::{Place, v1};

use super::world::{PUBLISHER, World, approved, corrected, declined, digest, edition_of, entry, retraction, sealed};

fn published() -> World {
    let mut world = World::ready();
    world.receive(Some(entry(1)), approved("event", 1, None));
    world
}

#[test]
fn a_confirmed_correction_is_the_next_edition_and_says_so() {
    let mut world = published();
    let foreign = world.foreign_event(Some(entry(1)), corrected(2, 1));
    let events = world.receive_event(&foreign);
    let edition = edition_of(&events);
    assert_eq!((edition.number.as_str(), edition.edition), ("EVT-2026-00001", 2));
    assert_eq!(edition.kind(), v1::EditionKind::Correction);
    assert_eq!(edition.content.as_ref().unwrap().digest, digest(2).to_vec());
    assert_eq!(edition.content.as_ref().unwrap().sealed, Some(sealed(2)));
    assert_eq!(edition.notices, ["kosovo-1244"]);
    let [step] = edition.steps.as_slice() else { panic!("{:?}", edition.steps) };
    assert_eq!(step.kind(), v1::public_step::Kind::Corrected);
    assert_eq!(Place::try_from(step.place.as_ref().unwrap()), Ok(foreign.head.place));
    assert_eq!(step.recorded_at, foreign.head.recorded_at.0);
    assert_eq!(edition.what_changed, None, "what moderators wrote is for the body");
    assert_eq!(world.state.entries[&entry(1)].digest, digest(2));
}

#[test]
fn a_correction_of_anything_but_the_current_edition_is_declined() {
    for base in [0, 1, 3] {
        let mut world = published();
        world.receive(Some(entry(1)), approved("event", 2, Some(1)));
        let events = world.receive(Some(entry(1)), corrected(3, base));
        assert_eq!(declined(&events).code, "base-outdated", "{base}");
        assert_eq!(declined(&events).current_digest, digest(2).to_vec());
    }
    let mut unpublished = World::ready();
    assert_eq!(declined(&unpublished.receive(Some(entry(1)), corrected(2, 1))).code, "base-outdated");
    let mut gone = published();
    gone.ask(PUBLISHER, entry(1), &retraction("published-in-error"), None).unwrap();
    assert_eq!(declined(&gone.receive(Some(entry(1)), corrected(2, 1))).code, "wrong-state");
}

/// The engine reads each place once; were it to come again, nothing would happen twice.
#[test]
fn a_correction_heard_twice_is_one_edition_and_one_refusal() {
    let mut world = published();
    let foreign = world.foreign_event(Some(entry(1)), corrected(2, 1));
    world.receive_event(&foreign);
    assert_eq!(declined(&world.receive_event(&foreign)).code, "base-outdated");
    assert_eq!(world.state.entries[&entry(1)].edition, 2);
}
