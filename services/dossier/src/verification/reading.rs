//! One journal from its first event to its last.

use std::{collections::BTreeMap, thread};

use dossier_audit::{
    domain::FindingKind,
    reconcile,
    verify::{EpochSeen, Examination, Examined, Fault, FaultKind, KnownHead, NoCauses, Prepared},
};
use dossier_engine::Deviation;
use dossier_proto::{Digest, Event, Origin, Payload, Place};

use super::{
    Class, Doubt, DoubtKind, Source, Sources, Unread,
    deciding::{Deciders, Deciding},
    misplaced::Misplaced,
    references::{References, Wrong},
};

/// So many doubts are told of one journal; the rest are counted. The first is what matters.
const DOUBTS_MAX: usize = 20;
/// So many are held: some are taken out again, and all are sorted before.
const DOUBTS_HELD: usize = 4 * DOUBTS_MAX;
/// Progress is told after so many events.
const TOLD_EVERY: u64 = 1024;

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
    /// What does not hold, what happened to the history first, and of that the earliest event.
    pub doubts: Vec<Doubt>,
    /// Doubts beyond those.
    pub more: u64,
    /// The registries that events were decided under, with the first event of each.
    pub named: BTreeMap<Digest, Place>,
    /// The registries that were adopted in it.
    pub adopted: Vec<Digest>,
}

/// Reads a journal: everything that [`Examination`] looks at, what was received held against what was sent, rights against
/// designations, approvals against submissions, editions against approvals, and every command decided again. `heads` are what somebody
/// signed; `progress` is told how many events were read.
pub fn read_through(
    origin: Origin,
    sources: &Sources,
    heads: impl IntoIterator<Item = KnownHead>,
    progress: &mut dyn FnMut(u64),
) -> Reading {
    read_deciding(origin, sources, heads, Deciding::Again, progress)
}

/// The same with deciding again or without.
pub fn read_deciding(
    origin: Origin,
    sources: &Sources,
    heads: impl IntoIterator<Item = KnownHead>,
    deciding: Deciding,
    progress: &mut dyn FnMut(u64),
) -> Reading {
    let heads: Vec<_> = heads.into_iter().collect();
    thread::scope(|scope| {
        let mut desk = Desk {
            origin,
            sources,
            keeps_beside: true,
            examination: Examination::new(origin, sources).against(heads),
            references: References::new(sources),
            deciders: Deciders::start(origin, deciding, scope),
            misplaced: Misplaced::default(),
            next: Place { origin, epoch: 0, sequence: 0 },
            events: 0,
            doubts: Doubts::default(),
            adopted: Vec::new(),
        };
        let Some(source) = sources.of(origin) else { return desk.finish() };
        desk.keeps_beside = source.keeps_beside();
        // Said before the reading: a journal that is being written to may grow meanwhile.
        let said = source.epochs();
        let unread = source.visit(&mut |prepared| {
            desk.take(prepared);
            if desk.events.is_multiple_of(TOLD_EVERY) {
                progress(desk.events);
            }
        });
        progress(desk.events);
        desk.ended(&said, unread);
        desk.finish()
    })
}

/// Reads a copy that the audit service keeps: hashes, order and numbers, and what somebody signed of the original.
pub fn read_copy(
    origin: Origin,
    copy: &dyn Source,
    heads: impl IntoIterator<Item = KnownHead>,
    progress: &mut dyn FnMut(u64),
) -> Vec<Doubt> {
    let (mut examination, mut misplaced) = (Examination::new(origin, &NoCauses).against(heads), Misplaced::default());
    let mut events = 0;
    let unread = copy.visit(&mut |prepared| {
        note_place(&mut misplaced, origin, &prepared);
        examination.take_prepared(&prepared);
        events += 1;
        if events % TOLD_EVERY == 0 {
            progress(events);
        }
    });
    let mut doubts: Vec<_> = unread.into_iter().map(|unread| of_unread(origin, unread)).collect();
    doubts.extend(of_examined(examination.finish(), &misplaced));
    doubts.sort_by_key(Doubt::order);
    doubts.truncate(DOUBTS_MAX);
    doubts.into_iter().map(Doubt::of_copy).collect()
}

