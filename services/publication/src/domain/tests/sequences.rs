//! Random sequences of everything that can happen, and what must hold after each step.

use std::collections::{BTreeMap, BTreeSet};

use dossier_engine::Decider;
use dossier_identity::Role;
use dossier_proto::{EntryId, Event, Micros, Payload, Place, SubjectId, v1};
use proptest::prelude::*;

use super::world::{
    PUBLISHER, STRANGER, World, approved, approved_for, corrected, declining, entry, granted, reinstatement,
    rescheduling, retraction, retraction_asked, retraction_cleared, supersession, suspension,
};
use crate::domain::{Command, Deed, PublicNumber, Publication, State};

#[derive(Debug, Clone)]
enum Step {
    Approve { which: u8, record_type: &'static str, revision: u8, base: Option<u32> },
    ApproveCurrent { which: u8, revision: u8, days: Option<i64> },
    Correct { which: u8, revision: u8, back: u32 },
    Decide { who: SubjectId, which: u8, deed: Deed, other: u8, reason: &'static str, expected: Option<u64>, days: i64 },
    Ask { which: u8, cleared: bool },
    Designate,
    Pass { days: i64 },
}

const DEEDS: [Deed; 7] = [
    Deed::Retract,
    Deed::Suspend,
    Deed::Reinstate,
    Deed::Supersede,
    Deed::Reschedule,
    Deed::PublishNow,
    Deed::DeclineRetraction,
];

fn step() -> impl Strategy<Value = Step> {
    let which = 1u8..5;
    let record_type = prop_oneof![4 => Just("event"), 2 => Just("pledge"), 1 => Just("practice")];
    let who = prop_oneof![4 => Just(PUBLISHER), 1 => Just(STRANGER)];
    let deed = prop_oneof![1 => Just(Deed::Retract), 8 => proptest::sample::select(&DEEDS[1..])];
    let reason = proptest::sample::select(vec!["published-in-error", "court-order", "merged", "old-reason"]);
    let expected = prop_oneof![3 => Just(None), 1 => (0u64..6).prop_map(Some)];
    prop_oneof![
        3 => (which.clone(), record_type, any::<u8>(), proptest::option::of(0u32..4))
            .prop_map(|(which, record_type, revision, base)| Step::Approve { which, record_type, revision, base }),
        8 => (which.clone(), any::<u8>(), proptest::option::of(-3i64..60))
            .prop_map(|(which, revision, days)| Step::ApproveCurrent { which, revision, days }),
        2 => (which.clone(), any::<u8>(), prop_oneof![4 => Just(0u32), 1 => Just(1u32)])
            .prop_map(|(which, revision, back)| Step::Correct { which, revision, back }),
        12 => (who, which.clone(), deed, which.clone(), reason, expected, -5i64..60).prop_map(
            |(who, which, deed, other, reason, expected, days)| Step::Decide { who, which, deed, other, reason, expected, days }
        ),
        3 => (which, any::<bool>()).prop_map(|(which, cleared)| Step::Ask { which, cleared }),
        1 => Just(Step::Designate),
        3 => (0i64..40).prop_map(|days| Step::Pass { days }),
    ]
}

fn take(world: &mut World, step: &Step) {
    match step {
        Step::Approve { which, record_type, revision, base } => {
            world.receive(Some(entry(*which)), approved(record_type, *revision, *base));
        }
        Step::ApproveCurrent { which, revision, days } => {
            let base = world.state.entries.get(&entry(*which)).map(|entry| entry.edition);
            let payload = match days {
                Some(days) => approved_for(world.now.plus(days * Micros::DAY), *revision, base),
                None => approved("event", *revision, base),
            };
            world.receive(Some(entry(*which)), payload);
        }
        Step::Correct { which, revision, back } => {
            let edition = world.state.entries.get(&entry(*which)).map_or(1, |entry| entry.edition);
            world.receive(Some(entry(*which)), corrected(*revision, edition.saturating_sub(*back)));
        }
        Step::Decide { who, which, deed, other, reason, expected, days } => {
            let command = match deed {
                Deed::Retract => retraction(reason),
                Deed::Suspend => suspension(reason),
                Deed::Reinstate => reinstatement(),
                Deed::Supersede => supersession(entry(*other), reason),
                Deed::Reschedule => rescheduling(world.now.plus(days * Micros::DAY)),
                Deed::PublishNow => Command::PublishNow(v1::PublishNow {}),
                Deed::DeclineRetraction => {
                    declining(world.state.entries.get(&entry(*which)).and_then(|entry| entry.asked))
                }
            };
            let before = world.state.clone();
            // What a refusal says is checked in `World::decide`; it changes nothing.
            if world.ask(*who, entry(*which), &command, *expected).is_err() {
                assert_eq!(world.state, before, "a refusal changes nothing");
            }
        }
        Step::Ask { which, cleared } => {
            let asked = if *cleared { retraction_cleared(1) } else { retraction_asked(1) };
            world.receive(Some(entry(*which)), asked);
        }
        Step::Designate => {
            world.receive(None, granted(STRANGER, Role::Publisher, "KAZ", &["event"]));
        }
        Step::Pass { days } => {
            world.wait(days * Micros::DAY);
        }
    }
}

/// What the journal says, counted without the decider.
#[derive(Default)]
struct Ledger {
    numbers: BTreeMap<EntryId, PublicNumber>,
    editions: BTreeMap<EntryId, u32>,
    gone: BTreeSet<EntryId>,
    suspended: BTreeSet<EntryId>,
    superseded: BTreeMap<EntryId, EntryId>,
    version: BTreeMap<EntryId, u64>,
    given: BTreeMap<(String, i16), u32>,
    /// By approval: the moment before which nothing may be public, and what became of it.
    not_before: BTreeMap<Place, Option<i64>>,
    waits: BTreeMap<EntryId, (Place, i64)>,
    done: BTreeSet<Place>,
}

impl Ledger {
    fn count(&mut self, event: &Event, beside: Option<&Event>) {
        if let Some(foreign) = beside {
            match &foreign.payload {
                Some(Payload::Approved(approved)) => {
                    self.not_before.insert(foreign.head.place, approved.publish_at);
                }
                Some(Payload::CorrectionConfirmed(_)) => {
                    self.not_before.insert(foreign.head.place, None);
                }
                _ => {}
            }
        }
        let Some(id) = event.head.entry else { return };
        match &event.payload {
            Some(Payload::EditionPublished(published)) => self.publish(event, id, published),
            Some(Payload::EditionScheduled(scheduled)) => {
                let place = named(scheduled.command.as_ref());
                assert_eq!(self.not_before[&place], Some(scheduled.at));
                assert!(scheduled.at > event.head.recorded_at.0, "what waits waits for the future");
                self.waits.insert(id, (place, scheduled.at));
            }
            Some(Payload::EditionRescheduled(moved)) => {
                let at = moved.command.as_ref().unwrap().at;
                let place = Place::try_from(moved.approved.as_ref().unwrap()).unwrap();
                assert!(self.not_before[&place].is_none_or(|until| until <= at), "never before an embargo");
                assert_eq!(self.waits.insert(id, (place, at)).map(|(place, _)| place), Some(place));
            }
            Some(Payload::PublicationDeclined(declined)) => self.dealt_with(id, named(declined.command.as_ref())),
            Some(Payload::EntrySuspended(_)) => {
                assert!(self.suspended.insert(id) && !self.gone.contains(&id), "suspended twice, or after the end");
                self.version_moves(id, event.head.part_version);
            }
            Some(Payload::EntryReinstated(_)) => {
                assert!(self.suspended.remove(&id) && !self.gone.contains(&id), "it was not suspended");
                self.version_moves(id, event.head.part_version);
            }
            Some(Payload::EntrySuperseded(superseded)) => self.supersede(event, id, superseded),
            Some(Payload::EntryRetracted(_)) => {
                assert!(self.gone.insert(id), "retracted twice");
                self.version_moves(id, event.head.part_version);
            }
            _ => {}
        }
    }

    fn publish(&mut self, event: &Event, id: EntryId, published: &v1::EditionPublished) {
        assert!(!self.gone.contains(&id), "published after its retraction");
        assert!(!self.superseded.contains_key(&id), "published after its supersession");
        let place = named(published.command.as_ref());
        let until = self.not_before[&place];
        assert!(until.is_none_or(|until| until <= event.head.recorded_at.0), "public before its time");
        self.dealt_with(id, place);
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

    fn supersede(&mut self, event: &Event, id: EntryId, superseded: &v1::EntrySuperseded) {
        let by = superseded.command.as_ref().unwrap().superseded_by.as_slice();
        let by = EntryId::try_from(by).unwrap();
        assert_eq!(self.numbers[&by].to_string(), superseded.number);
        let withheld = |id: &EntryId| self.gone.contains(id) || self.suspended.contains(id);
        assert!(!withheld(&id) && !withheld(&by), "both are public");
        assert!(self.superseded.insert(id, by).is_none(), "superseded twice");
        let mut at = by;
        for _ in 0..10 {
            assert_ne!(at, id, "nobody is pointed in a circle");
            let Some(next) = self.superseded.get(&at) else { break };
            at = *next;
        }
        self.version_moves(id, event.head.part_version);
        *self.version.get_mut(&by).unwrap() += 1;
    }

    /// Of each approval something becomes once.
    fn dealt_with(&mut self, id: EntryId, approval: Place) {
        assert!(self.done.insert(approval), "dealt with twice");
        if self.waits.get(&id).is_some_and(|(waits, _)| *waits == approval) {
            self.waits.remove(&id);
        }
    }

    fn version_moves(&mut self, id: EntryId, version: u64) {
        let before = self.version.insert(id, version).unwrap_or(0);
        assert_eq!(version, before + 1, "each change moves the version by one");
    }
}

fn named(command: Option<&v1::PublishEdition>) -> Place {
    Place::try_from(command.unwrap().approved.as_ref().unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_numbers_and_editions_stay_in_order(steps in proptest::collection::vec(step(), 1..60)) {
        let mut world = World::ready();
        for step in &steps {
            take(&mut world, step);
            prop_assert!(world.state.waiting.is_empty(), "every approval is published, declined or given its time at once");
        }
        let mut ledger = Ledger::default();
        for (event, beside) in &world.journal {
            ledger.count(event, beside.as_ref());
        }
        let waits: Vec<_> = world.state.schedule.by_time().map(|one| (one.waiting.entry, (one.waiting.at, one.at.0))).collect();
        prop_assert_eq!(waits.iter().copied().collect::<BTreeMap<_, _>>(), ledger.waits.clone());
        prop_assert!(waits.is_sorted_by_key(|(_, (_, at))| *at));
        prop_assert_eq!(Publication::next_due(&world.state).map(|at| at.0), ledger.waits.values().map(|(_, at)| *at).min());
        let open: BTreeSet<_> = ledger.not_before.keys().filter(|place| !ledger.done.contains(place)).copied().collect();
        prop_assert_eq!(open, ledger.waits.values().map(|(place, _)| *place).collect::<BTreeSet<_>>(), "nothing is lost");
        for (id, kept) in &world.state.entries {
            prop_assert_eq!(&kept.number, &ledger.numbers[id]);
            prop_assert_eq!(kept.edition, ledger.editions[id]);
            prop_assert_eq!(kept.version, ledger.version[id]);
            prop_assert_eq!(kept.retracted().is_some(), ledger.gone.contains(id));
            let suspended = ledger.suspended.contains(id) && !ledger.gone.contains(id);
            prop_assert_eq!(kept.suspended().is_some(), suspended);
            prop_assert_eq!(kept.successor.map(|successor| successor.entry), ledger.superseded.get(id).copied());
        }
        prop_assert_eq!(world.state.entries.len(), ledger.numbers.len());
    }

    #[test]
    fn the_journal_alone_gives_the_state_back(steps in proptest::collection::vec(step(), 1..60)) {
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
    let received = v1::Received { place: Some(foreign.head.place.into()), hash: Vec::new() };
    let head = foreign.head.clone();
    let event = Event { head, payload: Some(Payload::Received(received)) };
    Publication::evolve(&mut world.state, &event, Some(&foreign));
    assert_eq!(world.state.waiting.len(), 1);
    let bytes = postcard::to_stdvec(&world.state).unwrap();
    assert_eq!(postcard::from_bytes::<State>(&bytes).unwrap(), world.state);
}
