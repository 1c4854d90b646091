//! Looks through all journals, in the order of the moments in which things were recorded.

use std::collections::{BTreeMap, HashMap, VecDeque};

use dossier_journal::{Journal, Place as At};
use dossier_proto::{BodyCode, Digest, EntryId, Event, Micros, Origin, Place};

use crate::{
    copies::{CopyReadError, EntryFacts, filed},
    office::Office,
    outlines::visit,
    trail::{ByWhom, Filed, Filter, Heads, Row, is_public, slot},
};

/// Events that are read of a journal at once.
const CHUNK: usize = 256;
/// Bytes of them at most; the first one comes whatever its size.
const CHUNK_BYTES: usize = 1024 * 1024;

/// What is looked for. Everything that is said has to fit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    pub(crate) filter: Filter,
    /// About the content with this digest.
    pub(crate) digest: Option<Digest>,
    /// Of this entry.
    pub(crate) entry: Option<EntryId>,
    /// Of an entry of this body.
    pub(crate) body: Option<BodyCode>,
    /// Of an entry of this type.
    pub(crate) record_type: Option<String>,
}

/// Something that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) filed: Filed,
    pub(crate) facts: Option<EntryFacts>,
}

/// How far each journal was looked through: the epoch and sequence to look at next.
pub(crate) type Positions = [(u32, u64); 4];

/// A search that is under way.
pub(crate) struct Search<'a> {
    office: &'a Office,
    question: Question,
    lanes: Vec<Lane<'a>>,
    facts: HashMap<EntryId, Option<EntryFacts>>,
}

impl<'a> Search<'a> {
    /// Begins, or goes on at these positions; up to the heads.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub(crate) fn begin(
        office: &'a Office,
        question: Question,
        positions: Option<Positions>,
        heads: Heads,
    ) -> Result<Self, CopyReadError> {
        let mut lanes = Vec::new();
        for origin in Origin::ALL {
            let Some(journal) = office.journal(origin) else { continue };
            let origins = &question.filter.origins;
            if !origins.is_empty() && !origins.contains(&origin) {
                continue;
            }
            let next = match (positions, question.filter.from) {
                (Some(positions), _) => positions[slot(origin)],
                (None, Some(from)) => seek(journal, from)?,
                (None, None) => (0, 0),
            };
            let only = only(office, journal, origin, &question)?;
            lanes.push(Lane { origin, journal, next, only, head: heads.0[slot(origin)], queue: VecDeque::new() });
        }
        Ok(Self { office, question, lanes, facts: HashMap::new() })
    }

    /// What is found next, `limit` at most, among so many events at most; and how many were looked at.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub(crate) fn find(&mut self, limit: usize, among: usize) -> Result<(Vec<Found>, usize), CopyReadError> {
        let (mut found, mut examined) = (Vec::new(), 0);
        while found.len() < limit && examined < among {
            let Some(filed) = self.next()? else { break };
            examined += 1;
            if let Some(facts) = self.fits(&filed)? {
                found.push(Found { filed, facts });
            }
        }
        Ok((found, examined))
    }

    /// How far it came; nothing when there is nothing more.
    ///
    /// # Errors
    /// [`CopyReadError`].
    pub(crate) fn positions(&mut self) -> Result<Option<Positions>, CopyReadError> {
        let mut positions = Positions::default();
        let mut is_over = true;
        for lane in &mut self.lanes {
            is_over &= lane.peek()?.is_none();
            positions[slot(lane.origin)] = lane.position();
        }
        Ok((!is_over).then_some(positions))
    }

    /// The event that was recorded first among those that each journal has next.
    fn next(&mut self) -> Result<Option<Filed>, CopyReadError> {
        let mut first: Option<(Micros, Place, usize)> = None;
        for (at, lane) in self.lanes.iter_mut().enumerate() {
            let Some((moment, place)) = lane.peek()? else { continue };
            if self.question.filter.to.is_some_and(|to| moment >= to) {
                lane.close();
                continue;
            }
            if first.is_none_or(|(known, other, _)| (moment, place) < (known, other)) {
                first = Some((moment, place, at));
            }
        }
        let lane = first.and_then(|(_, _, at)| self.lanes.get_mut(at));
        Ok(lane.and_then(|lane| lane.queue.pop_front()))
    }

    /// Whether an event is looked for; then what is known of its entry.
    fn fits(&mut self, filed: &Filed) -> Result<Option<Option<EntryFacts>>, CopyReadError> {
        let row = Row::of(&filed.event);
        let entry = filed.event.head.entry;
        let wants = self.question.filter.admits(&row, is_public(row.kind))
            && self.question.digest.is_none_or(|digest| row.judged.digest == Some(digest))
            && self.question.entry.is_none_or(|one| entry == Some(one));
        if !wants {
            return Ok(None);
        }
        let facts = match entry {
            Some(entry) => self.facts(entry)?,
            None => None,
        };
        let is_of = |facts: &EntryFacts| {
            self.question.body.as_ref().is_none_or(|body| *body == facts.body)
                && self.question.record_type.as_ref().is_none_or(|key| *key == facts.record_type)
        };
        let is_limited = self.question.body.is_some() || self.question.record_type.is_some();
        // What is of no entry concerns all bodies.
        let fits = facts.as_ref().map_or(!is_limited, is_of);
        Ok(fits.then_some(facts))
    }

    fn facts(&mut self, entry: EntryId) -> Result<Option<EntryFacts>, CopyReadError> {
        if let Some(known) = self.facts.get(&entry) {
            return Ok(known.clone());
        }
        let facts = self.office.copies().facts(entry)?;
        // An export of everything passes every entry there is: 20 000 are about 2 MB.
        if self.facts.len() >= 20_000 {
            self.facts.clear();
        }
        self.facts.insert(entry, facts.clone());
        Ok(facts)
    }
}