/// What is known while reading.
struct Desk<'a, 'scope> {
    origin: Origin,
    sources: &'a Sources,
    keeps_beside: bool,
    examination: Examination<'a>,
    references: References<'a>,
    deciders: Deciders<'scope>,
    misplaced: Misplaced,
    /// Behind the event that was read last.
    next: Place,
    events: u64,
    /// What the examination does not see.
    doubts: Doubts,
    adopted: Vec<Digest>,
}

/// The first doubts, and how many there are.
#[derive(Default)]
struct Doubts {
    held: Vec<Doubt>,
    beyond: u64,
}

impl Doubts {
    fn push(&mut self, doubt: Doubt) {
        if self.held.len() < DOUBTS_HELD {
            self.held.push(doubt);
        } else {
            self.beyond += 1;
        }
    }
}

impl Desk<'_, '_> {
    fn take(&mut self, prepared: Prepared) {
        self.events += 1;
        let stored = &prepared.stored;
        self.next = Place { epoch: stored.epoch, sequence: stored.sequence + 1, ..self.next };
        note_place(&mut self.misplaced, self.origin, &prepared);
        self.examination.take_prepared(&prepared);
        // What is no event is told by the examination.
        let Ok(event) = &prepared.event else { return };
        self.look_around(&prepared, event);
        if let Some(Payload::RegistryAdopted(adopted)) = &event.payload
            && let Some(command) = &adopted.command
        {
            self.adopt(event.head.place, command);
        }
        let bytes = prepared.stored.event.len() + prepared.stored.beside.as_ref().map_or(0, bytes::Bytes::len);
        let beside = if self.keeps_beside { None } else { self.sent(event) };
        let Prepared { event, foreign, .. } = prepared;
        let beside = foreign.and_then(|(_, event)| event.ok()).or(beside);
        if let Ok(event) = event {
            self.deciders.take(event, beside, bytes);
        }
    }

    /// What the event names in other journals.
    fn look_around(&mut self, prepared: &Prepared, event: &Event) {
        let place = event.head.place;
        match self.references.take(prepared, event) {
            None => {}
            Some(Wrong::Received(found)) => {
                self.doubts.push(Doubt::at(place, DoubtKind::Between(FindingKind::NeverSent), found));
            }
            Some(Wrong::Beside(found)) => {
                self.doubts.push(Doubt::at(place, DoubtKind::Fault(FaultKind::BesideDiffers), found));
            }
            Some(Wrong::Right(found)) => self.doubts.push(Doubt::at(place, DoubtKind::NoRight, found)),
        }
        // Received events are most of some journals, and were looked up above.
        if matches!(event.payload, Some(Payload::Received(_))) {
            return;
        }
        if let Some(finding) = reconcile::judge(event, self.sources) {
            let found = different(&finding.expected, &finding.found);
            self.doubts.push(Doubt::at(place, DoubtKind::Between(finding.kind), found));
        }
    }

    /// A registry that says it has another digest than its bytes.
    fn adopt(&mut self, place: Place, command: &dossier_proto::v1::AdoptRegistry) {
        let digest = dossier_proto::hash_of(&command.document);
        if digest.as_bytes() != command.digest.as_slice() {
            let found = format!("its bytes have the digest {digest}, and it says {}", hex::encode(&command.digest));
            self.doubts.push(Doubt::at(place, DoubtKind::NoSuchRegistry, found));
        }
        self.adopted.push(digest);
    }

    /// The foreign event that a copy does not keep: as its own journal has it, when that is the one that was received.
    fn sent(&self, event: &Event) -> Option<Event> {
        let Some(Payload::Received(received)) = &event.payload else { return None };
        let place = Place::try_from(received.place.as_ref()?).ok()?;
        match reconcile::Shelf::at(self.sources, place) {
            reconcile::Look::Found(filed) if filed.hash.as_bytes() == received.hash.as_slice() => Some(filed.event),
            _ => None,
        }
    }

