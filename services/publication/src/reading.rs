//! Reading the catalogue: entries by their id or number, lists by query. No HTTP in here.

mod searchable;

use std::{
    fmt,
    str::FromStr,
    sync::{Arc, Mutex, PoisonError},
};

use dossier_engine::{Engine, erasure::Order};
use dossier_proto::{EntryId, Origin, Payload, Place};
use dossier_registry::{Language, Registry, languages_of};

use crate::{
    domain::{Entry, PublicNumber, Publication},
    finding::{Found, Index, Query},
    registries::{Registries, RegistryError},
    shelf::{Edition, Shelf, ShelfError},
    views::{Catalogue, EditionFacts, Published},
    words::{Words, WordsError},
};
use searchable::document;

/// Where a journal begins.
const BEGINNING: Place = Place { origin: Origin::Publication, epoch: 0, sequence: 0 };

/// An entry as an address names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EntryName {
    /// By its id.
    Id(EntryId),
    /// By its public number.
    Number(PublicNumber),
}

impl FromStr for EntryName {
    type Err = NoName;

    fn from_str(text: &str) -> Result<Self, NoName> {
        text.parse().map(Self::Number).or_else(|_| text.parse().map(Self::Id)).map_err(|_| NoName)
    }
}

/// A text names no entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoName;

impl fmt::Display for EntryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// An entry and what is known of it, copied out of the view.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub(crate) id: EntryId,
    pub(crate) entry: Entry,
    pub(crate) published: Published,
}

/// What is said of an edition beside its own text.
#[derive(Debug, Default)]
pub(crate) struct Nearby {
    /// The languages that the edition before could be read in and this one cannot.
    pub(crate) dropped: Vec<Language>,
    /// The entries that its entry stands in the place of.
    pub(crate) instead_of: Vec<(EntryId, PublicNumber)>,
}

/// Part of a list.
#[derive(Debug)]
pub(crate) struct Listed {
    /// What was found in all.
    pub(crate) found: Found,
    /// The editions of this part.
    pub(crate) editions: Vec<Arc<Edition>>,
    /// Whether more follow.
    pub(crate) more: More,
}

/// Whether more follow after a part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum More {
    /// Yes.
    Follow,
    /// That was the last part.
    No,
}

/// Of which moment a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// As it stands.
    Now,
    /// As it stood once everything up to this event had happened; empty before the first.
    After(Option<Place>),
}

impl Moment {
    /// Whether the edition at this place is on the list.
    fn lists(self, view: &Catalogue, place: Place, entry: EntryId) -> bool {
        match self {
            Self::Now => view.listed_at(place) == Some(entry),
            Self::After(last) => last.is_some_and(|last| view.was_listed_at(place, entry, last)),
        }
    }
}

/// Where a part of a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    /// After so many.
    Offset(usize),
    /// With what was published before this place.
    Before(Place),
}

/// What pages and API read from.
pub(crate) struct Reading {
    pub(crate) engine: Engine<Publication, Catalogue>,
    pub(crate) words: Words,
    pub(crate) registries: Arc<Registries>,
    shelf: Shelf,
    index: Mutex<Index>,
}

impl Reading {
    pub(crate) fn new(engine: Engine<Publication, Catalogue>, words: Words) -> Self {
        let registries = Arc::new(Registries::default());
        let shelf = Shelf::new(engine.clone(), words.clone(), Arc::clone(&registries));
        Self { engine, words, registries, shelf, index: Mutex::default() }
    }

    /// The entry with this name, if it was ever published.
    pub(crate) fn known(&self, name: &EntryName) -> Option<Known> {
        let view = self.engine.view();
        let id = match name {
            EntryName::Id(id) => *id,
            EntryName::Number(number) => view.by_number(number)?,
        };
        let (entry, published) = view.entry(id)?;
        Some(Known { id, entry: entry.clone(), published: published.clone() })
    }

    /// An edition with its words. For those who may see it: of a withheld entry nobody asks.
    pub(crate) fn edition(&self, id: EntryId, facts: &EditionFacts) -> Result<Arc<Edition>, ShelfError> {
        self.shelf.edition(id, facts)
    }

    /// The order by which the text of an edition was erased, once it is.
    pub(crate) fn erasure_of(&self, id: EntryId, facts: &EditionFacts) -> Option<Order> {
        let view = self.engine.view();
        let order = view.state().erasures.gone(id, facts.digest, facts.place)?;
        order.confirmed.contains_key(&Origin::Publication).then(|| order.clone())
    }

    /// What is said of an edition beside its own text.
    pub(crate) fn nearby(&self, known: &Known, edition: &Edition) -> Result<Nearby, ShelfError> {
        let there = |edition: &Edition| edition.words.as_ref().map(|words| languages_of(&words.content));
        let before = match known.published.before(edition.facts.edition) {
            Some(before) => there(&*self.edition(known.id, before)?),
            None => None,
        };
        // Of an edition whose text was erased nobody can say which languages it had.
        let dropped = match (before, there(edition)) {
            (Some(before), Some(here)) => before.into_iter().filter(|one| !here.contains(one)).collect(),
            _ => Vec::new(),
        };
        let view = self.engine.view();
        let number = |id: &EntryId| Some((*id, view.entry(*id)?.0.number.clone()));
        Ok(Nearby { dropped, instead_of: known.published.instead_of.iter().filter_map(number).collect() })
    }

