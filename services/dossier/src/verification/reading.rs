//! One journal from its first event to its last.

use dossier_audit::{
    reconcile,
    verify::{EpochSeen, Examination, Fault, FaultKind, KnownHead},
};
use dossier_journal::Stored;
use dossier_proto::{Event, Origin, Payload, Place};

use super::{Doubt, DoubtKind, Sources};
use crate::deciders::{DecideAgain, again};

/// So many doubts are told of one journal; the rest are counted. The first is what matters.
const DOUBTS_MAX: usize = 20;

/// What one journal was found to be.
#[derive(Debug)]
pub struct Reading {
    /// Whose.
    pub origin: Origin,
    /// Events read.
    pub events: u64,
    /// Each epoch with its number of events and the root over them.
    pub epochs: Vec<EpochSeen>,
    /// How many signed heads were compared and agree.
    pub compared: usize,
    /// What does not hold, the earliest event first.
    pub doubts: Vec<Doubt>,
    /// Doubts beyond those.
    pub more: u64,
}

/// Reads a journal: everything that [`Examination`] looks at, what was received held against what was sent, approvals
/// against submissions, editions against approvals, and every command decided again. `heads` are what somebody signed;
/// `progress` is told how many events were read.
pub fn read_through(
    origin: Origin,
    sources: &Sources,
    heads: impl IntoIterator<Item = KnownHead>,
    progress: &mut dyn FnMut(u64),
) -> Reading {
    let mut desk = Desk {
        sources,
        examination: Examination::new(origin, sources).against(heads),
        again: again(origin),
        next: Place { origin, epoch: 0, sequence: 0 },
        events: 0,
        doubts: Vec::new(),
    };
    let Some(source) = sources.of(origin) else { return desk.finish() };
    // Said before the reading: a journal that is being written to may grow meanwhile.
    let said = source.epochs();
    let read = source.visit(&mut |stored| {
        desk.take(stored);
        if desk.events.is_multiple_of(1024) {
            progress(desk.events);
        }
    });
    progress(desk.events);
    match read {
        Err(found) => desk.doubts.push(Doubt::at(desk.next, DoubtKind::Fault(FaultKind::Unreadable), found)),
        Ok(()) => desk.look_for_an_end(&said),
    }
    desk.finish()
}

/// What is known while reading.
struct Desk<'a> {
    sources: &'a Sources,
    examination: Examination<'a>,
    again: Box<dyn DecideAgain>,
    /// Behind the event that was read last.
    next: Place,
    events: u64,
    /// What the examination does not see.
    doubts: Vec<Doubt>,
}

impl Desk<'_> {
    fn take(&mut self, stored: &Stored) {
        self.events += 1;
        self.next = Place { epoch: stored.epoch, sequence: stored.sequence + 1, ..self.next };
        self.examination.take(stored);
        self.again.take(stored);
        // What is no event is told by the examination.
        let Ok(event) = Event::decode(&stored.event) else { return };
        if matches!(event.payload, Some(Payload::Received(_))) && stored.beside.is_none() {
            let found = "the event that was received does not lie beside it";
            self.doubt(event.head.place, DoubtKind::Fault(FaultKind::BesideDiffers), found.to_owned());
        }
        if let Some(finding) = reconcile::judge(&event, self.sources) {
            let found = different(&finding.expected, &finding.found);
            self.doubt(event.head.place, DoubtKind::Between(finding.kind), found);
        }
    }

    fn doubt(&mut self, place: Place, kind: DoubtKind, found: String) {
        // Four times what is told: some are taken out again, and all are sorted before.
        if self.doubts.len() < 4 * DOUBTS_MAX {
            self.doubts.push(Doubt::at(place, kind, found));
        }
    }

    fn look_for_an_end(&mut self, said: &[(u32, u64)]) {
        let Some((epoch, size)) = said.iter().rev().find(|(_, size)| *size > 0).copied() else { return };
        if (self.next.epoch, self.next.sequence) < (epoch, size) {
            let found = format!("epoch {epoch} should go on to {size} events");
            self.doubts.push(Doubt::at(self.next, DoubtKind::Fault(FaultKind::Unreadable), found));
        }
    }

    fn finish(self) -> Reading {
        let mut examined = self.examination.finish();
        examined.deviate(self.again.finish());
        let mut doubts = self.doubts;
        let told_already = |fault: &Fault| {
            fault.kind == FaultKind::CauseMissing && doubts.iter().any(|doubt| doubt.at == Some(fault.at))
        };
        let beyond = examined.faults_total - examined.faults.len() as u64;
        let (_, faults): (Vec<_>, Vec<_>) = examined.faults.into_iter().partition(told_already);
        doubts.extend(faults.into_iter().map(Doubt::from));
        doubts.sort_by_key(|doubt| doubt.at);
        let more = beyond + doubts.len().saturating_sub(DOUBTS_MAX) as u64;
        doubts.truncate(DOUBTS_MAX);
        let (events, epochs, compared) = (examined.events, examined.epochs, examined.compared);
        Reading { origin: examined.origin, events, epochs, compared, doubts, more }
    }
}

fn different(expected: &[u8], found: &[u8]) -> String {
    let words = |bytes: &[u8]| if bytes.is_empty() { "nothing".to_owned() } else { hex::encode(bytes) };
    format!("{} should be there, {} is", words(expected), words(found))
}
