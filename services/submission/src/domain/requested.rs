//! The requested changes that wait for an answer of the body: of the latest request, and of earlier ones what was left out or opened
//! again.

use std::collections::BTreeSet;

use dossier_proto::v1;
use serde::{Deserialize, Serialize};

/// A requested change: the round of submission in which it was requested, and its number there.
pub(super) type Item = (u32, u32);

/// What waits for an answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenItems(BTreeSet<Item>);

impl OpenItems {
    /// Changes are requested.
    pub(super) fn requested(&mut self, round: u32, items: &[v1::RequestedChange]) {
        self.0.extend(items.iter().map(|item| (round, item.item)));
    }

    /// Which one an answer is to: where it names no round, the latest with that number.
    pub fn named(&self, answer: &v1::Answer) -> Option<Item> {
        let is_meant = |item: &Item| item.1 == answer.item && (answer.round == 0 || answer.round == item.0);
        self.0.iter().rev().copied().find(is_meant)
    }

    /// A submission answers what it names; where it names nothing, all there is.
    pub(super) fn answered(&mut self, answers: &[v1::Answer]) {
        let named: Vec<Item> = answers.iter().filter_map(|answer| self.named(answer)).collect();
        self.0.retain(|item| !answers.is_empty() && !named.contains(item));
    }

    /// Moderation says whether what was done about it does.
    pub(super) fn settled(&mut self, settled: &v1::SettleChange) {
        use v1::settle_change::Outcome;
        let item = (settled.round, settled.item);
        match settled.outcome() {
            Outcome::Accepted => self.0.remove(&item),
            Outcome::Reopened => self.0.insert(item),
            Outcome::Unspecified => false,
        };
    }

    /// There is no review any more that asks for anything.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// All of them, the oldest first.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<Item> {
        self.0.iter().copied().collect()
    }
}
