//! Which entries name an objective, or can be read in a language: so that a rare one is found without going along the whole queue.
//!
//! It says of kept gists what they say themselves, and goes with them: with the last gist of an entry everything read from its words
//! has left this place too. Entries whose content is not at hand are known by name; whoever looks has to open them.

use std::collections::{BTreeSet, HashMap};

use dossier_proto::EntryId;
use dossier_registry::Language;

use super::Gist;
use crate::views::{Reviews, Whereabouts};

/// What a content can be looked for by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Term {
    /// It names this objective.
    Objective(String),
    /// It can be read in this language.
    Language(Language),
}

/// The kept gists by their terms: five of a gist at 60 bytes each, 20 MB with as many as are kept. And where the content of each entry
/// in the queue stands: 60 bytes of each.
#[derive(Debug, Default)]
pub(super) struct Index {
    naming: HashMap<Term, BTreeSet<(EntryId, Whereabouts)>>,
    /// The content that each entry in the queue is looked for by.
    now: HashMap<EntryId, Whereabouts>,
    /// Entries whose content of now is not at hand: not opened yet, not readable, or for ever gone.
    unread: BTreeSet<EntryId>,
    /// How many moves of the queue there had been when `now` was right; none before the first look.
    followed: Option<u64>,
}

impl Index {
    /// A gist was kept.
    pub(super) fn add(&mut self, at: Whereabouts, gist: &Gist) {
        for term in terms(gist) {
            self.naming.entry(term).or_default().insert((gist.entry, at));
        }
        if self.now.get(&gist.entry) == Some(&at) {
            self.unread.remove(&gist.entry);
        }
    }

    /// A gist is not kept any more.
    pub(super) fn remove(&mut self, at: Whereabouts, gist: &Gist) {
        for term in terms(gist) {
            let Some(naming) = self.naming.get_mut(&term) else { continue };
            naming.remove(&(gist.entry, at));
            if naming.is_empty() {
                self.naming.remove(&term);
            }
        }
        if self.now.get(&gist.entry) == Some(&at) {
            self.unread.insert(gist.entry);
        }
    }

    /// No gist is kept any more.
    pub(super) fn clear(&mut self) {
        self.naming.clear();
        self.unread = self.now.keys().copied().collect();
    }

    /// Catches up with the queue: with who has moved since, or with all of it.
    pub(super) fn follow(&mut self, facts: &Reviews, is_kept: impl Fn(Whereabouts) -> bool) {
        match self.followed.map(|began| facts.queue.moved_since(began)) {
            Some(Ok(moved)) => moved.for_each(|entry| self.place(entry, facts, &is_kept)),
            Some(Err(_)) | None => {
                self.now.clear();
                self.unread.clear();
                facts.queue.entries().for_each(|entry| self.place(entry, facts, &is_kept));
            }
        }
        self.followed = Some(facts.queue.moves());
    }

    fn place(&mut self, entry: EntryId, facts: &Reviews, is_kept: &impl Fn(Whereabouts) -> bool) {
        self.unread.remove(&entry);
        let Some(at) = facts.content_in_review(entry) else {
            self.now.remove(&entry);
            return;
        };
        self.now.insert(entry, at);
        if !is_kept(at) {
            self.unread.insert(entry);
        }
    }

    /// Every entry that may have one of the terms, or may not; whoever is left out has none of them. `None` if there are more than so many.
    pub(super) fn naming(&self, terms: &[Term], at_most: usize) -> Option<BTreeSet<EntryId>> {
        if self.count(terms) > at_most {
            return None;
        }
        let naming = terms.iter().filter_map(|term| self.naming.get(term)).flatten().map(|(entry, _)| *entry);
        Some(naming.chain(self.unread.iter().copied()).collect())
    }

    /// How many [`Index::naming`] goes over.
    pub(super) fn count(&self, terms: &[Term]) -> usize {
        let naming = terms.iter().filter_map(|term| self.naming.get(term)).map(BTreeSet::len).sum::<usize>();
        naming + self.unread.len()
    }
}

fn terms(gist: &Gist) -> impl Iterator<Item = Term> {
    let objectives = gist.objectives.iter().cloned().map(Term::Objective);
    objectives.chain(gist.languages.iter().copied().map(Term::Language))
}