    /// The registry in force.
    pub(crate) fn registry(&self) -> Result<Registry, RegistryError> {
        self.registries.in_force(&self.engine)
    }

    /// The public explanation of what a publisher decided; `None` when it was erased.
    pub(crate) fn explanation(&self, id: EntryId, place: Place) -> Result<Option<String>, ShelfError> {
        let sealed = match self.engine.recorded_at(place)?.event.payload {
            Some(Payload::EntrySuspended(one)) => one.command.and_then(|command| command.explanation),
            Some(Payload::EntryReinstated(one)) => one.command.and_then(|command| command.explanation),
            Some(Payload::EntrySuperseded(one)) => one.command.and_then(|command| command.explanation),
            Some(Payload::EntryRetracted(one)) => one.command.and_then(|command| command.explanation),
            _ => None,
        };
        let Some(sealed) = sealed else { return Err(ShelfError::NotAnEdition(place)) };
        match self.words.explanation(id, &sealed) {
            Ok(text) => Ok(Some(text)),
            Err(WordsError::Erased) => Ok(None),
            Err(error) => Err(ShelfError::Words(place, error)),
        }
    }

    /// What a body said when it asked for a retraction, as far as it can be read here.
    pub(crate) fn reason_of_request(&self, id: EntryId, place: Place) -> Result<Option<String>, ShelfError> {
        let recorded = self.engine.recorded_at(place)?;
        let sealed = match recorded.beside.and_then(|event| event.payload) {
            Some(Payload::RetractionAsked(asked)) => asked.command.and_then(|command| command.reason),
            Some(Payload::RetractionCleared(cleared)) => cleared.reason,
            _ => return Err(ShelfError::NotAnEdition(place)),
        };
        let Some(sealed) = sealed else { return Ok(None) };
        self.words.reason_of_request(id, &sealed).map_err(|error| ShelfError::Words(place, error))
    }

    /// A part of the list of entries.
    pub(crate) fn list(&self, query: &Query, moment: Moment, from: From, count: usize) -> Result<Listed, ShelfError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut index)?;
        let (found, wanted) = {
            let view = self.engine.view();
            let found = index.find(query, |place, entry| moment.lists(&view, place, entry));
            let start = match from {
                From::Offset(offset) => offset.min(found.places.len()),
                From::Before(place) => found.places.partition_point(|one| *one >= place),
            };
            let part = found.places[start..].iter().take(count.saturating_add(1));
            let edition = |place: &Place| view.edition_at(*place).map(|(id, facts)| (id, *facts));
            let wanted: Vec<(EntryId, EditionFacts)> = part.filter_map(edition).collect();
            (found, wanted)
        };
        drop(index);
        let more = if wanted.len() > count { More::Follow } else { More::No };
        let editions =
            wanted.iter().take(count).map(|(id, facts)| self.edition(*id, facts)).collect::<Result<_, _>>()?;
        Ok(Listed { found, editions, more })
    }

    /// Where all the editions were published that a query finds, the newest first.
    pub(crate) fn found(&self, query: &Query) -> Result<Vec<Place>, ShelfError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut index)?;
        let view = self.engine.view();
        Ok(index.find(query, |place, entry| view.listed_at(place) == Some(entry)).places)
    }

    /// The editions that were published at these places, of entries that stand as published now.
    pub(crate) fn standing_at(&self, places: &[Place]) -> Result<Vec<Arc<Edition>>, ShelfError> {
        let wanted: Vec<(EntryId, EditionFacts)> = {
            let view = self.engine.view();
            let current = |place: &Place| {
                let id = view.listed_at(*place)?;
                Some((id, *view.entry(id)?.1.current()?))
            };
            places.iter().filter_map(current).collect()
        };
        wanted.iter().map(|(id, facts)| self.edition(*id, facts)).collect()
    }

    /// Puts into the index what was published since it was last looked at.
    pub(crate) fn warm(&self) -> Result<usize, ShelfError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        self.catch_up(&mut index)?;
        Ok(index.len())
    }

    /// Lets go of the words of editions that were erased.
    pub(crate) fn drop_erased(&self) {
        self.shelf.drop_erased();
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        let view = self.engine.view();
        // What is not current, or is retracted, is found by nobody any more, and nothing else of the public is ever erased.
        index.keep_only(|place, id| {
            let Some((entry, published)) = view.entry(id) else { return false };
            entry.retracted().is_none() && published.current().is_some_and(|current| current.place == place)
        });
    }

    fn catch_up(&self, index: &mut Index) -> Result<(), ShelfError> {
        let (new, upto): (Vec<(EntryId, EditionFacts)>, Place) = {
            let view = self.engine.view();
            let from = index.upto().unwrap_or(BEGINNING);
            // Former editions too, to be found in lists as they stood; and what is suspended, to be found again once it is given back.
            // The list passes over them.
            let facts = view.editions_from(from).map(|(id, edition)| (id, *edition)).collect();
            (facts, view.next())
        };
        for (id, facts) in new {
            let edition = self.edition(id, &facts)?;
            index.add(&document(&edition));
        }
        index.reached(upto);
        Ok(())
    }
}
