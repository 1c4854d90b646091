//! Editions with their words, read from the journal, unsealed, checked, and kept at hand as long as there is room.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
};

use dossier_engine::{Engine, RecordError};
use dossier_proto::{BodyCode, EntryId, Event, KeyId, Payload, Place, v1};
use dossier_registry::Registry;

use crate::{
    domain::{PublicNumber, Publication},
    registries::{Registries, RegistryError},
    views::{Catalogue, EditionFacts},
    words::{Agreement, EditionWords, Words, WordsError},
};

/// Bytes of canonical content that are kept. A content takes about three times as much as a tree of values: 16 MiB of the
/// mix (2 KB) are 8 000 editions in 50 MiB of memory.
const KEPT_BYTES_MAX: usize = 16 * 1024 * 1024;

/// An edition with its words.
#[derive(Debug)]
pub(crate) struct Edition {
    /// The entry.
    pub(crate) entry: EntryId,
    /// Its number.
    pub(crate) number: PublicNumber,
    /// The body.
    pub(crate) body: BodyCode,
    /// What the catalogue knows of it.
    pub(crate) facts: EditionFacts,
    /// What the event says; its sealed parts are taken out.
    pub(crate) record: v1::EditionPublished,
    /// Where the event stands.
    pub(crate) place: Place,
    /// The registry it was published under.
    pub(crate) registry: Registry,
    /// Its words; `None` when they were erased.
    pub(crate) words: Option<EditionWords>,
    /// Whether its digest is the one that was approved.
    pub(crate) approval: Agreement,
}

/// Why an edition cannot be read. None of it is the caller's fault.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ShelfError {
    /// The journal could not be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The registry could not be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The words could not be read.
    #[error("the words of the edition at {0} cannot be read")]
    Words(Place, #[source] WordsError),
    /// There is another event where the edition should be.
    #[error("the event at {0} is not an edition as it should be")]
    NotAnEdition(Place),
}

/// Editions at hand.
pub(crate) struct Shelf {
    engine: Engine<Publication, Catalogue>,
    words: Words,
    registries: Arc<Registries>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// By the place of their event: edition, the key of its words, its size in bytes.
    editions: HashMap<Place, (Arc<Edition>, Option<KeyId>, usize)>,
    /// In the order they came.
    order: VecDeque<Place>,
    bytes: usize,
}

impl Shelf {
    pub(crate) fn new(engine: Engine<Publication, Catalogue>, words: Words, registries: Arc<Registries>) -> Self {
        Self { engine, words, registries, kept: Mutex::default() }
    }

    /// An edition.
    pub(crate) fn edition(&self, entry: EntryId, facts: &EditionFacts) -> Result<Arc<Edition>, ShelfError> {
        if let Some(kept) = self.at_hand(facts.place) {
            return Ok(kept);
        }
        let (edition, key, bytes) = self.read(entry, facts)?;
        let edition = Arc::new(edition);
        self.keep(facts.place, &edition, key, bytes);
        Ok(edition)
    }

    /// What is at hand, unless its words were erased since.
    fn at_hand(&self, place: Place) -> Option<Arc<Edition>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let (edition, key, _) = kept.editions.get(&place)?;
        if key.is_none_or(|key| self.words.holds(key)) {
            return Some(Arc::clone(edition));
        }
        kept.let_go(place);
        None
    }

    /// Lets go of what was erased.
    pub(crate) fn drop_erased(&self) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = |(_, key, _): &(Arc<Edition>, Option<KeyId>, usize)| key.is_some_and(|key| !self.words.holds(key));
        let erased: Vec<Place> = kept.editions.iter().filter(|(_, one)| gone(one)).map(|(place, _)| *place).collect();
        erased.into_iter().for_each(|place| kept.let_go(place));
    }

    fn keep(&self, place: Place, edition: &Arc<Edition>, key: Option<KeyId>, bytes: usize) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.editions.insert(place, (Arc::clone(edition), key, bytes)).is_none() {
            kept.order.push_back(place);
            kept.bytes += bytes;
        }
        while kept.bytes > KEPT_BYTES_MAX
            && let Some(oldest) = kept.order.pop_front()
        {
            kept.let_go(oldest);
        }
    }

    fn read(&self, entry: EntryId, facts: &EditionFacts) -> Result<(Edition, Option<KeyId>, usize), ShelfError> {
        let place = facts.place;
        let event = self.engine.recorded_at(place)?.event;
        let Some(Payload::EditionPublished(mut record)) = event.payload else {
            return Err(ShelfError::NotAnEdition(place));
        };
        let (Ok(number), Ok(body)) = (record.number.parse(), record.body.parse()) else {
            return Err(ShelfError::NotAnEdition(place));
        };
        let registry = match facts.registry {
            Some(digest) => self.registries.get(&self.engine, digest)?,
            None => self.registries.in_force(&self.engine)?,
        };
        let words = match self.words.edition(entry, &record) {
            Ok(words) => Some(words),
            Err(WordsError::Erased) => None,
            Err(error) => return Err(ShelfError::Words(place, error)),
        };
        let sealed = record.content.as_mut().and_then(|content| content.sealed.take());
        record.what_changed = None;
        let key = sealed.as_ref().and_then(|sealed| KeyId::try_from(sealed.key_id.as_slice()).ok());
        let bytes = sealed.map_or(0, |sealed| sealed.ciphertext.len());
        let approval = self.approval(entry, facts, &record)?;
        Ok((Edition { entry, number, body, facts: *facts, record, place, registry, words, approval }, key, bytes))
    }

    /// Looks the approval up that the edition names, or the confirmation of a correction, and compares what it let through.
    fn approval(
        &self,
        entry: EntryId,
        facts: &EditionFacts,
        record: &v1::EditionPublished,
    ) -> Result<Agreement, ShelfError> {
        let named = record.command.as_ref().and_then(|command| command.approved.as_ref());
        let Some(named) = named.and_then(|place| Place::try_from(place).ok()) else { return Ok(Agreement::Differs) };
        let approves = |foreign: &Event| {
            foreign.head.place == named
                && match &foreign.payload {
                    Some(Payload::Approved(approved)) => {
                        approved.command.as_ref().is_some_and(|command| command.digest == facts.digest.as_bytes())
                    }
                    Some(Payload::CorrectionConfirmed(confirmed)) => {
                        confirmed.command.as_ref().is_some_and(|command| command.digest == facts.digest.as_bytes())
                    }
                    _ => false,
                }
        };
        // The edition was decided when the approval came in, so the approval usually stands right before it. One that waited for
        // its time is found among the events of the entry.
        if let Some(before) = facts.place.sequence.checked_sub(1)
            && self.engine.recorded_at(Place { sequence: before, ..facts.place })?.beside.as_ref().is_some_and(approves)
        {
            return Ok(Agreement::Same);
        }
        let events = self.engine.of_entry(entry)?;
        let found = events.iter().any(|recorded| recorded.beside.as_ref().is_some_and(approves));
        Ok(if found { Agreement::Same } else { Agreement::Differs })
    }
}

impl Kept {
    fn let_go(&mut self, place: Place) {
        if let Some((_, _, bytes)) = self.editions.remove(&place) {
            self.bytes -= bytes;
        }
    }
}
