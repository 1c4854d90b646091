//! One origin's journal, followed event by event.

use std::{collections::BTreeMap, ops::ControlFlow};

use dossier_journal::{Journal, Place as At, ReadError, Stored};
use dossier_proto::{Event, Origin, Payload, Place, hash_of};
use dossier_vault::Vault;

use super::{
    Deciders, Depth, Orders, Rehearsal,
    judging::{Granted, judge},
    library::{Library, NotYet, known_size, known_sizes},
    pace::SLICE,
};
use crate::{
    domain::{Finding, FindingKind},
    reconcile::{Look, Shelf},
};

/// How far one journal was judged, and what it amounts to until there.
pub(super) struct Following {
    pub(super) origin: Origin,
    /// The next event.
    pub(super) next: At,
    /// None where the decider is not at hand, or where something that was received is lost: nothing can be decided again then.
    pub(super) rehearsal: Option<Box<dyn Rehearsal>>,
    /// Whether everything that was received was at hand, so that states are comparable.
    pub(super) complete: bool,
    depth: Depth,
    /// So much of each former epoch counts.
    ends: BTreeMap<u32, u64>,
}

/// What judging is done with.
pub(super) struct Bench<'a> {
    pub(super) library: &'a Library,
    pub(super) granted: &'a mut Granted,
    pub(super) orders: &'a mut Orders,
    pub(super) vault: &'a Vault,
    pub(super) deciders: &'a dyn Deciders,
}

/// What came of one step.
#[derive(Default)]
pub(super) struct Stepped {
    pub(super) findings: Vec<Finding>,
    /// How many events were judged.
    pub(super) events: usize,
}

/// What of a journal is folded next.
enum Beside {
    /// It stands for nothing.
    None,
    /// For this event of somebody else.
    Event(Box<Event>),
    /// For one that is not at hand yet.
    NotYet,
    /// For one that its origin does not have: a finding by itself.
    Never,
    /// For one that its origin lost, openly.
    Lost,
}

impl Following {
    pub(super) fn begin(origin: Origin, depth: Depth, deciders: &dyn Deciders, library: &Library) -> Self {
        Self::at(origin, At { epoch: 0, sequence: 0 }, deciders.begin(origin, depth), depth, library)
    }

    pub(super) fn at(
        origin: Origin,
        next: At,
        rehearsal: Option<Box<dyn Rehearsal>>,
        depth: Depth,
        library: &Library,
    ) -> Self {
        let ends = library.journal(origin).map(|journal| known_sizes(journal).collect()).unwrap_or_default();
        Self { origin, next, rehearsal, complete: true, depth, ends }
    }

    /// The next event.
    pub(super) fn place(&self) -> Place {
        Place { origin: self.origin, epoch: self.next.epoch, sequence: self.next.sequence }
    }

    /// Judges the next events, none from `until` on. Where there are none, the last command is judged if it is surely whole.
    pub(super) fn step(&mut self, until: Option<At>, bench: &mut Bench<'_>) -> Result<Stepped, ReadError> {
        let mut stepped = Stepped::default();
        let Some(journal) = bench.library.journal(self.origin).cloned() else { return Ok(stepped) };
        let mut follower = journal.follow(self.next);
        let events = follower.step()?.unwrap_or_default();
        for stored in events.into_iter().take(SLICE) {
            if until.is_some_and(|until| stored.place() >= until) {
                break;
            }
            if self.take(&stored, bench, &mut stepped).is_break() {
                break;
            }
            stepped.events += 1;
        }
        let is_whole = until == Some(self.next) || (stepped.events == 0 && self.is_signed(&journal, bench.library));
        self.settle_tail(is_whole);
        stepped.findings.extend(self.deviations(bench.library));
        Ok(stepped)
    }

    /// Whether everything up to here is covered by what the origin signed: a command is written as a whole, so none is cut off here.
    fn is_signed(&self, journal: &Journal, library: &Library) -> bool {
        let head = journal.head();
        if (head.epoch, head.size) != (self.next.epoch, self.next.sequence) {
            return false;
        }
        let signed = |origin| library.copies().seen().newest(origin);
        self.origin == Origin::Audit
            || signed(self.origin).is_some_and(|seen| (seen.epoch, seen.size()) == (head.epoch, head.size))
    }

