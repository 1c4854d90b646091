//! Random sequences of everything that can happen, and what must hold after each step.

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::Decider;
use dossier_identity::Role;
use dossier_proto::{EntryId, Event, Micros, Payload, SubjectId};
use proptest::prelude::*;

use super::world::{PUBLISHER, STRANGER, World, approved, entry, granted, retraction_asked};
use crate::domain::{PublicNumber, Publication, State};

#[derive(Debug, Clone)]
enum Step {
    Approve { which: u8, record_type: &'static str, revision: u8, base: Option<u32> },
    ApproveCurrent { which: u8, revision: u8 },
    Retract { who: SubjectId, which: u8, reason: &'static str, expected: Option<u64> },
    Ask { which: u8 },
    Designate,
    Pass { days: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let which = 1u8..5;
    let record_type = prop_oneof![4 => Just("event"), 2 => Just("pledge"), 1 => Just("practice")];
    prop_oneof![
        3 => (which.clone(), record_type, any::<u8>(), proptest::option::of(0u32..4))
            .prop_map(|(which, record_type, revision, base)| Step::Approve { which, record_type, revision, base }),
        5 => (which.clone(), any::<u8>()).prop_map(|(which, revision)| Step::ApproveCurrent { which, revision }),
        2 => (
            prop_oneof![Just(PUBLISHER), Just(STRANGER)],
            which.clone(),
            prop_oneof![3 => Just("published-in-error"), 1 => Just("old-reason")],
            proptest::option::of(0u64..4),
        )
            .prop_map(|(who, which, reason, expected)| Step::Retract { who, which, reason, expected }),
        1 => which.prop_map(|which| Step::Ask { which }),
        1 => Just(Step::Designate),
        2 => (0i64..200).prop_map(|days| Step::Pass { days }),
    ]
}

fn take(world: &mut World, step: &Step) {
    match step {
        Step::Approve { which, record_type, revision, base } => {
            world.receive(Some(entry(*which)), approved(record_type, *revision, *base));
        }
        Step::ApproveCurrent { which, revision } => {
            let base = world.state.entries.get(&entry(*which)).map(|entry| entry.edition);
            world.receive(Some(entry(*which)), approved("event", *revision, base));
        }
        Step::Retract { who, which, reason, expected } => {
            // Refusals are checked in `World::decide`.
            let _ = world.retract(*who, entry(*which), reason, *expected);
        }
        Step::Ask { which } => {
            world.receive(Some(entry(*which)), retraction_asked(1));
        }
        Step::Designate => {
            world.receive(None, granted(STRANGER, Role::Publisher, "KAZ", &["event"]));
        }
        Step::Pass { days } => world.now = world.now.plus(days * Micros::DAY),
    }
}

/// What the journal says, counted without the decider.
#[derive(Default)]
struct Ledger {
    numbers: BTreeMap<EntryId, PublicNumber>,
    editions: BTreeMap<EntryId, u32>,
    gone: BTreeSet<EntryId>,
    version: BTreeMap<EntryId, u64>,
    given: BTreeMap<(String, i16), u32>,
}

impl Ledger {
    fn count(&mut self, event: &Event) {
        let Some(id) = event.head.entry else { return };
        match &event.payload {
            Some(Payload::EditionPublished(published)) => {
                assert!(!self.gone.contains(&id), "published after its retraction");
                let number: PublicNumber = published.number.parse().unwrap();
                if let Some(known) = self.numbers.get(&id) {
                    assert_eq!(known, &number, "the number of an entry never changes");
                } else {
                    let last = self.given.entry((number.prefix().to_owned(), number.year())).or_default();
                    *last += 1;
                    assert_eq!(number.running(), *last, "dense by prefix and year");
                    assert!(self.numbers.values().all(|other| *other != number), "given twice");
                    self.numbers.insert(id, number);
                }
                let edition = self.editions.entry(id).or_default();
                *edition += 1;
                assert_eq!(published.edition, *edition, "editions are dense");
                self.version_moves(id, event.head.part_version);
            }
            Some(Payload::EntryRetracted(_)) => {
                assert!(self.gone.insert(id), "retracted twice");
                self.version_moves(id, event.head.part_version);
            }
            _ => {}
        }
    }

    fn version_moves(&mut self, id: EntryId, version: u64) {
        let before = self.version.insert(id, version).unwrap_or(0);
        assert_eq!(version, before + 1, "each change moves the version by one");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_numbers_and_editions_stay_in_order(steps in proptest::collection::vec(step(), 1..40)) {
        let mut world = World::ready();
        for step in &steps {
            take(&mut world, step);
            prop_assert!(world.state.waiting.is_empty(), "every approval is dealt with at once");
        }
        let mut ledger = Ledger::default();
        for (event, _) in &world.journal {
            ledger.count(event);
        }
        for (id, kept) in &world.state.entries {
            prop_assert_eq!(&kept.number, &ledger.numbers[id]);
            prop_assert_eq!(kept.edition, ledger.editions[id]);
            prop_assert_eq!(kept.version(), ledger.version[id]);
            prop_assert_eq!(kept.retracted.is_some(), ledger.gone.contains(id));
        }
        prop_assert_eq!(world.state.entries.len(), ledger.numbers.len());
    }

    #[test]
    fn the_journal_alone_gives_the_state_back(steps in proptest::collection::vec(step(), 1..40)) {
        let mut world = World::ready();
        for step in &steps {
            take(&mut world, step);
        }
        let mut folded = State::default();
        for (event, beside) in &world.journal {
            Publication::evolve(&mut folded, event, beside.as_ref());
        }
        prop_assert_eq!(&folded, &world.state);
        let bytes = postcard::to_stdvec(&folded).unwrap();
        prop_assert_eq!(&postcard::from_bytes::<State>(&bytes).unwrap(), &folded);
    }
}

#[test]
fn a_snapshot_keeps_an_approval_that_still_waits() {
    let mut world = World::ready();
    let foreign = world.foreign_event(Some(entry(1)), approved("event", 1, None));
    let received = dossier_proto::v1::Received { place: Some(foreign.head.place.into()), hash: Vec::new() };
    let head = foreign.head.clone();
    let event = Event { head, payload: Some(Payload::Received(received)) };
    Publication::evolve(&mut world.state, &event, Some(&foreign));
    assert_eq!(world.state.waiting.len(), 1);
    let bytes = postcard::to_stdvec(&world.state).unwrap();
    assert_eq!(postcard::from_bytes::<State>(&bytes).unwrap(), world.state);
}
