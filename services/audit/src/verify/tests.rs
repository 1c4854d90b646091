//! P9: whatever is done to a journal is found, by place and kind. P10: what could not have been decided so is found.

use bytes::Bytes;
use dossier_engine::testing::{Dice, for_seeds};
use dossier_exchange::Tally;
use dossier_journal::Stored;
use dossier_proof::{Checkpoint, SignedCheckpoint, SigningKey};
use dossier_proto::{Actor, Event, Micros, Origin, Payload, Place, SubjectId, v1};

use super::{Again, Causes, Examination, Examined, FAULTS_MAX, FaultKind, KnownHead, NoCauses, When};
use crate::domain::{
    Audit,
    tests::world::{AUDITOR, AUDITOR_OF_KENYA, NOBODY, World, read_range, read_trail},
};

/// A journal of the audit service as it is written: designations heard of, readings, refusals.
fn journal() -> Vec<Stored> {
    let mut world = World::ready();
    for k in 0..6 {
        world.story.given(read_trail(AUDITOR, "KAZ", "event"));
        let _ = world.story.ask(read_trail(NOBODY, "KAZ", "event"));
        world.story.given(read_range(AUDITOR, 10 + k));
    }
    world.story.given(read_trail(AUDITOR_OF_KENYA, "KEN", "event"));
    let stored = |(event, beside): &(Event, Option<Event>)| Stored {
        epoch: event.head.place.epoch,
        sequence: event.head.place.sequence,
        event: Bytes::from(event.encode()),
        beside: beside.as_ref().map(|beside| Bytes::from(beside.encode())),
    };
    world.story.log().iter().map(stored).collect()
}

fn head_of(events: &[Stored]) -> KnownHead {
    let mut tally = Tally::start(Origin::Audit);
    events.iter().for_each(|stored| tally.add(&stored.event));
    let (size, root) = (tally.frontier.size(), tally.frontier.root());
    KnownHead { epoch: 0, size, root, witness: "the checkpoint that was kept".to_owned() }
}

fn examined(events: &[Stored], heads: impl IntoIterator<Item = KnownHead>, causes: &dyn Causes) -> Examined {
    let mut examination = Examination::new(Origin::Audit, causes).against(heads);
    events.iter().for_each(|stored| examination.take(stored));
    examination.finish()
}