/// One journal that is looked through.
struct Lane<'a> {
    origin: Origin,
    journal: &'a Journal,
    /// What is read next.
    next: (u32, u64),
    /// The only places that are looked at, ascending.
    only: Option<Vec<At>>,
    head: (u32, u64),
    queue: VecDeque<Filed>,
}

impl Lane<'_> {
    /// When the next event was recorded, and where it stands.
    fn peek(&mut self) -> Result<Option<(Micros, Place)>, CopyReadError> {
        if self.queue.is_empty() {
            self.fill()?;
        }
        Ok(self.queue.front().map(|filed| (filed.event.head.recorded_at, filed.event.head.place)))
    }

    /// Where to go on.
    fn position(&self) -> (u32, u64) {
        let front = self.queue.front().map(|filed| filed.event.head.place);
        front.map_or(self.next, |place| (place.epoch, place.sequence))
    }

    /// Nothing more is wanted of it.
    fn close(&mut self) {
        // Where to go on stays, for who asks with a later end.
        self.next = self.position();
        self.queue.clear();
        self.head = (0, 0);
    }

    fn fill(&mut self) -> Result<(), CopyReadError> {
        while self.queue.is_empty() && self.next < self.head {
            if !self.read()? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Reads on; "no" at the end of the journal.
    fn read(&mut self) -> Result<bool, CopyReadError> {
        let (epoch, sequence) = self.next;
        if let Some(only) = &self.only {
            let from = only.partition_point(|at| (at.epoch, at.sequence) < self.next);
            let places = only.get(from..only.len().min(from + CHUNK)).unwrap_or_default();
            let Some(last) = places.last() else { return Ok(false) };
            self.next = (last.epoch, last.sequence + 1);
            let queue = &mut self.queue;
            visit(self.journal, self.origin, places, &mut |filed| queue.push_back(filed))?;
        } else {
            let events = self.journal.read(epoch, sequence, CHUNK, CHUNK_BYTES)?;
            let Some(last) = events.last() else {
                let later = self.journal.epochs().into_iter().map(|(later, _)| later).find(|later| *later > epoch);
                let Some(later) = later else { return Ok(false) };
                self.next = (later, 0);
                return Ok(true);
            };
            self.next = (last.epoch, last.sequence + 1);
            for stored in &events {
                self.queue.push_back(filed(self.origin, stored)?);
            }
        }
        let head = self.head;
        self.queue.retain(|filed| (filed.event.head.place.epoch, filed.event.head.place.sequence) < head);
        Ok(true)
    }
}

/// The only places that can fit, where that is known without looking.
fn only(
    office: &Office,
    journal: &Journal,
    origin: Origin,
    question: &Question,
) -> Result<Option<Vec<At>>, CopyReadError> {
    if let Some(entry) = question.entry {
        return Ok(Some(journal.of_entry(entry.0)?));
    }
    if origin == Origin::Audit {
        return Ok(readings_by(office, question));
    }
    Ok(office.copies().acts().places(origin, question))
}

/// Of our own journal: the readings of a person, where one is asked for.
fn readings_by(office: &Office, question: &Question) -> Option<Vec<At>> {
    let Some(ByWhom::Person(subject)) = question.filter.by else { return None };
    let view = office.engine().view();
    let Some(reader) = view.readers.get(&subject).copied() else { return Some(Vec::new()) };
    let rows = view.readings.iter().filter(|row| row.reader == reader);
    Some(rows.map(|row| At { epoch: row.epoch, sequence: row.sequence }).collect())
}

/// The first event of a journal that was recorded then or later. `recorded_at` only grows in a journal.
fn seek(journal: &Journal, from: Micros) -> Result<(u32, u64), CopyReadError> {
    let is_before = |epoch: u32, sequence: u64| -> Result<bool, CopyReadError> {
        let Some(stored) = journal.get(At { epoch, sequence })? else { return Ok(false) };
        // What cannot be read is told where it is looked at.
        Ok(Event::decode(&stored.event).is_ok_and(|event| event.head.recorded_at < from))
    };
    for (epoch, size) in journal.epochs() {
        let Some(last) = size.checked_sub(1) else { continue };
        if is_before(epoch, last)? {
            continue;
        }
        let (mut low, mut high) = (0, last);
        while low < high {
            let middle = low + (high - low) / 2;
            if is_before(epoch, middle)? { low = middle + 1 } else { high = middle }
        }
        return Ok((epoch, low));
    }
    let head = journal.head();
    Ok((head.epoch, head.size))
}

/// Which entries were found, with how many events of each, and the first and the last of them.
pub(crate) fn entries(found: &[Found]) -> BTreeMap<EntryId, (usize, Micros, Micros)> {
    let mut entries = BTreeMap::new();
    for one in found {
        let head = &one.filed.event.head;
        let Some(entry) = head.entry else { continue };
        let (count, _, last) = entries.entry(entry).or_insert((0, head.recorded_at, head.recorded_at));
        *count += 1;
        *last = head.recorded_at;
    }
    entries
}
