//! Who changed their place lately: so that whoever reads the queue page by page reads everybody once.

use std::collections::{BTreeMap, VecDeque};

use dossier_proto::{EntryId, Micros};
use serde::{Deserialize, Serialize};

/// So many moves are remembered. A move takes 40 bytes, all of them 640 KB. Where a hundred entries are moved in a minute, which is
/// a busy day of the whole network, whoever reads page by page has two hours and a half.
const KEPT_MAX: usize = 16_384;

/// The walk was begun so long ago that it is not known any more who had which place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {KEPT_MAX} entries have moved since this list was begun; begin it again, without a cursor")]
pub struct Outlived;

/// The last moves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Moves {
    /// How many there have been, those that are forgotten included.
    counted: u64,
    /// Who moved, and since when they had waited at the place that they left; none who had no place before.
    recent: VecDeque<(EntryId, Option<Micros>)>,
}

impl Moves {
    pub(super) fn remember(&mut self, entry: EntryId, was: Option<Micros>) {
        if self.recent.len() == KEPT_MAX {
            self.recent.pop_front();
        }
        self.recent.push_back((entry, was));
        self.counted += 1;
    }

    pub(super) const fn counted(&self) -> u64 {
        self.counted
    }

    /// Who moved since there had been so many moves, and where they were then.
    pub(super) fn since(&self, began: u64) -> Result<BTreeMap<EntryId, Option<Micros>>, Outlived> {
        // More than there have been is of another history: a journal that went on after a loss.
        let count = self.counted.checked_sub(began).ok_or(Outlived)?;
        let count = usize::try_from(count).map_err(|_| Outlived)?;
        let first = self.recent.len().checked_sub(count).ok_or(Outlived)?;
        let mut moved = BTreeMap::new();
        for (entry, was) in self.recent.range(first..) {
            moved.entry(*entry).or_insert(*was);
        }
        Ok(moved)
    }
}