    fn settle_tail(&mut self, is_whole: bool) {
        let Some(rehearsal) = &mut self.rehearsal else { return };
        if !rehearsal.settle_if_whole() && is_whole {
            rehearsal.settle();
        }
    }

    fn take(&mut self, stored: &Stored, bench: &mut Bench<'_>, stepped: &mut Stepped) -> ControlFlow<()> {
        let at = stored.place();
        let Ok(event) = Event::decode(&stored.event) else {
            // `dossier verify` tells it; what it meant is not known here.
            self.complete = false;
            self.pass(at);
            return ControlFlow::Continue(());
        };
        if let Some((former, known)) = known_size(&event)
            && self.next.epoch == former
            && self.next.sequence > known
        {
            tracing::warn!(origin = %self.origin, former, known, "it goes on from less than was copied; all of it is judged anew");
            *self = Self::begin(self.origin, self.depth, bench.deciders, bench.library);
            return ControlFlow::Break(());
        }
        let not_yet = NotYet(bench.library);
        let shelf: &dyn Shelf = if self.origin == Origin::Audit { &not_yet } else { bench.library };
        let beside = beside(&event, stored, shelf, bench.library);
        if matches!(beside, Beside::NotYet) {
            return ControlFlow::Break(());
        }
        stepped.findings.extend(judge(&event, shelf, bench.granted, bench.vault));
        bench.orders.take(&event);
        if self.ends.get(&at.epoch).is_none_or(|end| at.sequence < *end) {
            self.fold(&event, &beside);
        }
        self.pass(at);
        ControlFlow::Continue(())
    }

    fn fold(&mut self, event: &Event, beside: &Beside) {
        match beside {
            Beside::Lost => {
                tracing::warn!(at = %event.head.place, "what it received is lost, so nothing after it can be decided again");
                self.rehearsal = None;
            }
            Beside::Never => self.complete = false,
            Beside::None | Beside::Event(_) | Beside::NotYet => {}
        }
        let foreign = if let Beside::Event(foreign) = beside { Some(&**foreign) } else { None };
        if let Some(rehearsal) = &mut self.rehearsal {
            rehearsal.take(event, foreign);
        }
    }

    fn pass(&mut self, at: At) {
        self.next = At { epoch: at.epoch, sequence: at.sequence + 1 };
    }

    fn deviations(&mut self, library: &Library) -> Vec<Finding> {
        let deviations = self.rehearsal.as_mut().map(|rehearsal| rehearsal.take_deviations()).unwrap_or_default();
        let finding = |deviation: dossier_engine::Deviation| {
            tracing::error!(at = %deviation.at, found = deviation.found, "a recorded command could not have been decided so");
            let entry = if let Look::Found(filed) = library.at(deviation.at) { filed.event.head.entry } else { None };
            Finding {
                entry,
                code: deviation.code.to_owned(),
                because: deviation.because,
                ..Finding::of(FindingKind::NotDecidable, deviation.at)
            }
        };
        deviations.into_iter().map(finding).collect()
    }
}

/// What an event stands for. A copy holds nothing beside, so it is taken from the copy of its origin, where it is byte for byte what was
/// received.
fn beside(event: &Event, stored: &Stored, shelf: &dyn Shelf, library: &Library) -> Beside {
    let Some(Payload::Received(received)) = &event.payload else { return Beside::None };
    if let Some(bytes) = &stored.beside
        && hash_of(bytes).0.as_slice() == received.hash
    {
        return Event::decode(bytes).map_or(Beside::Never, |event| Beside::Event(Box::new(event)));
    }
    let Some(Ok(place)) = received.place.as_ref().map(Place::try_from) else { return Beside::Never };
    match shelf.at(place) {
        Look::Found(filed) if filed.hash.0.as_slice() == received.hash => Beside::Event(Box::new(filed.event)),
        Look::Found(_) | Look::Absent => Beside::Never,
        Look::Unknown if library.is_lost(place) => Beside::Lost,
        Look::Unknown if library.may_come(place) => Beside::NotYet,
        Look::Unknown => Beside::Never,
    }
}
