//! The index: which editions hold a word, and which terms each edition has.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
};

use dossier_proto::{EntryId, Place};

use super::{
    Facet, Query, Terms,
    query::folded,
    tokens::{self, may_be_a_beginning},
};

/// An edition to be found.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The entry.
    pub(crate) entry: EntryId,
    /// Where the event stands that published it.
    pub(crate) place: Place,
    /// Its terms.
    pub(crate) terms: Terms,
    /// Everything in it that can be searched, in all its languages.
    pub(crate) text: String,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Found {
    /// Where the editions were published, newest first.
    pub(crate) places: Vec<Place>,
    /// For each facet and term, how many entries there would be if the term were chosen (what is chosen in the other
    /// facets holds, what is chosen in the same facet does not: its other terms widen).
    pub(crate) counts: BTreeMap<Facet, BTreeMap<String, u32>>,
}

/// One edition in the index.
struct Indexed {
    entry: EntryId,
    place: Place,
    terms: Box<[u32]>,
}

/// The index over all editions; which of them are on the list, as it stands or as it stood, the caller says when asking.
#[derive(Default)]
pub(crate) struct Index {
    /// In the order of publication.
    documents: Vec<Indexed>,
    /// Word → the documents that hold it, rising.
    words: BTreeMap<Box<str>, Vec<u32>>,
    /// Number of a term → the term.
    terms: Vec<(Facet, String)>,
    numbers: HashMap<(Facet, String), u32>,
    /// Everything the catalogue says up to here was indexed.
    upto: Option<Place>,
}

impl Index {
    /// Everything before this place was indexed; nothing was, when there is none.
    pub(crate) fn upto(&self) -> Option<Place> {
        self.upto
    }

    /// Takes note that everything before this place is in.
    pub(crate) fn reached(&mut self, upto: Place) {
        self.upto = self.upto.max(Some(upto));
    }

    /// How many editions it holds, old ones included.
    pub(crate) fn len(&self) -> usize {
        self.documents.len()
    }

    /// Adds an edition. Places rise: an edition at or before the last one is in already.
    pub(crate) fn add(&mut self, document: &Document) {
        if self.documents.last().is_some_and(|last| last.place >= document.place) {
            return;
        }
        // 4 294 967 295 editions take more memory than any machine has; beyond, new ones would not be found.
        let Ok(number) = u32::try_from(self.documents.len()) else { return };
        let words: BTreeSet<String> = tokens::words(&document.text).into_iter().collect();
        for word in words {
            self.words.entry(word.into_boxed_str()).or_default().push(number);
        }
        let terms = document.terms.iter().filter_map(|term| self.number_of(term)).collect();
        self.documents.push(Indexed { entry: document.entry, place: document.place, terms });
    }

    /// Forgets the words of the editions for which `is_kept` says no; nobody finds them any more.
    pub(crate) fn keep_only(&mut self, is_kept: impl Fn(Place, EntryId) -> bool) {
        let gone: BTreeSet<u32> = (0_u32..)
            .zip(&self.documents)
            .filter(|(_, document)| !is_kept(document.place, document.entry))
            .map(|(number, _)| number)
            .collect();
        if gone.is_empty() {
            return;
        }
        self.words.retain(|_, numbers| {
            numbers.retain(|number| !gone.contains(number));
            !numbers.is_empty()
        });
        for number in gone {
            if let Some(document) = self.documents.get_mut(number as usize) {
                document.terms = Box::default();
            }
        }
    }

    fn number_of(&mut self, term: &(Facet, String)) -> Option<u32> {
        if let Some(number) = self.numbers.get(term) {
            return Some(*number);
        }
        let number = u32::try_from(self.terms.len()).ok()?;
        self.terms.push(term.clone());
        self.numbers.insert(term.clone(), number);
        Some(number)
    }

    /// What is found among the editions for which `is_current` says yes.
    pub(crate) fn find(&self, query: &Query, is_current: impl Fn(Place, EntryId) -> bool) -> Found {
        let wanted = self.wanted(query);
        let mut counted = vec![0_u32; self.terms.len()];
        let mut places = Vec::new();
        let mut look = |number: u32| {
            let Some(document) = self.documents.get(number as usize) else { return };
            if !is_current(document.place, document.entry) {
                return;
            }
            let mut missed = wanted.iter().filter(|(_, terms)| !document.terms.iter().any(|term| terms.contains(term)));
            match (missed.next(), missed.next()) {
                (None, _) => {
                    places.push(document.place);
                    document.terms.iter().for_each(|term| counted[*term as usize] += 1);
                }
                // It would be found if something else were chosen in this one facet.
                (Some((facet, _)), None) => {
                    let same = document.terms.iter().filter(|term| self.terms[**term as usize].0 == *facet);
                    same.for_each(|term| counted[*term as usize] += 1);
                }
                _ => {}
            }
        };
        match self.holding(query.words()) {
            Some(numbers) => numbers.into_iter().rev().for_each(&mut look),
            // Bounded by `add`, so the conversion keeps the number.
            None => (0..self.documents.len() as u32).rev().for_each(&mut look),
        }
        Found { places, counts: self.counts(&counted) }
    }

    fn counts(&self, counted: &[u32]) -> BTreeMap<Facet, BTreeMap<String, u32>> {
        let mut counts: BTreeMap<Facet, BTreeMap<String, u32>> = BTreeMap::new();
        for ((facet, term), count) in self.terms.iter().zip(counted).filter(|(_, count)| **count > 0) {
            counts.entry(*facet).or_default().insert(term.clone(), *count);
        }
        counts
    }

    /// The numbers of the chosen terms, by facet.
    fn wanted(&self, query: &Query) -> Vec<(Facet, BTreeSet<u32>)> {
        let numbers = |facet: Facet, chosen: &BTreeSet<String>| {
            let matching = self.terms.iter().zip(0_u32..);
            matching
                .filter(|((of, term), _)| *of == facet && chosen.contains(&folded(term)))
                .map(|(_, number)| number)
                .collect()
        };
        query.facets().filter_map(|facet| Some((facet, numbers(facet, query.terms(facet)?)))).collect()
    }

    /// The documents that hold all the words, rising; `None` when there are no words to hold.
    fn holding(&self, words: &[String]) -> Option<Vec<u32>> {
        let mut found: Option<Vec<u32>> = None;
        for word in words {
            let with_word = self.with(word);
            found = Some(match found {
                None => with_word,
                Some(before) => before.into_iter().filter(|number| with_word.binary_search(number).is_ok()).collect(),
            });
        }
        found
    }

    /// The documents with a word that is this one or begins with it, rising.
    fn with(&self, word: &str) -> Vec<u32> {
        if !may_be_a_beginning(word) {
            return self.words.get(word).cloned().unwrap_or_default();
        }
        let from = (Bound::Included(word), Bound::Unbounded);
        let beginning = self.words.range::<str, _>(from).take_while(|(known, _)| known.starts_with(word));
        let mut numbers: Vec<u32> = beginning.flat_map(|(_, numbers)| numbers.iter().copied()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}
