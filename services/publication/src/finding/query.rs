//! What somebody looks for.

use std::collections::{BTreeMap, BTreeSet};

use super::{Facet, tokens};

/// Words in one search. More only narrow what is found already.
const WORDS_MAX: usize = 16;

/// What was chosen in each facet. Several terms of one facet widen, several facets narrow.
pub(crate) type Choice = BTreeMap<Facet, BTreeSet<String>>;

/// What somebody looks for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    words: Vec<String>,
    chosen: Choice,
}

impl Query {
    /// All entries that hold every word of `text`, and in each facet one of the chosen terms. Capitals of terms do not
    /// matter: addresses are typed by hand.
    pub(crate) fn new(text: &str, chosen: &Choice) -> Self {
        let mut words = tokens::searched(text);
        words.truncate(WORDS_MAX);
        let chosen = chosen
            .iter()
            .filter(|(_, terms)| !terms.is_empty())
            .map(|(facet, terms)| (*facet, terms.iter().map(|term| folded(term)).collect()))
            .collect();
        Self { words, chosen }
    }

    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// The terms chosen in a facet, folded; `None` when all will do.
    pub(super) fn terms(&self, facet: Facet) -> Option<&BTreeSet<String>> {
        self.chosen.get(&facet)
    }

    /// The facets in which something was chosen.
    pub(super) fn facets(&self) -> impl Iterator<Item = Facet> + '_ {
        self.chosen.keys().copied()
    }
}

/// A term as it is compared.
pub(super) fn folded(term: &str) -> String {
    term.trim().to_lowercase()
}
