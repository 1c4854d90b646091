//! The queue: every entry by where it stands, the one that has waited longest first.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

use dossier_proto::{EntryId, Micros};
use serde::{Deserialize, Serialize};

use crate::domain::{Entry, Standing};

/// How many entries one look at the queue passes over at most, so that a filter that nothing fits costs no more than
/// this: 10 000 comparisons take a few milliseconds. The caller goes on from where it ended.
pub(crate) const LOOKED_AT_MAX: usize = 10_000;

/// A place in the queue: since when the entry has stood where it stands, and its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// Since when.
    pub since: Micros,
    /// Which entry.
    pub entry: EntryId,
}

/// Which entries are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Those that stand so.
    Standing(Standing),
    /// All.
    Any,
}

/// Every entry by where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    standing: BTreeMap<EntryId, (Standing, Micros)>,
    by_standing: BTreeMap<Standing, BTreeSet<Place>>,
    all: BTreeSet<Place>,
}

impl Queue {
    /// Puts an entry where it stands now.
    pub(super) fn place(&mut self, id: EntryId, entry: Option<&Entry>) {
        let now = entry.and_then(Entry::standing);
        let before = self.standing.get(&id).copied();
        if now == before {
            return;
        }
        if let Some((standing, since)) = before {
            let place = Place { since, entry: id };
            self.all.remove(&place);
            let left = self.by_standing.get_mut(&standing);
            if left.is_some_and(|left| left.remove(&place) && left.is_empty()) {
                self.by_standing.remove(&standing);
            }
        }
        if let Some((standing, since)) = now {
            let place = Place { since, entry: id };
            self.standing.insert(id, (standing, since));
            self.by_standing.entry(standing).or_default().insert(place);
            self.all.insert(place);
        }
    }

    /// The wanted entries after a place, longest wait first.
    pub fn after(&self, wanted: Wanted, after: Option<Place>) -> impl Iterator<Item = Place> + '_ {
        let set = match wanted {
            Wanted::Any => Some(&self.all),
            Wanted::Standing(standing) => self.by_standing.get(&standing),
        };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        set.into_iter().flat_map(move |set| set.range((from, Bound::Unbounded)).copied())
    }

    /// How many stand so.
    pub fn count(&self, standing: Standing) -> usize {
        self.by_standing.get(&standing).map_or(0, BTreeSet::len)
    }
}