    fn ended(&mut self, said: &[(u32, u64)], unread: Vec<Unread>) {
        let is_whole = unread.is_empty();
        unread.into_iter().for_each(|unread| self.doubts.push(of_unread(self.origin, unread)));
        let Some((epoch, size)) = said.iter().rev().find(|(_, size)| *size > 0).copied() else { return };
        if is_whole && (self.next.epoch, self.next.sequence) < (epoch, size) {
            let found = format!("epoch {epoch} should go on to {size} events");
            self.doubts.push(Doubt::at(self.next, DoubtKind::NotRead, found));
        }
    }

    fn finish(self) -> Reading {
        let deviations = self.deciders.finish();
        let examined = self.examination.finish();
        let (events, epochs, compared) = (examined.events, examined.epochs.clone(), examined.compared);
        let beyond = examined.faults_total - examined.faults.len() as u64;
        let mut doubts = self.doubts.held;
        let told_already = |fault: &Doubt| {
            fault.kind == DoubtKind::Fault(FaultKind::CauseMissing) && doubts.iter().any(|doubt| doubt.at == fault.at)
        };
        let faults: Vec<_> =
            of_examined(examined, &self.misplaced).into_iter().filter(|fault| !told_already(fault)).collect();
        doubts.extend(faults);
        doubts.extend(deviations.into_iter().map(of_deviation));
        doubts.sort_by_key(Doubt::order);
        let more = beyond + self.doubts.beyond + doubts.len().saturating_sub(DOUBTS_MAX) as u64;
        doubts.truncate(DOUBTS_MAX);
        let (named, adopted) = (self.references.registries(), self.adopted);
        Reading { origin: self.origin, events, epochs, compared, doubts, more, named, adopted }
    }
}

fn note_place(misplaced: &mut Misplaced, origin: Origin, prepared: &Prepared) {
    if let Ok(event) = &prepared.event {
        let wanted = Place { origin, epoch: prepared.stored.epoch, sequence: prepared.stored.sequence };
        misplaced.take(wanted, event.head.place);
    }
}

fn of_deviation(Deviation { at, found, .. }: Deviation) -> Doubt {
    Doubt::from(Fault { kind: FaultKind::NotSoDecided, at, found })
}

fn of_unread(origin: Origin, unread: Unread) -> Doubt {
    let Unread { at, class, found } = unread;
    let doubt = match at {
        Some(at) => Doubt::at(Place { origin, epoch: at.epoch, sequence: at.sequence }, DoubtKind::NotRead, found),
        None => Doubt::about(origin, DoubtKind::NotRead, found),
    };
    doubt.of(class)
}

fn of_examined(examined: Examined, misplaced: &Misplaced) -> Vec<Doubt> {
    let moved = misplaced.class().unwrap_or(Class::Altered);
    let doubts = examined.faults.into_iter().map(|fault| match fault.kind {
        FaultKind::WrongPlace => Doubt::from(fault).of(moved),
        _ => Doubt::from(fault),
    });
    doubts.collect()
}

/// Registries that events were decided under and that nobody adopted, of all journals that were read together.
pub fn unknown_registries(readings: &[Reading]) -> Vec<Doubt> {
    // Without moderation's journal nobody knows what was adopted.
    let Some(moderation) = readings.iter().find(|reading| reading.origin == Origin::Moderation) else {
        return Vec::new();
    };
    let named = readings.iter().flat_map(|reading| &reading.named);
    let unknown = named.filter(|(digest, _)| !moderation.adopted.contains(digest));
    unknown
        .map(|(digest, place)| Doubt::at(*place, DoubtKind::NoSuchRegistry, format!("it names the registry {digest}")))
        .collect()
}

fn different(expected: &[u8], found: &[u8]) -> String {
    let words = |bytes: &[u8]| if bytes.is_empty() { "nothing".to_owned() } else { hex::encode(bytes) };
    format!("{} should be there, {} is", words(expected), words(found))
}