fn kinds(examined: &Examined) -> Vec<FaultKind> {
    let mut kinds: Vec<_> = examined.faults.iter().map(|fault| fault.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The same events under the places they have now: what somebody does who takes an event out and closes the gap.
fn renumbered(events: Vec<Stored>) -> Vec<Stored> {
    events.into_iter().zip(0..).map(|(stored, sequence)| Stored { sequence, ..stored }).collect()
}

fn changed(stored: &Stored, change: impl FnOnce(&mut Event)) -> Stored {
    let mut event = Event::decode(&stored.event).unwrap();
    change(&mut event);
    Stored { event: Bytes::from(event.encode()), ..stored.clone() }
}

#[test]
fn a_journal_as_it_was_written_is_sound() {
    let events = journal();
    let heads = [head_of(&[]), head_of(&events[..5]), head_of(&events)];
    let found = examined(&events, heads, &NoCauses);
    assert!(found.is_sound(), "{:?}", found.faults);
    assert_eq!((found.events, found.compared), (events.len() as u64, 3));
    assert_eq!(found.epochs.len(), 1);
    assert_eq!((found.epochs[0].size, found.epochs[0].root), (events.len() as u64, head_of(&events).root));
}

#[test]
fn p9_every_kind_of_damage_to_a_signed_history_is_found() {
    let events = journal();
    let head = head_of(&events);
    let count = events.len();
    let found = |events: Vec<Stored>| kinds(&examined(&events, [head.clone()], &NoCauses));
    // Edited, in the envelope and in the payload.
    let mut edited = events.clone();
    edited[4] = changed(&edited[4], |event| event.head.actor = Actor::Person(SubjectId([77; 16])));
    assert_eq!(found(edited), [FaultKind::RootDiffers]);
    // Deleted in the middle, with and without closing the gap.
    let mut deleted = events.clone();
    deleted.remove(6);
    assert!(found(deleted.clone()).contains(&FaultKind::WrongPlace));
    assert!(found(renumbered(deleted)).contains(&FaultKind::Shorter));
    // Deleted, and the events after it written anew with numbers that fit.
    let mut rewritten = renumbered([&events[..6], &events[7..]].concat());
    for stored in rewritten.iter_mut().skip(6) {
        *stored = changed(stored, |event| event.head.place.sequence -= 1);
    }
    assert_eq!(found(rewritten), [FaultKind::Shorter], "nothing but the kept checkpoint can tell");
    // Inserted.
    let mut inserted = events.clone();
    inserted.insert(6, changed(&events[6], |event| event.head.recorded_at = Micros(event.head.recorded_at.0 - 1)));
    assert!(!found(renumbered(inserted)).is_empty());
    // Swapped.
    let mut swapped = events.clone();
    swapped.swap(3, 4);
    let swapped = found(renumbered(swapped));
    assert!(swapped.contains(&FaultKind::WrongPlace) && swapped.contains(&FaultKind::NotAfterPrevious), "{swapped:?}");
    // Cut off, and rolled back.
    assert_eq!(found(events[..count - 1].to_vec()), [FaultKind::Shorter]);
    assert_eq!(found(Vec::new()), [FaultKind::Shorter]);
    // Bytes that are none.
    let mut broken = events.clone();
    broken[2].event = Bytes::from_static(&[0xff; 40]);
    assert_eq!(found(broken), [FaultKind::NotAnEvent, FaultKind::RootDiffers]);
    // A journal of somebody else in its place.
    let mut foreign = events;
    foreign[0] = changed(&foreign[0], |event| event.head.place.origin = Origin::Submission);
    assert_eq!(found(foreign), [FaultKind::WrongPlace, FaultKind::RootDiffers]);
}

#[test]
fn p9_every_single_changed_byte_is_found() {
    let events = journal();
    let head = head_of(&events);
    for_seeds(200, |dice: &mut Dice| {
        let mut damaged = events.clone();
        let which = usize::try_from(dice.below(damaged.len() as u64)).unwrap();
        let mut bytes = damaged[which].event.to_vec();
        let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
        bytes[at] ^= u8::try_from(1 + dice.below(255)).unwrap();
        damaged[which].event = Bytes::from(bytes);
        let found = examined(&damaged, [head.clone()], &NoCauses);
        assert!(!found.is_sound(), "byte {at} of event {which}");
    });
}

#[test]
fn a_head_counts_when_its_key_has_signed_it_for_this_log() {
    let events = journal();
    let head = head_of(&events);
    let key = SigningKey::from_seed("installation/audit", &[1; 32]).unwrap();
    let other = SigningKey::from_seed("installation/audit", &[2; 32]).unwrap();
    let tree = dossier_proof::TreeHead { size: head.size, root: head.root };
    let signed = SignedCheckpoint::sign(&Checkpoint::new("installation/audit/0", tree), &key).unwrap();
    let read = |log: &str, key: &SigningKey| KnownHead::signed(&signed, log, &[key.verifier()], "a witness");
    let known = read("installation/audit", &key).unwrap();
    assert_eq!((known.epoch, known.size, known.root), (0, head.size, head.root));
    assert!(read("installation/audit", &other).is_err(), "another key");
    assert!(read("installation/submission", &key).is_err(), "another log");
    assert!(read("installation/audi", &key).is_err(), "another log whose name begins the same");
    assert!(examined(&events, [known], &NoCauses).is_sound());
}

struct Known(Place, When);

impl Causes for Known {
    fn recorded(&self, place: Place) -> When {
        if place == self.0 { self.1 } else { When::Unknown }
    }
}

#[test]
fn an_event_stands_after_its_cause() {
    let events = journal();
    let received = Event::decode(&events[1].event).unwrap();
    let (cause, moment) = (received.head.cause.unwrap(), received.head.recorded_at);
    for (when, expected) in [
        (When::At(Micros(moment.0 - 1)), None),
        (When::At(moment), Some(FaultKind::BeforeCause)),
        (When::At(Micros(moment.0 + 5)), Some(FaultKind::BeforeCause)),
        (When::Never, Some(FaultKind::CauseMissing)),
        (When::Unknown, None),
    ] {
        let found = examined(&events, [], &Known(cause, when));
        assert_eq!(kinds(&found), Vec::from_iter(expected), "{when:?}");
        assert!(found.faults.iter().all(|fault| fault.at == received.head.place));
    }
}

#[test]
fn what_stands_beside_a_reception_is_what_it_names() {
    let mut events = journal();
    let other = events[1].beside.clone();
    assert!(other.is_some() && other != events[0].beside);
    events[0].beside = other;
    let found = examined(&events, [head_of(&events)], &NoCauses);
    assert_eq!(kinds(&found), [FaultKind::BesideDiffers], "it is no part of the tree, and found all the same");
    events[0].beside = None;
    assert!(examined(&events, [], &NoCauses).is_sound(), "a copy holds nothing beside");
}

#[test]
fn an_epoch_begins_with_the_event_that_names_the_former_one() {
    let events = journal();
    let head = head_of(&events);
    let last = Event::decode(&events.last().unwrap().event).unwrap().head.recorded_at;
    let begin = |known_size: u64, root: Vec<u8>| {
        let started = v1::EpochStarted { former_epoch: 0, known_size, known_root: root };
        changed(&events[0], |event| {
            event.head.place = Place { origin: Origin::Audit, epoch: 1, sequence: 0 };
            event.head.recorded_at = last.plus(1);
            event.head.cause = None;
            event.payload = Some(Payload::EpochStarted(started));
        })
    };
    let with = |first: Stored| {
        let mut all = events.clone();
        all.push(Stored { epoch: 1, sequence: 0, beside: None, ..first });
        examined(&all, [head.clone()], &NoCauses)
    };
    let root = head.root.as_bytes().to_vec();
    let sound = with(begin(head.size, root.clone()));
    assert!(sound.is_sound(), "{:?}", sound.faults);
    assert_eq!(sound.epochs.iter().map(|seen| (seen.epoch, seen.size)).collect::<Vec<_>>(), [(0, head.size), (1, 1)]);
    assert_eq!(kinds(&with(begin(head.size - 1, root))), [FaultKind::EpochBroken]);
    assert_eq!(kinds(&with(begin(head.size, vec![0; 32]))), [FaultKind::EpochBroken]);
    let unsaid = changed(&events[0], |event| {
        event.head.place = Place { origin: Origin::Audit, epoch: 1, sequence: 0 };
        event.head.recorded_at = last.plus(1);
    });
    assert_eq!(kinds(&with(unsaid)), [FaultKind::EpochBroken]);
}

#[test]
fn faults_are_counted_beyond_what_is_listed() {
    let events = journal();
    let many: Vec<_> = (0..FAULTS_MAX as u64 + 50)
        .map(|sequence| Stored { epoch: 0, sequence, event: Bytes::from_static(b"\xff"), ..events[0].clone() })
        .collect();
    let found = examined(&many, [], &NoCauses);
    assert_eq!((found.faults.len(), found.faults_total), (FAULTS_MAX, FAULTS_MAX as u64 + 50));
}

fn deviations(events: &[Stored]) -> Vec<(u64, String)> {
    let mut again = Again::<Audit>::default();
    events.iter().for_each(|stored| again.take(stored));
    again.finish().into_iter().map(|deviation| (deviation.at.sequence, deviation.found)).collect()
}

#[test]
fn p10_a_reading_that_nobody_was_entitled_to_is_found() {
    let events = journal();
    assert_eq!(deviations(&events), []);
    let is_reading =
        |stored: &&Stored| matches!(Event::decode(&stored.event).unwrap().payload, Some(Payload::TrailRead(_)));
    let reading = usize::try_from(events.iter().find(is_reading).unwrap().sequence).unwrap();
    // By somebody without a designation.
    let mut planted = events.clone();
    planted[reading] = changed(&planted[reading], |event| event.head.actor = Actor::Person(NOBODY));
    let found = deviations(&planted);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, reading as u64);
    assert!(found[0].1.contains("should have been refused (no-designation)"), "{found:?}");
    // Under another designation than the one that was in force.
    let mut planted = events.clone();
    planted[reading] = changed(&planted[reading], |event| {
        event.head.authority.as_mut().unwrap().granted.sequence += 1;
    });
    assert!(deviations(&planted)[0].1.contains("rests on another designation"));
    // Of another body than the auditor's.
    let mut planted = events;
    let last = planted.len() - 1;
    planted[last] = changed(&planted[last], |event| {
        let Some(Payload::TrailRead(read)) = &mut event.payload else { panic!("a reading") };
        read.command.as_mut().unwrap().body = "KAZ".to_owned();
    });
    let found = deviations(&planted);
    assert!(found[0].1.contains("designated-for-another-body"), "{found:?}");
    let mut examined = examined(&[], [], &NoCauses);
    examined.deviate([dossier_engine::Deviation {
        at: Place { origin: Origin::Audit, epoch: 0, sequence: found[0].0 },
        found: found[0].1.clone(),
        code: "designated-for-another-body",
        because: None,
    }]);
    assert_eq!(kinds(&examined), [FaultKind::NotSoDecided]);
}
