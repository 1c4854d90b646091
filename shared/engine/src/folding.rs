//! Folding a journal from its events: at a start, and again for whoever wants to see that it comes out the same (P2).

use std::collections::BTreeMap;

use dossier_exchange::Tally;
use dossier_journal::Journal;
use dossier_proto::{Event, Micros, Origin, Place};

use crate::{
    Decider, Digests, EngineError, Fold, View,
    fold::{Memory, digest_of},
    recorded,
};

/// How far a journal is folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// All of it.
    End,
    /// Everything recorded up to this moment, included.
    Moment(Micros),
    /// Everything before this sequence of the newest epoch.
    Sequence(u64),
}

impl Until {
    fn admits(self, newest: u32, event: &Event) -> bool {
        match self {
            Self::End => true,
            Self::Moment(moment) => event.head.recorded_at <= moment,
            Self::Sequence(end) => event.head.place.epoch < newest || event.head.place.sequence < end,
        }
    }
}

/// What a journal amounts to.
#[derive(Debug, Clone)]
pub struct Folded<D: Decider, V> {
    /// What decides.
    pub fold: Fold<D::State>,
    /// What answers.
    pub view: V,
    /// How many events were folded.
    pub events: u64,
    /// The place behind the last of them.
    pub next: Place,
}

impl<D: Decider, V: View> Folded<D, V> {
    /// The digests of state and view, comparable with those of a running service.
    pub fn digests(&self) -> Digests {
        Digests { next: self.next, state: self.fold.digest(), view: digest_of(&self.view) }
    }
}

/// Folds a journal from its first event.
///
/// # Errors
/// [`EngineError::Event`]: the journal cannot be read, or holds something that is not an event.
pub fn fold_journal<D: Decider, V: View>(journal: &Journal, until: Until) -> Result<Folded<D, V>, EngineError> {
    let mut folding = Folding::<D, V>::from(Memory::default(), V::default());
    folding.run(journal, dossier_journal::Place { epoch: 0, sequence: 0 }, until)?;
    let Folding { memory, view, events, next, .. } = folding;
    Ok(Folded { fold: memory.fold, view, events, next })
}

/// Folding from a journal.
pub(crate) struct Folding<D: Decider, V> {
    pub(crate) memory: Memory<D::State>,
    pub(crate) view: V,
    events: u64,
    next: Place,
    failed: Option<EngineError>,
}

impl<D: Decider, V: View> Folding<D, V> {
    pub(crate) fn from(memory: Memory<D::State>, view: V) -> Self {
        let next = Place { origin: D::ORIGIN, epoch: 0, sequence: 0 };
        Self { memory, view, events: 0, next, failed: None }
    }

    pub(crate) fn run(
        &mut self,
        journal: &Journal,
        from: dossier_journal::Place,
        until: Until,
    ) -> Result<(), EngineError> {
        let newest = journal.head().epoch;
        let replayed = journal.replay(from, |stored| {
            if self.failed.is_some() {
                return;
            }
            let (epoch, sequence) = (stored.epoch, stored.sequence);
            match recorded::read(stored) {
                Ok(recorded) if until.admits(newest, &recorded.event) => {
                    self.take(&recorded.event, recorded.beside.as_ref());
                }
                Ok(_) => {}
                Err(error) => self.failed = Some(event_error(&format!("{} {epoch}/{sequence}", D::ORIGIN), &error)),
            }
        });
        replayed.map_err(|error| event_error(D::ORIGIN.name(), &error))?;
        self.failed.take().map_or(Ok(()), Err)
    }

    pub(crate) fn take(&mut self, event: &Event, beside: Option<&Event>) {
        self.memory.apply::<D>(event, beside);
        self.view.apply(event, beside);
        self.events += 1;
        self.next = Place { sequence: event.head.place.sequence + 1, ..event.head.place };
    }

    pub(crate) fn reach(&mut self, followed: &BTreeMap<Origin, Tally>) {
        for tally in followed.values() {
            self.memory.intake.reach(tally);
        }
    }
}

pub(crate) fn event_error(place: &str, reason: &dyn std::fmt::Display) -> EngineError {
    EngineError::Event { place: place.to_owned(), reason: reason.to_string() }
}
